//! Documents that are kept at the vendor for the time of a job, so that each of its questions pays a tenth for them.
//!
//! Made with the first question about some pages, named in the others, given back at the end of the job. What is kept has
//! the name of its job at the vendor, so that another process gives it back too; what nobody gives back ends by itself.
//! A vendor that keeps nothing is asked as if nobody had wanted it. Called by `gemini`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};
use sluice_extract::limits::{MODEL_KEPT_SECONDS, MODEL_KEPT_TOKENS_MIN};
use sluice_extract::page::ContentHash;
use tokio::sync::OnceCell;

use super::Gemini;
use crate::http::{NoAnswer, Subject};
use crate::prompt::{Prompt, SYSTEM};
use crate::{ModelError, Usage};

/// Bytes of text in a token, at the least.
const BYTES_PER_TOKEN: usize = 4;

type Keeping = Arc<OnceCell<Option<String>>>;

/// What this process had kept: by job and by what is kept.
#[derive(Default)]
pub(super) struct Kept {
    jobs: Mutex<HashMap<String, HashMap<ContentHash, Keeping>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    usage_metadata: Total,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Total {
    total_token_count: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct List {
    cached_contents: Vec<Made>,
}

impl Kept {
    fn of(&self, job: &str, what: ContentHash) -> Keeping {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(jobs.entry(job.to_owned()).or_default().entry(what).or_default())
    }

    fn take(&self, job: &str) -> Option<HashMap<ContentHash, Keeping>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(job)
    }
}

impl Gemini {
    /// The name of what is kept of this document for a job, and what it took if that was just now; `None` where nothing
    /// is: it is too short, or the vendor does not.
    pub(super) async fn keep(&self, job: &str, prompt: &Prompt) -> (Option<String>, Usage) {
        if prompt.document.len() / BYTES_PER_TOKEN < MODEL_KEPT_TOKENS_MIN {
            return (None, Usage::default());
        }
        let keeping = self.kept.of(job, ContentHash::of(prompt.whole_document().as_bytes()));
        let mut took = Usage::default();
        let name = keeping.get_or_init(|| async {
            match self.make(job, prompt).await {
                Ok(made) => {
                    let tokens = made.usage_metadata.total_token_count;
                    took = Usage { input_tokens: tokens, ..Usage::calls(1) };
                    Some(made.name)
                }
                // Whoever cannot keep it can be asked all the same.
                Err(_) => None,
            }
        });
        let name = name.await.clone();
        (name, took)
    }

    /// Gives back all that was kept for a job, by whatever process.
    pub(super) async fn give_back(&self, job: &str) -> Result<(), ModelError> {
        let names = match self.kept.take(job) {
            Some(known) => known.into_values().filter_map(|keeping| keeping.get().cloned().flatten()).collect(),
            None => self.kept_by_others(job).await?,
        };
        for name in names {
            let sent =
                self.http.send(::http::Method::DELETE, &self.place(&name), self.head()?, None, about_nothing).await;
            sent.map_err(|error| self.told(error))?;
        }
        Ok(())
    }

    async fn make(&self, job: &str, prompt: &Prompt) -> Result<Made, ModelError> {
        let body = json!({
            "model": format!("models/{}", self.setup.model),
            "displayName": display_name(job),
            "systemInstruction": {"parts": [{"text": SYSTEM}]},
            "contents": [{"role": "user", "parts": super::wire::document(prompt)}],
            "ttl": format!("{MODEL_KEPT_SECONDS}s"),
        });
        let subject = || {
            // Another job's name is no other question.
            let mut question = body.clone();
            question["displayName"] = Value::Null;
            let shown = prompt.shown(body.clone(), &prompt.question);
            Subject { question, shown, document: prompt.whole_document(), plain: super::wire::PLAIN }
        };
        let place = self.place("cachedContents");
        let sent = self.http.send(::http::Method::POST, &place, self.head()?, Some(&body), subject).await;
        read(&sent.map_err(|error| self.told(error))?.bytes().await?)
    }

    async fn kept_by_others(&self, job: &str) -> Result<Vec<String>, ModelError> {
        let place = self.place("cachedContents?pageSize=1000");
        let sent = self.http.send(::http::Method::GET, &place, self.head()?, None, about_nothing).await;
        let list: List = read(&sent.map_err(|error| self.told(error))?.bytes().await?)?;
        let ours = list.cached_contents.into_iter().filter(|kept| kept.display_name == display_name(job));
        Ok(ours.map(|kept| kept.name).collect())
    }

    fn place(&self, name: &str) -> String {
        format!("{}/v1beta/{name}", self.setup.base_url.trim_end_matches('/'))
    }

    fn told(&self, error: NoAnswer) -> ModelError {
        match error {
            NoAnswer::Unheard(error) => error,
            NoAnswer::Refused(refusal) => super::wire::explained(refusal, &self.card.name, &self.setup.key),
        }
    }
}

/// For a recording: nothing of a document is in it.
fn about_nothing() -> Subject {
    Subject { question: Value::Null, shown: Value::Null, document: String::new(), plain: &[] }
}

/// Also says whose it is to whoever looks at the vendor's list.
fn display_name(job: &str) -> String {
    format!("sluice-{job}")
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, ModelError> {
    let told = "the model's server answered with something else than Gemini's words";
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|_| ModelError::new(sluice_extract::code::Code::ModelUnavailable, told))?;
    serde_json::from_value(value).map_err(|_| ModelError::new(sluice_extract::code::Code::ModelUnavailable, told))
}
