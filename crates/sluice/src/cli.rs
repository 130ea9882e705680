//! The command line: its words and their help. Only shapes; what a command does is in `commands`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sluice_document::{OcrMode, PageSelection};
use sluice_extract::id::{JobId, KeyId};
use sluice_extract::job::Status;
use sluice_store::Tenant;

use crate::commands::eval::EvalArgs;
use crate::printer::Format;

/// Documents become data that can be trusted: a PDF and a JSON Schema go in, JSON comes out, each value with its proof.
#[derive(Debug, Parser)]
#[command(name = "sluice", version, about, max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// The settings file: models by name [default: sluice.toml in this folder, if it is there]
    #[arg(long, value_name = "FILE", env = "SLUICE_CONFIG", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Extract data from documents, as a JSON Schema asks for it
    #[command(after_help = EXTRACT_EXAMPLES)]
    Extract(ExtractArgs),
    /// Look at schemas
    Schema {
        #[command(subcommand)]
        command: SchemaCommand,
    },
    /// Show what is read from a document, as JSON, text or pictures
    Document(DocumentArgs),
    /// Score extraction against gold values: precision, recall, F1
    Eval(EvalCommand),
    /// List the models that can be asked
    Models,
    /// Serve the Extract API and the Jobs API over HTTP, and work on the jobs
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Work on the jobs of servers that share a database
    #[command(after_help = WORK_EXAMPLES)]
    Work(Box<WorkArgs>),
    /// Make, list and revoke the keys of a server
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Look at a server's jobs, stop, repeat and remove them
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Look after what is kept
    Data {
        #[command(subcommand)]
        command: DataCommand,
    },
    /// Set up the reading of scans
    Ocr {
        #[command(subcommand)]
        command: OcrCommand,
    },
    /// Tell what is set up, what is missing, and how to mend it
    Doctor {
        #[command(flatten)]
        ocr: OcrArgs,
        #[command(flatten)]
        folder: DataFolder,
    },
    /// The child that reads foreign bytes; not for people
    #[command(name = "__read-document", hide = true)]
    ReadDocument,
}

const EXTRACT_EXAMPLES: &str = "\
Examples:
  sluice extract invoice.pdf --schema invoice.schema.json
  sluice extract invoice.pdf --schema invoice.schema.json --attributions --explain
  sluice extract inbox/ --schema invoice.schema.json --format jsonl > found.jsonl
  sluice extract inbox/ --schema invoice.schema.json --format xlsx --out found/

Exit code: 0 every document gave a result, 1 at least one failed, 2 the command itself is wrong.";

#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    /// Documents (PDF, PNG, JPEG, TIFF, WebP), folders of them, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The JSON Schema that says what to extract
    #[arg(long, short, value_name = "SCHEMA")]
    pub(crate) schema: PathBuf,
    /// Write files into this folder instead of standard output
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How to write what was found
    #[arg(long, short, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
    /// With csv on standard output: the array to print instead of the documents, e.g. line_items
    #[arg(long, value_name = "ARRAY")]
    pub(crate) table: Option<String>,
    /// Give every value with its page, box, quote, match and confidence
    #[arg(long, short)]
    pub(crate) attributions: bool,
    /// Who is asked; `sluice models` lists them [default: gemini-2.5-flash with a Gemini key, else embedded]
    #[arg(long, short, value_name = "NAME", env = "SLUICE_MODEL")]
    pub(crate) model: Option<String>,
    /// Pages to read, e.g. 1-3,7
    #[arg(long, value_name = "PAGES")]
    pub(crate) pages: Option<PageSelection>,
    /// Draw what was found on the pages, with boxes and labels, and tell which pages were asked and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Documents worked on side by side [default: one per processor core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Most leaves of the schema asked for in one question
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_leaves_per_subtree: Option<u16>,
    /// Words of your own for the model, put before the question
    #[arg(long, value_name = "TEXT")]
    pub(crate) instructions: Option<String>,
    /// Who is asked instead where the model gives no answer
    #[arg(long, value_name = "NAME")]
    pub(crate) fallback_model: Option<String>,
    /// Times that a failed question is asked again [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(..=10))]
    pub(crate) retries: Option<u8>,
    /// US dollars that one document may cost; a question that would pass it is not asked, what is finished is kept
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(crate) max_cost_usd: Option<f64>,
    /// Say what each document would take, as a line of JSON, and ask nobody
    #[arg(long)]
    pub(crate) estimate: bool,
    /// Ask every question, even one that an earlier run had answered
    #[arg(long)]
    pub(crate) ask_again: bool,
    /// Write every exchange with a vendor into this folder, without keys, and what is the document's sealed
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,
    /// Take every answer from this folder, and ask nobody
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    pub(crate) replay: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) ocr: OcrArgs,
    #[command(flatten)]
    pub(crate) folder: DataFolder,
    /// Only errors on standard error, no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.parse::<f64>().ok().filter(|usd| usd.is_finite() && *usd >= 0.0);
    usd.ok_or_else(|| "this is no sum of dollars".to_owned())
}

