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

/// Defines the builder: settings that are replaced, those that are made of what their setter takes, and lists.
macro_rules! settings {
    (
        $(#[$builder_doc:meta])*
        struct $builder:ident;
        set { $($(#[$doc:meta])* $name:ident: $type:ty = $default:expr,)* }
        set_into { $($(#[$text_doc:meta])* $text:ident: $text_type:ty = $text_default:expr,)* }
        add { $($(#[$list_doc:meta])* $list:ident,)* }
    ) => {
        $(#[$builder_doc])*
        #[derive(Debug, Clone)]
        #[must_use]
        pub struct $builder {
            pub(crate) clients: Vec<Client>,
            $(pub(crate) $name: $type,)*
            $(pub(crate) $text: $text_type,)*
            $(pub(crate) $list: Vec<String>,)*
        }

        impl Default for $builder {
            fn default() -> Self {
                Self {
                    clients: Vec::new(),
                    $($name: $default,)*
                    $($text: $text_default.into(),)*
                    $($list: Vec::new(),)*
                }
            }
        }

        impl $builder {
            $($(#[$doc])* pub fn $name(mut self, $name: $type) -> Self {
                self.$name = $name;
                self
            })*
            $($(#[$text_doc])* pub fn $text(mut self, $text: impl Into<$text_type>) -> Self {
                self.$text = $text.into();
                self
            })*
            $($(#[$list_doc])* pub fn $list(mut self, $list: impl IntoIterator<Item: Into<String>>) -> Self {
                self.$list.extend($list.into_iter().map(Into::into));
                self
            })*
        }
    };
}

settings! {
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
    struct SandboxBuilder;
    set {
        /// Sets the port; default 0, any free one.
        port: u16 = 0,
        /// Sets whether requests may only have what the documents describe; default `false`: properties that no document has,
        /// and bodies where none is defined, are accepted and noted in the log, since integrations in production send them.
        strict: bool = false,
        /// Sets how long a token is valid, in whole seconds; default 14,400 (4 hours), as in Dintero's documentation.
        token_life: Duration = Duration::from_secs(14_400),
        /// Sets the clock; default the machine's. A clone of it, or [`Sandbox::advance`], moves it.
        clock: Clock = Clock::default(),
        /// Sets how long the receiver of a callback may take for its whole response, in real time; default 10 seconds, as
        /// documented.
        callback_time_limit: Duration = Duration::from_secs(10),
    }
    set_into {
        /// Sets the sandbox's own account: `T` or `P` and 8 digits; default `T12345678`.
        account: String = "T12345678",
        /// Sets the address or name to listen on, such as `0.0.0.0` in a container; default empty, which is the loopback
        /// addresses 127.0.0.1 and `::1`. Requests reach it only by a name that is allowed:
        /// [`SandboxBuilder::allowed_hosts`].
        host: String = "",
        /// Sets the base URL that clients and payers reach the sandbox by, such as `http://sandbox:8400`; it is what a
        /// session's `url` begins with. Its host is allowed. Default empty, which is `http://127.0.0.1` and the port.
        public_url: String = "",
        /// Sets a file that keeps the state between runs: all objects, the valid tokens, and how far the clock was moved;
        /// not the log and queued faults. Default empty: the state ends with the sandbox.
        ///
        /// The file is read at the start, and each change is appended before a response says that it was made, so that it
        /// survives the end of the process in any way. When the sandbox is dropped, it is on the disk; see also
        /// [`Sandbox::save_state`]. The file is readable by its owner only. A second sandbox on it is an error.
        state_file: PathBuf = "",
    }
    add {
        /// Adds payment profiles that sessions can be created from; `default` is always there.
        profiles,
        /// Adds hosts that requests may name in `Host`, besides this machine, [`SandboxBuilder::host`] and
        /// [`SandboxBuilder::public_url`]; `*` allows any. Default none: a web page could otherwise reach the sandbox by a
        /// name of its own.
        allowed_hosts,
        /// Adds origins such as `https://shop.example` whose pages may call the sandbox, besides those of this machine;
        /// `*` allows any. Default none: a request with another `Origin` is a 403.
        allowed_origins,
        /// Adds origins whose pages may embed the payment page, besides those of this machine.
        embedders,
        /// Adds hosts that callbacks may be sent to, besides this machine (`localhost`, 127.0.0.0/8, `::1`); `*` allows
        /// any. Default none: test data often holds the URL of a real shop, which must not hear of payments that do not exist.
        callback_hosts,
    }
}

impl SandboxBuilder {
    /// Adds an API client. Without any there is one, `sandbox-client` with the secret `sandbox-secret`, which may do
    /// everything. The first is the one of [`Sandbox::client_id`].
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
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
        let clients = self.clients.iter();
        let accounts = clients.flat_map(|client| client.accounts_or(&self.account));
        let accounts: BTreeSet<_> = accounts.chain([self.account.clone()]).collect();
        let now = self.clock.now();
        let mut state = SandboxState::new(accounts, &self.profiles, now);
        let is_set = |text: &&str| !text.is_empty();
        let path = Some(&*self.state_file).filter(|path| !path.as_os_str().is_empty());
        let open = |path| StateFile::open(path, &self.clock, &mut state);
        let state_file = path.map(open).transpose()?;
        let public_url = Some(&*self.public_url).filter(is_set);
        let public_url = public_url.map(http_url).transpose()?;
        let (host, public) = (Some(&*self.host).filter(is_set), public_url.as_ref());
        let hosts = host.into_iter().chain(public.and_then(Url::host_str));
        self.allowed_hosts.extend(hosts.map(str::to_owned));
        let listeners = bind(host, self.port).await?;
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
