//! What other processes do: heard when they tell it, found by looking around when they could not.
//!
//! A job that nobody follows here is not looked at. The events that others appended are read once for all who follow them.
//! Never decides anything. Started by `open`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sluice_extract::id::JobId;
use sqlx::postgres::PgListener;
use sqlx::{PgPool, Row as _};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::voice::{CHANNEL, Message, Told};
use super::{events, id, wishes};
use crate::StoreError;
use crate::cells::unsigned;
use crate::tail::{EVENTS_MAX, Tails};

/// How often it looks around.
const LOOK_AROUND: Duration = Duration::from_millis(500);

/// A process that is away in so many looks is gone; in fewer, its connection may only have broken.
const LOOKS_AWAY: u32 = 6;

/// How long to wait before a broken connection is listened to anew.
const REST: Duration = Duration::from_millis(500);

pub(super) struct Ear {
    pub(super) pool: PgPool,
    pub(super) tails: Arc<Tails>,
    pub(super) hint: watch::Sender<u64>,
    pub(super) process: i32,
}

impl Ear {
    /// Begins to listen and to look around.
    pub(super) async fn start(self) -> Result<Vec<AbortHandle>, StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        let ear = Arc::new(self);
        let listening = tokio::spawn(Arc::clone(&ear).listen(listener));
        let looking = tokio::spawn(ear.look_around());
        Ok(vec![listening.abort_handle(), looking.abort_handle()])
    }

    async fn listen(self: Arc<Self>, mut listener: PgListener) {
        loop {
            match listener.try_recv().await {
                Ok(Some(heard)) => match Message::parse(heard.payload()) {
                    Some(message) if message.process != self.process => self.hear(message).await,
                    Some(_) | None => {}
                },
                // The connection was made anew: what was told meanwhile is found by looking around.
                Ok(None) => self.stir(),
                Err(error) => {
                    tracing::warn!(%error, "other processes cannot be heard; what they do is looked at instead");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    async fn hear(&self, message: Message) {
        for told in message.told {
            match told {
                Told::Wishes => self.stir(),
                Told::Event { job, sequence } => {
                    if let Some(last) = self.tails.last(job).filter(|last| *last < sequence) {
                        self.read(job, last, sequence).await;
                    }
                }
            }
        }
    }

    fn stir(&self) {
        self.hint.send_modify(|count| *count += 1);
    }

    /// The events up to the end of a log, for those who follow it. Those who have fewer read the log themselves.
    async fn read(&self, job: JobId, last: u64, log_end: u64) {
        let most = u32::try_from(EVENTS_MAX).unwrap_or(u32::MAX);
        let after = last.max(log_end.saturating_sub(u64::from(most)));
        match events::newest(&self.pool, job, after, most).await {
            Ok(new) => self.tails.publish(new.into_iter().map(|recorded| (job, recorded)).collect()),
            Err(error) => tracing::debug!(%error, %job, "what others appended cannot be read now"),
        }
    }

    async fn look_around(self: Arc<Self>) {
        let mut away: HashMap<i32, u32> = HashMap::new();
        loop {
            tokio::time::sleep(LOOK_AROUND).await;
            // A database that is away is told by whoever asks it for something.
            let _ = self.look_at_logs().await;
            if let Ok(Some(seen)) = self.look_for_the_gone(&away).await {
                away = seen;
            } else {
                away.clear();
            }
        }
    }

    async fn look_at_logs(&self) -> Result<(), StoreError> {
        let followed = self.tails.followed();
        if followed.is_empty() {
            return Ok(());
        }
        let names: Vec<Vec<u8>> = followed.keys().map(|job| job.to_bytes().to_vec()).collect();
        let rows =
            sqlx::query("select id, log_end from job where id = any($1)").bind(names).fetch_all(&self.pool).await?;
        for row in rows {
            let (job, log_end) = (JobId::from_bytes(id(&row, 0)?), unsigned(row.try_get(1)?));
            let last = followed.get(&job).copied().unwrap_or(log_end);
            if last < log_end {
                self.read(job, last, log_end).await;
            }
        }
        Ok(())
    }

    /// Takes back what processes hold that are gone; gives how often each was away that may be.
    async fn look_for_the_gone(&self, away: &HashMap<i32, u32>) -> Result<Option<HashMap<i32, u32>>, StoreError> {
        let absent = wishes::absent(&self.pool).await?;
        if absent.is_empty() {
            return Ok(None);
        }
        let seen: HashMap<i32, u32> =
            absent.into_iter().map(|process| (process, away.get(&process).map_or(1, |looks| looks + 1))).collect();
        let gone: Vec<i32> =
            seen.iter().filter(|(_, looks)| **looks >= LOOKS_AWAY).map(|(process, _)| *process).collect();
        if !gone.is_empty() && wishes::take_back(&self.pool, &gone).await? {
            tracing::warn!(processes = gone.len(), "processes are gone; what they worked on is handed out again");
            self.stir();
        }
        Ok(Some(seen))
    }
}
