//! Who may ask how much: requests in a minute, streams that are open.
//!
//! Requests go by GCRA (`governor`), one bucket for each key and one for each address that shows no valid key. Jobs are
//! counted by the store, in the transaction that keeps them. Called by `auth`, by both streams, and by `serve`, which ends
//! streams.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use sluice_extract::id::KeyId;
use sluice_store::Store;
use tokio::sync::watch;

use crate::problem::Problem;
use crate::wire::problem::ProblemCode;

/// Whose bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Bucket {
    /// A key that is known.
    Key(KeyId),
    /// An address that shows none. Behind a proxy that is all of them together.
    Stranger(IpAddr),
}

type Limiter = RateLimiter<Bucket, HashMapStateStore<Bucket>, DefaultClock, StateInformationMiddleware>;

/// Requests in a minute.
pub(crate) struct RequestLimits {
    limiter: Limiter,
    clock: DefaultClock,
    per_minute: NonZeroU32,
}

/// What a bucket still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// Unix seconds at which it is full again.
    reset_at: u64,
}

/// Buckets that are full again are forgotten when there are this many.
const BUCKETS_MAX: usize = 10_000;

impl RequestLimits {
    pub(crate) fn new(per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute);
        let limiter = RateLimiter::hashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { limiter, clock: DefaultClock::default(), per_minute }
    }

    /// Takes one request from a bucket; what it has then.
    ///
    /// # Errors
    /// It has none: how long to wait for the next.
    pub(crate) fn take(&self, bucket: &Bucket, now_ms: u64) -> Result<Standing, (Standing, Duration)> {
        if self.limiter.len() > BUCKETS_MAX {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(bucket) {
            Ok(snapshot) => Ok(self.standing(snapshot.remaining_burst_capacity(), now_ms)),
            Err(until) => Err((self.standing(0, now_ms), until.wait_time_from(self.clock.now()))),
        }
    }

    fn standing(&self, remaining: u32, now_ms: u64) -> Standing {
        let limit = self.per_minute.get();
        let missing = u64::from(limit.saturating_sub(remaining));
        let refill_ms = missing * 60_000 / u64::from(limit);
        Standing { limit, remaining, reset_at: (now_ms + refill_ms).div_ceil(1_000) }
    }
}

impl Standing {
    /// Tells it in the headers of an answer.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), HeaderValue::from(self.limit));
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), HeaderValue::from(self.remaining));
        headers.insert(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(self.reset_at));
    }
}

/// The answer to who asks too often.
pub(crate) fn too_many_requests(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let detail = format!("too many requests in a minute; try again in {seconds} s");
    Problem::new(ProblemCode::RateLimited, detail).retry_after(seconds.max(1))
}

/// Streams that are open, by key.
pub(crate) struct OpenStreams {
    by_key: Mutex<HashMap<KeyId, OfKey>>,
    max: u32,
    /// The server stops.
    are_over: AtomicBool,
}

/// The streams of one key.
struct OfKey {
    open: u32,
    /// Becomes true when they are to end.
    are_over: watch::Sender<bool>,
}

impl OpenStreams {
    pub(crate) fn new(max: u32) -> Self {
        Self { by_key: Mutex::default(), max, are_over: AtomicBool::new(false) }
    }

    /// A place for one more stream, held until it is dropped.
    ///
    /// # Errors
    /// The key has all it may have.
    pub(crate) fn open(self: &Arc<Self>, key: KeyId) -> Result<StreamPlace, Problem> {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let are_over = self.are_over.load(Ordering::SeqCst);
        let of_key = by_key.entry(key).or_insert_with(|| OfKey { open: 0, are_over: watch::channel(are_over).0 });
        if of_key.open >= self.max {
            let detail = format!("this key has {} streams open, which is all it may have; close one", self.max);
            return Err(Problem::new(ProblemCode::RateLimited, detail).retry_after(5));
        }
        of_key.open += 1;
        metrics::gauge!("sluice_streams_open").increment(1.0);
        Ok(StreamPlace { streams: Arc::clone(self), key, is_over: of_key.are_over.subscribe() })
    }

    /// The keys that have streams.
    pub(crate) fn keys(&self) -> Vec<KeyId> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Ends the streams of a key, each after a whole event.
    pub(crate) fn end(&self, key: KeyId) {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_key) = by_key.get(&key) {
            of_key.are_over.send_replace(true);
        }
    }

    /// Ends all streams, each after a whole event, and those that are opened from now on.
    pub(crate) fn end_all(&self) {
        self.are_over.store(true, Ordering::SeqCst);
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        for of_key in by_key.values() {
            of_key.are_over.send_replace(true);
        }
    }
}

/// One open stream.
pub(crate) struct StreamPlace {
    streams: Arc<OpenStreams>,
    key: KeyId,
    is_over: watch::Receiver<bool>,
}

impl StreamPlace {
    /// Ends when the stream is to end: the server stops, or its key is worth nothing any more.
    pub(crate) fn over(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut is_over = self.is_over.clone();
        // Who holds a place is counted, so that its key's sender is there.
        async move { drop(is_over.wait_for(|is_over| *is_over).await) }
    }
}

/// Looks every now and then whether a key that has streams is still worth something.
pub(crate) async fn end_streams_of_revoked(streams: Arc<OpenStreams>, store: Arc<dyn Store>) {
    const EVERY: Duration = Duration::from_secs(1);
    loop {
        tokio::time::sleep(EVERY).await;
        let keys = streams.keys();
        if keys.is_empty() {
            continue;
        }
        match store.key_revoked(&keys).await {
            Ok(revoked) => revoked.into_iter().for_each(|key| streams.end(key)),
            Err(error) => tracing::warn!(%error, "whether keys were revoked cannot be told; it is looked again"),
        }
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut by_key = self.streams.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_key) = by_key.get_mut(&self.key) {
            of_key.open = of_key.open.saturating_sub(1);
            if of_key.open == 0 {
                by_key.remove(&self.key);
            }
        }
        metrics::gauge!("sluice_streams_open").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_bucket_empties_and_says_when_there_is_more() {
        let limits = RequestLimits::new(2);
        let (one, other) = (Bucket::Stranger(Ipv4Addr::LOCALHOST.into()), Bucket::Stranger(Ipv4Addr::BROADCAST.into()));
        assert_eq!(limits.take(&one, 0).unwrap(), Standing { limit: 2, remaining: 1, reset_at: 30 });
        assert_eq!(limits.take(&one, 0).unwrap(), Standing { limit: 2, remaining: 0, reset_at: 60 });
        let (standing, wait) = limits.take(&one, 0).unwrap_err();
        assert_eq!(standing, Standing { limit: 2, remaining: 0, reset_at: 60 });
        assert!(wait > Duration::from_secs(20) && wait <= Duration::from_secs(30), "{wait:?}");
        assert!(limits.take(&other, 0).is_ok(), "each has its own");
    }

    #[test]
    fn a_stream_gives_its_place_back() {
        let streams = Arc::new(OpenStreams::new(1));
        let key = KeyId::new(0, [0; 10]);
        let place = streams.open(key).unwrap();
        assert!(streams.open(key).is_err());
        assert!(streams.open(KeyId::new(1, [0; 10])).is_ok());
        drop(place);
        assert!(streams.open(key).is_ok());
        assert!(streams.by_key.lock().unwrap().is_empty());
    }
}
