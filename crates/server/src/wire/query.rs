//! The parameters of a query, one at a time, with every problem gathered.
//!
//! Parameters that nobody knows are let pass. Of one that is given twice the last counts, as in the published API.
//! Called by the handlers of lists, streams and logs.

use std::str::FromStr;

use sluice_extract::job::Status;
use sluice_store::PageQuery;

use super::problem::FieldProblem;
use super::time;

/// Most rows of a page.
pub(crate) const LIMIT_MAX: u32 = 100;
/// Rows of a page unless the caller says otherwise.
pub(crate) const LIMIT_DEFAULT: u32 = 20;
/// Longest text that is searched for, in characters.
const SEARCH_MAX: usize = 500;

/// Reads the parameters of a query.
pub(crate) struct Query {
    parameters: Vec<(String, String)>,
    problems: Vec<FieldProblem>,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { parameters, problems: Vec::new() }
    }

    /// What was read, unless something is wrong.
    ///
    /// # Errors
    /// Every problem that was found.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, Vec<FieldProblem>> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.parameters.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(crate) fn search(&mut self) -> Option<String> {
        let search = self.text("search").filter(|text| !text.is_empty())?.to_owned();
        if search.chars().count() > SEARCH_MAX {
            let message = format!("String should have at most {SEARCH_MAX} characters");
            self.refuse::<()>("search", "string_too_long", message);
        }
        Some(search)
    }

    pub(crate) fn page(&mut self) -> PageQuery {
        let limit = self.number("limit", 1, u64::from(LIMIT_MAX));
        let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(LIMIT_DEFAULT);
        PageQuery { limit, cursor: self.text("cursor").map(str::to_owned) }
    }

    pub(crate) fn number(&mut self, key: &str, min: u64, max: u64) -> Option<u64> {
        let text = self.text(key)?.to_owned();
        match text.parse::<u64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(number) if number < min => {
                self.refuse(key, "greater_than_equal", format!("Input should be greater than or equal to {min}"))
            }
            Ok(_) => self.refuse(key, "less_than_equal", format!("Input should be less than or equal to {max}")),
            Err(_) => self.refuse(key, "int_parsing", format!("Input should be an integer from {min} to {max}")),
        }
    }

    pub(crate) fn id<T: FromStr>(&mut self, key: &str) -> Option<T> {
        let text = self.text(key)?.to_owned();
        text.parse().ok().or_else(|| self.refuse(key, "id_parsing", "Input should be an id".to_owned()))
    }

    pub(crate) fn time(&mut self, key: &str) -> Option<u64> {
        let text = self.text(key)?.to_owned();
        let wrong = "Input should be a time as in 2026-01-31T23:59:59Z";
        time::parse(&text).or_else(|| self.refuse(key, "datetime_parsing", wrong.to_owned()))
    }

    /// A day, as days since 1970-01-01.
    pub(crate) fn day(&mut self, key: &str) -> Option<u64> {
        let text = self.text(key)?.to_owned();
        let wrong = "Input should be a day as in 2026-01-31, from 1970 on";
        time::day(&text).or_else(|| self.refuse(key, "date_parsing", wrong.to_owned()))
    }

    /// What only holds of several parameters together does not.
    pub(crate) fn wrong(&mut self, key: &str, kind: &str, message: String) {
        self.refuse::<()>(key, kind, message);
    }

    /// The statuses of a filter, in any published spelling; several with commas or given several times. Empty for any.
    pub(crate) fn statuses(&mut self, key: &str) -> Vec<Status> {
        let given = self.parameters.iter().filter(|(name, _)| name == key).map(|(_, value)| value.clone());
        let given: Vec<String> = given.collect();
        let mut statuses = Vec::new();
        for spelling in given.iter().flat_map(|value| value.split(',')).map(str::trim) {
            match statuses_of(spelling) {
                Some(found) => statuses.extend_from_slice(found),
                None => {
                    let message = "Input should be pending, processing, retrying, completed, failed or cancelled";
                    self.refuse::<()>(key, "enum", message.to_owned());
                }
            }
        }
        statuses
    }

    fn refuse<T>(&mut self, key: &str, kind: &str, message: String) -> Option<T> {
        self.problems.push(FieldProblem::new(&["query", key], kind, message));
        None
    }
}

/// Every spelling that either API ever published, in any case.
fn statuses_of(spelling: &str) -> Option<&'static [Status]> {
    Some(match spelling.to_ascii_lowercase().as_str() {
        "pending" | "queued" | "created" | "waiting" => &[Status::Pending],
        "processing" => &[Status::Processing],
        "retrying" => &[Status::Retrying],
        "running" | "started" | "in_progress" | "active" => &[Status::Processing, Status::Retrying],
        "completed" | "succeeded" | "success" | "finished" | "done" => &[Status::Completed],
        "failed" | "error" => &[Status::Failed],
        "cancelled" | "canceled" => &[Status::Cancelled],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: &[Status]) {
        let mut query = Query::parse(query);
        assert_eq!(query.statuses("status"), expect);
        assert!(query.finish(()).is_ok());
    }

    #[test]
    fn a_status_has_many_spellings() {
        check("", &[]);
        check("status=queued", &[Status::Pending]);
        check("status=RUNNING", &[Status::Processing, Status::Retrying]);
        check("status=Started", &[Status::Processing, Status::Retrying]);
        check("status=canceled&status=CANCELLED", &[Status::Cancelled, Status::Cancelled]);
        check("status=completed,failed", &[Status::Completed, Status::Failed]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_name() {
        let mut query = Query::parse("limit=0&status=paused&created_after=noon&other=1");
        query.page();
        query.statuses("status");
        query.time("created_after");
        let told = query.finish(()).unwrap_err();
        let kinds: Vec<&str> = told.iter().map(|problem| problem.kind.as_str()).collect();
        assert_eq!(kinds, ["greater_than_equal", "enum", "datetime_parsing"]);
    }
}
