//! The settings of a sandbox.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use crate::Sandbox;
use crate::clients::{Client, is_account};
use crate::clock::Clock;
use crate::delivery::Dispatcher;
use crate::dispatch::Server;
use crate::faults::Faults;
use crate::log::Log;
use crate::persistence::StateFile;
use crate::shared::Shared;
use crate::state::SandboxState;
use crate::wire::{bind, serve};

/// A builder for a [`Sandbox`]; every setting has a default.
///
/// ```
/// use std::time::Duration;
/// use dintero_sandbox::{Client, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::builder()
///     .account("T87654321")
///     .client(Client::new("shop", "shop-secret").with_scopes(["write:checkout"]))
///     .token_life(Duration::from_secs(60))
///     .start()
///     .await?;
/// assert_eq!(sandbox.client_id(), "shop");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    host: Option<String>,
    public_url: Option<String>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) embedders: Vec<String>,
    pub(crate) strict: bool,
    pub(crate) account: String,
    pub(crate) clients: Vec<Client>,
    profiles: BTreeSet<String>,
    pub(crate) token_life: Duration,
    pub(crate) clock: Clock,
    pub(crate) callback_hosts: Vec<String>,
    pub(crate) callback_time_limit: Duration,
    state_file: Option<PathBuf>,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            host: None,
            public_url: None,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            embedders: Vec::new(),
            strict: false,
            account: "T12345678".into(),
            clients: Vec::new(),
            profiles: BTreeSet::from(["default".to_owned()]),
            token_life: Duration::from_secs(14_400),
            clock: Clock::system(),
            callback_hosts: Vec::new(),
            callback_time_limit: Duration::from_secs(10),
            state_file: None,
        }
    }
}

/// The setters that replace one setting.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        impl SandboxBuilder {$(
            $(#[$doc])*
            pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name;
                self
            }
        )*}
    };
}

setters! {
    /// Sets the port; default 0, any free one.
    port: u16,
    /// Sets whether requests may only have what the documents describe; default `false`: properties that no document has,
    /// and bodies where none is defined, are accepted and noted in the log, since integrations in production send them.
    strict: bool,
    /// Sets how long a token is valid, in whole seconds; default 14,400 (4 hours), as in Dintero's documentation.
    token_life: Duration,
    /// Sets the clock; default the machine's. A clone of it, or [`Sandbox::advance`], moves it.
    clock: Clock,
    /// Sets how long the receiver of a callback may take for its whole response, in real time; default 10 seconds, as
    /// documented.
    callback_time_limit: Duration,
}

