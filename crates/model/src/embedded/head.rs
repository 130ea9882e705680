//! What stands at the head of the first page without a label: the name of who issued it, and its title.
//!
//! Judged by size, height, and by being named again in the document's own web addresses. Adds claims; never sure alone.

use serde_json::json;

use super::candidate::{Printed, Thing};
use super::claim::{Claim, Reading};
use super::layout::Segment;
use super::lexicon::Lexicon;
use super::party::{ISSUERS, ROLES};
use super::query::LabelText;
use super::slot::{Slot, Want};
use super::text::fold;
use super::value::fits;

/// Concepts of kinds of documents, which a title says.
const KINDS: [&str; 12] = [
    "contract",
    "order",
    "invoice",
    "receipt",
    "policy",
    "insurance",
    "document",
    "credit",
    "drawing",
    "transport",
    "booking",
    "statement",
];
/// What the whole name of an organisation is better than a part of it.
const FULL_NAME: f32 = 0.04;
/// Type is large from here on, in sizes of the usual type.
const LARGE: f32 = 1.25;

/// The claims of the head: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let head = Head::of(reading);
    let mut claims = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let score: fn(&Head, &Segment, &str) -> Option<f32> = match slot.want {
            Want::Name if is_issuer(slot) => Head::name,
            Want::Name if is_anybody(slot) => Head::person,
            Want::Text if is_title(slot) => Head::title,
            _ => continue,
        };
        for (segment, at) in reading.layout.on_page(0).iter().enumerate() {
            let text = name_of(&at.text);
            let Some(score) = score(&head, at, text) else { continue };
            if slot.want == Want::Name
                && let Some(full) = full_name(reading, text)
            {
                let value = json!(reading.printed(&full));
                let why = "is the full name of what stands at the head of the page".to_owned();
                let score = score + FULL_NAME;
                claims
                    .extend(fits(slot.node, &value).then(|| (index, Claim { places: vec![full], value, score, why })));
            }
            let value = json!(text);
            if fits(slot.node, &value) {
                let places = vec![Printed { segment, bytes: 0..text.len() }];
                let why = "stands at the head of the page".to_owned();
                claims.push((index, Claim { places, value, score, why }));
            }
        }
    }
    claims
}

/// The name of an organisation that begins with this name and says more: `Nord` heads the page, `Nord Metall AG` signs.
fn full_name(reading: &Reading<'_>, name: &str) -> Option<Printed> {
    let lexicon = Lexicon::shared();
    let short = fold(name);
    if short.is_empty() || lexicon.is_organisation(&short) {
        return None;
    }
    let begins = |text: &str| {
        let folded = fold(text);
        let more = folded.strip_prefix(&short).is_some_and(|rest| rest.starts_with(' '));
        more && lexicon.is_organisation(&folded) && text.split(' ').count() <= 8
    };
    let segments = reading.layout.segments.iter().enumerate();
    let mut names = segments.filter(|(_, segment)| begins(&segment.text));
    names.next().map(|(index, segment)| Printed { segment: index, bytes: 0..segment.text.trim_end().len() })
}

pub(crate) fn is_issuer(slot: &Slot<'_>) -> bool {
    let means = |concepts: &[&str]| concepts.iter().any(|concept| slot.query.means(concept));
    means(&ISSUERS) && !slot.query.is_named("contact")
}

/// A name that belongs to nobody in particular: of the person whose curriculum vitae it is.
fn is_anybody(slot: &Slot<'_>) -> bool {
    let others = ROLES.iter().any(|concept| slot.query.means(concept));
    let split = slot.query.is_named("first") || slot.query.is_named("last");
    !others && !split && slot.query.is_named("name") && slot.query.name.len() <= 2
}

fn is_title(slot: &Slot<'_>) -> bool {
    let kind = slot.query.is_named("type") && KINDS.iter().any(|concept| slot.query.is_named(concept));
    kind || slot.query.is_named("title") && slot.query.name.len() <= 2
}

/// A name's own part of a line: before a dash that begins something else.
fn name_of(text: &str) -> &str {
    let cuts = [" - ", " | ", " • ", " ● "];
    let cut = cuts.iter().filter_map(|cut| text.find(cut)).min().unwrap_or(text.len());
    text.get(..cut).unwrap_or(text).trim_end()
}

/// What is known of the first page.
struct Head {
    height: f32,
    usual: f32,
    largest: f32,
    first: f32,
    domains: Vec<String>,
}

