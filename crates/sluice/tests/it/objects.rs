//! Bytes in an object store: a server that keeps them there, by the protocol of S3.
//!
//! The store is `moto`, which speaks that protocol over HTTP and keeps everything in memory: a real client and real
//! requests, not a real S3.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::faults::until;
use crate::run::{example, root};
use crate::server::{Around, Frame, Server};

/// An object store on this machine, until the test ends.
struct Objects {
    process: Child,
    address: String,
}

impl Objects {
    fn start() -> Self {
        let program = root().join("target/clients/bin/moto_server");
        assert!(program.exists(), "no object store on this machine: run ./setup");
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &address.port().to_string()]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let objects = Self { process, address: address.to_string() };
        until("the object store listens", || TcpStream::connect(&objects.address).is_ok());
        objects
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let fixed = [
            ("SLUICE_OBJECTS", "s3://documents/sluice"),
            ("AWS_ACCESS_KEY_ID", "somebody"),
            ("AWS_SECRET_ACCESS_KEY", "knows"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ALLOW_HTTP", "true"),
        ];
        let fixed = fixed.map(|(name, value)| (name, value.to_owned()));
        fixed.into_iter().chain([("AWS_ENDPOINT_URL", self.url(""))]).collect()
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn documents_and_results_are_kept_in_an_object_store() {
    let objects = Objects::start();
    ureq::put(objects.url("/documents")).send_empty().unwrap();
    let around = Around { everywhere: objects.variables(), ..Around::default() };
    let mut server = Server::start_within(around, &[]);
    let client = server.client();
    // More than goes in one part.
    let mut bytes = example("invoice");
    bytes.extend(std::iter::repeat_n(b"% nothing to see here\n", 300_000).flatten());
    let document = client.upload("invoice.pdf", &bytes);
    let wanted = json!({"type": "object", "properties": {"invoice_number": {"type": "string"}}});
    let job = client.start(&document, &client.schema(&wanted), &json!({"model": "embedded"}));
    until("the job has ended", || client.log(&job).last().is_some_and(Frame::is_terminal));
    server.kill();
    assert!(!server.data().join("blobs/sha256").exists(), "nothing of it is in the folder");

    server.resume();
    let results = client.get(&format!("/v1/extract/jobs/{job}/results")).unwrap();
    assert_eq!(results["results"]["invoice_number"], "INV-2026-04817");
    let content = ureq::get(format!("{}/v1/extract/documents/{document}/content", server.base))
        .header("authorization", format!("Bearer {}", server.key));
    let content = content.call().unwrap().into_body().with_config().limit(64 << 20).read_to_vec().unwrap();
    assert_eq!(content, bytes);
    let stats = server.command(&["data", "stats"]).output().unwrap();
    let stats = String::from_utf8(stats.stdout).unwrap();
    assert!(stats.contains("s3://documents/sluice") && stats.contains("MiB"), "{stats}");
    let listed = ureq::get(objects.url("/documents?list-type=2&prefix=sluice/sha256/")).call().unwrap();
    let listed = listed.into_body().read_to_string().unwrap();
    let counted = listed.matches("<Key>sluice/sha256/").count();
    assert_eq!(counted, 3, "the document, the schema and the result: {listed}");
}
