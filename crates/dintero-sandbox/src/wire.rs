//! The wire: accepts connections and hands their requests on.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::dispatch::Server;

/// Binds a port of `host`; without a host, of both loopback addresses, as far as the machine has them.
pub(crate) async fn bind(host: Option<&str>, port: u16) -> io::Result<Vec<TcpListener>> {
    let clear = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            let text = format!("port {port} is in use; choose another, or 0 for any free one");
            io::Error::new(error.kind(), text)
        }
        _ => error,
    };
    if let Some(host) = host {
        return Ok(vec![TcpListener::bind((host, port)).await.map_err(clear)?]);
    }
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let first = first.map_err(clear)?;
    let second = TcpListener::bind((Ipv6Addr::LOCALHOST, first.local_addr()?.port())).await;
    match second {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if port != 0 && error.kind() == io::ErrorKind::AddrInUse => Err(clear(error)),
        Err(_) => Ok(vec![first]),
    }
}

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
