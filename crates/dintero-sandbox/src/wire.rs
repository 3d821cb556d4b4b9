//! The wire: accepts connections and hands their requests on.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::dispatch::Server;

/// Accepts connections until the task is aborted; its connections end with it.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&server)));
                }
                // Out of file descriptors, most likely: wait until a connection has ended.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, server: Arc<Server>) {
    // Small responses at once; where that cannot be set they come a little later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        let closed = || io::Error::other("the connection was closed on demand");
        async move { server.respond(request).await.ok_or_else(closed) }
    });
    // An error here is the caller's connection breaking, or a close on demand: both are what the caller sees, too.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
