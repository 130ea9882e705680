//! The one place that talks to a vendor over the network: time limits, limits of size, and what a failure means.
//!
//! Asks once: never repeats, never waits. Knows no vendor, no schema and no key's name. Called by the vendors' files.

mod events;
mod refusal;
mod tape;

use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use sluice_extract::code::Code;
use sluice_extract::limits::{
    MODEL_ANSWER_BYTES_MAX, MODEL_ANSWER_SECONDS, MODEL_CONNECT_SECONDS, MODEL_ERROR_BYTES_MAX, MODEL_FIRST_SECONDS,
    MODEL_SILENCE_SECONDS,
};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::refusal::Refusal;
pub(crate) use self::tape::Subject;
pub use self::tape::Tape;
use self::tape::{Begun, Page};
use crate::{ModelError, Usage};
use events::Events;

/// A key that is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Of the text that a user was given; spaces and line ends around it are none of the key's.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The key itself, for a header and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// How long each phase of an exchange may take, and how large it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// From the question to the first byte of the answer.
    pub first: Duration,
    /// Between two bytes of an answer that has begun.
    pub silence: Duration,
    /// For the whole answer.
    pub answer: Duration,
    /// Bytes of the answer.
    pub bytes_max: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(MODEL_CONNECT_SECONDS),
            first: Duration::from_secs(MODEL_FIRST_SECONDS),
            silence: Duration::from_secs(MODEL_SILENCE_SECONDS),
            answer: Duration::from_secs(MODEL_ANSWER_SECONDS),
            bytes_max: MODEL_ANSWER_BYTES_MAX,
        }
    }
}

/// Talks to vendors; a clone shares its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    patience: Patience,
    tape: Option<Tape>,
}

/// Why there is no answer to a request.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// Nobody said anything, or not to the end.
    Unheard(ModelError),
    /// The server said no, and why.
    Refused(Refusal),
}

impl Http {
    /// A client with its own connections.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub fn new(patience: Patience) -> Result<Self, ModelError> {
        // Whoever was first has chosen; both are the same to us.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(patience.connect)
            // A question with a document in it goes to the server that was named, and to no other.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("sluice/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ModelError::new(Code::Internal, format!("no client for HTTPS: {}", chain(&error))))?;
        Ok(Self { client, patience, tape: None })
    }

    /// Writes every exchange down, or takes each from what was written.
    #[must_use]
    pub fn with_tape(self, tape: Option<Tape>) -> Self {
        Self { tape, ..self }
    }

    /// Sends JSON and waits for the head of the answer.
    pub(crate) async fn post(
        &self,
        url: &str,
        head: HeaderMap,
        body: &Value,
        subject: impl FnOnce() -> Subject + Send,
    ) -> Result<Incoming, NoAnswer> {
        self.send(Method::POST, url, head, Some(body), subject).await
    }

    /// The same with any method. `subject` is asked only where there is a tape.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        head: HeaderMap,
        body: Option<&Value>,
        subject: impl FnOnce() -> Subject + Send,
    ) -> Result<Incoming, NoAnswer> {
        let begun = self.tape.as_ref().map(|tape| tape.begin(&method, url, &head, &subject())).transpose();
        let (mut page, again) = match begun.map_err(NoAnswer::Unheard)? {
            Some(Begun::ToRecord(page)) => (Some(page), None),
            Some(Begun::Recorded(again)) => (None, Some(again)),
            None => (None, None),
        };
        let phases = self.phases();
        let (response, ends) = match again {
            Some(again) => again.response().map_err(NoAnswer::Unheard)?,
            None => {
                let request = self.client.request(method, url).headers(head);
                let sent = phases.sent(body.iter().fold(request, |request, body| request.json(body))).await;
                (
                    sent.inspect_err(|error| page.iter_mut().for_each(|page| page.fail(error)))
                        .map_err(NoAnswer::Unheard)?,
                    None,
                )
            }
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        page.iter_mut().for_each(|page| page.head(status, &headers));
        let bytes_max = self.patience.bytes_max;
        let mut incoming = Incoming { response, phases, bytes_max, bytes: 0, page, ends };
        if (200..300).contains(&status) {
            return Ok(incoming);
        }
        incoming.bytes_max = MODEL_ERROR_BYTES_MAX;
        let text = incoming.lenient_text().await;
        Err(NoAnswer::Refused(Refusal::new(status, &headers, text)))
    }

    fn phases(&self) -> Phases {
        let now = Instant::now();
        let Patience { first, silence, answer, .. } = self.patience;
        Phases { first, silence, answer, first_by: now + first, whole_by: now + answer }
    }
}

/// How long each phase of this exchange may still take.
struct Phases {
    first: Duration,
    silence: Duration,
    answer: Duration,
    first_by: Instant,
    whole_by: Instant,
}

