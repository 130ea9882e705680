//! The top of a resume: whose it is, what the person is, how to reach them, what they say of themselves.
//!
//! Only where the document has sections of a resume. The name is the largest type of the first page; what stands below
//! it is told by its form. Called for single values.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;
use sluice_extract::attribution::Evidence;
use sluice_extract::schema::Node;
use sluice_extract::values::identifier::{IdentifierKind, scan_kind};

use super::flow::Flow;
use super::head_parts::{place, trimmed};
use super::outline::{Bit, Line, Outline};
use super::words::{Words, folded_heading};
use crate::embedded::solution::Found;
use crate::embedded::text::{fold, name_words, words};
use crate::embedded::value::fits;

/// Sections that make a resume.
const SECTIONS_MIN: usize = 2;
/// A paragraph has at least this many words.
const PARAGRAPH_WORDS_MIN: usize = 9;
/// Lines that may tell how to reach the person.
const CONTACT_LINES_MAX: usize = 14;

/// The top of a resume.
#[derive(Debug)]
pub(crate) struct Top {
    name: usize,
    /// Lines below the name, to the first section.
    below: Range<usize>,
    /// Lines that tell how to reach the person: above, below, or in a section of their own.
    contact: Vec<usize>,
    /// Lines below a heading that announces what the person says of themselves.
    about: Range<usize>,
}

/// What is asked of the top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Name,
    Headline,
    Summary,
    Location,
    Street,
    PostalCode,
    City,
    Region,
    Email,
    Phone,
    Website,
}

impl Top {
    /// The top of a document that has sections of a resume.
    pub(crate) fn of(outline: &Outline) -> Option<Self> {
        let page = outline.lines.first()?.page;
        let known = |index: &usize| outline.lines.get(*index).is_some_and(|line| is_section(outline, *index, line));
        let heads: Vec<usize> = (0..outline.lines.len()).filter(known).collect();
        if heads.len() < SECTIONS_MIN {
            return None;
        }
        let first_page = outline.lines.iter().enumerate().filter(|(_, line)| line.page == page);
        let named = first_page.filter(|(_, line)| is_name(line));
        let (name, line) = named.max_by(|a, b| a.1.size.total_cmp(&b.1.size).then(b.0.cmp(&a.0)))?;
        if line.size < 1.2 * outline.body_size {
            return None;
        }
        let end = (name + 1..outline.lines.len())
            .find(|&index| outline.is_heading(index) && (heads.contains(&index) || outline.lines[index].is_caps()));
        let below = name + 1..end.unwrap_or(outline.lines.len());
        let contact = contact(outline, name, &below);
        let about = heads.iter().find(|&&head| announces(outline, head));
        let about = about.map_or(0..0, |&head| outline.section(head, |other| heads.contains(&other)));
        Some(Self { name, below, contact, about })
    }

    /// A single value that stands at the top.
    pub(crate) fn fill(&self, outline: &Outline, path: &[&str], pointer: &str, node: &Node) -> Option<Found> {
        let ask = ask(path, node)?;
        let (flow, range, why) = match ask {
            Ask::Name => whole(outline, &[self.name], "The largest type at the top of the resume."),
            Ask::Headline => whole(outline, &[self.headline(outline)?], "The line below the name."),
            Ask::Summary => whole(outline, &self.summary(outline)?, "The paragraph below the name."),
            Ask::Location => self.location(outline)?,
            Ask::Street | Ask::PostalCode | Ask::City | Ask::Region => self.address_part(outline, ask)?,
            Ask::Email => self.identifier(outline, IdentifierKind::Email)?,
            Ask::Phone => self.identifier(outline, IdentifierKind::Phone)?,
            Ask::Website => self.website(outline)?,
        };
        let value = json!(flow.text.get(range.clone())?);
        let evidence =
            Evidence { places: flow.places(outline, &range), confidence: Some(0.85), reasoning: Some(why.to_owned()) };
        fits(node, &value).then(|| Found::leaf(pointer, value, evidence))
    }

