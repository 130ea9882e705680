//! The fields of a JSON body, one at a time, with every problem gathered.
//!
//! In the words of the published API's own validator (pydantic 2). Keys that nobody knows are let pass: a newer client
//! may send them. Called by the bodies of this room.

use serde_json::{Map, Value};

use super::problem::FieldProblem;

/// Reads the fields of a body.
pub(crate) struct Fields {
    object: Map<String, Value>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// The fields of these bytes.
    ///
    /// # Errors
    /// They are no JSON object.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => Ok(Self { object, problems: Vec::new() }),
            Ok(_) => Err(vec![FieldProblem::new(&["body"], "dict_type", "Input should be a valid dictionary")]),
            Err(error) => {
                let message = format!("JSON decode error: {error}");
                Err(vec![FieldProblem::new(&["body"], "json_invalid", message)])
            }
        }
    }

    /// What was read, unless something is wrong.
    ///
    /// # Errors
    /// Every problem that was found.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, Vec<FieldProblem>> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }

    pub(crate) fn refuse(&mut self, problem: FieldProblem) {
        self.problems.push(problem);
    }

    /// The field, taken out; null counts as absent.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.object.remove(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            _ => self.wrong(key, "string_type", "Input should be a valid string"),
        }
    }

    /// A text of 1 to so many characters.
    pub(crate) fn short_text(&mut self, key: &str, characters_max: usize) -> Option<String> {
        let text = self.text(key)?;
        if text.is_empty() {
            return self.wrong(key, "string_too_short", "String should have at least 1 character");
        }
        if text.chars().count() > characters_max {
            let message = format!("String should have at most {characters_max} characters");
            return self.wrong(key, "string_too_long", &message);
        }
        Some(text)
    }

    pub(crate) fn object(&mut self, key: &str) -> Option<Value> {
        match self.take(key)? {
            object @ Value::Object(_) => Some(object),
            _ => self.wrong(key, "dict_type", "Input should be a valid dictionary"),
        }
    }

    pub(crate) fn boolean(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(value) => Some(value),
            _ => self.wrong(key, "bool_type", "Input should be a valid boolean"),
        }
    }

    /// What a field must be; where it is not there that is a problem, and the rest is read on with the default.
    pub(crate) fn required<T: Default>(&mut self, key: &str, read: impl Fn(&mut Self, &str) -> Option<T>) -> T {
        let problems_before = self.problems.len();
        read(self, key).unwrap_or_else(|| {
            if self.problems.len() == problems_before {
                self.refuse(FieldProblem::new(&["body", key], "missing", "Field required"));
            }
            T::default()
        })
    }

    fn wrong<T>(&mut self, key: &str, kind: &str, message: &str) -> Option<T> {
        self.refuse(FieldProblem::new(&["body", key], kind, message));
        None
    }
}
