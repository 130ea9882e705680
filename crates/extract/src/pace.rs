//! How fast one model is asked: so many requests and tokens a minute, slower after it said that it was too much, not at
//! all for a while after it failed again and again.
//!
//! Arithmetic only: the time is handed in, nobody waits here. Called by the engine before and after each question.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::limits::{
    MODEL_FAILURES_IN_A_ROW_MAX, MODEL_REST_MS_FIRST, MODEL_REST_MS_MAX, MODEL_SLOWDOWN_MS_FIRST,
    MODEL_SLOWDOWN_MS_MAX, QUESTIONS_OPEN_OVER_ALL_MAX,
};

/// What an account may ask of a model; `None` where nobody said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaceLimits {
    /// Questions begun within any minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens of questions and answers within any minute. A question of more than that is asked alone.
    pub tokens_per_minute: Option<u64>,
}

/// May a question be asked?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// Yes, and it counts from now on; it has this name.
    Now(u64),
    /// Not before this time; ask again then.
    At(u64),
    /// Not before another one has ended; ask again then.
    WhenOneEnds,
    /// No: the model has failed so often that it is left alone until this time.
    Not {
        /// Unix time in milliseconds.
        until_ms: u64,
        /// Failures in a row.
        failures: u32,
    },
}

#[derive(Clone, Copy, Debug)]
struct Begun {
    name: u64,
    at_ms: u64,
    tokens: u64,
}

/// The pace of one model.
#[derive(Clone, Debug)]
pub struct Pace {
    limits: PaceLimits,
    /// The share of the limits that is used: halved when the model says that it is too much, and slowly raised again.
    share: f64,
    begun: VecDeque<Begun>,
    begun_ever: u64,
    open: u32,
    slower_since: u64,
    slowdowns: u32,
    paused_until_ms: u64,
    failures: u32,
    rests: u32,
    resting_until_ms: u64,
    probe: Option<u64>,
}

const MINUTE_MS: u64 = 60_000;

/// Twenty answers without a complaint double a share of a half.
const SHARE_RAISED_BY: f64 = 0.025;

/// One question at a time is the least.
#[allow(clippy::cast_precision_loss, reason = "64")]
const SHARE_MIN: f64 = 1.0 / QUESTIONS_OPEN_OVER_ALL_MAX as f64;

