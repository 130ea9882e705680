//! The default model: a deterministic reader of layout. No weights, no network, no clock.
//!
//! Words become segments, segments become labels and typed candidates, properties become queries; each place serves
//! one property, sums and dates raise what fits together, and what stays below the threshold is null. Never invents a
//! value: every one of them stands in the document. Called through the trait `Model`, and whole by `solve`.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sluice_extract::attribution::EvidenceMap;
use sluice_extract::code::Code;
use sluice_extract::page::{Document, Page};
use sluice_extract::pointer::join;
use sluice_extract::schema::{Kind, Node, Schema};

use crate::{Answer, Model, ModelCard, ModelError, PaceLimits, Price, Question, Sight, Usage};

mod address;
mod appositive;
mod boxed;
mod candidate;
mod claim;
mod clauses;
mod confidence;
mod fields;
mod forms;
mod head;
mod infer;
mod label;
mod layout;
mod lexicon;
mod masthead;
mod near;
mod notes;
mod party;
mod periodic;
mod principal;
mod prose;
mod query;
mod rows;
mod scope;
mod slip;
mod slot;
mod solution;
mod span;
mod sums;
mod terms;
mod text;
mod typed;
mod value;

#[cfg(test)]
mod drawn;
#[cfg(test)]
mod tests;

pub use infer::{Example, Inferred, Seen, infer};
pub use solution::Solution;
use solution::{Found, project};

/// Changes whenever the same question may be answered differently.
const VERSION: &str = "14";

/// Solutions that are kept: the subtrees of a few documents that are worked on side by side.
const MEMO_MAX: usize = 16;

/// The reader of layout.
pub struct Embedded {
    card: ModelCard,
    memo: Arc<Memo>,
}

/// The solutions of late, oldest first.
type Memo = Mutex<VecDeque<(Key, Slot)>>;

/// Where a solution is, or will be once whoever came first has solved it.
type Slot = Arc<OnceLock<Arc<Solution>>>;

/// Document and schema, by hash.
type Key = [u8; 32];

impl Default for Embedded {
    fn default() -> Self {
        Self::new()
    }
}

impl Embedded {
    /// A reader with an empty memory.
    #[must_use]
    pub fn new() -> Self {
        let card = ModelCard {
            name: "embedded".to_owned(),
            vendor: "embedded".to_owned(),
            summary: "Reads layout: labels, tables and typed values. No weights, no network, deterministic.".to_owned(),
            version: format!("embedded-{VERSION}"),
            reads_words: true,
            leaves_per_subtree_max: None,
            words_per_question_max: None,
            rows_per_answer_max: None,
            mends: false,
            price: Some(Price::FREE),
            thinks: false,
            sight: Sight::default(),
            limits: PaceLimits::default(),
            answer_ms_typical: 200,
        };
        Self { card, memo: Arc::default() }
    }
}

/// The solution of a question's whole schema; the parts of one schema share it.
fn solution(memo: &Memo, question: &Question) -> Arc<Solution> {
    let slot = slot(memo, key_of(&question.document, &question.schema));
    // Parts of one document wait here for the first of them; other documents are solved side by side.
    Arc::clone(slot.get_or_init(|| Arc::new(solve(&question.document, &question.schema))))
}

fn slot(memo: &Memo, key: Key) -> Slot {
    let mut memo = memo.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, slot)) = memo.iter().find(|(known, _)| *known == key) {
        return Arc::clone(slot);
    }
    let slot = Slot::default();
    memo.push_back((key, Arc::clone(&slot)));
    if memo.len() > MEMO_MAX {
        memo.pop_front();
    }
    slot
}

/// The pages that were read are part of the key: a selection of pages is another document to us.
fn key_of(document: &Document, schema: &Schema) -> Key {
    let mut hasher = Sha256::new();
    hasher.update(document.hash.as_str());
    for page in &document.pages {
        hasher.update(page.number.to_le_bytes());
        hasher.update(page.words.len().to_le_bytes());
    }
    hasher.update(schema.original.to_string());
    hasher.finalize().into()
}

