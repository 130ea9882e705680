//! Step `ExtractSubtree` for a list that a model does not say at once: one turn of it, and all of it at the end.
//!
//! What is asked and what of an answer is new are rules of `sluice_extract::rows`; this asks once, and finds the place of
//! each entry in the document, by which it is known. Called by `embedded`.

use std::sync::Arc;

use serde_json::Value;
use sluice_extract::attribution::{Index, attribute_part};
use sluice_extract::code::{Code, Finding, FindingKind};
use sluice_extract::job::Rows;
use sluice_extract::limits::LIST_TURNS_MAX;
use sluice_extract::page::Document;
use sluice_extract::rows::{LongList, Place, RowsTaken, RowsTurn, evidence_of, places_of};
use sluice_extract::schema::Subtree;
use sluice_model::{Answer, ModelCard, ModelError, Question};

/// The schema's own word about how many entries are asked for at a time.
const ROWS_KEYWORD: &str = "agenticArrayExtractionMaxItemsPerTurn";

/// How many entries of a list are asked for at a time; `None` for what is asked at once.
///
/// In turns where the schema or the config (`is_wanted`) says so, or where the tables of its pages show more than the
/// model says in one answer.
#[must_use]
pub fn rows_per_turn(
    card: &ModelCard,
    subtree: &Subtree,
    document: &Document,
    pages: &[u32],
    is_wanted: bool,
) -> Option<usize> {
    let rows_max = card.rows_per_answer_max?;
    let kind = subtree.schema.get("type")?;
    let is_list = kind == "array" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "array"));
    if !is_list {
        return None;
    }
    let said = subtree.schema.get(ROWS_KEYWORD).and_then(Value::as_u64).and_then(|rows| usize::try_from(rows).ok());
    match said {
        Some(0) => None,
        Some(rows) => Some(rows),
        None => (is_wanted || LongList::rows_expected(document, pages) > rows_max).then_some(rows_max),
    }
}

/// A list as far as it is known.
#[derive(Clone)]
pub struct List {
    /// Its question as a whole.
    pub question: Arc<Question>,
    /// Entries of one answer.
    pub rows_max: usize,
    /// What is known of it.
    pub taken: Arc<Rows>,
}

/// What a turn brought.
#[derive(Debug)]
pub struct TurnResult {
    /// The entries that are new.
    pub taken: RowsTaken,
    /// No more will come.
    pub done: bool,
}

impl List {
    /// What is asked next; `None` where all is there.
    #[must_use]
    pub fn next(&self) -> Option<RowsTurn> {
        self.rules().next(&self.taken)
    }

    /// The question of a turn.
    #[must_use]
    pub fn question_of(&self, turn: &RowsTurn) -> Question {
        // Each turn is about other pages: nothing is worth keeping.
        Question { pages: turn.pages.clone(), rows: Some(turn.clone()), keep_for: None, ..(*self.question).clone() }
    }

    fn rules(&self) -> LongList<'_> {
        LongList::new(&self.question.document, &self.question.pages, self.rows_max)
    }

    /// All of it, in the order of the document, with hints where each value stands. `cut_short`: why there is no more.
    #[must_use]
    pub fn whole(&self, cut_short: Option<&str>) -> Answer {
        let (rows, places) = LongList::in_order(&self.taken);
        let Question { document, subtree, .. } = &*self.question;
        let evidence = evidence_of(document, &subtree.path, &rows, &places);
        let is_over = !self.taken.done && self.taken.turns >= LIST_TURNS_MAX;
        let why = cut_short.or_else(|| is_over.then_some("it was asked for as often as a list may be"));
        let told = why.map(|why| format!("there may be more of this list: {why}"));
        let findings = told.map(|told| Finding::new(FindingKind::ModelLimited, told).at(&subtree.path));
        Answer { value: Value::Array(rows), evidence, findings: findings.into_iter().collect(), ..Answer::default() }
    }
}

/// What is new of an answer to a turn, and where it stands.
///
/// # Errors
/// `answer_invalid` where the answer is no list.
pub async fn taken(list: &List, turn: RowsTurn, answer: Answer) -> Result<TurnResult, ModelError> {
    let list = list.clone();
    let taken = tokio::task::spawn_blocking(move || take(&list, &turn, answer)).await;
    let broken = |_| Err(ModelError::new(Code::Internal, "the answer could not be checked; please report it"));
    taken.unwrap_or_else(broken)
}

fn take(list: &List, turn: &RowsTurn, answer: Answer) -> Result<TurnResult, ModelError> {
    let rows = match answer.value {
        Value::Array(rows) => rows,
        Value::Null => Vec::new(),
        _ => {
            let message = format!("the answer to subtree {} is no list", list.question.subtree.id);
            return Err(ModelError::new(Code::AnswerInvalid, message));
        }
    };
    let (rules, path) = (list.rules(), list.question.subtree.path.as_str());
    let pages = rules.pages_of(turn);
    // Those that are known stand first, so that an entry that reads the same as one of them finds the next such place.
    let known = list.taken.places.iter().zip(&list.taken.items);
    let mut known: Vec<(Place, Value)> = known
        .filter_map(|(place, row)| Some(((*place)?, row)))
        .filter(|((page, _), _)| turn.pages.contains(page))
        .map(|(place, row)| (place, row.clone()))
        .collect();
    known.sort_by_key(|(place, _)| *place);
    let (places, mut all): (Vec<Option<Place>>, Vec<Value>) =
        known.into_iter().map(|(place, row)| (Some(place), row)).unzip();
    let begun = all.len();
    let mut hints = evidence_of(&pages, path, &all, &places);
    hints.extend(
        answer.evidence.into_iter().filter_map(|(pointer, hint)| Some((shifted(&pointer, path, begun)?, hint))),
    );
    all.extend(rows.iter().cloned());
    let (index, count) = (Index::new(&pages), all.len());
    let proofs = attribute_part(&index, path, &Value::Array(all), &list.question.schema, &hints);
    let places = places_of(&pages, path, count, &proofs).split_off(begun);
    let taken = rules.take(turn, &list.taken, rows, &places, !answer.is_cut);
    let done = rules.next(&after(&list.taken, &taken)).is_none();
    Ok(TurnResult { taken, done })
}

/// The pointer of an entry of this answer, as one behind those that were known.
fn shifted(pointer: &str, path: &str, begun: usize) -> Option<String> {
    let rest = pointer.strip_prefix(path)?.strip_prefix('/')?;
    let (row, rest) = rest.split_once('/').map_or((rest, String::new()), |(row, rest)| (row, format!("/{rest}")));
    Some(format!("{path}/{}{rest}", row.parse::<usize>().ok()? + begun))
}

fn after(known: &Rows, new: &RowsTaken) -> Rows {
    let mut rows = known.clone();
    rows.turns += 1;
    rows.items.extend_from_slice(&new.rows);
    rows.places.extend_from_slice(&new.places);
    rows.pages_covered.clone_from(&new.pages_covered);
    rows
}
