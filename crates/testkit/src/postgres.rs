//! A PostgreSQL server for one test: real, empty, on a free port of this machine, gone with the test.
//!
//! Never one that runs already. Started by tests of whatever keeps its rows there; needs the server's programs, which
//! `./setup` installs, and fails where they are not.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The user of the database; there is no password.
const USER: &str = "sluice";

/// Longest wait for the server to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of its own.
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    /// The server refuses to run as root: as whom then.
    user: Option<(u32, u32)>,
    port: u16,
    server: Option<Child>,
    databases: AtomicU32,
}

impl Default for Postgres {
    fn default() -> Self {
        Self::start()
    }
}

impl Postgres {
    /// Makes a cluster and starts a server on it.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("sluice-postgres").tempdir().unwrap();
        let user = (own_id("-u") == 0).then(other_user);
        let mut made = Self { folder, programs: programs(), user, port: 0, server: None, databases: AtomicU32::new(0) };
        if let Some((uid, gid)) = made.user {
            chown(made.folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = made.data();
        let init = made
            .program("initdb")
            .arg("-D")
            .arg(data)
            .args(["-U", USER, "-A", "trust", "-E", "UTF8"])
            .args(["--locale=C", "--no-sync", "--no-instructions"])
            .output()
            .unwrap();
        assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
        made.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        made.resume();
        made
    }

    /// Makes an empty database and says where it is.
    pub fn database(&self) -> String {
        let name = format!("sluice_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("create database {name}"));
        format!("postgres://{USER}@127.0.0.1:{}/{name}", self.port)
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL in a database by its own client, and gives what it prints.
    pub fn run(&self, database: &str, sql: &str) -> String {
        let mut client = self.program("psql");
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", USER, "-d", database]);
        let ran = client.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap();
        assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }

    /// Starts the server again, on the same port and with what it kept.
    pub fn resume(&mut self) {
        let begun = Instant::now();
        let port = self.port.to_string();
        while !self.is_ready() {
            assert!(begun.elapsed() < PATIENCE, "the server does not start: {}", self.log());
            let has_ended = self.server.as_mut().is_none_or(|server| server.try_wait().unwrap().is_some());
            if has_ended {
                let (data, folder) = (self.data(), self.folder.path().to_owned());
                let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
                let mut server = self.program("postgres");
                server.arg("-D").arg(data).arg("-k").arg(folder).args([
                    "-p",
                    &port,
                    "-c",
                    "listen_addresses=127.0.0.1",
                ]);
                // The machine itself does not fail: what was written survives the server without a flush.
                server.args(["-c", "fsync=off", "-c", "max_connections=200"]).stdin(Stdio::null());
                self.server = Some(server.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server as an operator does: connections are broken, what was committed is there.
    pub fn stop(&mut self) {
        self.end("-INT");
    }

    /// `kill -9` of the server.
    pub fn kill(&mut self) {
        self.end("-KILL");
    }

    fn end(&mut self, signal: &str) {
        let Some(mut server) = self.server.take() else { return };
        let sent = Command::new("kill").args([signal, &server.id().to_string()]).status().unwrap();
        assert!(sent.success());
        server.wait().unwrap();
    }

    fn is_ready(&self) -> bool {
        let mut asks = self.program("pg_isready");
        asks.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        // Whoever it runs as may not look into the folder that the test runs in.
        command.current_dir("/").env_remove("PGPASSWORD");
        if let Some((uid, gid)) = self.user {
            command.gid(gid).uid(uid);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.end("-QUIT");
        }
    }
}

fn own_id(which: &str) -> u32 {
    let told = Command::new("id").arg(which).output().unwrap().stdout;
    String::from_utf8(told).unwrap().trim().parse().unwrap()
}

/// `postgres`, which comes with the server, or else `nobody`.
fn other_user() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).expect("a user to run the server as")
}

/// The folder with the server's programs: where Debian puts the newest, or that of the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let of_debian = versions.map(|entry| entry.path()).filter(|path| path.join("bin/initdb").exists());
    let newest = of_debian.max_by_key(|path| version(path)).map(|path| path.join("bin"));
    let of_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    newest.or_else(of_path).expect("no PostgreSQL server on this machine: run ./setup")
}