impl Phases {
    /// The head of the answer, if it comes in time.
    async fn sent(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, ModelError> {
        let sent = timeout_at(self.first_by.min(self.whole_by), request.send()).await;
        sent.map_err(|_| self.too_long(0))?.map_err(|error| unheard(&error))
    }

    /// When the next byte must be there, after so many.
    fn next_by(&self, bytes: usize) -> Instant {
        let next_by = if bytes == 0 { self.first_by } else { Instant::now() + self.silence };
        next_by.min(self.whole_by)
    }

    /// It was not there.
    fn too_long(&self, bytes: usize) -> ModelError {
        let told = match bytes {
            _ if Instant::now() >= self.whole_by => format!("was not done after {:?}", self.answer),
            0 => format!("said nothing for {:?}", self.first),
            _ => format!("fell silent for {:?} in the middle of its answer", self.silence),
        };
        ModelError::new(Code::ModelUnavailable, format!("the model's server {told}")).after(Usage::untold())
    }
}

/// An answer that is still arriving.
pub(crate) struct Incoming {
    response: reqwest::Response,
    phases: Phases,
    bytes_max: usize,
    bytes: usize,
    /// Where it is written down.
    page: Option<Box<Page>>,
    /// How one that was recorded ended, if not well.
    ends: Option<ModelError>,
}

/// What a vendor says, taken in part by part.
pub(crate) trait Hearing: Default {
    /// The data of the event after which no part follows, where a vendor sends one.
    const END: Option<&'static str> = None;

    /// Takes the data of one event, or an answer in one piece.
    fn take(&mut self, bytes: &[u8]) -> Result<(), ModelError>;

    /// What it took so far, as far as the vendor told it.
    fn usage(&self) -> Usage;
}

impl Incoming {
    /// Hears it as it arrives; in one piece from servers that do not stream. A failure says what it took until then.
    pub(crate) async fn hear<H: Hearing>(self) -> Result<H, ModelError> {
        let mut heard = H::default();
        match self.listen(&mut heard).await {
            Ok(()) => Ok(heard),
            Err(error) => Err(error.after(heard.usage())),
        }
    }

    async fn listen<H: Hearing>(self, heard: &mut H) -> Result<(), ModelError> {
        if !self.is_stream() {
            return heard.take(&self.bytes().await?);
        }
        let mut events = Stream { incoming: self, events: Events::default() };
        while let Some(data) = events.next().await? {
            if H::END == Some(data.as_str()) {
                break;
            }
            heard.take(data.as_bytes())?;
        }
        Ok(())
    }

    /// Is it a stream of events?
    fn is_stream(&self) -> bool {
        let kind = self.response.headers().get(::http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
    }

    /// All of it.
    pub(crate) async fn bytes(mut self) -> Result<Vec<u8>, ModelError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }

    /// What of an error can be read, up to its limit.
    async fn lenient_text(&mut self) -> String {
        let mut whole = Vec::new();
        while let Ok(Some(chunk)) = self.chunk().await {
            whole.extend_from_slice(&chunk);
        }
        String::from_utf8_lossy(&whole).into_owned()
    }

    async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, ModelError> {
        let chunk = match self.next_chunk().await {
            Ok(None) => self.ends.take().map_or(Ok(None), Err),
            chunk => chunk,
        };
        match (&mut self.page, &chunk) {
            (Some(page), Ok(Some(bytes))) => page.hear(bytes),
            (Some(page), Err(error)) => page.fail(error),
            _ => {}
        }
        chunk
    }

    async fn next_chunk(&mut self) -> Result<Option<bytes::Bytes>, ModelError> {
        let next_by = self.phases.next_by(self.bytes);
        let chunk = timeout_at(next_by, self.response.chunk()).await.map_err(|_| self.phases.too_long(self.bytes))?;
        let chunk = chunk.map_err(|error| unheard(&error))?;
        self.bytes += chunk.as_ref().map_or(0, bytes::Bytes::len);
        if self.bytes > self.bytes_max {
            let message = format!("the answer is longer than {} bytes", self.bytes_max);
            return Err(ModelError::new(Code::AnswerInvalid, message));
        }
        Ok(chunk)
    }
}

/// The data of events, as they arrive.
struct Stream {
    incoming: Incoming,
    events: Events,
}

impl Stream {
    /// The next one; `None` where the body ends. An event that the body's end cuts is none.
    async fn next(&mut self) -> Result<Option<String>, ModelError> {
        loop {
            if let Some(data) = self.events.next() {
                let not_utf8 = |_| ModelError::new(Code::AnswerInvalid, "the answer is not UTF-8");
                return String::from_utf8(data).map(Some).map_err(not_utf8);
            }
            match self.incoming.chunk().await? {
                Some(chunk) => self.events.push(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// A header whose value is a secret.
///
/// # Errors
/// The key has characters that no header can have.
pub(crate) fn secret_header(name: &'static str, value: &str) -> Result<(HeaderName, HeaderValue), ModelError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        ModelError::new(Code::ModelRefused, "the key has characters that no key can have; copy it again")
    })?;
    value.set_sensitive(true);
    Ok((HeaderName::from_static(name), value))
}

fn unheard(error: &reqwest::Error) -> ModelError {
    let what = if error.is_connect() {
        "the model's server cannot be reached"
    } else if error.is_timeout() {
        "the model's server took too long"
    } else if error.is_body() || error.is_decode() {
        "the model's server stopped in the middle of its answer"
    } else {
        "the exchange with the model's server failed"
    };
    // Who was never reached took nothing; what anybody else did before the silence, nobody knows.
    let usage = if error.is_connect() { Usage::calls(1) } else { Usage::untold() };
    ModelError::new(Code::ModelUnavailable, format!("{what}: {}", chain(error))).after(usage)
}

/// The causes without the URL, which may hold more than its reader should see.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        causes.push(next.to_string());
        cause = next.source();
    }
    causes
        .last()
        .cloned()
        .unwrap_or_else(|| if error.is_timeout() { "out of time" } else { "no reason was given" }.to_owned())
}
