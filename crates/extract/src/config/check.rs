//! One key of a config at a time: the value it says, its default, or a problem.
//!
//! The words are those of the published API's own validator (pydantic 2), so that a client which knows them knows ours.
//! Called by `config`.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::selection::PageSelection;

/// One thing that is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigProblem {
    /// The keys that lead to it, from the config on.
    pub loc: Vec<String>,
    /// One sentence for a person.
    #[serde(rename = "msg")]
    pub message: String,
    /// What kind of problem, as pydantic calls it.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ConfigProblem {
    pub(super) fn new(loc: &[&str], kind: &str, message: impl Into<String>) -> Self {
        let loc = loc.iter().map(|&key| key.to_owned()).collect();
        Self { loc, message: message.into(), kind: kind.to_owned() }
    }
}

/// A config with problems, where one error is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigInvalid(pub Vec<ConfigProblem>);

impl fmt::Display for ConfigInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", problem.loc.join("."), problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigInvalid {}

/// Reads an object's keys and gathers what is wrong.
pub(super) struct Checker<'a> {
    object: &'a Map<String, Value>,
    above: Vec<&'a str>,
    problems: Vec<ConfigProblem>,
}

type Checked<T> = Result<T, (&'static str, String)>;

impl<'a> Checker<'a> {
    pub(super) fn new(object: &'a Map<String, Value>, above: &[&'a str]) -> Self {
        Self { object, above: above.to_vec(), problems: Vec::new() }
    }

    /// What was wrong, and the keys that are none of these.
    pub(super) fn finish(mut self, known: &[&str]) -> Vec<ConfigProblem> {
        for key in self.object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.refuse(key, "extra_forbidden", "Extra inputs are not permitted");
        }
        self.problems
    }

    pub(super) fn add(&mut self, problems: Vec<ConfigProblem>) {
        self.problems.extend(problems);
    }

    pub(super) fn boolean(&mut self, key: &str, default: bool) -> bool {
        self.take(key, default, |value| {
            value.as_bool().ok_or_else(|| ("bool_type", "Input should be a valid boolean".to_owned()))
        })
    }

    pub(super) fn text(&mut self, key: &str, default: &str) -> String {
        self.take(key, default.to_owned(), |value| match text(value)? {
            "" => Err(("string_too_short", "String should have at least 1 character".to_owned())),
            text => Ok(text.to_owned()),
        })
    }

    pub(super) fn text_or_null(&mut self, key: &str) -> Option<String> {
        self.take_or_null(key, |value| Ok(text(value)?.to_owned()))
    }

    pub(super) fn number_or_null(&mut self, key: &str, max: Option<f64>) -> Option<f64> {
        self.take_or_null(key, |value| {
            let number = value.as_f64().ok_or_else(|| ("float_type", "Input should be a valid number".to_owned()))?;
            within(number, 0.0, max.unwrap_or(f64::MAX))
        })
    }

    pub(super) fn integer_or_null(&mut self, key: &str) -> Option<i64> {
        self.take_or_null(key, integer)
    }

    pub(super) fn count(&mut self, key: &str, range: RangeInclusive<u32>, default: u32) -> u32 {
        self.take(key, default, |value| {
            let within = within(integer(value)?, i64::from(*range.start()), i64::from(*range.end()))?;
            u32::try_from(within).map_err(|_| ("int_type", "Input should be a valid integer".to_owned()))
        })
    }

    pub(super) fn pages(&mut self, key: &str) -> PageSelection {
        let parse =
            |value: &Value| text(value)?.parse().map_err(|error| ("value_error", format!("Value error, {error}")));
        self.take_or_null(key, parse).unwrap_or_default()
    }

    /// The object under a key that has two names. Both at once is a problem.
    pub(super) fn object_of_two_names(&mut self, key: &'a str, other: &'a str) -> Option<Checker<'a>> {
        if self.object.contains_key(key) && self.object.contains_key(other) {
            self.refuse(other, "extra_forbidden", format!("this is another name of {key}: give one of them"));
        }
        let key = if self.object.contains_key(key) { key } else { other };
        match self.object.get(key)? {
            Value::Object(inner) => {
                let mut above = self.above.clone();
                above.push(key);
                Some(Checker::new(inner, &above))
            }
            _ => {
                self.refuse(key, "dict_type", "Input should be a valid dictionary");
                None
            }
        }
    }

    fn take<T>(&mut self, key: &str, default: T, check: impl Fn(&Value) -> Checked<T>) -> T {
        match self.object.get(key).map(check) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err((kind, message))) => {
                self.refuse(key, kind, message);
                default
            }
        }
    }

    fn take_or_null<T>(&mut self, key: &str, check: impl Fn(&Value) -> Checked<T>) -> Option<T> {
        self.take(key, None, |value| if value.is_null() { Ok(None) } else { check(value).map(Some) })
    }

    fn refuse(&mut self, key: &str, kind: &str, message: impl Into<String>) {
        let mut loc = self.above.clone();
        loc.push(key);
        self.problems.push(ConfigProblem::new(&loc, kind, message));
    }
}

fn text(value: &Value) -> Checked<&str> {
    value.as_str().ok_or_else(|| ("string_type", "Input should be a valid string".to_owned()))
}

/// A whole number, with a point or without.
fn integer(value: &Value) -> Checked<i64> {
    if let Some(integer) = value.as_i64() {
        return Ok(integer);
    }
    let number = value.as_f64().ok_or_else(|| ("int_type", "Input should be a valid integer".to_owned()))?;
    let refuse =
        || ("int_from_float", "Input should be a valid integer, got a number with a fractional part".to_owned());
    // Above 2^53 a float with a point names no one integer.
    if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 {
        return Err(refuse());
    }
    format!("{number:.0}").parse().map_err(|_| refuse())
}

fn within<T: PartialOrd + fmt::Display + Copy>(value: T, min: T, max: T) -> Checked<T> {
    match () {
        () if value < min => Err(("greater_than_equal", format!("Input should be greater than or equal to {min}"))),
        () if value > max => Err(("less_than_equal", format!("Input should be less than or equal to {max}"))),
        () => Ok(value),
    }
}
