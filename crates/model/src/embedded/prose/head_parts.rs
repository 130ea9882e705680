//! What the parts of an entry's head mean: which is the employer, which the title, which the place.
//!
//! Hard breaks (wide gaps, weight, bars) always part a head; commas, dashes and `in` only where a property asks for
//! the parts. Words show a role, and the place that a role has in most entries helps it in the others.

use std::collections::BTreeMap;
use std::ops::Range;

use super::flow::Flow;
use super::words::{Role, Words};
use crate::embedded::lexicon::Lexicon;
use crate::embedded::text::fold;

/// A part of a head that is never joined with another, cut into atoms that may be.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// The row of the head.
    pub(crate) row: usize,
    /// Place in its row.
    pub(crate) index: usize,
    /// Its text.
    pub(crate) flow: Flow,
    /// Bytes of its atoms.
    pub(crate) atoms: Vec<Range<usize>>,
}

/// Where a part stands: its row, its place in the row, its place in the piece.
type Place = (usize, usize, usize);

/// Which text fills which role.
pub(crate) type Parted = BTreeMap<Role, (usize, Range<usize>)>;

/// Roles by place, over all entries, as shares.
pub(crate) type Habit = BTreeMap<(Role, Place), f32>;

/// Atoms of one part.
const ATOMS_MAX: usize = 6;
/// A part that fills no role costs this much.
const IDLE: f32 = 0.1;
/// A cut at a comma or a dash costs this much.
const CUT: f32 = 0.06;
/// What a role gains where other entries have it.
const HABIT: f32 = 0.45;

/// Cuts a text at what may part it: commas, dashes, `in`, `at`, brackets.
pub(crate) fn atoms(text: &str) -> Vec<Range<usize>> {
    let mut atoms = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let marks = [", ", " – ", " — ", " - ", " in ", " at ", " (", " @ "];
        match marks.iter().find(|mark| rest.starts_with(*mark)) {
            None if is_leading_degree(text, at, from) => {
                atoms.push(from..at);
                at += 1;
                from = at;
            }
            Some(mark) if atoms.len() + 1 < ATOMS_MAX => {
                atoms.push(from..at);
                at += mark.len();
                from = at;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    atoms.push(from..text.len());
    atoms.retain(|atom| text.get(atom.clone()).is_some_and(|part| part.chars().any(char::is_alphanumeric)));
    atoms
}

/// A degree and then a name: `PhD Princeton University`.
fn is_leading_degree(text: &str, at: usize, from: usize) -> bool {
    let Some((head, rest)) = text.split_at_checked(at) else { return false };
    let next = rest.strip_prefix(' ').and_then(|rest| rest.chars().next());
    let word = head.get(from..).unwrap_or_default();
    let of = word.split_once(" of ").map_or(word, |(degree, subject)| if subject.contains(' ') { "" } else { degree });
    from == 0
        && !of.contains(' ')
        && !rest.to_lowercase().starts_with(" of ")
        && next.is_some_and(char::is_uppercase)
        && Words::shared().is("degree", &fold(of))
}

/// The text of a run of atoms, without brackets and separators at its ends.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(part) = text.get(range.clone()) else { return range };
    let junk = |char: char| char.is_whitespace() || ",;|·•–—-:".contains(char);
    let unclosed = part.contains(')') && !part.contains('(');
    let unopened = part.contains('(') && !part.contains(')');
    let tail = part.trim_end_matches(|char: char| junk(char) || unclosed && char == ')');
    let head = tail.trim_start_matches(|char: char| junk(char) || unopened && char == '(');
    let start = range.start + tail.len() - head.len();
    start..start + head.len()
}

/// The best meaning of the parts of one head.
pub(crate) fn part(pieces: &[Piece], roles: &[Role], habit: &Habit) -> (Parted, Vec<(Role, Place)>) {
    let search = Search { pieces, roles, habit };
    search.best()
}

struct Search<'a> {
    pieces: &'a [Piece],
    roles: &'a [Role],
    habit: &'a Habit,
}

