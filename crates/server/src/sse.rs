//! A job's log as a stream of frames: both APIs' streams are this one, in their words.
//!
//! Frames are written as bytes of our own: axum's keep-alive ends comments with a blank line, which crashes the official
//! client. An item is a whole frame, and a stream ends between two: on shutdown nobody gets half of one. Holds nothing of
//! the job but where it is; what it does not send yet stays in the store. Called by the handlers of streams.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use sluice_extract::event::Recorded;
use sluice_extract::job::JobState;
use sluice_store::{Follow, JobRow, follow};
use tokio::time::{Instant, Sleep};

use crate::admission::StreamPlace;
use crate::app::App;
use crate::frames::{JobFrames, frame};
use crate::problem::Problem;
use crate::readings::{self, Detail};
use crate::wire::event::Place;
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

/// Where a client says it is: `Last-Event-ID`, else `?starting_after=`. Both must be a place in the log where both are
/// sent: a browser repeats the address it began with, and adds where it is.
///
/// # Errors
/// One is no number, or lies past the end of the log.
pub(crate) fn cursor(headers: &HeaderMap, query: &Query, log_end: u64) -> Result<From, Problem> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").trim());
    // A browser that saw no id sends none; a client that sends an empty one says the same.
    let header = header.filter(|text| !text.is_empty());
    let place = |text: Option<&str>| text.map(|text| in_log(log_end, number(text)?)).transpose();
    let (seen, began) = (place(header)?, place(query.text("starting_after"))?);
    Ok(seen.or(began).map_or(From::Now, From::After))
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::bad_request(format!("{text:?} is no event's id")))
}

/// A place in a log that ends here.
///
/// # Errors
/// It lies past the end.
pub(crate) fn in_log(log_end: u64, after: u64) -> Result<u64, Problem> {
    if after > log_end {
        return Err(Problem::bad_request(format!("the log ends at {log_end}, before {after}")));
    }
    Ok(after)
}

