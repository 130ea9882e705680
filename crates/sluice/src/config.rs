//! Settings: the only reader of the environment and of the settings file. Called by commands, which hand on what they
//! need. A key is never shown and never leaves but to its model.

mod file;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::Map;
use sluice_document::{Limits, Ocr, Reader, ocr};
use sluice_model::embedded::Embedded;
use sluice_model::gemini::{self, Gemini};
use sluice_model::http::{Http, Patience, Secret, Tape};
use sluice_model::openai::{self, OpenAi};
use sluice_model::registry::Registry;
use sluice_model::scripted::Scripted;
use sluice_model::{Model, PaceLimits, Showing};
use sluice_store::{Blobs, system_clock};

use self::file::{Entry, Vendor};
use crate::cli::{DataFolder, OcrArgs};
use crate::trouble::{hinted, moment};

/// The model that needs no key and no network.
const EMBEDDED: &str = "embedded";

/// The folder of the model files for scans, in the data folder or beside the program.
pub(crate) const OCR_FOLDER: &str = "ocr";

/// Names of this kind are scripts: `scripted:FILE`.
const SCRIPTED_PREFIX: &str = "scripted:";

/// Names of this kind are models of the server that the environment names: `openai:MODEL`.
const OPENAI_PREFIX: &str = "openai:";

const OPENAI_KEY: &str = "OPENAI_API_KEY";
const OPENAI_URL: &str = "OPENAI_BASE_URL";

/// The first that is set holds the key.
const GEMINI_KEYS: [&str; 2] = ["GEMINI_API_KEY", "GOOGLE_API_KEY"];
/// As Google's own clients have it.
const GEMINI_URL: &str = "GOOGLE_GEMINI_BASE_URL";

/// What is set up, from the settings file and the environment.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    entries: Vec<Entry>,
    taping: Taping,
    /// The settings file, if there is one.
    pub(crate) file: Option<PathBuf>,
}

/// Are exchanges with vendors written down, or given again?
#[derive(Clone, Debug, Default)]
pub(crate) enum Taping {
    /// Neither.
    #[default]
    Off,
    /// Written into a folder.
    Record(Tape),
    /// Given from a folder; nobody is asked, so no key is needed.
    Replay(Tape),
}

/// A vendor or a model, and what it lacks.
pub(crate) struct Setup {
    /// Which.
    pub(crate) name: String,
    /// Where it is asked.
    pub(crate) told: String,
    /// What is to be set, where it cannot be asked.
    pub(crate) missing: Option<String>,
}