    fn headline(&self, outline: &Outline) -> Option<usize> {
        let next = self.below.clone().next()?;
        let line = outline.lines.get(next)?;
        let words = line.text.split(' ').count();
        let styled = line.size > 1.05 * outline.body_size || line.is_bold();
        let plain = !line.text.contains('@') && !line.text.chars().any(|char| char.is_ascii_digit());
        (styled && plain && words <= 10 && line.parts.len() == 1 && place(&line.text, &fold(&line.text)) < 0.5)
            .then_some(next)
    }

    /// The first paragraph below the name: its lines share a block.
    fn summary(&self, outline: &Outline) -> Option<Vec<usize>> {
        let long = |index: &usize| {
            outline.lines.get(*index).is_some_and(|line| {
                line.parts.len() == 1 && line.text.split(' ').count() >= PARAGRAPH_WORDS_MIN && !line.has_bullet()
            })
        };
        if let Some(first) = self.about.clone().next() {
            let whole = |index: &usize| outline.lines.get(*index).is_some_and(|line| line.parts.len() == 1);
            let lines: Vec<usize> = (first..self.about.end).take_while(whole).collect();
            return lines.iter().any(long).then_some(lines);
        }
        let first = self.below.clone().find(long)?;
        let block = outline.lines.get(first)?;
        let same = |index: &usize| {
            outline.lines.get(*index).is_some_and(|line| line.block == block.block && line.page == block.page)
        };
        Some((first..self.below.end).take_while(same).collect())
    }

    fn location(&self, outline: &Outline) -> Option<(Flow, Range<usize>, &'static str)> {
        for (position, &index) in self.contact.iter().enumerate() {
            let Some(line) = outline.lines.get(index) else { continue };
            for part in &line.parts {
                let mut bits = vec![Bit { line: index, bytes: part.clone() }];
                let open = line.text.ends_with(',') && part.end == line.text.len();
                let next = self.contact.get(position + 1).and_then(|&next| Some((next, outline.lines.get(next)?)));
                bits.extend(next.filter(|_| open).map(|(next, line)| Bit { line: next, bytes: line.body() }));
                let flow = Flow::of(outline, &bits);
                let start = flow.text.find(char::is_alphanumeric).unwrap_or(0);
                let text = flow.text.get(start..).unwrap_or_default();
                if place(text, &fold(text)) >= 0.8 {
                    let range = start..flow.text.len();
                    return Some((flow, range, "A place beside the contact data."));
                }
            }
        }
        None
    }

    /// A part of the person's address: `street, code, town`, `town, region`, parted by commas, bars or lines.
    fn address_part(&self, outline: &Outline, ask: Ask) -> Option<(Flow, Range<usize>, &'static str)> {
        let mut told: Vec<(Ask, Flow)> = Vec::new();
        for &index in &self.contact {
            let Some(line) = outline.lines.get(index) else { continue };
            let flows = line.parts.iter().map(|part| Flow::of(outline, &[Bit { line: index, bytes: part.clone() }]));
            let pieces: Vec<Flow> = flows.flat_map(|flow| pieces(outline, &flow)).collect();
            let kinds = address_kinds(&pieces.iter().map(|flow| flow.text.as_str()).collect::<Vec<_>>());
            told.extend(kinds.into_iter().zip(pieces).filter_map(|(kind, flow)| Some((kind?, flow))));
        }
        let (_, flow) = told.into_iter().find(|(kind, _)| *kind == ask)?;
        let range = 0..flow.text.len();
        Some((flow, range, "A part of the address beside the contact data."))
    }

    fn identifier(&self, outline: &Outline, kind: IdentifierKind) -> Option<(Flow, Range<usize>, &'static str)> {
        self.contact.iter().find_map(|&line| {
            let flow = Flow::of_lines(outline, &[line]);
            let found = scan_kind(&flow.text, kind).into_iter().next()?;
            Some((flow, found.span, "Its form says what it is, among the contact data."))
        })
    }

