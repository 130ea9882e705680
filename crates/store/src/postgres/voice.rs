//! What this process tells the others: which logs grew, that there is work, and that it is there.
//!
//! After a commit and never in it: `NOTIFY` inside would make commits wait for each other. What gathers while one is sent
//! goes out together. A hint; who misses it looks around. Its connection holds the lock by which others know that we live.
//! Called by `PostgresStore`.

use std::time::Duration;

use sluice_extract::id::JobId;
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::locks;
use crate::StoreError;

/// Where it is told.
pub(super) const CHANNEL: &str = "sluice";

/// Most things that are told at once: a message of Postgres has less than 8000 bytes.
const TOLD_MAX: usize = 128;

/// How often a silent connection is looked at.
const SILENCE: Duration = Duration::from_secs(1);

/// How long to wait before a broken connection is made anew.
const REST: Duration = Duration::from_millis(200);

/// Something that others may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// There may be work.
    Wishes,
    /// A log grew up to this event.
    Event {
        /// Whose log.
        job: JobId,
        /// Its end.
        sequence: u64,
    },
}

/// What one message says: who speaks, then what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) process: i32,
    pub(super) told: Vec<Told>,
}

impl Message {
    fn to_text(&self) -> String {
        let told = self.told.iter().map(|told| match told {
            Told::Wishes => " w".to_owned(),
            Told::Event { job, sequence } => format!(" {}:{sequence}", job.to_base32()),
        });
        std::iter::once(self.process.to_string()).chain(told).collect()
    }

    /// What others say on this channel, that we do not know, is left out.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let process = words.next()?.parse().ok()?;
        let told = words.filter_map(|word| match word.split_once(':') {
            None => (word == "w").then_some(Told::Wishes),
            Some((job, sequence)) => Some(Told::Event { job: job.parse().ok()?, sequence: sequence.parse().ok()? }),
        });
        Some(Self { process, told: told.collect() })
    }
}

pub(super) struct Voice {
    queue: UnboundedSender<Told>,
}

impl Voice {
    /// Makes this process known, and begins to tell.
    pub(super) async fn start(pool: &PgPool, process: i32) -> Result<(Self, AbortHandle), StoreError> {
        let connection = connect(pool, process).await?;
        let (queue, told) = unbounded_channel();
        let speaking = tokio::spawn(speak(pool.clone(), process, connection, told));
        Ok((Self { queue }, speaking.abort_handle()))
    }

    pub(super) fn tell(&self, told: Told) {
        // The task ends with the store alone.
        let _ = self.queue.send(told);
    }
}

async fn connect(pool: &PgPool, process: i32) -> Result<PgConnection, StoreError> {
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    // What is told is nothing that must be on the disk.
    sqlx::query("set synchronous_commit to off").execute(&mut connection).await?;
    locks::hold_process(&mut connection, process).await?;
    Ok(connection)
}

async fn speak(pool: PgPool, process: i32, mut connection: PgConnection, mut queue: UnboundedReceiver<Told>) {
    let mut gathered = Vec::with_capacity(TOLD_MAX);
    loop {
        gathered.clear();
        let waiting = queue.recv_many(&mut gathered, TOLD_MAX);
        let spoken = match tokio::time::timeout(SILENCE, waiting).await {
            Ok(0) => return,
            Ok(_) => say(&mut connection, process, &gathered).await,
            Err(_) => connection.ping().await,
        };
        if let Err(error) = spoken {
            tracing::warn!(%error, "other processes cannot be told what happens; they look by themselves");
            connection = connect_again(&pool, process).await;
        }
    }
}

async fn say(connection: &mut PgConnection, process: i32, told: &[Told]) -> Result<(), sqlx::Error> {
    let message = Message { process, told: told.to_vec() };
    sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(message.to_text()).execute(connection).await?;
    Ok(())
}

async fn connect_again(pool: &PgPool, process: i32) -> PgConnection {
    loop {
        tokio::time::sleep(REST).await;
        if let Ok(connection) = connect(pool, process).await {
            return connection;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_told() {
        let event = Told::Event { job: JobId::new(1_000, [7; 10]), sequence: u64::MAX };
        let message = Message { process: i32::MAX, told: vec![event; TOLD_MAX] };
        assert!(message.to_text().len() < 8_000, "what Postgres takes");
        assert_eq!(Message::parse(&message.to_text()), Some(message));
        let message = Message { process: 1, told: vec![Told::Wishes, event] };
        assert_eq!(Message::parse(&message.to_text()), Some(message));
    }

    #[test]
    fn what_others_say_is_left_out() {
        assert_eq!(Message::parse("hello"), None);
        assert_eq!(Message::parse(""), None);
        assert_eq!(Message::parse("1 x a:b w"), Some(Message { process: 1, told: vec![Told::Wishes] }));
    }
}
