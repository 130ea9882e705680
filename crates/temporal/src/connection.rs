//! Where Temporal is, and the way to it.
//!
//! Called by the dispatcher and the worker, each of which has a connection of its own.

use std::fmt;
use std::str::FromStr as _;
use std::time::Duration;

use temporalio_client::{
    Client, ClientOptions, ClientTlsOptions, Connection, ConnectionOptions, RetryOptions, TlsOptions, Url,
};

/// How long may be waited for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How long a call is repeated that fails, before whoever calls is told.
const REPEATED_MAX: Duration = Duration::from_secs(2);

/// A namespace and a task queue of a Temporal server.
#[derive(Clone, Debug)]
pub struct Server {
    url: Url,
    /// The namespace.
    pub namespace: String,
    /// The task queue: workers and servers with the same one work together.
    pub task_queue: String,
    /// Who it and we are, beside what the system knows; used where the address begins with https://.
    pub tls: Tls,
}

/// Certificates, as PEM.
#[derive(Clone, Default)]
pub struct Tls {
    /// Who signs the server's certificate; those whom the system trusts, if nobody is named.
    pub server_ca: Option<Vec<u8>>,
    /// Our own certificate and its key, for a server that wants one.
    pub client: Option<(Vec<u8>, Vec<u8>)>,
}

/// A key is never written to a log.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("server_ca", &self.server_ca.is_some()).finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("{url:?} is no address of a Temporal server: {reason}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is not there, or does not want us.
    #[error("Temporal cannot be reached: {0}")]
    Away(String),
}

impl Server {
    /// Checks the address; connects to nothing.
    ///
    /// # Errors
    /// It is no address.
    pub fn new(url: &str, namespace: String, task_queue: String) -> Result<Self, ConnectError> {
        let address = |reason: String| ConnectError::Address { url: url.to_owned(), reason };
        let parsed = Url::from_str(url).map_err(|error| address(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(address("it begins with http:// or https:// and names a host".to_owned()));
        }
        Ok(Self { url: parsed, namespace, task_queue, tls: Tls::default() })
    }

    /// What the SDK needs even for what the system trusts: without options it speaks no TLS at all.
    fn tls_options(&self) -> Option<TlsOptions> {
        let client = self.tls.client.clone();
        let client =
            client.map(|(cert, key)| ClientTlsOptions::builder().client_cert(cert).client_private_key(key).build());
        let options = TlsOptions::builder()
            .maybe_server_root_ca_cert(self.tls.server_ca.clone())
            .maybe_client_tls_options(client);
        (self.url.scheme() == "https").then(|| options.build())
    }

    pub(crate) async fn connect(&self) -> Result<Client, ConnectError> {
        let retries = RetryOptions::builder().max_elapsed_time(Some(REPEATED_MAX)).build();
        let options = ConnectionOptions::new(self.url.clone())
            .identity(format!("sluice {}", std::process::id()))
            .connect_timeout(CONNECT_MAX)
            .retry_options(retries)
            .maybe_tls_options(self.tls_options())
            .build();
        let away = |error: String| ConnectError::Away(error);
        let connecting = tokio::time::timeout(CONNECT_MAX, Connection::connect(options)).await;
        let connection = connecting.map_err(|_| away("no answer".to_owned()))?;
        let connection = connection.map_err(|error| away(error.to_string()))?;
        Client::new(connection, ClientOptions::new(self.namespace.clone()).build())
            .map_err(|error| away(error.to_string()))
    }
}
