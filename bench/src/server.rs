//! A server process with a folder of its own, and what is asked of it.
//!
//! Called by each measurement.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use reqwest::multipart::{Form, Part};
use serde_json::{Map, Value, json};
use tokio::process::{Child, Command};

/// Where the key for a vendor's model stands.
pub(crate) const KEY_VARIABLE: &str = "SLUICE_BENCH_KEY";

/// What is measured, and on which disk.
pub(crate) struct Bench {
    pub(crate) program: PathBuf,
    pub(crate) disk: PathBuf,
}

/// A variable of the environment.
pub(crate) type Variable = (&'static str, String);

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) key: String,
    /// From the start of the process until `/ready` answered.
    pub(crate) ready_after: Duration,
}

/// A folder with a key and a script.
pub(crate) struct Folder {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: String,
    /// The name of the scripted model.
    pub(crate) model: String,
}

impl Bench {
    /// A folder whose model follows this script.
    pub(crate) async fn folder(&self, script: &Value) -> anyhow::Result<Folder> {
        self.folder_with(script, &[]).await
    }

    /// The same, where variables say where rows are.
    pub(crate) async fn folder_with(&self, script: &Value, around: &[Variable]) -> anyhow::Result<Folder> {
        let folder = tempfile::tempdir_in(&self.disk)?;
        let path = folder.path().join("script.json");
        std::fs::write(&path, serde_json::to_vec(script)?)?;
        let made = Command::new(&self.program)
            .args(["keys", "create", "--tenant", "bench", "--data"])
            .arg(folder.path().join("data"))
            .envs(around.iter().cloned())
            .output()
            .await?;
        let key = String::from_utf8(made.stdout)?.trim().to_owned();
        std::fs::write(folder.path().join("sluice.toml"), "")?;
        let model = format!("scripted:{}", path.display());
        Ok(Folder { folder, key, model })
    }

    /// Starts the server on a folder.
    pub(crate) async fn start(&self, folder: &Folder) -> anyhow::Result<Server> {
        self.start_with(folder, &[], &[]).await
    }

    /// The same with more arguments and variables.
    pub(crate) async fn start_with(
        &self,
        folder: &Folder,
        arguments: &[&str],
        around: &[Variable],
    ) -> anyhow::Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://127.0.0.1:{port}");
        let begun = Instant::now();
        let child = Command::new(&self.program)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(folder.folder.path().join("data"))
            .arg("--script")
            .arg(folder.folder.path().join("script.json"))
            .env("SLUICE_CONFIG", folder.folder.path().join("sluice.toml"))
            .env(KEY_VARIABLE, "a key that nobody checks")
            .args(["--active-jobs-max", "1000000", "--requests-per-minute", "4000000"])
            .args(["--streams-per-key-max", "1000000"])
            .args(arguments)
            .envs(around.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if begun.elapsed() > Duration::from_secs(20) {
                bail!("the server does not listen after 20 s");
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        // Speaks no TLS, but wants to know whose it would be where another crate of the build does.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(64).build()?;
        while !http.get(format!("{base}/ready")).send().await.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        Ok(Server { child, base, http, key: folder.key.clone(), ready_after: begun.elapsed() })
    }
}

impl Server {
    /// `kill -9`.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> anyhow::Result<u64> {
        let pid = self.child.id().context("the server has ended")?;
        let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.key).json(body);
        let answer = request.send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if status.is_success() { Ok(body) } else { bail!("{path}: {status} {body}") }
    }

    /// Gets JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.key);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Uploads the example form, stores a schema of so many arrays, and gives what a job is started with.
    pub(crate) async fn prepare(&self, subtrees: usize) -> anyhow::Result<Value> {
        self.prepare_with("form", subtrees).await
    }

    /// The same with any of the examples.
    pub(crate) async fn prepare_with(&self, example: &str, subtrees: usize) -> anyhow::Result<Value> {
        let path = format!("examples/{example}/document.pdf");
        let bytes = std::fs::read(path).context("run it in the project's folder")?;
        let part = Part::bytes(bytes).file_name("it.pdf").mime_str("application/pdf")?;
        let request = self.http.post(format!("{}/v1/extract/documents/upload", self.base)).bearer_auth(&self.key);
        let answer = request.multipart(Form::new().part("file", part)).send().await?;
        let document: Value = answer.error_for_status()?.json().await?;
        let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
        let properties: Map<String, Value> =
            (0..subtrees).map(|number| (format!("p{number:03}"), array.clone())).collect();
        let definition = json!({"type": "object", "properties": properties});
        let schema =
            self.post("/v1/extract/schemas", &json!({"name": "bench", "schema_definition": definition})).await?;
        Ok(json!({"document_id": document["document_id"], "schema_id": schema["schema_id"]}))
    }

    /// Starts a job whose questions nobody asked before.
    pub(crate) async fn start_job(&self, prepared: &Value, config: Value) -> anyhow::Result<String> {
        let mut body = prepared.clone();
        body["config"] = config;
        let created = self.post("/v1/extract/jobs", &body).await?;
        created["job_id"].as_str().map(str::to_owned).context("a job without an id")
    }

    /// The request for the stream of a job after an event.
    pub(crate) fn stream(&self, job: &str, after: u64) -> reqwest::RequestBuilder {
        let url = format!("{}/v1/extract/jobs/{job}/stream?starting_after={after}", self.base);
        self.http.get(url).bearer_auth(&self.key)
    }

    /// Waits for the end of a job and gives the data of its frames.
    pub(crate) async fn followed(&self, job: &str) -> anyhow::Result<Vec<Value>> {
        let text = self.stream(job, 0).send().await?.error_for_status()?.text().await?;
        text.lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| Ok(serde_json::from_str(data)?))
            .collect()
    }
}

/// Unix milliseconds of an event.
pub(crate) fn told_ms(event: &Value) -> anyhow::Result<i64> {
    let text = event["timestamp"].as_str().context("an event without a timestamp")?;
    Ok(chrono::DateTime::parse_from_rfc3339(text)?.timestamp_millis())
}