    fn website(&self, outline: &Outline) -> Option<(Flow, Range<usize>, &'static str)> {
        self.contact.iter().find_map(|&line| {
            let flow = Flow::of_lines(outline, &[line]);
            let found =
                WEBSITE.as_ref()?.find_iter(&flow.text).find(|found| !is_in_email(&flow.text, found.range()))?;
            let range = found.range();
            Some((flow, range, "Its form says what it is, among the contact data."))
        })
    }
}

/// A heading under which people write of themselves.
fn announces(outline: &Outline, head: usize) -> bool {
    let heading = outline.lines.get(head).map(|line| folded_heading(line.heading_text())).unwrap_or_default();
    Words::shared().heads(&["summary".to_owned()], &heading) >= 1.0
}

/// The parts of a contact line between commas, bars and dots; `04229 Leipzig` is two.
fn pieces(outline: &Outline, flow: &Flow) -> Vec<Flow> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for (at, mark) in flow.text.match_indices([',', '|', '·', '•', ';']) {
        ranges.push(from..at);
        from = at + mark.len();
    }
    ranges.push(from..flow.text.len());
    let split = ranges.into_iter().flat_map(|range| {
        let range = trimmed(&flow.text, range);
        let text = flow.text.get(range.clone()).unwrap_or_default();
        match POSTAL_CODE.as_ref().and_then(|regex| regex.find(text)) {
            Some(code) if code.start() == 0 && code.end() < text.len() => {
                vec![range.start..range.start + code.end(), range.start + code.end() + 1..range.end]
            }
            Some(code) if code.end() == text.len() && code.start() > 1 => {
                vec![range.start..range.start + code.start() - 1, range.start + code.start()..range.end]
            }
            _ => vec![range],
        }
    });
    split.filter(|range| !range.is_empty()).map(|range| Flow::of(outline, &flow.bits(&range))).collect()
}

/// What the parts of one line are, where they are an address at all: with a code, a town stands beside it; without one
/// two short parts are a town and its region.
fn address_kinds(texts: &[&str]) -> Vec<Option<Ask>> {
    let word = |text: &str| {
        let words = text.split(' ').count();
        let named = text.chars().next().is_some_and(char::is_uppercase) && !text.contains(['@', '/', ':', '.']);
        named && words <= 5 && !text.chars().any(|char| char.is_ascii_digit())
    };
    let is_code = |text: &str| {
        POSTAL_CODE.as_ref().is_some_and(|regex| regex.find(text).is_some_and(|it| it.len() == text.len()))
    };
    let is_street = |text: &str| {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let letters = text.chars().filter(|char| char.is_alphabetic()).count();
        (1..=5).contains(&digits)
            && letters >= 4
            && !text.contains(['@', '/', ':', '+'])
            && text.split(' ').count() <= 7
    };
    let code = texts.iter().position(|text| is_code(text));
    let street = texts.iter().position(|text| is_street(text) && !is_code(text));
    let mut kinds: Vec<Option<Ask>> = vec![None; texts.len()];
    let names: Vec<usize> = (0..texts.len()).filter(|&at| word(texts[at]) && Some(at) != street).collect();
    let town = match (code, street) {
        (Some(code), _) => names.iter().copied().min_by_key(|at| at.abs_diff(code)).filter(|at| at.abs_diff(code) <= 2),
        (None, Some(street)) => names.iter().copied().find(|&at| at > street),
        (None, None) => names.first().copied().filter(|_| names.len() == 2 && names[1] == names[0] + 1),
    };
    let Some(town) = town else { return kinds };
    kinds[town] = Some(Ask::City);
    if let Some(next) = names.iter().copied().find(|&at| at > town && Some(at) != code) {
        kinds[next] = Some(Ask::Region);
    }
    if let Some(code) = code {
        kinds[code] = Some(Ask::PostalCode);
    }
    if let Some(street) = street {
        kinds[street] = Some(Ask::Street);
    }
    kinds
}

/// Codes of towns: figures, with a letter or two in some countries.
static POSTAL_CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]{2} \d{5}|\d{4} [A-Z]{2}|\d{4}-\d{3}|(?:[A-Z]{1,2}-)?\d{4,5})\b",
    )
    .ok()
});

