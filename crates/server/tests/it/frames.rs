//! A stream as a client sees it: bytes, and the frames in them.

use futures::StreamExt as _;
use futures::stream::BoxStream;
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::world::{PATIENCE, World};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) id: Option<u64>,
    pub(crate) event: String,
    pub(crate) data: Value,
    /// Its bytes, without comments.
    pub(crate) raw: String,
}

pub(crate) struct Stream {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    bytes: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    /// Everything that came.
    pub(crate) text: String,
    /// What of it was handed out.
    taken: usize,
    /// Up to here there is no end of an event.
    searched: usize,
}

impl Stream {
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let response = tokio::time::timeout(PATIENCE, request.send()).await.expect("headers in time").unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, bytes: response.bytes_stream().boxed(), text: String::new(), taken: 0, searched: 0 }
    }

    pub(crate) async fn of(world: &World, path: &str) -> Self {
        let stream = Self::open(world.request(reqwest::Method::GET, path)).await;
        assert_eq!(stream.status, 200);
        stream
    }

    /// The next event; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.text[self.searched..].find("\n\n") {
                let end = self.searched + end + 2;
                let raw = self.text[self.taken..end].to_owned();
                (self.taken, self.searched) = (end, end);
                return Some(parse(&raw));
            }
            // The last byte may be the first of the two.
            self.searched = self.text.len().saturating_sub(1).max(self.taken);
            if !self.more().await {
                assert_eq!(self.text[self.taken..].replace(":\n", ""), "", "it ends after a whole event");
                return None;
            }
        }
    }

    /// Waits for more bytes; `false` at the end.
    pub(crate) async fn more(&mut self) -> bool {
        match tokio::time::timeout(PATIENCE, self.bytes.next()).await.expect("bytes in time") {
            Some(Ok(bytes)) => {
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
                true
            }
            // A connection that is cut off is an end too.
            Some(Err(_)) | None => false,
        }
    }

    pub(crate) async fn take(&mut self, count: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        for _ in 0..count {
            frames.push(self.next().await.expect("one more event"));
        }
        frames
    }

    pub(crate) async fn rest(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next().await {
            frames.push(frame);
        }
        frames
    }
}

fn parse(raw: &str) -> Frame {
    let (mut id, mut event, mut data) = (None, String::new(), Value::Null);
    let mut kept = String::new();
    for line in raw.lines() {
        match line.split_once(':').map(|(name, value)| (name, value.trim_start())) {
            Some(("", _)) => continue,
            Some(("id", value)) => id = Some(value.parse().unwrap()),
            Some(("event", value)) => event = value.to_owned(),
            Some(("data", value)) => data = serde_json::from_str(value).unwrap(),
            Some(("retry", _)) | None => {}
            Some(other) => panic!("{other:?}"),
        }
        kept.push_str(line);
        kept.push('\n');
    }
    Frame { id, event, data, raw: kept }
}

pub(crate) fn ids(frames: &[Frame]) -> Vec<u64> {
    frames.iter().filter_map(|frame| frame.id).collect()
}

pub(crate) fn names(frames: &[Frame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.event.as_str()).collect()
}
