//! The settings of a sandbox.

use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;

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
use crate::wire::serve;

/// What a sandbox is started with; every setting has a default.
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
    account: String,
    clients: Vec<Client>,
    profiles: BTreeSet<String>,
    token_life: Duration,
    body_limit: usize,
    memory_limit: usize,
    check_responses: bool,
    clock: Clock,
    callback_hosts: Vec<String>,
    callback_time_limit: Duration,
    state_file: Option<PathBuf>,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            account: "T12345678".into(),
            clients: Vec::new(),
            profiles: BTreeSet::from(["default".to_owned()]),
            token_life: Duration::from_secs(14_400),
            body_limit: 1 << 20,
            memory_limit: 1 << 30,
            check_responses: cfg!(debug_assertions),
            clock: Clock::system(),
            callback_hosts: Vec::new(),
            callback_time_limit: Duration::from_secs(10),
            state_file: None,
        }
    }
}

impl SandboxBuilder {
    /// The port on 127.0.0.1; default 0, any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The sandbox's own account: `T` or `P` and 8 digits; default `T12345678`.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// One more API client. Without any there is one, `sandbox-client` with the secret `sandbox-secret`, which may do
    /// everything. The first is the one of [`Sandbox::client_id`].
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// One more payment profile that sessions can be made from; `default` is always there.
    pub fn profile(mut self, id: impl Into<String>) -> Self {
        self.profiles.insert(id.into());
        self
    }

    /// How long a token lives, in whole seconds; default 14,400 (4 hours), as in Dintero's documentation.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// The largest request body in bytes, else 413; default 1 MiB. Dintero's limit is not published.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// About how many bytes of objects the sandbox keeps, else 500 with the code `SANDBOX_FULL`; default 1 GiB.
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Whether every response is checked against the OpenAPI documents before it is sent, a wrong one being a 500 with the
    /// code `SANDBOX_INVALID_RESPONSE`; default in builds with debug assertions, since it takes time.
    pub fn check_responses(mut self, yes: bool) -> Self {
        self.check_responses = yes;
        self
    }

    /// The clock; default the machine's. Keep a clone, or use [`Sandbox::advance`], to move it.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// One more host that callbacks may be sent to, besides this machine (`localhost`, 127.0.0.0/8, `::1`); `*` allows
    /// any. Default none: test data often holds the URL of a real shop, which must not hear of payments that are none.
    pub fn callback_host(mut self, host: impl Into<String>) -> Self {
        self.callback_hosts.push(host.into());
        self
    }

    /// How long the receiver of a callback may take for its whole response, in real time; default 10 seconds, as
    /// documented.
    pub fn callback_time_limit(mut self, limit: Duration) -> Self {
        self.callback_time_limit = limit;
        self
    }

    /// A file that keeps the state between runs: all objects, the living tokens, and how far the clock was moved; not
    /// the log and waiting faults. Default: none, the state ends with the sandbox.
    ///
    /// It is read at the start, written about 250 ms after a change, and when the sandbox is dropped; see also
    /// [`Sandbox::save_state`]. It is written whole and put in place when it is on the disk, readable by its owner only.
    /// Two sandboxes must not share it: each would overwrite what the other wrote.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Binds the port and starts the server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a malformed account id or a client without id or secret, `InvalidData` for a state file that is
    /// damaged or none of the sandbox's (it is left as it is); else what reading that file or binding the port says.
    pub async fn start(self) -> io::Result<Sandbox> {
        let invalid = |reason: &str| {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                reason.to_owned(),
            ))
        };
        if !is_account(&self.account) {
            return invalid("an account id is T or P and 8 digits");
        }
        if let Some(reason) = self.clients.iter().find_map(Client::fault) {
            return invalid(reason);
        }
        let mut clients = self.clients;
        if clients.is_empty() {
            clients.push(Client::new("sandbox-client", "sandbox-secret"));
        }
        let mut accounts: BTreeSet<String> = clients
            .iter()
            .flat_map(|c| c.accounts_or(&self.account))
            .collect();
        accounts.insert(self.account.clone());
        let (state_file, saved) = match &self.state_file {
            Some(path) => {
                let (file, saved) = StateFile::open(path)?;
                (Some(file), saved)
            }
            None => (None, None),
        };
        if let Some(saved) = &saved {
            self.clock.move_to(saved.moved_ms);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let now = self.clock.now();
        let mut state = SandboxState::new(accounts, &self.profiles, self.memory_limit, now);
        if let Some(saved) = saved {
            state.resume(saved.state);
        }
        let shared = Arc::new(Shared {
            base_url: format!("http://{}", listener.local_addr()?),
            account: self.account,
            clients,
            token_life: self.token_life,
            body_limit: self.body_limit,
            check_responses: self.check_responses,
            clock: self.clock,
            state: Mutex::new(state),
            state_file,
        });
        let dispatcher = Arc::new(Dispatcher::new(
            Arc::clone(&shared),
            self.callback_hosts,
            self.callback_time_limit,
        ));
        let server = Arc::new(Server {
            shared: Arc::clone(&shared),
            dispatcher: Arc::clone(&dispatcher),
            log: Log::default(),
            faults: Faults::default(),
        });
        let tasks = [
            tokio::spawn(serve(listener, Arc::clone(&server))).abort_handle(),
            tokio::spawn(dispatcher.run()).abort_handle(),
            tokio::spawn(shared.save_changes()).abort_handle(),
        ];
        Ok(Sandbox { server, tasks })
    }
}
