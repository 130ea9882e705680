//! Opening a database: connections, tables, the voice and the ears of this process, and what processes that are gone left.
//!
//! Order matters: nobody is present before the tables are, and nothing is taken back before we are. Called by
//! `PostgresStore`.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::watch;

use super::ear::Ear;
use super::voice::Voice;
use super::{PostgresStore, locks, migrations, wishes};
use crate::tail::Tails;
use crate::{Clock, StoreError, random};

/// A connection that was not used for so long is looked at before it is used: the database may have been started anew.
const IDLE_TRUSTED: Duration = Duration::from_secs(1);

/// A transaction in which nothing happens for so long is ended by the database: a process that hangs holds nobody up.
const TRANSACTION_IDLE_MAX: &str = "30s";

/// How to open it.
#[derive(Clone)]
pub struct PostgresOptions {
    /// Most connections of this process, beside the two that it listens and speaks with.
    pub connections_max: u32,
    /// How long a call waits for a connection.
    pub connect_wait: Duration,
    /// Where the time comes from, for tests; `None` for the database's clock.
    pub clock: Option<Clock>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connections_max: 16, connect_wait: Duration::from_secs(5), clock: None }
    }
}

pub(super) async fn open(url: &str, options: PostgresOptions) -> Result<PostgresStore, StoreError> {
    let connect = PgConnectOptions::from_str(url)?
        .application_name("sluice")
        .options([("idle_in_transaction_session_timeout", TRANSACTION_IDLE_MAX)]);
    let place = shown(&connect);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections_max.saturating_add(1))
        .acquire_timeout(options.connect_wait)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > IDLE_TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(connect)
        .await?;
    migrations::migrate(&pool, &place).await?;
    let process = a_process()?;
    let (voice, speaking) = Voice::start(&pool, process).await?;
    // Who is gone holds nothing.
    wishes::take_back(&pool, &wishes::absent(&pool).await?).await?;
    let tails = Arc::new(Tails::default());
    let hint = watch::Sender::new(0);
    let ear = Ear { pool: pool.clone(), tails: Arc::clone(&tails), hint: hint.clone(), process };
    let mut listening = ear.start().await?;
    listening.push(speaking);
    Ok(PostgresStore { pool, place, tails, hint, voice, process, clock: options.clock, listening })
}

fn a_process() -> Result<i32, StoreError> {
    let number = i32::from_be_bytes(random()?) & i32::MAX;
    Ok(number.max(locks::PROCESS_MIN))
}

/// Where it is, as a message may say it.
fn shown(options: &PgConnectOptions) -> String {
    let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
    format!("postgres://{user}@{host}:{port}/{}", options.get_database().unwrap_or(user))
}
