//! A server on a free port of this machine that answers what a test wants, byte by byte.
//!
//! Writes its bytes by hand, because a server of the field would not break off in the middle of a character. Knows no
//! vendor's words. It ends with the process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET, POST, ...
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body; null where there is none.
    pub body: Value,
}

impl Request {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How a reply ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Whole,
    Cut,
    Silence,
}

/// What the server says.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    pieces: Vec<Vec<u8>>,
    /// Before each piece.
    pause: Duration,
    ending: Ending,
}

impl Reply {
    /// A status and a body.
    #[must_use]
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self { status, headers, pieces: vec![body.into()], pause: Duration::ZERO, ending: Ending::Whole }
    }

    /// JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// A stream of events whose data this is.
    #[must_use]
    pub fn events<T: ToString>(data: impl IntoIterator<Item = T>) -> Self {
        let stream: String = data.into_iter().map(|data| format!("data: {}\n\n", data.to_string())).collect();
        Self::new(200, "text/event-stream", stream)
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    /// In pieces of so many bytes, which need not be whole characters.
    #[must_use]
    pub fn in_pieces_of(mut self, bytes: usize) -> Self {
        let whole = self.pieces.concat();
        self.pieces = whole.chunks(bytes).map(<[u8]>::to_vec).collect();
        self
    }

    /// With a pause before each piece: an answer that drips.
    #[must_use]
    pub fn each_after(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Breaks off after so many bytes: the connection ends.
    #[must_use]
    pub fn cut_at(self, bytes: usize) -> Self {
        let mut whole = self.pieces.concat();
        whole.truncate(bytes);
        Self { pieces: vec![whole], ending: Ending::Cut, ..self }
    }

    /// Says no more after so many bytes, and keeps the connection.
    #[must_use]
    pub fn silent_after(self, bytes: usize) -> Self {
        Self { ending: Ending::Silence, ..self.cut_at(bytes) }
    }
}

/// A server with its own idea of what to say.
pub struct Vendor {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    heard: Arc<Mutex<Vec<Request>>>,
}

impl Vendor {
    /// Starts it; `answer` gets each request and how many came before it.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&heard));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, heard) = (Arc::clone(&answer), Arc::clone(&kept));
                std::thread::spawn(move || serve(stream, answer.as_ref(), &heard));
            }
        });
        Self { base, heard }
    }

    /// Says these one after the other, the last of them again and again.
    #[must_use]
    pub fn saying(replies: Vec<Reply>) -> Self {
        Self::start(move |_, nth| replies[nth.min(replies.len() - 1)].clone())
    }

    /// What it was asked so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Request> {
        self.heard.lock().unwrap().clone()
    }
}

/// One request on one connection. A client that goes away is none of a fake's business.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request, usize) -> Reply, heard: &Mutex<Vec<Request>>) {
    let Some(request) = read(&stream) else { return };
    let nth = {
        let mut heard = heard.lock().unwrap();
        heard.push(request.clone());
        heard.len() - 1
    };
    let reply = answer(&request, nth);
    let _ = write(&mut stream, &reply);
    if reply.ending == Ending::Silence {
        // Until the client has enough.
        let _ = stream.read(&mut [0]);
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, length)| length);
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).ok()? };
    Some(Request { method, path, headers, body })
}

fn write(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let headers: String = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "HTTP/1.1 {} -\r\n{headers}connection: close\r\ntransfer-encoding: chunked\r\n\r\n", reply.status)?;
    for piece in reply.pieces.iter().filter(|piece| !piece.is_empty()) {
        std::thread::sleep(reply.pause);
        write!(stream, "{:x}\r\n", piece.len())?;
        stream.write_all(piece)?;
        stream.write_all(b"\r\n")?;
        stream.flush()?;
    }
    match reply.ending {
        Ending::Whole => stream.write_all(b"0\r\n\r\n"),
        Ending::Cut | Ending::Silence => Ok(()),
    }
}