/// The stream of a job, or the answer that there is nothing more.
///
/// # Errors
/// The store does not work.
pub(crate) async fn stream(
    app: &Arc<App>,
    row: &JobRow,
    door: Door,
    from: From,
    place: StreamPlace,
) -> Result<Response, Problem> {
    let first = match from {
        From::Now => first(app, row, door).await?,
        // Nothing comes after the end: this answer stops a browser from coming back.
        From::After(after) if row.status.is_ended() && after == row.log_end => {
            return Ok(http::StatusCode::NO_CONTENT.into_response());
        }
        From::After(after) => First { told: None, after },
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
    /// A frame of an event that is none of the log.
    told: Option<Bytes>,
    /// Then what comes after this event.
    after: u64,
}

/// Where the job is now. Of an ended one the terminal event itself comes next, at the Jobs API alone.
async fn first(app: &Arc<App>, row: &JobRow, door: Door) -> Result<First, Problem> {
    let detail = match door {
        Door::Extract => Detail::Whole,
        Door::Jobs => Detail::Outline,
    };
    let state = readings::state(app, row, detail).await?;
    let subject = readings::subject(row);
    let told = match door {
        Door::Extract => Some(subject.state(&state, &readings::plain(app, row, &state).await?)),
        Door::Jobs => state.end.is_none().then(|| subject.generic_state(&state)),
    };
    let after = state.sequence - u64::from(state.end.is_some());
    Ok(First { told: told.map(|told| frame(&told, state.sequence)), after })
}

fn wakes_at(silent_at: Instant, ends_at: Option<Instant>) -> Instant {
    ends_at.map_or(silent_at, |ends_at| ends_at.min(silent_at))
}

/// What a stream waits for.
enum Heard {
    Event(Arc<Recorded>),
    /// For as long as a heartbeat takes.
    Silence,
    /// The server stops, the key is revoked, or the stream has lived long enough, or there is nothing more.
    End,
}

/// One stream.
struct Reel {
    app: Arc<App>,
    frames: Arc<JobFrames>,
    /// The last event of the log when the stream began.
    log_end: u64,
    first: Option<Bytes>,
    follow: Follow,
    /// The outline of the job, where this stream is behind all others.
    alone: Option<Box<JobState>>,
    /// Ends when the server stops, or the key is revoked.
    over: BoxFuture<'static, ()>,
    /// Wakes for a heartbeat and for the end of its time: one timer, which no event touches.
    timer: Pin<Box<Sleep>>,
    spoke_at: Instant,
    ends_at: Option<Instant>,
    /// Said once, inside the first event.
    reconnect: Option<Duration>,
    is_over: bool,
    _place: StreamPlace,
}

impl Reel {
    fn new(app: &Arc<App>, row: &JobRow, door: Door, first: First, place: StreamPlace) -> Self {
        let spoke_at = Instant::now();
        let ends_at = match door {
            Door::Extract => None,
            Door::Jobs => Some(spoke_at + app.settings.jobs_stream_max),
        };
        Self {
            frames: app.frames.of(row, door),
            log_end: row.log_end,
            first: first.told,
            follow: follow(Arc::clone(&app.parts.store), row.tenant.clone(), row.id, first.after),
            alone: None,
            over: place.over().boxed(),
            timer: Box::pin(tokio::time::sleep_until(wakes_at(spoke_at + app.settings.heartbeat, ends_at))),
            spoke_at,
            ends_at,
            reconnect: Some(app.settings.reconnect),
            is_over: false,
            app: Arc::clone(app),
            _place: place,
        }
    }

    /// The next frame; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let frame = match self.first.take() {
            Some(first) => Some(self.counted(first)),
            None => match self.hear().await {
                Heard::Event(recorded) => self.tell(&recorded).await,
                Heard::Silence => Some(HEARTBEAT),
                Heard::End => None,
            },
        };
        self.spoke_at = Instant::now();
        frame
    }

    /// Waits for whatever comes first.
    async fn hear(&mut self) -> Heard {
        loop {
            let silent_at = self.spoke_at + self.app.settings.heartbeat;
            if self.timer.is_elapsed() {
                self.timer.as_mut().reset(wakes_at(silent_at, self.ends_at));
            }
            tokio::select! {
                biased;
                () = &mut self.over => return Heard::End,
                recorded = self.follow.next() => return match recorded {
                    Some(Ok(recorded)) => Heard::Event(recorded),
                    Some(Err(error)) => {
                        tracing::error!(%error, "a stream ends early");
                        Heard::End
                    }
                    None => Heard::End,
                },
                () = &mut self.timer => {
                    let now = Instant::now();
                    if self.ends_at.is_some_and(|ends_at| ends_at <= now) {
                        return Heard::End;
                    }
                    if silent_at <= now {
                        return Heard::Silence;
                    }
                }
            }
        }
    }

    async fn tell(&mut self, recorded: &Recorded) -> Option<Bytes> {
        // Only a reopening follows an end: what was there when the stream began tells whether one did.
        let is_last = self.log_end <= recorded.sequence;
        let place = if is_last { Place::Last } else { Place::Superseded };
        let place = if recorded.event.is_terminal() { place } else { Place::Last };
        self.is_over = recorded.event.is_terminal() && place == Place::Last;
        match self.frame(recorded, place).await {
            Ok(frame) => Some(self.counted(frame)),
            // It is logged; the client comes back to where it was.
            Err(_) => None,
        }
    }

    async fn frame(&mut self, recorded: &Recorded, place: Place) -> Result<Bytes, Problem> {
        if let Some(frame) = self.frames.shared(&self.app, recorded, place).await? {
            self.alone = None;
            return Ok(frame);
        }
        let state = self.alone.get_or_insert_default();
        self.frames.alone(&self.app, state, recorded, place).await
    }

    /// Counts a frame. The first one says when to come back: inside it, since a block of `retry:` alone crashes the
    /// official client.
    fn counted(&mut self, frame: Bytes) -> Bytes {
        self.frames.count();
        let Some(reconnect) = self.reconnect.take() else { return frame };
        let mut first = format!("retry: {}\n", reconnect.as_millis()).into_bytes();
        first.extend_from_slice(&frame);
        Bytes::from(first)
    }
}