impl Settings {
    /// Reads the file that was named, or `sluice.toml` in this folder if it is there.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = match named {
            Some(path) => path,
            None if Path::new(file::NAME).exists() => Path::new(file::NAME),
            None => return Ok(Self::default()),
        };
        Ok(Self { entries: file::read(path)?, file: Some(path.to_owned()), taping: Taping::Off })
    }

    /// The same, with exchanges written down or given again.
    pub(crate) fn taped(&self, taping: Taping) -> Self {
        Self { entries: self.entries.clone(), taping, file: self.file.clone() }
    }

    fn http(&self, patience: Patience) -> anyhow::Result<Http> {
        let tape = match &self.taping {
            Taping::Off => None,
            Taping::Record(tape) | Taping::Replay(tape) => Some(tape.clone()),
        };
        Ok(Http::new(patience)?.with_tape(tape))
    }

    /// A key from the environment; any will do where nobody is asked.
    fn key(&self, found: Option<String>) -> Option<String> {
        found.or_else(|| matches!(self.taping, Taping::Replay(_)).then(|| "replayed".to_owned()))
    }

    fn gemini_key(&self) -> Option<String> {
        self.key(gemini_key())
    }

    /// What is to be set before this model can be asked.
    fn missing(&self, entry: &Entry) -> Option<String> {
        missing(entry).filter(|_| !matches!(self.taping, Taping::Replay(_)))
    }

    /// The models that can be asked.
    pub(crate) fn models(&self) -> anyhow::Result<Registry> {
        let mut models = Registry::default().with(Arc::new(Embedded::default()));
        let gemini = self.gemini_key();
        if self.entries.is_empty() && gemini.is_none() {
            return Ok(models);
        }
        let http = self.http(Patience::default())?;
        for name in gemini::NAMES {
            if let Some(key) = &gemini {
                models = models.with(of_gemini(name, key, http.clone()));
            }
        }
        for entry in self.entries.iter().filter(|entry| self.missing(entry).is_none()) {
            let own = match entry.patience() {
                usual if usual == Patience::default() => http.clone(),
                patience => self.http(patience)?,
            };
            models = models.with(self.of_entry(entry, own));
        }
        Ok(models)
    }

    /// The model that is asked where nobody names one: `gemini-2.5-flash` where there is a key for it, else the one that
    /// stays on this machine.
    pub(crate) fn model_default(&self) -> &'static str {
        if gemini_key().is_some() { gemini::DEFAULT } else { EMBEDDED }
    }

    /// The models that can be asked, and these scripts.
    pub(crate) fn models_with(&self, scripts: &[PathBuf]) -> anyhow::Result<Registry> {
        scripts.iter().try_fold(self.models()?, |models, path| Ok(models.with(Arc::new(Scripted::from_file(path)?))))
    }

    /// The model of this name: one that is set up, a script, or any of the server that the environment names.
    pub(crate) fn model(&self, name: &str) -> anyhow::Result<Arc<dyn Model>> {
        if let Some(path) = name.strip_prefix(SCRIPTED_PREFIX) {
            return Ok(Arc::new(Scripted::from_file(Path::new(path))?));
        }
        if let Some(entry) = self.entries.iter().find(|entry| entry.name == name)
            && let Some(missing) = self.missing(entry)
        {
            return Err(hinted(format!("the model \"{name}\" has no key"), missing));
        }
        match name.strip_prefix(OPENAI_PREFIX) {
            None if gemini::NAMES.contains(&name) && self.gemini_key().is_none() && !self.has(name) => {
                Err(hinted(format!("\"{name}\" is Gemini's, and there is no key for it"), gemini_missing()))
            }
            Some(model) if !self.has(name) => self.of_environment(name, model),
            _ => Ok(self.models()?.get(name)?),
        }
    }

    fn of_entry(&self, entry: &Entry, http: Http) -> Arc<dyn Model> {
        match entry.vendor {
            Vendor::Openai => Arc::new(OpenAi::new(
                openai::Setup {
                    name: entry.name.clone(),
                    base_url: entry.base_url().to_owned(),
                    key: entry
                        .key_env
                        .as_deref()
                        .and_then(|name| self.key(variable(name)))
                        .map(|key| Secret::new(&key)),
                    model: entry.model().to_owned(),
                    words_per_question_max: entry.words_per_question_max,
                    leaves_per_subtree_max: entry.leaves_per_subtree_max,
                    rows_per_answer_max: entry.rows_per_answer_max,
                    price: entry.price(),
                    showing: entry.pages_as.unwrap_or_default(),
                    thinks: entry.thinks,
                    token_probabilities: entry.token_probabilities,
                    tokens_per_picture: entry.tokens_per_picture,
                    limits: entry.limits(),
                    extra: entry.extra.clone(),
                },
                http,
            )),
            Vendor::Gemini => Arc::new(Gemini::new(
                gemini::Setup {
                    name: entry.name.clone(),
                    base_url: entry.base_url().to_owned(),
                    key: Secret::new(
                        &self.key(entry.key_env.as_deref().map_or_else(gemini_key, variable)).unwrap_or_default(),
                    ),
                    model: entry.model().to_owned(),
                    price: entry.price(),
                    showing: entry.pages_as,
                    limits: entry.limits(),
                    today: today(),
                },
                http,
            )),
        }
    }

    fn of_environment(&self, name: &str, model: &str) -> anyhow::Result<Arc<dyn Model>> {
        let (key, url) = (self.key(variable(OPENAI_KEY)), variable(OPENAI_URL));
        if key.is_none() && url.is_none() {
            let hint = format!("set {OPENAI_KEY}, or {OPENAI_URL} for a server of your own");
            return Err(hinted(format!("\"{name}\" is at OpenAI, and there is no key for it"), hint));
        }
        let setup = openai::Setup {
            name: name.to_owned(),
            base_url: openai_url(),
            key: key.map(|key| Secret::new(&key)),
            model: model.to_owned(),
            words_per_question_max: None,
            leaves_per_subtree_max: None,
            rows_per_answer_max: None,
            price: None,
            showing: Showing::Text,
            thinks: false,
            token_probabilities: false,
            tokens_per_picture: None,
            limits: PaceLimits::default(),
            extra: Map::new(),
        };
        Ok(Arc::new(OpenAi::new(setup, self.http(Patience::default())?)))
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// Everything that can be set up, with what it lacks.
    pub(crate) fn setups(&self) -> Vec<Setup> {
        let named = self.entries.iter().map(|entry| Setup {
            name: entry.name.clone(),
            told: format!("{} at {}", entry.model(), entry.base_url()),
            missing: missing(entry),
        });
        let any = Setup {
            name: format!("{OPENAI_PREFIX}MODEL"),
            told: format!("any model at {}", openai_url()),
            missing: (variable(OPENAI_KEY).is_none() && variable(OPENAI_URL).is_none())
                .then(|| format!("set {OPENAI_KEY}, or {OPENAI_URL} for a server of your own")),
        };
        let gemini = Setup {
            name: "gemini-*".to_owned(),
            told: format!("{} at {}", gemini::NAMES.join(", "), gemini_url()),
            missing: gemini_key().is_none().then(gemini_missing),
        };
        named.chain([gemini, any]).collect()
    }
}

