//! `sluice keys`: who may ask a server. Works beside a running one.
//!
//! A key is printed once, when it is made; what is kept is its hash.

use std::process::ExitCode;

use anyhow::Context as _;
use sluice_extract::id::KeyId;
use sluice_store::{Clock, KeyHash, NewKey, Role, Store, Tenant, key_secret, random, system_clock};

use crate::cli::KeysCommand;
use crate::trouble::{hinted, moment};

/// Runs one of its commands.
pub(super) async fn run(command: KeysCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeysCommand::Create { tenant, label, place } => {
            let kept = place.open(Role::Beside).await?;
            let key = create(kept.store.as_ref(), &system_clock(), tenant, label).await?;
            anstream::println!("{key}");
        }
        KeysCommand::List { tenant, place } => {
            let kept = place.open_existing().await?;
            for row in kept.store.key_list(tenant.as_ref()).await? {
                let worth = row.revoked_at_ms.map_or(String::new(), |at_ms| format!("  revoked {}", moment(at_ms)));
                let key = &row.key;
                let line = format!(
                    "{}  {}  {}  {}{worth}",
                    key.id.to_base32(),
                    key.tenant,
                    moment(row.created_at_ms),
                    key.label
                );
                anstream::println!("{}", line.trim_end());
            }
        }
        KeysCommand::Revoke { id, place } => {
            let kept = place.open_existing().await?;
            if !kept.store.key_revoke(id).await? {
                let told = format!("no key is called {}", id.to_base32());
                return Err(hinted(told, "`sluice keys list` shows their names"));
            }
            anstream::eprintln!("revoked {}", id.to_base32());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes a key, keeps its hash, and gives it.
pub(crate) async fn create(store: &dyn Store, clock: &Clock, tenant: Tenant, label: String) -> anyhow::Result<String> {
    let key = key_secret()?;
    let id = KeyId::new(clock(), random()?);
    store.key_insert(NewKey { id, tenant, label, hash: KeyHash::of(&key) }).await.context("the key was not kept")?;
    Ok(key)
}
