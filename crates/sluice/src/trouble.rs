//! How an error looks to a person: what was wrong, where, and the next command to type.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use sluice_extract::code::Code;

/// Exit code where the command itself is wrong, as clap has it.
pub(crate) const USAGE: u8 = 2;

/// Exit code where at least one document gave no result.
pub(crate) const SOME_FAILED: u8 = 1;

/// An error with the next thing to type.
#[derive(Debug)]
pub(crate) struct Hinted {
    message: String,
    hint: String,
}

impl std::fmt::Display for Hinted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Hinted {}

/// An error that says what to do next.
pub(crate) fn hinted(message: impl Into<String>, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hinted { message: message.into(), hint: hint.into() })
}

/// What to do next for a code that a document or a model gave.
pub(crate) fn hint_for(code: Code) -> &'static str {
    match code {
        Code::UnreadableFile => "check the path and that you may read it",
        Code::UnsupportedMedia => "Sluice reads PDF, PNG, JPEG, TIFF and WebP; convert the file to one of them",
        Code::EmptyDocument => "the file has no bytes; fetch it again",
        Code::Encrypted => "remove the password first, e.g. `qpdf --decrypt --password=... in.pdf out.pdf`",
        Code::Damaged => "open it in a viewer and print it to a new PDF, or fetch it again",
        Code::TooLarge => "read a part of it with `--pages 1-50`",
        Code::TookTooLong => "read a part of it with `--pages 1-10`, or try again on a quieter machine",
        Code::SchemaInvalid => "`sluice schema check SCHEMA` shows every problem with its place",
        Code::ModelUnknown => "`sluice models` lists the models that are set up",
        Code::ModelUnavailable => "try again later, or take another model with `--model`",
        Code::RateLimited => "try again later, or set `requests_per_minute` for the model in sluice.toml",
        Code::ModelRefused => "`sluice doctor` tells whether the model's key is set up",
        Code::AnswerInvalid => "try again, or take another model with `--model`",
        Code::NotRecorded => "replay it with the document, schema, settings and release it was recorded with",
        Code::BudgetSpent => "raise the bound on what it may cost; what is finished is kept",
        Code::Cancelled => "run the command again to go on",
        Code::Internal => "please report it with the version that `sluice --version` prints",
    }
}

/// Prints an error on standard error and gives the exit code for a command that is wrong.
pub(crate) fn print(error: &anyhow::Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    anstream::eprintln!("{red}error{red:#}: {}", causes.join(": "));
    if let Some(hinted) = error.downcast_ref::<Hinted>() {
        print_hint(&hinted.hint);
    } else if let Some(failed) = error.downcast_ref::<sluice_model::ModelError>() {
        print_hint(hint_for(failed.code));
    } else if let Some(failed) = error.downcast_ref::<sluice_engine::StepError>() {
        print_hint(hint_for(failed.code));
    }
    ExitCode::from(USAGE)
}

/// A moment as RFC 3339 in UTC.
pub(crate) fn moment(at_ms: u64) -> String {
    let moment = i64::try_from(at_ms).ok().and_then(chrono::DateTime::from_timestamp_millis);
    moment.map_or_else(|| format!("{at_ms} ms"), |at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// `1 page`, `2 pages`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The line under an error: what to do next.
pub(crate) fn print_hint(hint: &str) {
    let cyan = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
    anstream::eprintln!("{cyan}hint{cyan:#}: {hint}");
}