/// The setters that add to a list.
macro_rules! adders {
    ($($(#[$doc:meta])* $name:ident: $list:ident,)*) => {
        impl SandboxBuilder {$(
            $(#[$doc])*
            pub fn $name(mut self, value: impl Into<String>) -> Self {
                self.$list.push(value.into());
                self
            }
        )*}
    };
}

adders! {
    /// Adds a host that requests may name in `Host`, besides this machine, [`SandboxBuilder::host`] and
    /// [`SandboxBuilder::public_url`]; `*` allows any. Default none: a web page could otherwise reach the sandbox by a
    /// name of its own.
    allowed_host: allowed_hosts,
    /// Adds an origin such as `https://shop.example` whose pages may call the sandbox, besides those of this machine;
    /// `*` allows any. Default none: a request with another `Origin` is a 403.
    allowed_origin: allowed_origins,
    /// Adds an origin whose pages may embed the payment page, besides those of this machine.
    embedded_by: embedders,
    /// Adds a host that callbacks may be sent to, besides this machine (`localhost`, 127.0.0.0/8, `::1`); `*` allows
    /// any. Default none: test data often holds the URL of a real shop, which must not hear of payments that do not exist.
    callback_host: callback_hosts,
}

impl SandboxBuilder {
    /// Sets the sandbox's own account: `T` or `P` and 8 digits; default `T12345678`.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Adds an API client. Without any there is one, `sandbox-client` with the secret `sandbox-secret`, which may do
    /// everything. The first is the one of [`Sandbox::client_id`].
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// Adds a payment profile that sessions can be created from; `default` is always there.
    pub fn profile(mut self, id: impl Into<String>) -> Self {
        self.profiles.insert(id.into());
        self
    }

    /// Sets the address or name to listen on, such as `0.0.0.0` in a container; default the loopback addresses 127.0.0.1
    /// and `::1`. Requests reach it only by a name that is allowed: [`SandboxBuilder::allowed_host`].
    pub fn host(mut self, host: impl Into<String>) -> Self {
        let host = host.into();
        self.allowed_hosts.push(host.clone());
        self.host = Some(host);
        self
    }

    /// Sets the base URL that clients and payers reach the sandbox by, such as `http://sandbox:8400`; it is what a
    /// session's `url` begins with. Its host is allowed. Default `http://127.0.0.1` and the port.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Sets a file that keeps the state between runs: all objects, the valid tokens, and how far the clock was moved;
    /// not the log and queued faults. Default none: the state ends with the sandbox.
    ///
    /// The file is read at the start, and each change is appended before a response says that it was made, so that it
    /// survives the end of the process in any way. When the sandbox is dropped, it is on the disk; see also
    /// [`Sandbox::save_state`]. The file is readable by its owner only. A second sandbox on it is an error.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Binds the port and starts the server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns `InvalidInput` for a malformed account id or a client without id or secret, `InvalidData` for a state file
    /// that is damaged or not a state file (it is left as it is), and otherwise the error of reading that file or of
    /// binding the port.
    pub async fn start(mut self) -> io::Result<Sandbox> {
        // It fails only if there is a provider.
        #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
        let _ = rustls_lib::crypto::ring::default_provider().install_default();
        #[cfg(all(
            feature = "rustls-no-provider",
            not(any(feature = "rustls", feature = "rustls-ring"))
        ))]
        if rustls_lib::crypto::CryptoProvider::get_default().is_none() {
            let text = "rustls has no crypto provider: install one before starting the sandbox";
            return Err(invalid(text));
        }
        if !is_account(&self.account) {
            return Err(invalid("an account id is T or P and 8 digits"));
        }
        let valid = self.clients.iter().try_for_each(Client::validate);
        valid.map_err(invalid)?;
        if self.clients.is_empty() {
            let client = Client::new("sandbox-client", "sandbox-secret");
            self.clients.push(client);
        }
        let accounts = self
            .clients
            .iter()
            .flat_map(|c| c.accounts_or(&self.account));
        let mut accounts: BTreeSet<String> = accounts.collect();
        accounts.insert(self.account.clone());
        let now = self.clock.now();
        let mut state = SandboxState::new(accounts, &self.profiles, now);
        let path = self.state_file.as_deref();
        let open = |path| StateFile::open(path, &self.clock, &mut state);
        let state_file = path.map(open).transpose()?;
        let public_url = self.public_url.as_deref().map(http_url).transpose()?;
        let public_host = public_url.as_ref().and_then(Url::host_str);
        self.allowed_hosts.extend(public_host.map(str::to_owned));
        let listeners = bind(self.host.as_deref(), self.port).await?;
        let mut address = listeners[0].local_addr()?;
        let port = address.port();
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::from([127, 0, 0, 1]));
        }
        let shared = Arc::new(Shared {
            base_url: match public_url {
                Some(url) => url.as_str().trim_end_matches('/').to_owned(),
                None => format!("http://{address}"),
            },
            port,
            settings: self,
            state: Mutex::new(state),
            state_file,
        });
        let dispatcher = Arc::new(Dispatcher::new(Arc::clone(&shared)));
        for account in shared.state().accounts.values_mut() {
            dispatcher.notify(account);
        }
        let server = Arc::new(Server {
            shared: Arc::clone(&shared),
            dispatcher: Arc::clone(&dispatcher),
            log: Log::default(),
            faults: Faults::default(),
            written: AtomicUsize::new(0),
        });
        let servers = listeners.into_iter();
        let servers = servers.map(|listener| tokio::spawn(serve(listener, Arc::clone(&server))));
        let tasks: Vec<_> = servers.map(|task| task.abort_handle()).collect();
        Ok(Sandbox { server, tasks })
    }
}

fn http_url(text: &str) -> io::Result<Url> {
    let is_plain = |url: &Url| {
        url.scheme().starts_with("http") && url.query().is_none() && url.fragment().is_none()
    };
    let url = Url::parse(text).ok().filter(is_plain);
    url.ok_or_else(|| invalid("the public URL is no http or https URL"))
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
