//! Events of jobs that are followed, written as frames once for all their followers.
//!
//! A thousand followers of one job wait for one writing. Holds the newest frames and the job's outline, for as long as
//! somebody follows; who is further behind than that writes for itself. Never a source of truth: all of it is read again
//! from the log where it is missing. Called by `sse`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use metrics::Counter;
use serde_json::Value;
use sluice_extract::event::{Event, Recorded};
use sluice_extract::id::JobId;
use sluice_extract::job::JobState;
use sluice_store::JobRow;

use crate::app::App;
use crate::problem::Problem;
use crate::readings::{self, Detail};
use crate::wire::event::{Place, Subject, Told};
use crate::wire::problem::Door;

/// Most frames of a job that are kept: as many as a follower reads at once.
const FRAMES_MAX: usize = 64;

type Jobs = Mutex<HashMap<(JobId, Door), Weak<JobFrames>>>;

/// The jobs that are followed.
#[derive(Default)]
pub(crate) struct Frames {
    jobs: Arc<Jobs>,
}

/// The frames of one job at one door.
pub(crate) struct JobFrames {
    pub(crate) row: JobRow,
    pub(crate) subject: Subject,
    door: Door,
    /// Held for a look or a push: of a thousand that are woken by an event, one writes its frame and the others take it.
    newest: Mutex<VecDeque<(u64, Place, Bytes)>>,
    /// The outline of the job after the newest frame. Held by the one that writes.
    state: tokio::sync::Mutex<JobState>,
    /// Frames that were sent at this door.
    sent: Counter,
    jobs: Arc<Jobs>,
}

impl Frames {
    /// The frames of a job, shared with whoever follows it at this door.
    pub(crate) fn of(&self, row: &JobRow, door: Door) -> Arc<JobFrames> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frames) = jobs.get(&(row.id, door)).and_then(Weak::upgrade) {
            return frames;
        }
        let frames = Arc::new(JobFrames {
            row: row.clone(),
            subject: readings::subject(row),
            door,
            newest: Mutex::default(),
            state: tokio::sync::Mutex::default(),
            sent: metrics::counter!("sluice_stream_frames_total", "api" => door.name()),
            jobs: Arc::clone(&self.jobs),
        });
        jobs.insert((row.id, door), Arc::downgrade(&frames));
        frames
    }
}

impl Drop for JobFrames {
    fn drop(&mut self) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (self.row.id, self.door);
        // Somebody may have begun anew in between.
        if jobs.get(&key).is_some_and(|frames| frames.strong_count() == 0) {
            jobs.remove(&key);
        }
    }
}

impl JobFrames {
    /// The frame of an event; `None` where the others are further on and it is kept no more.
    ///
    /// # Errors
    /// The log cannot be read.
    pub(crate) async fn shared(&self, app: &App, recorded: &Recorded, place: Place) -> Result<Option<Bytes>, Problem> {
        let sequence = recorded.sequence;
        if let Some(frame) = self.kept(sequence, place) {
            return Ok(Some(frame));
        }
        let mut state = self.state.lock().await;
        // Somebody may have written it in between.
        if let Some(frame) = self.kept(sequence, place) {
            return Ok(Some(frame));
        }
        if sequence <= state.sequence {
            return Ok(None);
        }
        self.advance(app, &mut state, sequence - 1).await?;
        let frame = self.written(app, &mut state, recorded, place).await;
        self.keep(sequence, place, frame.clone());
        Ok(Some(frame))
    }

    fn kept(&self, sequence: u64, place: Place) -> Option<Bytes> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // Most look for the last one.
        let found = newest.iter().rev().find(|(kept, at, _)| *kept == sequence && *at == place);
        found.map(|(_, _, frame)| frame.clone())
    }

    fn keep(&self, sequence: u64, place: Place, frame: Bytes) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.push_back((sequence, place, frame));
        if newest.len() > FRAMES_MAX {
            newest.pop_front();
        }
    }

    /// Counts a frame that is sent.
    pub(crate) fn count(&self) {
        self.sent.increment(1);
    }

    /// The frame of an event for one follower alone, with a state of its own.
    ///
    /// # Errors
    /// The log cannot be read.
    pub(crate) async fn alone(
        &self,
        app: &App,
        state: &mut JobState,
        recorded: &Recorded,
        place: Place,
    ) -> Result<Bytes, Problem> {
        self.advance(app, state, recorded.sequence - 1).await?;
        Ok(self.written(app, state, recorded, place).await)
    }

    /// Takes in what comes before.
    async fn advance(&self, app: &App, state: &mut JobState, until: u64) -> Result<(), Problem> {
        if state.sequence < until {
            let missing = readings::log_between(app, &self.row, Detail::Outline, state.sequence, Some(until)).await?;
            missing.iter().for_each(|recorded| state.apply(recorded));
        }
        Ok(())
    }

    async fn written(&self, app: &App, state: &mut JobState, recorded: &Recorded, place: Place) -> Bytes {
        let Recorded { sequence, at_ms, .. } = *recorded;
        state.apply(&Recorded { sequence, at_ms, event: recorded.event.outline() });
        let told = match self.door {
            Door::Extract => self.subject.event(recorded, state, place),
            Door::Jobs => {
                let results = self.results(app, recorded, place).await;
                self.subject.generic_event(recorded, state, place, results)
            }
        };
        frame(&told, sequence)
    }

    /// The results that a completed job's last event carries in the Jobs API.
    async fn results(&self, app: &App, recorded: &Recorded, place: Place) -> Option<Value> {
        if !matches!(recorded.event, Event::JobCompleted { .. }) || place == Place::Superseded {
            return None;
        }
        // Where that fails it is logged; the client reads the results from the job.
        readings::results(app, &self.row).await.ok().map(|results| results.results)
    }
}

/// The bytes of one event.
pub(crate) fn frame(told: &Told, sequence: u64) -> Bytes {
    // A job without events has no place in its log to come back to.
    let id = if sequence > 0 { format!("id: {sequence}\n") } else { String::new() };
    Bytes::from(format!("{id}event: {}\ndata: {}\n\n", told.name, told.data))
}
