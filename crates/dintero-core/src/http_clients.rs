//! The HTTP clients of a handle, and what is known of their connections.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Request, Response, Url};
use tokio::runtime::{Handle, Id};

use crate::{Error, lock};

pub(crate) type Customize = dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync;
pub(crate) type Transport = dyn Fn(Request) -> Result<Response, Error> + Send + Sync;

/// A silent HTTP/2 connection is closed after both: before the timeout of an attempt, so that no second call meets it.
const PING_INTERVAL: Duration = Duration::from_secs(10);
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// Below the idle timeouts of common load balancers (60 s), so that calls seldom use a connection that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// Runtimes whose connections are kept. A program has one or few; one that starts many seldom returns to an old one.
const MAX_RUNTIMES: usize = 64;

/// A pair of clients for each runtime: a connection is driven by the runtime that opened it, and would hang when that one rests.
pub(crate) struct HttpClients {
    customize: Box<Customize>,
    /// The pair that was built first has no runtime until it is used.
    pairs: Mutex<Vec<Pair>>,
    http2: Mutex<BTreeSet<String>>,
    /// What responds instead of a server, in tests.
    pub(crate) transport: Option<Arc<Transport>>,
}

struct Pair {
    runtime: Option<Id>,
    kept: Client,
    /// The client that opens a connection for each request.
    single: Option<Client>,
}

fn pair(customize: &Customize) -> reqwest::Result<Pair> {
    Ok(Pair {
        runtime: None,
        kept: build(customize, true)?,
        single: None,
    })
}

impl HttpClients {
    pub(crate) fn new(
        customize: Box<Customize>,
        transport: Option<Arc<Transport>>,
    ) -> reqwest::Result<Self> {
        Ok(Self {
            pairs: Mutex::new(vec![pair(&*customize)?]),
            customize,
            http2: Mutex::default(),
            transport,
        })
    }

    /// Returns the client of the current runtime, and whether a response over HTTP/1.1 provably belongs to its request.
    ///
    /// Over a kept HTTP/1.1 connection it may be one that a faulty proxy sent before the request; HTTP/2 numbers them. So a `unique`
    /// request, of which nothing but its response may decide whether it is sent again, has a connection of its own until its host is
    /// known to speak HTTP/2.
    pub(crate) fn of(&self, url: &Url, unique: bool) -> reqwest::Result<(Client, bool)> {
        let alone = unique && !lock(&self.http2).contains(url.authority());
        let runtime = Handle::current().id();
        let mut pairs = lock(&self.pairs);
        let is_own = |pair: &Pair| pair.runtime.is_none_or(|id| id == runtime);
        if !pairs.iter().any(is_own) {
            let from = pairs.len().saturating_sub(MAX_RUNTIMES - 1);
            *pairs = pairs.split_off(from);
            pairs.push(pair(&*self.customize)?);
        }
        let at = pairs.iter().position(is_own).unwrap_or_default();
        let pair = &mut pairs[at];
        pair.runtime = Some(runtime);
        if !alone {
            return Ok((pair.kept.clone(), !unique));
        }
        if pair.single.is_none() {
            pair.single = Some(build(&*self.customize, false)?);
        }
        Ok((pair.single.as_ref().unwrap_or(&pair.kept).clone(), true))
    }

    /// Remembers the protocol of a host. Returns `true` if it is HTTP/2.
    pub(crate) fn note(&self, response: &Response) -> bool {
        let is_http2 = response.version() >= http::Version::HTTP_2;
        let host = response.url().authority();
        let mut known = lock(&self.http2);
        if !is_http2 {
            known.remove(host);
        } else if !known.contains(host) {
            known.insert(host.to_owned());
        }
        is_http2
    }

    /// Gives up the connections of the current runtime after nothing was received for `waited`. After a longer time the pings have
    /// shown that the connection is alive, or have closed it.
    pub(crate) fn nothing_received(&self, waited: Duration) {
        if waited < PING_INTERVAL + PING_TIMEOUT {
            let runtime = Handle::current().id();
            lock(&self.pairs).retain(|pair| pair.runtime != Some(runtime));
        }
    }
}

/// Builds a client whose settings `customize` may change, except for what would send a request a second time: redirects, and the
/// retries of reqwest, which include those of a request that an HTTP/2 server may be handling.
fn build(customize: &Customize, keep: bool) -> reqwest::Result<Client> {
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
    let client = customize(defaults)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_idle_timeout(POOL_IDLE);
    match keep {
        true => client.build(),
        false => client.pool_max_idle_per_host(0).build(),
    }
}

#[cfg(test)]
mod tests;
