//! What a job's config may say, with every default filled in.
//!
//! The keys of the published API and our own. Every problem of a config is told at once, in the words of that API (loc,
//! message, type). Never which models there are: whoever is set up with them says so. Called by the server before a job
//! is kept, by the CLI, and by the engine, which reads it back from the job.

mod check;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::job;
use crate::limits::{QUESTIONS_OPEN_MAX, RETRIES_MAX, SUBTREE_LEAVES_DEFAULT, TEMPERATURE_MAX};
use crate::retry::RetryRule;
use crate::schema::SplitOptions;
use crate::selection::PageSelection;

use check::Checker;
pub use check::{ConfigInvalid, ConfigProblem};

/// How a job is done. As JSON it has every key, and `parse` takes that JSON back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Config {
    /// Who is asked.
    pub model: String,
    /// Each value comes with its proof.
    pub per_key_attribution: bool,
    /// 0 to 2, for models that take one.
    pub temperature: Option<f64>,
    /// Let the model think first, where it can.
    pub enable_thinking: bool,
    /// Words of the user's own, put before each question.
    pub additional_instructions: Option<String>,
    /// Long arrays are asked for in turns.
    pub enable_agentic_array_extraction: bool,
    /// Questions that are open at the same time, 1 to 20.
    pub max_num_concurrent_requests: u32,
    /// Answers that do not satisfy the schema are repaired or left out.
    pub validate_response_schema: bool,
    /// For models that take one.
    pub seed: Option<i64>,
    /// How often a failed question is repeated, 0 to 10.
    pub n_max_retries: u32,
    /// Keep the document at the vendor for the time of the job, where it can.
    pub use_explicit_context_cache: bool,
    /// How the schema is cut.
    pub splitter_config: SplitterConfig,
    /// Who is asked instead where the model gives no answer.
    pub fallback_model: Option<String>,
    /// US dollars after which nothing more is asked.
    pub max_cost_usd: Option<f64>,
    /// The pages that are read.
    #[serde(serialize_with = "write_pages")]
    pub pages: PageSelection,
}

/// How a schema is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SplitterConfig {
    /// Ask for each array alone.
    pub isolate_arrays: bool,
    /// Leaves of one question, at least 1.
    pub max_leaves_per_subtree: u32,
}

/// Every key that a config may have.
pub const KEYS: [&str; 16] = [
    "model",
    "per_key_attribution",
    "temperature",
    "enable_thinking",
    "additional_instructions",
    "enable_agentic_array_extraction",
    "max_num_concurrent_requests",
    "validate_response_schema",
    "seed",
    "n_max_retries",
    "use_explicit_context_cache",
    "splitter_config",
    "splitter_configs",
    "fallback_model",
    "max_cost_usd",
    "pages",
];

impl Config {
    /// Everything at its default.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            per_key_attribution: false,
            temperature: None,
            enable_thinking: true,
            additional_instructions: None,
            enable_agentic_array_extraction: false,
            max_num_concurrent_requests: 5,
            validate_response_schema: true,
            seed: None,
            n_max_retries: 3,
            use_explicit_context_cache: true,
            splitter_config: SplitterConfig::default(),
            fallback_model: None,
            max_cost_usd: None,
            pages: PageSelection::All,
        }
    }

    /// The config that an object says; null says nothing.
    ///
    /// # Errors
    /// Every problem there is.
    pub fn parse(config: &Value, model_default: &str) -> Result<Self, Vec<ConfigProblem>> {
        let nothing = Map::new();
        let object = match config {
            Value::Null => &nothing,
            Value::Object(object) => object,
            _ => return Err(vec![ConfigProblem::new(&[], "dict_type", "Input should be a valid dictionary")]),
        };
        let mut fields = Checker::new(object, &[]);
        let read = Self::read(&mut fields, &Self::new(model_default));
        let problems = fields.finish(&KEYS);
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    fn read(fields: &mut Checker<'_>, default: &Self) -> Self {
        Self {
            model: fields.text("model", &default.model),
            per_key_attribution: fields.boolean("per_key_attribution", default.per_key_attribution),
            temperature: fields.number_or_null("temperature", Some(TEMPERATURE_MAX)),
            enable_thinking: fields.boolean("enable_thinking", default.enable_thinking),
            additional_instructions: fields.text_or_null("additional_instructions"),
            enable_agentic_array_extraction: fields
                .boolean("enable_agentic_array_extraction", default.enable_agentic_array_extraction),
            max_num_concurrent_requests: fields.count(
                "max_num_concurrent_requests",
                1..=QUESTIONS_OPEN_MAX,
                default.max_num_concurrent_requests,
            ),
            validate_response_schema: fields.boolean("validate_response_schema", default.validate_response_schema),
            seed: fields.integer_or_null("seed"),
            n_max_retries: fields.count("n_max_retries", 0..=RETRIES_MAX, default.n_max_retries),
            use_explicit_context_cache: fields
                .boolean("use_explicit_context_cache", default.use_explicit_context_cache),
            splitter_config: SplitterConfig::read(fields),
            fallback_model: fields.text_or_null("fallback_model"),
            max_cost_usd: fields.number_or_null("max_cost_usd", None),
            pages: fields.pages("pages"),
        }
    }

    /// The part that decides what a job does next.
    #[must_use]
    pub fn job_settings(&self) -> job::Settings {
        let retry = RetryRule { retries_max: self.n_max_retries, ..RetryRule::default() };
        job::Settings {
            questions_max: self.max_num_concurrent_requests,
            retry,
            cost_usd_max: self.max_cost_usd,
            fallback: self.fallback_model.clone().filter(|other| *other != self.model),
        }
    }

    /// How the schema is cut.
    #[must_use]
    pub fn split_options(&self) -> SplitOptions {
        let SplitterConfig { isolate_arrays, max_leaves_per_subtree } = self.splitter_config;
        SplitOptions { isolate_arrays, max_leaves_per_subtree: usize::try_from(max_leaves_per_subtree).ok() }
    }
}

