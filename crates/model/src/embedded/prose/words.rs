//! The words of running text: what sections are called, what a property of an entry asks for, what shows it.
//!
//! Data (`words.toml`) and looking it up. Called by everything that reads prose.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use sluice_extract::schema::{Kind, Node};

use crate::embedded::text::{fold, name_words, words};

/// What a property of an entry asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// What the entry is called.
    Name,
    /// What entries do not say in words of their own.
    Unsaid,
    /// A web address.
    Link,
    /// When it began.
    Start,
    /// When it ended.
    End,
    /// When it was.
    When,
    /// Whether it goes on.
    Current,
    /// A job's title.
    Position,
    /// An academic degree.
    Degree,
    /// A company, a school, whoever issues.
    Organisation,
    /// Who printed it.
    Publisher,
    /// Who wrote it.
    Authors,
    /// Where.
    Place,
    /// How well.
    Grade,
    /// A field of study.
    Area,
    /// How fluently.
    Level,
    /// What a group is called.
    Label,
    /// What stands behind a label.
    Details,
    /// The rest, as a text.
    Text,
    /// The points of a list.
    Items,
}

#[derive(Deserialize)]
struct File {
    section: Vec<SectionEntry>,
    role: Vec<RoleEntry>,
    shows: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct SectionEntry {
    asks: Vec<String>,
    printed: Vec<String>,
}

#[derive(Deserialize)]
struct RoleEntry {
    role: Role,
    name: String,
    told: String,
}

/// The words, ready to be looked up.
#[derive(Default)]
pub(crate) struct Words {
    sections: Vec<(BTreeSet<String>, BTreeSet<String>)>,
    roles: Vec<(Role, BTreeSet<String>, BTreeSet<String>)>,
    shows: BTreeMap<String, BTreeSet<String>>,
}

static SHARED: LazyLock<Words> = LazyLock::new(|| {
    // The file is part of the program and a test reads it; without words prose would only be read less often.
    toml::from_str::<File>(include_str!("words.toml")).map_or_else(|_| Words::default(), Words::from_file)
});

impl Words {
    /// The words of this program.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    fn from_file(file: File) -> Self {
        let set = |line: &str| line.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
        let sections = file.section.into_iter();
        Self {
            sections: sections
                .map(|entry| (entry.asks.into_iter().collect(), entry.printed.into_iter().collect()))
                .collect(),
            roles: file.role.iter().map(|entry| (entry.role, set(&entry.name), set(&entry.told))).collect(),
            shows: file.shows.iter().map(|(kind, line)| (kind.clone(), set(line))).collect(),
        }
    }

    /// Is a folded heading that of a section a property's name asks for? 0..1
    pub(crate) fn heads(&self, name: &[String], heading: &str) -> f32 {
        let asked = self.sections.iter().filter(|(asks, _)| name.iter().any(|word| asks.contains(word)));
        let score = |printed: &BTreeSet<String>| match () {
            () if printed.contains(heading) => 1.0,
            () if printed.iter().any(|text| begins(heading, text)) => 0.85,
            () => 0.0,
        };
        asked.map(|(_, printed)| score(printed)).fold(0.0, f32::max)
    }

    /// Is a folded heading that of any section we know?
    pub(crate) fn is_section(&self, heading: &str) -> bool {
        self.sections.iter().any(|(_, printed)| printed.contains(heading))
    }

    /// Words of a folded text that show a kind, as a share of all its words.
    pub(crate) fn shown(&self, kind: &str, folded: &str) -> f32 {
        let Some(set) = self.shows.get(kind) else { return 0.0 };
        let all = folded.split(' ').filter(|word| !word.is_empty()).count();
        let met = folded.split(' ').filter(|word| set.contains(*word)).count();
        met as f32 / all.max(1) as f32
    }

    /// Is a folded word one that shows a kind?
    pub(crate) fn is(&self, kind: &str, folded: &str) -> bool {
        self.shows.get(kind).is_some_and(|set| set.contains(folded))
    }

    /// What a property of an entry asks for.
    pub(crate) fn role(&self, name: &str, node: &Node) -> Role {
        match &node.kind {
            Kind::Boolean => return Role::Current,
            Kind::Array(_) => return Role::Items,
            _ => {}
        }
        let own = name_words(name);
        let told = words(node.description.as_deref().unwrap_or_default());
        let named = self.roles.iter().find(|(_, names, _)| own.iter().any(|word| names.contains(word)));
        let by_telling = || self.roles.iter().find(|(_, _, tells)| told.iter().any(|word| tells.contains(word)));
        named.or_else(by_telling).map_or(Role::Name, |(role, _, _)| *role)
    }
}

/// Begins a heading with the words of a shorter one: `journal publications selected`.
fn begins(heading: &str, with: &str) -> bool {
    heading.strip_prefix(with).is_some_and(|rest| rest.starts_with(' '))
}

/// The folded text of a heading.
pub(crate) fn folded_heading(text: &str) -> String {
    fold(text).replace(" & ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read() {
        let file: Result<File, _> = toml::from_str(include_str!("words.toml"));
        assert!(file.is_ok(), "{:?}", file.err());
    }

    #[test]
    fn headings_answer_names() {
        let check = |name: &str, heading: &str, want: f32| {
            let score = Words::shared().heads(&name_words(name), &folded_heading(heading));
            assert!((score - want).abs() < 1e-6, "{name} {heading}: {score}");
        };
        check("workExperience", "ACADEMIC APPOINTMENTS", 1.0);
        check("experience", "Berufserfahrung", 1.0);
        check("publications", "JOURNAL PUBLICATIONS (SELECTED)", 0.85);
        check("certificationsAndAwards", "Professional Memberships", 1.0);
        check("skills", "Education", 0.0);
    }
}
