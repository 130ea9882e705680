//! Takes connections until it is told to stop, and then is gone within a second.
//!
//! HTTP/1.1 only: TLS and HTTP/2 are a proxy's. On the way out streams end after a whole event and requests in flight have
//! a moment; what is not done then is cut off, and lost nothing that was promised. Called by the binary and by tests.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_service::Service as _;

use crate::admission::end_streams_of_revoked;
use crate::app::App;
use crate::auth::Peer;
use crate::router::router;
use crate::slow_readers::Impatient;
use crate::{Parts, Settings};

/// Largest headers, and what is held of an answer that is not sent yet, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Serves until `shutdown` is done.
///
/// # Errors
/// The listener does not work at all.
pub async fn serve(
    listener: TcpListener,
    parts: Parts,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let stop_max = settings.stop_max;
    let app = App::new(parts, settings.clone(), stopping);
    let watch = end_streams_of_revoked(Arc::clone(&app.streams), Arc::clone(&app.parts.store));
    let mut watch = std::pin::pin!(watch);
    let door = Door { router: router(&app), settings: Arc::new(settings), graceful: GracefulShutdown::new() };
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => { connections.spawn(door.connection(stream, Peer(peer.ip()))); }
                Err(error) => wait_after(&error).await,
            },
            Some(_) = connections.join_next() => {}
            () = &mut watch => {}
        }
    }
    drop(listener);
    // Nobody listens any more where the last connection is gone.
    let _ = stop.send(true);
    app.streams.end_all();
    let _ = tokio::time::timeout(stop_max, door.graceful.shutdown()).await;
    connections.shutdown().await;
    Ok(())
}

/// One that went away while it waited is nothing; without file descriptors one waits for some to be free.
async fn wait_after(error: &io::Error) {
    tracing::warn!(%error, "a connection was not taken");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

struct Door {
    router: Router,
    settings: Arc<Settings>,
    graceful: GracefulShutdown,
}

impl Door {
    fn connection(&self, stream: TcpStream, peer: Peer) -> impl Future<Output = ()> + Send + 'static {
        // An event must not wait for more of them.
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(Impatient::new(stream, self.settings.write_stall_max));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.settings.header_read_max)
            .max_buf_size(BUFFER_BYTES_MAX)
            .serve_connection(io, Handler { router: self.router.clone(), peer });
        let connection = self.graceful.watch(connection);
        async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        }
    }
}

/// The router, with the address of one connection.
struct Handler {
    router: Router,
    peer: Peer,
}

impl hyper::service::Service<Request<Incoming>> for Handler {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        // A router is always ready.
        Box::pin(self.router.clone().call(request))
    }
}
