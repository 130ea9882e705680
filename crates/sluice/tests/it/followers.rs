//! A thousand who follow one job at the real server, which is killed in the middle: all see the same.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::run::example;
use crate::server::{Server, script};

const FOLLOWERS: usize = 1_000;

/// Frames as they were on the wire, and the last id among them.
#[derive(Default)]
struct Seen {
    text: String,
    last: u64,
    connections: usize,
}

impl Seen {
    fn is_over(&self) -> bool {
        self.text.contains("\nevent: completed\n")
    }

    /// Takes the whole frames of what a connection gave. Only the first of a connection says when to come back.
    fn take(&mut self, body: &str) {
        let whole = body.rfind("\n\n").map_or("", |end| &body[..end + 2]);
        for frame in whole.split_inclusive("\n\n") {
            let frame: String =
                frame.split_inclusive('\n').filter(|line| !line.starts_with("retry: ") && *line != ":\n").collect();
            let id = frame.lines().find_map(|line| line.strip_prefix("id: ")).unwrap();
            self.last = id.parse().unwrap();
            self.text.push_str(&frame);
        }
    }
}

/// One connection, until it ends or breaks.
async fn attach(address: &str, path: &str, key: &str, seen: &mut Seen) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nlast-event-id: {}\r\nconnection: close\r\n\r\n",
        seen.last
    );
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::new();
    // What came before it broke counts.
    let broke = stream.read_to_end(&mut bytes).await;
    let (head, body) = split(&bytes);
    if head.starts_with("HTTP/1.1 200 ") {
        seen.connections += 1;
        seen.take(&body);
    }
    broke.map(|_| ())
}

/// The head, and the body without the lengths of its chunks.
fn split(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, mut rest)) = text.split_once("\r\n\r\n") else { return (String::new(), String::new()) };
    let mut body = String::new();
    while let Some((length, after)) = rest.split_once("\r\n") {
        let Ok(length) = usize::from_str_radix(length, 16) else { break };
        if length == 0 || after.len() < length + 2 {
            break;
        }
        body.push_str(&after[..length]);
        rest = &after[length + 2..];
    }
    (head.to_owned(), body)
}

async fn follow(address: String, path: String, key: String) -> Seen {
    let mut seen = Seen::default();
    while !seen.is_over() {
        let _ = attach(&address, &path, &key, &mut seen).await;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    seen
}

#[test]
fn a_thousand_followers_see_the_same_bytes_though_the_server_was_killed_among_them() {
    let folder = tempfile::tempdir().unwrap();
    let rules: Vec<_> = (0..30).map(|number| json!({"path": format!("/p{number}"), "delay_ms": 700})).collect();
    let model = script(&folder.path().join("model.json"), &json!({"result": {}, "rules": rules}));
    let mut server = Server::start(&["--script", &model]);
    let client = server.client();
    let array = json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}});
    let parts: serde_json::Map<_, _> = (0..30).map(|number| (format!("p{number}"), array.clone())).collect();
    let schema = client.schema(&json!({"type": "object", "properties": parts}));
    let config = json!({"model": format!("scripted:{model}"), "max_num_concurrent_requests": 1});
    let job = client.start(&client.upload("a.pdf", &example("invoice")), &schema, &config);

    let address = server.base.trim_start_matches("http://").to_owned();
    let path = format!("/v1/extract/jobs/{job}/stream");
    let key = server.key.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let following: Vec<_> =
        (0..FOLLOWERS).map(|_| runtime.spawn(follow(address.clone(), path.clone(), key.clone()))).collect();

    let open = || {
        let url = format!("{}/metrics", server.base);
        let request = ureq::get(url).header("authorization", format!("Bearer {}", server.key));
        let text = request.call().unwrap().into_body().read_to_string().unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("sluice_streams_open ")).map(str::to_owned);
        line.is_some_and(|count| count.parse::<f64>().unwrap() >= 1_000.0)
    };
    crate::faults::until("all are there", open);
    server.kill();
    server.resume();
    let seen: Vec<Seen> = following.into_iter().map(|each| runtime.block_on(each).unwrap()).collect();
    let ids: Vec<u64> =
        seen[0].text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
    assert!(seen.iter().all(|each| each.text == seen[0].text), "all the same");
    assert!(seen.iter().all(|each| each.connections >= 2), "each was cut off once at least");
}
