//! The HTTP clients of a handle, and what is known of their connections.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::{Client, ClientBuilder, Response};
use tokio::runtime::{Handle, Id};

/// Changes the settings of an HTTP client.
pub(crate) type Customize = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;

/// A silent HTTP/2 connection is closed after both: before the timeout of an attempt, so that no second call meets it.
const PING_INTERVAL: Duration = Duration::from_secs(10);
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// Below the idle timeouts of common load balancers (60 s), so that calls seldom use a connection that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// Runtimes whose connections are kept. A program has one or few; one that starts many seldom returns to an old one.
const MAX_RUNTIMES: usize = 64;
/// HTTP/1.1 connections that are remembered. With more, each counts as one that was used before.
const MAX_CONNECTIONS: usize = 16_384;
/// No connection is idle or waits for a response as long.
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);

/// One client for each runtime: a connection is driven by the runtime that opened it, and would hang when that one rests.
pub(crate) struct HttpClients {
    customize: Box<Customize>,
    /// The one that was built first has no runtime until it is used.
    clients: Mutex<Vec<(Option<Id>, Client)>>,
    /// The HTTP/1.1 connections that carried a response, by their local and remote address.
    used: Mutex<HashMap<(SocketAddr, SocketAddr), Instant>>,
}

impl HttpClients {
    pub(crate) fn new(customize: Box<Customize>) -> reqwest::Result<Self> {
        let clients = Mutex::new(vec![(None, build(&*customize)?)]);
        Ok(Self {
            customize,
            clients,
            used: Mutex::default(),
        })
    }

    /// Returns the client of the current runtime.
    pub(crate) fn current(&self) -> reqwest::Result<Client> {
        let runtime = Handle::current().id();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = clients.iter_mut();
        if let Some((id, client)) = known.find(|(id, _)| id.is_none_or(|id| id == runtime)) {
            *id = Some(runtime);
            return Ok(client.clone());
        }
        let client = build(&*self.customize)?;
        if clients.len() == MAX_RUNTIMES {
            clients.remove(0);
        }
        clients.push((Some(runtime), client.clone()));
        Ok(client)
    }

    /// Gives up the connections of the current runtime after nothing was received for `waited`. After a longer time the pings have
    /// shown that the connection is alive, or have closed it.
    pub(crate) fn nothing_received(&self, waited: Duration) {
        if waited < PING_INTERVAL + PING_TIMEOUT {
            let runtime = Handle::current().id();
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            clients.retain(|(id, _)| *id != Some(runtime));
        }
    }

    /// Returns `true` if a response provably belongs to its request: it came over HTTP/2, which numbers them, or is the first one of
    /// its connection. A kept HTTP/1.1 connection may still deliver what a faulty proxy sent before the request.
    pub(crate) fn is_attributable(&self, response: &Response, now: Instant) -> bool {
        if response.version() >= http::Version::HTTP_2 {
            return true;
        }
        let Some(info) = response.extensions().get::<HttpInfo>() else {
            return false;
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MAX_CONNECTIONS {
            used.retain(|_, last| now.saturating_duration_since(*last) < FORGET_AFTER);
        }
        let connection = (info.local_addr(), info.remote_addr());
        let is_full = used.len() >= MAX_CONNECTIONS && !used.contains_key(&connection);
        !is_full && used.insert(connection, now).is_none()
    }
}

/// Builds a client whose settings `customize` may change, except for what would send a request a second time: redirects, and the
/// retries of reqwest, which include those of a request that an HTTP/2 server may be handling.
fn build(customize: &Customize) -> reqwest::Result<Client> {
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
    if rustls_lib::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster.
        let _ = rustls_lib::crypto::ring::default_provider().install_default();
    }
    let defaults = Client::builder()
        .gzip(true)
        .referer(false)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_TIMEOUT)
        .http2_keep_alive_while_idle(true);
    customize(defaults)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_idle_timeout(POOL_IDLE)
        .build()
}

/// Returns `false` if rustls has no crypto provider, without which reqwest would panic.
pub(crate) fn has_crypto_provider() -> bool {
    #[cfg(all(
        feature = "rustls-no-provider",
        not(any(feature = "rustls", feature = "rustls-ring"))
    ))]
    return rustls_lib::crypto::CryptoProvider::get_default().is_some();
    #[cfg(not(all(
        feature = "rustls-no-provider",
        not(any(feature = "rustls", feature = "rustls-ring"))
    )))]
    true
}

#[cfg(test)]
mod tests;
