//! An event changes a job's state.
//!
//! Total: every event in every state has a meaning, so that no log can stop its reader. What was applied before, and what
//! a job may not become, changes nothing but the place in the log. Called by whoever folds a log.

use std::sync::Arc;

use super::{End, Finished, JobState, Pages, Phase, Status, SubtreeState, Took};
use crate::event::{AskedSubtree, Event, PlannedQuestion, Recorded};

impl JobState {
    /// A job from its log.
    #[must_use]
    pub fn of<'a>(log: impl IntoIterator<Item = &'a Recorded>) -> Self {
        let mut state = Self::default();
        log.into_iter().for_each(|recorded| state.apply(recorded));
        state
    }

    /// What the job is once this happens next. The answers are shared between states, so the copy is small.
    #[must_use]
    pub fn status_after(&self, event: &Event) -> Status {
        let mut next = self.clone();
        let (sequence, at_ms) = (self.sequence + 1, self.changed_at_ms.unwrap_or_default());
        next.apply(&Recorded { sequence, at_ms, event: event.clone() });
        next.status()
    }

    /// Takes in one event. Events that were taken in before change nothing, so a log may be applied again.
    pub fn apply(&mut self, recorded: &Recorded) {
        if recorded.sequence <= self.sequence {
            return;
        }
        self.sequence = recorded.sequence;
        self.changed_at_ms = Some(recorded.at_ms);
        if self.admits(&recorded.event) {
            self.become_after(recorded);
        }
    }

    /// May this happen now? An ended job is only reopened; each outcome is told once.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        // Invariant: nothing follows a terminal event but `JobReopened`.
        match event {
            Event::JobReopened => self.end.is_some(),
            _ if self.end.is_some() => false,
            Event::JobStarted { .. } => self.started_at_ms.is_none(),
            Event::DocumentRead { .. } => self.pages.is_none(),
            Event::Planned { .. } => !self.planned && self.started_at_ms.is_some(),
            Event::RowsArrived { subtree, turn, .. } => {
                self.subtree(subtree).is_some_and(|found| !found.is_ended() && found.rows.turns + 1 == *turn)
            }
            Event::SubtreeRetrying { subtree, attempt, .. }
            | Event::SubtreeFinished { subtree, attempt, .. }
            | Event::SubtreeFailed { subtree, attempt, .. } => {
                self.subtree(subtree).is_some_and(|found| !found.is_ended() && found.next_attempt() == *attempt)
            }
            Event::StepFailed { .. } => self.failure.is_none(),
            Event::CancelRequested => !self.cancel_requested,
            Event::JobCompleted { .. } | Event::JobFailed { .. } | Event::JobCancelled => true,
        }
    }

    fn become_after(&mut self, Recorded { at_ms, event, .. }: &Recorded) {
        match event {
            Event::JobStarted { subtrees } => {
                self.started_at_ms = Some(*at_ms);
                self.subtrees = subtrees.iter().map(SubtreeState::open).collect();
            }
            Event::DocumentRead { page_count, pages_read, findings } => {
                self.pages = Some(Pages { count: *page_count, read: *pages_read });
                self.round_took.pages += *pages_read;
                self.findings.extend_from_slice(findings);
            }
            Event::Planned { questions } => self.plan(questions),
            Event::RowsArrived { spent, .. } => {
                self.spend(spent);
                self.add_rows(event);
            }
            Event::SubtreeRetrying { subtree, failure, wait_ms, retry_at_ms, instead, spent, .. } => {
                self.spend(spent);
                let (wait_ms, retry_at_ms) = (*wait_ms, *retry_at_ms);
                self.outcome(subtree, Phase::Waiting { failure: failure.clone(), wait_ms, retry_at_ms });
                self.ask_instead(subtree, instead.as_deref());
            }
            Event::SubtreeFinished { subtree, value, attributions, findings, remembered, spent, .. } => {
                self.spend(spent);
                self.first_finished_at_ms.get_or_insert(*at_ms);
                let (value, attributions, findings) = (value.clone(), attributions.clone(), findings.clone());
                let finished = Finished { value, attributions, findings, remembered: *remembered };
                self.outcome(subtree, Phase::Finished(Arc::new(finished)));
            }
            Event::SubtreeFailed { subtree, failure, spent, .. } => {
                self.spend(spent);
                self.outcome(subtree, Phase::Failed(failure.clone()));
            }
            Event::StepFailed { failure, .. } => self.failure = Some(failure.clone()),
            Event::CancelRequested => self.cancel_requested = true,
            Event::JobReopened => self.reopen(),
            Event::JobCompleted { result, valid, findings } => {
                self.findings.extend_from_slice(findings);
                self.end = Some(End::Completed { result: result.clone(), valid: *valid });
            }
            Event::JobFailed { failure } => self.end = Some(End::Failed(failure.clone())),
            Event::JobCancelled => self.end = Some(End::Cancelled),
        }
    }

    fn plan(&mut self, questions: &[PlannedQuestion]) {
        self.planned = true;
        for question in questions {
            if let Some(subtree) = self.subtree_mut(&question.subtree) {
                subtree.pages.clone_from(&question.pages);
            }
        }
    }

    fn add_rows(&mut self, event: &Event) {
        let Event::RowsArrived { subtree, items_new, places, pages_covered, done, .. } = event else { return };
        let Some(subtree) = self.subtree_mut(subtree) else { return };
        subtree.rows.turns += 1;
        subtree.rows.items.extend_from_slice(items_new);
        subtree.rows.places.extend_from_slice(places);
        subtree.rows.places.resize(subtree.rows.items.len(), None);
        subtree.rows.pages_covered.clone_from(pages_covered);
        subtree.rows.done = *done;
    }

    fn outcome(&mut self, subtree: &str, phase: Phase) {
        if let Some(subtree) = self.subtree_mut(subtree) {
            subtree.attempts = subtree.next_attempt();
            subtree.phase = phase;
        }
    }

    /// Another one is asked from now on, with all its retries.
    fn ask_instead(&mut self, subtree: &str, instead: Option<&str>) {
        if let (Some(subtree), Some(instead)) = (self.subtree_mut(subtree), instead) {
            subtree.instead = Some(instead.to_owned());
            subtree.attempts_before = subtree.attempts;
        }
    }

    /// What failed is open again; what was finished stays, with what it cost.
    fn reopen(&mut self) {
        self.round += 1;
        self.end = None;
        self.failure = None;
        self.cancel_requested = false;
        self.round_took = Took::default();
        for subtree in &mut self.subtrees {
            if !matches!(subtree.phase, Phase::Finished(_)) {
                subtree.phase = Phase::Open;
                subtree.attempts_before = subtree.attempts;
                subtree.instead = None;
            }
        }
    }

    fn subtree_mut(&mut self, id: &str) -> Option<&mut SubtreeState> {
        self.subtrees.iter_mut().find(|subtree| subtree.id == id)
    }
}

impl SubtreeState {
    fn open(asked: &AskedSubtree) -> Self {
        Self {
            id: asked.id.clone(),
            path: asked.path.clone(),
            leaves: asked.leaves,
            pages: Vec::new(),
            phase: Phase::Open,
            attempts: 0,
            attempts_before: 0,
            instead: None,
            rows: super::Rows::default(),
        }
    }
}