impl Pace {
    /// At its limits, and well.
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        Self {
            limits,
            share: 1.0,
            begun: VecDeque::new(),
            begun_ever: 0,
            open: 0,
            slower_since: 0,
            slowdowns: 0,
            paused_until_ms: 0,
            failures: 0,
            rests: 0,
            resting_until_ms: 0,
            probe: None,
        }
    }

    /// May a question of about so many tokens be asked now? If so, it is counted; [`Pace::ended`] must follow.
    pub fn ask(&mut self, now_ms: u64, tokens: u64) -> Go {
        if self.is_broken() {
            if now_ms < self.resting_until_ms {
                return Go::Not { until_ms: self.resting_until_ms, failures: self.failures };
            }
            // One finds out for all whether it is back.
            if self.probe.is_some() {
                return Go::WhenOneEnds;
            }
        }
        if now_ms < self.paused_until_ms {
            return Go::At(self.paused_until_ms);
        }
        if self.open > 0 && f64::from(self.open) + 1.0 > self.share / SHARE_MIN {
            return Go::WhenOneEnds;
        }
        if let Some(at_ms) = self.room_at_ms(now_ms, tokens) {
            return Go::At(at_ms);
        }
        self.begun_ever += 1;
        self.open += 1;
        self.begun.push_back(Begun { name: self.begun_ever, at_ms: now_ms, tokens });
        if self.is_broken() {
            self.probe = Some(self.begun_ever);
        }
        Go::Now(self.begun_ever)
    }

    /// A question has ended: how it failed, if it did, when to ask again if the model said so, and what it took if that
    /// is known.
    pub fn ended(&mut self, now_ms: u64, name: u64, failed: Option<(Code, Option<u64>)>, tokens: Option<u64>) {
        self.leave(name);
        if let (Some(tokens), Some(begun)) = (tokens, self.begun.iter_mut().find(|begun| begun.name == name)) {
            begun.tokens = tokens;
        }
        match failed {
            Some((Code::RateLimited, retry_after_ms)) => self.slow_down(now_ms, name, retry_after_ms),
            Some((Code::ModelUnavailable, _)) => self.fail(now_ms, name),
            // Whatever else it says, it is there.
            Some(_) | None => {
                (self.failures, self.rests, self.slowdowns) = (0, 0, 0);
                self.share = (self.share + SHARE_RAISED_BY).min(1.0);
            }
        }
    }

    /// Nobody wants the answer any more, and nothing is learned from it.
    pub fn leave(&mut self, name: u64) {
        self.open = self.open.saturating_sub(1);
        if self.probe == Some(name) {
            self.probe = None;
        }
    }

    fn is_broken(&self) -> bool {
        self.failures >= MODEL_FAILURES_IN_A_ROW_MAX
    }

    /// When there is room for it within a minute; `None` for now.
    fn room_at_ms(&mut self, now_ms: u64, tokens: u64) -> Option<u64> {
        // A clock that was set back must not make anybody wait for longer than a minute.
        self.begun.retain(|begun| begun.at_ms <= now_ms && now_ms - begun.at_ms < MINUTE_MS);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a limit, at least one")]
        let share = |limit: f64| (limit * self.share).max(1.0) as u64;
        let requests_max = self.limits.requests_per_minute.map(|limit| share(f64::from(limit)));
        #[allow(clippy::cast_precision_loss, reason = "nobody may ask for 2^52 tokens a minute")]
        let tokens_max = self.limits.tokens_per_minute.map(|limit| share(limit as f64));
        let mut requests = self.begun.len() as u64;
        let mut taken: u64 = self.begun.iter().map(|begun| begun.tokens).sum();
        let mut at_ms = None;
        for oldest in &self.begun {
            let is_too_many = requests_max.is_some_and(|max| requests >= max);
            let is_too_much = tokens_max.is_some_and(|max| taken.saturating_add(tokens) > max);
            if !is_too_many && !is_too_much {
                break;
            }
            at_ms = Some(oldest.at_ms + MINUTE_MS);
            requests -= 1;
            taken -= oldest.tokens;
        }
        at_ms
    }

    fn slow_down(&mut self, now_ms: u64, name: u64, retry_after_ms: Option<u64>) {
        self.failures = 0;
        // Those that were under way when it was slowed down say nothing new about the pace.
        if name > self.slower_since {
            self.share = (self.share / 2.0).max(SHARE_MIN);
            self.slower_since = self.begun_ever;
            self.slowdowns = self.slowdowns.saturating_add(1);
        }
        let own_ms = doubled(MODEL_SLOWDOWN_MS_FIRST, self.slowdowns, MODEL_SLOWDOWN_MS_MAX);
        let until_ms = now_ms.saturating_add(retry_after_ms.unwrap_or(own_ms));
        self.paused_until_ms = self.paused_until_ms.max(until_ms);
    }

    fn fail(&mut self, now_ms: u64, name: u64) {
        let was_broken = self.is_broken();
        self.failures = self.failures.saturating_add(1);
        // Those that were under way when it broke say nothing new about it.
        if self.is_broken() && (!was_broken || name > self.slower_since) {
            self.rests = self.rests.saturating_add(1);
            self.slower_since = self.begun_ever;
            let rest_ms = doubled(MODEL_REST_MS_FIRST, self.rests, MODEL_REST_MS_MAX);
            self.resting_until_ms = now_ms.saturating_add(rest_ms);
        }
    }
}

