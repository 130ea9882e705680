//! What is to be done next.
//!
//! A pure function of the log, the settings and the moment: it can be asked at any time, as often as one likes, by
//! anybody, and after a crash. Never does anything. Called by both engines after every event and every wait.

use std::collections::BTreeSet;

use super::{JobState, Phase, Settings, SubtreeState};
use crate::code::Code;
use crate::event::Failure;

/// A step that an engine runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The schema into subtrees.
    Start,
    /// Bytes into pages.
    ReadDocument,
    /// Pages for each subtree.
    Plan,
    /// One question.
    ExtractSubtree {
        /// Which subtree.
        subtree: String,
    },
    /// Answers into one result.
    Assemble,
}

/// What the log does not say: the time, and what this engine is doing. After a crash nothing runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Unix time in milliseconds.
    pub now_ms: u64,
    /// Steps that were begun and have no outcome yet.
    pub running: BTreeSet<Step>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin step `Start`; it ends with `JobStarted`.
    Start,
    /// Begin step `ReadDocument`; it ends with `DocumentRead` or `StepFailed`.
    ReadDocument,
    /// Begin step `Plan`; it ends with `Planned`.
    Plan,
    /// Begin step `ExtractSubtree`; it ends with `SubtreeFinished`, or as [`super::after_failure`] says.
    ExtractSubtree {
        /// Which subtree.
        subtree: String,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// Record `SubtreeFailed` without asking.
    GiveUp {
        /// Which subtree.
        subtree: String,
        /// The attempt that is not made.
        attempt: u32,
        /// Why.
        failure: Failure,
    },
    /// Ask again at this time at the latest: nothing else may happen before.
    Wait {
        /// Unix time in milliseconds.
        until_ms: u64,
    },
    /// Stop a running step; its outcome is not wanted any more.
    Stop(Step),
    /// Begin step `Assemble`; it ends with `JobCompleted` or `StepFailed`.
    Assemble,
    /// Record `JobFailed`.
    Fail(Failure),
    /// Record `JobCancelled`.
    Cancel,
}

/// The commands for this moment; steps that run are not begun again. Empty where the job has ended, or where what runs
/// must end first.
#[must_use]
pub fn decide(state: &JobState, settings: &Settings, moment: &Moment) -> Vec<Command> {
    if state.end.is_some() {
        return Vec::new();
    }
    if state.cancel_requested {
        return stop_or(moment, Command::Cancel);
    }
    if let Some(failure) = &state.failure {
        return stop_or(moment, Command::Fail(failure.clone()));
    }
    if let Some((step, command)) = next_whole_step(state) {
        return if moment.running.contains(&step) { Vec::new() } else { vec![command] };
    }
    if state.subtrees.iter().any(|subtree| !subtree.is_ended()) {
        return ask(state, settings, moment);
    }
    conclude(state, moment)
}

/// What runs is stopped first, so that nothing is recorded after the end.
fn stop_or(moment: &Moment, end: Command) -> Vec<Command> {
    if moment.running.is_empty() { vec![end] } else { moment.running.iter().cloned().map(Command::Stop).collect() }
}

fn next_whole_step(state: &JobState) -> Option<(Step, Command)> {
    match () {
        () if state.started_at_ms.is_none() => Some((Step::Start, Command::Start)),
        () if state.pages.is_none() => Some((Step::ReadDocument, Command::ReadDocument)),
        () if !state.planned && !state.subtrees.is_empty() => Some((Step::Plan, Command::Plan)),
        () => None,
    }
}

fn ask(state: &JobState, settings: &Settings, moment: &Moment) -> Vec<Command> {
    let idle = state.subtrees.iter().filter(|subtree| !subtree.is_ended() && !is_running(subtree, moment));
    if is_budget_spent(state, settings) {
        // What of a list is there already is kept: that takes no question.
        return idle
            .map(|subtree| if subtree.rows.items.is_empty() { give_up(subtree) } else { extract(subtree) })
            .collect();
    }
    let room = (settings.questions_max.max(1) as usize).saturating_sub(moment.running.len());
    let (due, waiting): (Vec<_>, Vec<_>) = idle.partition(|subtree| is_due(subtree, moment.now_ms));
    let mut commands: Vec<Command> = due.into_iter().take(room).map(extract).collect();
    let next = waiting.into_iter().filter_map(retry_at_ms).min();
    commands.extend(next.map(|until_ms| Command::Wait { until_ms }));
    commands
}

fn is_running(subtree: &SubtreeState, moment: &Moment) -> bool {
    moment.running.contains(&Step::ExtractSubtree { subtree: subtree.id.clone() })
}

fn is_budget_spent(state: &JobState, settings: &Settings) -> bool {
    settings.cost_usd_max.is_some_and(|max| state.cost.known_usd >= max)
}

fn give_up(subtree: &SubtreeState) -> Command {
    let message = "what the job may cost is spent; this part was not asked".to_owned();
    let failure = Failure { code: Code::BudgetSpent, message };
    Command::GiveUp { subtree: subtree.id.clone(), attempt: subtree.next_attempt(), failure }
}

fn extract(subtree: &SubtreeState) -> Command {
    Command::ExtractSubtree { subtree: subtree.id.clone(), attempt: subtree.next_attempt() }
}

/// A clock that went back by more than the wait itself does not make a job wait for it to catch up.
fn is_due(subtree: &SubtreeState, now_ms: u64) -> bool {
    match &subtree.phase {
        Phase::Waiting { wait_ms, retry_at_ms, .. } => {
            now_ms >= *retry_at_ms || now_ms.saturating_add(*wait_ms) < *retry_at_ms
        }
        Phase::Open => true,
        Phase::Finished(_) | Phase::Failed(_) => false,
    }
}

fn retry_at_ms(subtree: &SubtreeState) -> Option<u64> {
    match &subtree.phase {
        Phase::Waiting { retry_at_ms, .. } => Some(*retry_at_ms),
        Phase::Open | Phase::Finished(_) | Phase::Failed(_) => None,
    }
}

/// One finished subtree makes a result; without any the first failure is the job's.
fn conclude(state: &JobState, moment: &Moment) -> Vec<Command> {
    if state.subtrees.iter().any(|subtree| matches!(subtree.phase, Phase::Finished(_))) {
        return if moment.running.contains(&Step::Assemble) { Vec::new() } else { vec![Command::Assemble] };
    }
    let first = state.subtrees.iter().find_map(|subtree| match &subtree.phase {
        Phase::Failed(failure) => Some(failure.clone()),
        Phase::Open | Phase::Waiting { .. } | Phase::Finished(_) => None,
    });
    let nothing_asked = || Failure { code: Code::Internal, message: "the schema asks for nothing".to_owned() };
    stop_or(moment, Command::Fail(first.unwrap_or_else(nothing_asked)))
}