static WEBSITE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?:https?://)?(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}(?:/[\w./%#?=&~-]*\w/?)?").ok());

fn is_in_email(text: &str, range: Range<usize>) -> bool {
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    before == Some('@') || after == Some('@')
}

fn whole(outline: &Outline, lines: &[usize], why: &'static str) -> (Flow, Range<usize>, &'static str) {
    let flow = Flow::of_lines(outline, lines);
    let range = 0..flow.text.len();
    (flow, range, why)
}

fn is_section(outline: &Outline, index: usize, line: &Line) -> bool {
    outline.is_heading(index) && Words::shared().is_section(&folded_heading(line.heading_text()))
}

/// Two to six words without figures.
fn is_name(line: &Line) -> bool {
    let words = line.text.split(' ').count();
    (2..=6).contains(&words)
        && line.parts.len() == 1
        && !line.text.chars().any(|char| char.is_ascii_digit() || "@:.,".contains(char) && char != '.' && char != ',')
}

/// The lines around the name, and a section that is called contact.
fn contact(outline: &Outline, name: usize, below: &Range<usize>) -> Vec<usize> {
    let titled = |index: &usize| {
        outline.is_heading(*index)
            && outline.lines.get(*index).is_some_and(|line| {
                words(line.heading_text()).iter().any(|word| {
                    matches!(word.as_str(), "contact" | "kontakt" | "contacto" | "contatti" | "coordonnees")
                })
            })
    };
    let own = (0..outline.lines.len()).find(titled).map(|heading| outline.section(heading, |_| true)).unwrap_or(0..0);
    let around = name.saturating_sub(4)..below.end.min(name + CONTACT_LINES_MAX);
    let mut lines: Vec<usize> = own.take(CONTACT_LINES_MAX).chain(around).collect();
    lines.dedup();
    lines
}

/// What a property asks of the top, by its name. Below a list it asks for something else.
fn ask(path: &[&str], node: &Node) -> Option<Ask> {
    let (own, parents) = path.split_last()?;
    let own = name_words(own);
    let has = |all: &[&str]| own.iter().any(|word| all.contains(&word.as_str()));
    let person = [
        "personal",
        "person",
        "contact",
        "basics",
        "basic",
        "candidate",
        "info",
        "details",
        "header",
        "applicant",
        "profile",
    ];
    let place = parents.last().is_some_and(|parent| {
        name_words(parent).iter().any(|word| ["location", "address", "residence"].contains(&word.as_str()))
    });
    let parents = if place { parents.get(..parents.len() - 1).unwrap_or_default() } else { parents };
    if !parents.iter().all(|parent| name_words(parent).iter().any(|word| person.contains(&word.as_str()))) {
        return None;
    }
    let told = words(node.description.as_deref().unwrap_or_default());
    match () {
        () if has(&["name", "fullname"])
            && !has(&["company", "employer", "first", "last", "file", "given", "family"]) =>
        {
            Some(Ask::Name)
        }
        () if has(&["headline", "tagline", "profession", "label"])
            || has(&["title"]) && told.iter().any(|word| word == "name") =>
        {
            Some(Ask::Headline)
        }
        () if has(&["summary", "statement", "objective", "about", "bio"]) => Some(Ask::Summary),
        () if place && has(&["city", "town"]) => Some(Ask::City),
        () if place && has(&["street", "address"]) => Some(Ask::Street),
        () if place && has(&["postal", "zip", "postcode"]) => Some(Ask::PostalCode),
        () if place && has(&["region", "state", "province"]) => Some(Ask::Region),
        () if place => None,
        () if has(&["location", "city", "residence", "address"])
            && own.iter().all(|word| word != "email" && word != "mail") =>
        {
            Some(Ask::Location)
        }
        () if has(&["email", "mail"]) => Some(Ask::Email),
        () if has(&["phone", "telephone", "mobile"]) => Some(Ask::Phone),
        () if has(&["website", "url", "homepage", "web", "site"]) => Some(Ask::Website),
        () => None,
    }
}
