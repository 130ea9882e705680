//! A server on a free port, a store in a directory that goes away, and a client.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sluice_extract::code::Code;
use sluice_extract::id::{JobId, KeyId};
use sluice_extract::page::ContentHash;
use sluice_extract::usage::Price;
use sluice_server::{
    Draw, Example, Inspect, Inspected, Metrics, ModelOffer, Models, Parts, Proposal, Propose, Refusal, Seen, Settings,
    serve,
};
use sluice_store::{Blobs, KeyHash, NewKey, OpenOptions, Role, SqliteStore, Store as _, random, system_clock};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::hand::Hand;

/// The key of the tenant `acme`.
pub(crate) const KEY: &str = "sk_acme";
/// The key of another tenant.
pub(crate) const OTHER_KEY: &str = "sk_other";
/// A PDF, to the double that looks into documents.
pub(crate) const PDF: &[u8] = b"%PDF-1.7 three pages";

/// Longest wait for anything in a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Speaks no TLS, but wants to know whose it would be where another crate of the build does.
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) blobs: Blobs,
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    pub(crate) settings: Settings,
    metrics: Option<Metrics>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    _directory: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with_metrics(metrics: Metrics) -> Self {
        Self::made(Settings::default(), Some(metrics)).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::made(settings, None).await
    }

    async fn made(settings: Settings, metrics: Option<Metrics>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&directory.path().join("data"), OpenOptions::new(Role::Server)).await.unwrap();
        let blobs = Blobs::in_directory(&directory.path().join("blobs")).unwrap();
        let mut world = Self {
            store: Arc::new(store),
            blobs,
            base: String::new(),
            client: client(),
            settings,
            metrics,
            stop: None,
            server: None,
            _directory: directory,
        };
        world.add_key("acme", KEY).await;
        world.add_key("other", OTHER_KEY).await;
        world.start("127.0.0.1:0").await;
        world
    }

    pub(crate) async fn add_key(&self, tenant: &str, key: &str) -> KeyId {
        let id = KeyId::new(1, random().unwrap());
        let key = NewKey { id, tenant: tenant.parse().unwrap(), label: String::new(), hash: KeyHash::of(key) };
        self.store.key_insert(key).await.unwrap();
        id
    }

    async fn start(&mut self, address: &str) {
        let listener = TcpListener::bind(address).await.unwrap();
        self.base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let server = serve(listener, self.parts(), self.settings.clone(), async {
            let _ = stopped.await;
        });
        self.stop = Some(stop);
        self.server = Some(tokio::spawn(async move { server.await.unwrap() }));
    }

    /// Stops the server; how long it took.
    pub(crate) async fn stop(&mut self) -> Duration {
        let began = std::time::Instant::now();
        self.stop.take().unwrap().send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.server.take().unwrap()).await.unwrap().unwrap();
        began.elapsed()
    }

    /// Starts it again at the same address.
    pub(crate) async fn start_again(&mut self) {
        let address = self.base.trim_start_matches("http://").to_owned();
        self.start(&address).await;
    }

    fn parts(&self) -> Parts {
        let offer = ModelOffer {
            name: "embedded".to_owned(),
            vendor: "embedded".to_owned(),
            summary: "reads layout".to_owned(),
            answer_ms_typical: 100,
            price: Some(Price::FREE),
        };
        Parts {
            store: self.store.clone(),
            blobs: self.blobs.clone(),
            models: Models {
                offers: vec![offer],
                default: "embedded".to_owned(),
                knows: Arc::new(|name| name == "embedded" || name.starts_with("scripted:")),
            },
            inspect: Arc::new(Looks(self.blobs.clone())),
            draw: Arc::new(Draws),
            propose: Arc::new(Proposes),
            clock: system_clock(),
            metrics: self.metrics.clone(),
        }
    }

    /// A request without a key.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(KEY)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn get_owned(&self, path: String) -> Reply {
        self.get(&path).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> Reply {
        send(self.upload_request(name, bytes)).await
    }

    pub(crate) fn upload_request(&self, name: &str, bytes: &[u8]) -> RequestBuilder {
        let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        self.request(Method::POST, "/v1/extract/documents/upload").multipart(form)
    }

    pub(crate) async fn document(&self) -> String {
        let reply = self.upload("invoice.pdf", PDF).await.expect(200);
        reply.json()["document_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn schema(&self) -> String {
        let reply =
            self.post("/v1/extract/schemas", &json!({"name": "invoice", "schema_definition": definition()})).await;
        reply.expect(200).json()["schema_id"].as_str().unwrap().to_owned()
    }

    /// The body of a start.
    pub(crate) async fn start_body(&self, more: Value) -> Value {
        let mut body = json!({"document_id": self.document().await, "schema_id": self.schema().await});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    /// A job that was started.
    pub(crate) async fn job(&self) -> JobId {
        self.job_with(json!({})).await
    }

    pub(crate) async fn job_with(&self, config: Value) -> JobId {
        let body = self.start_body(json!({"config": config})).await;
        let reply = self.post("/v1/extract/jobs", &body).await.expect(200);
        reply.json()["job_id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn hand(&self, job: JobId) -> Hand<'_> {
        Hand { world: self, job }
    }
}

/// The schema of all tests: `s1` asks for number and total, `s2` for the lines.
pub(crate) fn definition() -> Value {
    json!({"type": "object", "properties": {
        "number": {"type": "string"},
        "total": {"type": "number"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "what": {"type": "string"}, "price": {"type": "number"}}}}}})
}

pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let response = tokio::time::timeout(PATIENCE, request.send()).await.expect("an answer in time").unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, text: response.text().await.unwrap() }
}

/// The double that looks into documents: by their first bytes.
struct Looks(Blobs);

#[async_trait]
impl Inspect for Looks {
    async fn inspect(&self, hash: &ContentHash) -> Result<Inspected, Refusal> {
        let bytes: Bytes = self.0.get(hash).await.unwrap().expect("the bytes are there before anybody looks");
        let refuse = |code: Code| Err(Refusal { code, message: format!("refused: {code}") });
        match bytes.as_ref() {
            [] => refuse(Code::EmptyDocument),
            bytes if bytes.starts_with(b"%PDF locked") => refuse(Code::Encrypted),
            bytes if bytes.starts_with(b"%PDF endless") => refuse(Code::TooLarge),
            bytes if bytes.starts_with(b"%PDF bomb") => refuse(Code::Internal),
            bytes if bytes.starts_with(b"%PDF") => {
                Ok(Inspected { page_count: 3, media_type: "application/pdf".to_owned() })
            }
            _ => refuse(Code::UnsupportedMedia),
        }
    }
}

/// The double that draws pages: what it says of the second cannot be drawn, and there is no third.
struct Draws;

#[async_trait]
impl Draw for Draws {
    async fn draw(&self, _hash: &ContentHash, page: u32) -> Result<Option<Bytes>, Refusal> {
        match page {
            1 => Ok(Some(Bytes::from_static(b"a picture"))),
            2 => Err(Refusal { code: Code::TookTooLong, message: "it took too long".to_owned() }),
            _ => Ok(None),
        }
    }
}

/// The double that proposes schemas: the same one each time; of two documents the second cannot be read.
struct Proposes;

#[async_trait]
impl Propose for Proposes {
    async fn propose(&self, hashes: &[ContentHash]) -> Result<Proposal, Refusal> {
        let refusal = || Refusal { code: Code::Encrypted, message: "a password is needed".to_owned() };
        let example = Example {
            document: 0,
            page: 1,
            text: "A-17".to_owned(),
            bounding_box: sluice_extract::page::Rect::new(0.125, 0.25, 0.5, 0.375),
        };
        let seen = Seen { pointer: "/no".to_owned(), label: "No.".to_owned(), documents: 1, examples: vec![example] };
        Ok(Proposal {
            definition: json!({"type": "object", "properties": {"no": {"type": "string"}}}),
            seen: vec![seen],
            unread: (1..hashes.len()).map(|position| (position, refusal())).collect(),
        })
    }
}
