//! Which pages are wanted: all of them, or ranges such as `1-3,7,10-`.
//!
//! Numbers only; whether a document has such pages is for the reader to say. Called by the CLI, by a job's config and by
//! the reader.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The pages of a document that are to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageSelection {
    /// Every page.
    #[default]
    All,
    /// Closed ranges of 1-based numbers, as they were written.
    Ranges(Vec<(u32, u32)>),
}

/// A selection that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no selection of pages; write for example 1-3,7 or 10-")]
pub struct SelectionError(String);

impl PageSelection {
    /// Is this 1-based page wanted?
    #[must_use]
    pub fn contains(&self, page: u32) -> bool {
        match self {
            Self::All => true,
            Self::Ranges(ranges) => ranges.iter().any(|&(first, last)| (first..=last).contains(&page)),
        }
    }
}

impl FromStr for PageSelection {
    type Err = SelectionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || SelectionError(text.to_owned());
        let ranges = text.split(',').map(|part| range(part.trim()).ok_or_else(refuse)).collect::<Result<_, _>>()?;
        Ok(Self::Ranges(ranges))
    }
}

impl fmt::Display for PageSelection {
    /// As it is written; nothing for every page.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ranges(ranges) = self else { return Ok(()) };
        for (at, &(first, last)) in ranges.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match last {
                u32::MAX => write!(f, "{comma}{first}-")?,
                last if last == first => write!(f, "{comma}{first}")?,
                last => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

fn range(part: &str) -> Option<(u32, u32)> {
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|&page| page > 0);
    let (first, last) = match part.split_once('-') {
        None => (number(part)?, number(part)?),
        Some((first, "")) => (number(first)?, u32::MAX),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_nonsense_is_refused() {
        let check = |text: &str, wanted: &[u32], unwanted: &[u32]| {
            let selection: PageSelection = text.parse().unwrap();
            assert!(wanted.iter().all(|&page| selection.contains(page)), "{text}");
            assert!(!unwanted.iter().any(|&page| selection.contains(page)), "{text}");
        };
        assert_eq!(" 1-3, 7 ,9-".parse::<PageSelection>().unwrap().to_string(), "1-3,7,9-");
        check("1-3,7", &[1, 2, 3, 7], &[0, 4, 6, 8]);
        check(" 5 , 10- ", &[5, 10, 4_000_000], &[4, 6, 9]);
        for text in ["", "0", "3-1", "a", "1-2-3", "-3", "1,,2"] {
            assert!(text.parse::<PageSelection>().is_err(), "{text}");
        }
    }
}
