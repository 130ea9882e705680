//! Exchanges with vendors on the disk, one readable file each: written while they happen, or given again without a network.
//!
//! Keys are never written. What stands in the document, or was said about it, can only be read with that document: it is
//! sealed (`seal`), and a name such as `⟦3⟧` stands in its place (`hide`). A question is known by what is asked, not by its
//! turn, so that the order of questions does not matter, nor how many are asked at once. Called by `Http`.

mod file;
mod hide;
mod seal;

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;
use sluice_extract::code::Code;
use sluice_extract::page::ContentHash;

use self::file::{Failed, Recorded, Request};
use crate::ModelError;

/// Headers of an answer that mean something to us, or to a vendor's support.
const HEADERS: [&str; 5] = ["content-type", "retry-after", "retry-after-ms", "location", "x-request-id"];

/// What an exchange is about, for a recording.
pub(crate) struct Subject {
    /// The same for the same question, however much of it the server takes.
    pub(crate) question: Value,
    /// The request without what stands in the document.
    pub(crate) shown: Value,
    /// What has to be known to read the answer; empty where there is nothing to hide.
    pub(crate) document: String,
    /// Members of the vendor's answers whose text is its own, and not the model's.
    pub(crate) plain: &'static [&'static str],
}

/// A folder of exchanges.
#[derive(Clone, Debug)]
pub struct Tape(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Recording { folder: PathBuf, next: AtomicU64 },
    Replaying { folder: PathBuf, count: usize, left: Mutex<HashMap<String, VecDeque<Recorded>>> },
}

impl Tape {
    /// Writes into a folder, which is made where it is not there.
    ///
    /// # Errors
    /// It cannot be made, or holds a recording already.
    pub fn record(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        if !file::names(folder)?.is_empty() {
            return Err(std::io::Error::other("it holds a recording already"));
        }
        Ok(Self(Arc::new(Kind::Recording { folder: folder.to_owned(), next: AtomicU64::new(1) })))
    }

    /// Answers from a folder.
    ///
    /// # Errors
    /// It cannot be read, holds no recording, or a file in it is none.
    pub fn replay(folder: &Path) -> std::io::Result<Self> {
        let mut recorded: Vec<Recorded> =
            file::names(folder)?.iter().map(|path| Recorded::read(path)).collect::<std::io::Result<_>>()?;
        if recorded.is_empty() {
            return Err(std::io::Error::other("it holds no recording"));
        }
        recorded.sort_by_key(|exchange| exchange.nth);
        let count = recorded.len();
        let mut left: HashMap<String, VecDeque<Recorded>> = HashMap::new();
        for exchange in recorded {
            left.entry(exchange.question.clone()).or_default().push_back(exchange);
        }
        Ok(Self(Arc::new(Kind::Replaying { folder: folder.to_owned(), count, left: Mutex::new(left) })))
    }

    /// Begins an exchange: what was recorded of it, or a page for what will come.
    pub(super) fn begin(
        &self,
        method: &Method,
        url: &str,
        head: &HeaderMap,
        subject: &Subject,
    ) -> Result<Begun, ModelError> {
        let path = path_of(url);
        let question = ContentHash::of(format!("{method} {path}\n{}", subject.question).as_bytes()).to_string();
        match &*self.0 {
            Kind::Recording { folder, next } => {
                let request =
                    Request { method: method.to_string(), path: path.to_owned(), body: subject.shown.clone() };
                let nth = next.fetch_add(1, Ordering::Relaxed);
                let page = Page {
                    folder: folder.clone(),
                    recorded: Recorded::new(nth, question, request),
                    document: subject.document.clone(),
                    plain: subject.plain,
                    secrets: secrets(head),
                    body: Vec::new(),
                };
                Ok(Begun::ToRecord(Box::new(page)))
            }
            Kind::Replaying { folder, count, left } => {
                let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
                let same = left.get_mut(&question);
                let is_known = same.is_some();
                let Some(recorded) = same.and_then(VecDeque::pop_front) else {
                    return Err(not_recorded(folder, *count, is_known));
                };
                let body = recorded.answer(&subject.document).ok_or_else(|| {
                    ModelError::new(Code::NotRecorded, format!("exchange {} cannot be read", recorded.nth))
                })?;
                Ok(Begun::Recorded(Box::new(Again {
                    status: recorded.status,
                    headers: recorded.headers,
                    body,
                    failed: recorded.failed,
                })))
            }
        }
    }
}

fn not_recorded(folder: &Path, count: usize, is_known: bool) -> ModelError {
    let folder = folder.display();
    let told = match is_known {
        true => format!("this question was not asked so often when {folder} was recorded"),
        false => format!("this question is not among the {count} exchanges in {folder}"),
    };
    ModelError::new(Code::NotRecorded, told)
}

/// What an address says besides the machine, which may be another one.
fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after.find('/').map_or("/", |at| &after[at..])
}

/// Keys, as they may come back in an answer.
fn secrets(head: &HeaderMap) -> Vec<String> {
    let told = head.values().filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok());
    told.map(|value| value.strip_prefix("Bearer ").unwrap_or(value).to_owned()).filter(|key| !key.is_empty()).collect()
}

/// An exchange that begins.
pub(super) enum Begun {
    /// It happens, and is to be written.
    ToRecord(Box<Page>),
    /// It happened before.
    Recorded(Box<Again>),
}

/// An exchange that happened before.
pub(super) struct Again {
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    failed: Option<Failed>,
}

impl Again {
    /// The answer as if it had just come, and how it ended if not well; or why there was none.
    pub(super) fn response(self) -> Result<(reqwest::Response, Option<ModelError>), ModelError> {
        let failed = self.failed.map(ModelError::from);
        let Some(status) = self.status else {
            return Err(
                failed.unwrap_or_else(|| ModelError::new(Code::NotRecorded, "nothing was heard when it was recorded"))
            );
        };
        let mut response = ::http::Response::builder().status(status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let wrong = |_| ModelError::new(Code::NotRecorded, "what was recorded is no answer");
        Ok((response.body(Bytes::from(self.body)).map_err(wrong)?.into(), failed))
    }
}

/// The page of an exchange that happens. It is written when it is dropped: then all is heard that ever will be.
pub(super) struct Page {
    folder: PathBuf,
    recorded: Recorded,
    document: String,
    plain: &'static [&'static str],
    secrets: Vec<String>,
    body: Vec<u8>,
}

impl Page {
    /// The head of the answer.
    pub(super) fn head(&mut self, status: u16, headers: &HeaderMap) {
        self.recorded.status = Some(status);
        let told =
            HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), headers.get(*name)?.to_str().ok()?.to_owned())));
        self.recorded.headers = told.collect();
    }

    /// More of the answer.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    /// Why there is no more of it.
    pub(super) fn fail(&mut self, error: &ModelError) {
        let message = self.without_keys(error.message.as_bytes().to_vec());
        let message = String::from_utf8_lossy(&message).into_owned();
        self.recorded.failed = Some(Failed { code: error.code, message, usage: error.usage });
    }

    fn without_keys(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for secret in &self.secrets {
            bytes = replaced(&bytes, secret.as_bytes(), b"[key]");
        }
        bytes
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.body);
        let body = self.without_keys(body);
        // A recording that cannot be written is seen when it is replayed; the answer is not lost for it.
        let sealed = self.recorded.seal(&body, &self.document, self.plain);
        if sealed.is_none() || self.recorded.write(&self.folder).is_err() {
            tracing::warn!(folder = %self.folder.display(), "an exchange was not recorded");
        }
    }
}

fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(what.len()).position(|window| window == what) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}
