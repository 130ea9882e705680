//! A job's log as a stream of frames: both APIs' streams are this one, in their words.
//!
//! Frames are written as bytes of our own: axum's keep-alive ends comments with a blank line, which crashes the official
//! client. An item is a whole frame, and a stream ends between two: on shutdown nobody gets half of one. Holds nothing of
//! the job but where it is and its outline; what it does not send yet stays in the store. Called by the handlers of
//! streams.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use sluice_extract::event::{Event, Recorded};
use sluice_extract::job::JobState;
use sluice_store::{Follow, JobRow, follow};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::admission::StreamPlace;
use crate::app::App;
use crate::problem::Problem;
use crate::readings::{self, Detail};
use crate::wire::event::{Place, Subject, Told};
use crate::wire::problem::Door;
use crate::wire::query::Query;

/// Media type of both streams.
pub(crate) const MEDIA_TYPE: &str = "text/event-stream";

/// A line that is a comment, and no blank line after it: the only heartbeat that every client survives.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n");

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// With the job as it is now.
    Now,
    /// After this event of the log.
    After(u64),
}

/// Where a client says it is: `Last-Event-ID`, else `?starting_after=`.
///
/// # Errors
/// It is no number.
pub(crate) fn cursor(headers: &HeaderMap, query: &Query) -> Result<From, Problem> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").trim());
    // A browser that saw no id sends none; a client that sends an empty one says the same.
    let sent = header.filter(|text| !text.is_empty()).or_else(|| query.text("starting_after"));
    let Some(text) = sent else { return Ok(From::Now) };
    let number = text.parse().map_err(|_| Problem::bad_request(format!("{text:?} is no event's id")))?;
    Ok(From::After(number))
}