/// The best way to a state: its score, and the role and run that it took last.
#[derive(Clone)]
struct Step {
    score: f32,
    taken: Vec<(usize, Range<usize>, Option<usize>)>,
}

impl Search<'_> {
    /// Over pieces, atoms and sets of roles that are filled: the best sum of gains.
    fn best(&self) -> (Parted, Vec<(Role, Place)>) {
        let mut states: BTreeMap<u32, Step> = BTreeMap::from([(0, Step { score: 0.0, taken: Vec::new() })]);
        for piece in 0..self.pieces.len() {
            states = self.through(piece, states);
        }
        let mut finals: Vec<(u32, Step)> = states.into_iter().collect();
        finals.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then(a.0.cmp(&b.0)));
        let Some((_, best)) = finals.into_iter().next() else { return Default::default() };
        let mut parted = Parted::new();
        let mut places = Vec::new();
        let mut run = (usize::MAX, 0);
        for (piece, range, role) in best.taken {
            run = if run.0 == piece { (piece, run.1 + 1) } else { (piece, 0) };
            let (Some(role), Some(found)) = (role.and_then(|role| self.roles.get(role)), self.pieces.get(piece)) else {
                continue;
            };
            places.push((*role, (found.row, found.index, run.1)));
            parted.insert(*role, (piece, trimmed(&found.flow.text, range)));
        }
        (parted, places)
    }

    fn through(&self, piece: usize, states: BTreeMap<u32, Step>) -> BTreeMap<u32, Step> {
        let Some(found) = self.pieces.get(piece) else { return states };
        let mut at: Vec<BTreeMap<u32, Step>> = vec![BTreeMap::new(); found.atoms.len() + 1];
        at[0] = states;
        for from in 0..found.atoms.len() {
            let reached: Vec<(u32, Step)> = at[from].iter().map(|(mask, step)| (*mask, step.clone())).collect();
            #[allow(clippy::needless_range_loop, reason = "`to` is the end of a stretch, not only an index")]
            for to in from + 1..=found.atoms.len() {
                let range = found.atoms[from].start..found.atoms[to - 1].end;
                for (mask, step) in &reached {
                    let run = step.taken.iter().filter(|(known, _, _)| *known == piece).count();
                    let cut = if run > 0 { CUT } else { 0.0 };
                    let place = (found.row, found.index, run);
                    let mut options = vec![(*mask, None, -IDLE)];
                    for (index, role) in self.roles.iter().enumerate().filter(|(index, _)| mask & (1 << index) == 0) {
                        let text = found.flow.text.get(trimmed(&found.flow.text, range.clone())).unwrap_or_default();
                        let habit = self.habit.get(&(*role, place)).copied().unwrap_or(0.0);
                        options.push((
                            mask | 1 << index,
                            Some(index),
                            suits(*role, text) + first(*role, place) + HABIT * habit,
                        ));
                    }
                    for (mask, role, gain) in
                        options.into_iter().filter(|(_, role, gain)| role.is_none() || *gain > 0.0)
                    {
                        let score = step.score + gain - cut;
                        let better = at[to].get(&mask).is_none_or(|known| known.score < score - 1e-6);
                        if better {
                            let mut taken = step.taken.clone();
                            taken.push((piece, range.clone(), role));
                            at[to].insert(mask, Step { score, taken });
                        }
                    }
                }
            }
        }
        at.pop().unwrap_or_default()
    }
}

/// What an entry is called stands first.
fn first(role: Role, place: Place) -> f32 {
    if role == Role::Name && place == (0, 0, 0) { 0.2 } else { 0.0 }
}

