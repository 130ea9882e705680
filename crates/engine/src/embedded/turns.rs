//! Who is next: at most so many at once, and nobody stands behind a long queue of one other.
//!
//! A job sends one of its wants to its tenant's queue, a tenant one of its jobs' to the common one. So those who wait
//! are served in turn: tenants first, then the jobs of a tenant, then what a job wants. Called before a model is asked,
//! and before a document is read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sluice_store::Tenant;
use tokio::sync::{Mutex as Queue, OwnedSemaphorePermit, Semaphore};

/// The common queue.
#[derive(Debug)]
pub(super) struct Turns {
    open: Arc<Semaphore>,
    tenants: Mutex<HashMap<Tenant, Weak<Queue<()>>>>,
}

/// A job's place in it.
#[derive(Debug)]
pub(super) struct Turn {
    of_job: Queue<()>,
    of_tenant: Arc<Queue<()>>,
    open: Arc<Semaphore>,
}

impl Turns {
    pub(super) fn new(at_once_max: usize) -> Self {
        Self { open: Arc::new(Semaphore::new(at_once_max.max(1))), tenants: Mutex::default() }
    }

    /// For one job of a tenant.
    pub(super) fn of(&self, tenant: &Tenant) -> Turn {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.retain(|_, queue| queue.strong_count() > 0);
        let of_tenant = tenants.get(tenant).and_then(Weak::upgrade).unwrap_or_default();
        tenants.insert(tenant.clone(), Arc::downgrade(&of_tenant));
        Turn { of_job: Queue::default(), of_tenant, open: Arc::clone(&self.open) }
    }
}

impl Turn {
    /// Waits for it. What was waited for may be done as long as the permit is held; `None` never happens while the engine lives.
    pub(super) async fn come(&self) -> Option<OwnedSemaphorePermit> {
        let _first_of_job = self.of_job.lock().await;
        let _first_of_tenant = self.of_tenant.lock().await;
        Arc::clone(&self.open).acquire_owned().await.ok()
    }
}
