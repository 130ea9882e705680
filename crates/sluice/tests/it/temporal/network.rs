//! A network of its own for one process, on whose far side the Temporal server is, and which is cut at will.
//!
//! The process stands in a network namespace that has only its own loopback. There `socat` listens where Temporal is told to
//! be and passes everything through a Unix socket, which knows no network, to the real server; the database is reached
//! through another. With the loopback down, packets vanish: no connection is refused or closed, as when a cable is pulled. A
//! user needs no rights for this where the system allows namespaces.

use std::io::{BufRead as _, BufReader};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Where Temporal is, as the process inside sees it; the port is free, for the namespace is new.
const INSIDE: u16 = 7233;

/// A namespace, and what passes its border.
pub struct Network {
    folder: tempfile::TempDir,
    holder: Child,
    socat: Child,
}

impl Network {
    /// A new one, connected to servers of this machine: Temporal at this port, PostgreSQL at that.
    pub fn to(temporal: u16, postgres: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let temporal_socket = folder.path().join("temporal");
        relay(&temporal_socket, temporal);
        relay(&folder.path().join(format!(".s.PGSQL.{postgres}")), postgres);
        let mut holder = Command::new("unshare")
            .args([
                "--user",
                "--map-root-user",
                "--net",
                "sh",
                "-c",
                "ip link set lo up && echo up && exec sleep 86400",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(holder.stdout.take().unwrap()).lines().next();
        assert!(said.is_some_and(|line| line.unwrap() == "up"), "no network namespace on this machine");
        let listens = format!("TCP-LISTEN:{INSIDE},bind=127.0.0.1,reuseaddr,fork");
        let passes = format!("UNIX-CONNECT:{}", temporal_socket.display());
        let mut socat = Command::new("nsenter");
        socat.args(enter(&holder)).args(["socat", &listens, &passes]).stdin(Stdio::null());
        let socat = socat.spawn().unwrap();
        let made = Self { folder, holder, socat };
        made.wait_until_open();
        made
    }

    /// The words before a command that is to run inside.
    pub fn before(&self) -> Vec<String> {
        [vec!["nsenter".to_owned()], enter(&self.holder)].concat()
    }

    /// Where Temporal is from there.
    pub fn temporal_url(&self) -> String {
        format!("http://127.0.0.1:{INSIDE}")
    }

    /// Where a database is from there that is at `store` from here.
    pub fn store(&self, store: &str) -> String {
        let url = store.split('/').collect::<Vec<_>>();
        let ["postgres:", "", place, database] = url[..] else { panic!("{store}") };
        let (user, port) = (place.split('@').next().unwrap(), place.rsplit(':').next().unwrap());
        format!("postgres://{user}@localhost:{port}/{database}?host={}", self.folder.path().display())
    }

    /// From now on nothing gets through, and nobody is told.
    pub fn cut(&self) {
        self.inside(&["ip", "link", "set", "lo", "down"]);
    }

    /// As it was before.
    pub fn mend(&self) {
        self.inside(&["ip", "link", "set", "lo", "up"]);
    }

    fn inside(&self, words: &[&str]) {
        let done = Command::new("nsenter").args(enter(&self.holder)).args(words).status().unwrap();
        assert!(done.success(), "{words:?}");
    }

    fn wait_until_open(&self) {
        let open = format!("/proc/{}/net/tcp", self.holder.id());
        // In that table ports are hexadecimal and 0A is a socket that listens.
        let listens = |line: &str| line.contains(&format!(":{INSIDE:04X} ")) && line.contains(" 0A ");
        for _ in 0..1_000 {
            if std::fs::read_to_string(&open).unwrap().lines().any(listens) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("socat does not listen: ./setup installs it");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for child in [&mut self.socat, &mut self.holder] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn enter(holder: &Child) -> Vec<String> {
    ["--target", &holder.id().to_string(), "--user", "--net", "--preserve-credentials", "--"]
        .map(str::to_owned)
        .to_vec()
}

/// Everything that comes to a Unix socket goes on to a port of this machine, until the test ends.
fn relay(socket: &Path, port: u16) {
    let listener = UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming().map_while(Result::ok) {
            if let Ok(far) = TcpStream::connect(("127.0.0.1", port)) {
                connect(near, far);
            }
        }
    });
}

fn connect(near: UnixStream, far: TcpStream) {
    let (mut near_read, mut far_write) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    let (mut near_write, mut far_read) = (near, far);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut near_read, &mut far_write);
        let _ = far_write.shutdown(Shutdown::Write);
    });
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut far_read, &mut near_write);
        let _ = near_write.shutdown(Shutdown::Write);
    });
}