#[async_trait]
impl Model for Embedded {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn ask(&self, question: &Question) -> Result<Answer, ModelError> {
        let (memo, asked) = (Arc::clone(&self.memo), question.clone());
        // Solving takes milliseconds to seconds: not on a thread that others wait for.
        let solved = tokio::task::spawn_blocking(move || solution(&memo, &asked)).await;
        let solution = solved.map_err(|_| {
            let message = "the embedded model broke down over this document; please report it".to_owned();
            ModelError::new(Code::Internal, message)
        })?;
        let path = &question.subtree.path;
        let whole = solution.value.pointer(path).unwrap_or(&Value::Null);
        let value = project(whole, &question.subtree.schema);
        let below = |pointer: &str| {
            let rest = pointer.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && value.pointer(rest).is_some())
        };
        let evidence = solution.evidence.iter().filter(|(pointer, _)| below(pointer));
        let evidence = evidence.map(|(pointer, evidence)| (pointer.clone(), evidence.clone())).collect();
        Ok(Answer { value, evidence, usage: Usage::calls(1), ..Answer::default() })
    }
}

/// Answers a whole schema for a document. The same input always gives the same answer.
#[must_use]
pub fn solve(document: &Document, schema: &Schema) -> Solution {
    let straightened = straightened(document);
    let document = straightened.as_ref();
    let layout = layout::Layout::of(document);
    let prose = prose::Prose::of(document);
    let clauses = clauses::Clauses::of(&layout);
    let mut parts =
        Parts { fields: fields::fill(&layout, &clauses, schema), layout, clauses, prose, evidence: EvidenceMap::new() };
    let value = parts.assemble(&mut Vec::new(), "", &schema.root);
    let value = value.unwrap_or_else(|| Value::Object(Map::new()));
    let mut evidence = parts.evidence;
    confidence::settle(document, &value, &mut evidence);
    Solution { value, evidence }
}

/// The same words on pages that lie straight and upright: in a crooked scan nothing stands beside anything.
fn straightened(document: &Document) -> Cow<'_, Document> {
    let pages: Vec<Cow<'_, Page>> = document.pages.iter().map(Page::straightened).collect();
    if pages.iter().all(|page| matches!(page, Cow::Borrowed(_))) {
        return Cow::Borrowed(document);
    }
    let pages = pages.into_iter().map(Cow::into_owned).collect();
    Cow::Owned(Document { pages, ..document.clone() })
}

/// The parts of a solution on their way into one value.
struct Parts<'a> {
    layout: layout::Layout<'a>,
    clauses: clauses::Clauses,
    prose: prose::Prose,
    fields: BTreeMap<String, Found>,
    evidence: EvidenceMap,
}

impl Parts<'_> {
    /// The value of one place of the schema. Keys without a value are left out; `verify` puts nulls where they belong.
    fn assemble<'n>(&mut self, path: &mut Vec<&'n str>, pointer: &str, node: &'n Node) -> Option<Value> {
        let labelled = self.fields.remove(pointer);
        let told = if node.is_primitive() {
            let period = rows::period(&self.layout, path, pointer, node);
            period.or_else(|| self.prose.single(path, pointer, node))
        } else {
            None
        };
        if let Some(found) = told.or(labelled) {
            return Some(self.take(found));
        }
        match &node.kind {
            Kind::Object(rules) => {
                let mut object = Map::new();
                for property in &rules.properties {
                    path.push(&property.name);
                    let below = join(pointer, &property.name);
                    if let Some(value) = self.assemble(path, &below, &property.node) {
                        object.insert(property.name.clone(), value);
                    }
                    path.pop();
                }
                (!object.is_empty()).then_some(Value::Object(object))
            }
            Kind::Array(_) => self.array(path, pointer, node),
            Kind::Union(branches) if branches.iter().any(|branch| branch.as_array().is_some()) => {
                self.array(path, pointer, node)
            }
            Kind::Union(branches) => {
                let object = branches.iter().find(|branch| branch.as_object().is_some())?;
                self.assemble(path, pointer, object)
            }
            Kind::Null | Kind::Boolean | Kind::Integer(_) | Kind::Number(_) | Kind::String(_) => None,
        }
    }

    /// An array, from a section of text or from a table.
    fn array(&mut self, path: &[&str], pointer: &str, node: &Node) -> Option<Value> {
        let found = self.clauses.fill(&self.layout, path, pointer, node);
        let found = found.or_else(|| notes::fill(&self.layout, path, pointer, node));
        let found = found.or_else(|| self.prose.fill(path, pointer, node));
        let found = found.or_else(|| rows::fill(&self.layout, path, pointer, node));
        let found = found.or_else(|| self.clauses.signed(&self.layout, path, pointer, node))?;
        Some(self.take(found))
    }

    fn take(&mut self, found: Found) -> Value {
        self.evidence.extend(found.evidence);
        found.value
    }
}