impl TryFrom<Value> for Config {
    type Error = ConfigInvalid;

    /// From a config that was kept: it names its model.
    fn try_from(config: Value) -> Result<Self, ConfigInvalid> {
        if config.get("model").is_none() {
            return Err(ConfigInvalid(vec![ConfigProblem::new(&["model"], "missing", "Field required")]));
        }
        Self::parse(&config, "").map_err(ConfigInvalid)
    }
}

impl Default for SplitterConfig {
    fn default() -> Self {
        let max_leaves_per_subtree = u32::try_from(SUBTREE_LEAVES_DEFAULT).unwrap_or(u32::MAX);
        Self { isolate_arrays: true, max_leaves_per_subtree }
    }
}

impl SplitterConfig {
    /// Under either of its two names, but not both.
    fn read(fields: &mut Checker<'_>) -> Self {
        let default = Self::default();
        let Some(mut inner) = fields.object_of_two_names("splitter_config", "splitter_configs") else { return default };
        let read = Self {
            isolate_arrays: inner.boolean("isolate_arrays", default.isolate_arrays),
            max_leaves_per_subtree: inner.count("max_leaves_per_subtree", 1..=u32::MAX, default.max_leaves_per_subtree),
        };
        fields.add(inner.finish(&["isolate_arrays", "max_leaves_per_subtree"]));
        read
    }
}

