//! A real Temporal server on a free port, stopped by the test that started it, killed and started again at will.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::run::root;

/// How often it is asked whether it is there, 50 ms apart.
const LOOKS: usize = 1_200;

/// A server, and what it keeps, if anything.
pub struct Temporal {
    port: u16,
    folder: tempfile::TempDir,
    settings: Vec<String>,
    child: Option<Child>,
}

impl Temporal {
    /// On a port that is free now, and not started yet. `settings` are dynamic configuration, `name=value`.
    pub fn made(settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // One shard dispatches 20 tasks a second unless it is told otherwise.
        let usual = ["history.transferProcessorMaxPollRPS=2000", "history.timerProcessorMaxPollRPS=2000"];
        let settings = usual.iter().chain(settings).map(|&setting| setting.to_owned()).collect();
        Self { port, folder: tempfile::tempdir().unwrap(), settings, child: None }
    }

    /// Started, and ready.
    pub fn start() -> Self {
        let mut server = Self::made(&[]);
        server.resume();
        server
    }

    /// The port that it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it with what it kept; its port is the same.
    pub fn resume(&mut self) {
        let mut command = program();
        command.args(["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "never"]);
        command.args(["--port", &self.port.to_string(), "--db-filename"]).arg(self.folder.path().join("temporal.db"));
        command.args(["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]);
        for setting in &self.settings {
            command.args(["--dynamic-config-value", setting]);
        }
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        for _ in 0..LOOKS {
            if self.asked(&["operator", "namespace", "describe", "-n", "default"]).status.success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the Temporal server is not ready after a minute");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What its command line says to these words, as JSON.
    pub fn ask(&self, words: &[&str]) -> Value {
        let output = self.asked(&[words, &["--output", "json"]].concat());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap_or(Value::Null)
    }

    /// What a query of a job's workflow gives.
    pub fn query(&self, job: &str, name: &str) -> Value {
        let asked = self.ask(&["workflow", "query", "--workflow-id", job, "--type", name]);
        asked["queryResult"][0].clone()
    }

    /// The statuses of the runs of a job's workflow, newest first.
    pub fn runs(&self, job: &str) -> Vec<String> {
        let query = format!("WorkflowId = '{job}'");
        let listed = self.ask(&["workflow", "list", "--query", &query]);
        let status =
            |run: &Value| run["status"].as_str().unwrap().trim_start_matches("WORKFLOW_EXECUTION_STATUS_").to_owned();
        listed.as_array().unwrap().iter().map(status).collect()
    }

    /// Runs the workflow of a job again from its history, which must do the same. Where `SLUICE_HISTORIES` names a folder it
    /// is written there under this name: for `crates/temporal/tests/it/histories`.
    pub fn replay(&self, job: &str, name: &str) {
        let server = sluice_temporal::Server::new(&self.url(), "default".to_owned(), "sluice".to_owned()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let history = runtime.block_on(sluice_temporal::history(&server, job)).unwrap();
        if let Err(error) = runtime.block_on(sluice_temporal::replay(&history)) {
            panic!("{name}: {error}");
        }
        let Ok(folder) = std::env::var("SLUICE_HISTORIES") else { return };
        std::fs::write(PathBuf::from(folder).join(format!("{name}.json")), history).unwrap();
    }

    fn asked(&self, words: &[&str]) -> Output {
        let address = format!("127.0.0.1:{}", self.port);
        program().args(words).args(["--address", &address]).env("NO_COLOR", "1").output().unwrap()
    }
}

impl Drop for Temporal {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What stands before a Temporal server and wants TLS with a certificate of the client, until the test ends.
pub struct TlsFront {
    folder: PathBuf,
    child: Child,
    /// Where it is.
    pub url: String,
}

impl TlsFront {
    /// Before the server at this port; certificates are made in the folder.
    pub fn start(folder: &Path, port: u16) -> Self {
        let python = root().join("target/clients/bin/python");
        assert!(python.is_file(), "{} is missing: ./setup installs it", python.display());
        let mut command = Command::new(python);
        command.arg(root().join("clients/tls_front.py")).arg(folder).arg(port.to_string());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().next();
        let url = format!("https://127.0.0.1:{}", said.unwrap().unwrap());
        Self { folder: folder.to_owned(), child, url }
    }

    /// A file that it made.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As `./setup` installs it.
fn program() -> Command {
    let path: PathBuf = root().join("target/temporal/bin/temporal");
    assert!(path.is_file(), "{} is missing: ./setup installs it", path.display());
    let mut command = Command::new(path);
    // What a person set up is not for tests.
    command.env("TEMPORAL_CONFIG_FILE", "/dev/null").env_remove("TEMPORAL_ADDRESS").env_remove("TEMPORAL_NAMESPACE");
    command
}