/// How well a text fills a role, by its own words; 0 or less for never.
pub(crate) fn suits(role: Role, text: &str) -> f32 {
    let folded = fold(text);
    let words = folded.split(' ').filter(|word| !word.is_empty()).count();
    let letters = text.chars().filter(|char| char.is_alphabetic()).count();
    if letters < 2 || words > 22 {
        return 0.0;
    }
    let shown = |kind: &str| -> f32 { if Words::shared().shown(kind, &folded) > 0.0 { 1.0 } else { 0.0 } };
    let lower = text.chars().next().is_some_and(char::is_lowercase);
    let figures = text.chars().filter(char::is_ascii_digit).count() * 3 > letters;
    let base = if lower || figures { 0.1 } else { 0.35 };
    let length = if words > 8 { 0.1 } else { 0.0 };
    let organisation = shown("organisation").max(if Lexicon::shared().is_organisation(&folded) { 1.0 } else { 0.0 });
    let score = match role {
        Role::Position => base + 0.6 * shown("position") - 0.2 * organisation * (1.0 - shown("position")),
        Role::Organisation | Role::Publisher => {
            base + 0.5 * organisation - 0.25 * shown("position") * (1.0 - organisation) - 0.3 * place(text, &folded)
        }
        Role::Degree => {
            if shown("degree") > 0.0 {
                0.9
            } else {
                0.15 * base - 0.2 * organisation
            }
        }
        Role::Area => base - 0.2 * organisation - 0.3 * shown("degree") - 0.3 * place(text, &folded),
        Role::Place => {
            0.6f32.mul_add(place(text, &folded), if words <= 3 && !lower && !figures { 0.25 } else { 0.0 })
                - 0.3 * organisation
                - 0.3 * shown("position")
        }
        Role::Grade => {
            if shown("grade") > 0.0 && words <= 6 {
                0.8
            } else {
                0.0
            }
        }
        Role::Level => {
            if shown("level") > 0.0 {
                0.7
            } else if words <= 2 {
                0.2
            } else {
                0.0
            }
        }
        Role::Name => base + 0.2,
        Role::Label | Role::Details => base,
        Role::Authors => {
            if text.contains(", ") {
                base + 0.1
            } else {
                0.2
            }
        }
        Role::Text => 0.12,
        Role::Unsaid | Role::Link | Role::Start | Role::End | Role::When | Role::Current | Role::Items => 0.0,
    };
    let dashed = text.contains(" – ") || text.contains(" — ");
    let joined = matches!(role, Role::Area | Role::Organisation | Role::Place) && dashed;
    score - length - if joined { 0.2 } else { 0.0 }
}

/// How clearly a text names a place: a country, or a town with a state.
pub(crate) fn place(text: &str, folded: &str) -> f32 {
    let lexicon = Lexicon::shared();
    let tail = text.rsplit(", ").next().unwrap_or_default();
    let state = tail.len() == 2 && tail.chars().all(char::is_uppercase) && Words::shared().is("state", &fold(tail));
    let country = lexicon.is_country(&fold(tail)) || lexicon.is_country(folded);
    let short = folded.split(' ').count() <= 6;
    match () {
        () if short && text.contains(", ") && (state || country) => 1.0,
        () if short && country => 0.8,
        () if short && state => 0.4,
        () => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_where_they_may_be_parted() {
        let check = |text: &str, want: &[&str]| {
            let found: Vec<&str> = atoms(text).into_iter().map(|atom| &text[trimmed(text, atom)]).collect();
            assert_eq!(found, want);
        };
        check("Halden Polymers Ltd, Manchester", &["Halden Polymers Ltd", "Manchester"]);
        check("PhD in Computer Science – Princeton, NJ", &["PhD", "Computer Science", "Princeton", "NJ"]);
        check("English (Native)", &["English", "Native"]);
    }

    #[test]
    fn parts_that_say_equally_little_are_given_the_same_roles_every_time() {
        let piece = |(index, text): (usize, &str)| {
            let mut flow = Flow::default();
            flow.text = text.to_owned();
            Piece { row: 0, index, flow, atoms: atoms(text) }
        };
        let pieces: Vec<Piece> =
            ["Alder, Birch", "Cedar", "Daphne, Elder"].into_iter().enumerate().map(piece).collect();
        let roles = [Role::Name, Role::Position, Role::Organisation, Role::Publisher];
        let once = part(&pieces, &roles, &Habit::new());
        for _ in 0..50 {
            assert_eq!(part(&pieces, &roles, &Habit::new()), once);
        }
    }
}
