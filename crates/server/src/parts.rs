//! What a server needs from outside.
//!
//! Ports only: the binary puts the store, the reader of documents and the list of models behind them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;
use sluice_extract::code::Code;
use sluice_extract::page::{ContentHash, Rect};
use sluice_extract::usage::Price;
use sluice_store::{Blobs, Clock, Store};

use crate::Metrics;

/// What a server needs from outside.
#[derive(Clone)]
pub struct Parts {
    /// Rows and logs.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub blobs: Blobs,
    /// Who can be asked.
    pub models: Models,
    /// Looks into an uploaded document.
    pub inspect: Arc<dyn Inspect>,
    /// Draws pages of documents.
    pub draw: Arc<dyn Draw>,
    /// Proposes schemas for documents.
    pub propose: Arc<dyn Propose>,
    /// The time, for new ids: the store's own clock.
    pub clock: Clock,
    /// What is counted; `None` where nobody asks.
    pub metrics: Option<Metrics>,
}

/// Who can be asked.
#[derive(Clone)]
pub struct Models {
    /// For the list.
    pub offers: Vec<ModelOffer>,
    /// The one that is asked where a job names none.
    pub default: String,
    /// Is there a model of this name? Also those that are not listed.
    pub knows: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// A model in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelOffer {
    /// What stands in a job's config.
    pub name: String,
    /// Who runs it.
    pub vendor: String,
    /// One sentence.
    pub summary: String,
    /// How long an answer takes as a rule, in milliseconds: only for the guess when a job may be done.
    pub answer_ms_typical: u64,
    /// What it costs, if that is known: only for the guess what a job may cost.
    pub price: Option<Price>,
}

impl Models {
    /// How long an answer of this model takes as a rule, in milliseconds.
    pub(crate) fn answer_ms_typical(&self, name: &str) -> u64 {
        /// A vendor over the network that is not listed.
        const UNKNOWN_MS: u64 = 5_000;
        self.offers.iter().find(|offer| offer.name == name).map_or(UNKNOWN_MS, |offer| offer.answer_ms_typical)
    }
}

impl Models {
    /// What this model costs, if that is known.
    pub(crate) fn price(&self, name: &str) -> Option<Price> {
        self.offers.iter().find(|offer| offer.name == name)?.price
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("offers", &self.offers).field("default", &self.default).finish_non_exhaustive()
    }
}

/// Looks into an uploaded document without reading it: what it is, how many pages it has.
#[async_trait]
pub trait Inspect: Send + Sync + 'static {
    /// Looks into the blob of this name.
    ///
    /// # Errors
    /// It is nothing that is read.
    async fn inspect(&self, hash: &ContentHash) -> Result<Inspected, Refusal>;
}

/// What a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Pages that the file says it has.
    pub page_count: u32,
    /// `application/pdf` or an image's.
    pub media_type: String,
}

/// Why a document is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of failure.
    pub code: Code,
    /// One sentence for a person.
    pub message: String,
}

/// Draws a page of a document, for those who cannot show the file itself.
#[async_trait]
pub trait Draw: Send + Sync + 'static {
    /// A page, from 1, of the blob of this name, as PNG; `None` where it has no such page.
    ///
    /// # Errors
    /// It cannot be drawn.
    async fn draw(&self, hash: &ContentHash, page: u32) -> Result<Option<Bytes>, Refusal>;
}

/// Proposes a first schema for documents of one kind; it reads them, which may take a while.
#[async_trait]
pub trait Propose: Send + Sync + 'static {
    /// Looks at the blobs of these names. Documents that cannot be read are told, the others are looked at.
    ///
    /// # Errors
    /// None of them could be looked at for a reason that is not theirs.
    async fn propose(&self, hashes: &[ContentHash]) -> Result<Proposal, Refusal>;
}

/// A schema that was proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// A JSON Schema.
    pub definition: Value,
    /// What was seen for its leaves.
    pub seen: Vec<Seen>,
    /// Documents that could not be read: position among those that were asked about, and why.
    pub unread: Vec<(usize, Refusal)>,
}

/// What was seen for a leaf of a schema that is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its place in the values; `-` stands for any entry of a list.
    pub pointer: String,
    /// The words it was printed under.
    pub label: String,
    /// In how many of the documents.
    pub documents: usize,
    /// A few values as they were printed.
    pub examples: Vec<Example>,
}

/// A value as it was printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Position of its document among those that were asked about.
    pub document: usize,
    /// Its page, from 1.
    pub page: u32,
    /// Its words.
    pub text: String,
    /// Its box, as fractions of the page.
    pub bounding_box: Rect,
}