fn doubled(first_ms: u64, nth: u32, max_ms: u64) -> u64 {
    first_ms.saturating_mul(1 << nth.saturating_sub(1).min(32)).min(max_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limited(requests: u32, tokens: u64) -> Pace {
        Pace::new(PaceLimits { requests_per_minute: Some(requests), tokens_per_minute: Some(tokens) })
    }

    fn begin(pace: &mut Pace, now_ms: u64) -> u64 {
        match pace.ask(now_ms, 1) {
            Go::Now(name) => name,
            other => panic!("{other:?} at {now_ms}"),
        }
    }

    fn fail(pace: &mut Pace, now_ms: u64, code: Code, retry_after_ms: Option<u64>) {
        let name = begin(pace, now_ms);
        pace.ended(now_ms, name, Some((code, retry_after_ms)), None);
    }

    #[test]
    fn so_many_requests_and_tokens_within_any_minute() {
        let mut pace = limited(2, 100);
        assert_eq!(pace.ask(0, 10), Go::Now(1));
        assert_eq!(pace.ask(1_000, 10), Go::Now(2));
        assert_eq!(pace.ask(2_000, 10), Go::At(60_000), "the third request of a minute");
        assert_eq!(pace.ask(60_000, 95), Go::At(61_000), "too many tokens beside the second");
        assert_eq!(pace.ask(61_000, 95), Go::Now(3));
        pace.ended(62_000, 3, None, Some(20));
        assert_eq!(pace.ask(62_000, 80), Go::Now(4), "it took less than was thought");
        assert_eq!(limited(2, 100).ask(0, 1_000), Go::Now(1), "a question that is too large is asked alone");
    }

    #[test]
    fn who_says_it_is_too_much_is_asked_later_and_less() {
        let mut pace = limited(8, 1_000);
        let under_way = begin(&mut pace, 0);
        fail(&mut pace, 0, Code::RateLimited, Some(5_000));
        assert_eq!(pace.ask(4_999, 1), Go::At(5_000), "as long as it asked for");
        pace.ended(100, under_way, Some((Code::RateLimited, Some(50))), None);
        assert_eq!(pace.ask(4_999, 1), Go::At(5_000), "a shorter wait takes nothing back");
        begin(&mut pace, 5_000);
        begin(&mut pace, 5_000);
        assert_eq!(pace.ask(5_000, 1), Go::At(60_000), "half of 8, two of which are of this minute's beginning");
    }

    #[test]
    fn without_a_word_about_when_it_waits_longer_each_time() {
        let mut pace = Pace::new(PaceLimits::default());
        fail(&mut pace, 0, Code::RateLimited, None);
        assert_eq!(pace.ask(0, 1), Go::At(1_000));
        fail(&mut pace, 1_000, Code::RateLimited, None);
        assert_eq!(pace.ask(1_000, 1), Go::At(3_000));
    }

    #[test]
    fn fewer_at_once_and_slowly_more_again() {
        let mut pace = Pace::new(PaceLimits::default());
        for nth in 0..6 {
            fail(&mut pace, nth * 100_000, Code::RateLimited, Some(0));
        }
        let one = begin(&mut pace, 600_000);
        assert_eq!(pace.ask(600_000, 1), Go::WhenOneEnds, "one at a time after six complaints");
        pace.ended(600_000, one, None, None);
        let two = [begin(&mut pace, 600_000), begin(&mut pace, 600_000)];
        two.into_iter().for_each(|name| pace.ended(600_000, name, None, None));
        assert_eq!(
            (0..5).filter(|_| matches!(pace.ask(600_000, 1), Go::Now(_))).count(),
            5,
            "five after three answers"
        );
    }

    #[test]
    fn who_fails_again_and_again_is_left_alone_and_then_asked_once() {
        let mut pace = Pace::new(PaceLimits::default());
        let under_way = begin(&mut pace, 0);
        for _ in 0..MODEL_FAILURES_IN_A_ROW_MAX {
            fail(&mut pace, 0, Code::ModelUnavailable, None);
        }
        assert_eq!(pace.ask(9_999, 1), Go::Not { until_ms: 10_000, failures: 5 });
        pace.ended(5_000, under_way, Some((Code::ModelUnavailable, None)), None);
        let probe = begin(&mut pace, 10_000);
        assert_eq!(pace.ask(10_000, 1), Go::WhenOneEnds);
        pace.ended(10_000, probe, Some((Code::ModelUnavailable, None)), None);
        assert_eq!(pace.ask(10_000, 1), Go::Not { until_ms: 30_000, failures: 7 }, "twice as long");
        let probe = begin(&mut pace, 30_000);
        pace.leave(probe);
        let probe = begin(&mut pace, 30_000);
        pace.ended(30_000, probe, None, None);
        assert_eq!(pace.ask(30_000, 1), Go::Now(10), "it is back");
        assert_eq!(pace.ask(30_000, 1), Go::Now(11));
    }

    #[test]
    fn one_answer_between_failures_is_enough() {
        let mut pace = Pace::new(PaceLimits::default());
        for nth in 0..20 {
            let code = if nth % 4 == 3 { Code::ModelRefused } else { Code::ModelUnavailable };
            fail(&mut pace, 0, code, None);
        }
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_within_a_minute(gaps in prop::collection::vec(0_u64..20_000, 1..60), limit in 1_u32..5) {
            let mut pace = limited(limit, 1_000_000);
            let (mut now_ms, mut begun) = (0, Vec::new());
            for gap in gaps {
                now_ms += gap;
                match pace.ask(now_ms, 1) {
                    Go::Now(name) => {
                        begun.push(now_ms);
                        pace.ended(now_ms, name, None, None);
                    }
                    Go::At(at_ms) => prop_assert!(at_ms > now_ms && at_ms <= now_ms + MINUTE_MS),
                    other => prop_assert!(false, "{other:?}"),
                }
            }
            for (nth, first) in begun.iter().enumerate() {
                let within = begun[nth..].iter().filter(|at| **at - first < MINUTE_MS).count();
                prop_assert!(within <= limit as usize);
            }
        }
    }
}
