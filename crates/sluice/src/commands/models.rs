//! `sluice models`: who can be asked.

use std::process::ExitCode;

use crate::config::Settings;

/// Prints a line for each model, then those that lack something.
pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    for card in settings.models()?.cards() {
        let default = if card.name == settings.model_default() { "  (default)" } else { "" };
        anstream::println!("{:<24} {:<12} {}{default}", card.name, card.vendor, card.summary);
    }
    let script = "answers, delays and failures from a file; for tests";
    anstream::println!("{:<24} {:<12} {script}", "scripted:FILE", "scripted");
    for setup in settings.setups() {
        match &setup.missing {
            Some(missing) => anstream::println!("{:<24} {:<12} {}: {missing}", setup.name, "not set up", setup.told),
            None if setup.name.ends_with(":MODEL") => {
                anstream::println!("{:<24} {:<12} {}", setup.name, "openai", setup.told);
            }
            None => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}