const SERVE_EXAMPLES: &str = "\
Examples:
  sluice serve
  sluice serve --listen 127.0.0.1:9000 --data /var/lib/sluice --keep-days 30 --log json

Started without any key, it makes one and prints it. TLS is a proxy's work: docs/deploy.md has the lines for one.";

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "SLUICE_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    /// Only answer, and leave the work on jobs to `sluice work` beside it
    #[arg(long)]
    pub(crate) no_work: bool,
    /// Who is asked where a job names no model [default: gemini-2.5-flash with a Gemini key, else embedded]
    #[arg(long, short, value_name = "NAME", env = "SLUICE_MODEL")]
    pub(crate) model: Option<String>,
    /// Remove ended jobs, unused documents and remembered answers after so many days [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep_days: Option<u32>,
    /// Jobs of one tenant that have not ended
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) active_jobs_max: u32,
    /// Requests of one key in a minute
    #[arg(long, value_name = "N", default_value_t = 6_000)]
    pub(crate) requests_per_minute: u32,
    /// Streams that one key may hold open
    #[arg(long, value_name = "N", default_value_t = 2_048)]
    pub(crate) streams_per_key_max: u32,
    /// Largest document that may be uploaded
    #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) upload_mib_max: u16,
    /// Silence after which a stream says that it lives
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) heartbeat_seconds: u16,
    /// An origin whose pages may call the API from a browser; again for more, * for all
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,
}

const WORK_EXAMPLES: &str = "\
Examples:
  sluice work --store postgres://sluice@db/sluice --objects s3://documents
  sluice work --store postgres://sluice@db/sluice --data /mnt/shared/sluice --jobs-max 16

Any number of them share the jobs of one database. docs/deploy.md shows several machines.";

/// What a process needs that works on jobs.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) place: StoreArgs,
    #[command(flatten)]
    pub(crate) ocr: OcrArgs,
    /// A script that jobs may name as model `scripted:FILE`; again for more. For tests and demonstrations
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Vec<PathBuf>,
    /// Ask every question, even one that was answered before
    #[arg(long)]
    pub(crate) ask_again: bool,
    /// Jobs worked on side by side
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs_max: u16,
    /// Questions that are open at the same time, over all jobs
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) questions_max: u16,
    /// Send traces to this OpenTelemetry collector (OTLP over HTTP), e.g. http://127.0.0.1:4318
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub(crate) otlp: Option<String>,
    #[command(flatten)]
    pub(crate) temporal: TemporalArgs,
    /// How the log on standard error looks
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
}

/// Who sees to it that jobs are worked on.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "temporal"), allow(dead_code, reason = "a build without Temporal says so, and reads no more"))]
pub(crate) struct TemporalArgs {
    /// What keeps timers and queues: this process, or a Temporal server
    #[arg(long, value_enum, default_value_t, env = "SLUICE_ENGINE")]
    pub(crate) engine: Engine,
    #[command(flatten)]
    pub(crate) place: TemporalPlace,
    /// Temporal's task queue: servers and workers with the same one work together
    #[arg(long, value_name = "NAME", env = "SLUICE_TEMPORAL_TASK_QUEUE", default_value = "sluice")]
    pub(crate) temporal_task_queue: String,
    /// Silence after which Temporal takes a step for lost and has it run again
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) temporal_lost_after_seconds: u16,
    /// Steps that all workers of the task queue begin in a second [default: no bound]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) temporal_steps_per_second: Option<u32>,
}

/// Where a Temporal server keeps our workflows.
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "temporal"), allow(dead_code, reason = "a build without Temporal says so, and reads no more"))]
pub(crate) struct TemporalPlace {
    /// Where Temporal is; it may be away for a while, jobs wait in the store
    #[arg(long, value_name = "URL", env = "SLUICE_TEMPORAL_URL", default_value = "http://127.0.0.1:7233")]
    pub(crate) temporal_url: String,
    /// Temporal's namespace
    #[arg(long, value_name = "NAME", env = "SLUICE_TEMPORAL_NAMESPACE", default_value = "default")]
    pub(crate) temporal_namespace: String,
    /// Who signs the certificate of a Temporal at https://, as PEM [default: whom this machine trusts]
    #[arg(long, value_name = "FILE", env = "SLUICE_TEMPORAL_TLS_CA")]
    pub(crate) temporal_tls_ca: Option<PathBuf>,
    /// Our certificate, for a Temporal that wants one, as PEM
    #[arg(long, value_name = "FILE", env = "SLUICE_TEMPORAL_TLS_CERT", requires = "temporal_tls_key")]
    pub(crate) temporal_tls_cert: Option<PathBuf>,
    /// The key of that certificate, as PEM
    #[arg(long, value_name = "FILE", env = "SLUICE_TEMPORAL_TLS_KEY", requires = "temporal_tls_cert")]
    pub(crate) temporal_tls_key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// This process
    #[default]
    Embedded,
    /// A Temporal server
    Temporal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    Text,
    /// An object in each line
    Json,
}