fn write_pages<S: serde::Serializer>(pages: &PageSelection, to: S) -> Result<S::Ok, S::Error> {
    match pages {
        PageSelection::All => to.serialize_none(),
        PageSelection::Ranges(_) => to.collect_str(pages),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(config: &Value, expect: &[(&str, &str)]) {
        let problems = match Config::parse(config, "embedded") {
            Ok(_) => Vec::new(),
            Err(problems) => problems,
        };
        let told: Vec<(String, &str)> =
            problems.iter().map(|problem| (problem.loc.join("."), problem.kind.as_str())).collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(loc, kind)| (loc.as_str(), *kind)).collect();
        assert_eq!(told, expect, "{config}");
    }

    #[test]
    fn nothing_said_is_every_default() {
        let config = Config::parse(&Value::Null, "embedded").unwrap();
        assert_eq!(Config::parse(&json!({}), "embedded").unwrap(), config);
        insta::assert_json_snapshot!(config, @r###"
        {
          "model": "embedded",
          "per_key_attribution": false,
          "temperature": null,
          "enable_thinking": true,
          "additional_instructions": null,
          "enable_agentic_array_extraction": false,
          "max_num_concurrent_requests": 5,
          "validate_response_schema": true,
          "seed": null,
          "n_max_retries": 3,
          "use_explicit_context_cache": true,
          "splitter_config": {
            "isolate_arrays": true,
            "max_leaves_per_subtree": 40
          },
          "fallback_model": null,
          "max_cost_usd": null,
          "pages": null
        }
        "###);
    }

    #[test]
    fn what_was_written_is_read_back() {
        let said = json!({"model": "m", "per_key_attribution": true, "temperature": 0.5, "enable_thinking": false,
            "additional_instructions": "be brief", "enable_agentic_array_extraction": true,
            "max_num_concurrent_requests": 20, "validate_response_schema": false, "seed": -7, "n_max_retries": 0,
            "use_explicit_context_cache": false, "fallback_model": "other", "max_cost_usd": 1.25,
            "pages": "1-3,7,9-",
            "splitter_config": {"isolate_arrays": false, "max_leaves_per_subtree": 3}});
        let config = Config::parse(&said, "embedded").unwrap();
        assert_eq!(serde_json::to_value(&config).unwrap(), said);
        assert_eq!(serde_json::from_value::<Config>(said).unwrap(), config);
        let settings = config.job_settings();
        assert_eq!((settings.questions_max, settings.retry.retries_max, settings.cost_usd_max), (20, 0, Some(1.25)));
        let split = SplitOptions { isolate_arrays: false, max_leaves_per_subtree: Some(3) };
        assert_eq!(config.split_options(), split);
    }

    #[test]
    fn every_default_written_out_is_a_config() {
        let written = serde_json::to_value(Config::new("embedded")).unwrap();
        assert_eq!(serde_json::from_value::<Config>(written).unwrap(), Config::new("embedded"));
        assert!(serde_json::from_value::<Config>(json!({})).is_err(), "a kept config names its model");
    }

    #[test]
    fn the_other_name_of_the_splitter_is_the_same() {
        let config = Config::parse(&json!({"splitter_configs": {"max_leaves_per_subtree": 7}}), "m").unwrap();
        assert_eq!(config.splitter_config, SplitterConfig { isolate_arrays: true, max_leaves_per_subtree: 7 });
        check(&json!({"splitter_configs": {}, "splitter_config": {}}), &[("splitter_configs", "extra_forbidden")]);
    }

    #[test]
    fn an_integer_may_be_written_with_a_point() {
        assert_eq!(Config::parse(&json!({"n_max_retries": 2.0}), "m").unwrap().n_max_retries, 2);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        check(
            &json!({"modell": "x", "temperature": 2.5, "max_num_concurrent_requests": 0, "pages": "3-1",
                    "splitter_config": {"max_leaves_per_subtree": 0, "depth": 1}}),
            &[
                ("temperature", "less_than_equal"),
                ("max_num_concurrent_requests", "greater_than_equal"),
                ("splitter_config.max_leaves_per_subtree", "greater_than_equal"),
                ("splitter_config.depth", "extra_forbidden"),
                ("pages", "value_error"),
                ("modell", "extra_forbidden"),
            ],
        );
    }

    #[test]
    fn each_key_takes_its_kind_and_no_other() {
        check(&json!([]), &[("", "dict_type")]);
        check(&json!({"model": 1}), &[("model", "string_type")]);
        check(&json!({"model": ""}), &[("model", "string_too_short")]);
        check(&json!({"model": null}), &[("model", "string_type")]);
        check(&json!({"per_key_attribution": "yes"}), &[("per_key_attribution", "bool_type")]);
        check(&json!({"enable_thinking": null}), &[("enable_thinking", "bool_type")]);
        check(&json!({"temperature": "1"}), &[("temperature", "float_type")]);
        check(&json!({"temperature": -0.1}), &[("temperature", "greater_than_equal")]);
        check(&json!({"max_num_concurrent_requests": 21}), &[("max_num_concurrent_requests", "less_than_equal")]);
        check(&json!({"n_max_retries": 1.5}), &[("n_max_retries", "int_from_float")]);
        check(&json!({"n_max_retries": true}), &[("n_max_retries", "int_type")]);
        check(&json!({"n_max_retries": 11}), &[("n_max_retries", "less_than_equal")]);
        check(&json!({"seed": 1e30}), &[("seed", "int_from_float")]);
        check(&json!({"max_cost_usd": -1}), &[("max_cost_usd", "greater_than_equal")]);
        check(&json!({"pages": 3}), &[("pages", "string_type")]);
        check(&json!({"splitter_config": []}), &[("splitter_config", "dict_type")]);
        let nulls = json!({"temperature": null, "additional_instructions": null, "seed": null, "max_cost_usd": null,
            "pages": null});
        check(&nulls, &[]);
    }
}
