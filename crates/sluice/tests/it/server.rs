//! A real `sluice serve` on a free port, killed and started again at will, and a small client of it.
//!
//! Every server is stopped by the test that started it, whatever becomes of the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::root;

/// How long a server may take to say where it listens.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// What stands around the process of a server.
#[derive(Default)]
pub struct Around {
    /// A program that starts it, with its first words; the binary and its words come after them.
    pub before: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(&'static str, String)>,
    /// Variables of its environment, and of the commands beside it.
    pub everywhere: Vec<(&'static str, String)>,
}

/// A data folder with a key, and the server on it while it runs.
pub struct Server {
    folder: tempfile::TempDir,
    around: Around,
    arguments: Vec<String>,
    child: Option<Child>,
    said: Arc<Mutex<Vec<String>>>,
    /// `http://127.0.0.1:PORT`, the same after a restart.
    pub base: String,
    /// The key of the tenant `acme`.
    pub key: String,
}

impl Server {
    /// Starts one with these arguments beside `--listen` and `--data`.
    pub fn start(arguments: &[&str]) -> Self {
        let mut server = Self::made(tempfile::tempdir().unwrap(), arguments);
        server.key = server.new_key("acme");
        server.resume();
        server
    }

    /// The same with something around it.
    pub fn start_within(mut around: Around, arguments: &[&str]) -> Self {
        let mut server = Self::made(tempfile::tempdir().unwrap(), arguments);
        server.around.everywhere.append(&mut around.everywhere);
        server.key = server.new_key("acme");
        around.everywhere.append(&mut server.around.everywhere);
        server.around = around;
        server.resume();
        server
    }

    /// One that is not started yet and has no key, in a folder of the test.
    pub fn made(folder: tempfile::TempDir, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        let base = "http://127.0.0.1:0".to_owned();
        let (around, child, said, key) = (Around::default(), None, Arc::default(), String::new());
        Self { folder, around, arguments, child, said, base, key }
    }

    /// What stands around it from its next start on.
    pub fn around(&mut self) -> &mut Around {
        &mut self.around
    }

    /// A key of a tenant, made beside the running server.
    pub fn new_key(&self, tenant: &str) -> String {
        let ran = self.command(&["keys", "create", "--tenant", tenant]).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }

    /// A command of the binary on this server's data.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
        command.args(words).env("SLUICE_DATA", self.data()).env("NO_COLOR", "1").current_dir(root());
        command.envs(self.around.everywhere.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path for a file of this test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Starts the process, on the port it had before.
    pub fn resume(&mut self) {
        self.spawn();
        self.wait_until_ready();
    }

    /// Starts the process and waits for nothing: it may be killed before it listens.
    pub fn spawn_only(&mut self) {
        let child = self.serving().stderr(Stdio::null()).spawn().unwrap();
        self.child = Some(child);
    }

    fn serving(&self) -> Command {
        let address = self.base.trim_start_matches("http://").to_owned();
        let words = ["serve", "--listen", &address];
        let mut command = match self.around.before.split_first() {
            Some((program, first)) => {
                let mut command = Command::new(program);
                command.args(first).arg(env!("CARGO_BIN_EXE_sluice")).args(words);
                command.env("SLUICE_DATA", self.data()).env("NO_COLOR", "1").current_dir(root());
                command.envs(self.around.everywhere.iter().map(|(name, value)| (name, value)));
                command
            }
            None => self.command(&words),
        };
        command.envs(self.around.environment.iter().map(|(name, value)| (name, value)));
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn spawn(&mut self) {
        let mut child = self.serving().stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        self.child = Some(child);
        let (tell, told) = mpsc::channel();
        let said = Arc::clone(&self.said);
        // Reads to the end, so that the server never waits for a full pipe.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                said.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
                drop(tell.send(line));
            }
        });
        while let Ok(line) = told.recv_timeout(START_PATIENCE) {
            if let Some(at) = line.find("http://") {
                self.base = line[at..].split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
                return;
            }
        }
        panic!("the server did not say where it listens; it said:\n{}", self.said().join("\n"));
    }

    /// The lines of its log so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wait_until_ready(&self) {
        for _ in 0..3_000 {
            if ureq::get(format!("{}/ready", self.base)).call().is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server is not ready after 30 s");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it anew once another program has killed it and made this file to say so.
    pub fn restart_when(&mut self, told: &Path) {
        for _ in 0..6_000 {
            if told.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // What is left of the dead process is taken before the next one is started.
        self.kill();
        if told.exists() {
            self.resume();
        }
    }

    /// SIGTERM, and how long it took to end; its exit must be a success.
    pub fn terminate(&mut self) -> Duration {
        let begun = std::time::Instant::now();
        let mut child = self.child.take().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "{status}");
        begun.elapsed()
    }

    /// A client with this server's key.
    pub fn client(&self) -> Client {
        Client::new(&self.base, &self.key)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A small client: one key, no hidden retries.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    key: String,
}

/// A frame of a stream, as it was on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub event: String,
    pub id: Option<u64>,
    pub data: String,
}

impl Frame {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap()
    }

    pub fn is_terminal(&self) -> bool {
        matches!(self.event.as_str(), "completed" | "failed" | "cancelled")
    }
}

/// Why there is no answer: refused by the server, or no server.
#[derive(Debug)]
pub enum Trouble {
    Status(u16, Value),
    Gone,
}

impl Client {
    pub fn new(base: &str, key: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_recv_response(Some(Duration::from_secs(20)))
            .build();
        Self { agent: config.into(), base: base.to_owned(), key: key.to_owned() }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }

    pub fn get(&self, path: &str) -> Result<Value, Trouble> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("authorization", self.bearer());
        answered(request.call())
    }

    pub fn post(&self, path: &str, body: &Value, idempotency: Option<&str>) -> Result<Value, Trouble> {
        let mut request = self.agent.post(format!("{}{path}", self.base)).header("authorization", self.bearer());
        if let Some(key) = idempotency {
            request = request.header("idempotency-key", key);
        }
        answered(request.send_json(body))
    }

    /// Uploads a file and gives its id.
    pub fn put(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        let request = self.agent.put(format!("{}{path}", self.base)).header("authorization", self.bearer());
        answered(request.send_json(body))
    }

    pub fn upload(&self, name: &str, bytes: &[u8]) -> String {
        let document = self.try_upload(name, bytes).unwrap();
        document["document_id"].as_str().unwrap().to_owned()
    }

    /// Uploads a file.
    pub fn try_upload(&self, name: &str, bytes: &[u8]) -> Result<Value, Trouble> {
        const BOUNDARY: &str = "a-boundary-that-no-document-holds";
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/pdf\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        let request = self
            .agent
            .post(format!("{}/v1/extract/documents/upload", self.base))
            .header("authorization", self.bearer())
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        answered(request.send(&body))
    }

    /// Starts a job and gives its id.
    pub fn start(&self, document: &str, schema: &str, config: &Value) -> String {
        let body = json!({"document_id": document, "schema_id": schema, "config": config});
        let created = self.post("/v1/extract/jobs", &body, None).unwrap();
        created["job_id"].as_str().unwrap().to_owned()
    }

    /// Stores a schema and gives its id.
    pub fn schema(&self, definition: &Value) -> String {
        let body = json!({"name": "a schema", "schema_definition": definition});
        let schema = self.post("/v1/extract/schemas", &body, None).unwrap();
        schema["schema_id"].as_str().unwrap().to_owned()
    }

    /// The frames after `after` until the end, or until the connection breaks.
    pub fn frames_after(&self, job: &str, after: u64, mut each: impl FnMut(Frame)) -> Result<(), Trouble> {
        let url = format!("{}/v1/extract/jobs/{job}/stream", self.base);
        let request =
            self.agent.get(url).header("authorization", self.bearer()).header("last-event-id", after.to_string());
        let answer = request.call().map_err(|_| Trouble::Gone)?;
        if answer.status() != 200 {
            let status = answer.status().as_u16();
            return Err(Trouble::Status(status, answer.into_body().read_json().unwrap_or_default()));
        }
        let mut frame = Frame { event: String::new(), id: None, data: String::new() };
        for line in BufReader::new(answer.into_body().into_reader()).lines() {
            let Ok(line) = line else { return Ok(()) };
            match line.split_once(": ") {
                Some(("event", event)) => event.clone_into(&mut frame.event),
                Some(("id", id)) => frame.id = id.parse().ok(),
                Some(("data", data)) => frame.data.push_str(data),
                _ if line.is_empty() && !frame.data.is_empty() => {
                    let next = Frame { event: String::new(), id: frame.id, data: String::new() };
                    each(std::mem::replace(&mut frame, next));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The whole log as frames.
    pub fn log(&self, job: &str) -> Vec<Frame> {
        let mut frames = Vec::new();
        self.frames_after(job, 0, |frame| frames.push(frame)).unwrap();
        frames
    }
}

fn answered(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Trouble> {
    let answer = result.map_err(|_| Trouble::Gone)?;
    let status = answer.status().as_u16();
    let body = answer.into_body().read_json().map_err(|_| Trouble::Gone);
    if (200..300).contains(&status) { body } else { Err(Trouble::Status(status, body.unwrap_or_default())) }
}

/// A script of a model in a file, as a name for the command line.
pub fn script(path: &Path, script: &Value) -> String {
    std::fs::write(path, serde_json::to_vec(script).unwrap()).unwrap();
    path.display().to_string()
}
