//! The model of these tests: scripted, and watched.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use sluice_model::scripted::Scripted;
use sluice_model::{Answer, Model, ModelCard, ModelError, Question};

/// A question that came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) attempt: u32,
    /// Tests tell jobs apart by it.
    pub(crate) seed: Option<i64>,
}

/// Counts what it is asked; panics where it is told to.
pub(crate) struct Watched {
    scripted: Scripted,
    panics_at: Option<String>,
    asked: Mutex<Vec<Asked>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

impl Watched {
    pub(crate) fn new(script: &Value) -> Arc<Self> {
        Arc::new(Self::of(script, None))
    }

    pub(crate) fn panics_at(script: &Value, path: &str) -> Arc<Self> {
        Arc::new(Self::of(script, Some(path.to_owned())))
    }

    fn of(script: &Value, panics_at: Option<String>) -> Self {
        Self {
            scripted: Scripted::from_text(&script.to_string(), "scripted").unwrap(),
            panics_at,
            asked: Mutex::default(),
            open: AtomicUsize::default(),
            most_open: AtomicUsize::default(),
        }
    }

    /// In the order in which they came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often each path was asked.
    pub(crate) fn times_asked(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        self.asked().into_iter().for_each(|asked| *times.entry(asked.path).or_default() += 1);
        times
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn most_open(&self) -> usize {
        self.most_open.load(Ordering::SeqCst)
    }
}

/// Leaves also where the question is dropped.
struct Inside<'a>(&'a AtomicUsize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Model for Watched {
    fn card(&self) -> &ModelCard {
        self.scripted.card()
    }

    async fn ask(&self, question: &Question) -> Result<Answer, ModelError> {
        let path = question.subtree.path.clone();
        let asked = Asked { path: path.clone(), attempt: question.attempt, seed: question.settings.seed };
        self.asked.lock().unwrap().push(asked);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let _inside = Inside(&self.open);
        assert!(self.panics_at.as_deref() != Some(path.as_str()), "this model is made to break");
        self.scripted.ask(question).await
    }
}