impl Head {
    fn of(reading: &Reading<'_>) -> Self {
        let segments = reading.layout.on_page(0);
        let mut sizes: Vec<f32> = segments.iter().map(|segment| segment.size).collect();
        sizes.sort_by(f32::total_cmp);
        Self {
            height: reading.layout.document.pages.first().map_or(1.0, |page| page.height.max(1.0)),
            usual: sizes.get(sizes.len() / 2).copied().unwrap_or(10.0),
            largest: sizes.last().copied().unwrap_or(10.0),
            first: segments.first().map_or(0.0, |segment| segment.rect.y0),
            domains: domains(reading),
        }
    }

    fn high(&self, segment: &Segment) -> f32 {
        1.0 - segment.rect.y0 / self.height
    }

    fn large(&self, segment: &Segment) -> f32 {
        match () {
            () if segment.size >= 0.98 * self.largest && segment.size > 1.4 * self.usual => 0.2,
            () if segment.size > LARGE * self.usual => 0.1,
            () => 0.0,
        }
    }

    /// The issuer's name.
    fn name(&self, segment: &Segment, text: &str) -> Option<f32> {
        let folded = fold(text);
        let compact: String = folded.split(' ').collect();
        if !nameable(segment, text) || compact.len() < 3 {
            return None;
        }
        let organised = if Lexicon::shared().is_organisation(&folded) { 0.18 } else { 0.0 };
        let within = |domain: &String| {
            let whole: String = domain.split('-').collect();
            let parts =
                domain.contains('-') && domain.split('-').all(|part| folded.split(' ').any(|word| word == part));
            parts || compact.contains(&whole) || compact.len() > 4 && whole.contains(&compact)
        };
        let domain = if self.domains.iter().any(within) { 0.3 } else { 0.0 };
        let large = self.large(segment);
        let first = match segment.rect.y0 <= self.first + 2.0 {
            true if large > 0.0 => 0.22,
            true => 0.12,
            false => 0.0,
        };
        Some(0.14 * self.high(segment) + organised + domain + first + large)
    }

    /// The name of the person a document is about: large, at its head.
    fn person(&self, segment: &Segment, text: &str) -> Option<f32> {
        let words = text.split(' ').count();
        let capital = text.split(' ').filter(|word| word.chars().next().is_some_and(char::is_uppercase)).count();
        let person = nameable(segment, text) && (2..=5).contains(&words) && capital >= 2;
        person.then(|| 0.3 * self.high(segment) + 2.0 * self.large(segment))
    }

    /// What the document is.
    fn title(&self, segment: &Segment, text: &str) -> Option<f32> {
        let words = fold(text);
        let kinds = words.split(' ').flat_map(|word| Lexicon::shared().readings(word)).flatten();
        let kind = kinds.into_iter().any(|concept| KINDS.contains(&concept.as_str()));
        let upper = text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase);
        let fits = kind && segment.words.len() <= 8 && !text.contains(':') && self.high(segment) > 0.55;
        let marked = self.large(segment) + if upper || segment.bold { 0.2 } else { 0.0 };
        (fits && marked > 0.0).then(|| 0.2 * self.high(segment) + 0.1 + marked)
    }
}

fn nameable(segment: &Segment, text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let label = text.ends_with(':') || text.contains(": ") || LabelText::of(text).is_known();
    segment.words.len() <= 8
        && digits <= 2
        && !label
        && text.chars().filter(|char| char.is_alphabetic()).count() >= 3
        && !text.contains('@')
        && !text.starts_with('(')
}

/// The names in the document's own web and mail addresses, without `www` and the top level.
fn domains(reading: &Reading<'_>) -> Vec<String> {
    let texts = reading.candidates.all.iter().filter_map(|candidate| match &candidate.thing {
        Thing::Identifier(identifier) => Some(identifier.normal.to_lowercase()),
        _ => None,
    });
    let host = |text: String| {
        let host = text.rsplit('@').next()?.rsplit("//").next()?.split('/').next()?.to_owned();
        let parts: Vec<&str> = host.split('.').filter(|part| *part != "www").collect();
        let name = parts.get(parts.len().checked_sub(2)?)?;
        let free = ["gmail", "gmx", "web", "outlook", "hotmail", "yahoo", "icloud", "me", "aol", "t-online", "example"];
        (name.len() > 3 && !free.contains(name))
            .then(|| name.chars().filter(|&char| char.is_alphanumeric() || char == '-').collect())
    };
    let mut names: Vec<String> = texts.filter_map(host).collect();
    names.sort();
    names.dedup();
    names
}