/// How pages are read that are pictures.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OcrArgs {
    /// Which pages are read from their picture
    #[arg(long = "ocr", value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) when: OcrWhen,
    /// The folder with the model files [default: ocr in the data folder, or beside the program]
    #[arg(long = "ocr-models", value_name = "DIR", env = "SLUICE_OCR_MODELS", hide_env_values = true)]
    pub(crate) models: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OcrWhen {
    /// Those, or large parts of them, that carry no text that can be used
    #[default]
    Auto,
    /// All, whatever text they carry
    Always,
    /// None
    Never,
}

impl From<OcrWhen> for OcrMode {
    fn from(when: OcrWhen) -> Self {
        match when {
            OcrWhen::Auto => Self::Auto,
            OcrWhen::Always => Self::Always,
            OcrWhen::Never => Self::Never,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum OcrCommand {
    /// Put the model files into the data folder: from a wheel, or from the package index that pip is set up for
    #[command(after_help = OCR_EXAMPLES)]
    Install {
        /// The wheel that has them, where this machine reaches no package index
        #[arg(value_name = "WHEEL")]
        wheel: Option<PathBuf>,
        #[command(flatten)]
        folder: DataFolder,
    },
}

const OCR_EXAMPLES: &str = "\
Examples:
  sluice ocr install
  pip download --no-deps rapidocr==3.10.0 && sluice ocr install rapidocr-3.10.0-py3-none-any.whl

The files (31 MB, PP-OCRv6 by the PaddleOCR authors, Apache-2.0) are used only if their SHA-256 is the one Sluice knows.";

/// Where everything is kept.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DataFolder {
    /// The folder that holds everything: jobs, documents, keys [default: sluice in your data folder]
    #[arg(long = "data", value_name = "DIR", env = "SLUICE_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
}

/// What a server keeps, and where: a folder of this machine, or a database that several processes share.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StoreArgs {
    #[command(flatten)]
    pub(crate) folder: DataFolder,
    /// Keep rows in this PostgreSQL database, postgres://USER@HOST/DATABASE, that any number of processes may share
    #[arg(long = "store", value_name = "URL", env = "SLUICE_STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
    /// Keep bytes in this object store, s3://BUCKET/PREFIX, with the usual AWS_ variables [default: files in --data]
    #[arg(long = "objects", value_name = "URL", env = "SLUICE_OBJECTS", hide_env_values = true)]
    pub(crate) objects: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key and print it, alone, on standard output; it is not shown again
    Create {
        /// Who asks with it: each tenant sees only its own documents, schemas and jobs
        #[arg(long, value_name = "NAME")]
        tenant: Tenant,
        /// What it is for, to know it by in the list
        #[arg(long, value_name = "TEXT", default_value = "")]
        label: String,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// List keys by their names; the keys themselves are not kept
    List {
        /// Only this tenant's
        #[arg(long, value_name = "NAME")]
        tenant: Option<Tenant>,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Make a key worth nothing, at once
    Revoke {
        /// Its name, as `sluice keys list` shows it
        #[arg(value_name = "ID")]
        id: KeyId,
        #[command(flatten)]
        place: StoreArgs,
    },
}

/// One job, wherever it is.
#[derive(Clone, Debug, Args)]
pub(crate) struct OneJob {
    /// Its id, in either spelling
    #[arg(value_name = "ID")]
    pub(crate) id: JobId,
    #[command(flatten)]
    pub(crate) place: StoreArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs, newest first
    List {
        /// Only this tenant's
        #[arg(long, value_name = "NAME")]
        tenant: Option<Tenant>,
        /// Only those that are: pending, processing, retrying, completed, failed, cancelled
        #[arg(long, value_name = "STATUS", value_parser = status)]
        status: Vec<Status>,
        /// At most so many of each tenant
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Show how far a job is, its parts, and what it took, as JSON
    Show(OneJob),
    /// Stop a job; what is finished is kept
    Cancel(OneJob),
    /// Ask the failed parts of an ended job again; what is finished is not asked again
    Retry(OneJob),
    /// Remove an ended job with its log
    Rm(OneJob),
    /// What the job's workflow on Temporal says of itself, as JSON; `show` tells the same from the log, also without a worker
    Query {
        /// Its id, in either spelling
        #[arg(value_name = "ID")]
        id: JobId,
        /// What is asked
        #[arg(value_enum)]
        name: WorkflowQuery,
        /// How long a worker may take to answer
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=600))]
        timeout_seconds: u16,
        #[command(flatten)]
        place: TemporalPlace,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum WorkflowQuery {
    /// How far the job is
    Progress,
    /// The parts that have their answers, each with its event in the log
    AccumulatedResults,
    /// The parts that will have none
    FailedSubtrees,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// How much there is
    Stats {
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Remove what nothing refers to and give the room back to the disk
    Compact {
        /// Remove ended jobs, unused documents and remembered answers of more than so many days as well
        #[arg(long, value_name = "DAYS")]
        older_than_days: Option<u32>,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Write everything into a new folder, to be imported elsewhere; the servers are stopped before
    Export {
        /// The new folder
        #[arg(value_name = "DIR")]
        target: PathBuf,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Take everything from a folder that was exported; unfinished jobs go on here
    Import {
        /// The folder
        #[arg(value_name = "DIR")]
        source: PathBuf,
        #[command(flatten)]
        place: StoreArgs,
    },
    /// Copy everything to a new folder, also while a server runs; `--data` of the copy works
    Backup {
        /// The new folder
        #[arg(value_name = "DIR")]
        target: PathBuf,
        #[command(flatten)]
        place: StoreArgs,
    },
}

fn status(text: &str) -> Result<Status, String> {
    Status::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| {
        let all: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
        format!("one of: {}", all.join(", "))
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Check a schema: every problem with its place, leaves, and the subtrees it is asked in
    Check(SchemaCheckArgs),
    /// Propose a first schema from documents of one kind: labels, form fields and tables become properties
    #[command(after_help = INFER_EXAMPLES)]
    Infer(SchemaInferArgs),
}

const INFER_EXAMPLES: &str = "\
Examples:
  sluice schema infer invoice.pdf > invoice.schema.json
  sluice schema infer inbox/ --out invoice.schema.json
  sluice schema infer invoice.pdf --json

The schema goes to standard output, what was seen for each property to standard error. Nobody is asked: only what is
printed becomes a property. Take away what you do not want, and say in descriptions what you mean.";

#[derive(Debug, Args)]
pub(crate) struct SchemaInferArgs {
    /// Documents of one kind (PDF, PNG, JPEG, TIFF, WebP), folders of them, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Write the schema into this file instead of standard output
    #[arg(long, short, value_name = "FILE", conflicts_with = "json")]
    pub(crate) out: Option<PathBuf>,
    /// The schema together with what was seen, as JSON: labels, examples, pages and boxes
    #[arg(long)]
    pub(crate) json: bool,
    /// Pages to read, e.g. 1-3,7
    #[arg(long, value_name = "PAGES")]
    pub(crate) pages: Option<PageSelection>,
    #[command(flatten)]
    pub(crate) ocr: OcrArgs,
    /// Only errors on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaCheckArgs {
    /// The schema, or - for standard input
    #[arg(value_name = "SCHEMA")]
    pub(crate) schema: PathBuf,
    /// The report as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Most leaves asked for in one question
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_leaves_per_subtree: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct DocumentArgs {
    /// The document, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Pages to read, e.g. 1-3,7
    #[arg(long, value_name = "PAGES")]
    pub(crate) pages: Option<PageSelection>,
    #[command(flatten)]
    pub(crate) ocr: OcrArgs,
    /// What to show
    #[arg(long, short, value_enum, default_value_t = Show::Json)]
    pub(crate) format: Show,
    /// Folder for the pictures of --format png
    #[arg(long, short, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
    /// Resolution of the pictures
    #[arg(long, value_name = "DPI", default_value_t = 110, value_parser = clap::value_parser!(u16).range(10..=600))]
    pub(crate) dpi: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Pages, words, lines, tables, marks and fields
    Json,
    /// The text, line by line, in reading order
    Text,
    /// A picture of every page with the boxes of words, lines and tables
    Png,
}

#[derive(Debug, Args)]
pub(crate) struct EvalCommand {
    #[command(flatten)]
    pub(crate) eval: EvalArgs,
    #[command(flatten)]
    pub(crate) ocr: OcrArgs,
    /// Who is asked [default: gemini-2.5-flash with a Gemini key, else embedded]
    #[arg(long, short, value_name = "NAME", env = "SLUICE_MODEL")]
    pub(crate) model: Option<String>,
}