/// The stream of a job, or the answer that there is nothing more.
///
/// # Errors
/// The cursor is past the end; or the store does not work.
pub(crate) async fn stream(
    app: &Arc<App>,
    row: &JobRow,
    door: Door,
    from: From,
    place: StreamPlace,
) -> Result<Response, Problem> {
    let first = match from {
        From::Now => First::now(app, row, door).await?,
        From::After(after) if after > row.log_end => {
            return Err(Problem::bad_request(format!("the log ends at {}, before {after}", row.log_end)));
        }
        // Nothing comes after the end: this answer stops a browser from coming back.
        From::After(after) if row.status.is_ended() && after == row.log_end => {
            return Ok(http::StatusCode::NO_CONTENT.into_response());
        }
        From::After(after) => First::after(app, row, after).await?,
    };
    let reel = Reel::new(app, row, door, first, place);
    let frames = futures::stream::unfold(reel, |mut reel| async move {
        let frame = reel.next().await?;
        Some((Ok::<_, Infallible>(frame), reel))
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// What a stream begins with.
struct First {
    /// An event that is none of the log, with the last one that it takes in.
    told: Option<(Told, u64)>,
    /// The outline of the job at `after`.
    state: JobState,
    after: u64,
}

impl First {
    async fn now(app: &Arc<App>, row: &JobRow, door: Door) -> Result<Self, Problem> {
        let subject = readings::subject(row);
        let (told, log) = match door {
            Door::Extract => {
                let log = readings::log(app, row, Detail::Whole, None).await?;
                let state = JobState::of(&log);
                let plain = readings::plain(app, row, &state).await?;
                (Some((subject.state(&state, &plain), state.sequence)), log)
            }
            Door::Jobs => {
                let log = readings::log(app, row, Detail::Outline, None).await?;
                let state = JobState::of(&log);
                (state.end.is_none().then(|| (subject.generic_state(&state), state.sequence)), log)
            }
        };
        // Of an ended job the terminal event itself comes next.
        let is_ended = log.last().is_some_and(|last| last.event.is_terminal());
        let outline = JobState::of(outlines(log.iter().take(log.len() - usize::from(is_ended))).iter());
        Ok(Self { told, after: outline.sequence, state: outline })
    }

    async fn after(app: &Arc<App>, row: &JobRow, after: u64) -> Result<Self, Problem> {
        let state = match after {
            0 => JobState::default(),
            _ => JobState::of(&readings::log(app, row, Detail::Outline, Some(after)).await?),
        };
        Ok(Self { told: None, state, after })
    }
}

fn outlines<'a>(log: impl Iterator<Item = &'a Recorded>) -> Vec<Recorded> {
    log.map(outline).collect()
}

fn outline(recorded: &Recorded) -> Recorded {
    Recorded { sequence: recorded.sequence, at_ms: recorded.at_ms, event: recorded.event.outline() }
}

/// What a stream waits for.
enum Heard {
    Event(Arc<Recorded>),
    /// For as long as a heartbeat takes.
    Silence,
    /// The server stops, or the stream has lived long enough, or there is nothing more.
    End,
}

/// One stream.
struct Reel {
    app: Arc<App>,
    row: Arc<JobRow>,
    subject: Subject,
    door: Door,
    first: Option<(Told, u64)>,
    state: JobState,
    follow: Follow,
    stopping: watch::Receiver<bool>,
    ends_at: Option<Instant>,
    /// Said once, inside the first event.
    reconnect: Option<Duration>,
    is_over: bool,
    _place: StreamPlace,
}

impl Reel {
    fn new(app: &Arc<App>, row: &JobRow, door: Door, first: First, place: StreamPlace) -> Self {
        let ends_at = match door {
            Door::Extract => None,
            Door::Jobs => Some(Instant::now() + app.settings.jobs_stream_max),
        };
        Self {
            subject: readings::subject(row),
            row: Arc::new(row.clone()),
            door,
            first: first.told,
            state: first.state,
            follow: follow(Arc::clone(&app.parts.store), row.tenant.clone(), row.id, first.after),
            stopping: app.stopping.clone(),
            ends_at,
            reconnect: Some(app.settings.reconnect),
            is_over: false,
            app: Arc::clone(app),
            _place: place,
        }
    }

    /// The next frame; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over || *self.stopping.borrow() {
            return None;
        }
        if let Some((first, sequence)) = self.first.take() {
            return self.frame(&first, sequence);
        }
        match self.hear().await {
            Heard::Event(recorded) => self.tell(&recorded).await,
            Heard::Silence => Some(HEARTBEAT),
            Heard::End => None,
        }
    }

    /// Waits for whatever comes first.
    async fn hear(&mut self) -> Heard {
        let ends_at = self.ends_at;
        let end = async move {
            match ends_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => Heard::End,
            recorded = self.follow.next() => match recorded {
                Some(Ok(recorded)) => Heard::Event(recorded),
                Some(Err(error)) => {
                    tracing::error!(%error, "a stream ends early");
                    Heard::End
                }
                None => Heard::End,
            },
            () = end => Heard::End,
            () = tokio::time::sleep(self.app.settings.heartbeat) => Heard::Silence,
        }
    }

    async fn tell(&mut self, recorded: &Recorded) -> Option<Bytes> {
        self.state.apply(&outline(recorded));
        let place = self.place(recorded).await;
        self.is_over = recorded.event.is_terminal() && place == Place::Last;
        let told = match self.door {
            Door::Extract => self.subject.event(recorded, &self.state, place),
            Door::Jobs => {
                let results = self.results(recorded, place).await;
                self.subject.generic_event(recorded, &self.state, place, results)
            }
        };
        self.frame(&told, recorded.sequence)
    }

    /// Was the job reopened after this event?
    async fn place(&mut self, recorded: &Recorded) -> Place {
        if !recorded.event.is_terminal() {
            return Place::Last;
        }
        match self.app.parts.store.job_get(&self.row.tenant, self.row.id).await {
            Ok(Some(row)) if row.log_end > recorded.sequence => Place::Superseded,
            _ => Place::Last,
        }
    }

    /// The results that a completed job's last event carries in the Jobs API.
    async fn results(&mut self, recorded: &Recorded, place: Place) -> Option<serde_json::Value> {
        if !matches!(recorded.event, Event::JobCompleted { .. }) || place == Place::Superseded {
            return None;
        }
        match readings::results(&self.app, &self.row).await {
            Ok(results) => Some(results.results),
            // It is logged; the client reads the results from the job.
            Err(_) => None,
        }
    }

    fn frame(&mut self, told: &Told, sequence: u64) -> Option<Bytes> {
        let door = match self.door {
            Door::Extract => "extract",
            Door::Jobs => "jobs",
        };
        metrics::counter!("sluice_stream_frames_total", "api" => door).increment(1);
        Some(frame(told, sequence, self.reconnect.take()))
    }
}

/// The bytes of one event. `retry` goes inside it: a block of its own crashes the official client.
fn frame(told: &Told, sequence: u64, reconnect: Option<Duration>) -> Bytes {
    let mut text = String::new();
    if let Some(reconnect) = reconnect {
        text.push_str(&format!("retry: {}\n", reconnect.as_millis()));
    }
    // A job without events has no place in its log to come back to.
    if sequence > 0 {
        text.push_str(&format!("id: {sequence}\n"));
    }
    text.push_str(&format!("event: {}\ndata: {}\n\n", told.name, told.data));
    Bytes::from(text)
}