fn of_gemini(name: &str, key: &str, http: Http) -> Arc<dyn Model> {
    let (name, model) = (name.to_owned(), name.to_owned());
    let setup = gemini::Setup {
        name,
        base_url: gemini_url(),
        key: Secret::new(key),
        model,
        price: None,
        showing: None,
        limits: PaceLimits::default(),
        today: today(),
    };
    Arc::new(Gemini::new(setup, http))
}

fn openai_url() -> String {
    variable(OPENAI_URL).unwrap_or_else(|| openai::BASE_URL.to_owned())
}

fn gemini_key() -> Option<String> {
    GEMINI_KEYS.into_iter().find_map(variable)
}

fn gemini_missing() -> String {
    format!("set {}", GEMINI_KEYS.join(" or "))
}

fn gemini_url() -> String {
    variable(GEMINI_URL).unwrap_or_else(|| gemini::BASE_URL.to_owned())
}

/// The day in UTC, as `2026-11-22`.
fn today() -> String {
    moment(system_clock()()).chars().take(10).collect()
}

/// What is to be set before this model can be asked.
fn missing(entry: &Entry) -> Option<String> {
    if entry.vendor == Vendor::Gemini && entry.key_env.is_none() {
        return gemini_key().is_none().then(gemini_missing);
    }
    let name = entry.key_env.as_deref().filter(|name| variable(name).is_none())?;
    Some(format!("set {name} to its key"))
}

/// A variable of the environment; an empty one is none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The object store at this address, with what the environment says of it as for any program that uses AWS.
pub(crate) fn objects(url: &str) -> anyhow::Result<Blobs> {
    let options = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
    Blobs::at(url, options).map_err(|error| {
        let hint = "name it with `--objects s3://BUCKET/PREFIX`; AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and \
                    AWS_SECRET_ACCESS_KEY say the rest";
        hinted(format!("{url} is no object store: {error}"), hint)
    })
}

/// The reader of foreign bytes: this program again, as a child with limits.
pub(crate) fn reader(asked: &OcrArgs, folder: &DataFolder) -> anyhow::Result<Reader> {
    let program = program()?;
    let ocr = Ocr { mode: asked.when.into(), models: ocr_models(asked, folder)? };
    Ok(Reader { program, args: vec![OsString::from("__read-document")], limits: Limits::default(), ocr })
}

fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the path of this program cannot be told")
}

/// The folder with the model files for scans: the one that was named, or else the first that has them.
pub(crate) fn ocr_models(asked: &OcrArgs, folder: &DataFolder) -> anyhow::Result<Option<PathBuf>> {
    if let Some(named) = &asked.models {
        // The child that reads runs in another folder.
        let named = std::path::absolute(named).with_context(|| format!("{} is no folder", named.display()))?;
        if !ocr::models::are_in(&named) {
            let told = format!("{} does not hold the model files for scans", named.display());
            return Err(hinted(
                told,
                "`sluice ocr install` puts them into the data folder; leave `--ocr-models` out then",
            ));
        }
        return Ok(Some(named));
    }
    let beside = program()?.parent().map(Path::to_path_buf);
    let kept = folder.path().ok().and_then(|folder| std::path::absolute(folder).ok());
    let places = [kept, beside.clone(), beside.as_deref().and_then(Path::parent).map(Path::to_path_buf)];
    Ok(places.into_iter().flatten().map(|place| place.join(OCR_FOLDER)).find(|place| ocr::models::are_in(place)))
}
