//! Where account and credentials come from: the variables of the library, or a profile in a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use clap::Args;
use dintero::{Builder, Dintero};
use toml::Table;

use crate::body::nearest;
use crate::failure::Failure;

/// The options of every command.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Options of every command")]
#[group(skip)]
pub struct Options {
    /// Take account and credentials from this profile of the configuration file
    #[arg(long, global = true, value_name = "NAME", env = "DINTERO_PROFILE")]
    profile: Option<String>,
    /// The configuration file [default: ~/.config/dintero/config.toml]
    #[arg(long, global = true, value_name = "FILE", env = "DINTERO_CONFIG")]
    config: Option<PathBuf>,
    /// Act for this account: T or P and 8 digits
    #[arg(long, global = true, value_name = "ID")]
    pub account: Option<String>,
    /// Allow a production account (P…), where money moves
    #[arg(long, global = true)]
    production: bool,
    /// Print JSON: one value on a line, for a list one for each element
    #[arg(long, global = true)]
    pub json: bool,
}

pub const ACCOUNT: &str = "DINTERO_ACCOUNT_ID";
pub const CLIENT_ID: &str = "DINTERO_CLIENT_ID";
pub const CLIENT_SECRET: &str = "DINTERO_CLIENT_SECRET";
pub const API_URL: &str = "DINTERO_API_URL";
pub const CHECKOUT_URL: &str = "DINTERO_CHECKOUT_URL";
pub const CALLBACK_SECRET: &str = "DINTERO_CALLBACK_SECRET";
pub const WEBHOOK_SECRET: &str = "DINTERO_WEBHOOK_SECRET";
/// What a client is made of.
pub const OF_CLIENT: [&str; 5] = [ACCOUNT, CLIENT_ID, CLIENT_SECRET, API_URL, CHECKOUT_URL];
const OWNER: &str = "owner";
/// Allows reads of a production account without the option.
const PRODUCTION: &str = "production";

/// The variables, with the keys of a profile. Secrets are never arguments; the command of a key with `-command` prints them.
const KEYS: [(&str, &str); 13] = [
    (ACCOUNT, "account"),
    (OWNER, OWNER),
    (CLIENT_ID, "client-id"),
    (CLIENT_SECRET, "client-secret"),
    (CLIENT_SECRET, "secret-command"),
    (API_URL, "api-url"),
    (CHECKOUT_URL, "checkout-url"),
    (CALLBACK_SECRET, "callback-secret"),
    (CALLBACK_SECRET, "callback-secret-command"),
    (WEBHOOK_SECRET, "webhook-secret"),
    (WEBHOOK_SECRET, "webhook-secret-command"),
    ("DINTERO_ALLOW_HTTP", "allow-http"),
    (PRODUCTION, PRODUCTION),
];

/// The settings of one run.
pub struct Settings {
    /// Values by the names of the variables.
    values: BTreeMap<&'static str, String>,
    /// Where they come from, for messages.
    pub source: String,
    production: bool,
}

impl Settings {
    /// Reads the profile that is named, or else the variables if one of them is set, or else the profile `default` of the file.
    pub fn read(options: &Options) -> Result<Self, Failure> {
        let file = options.config.clone().or_else(default_file);
        let file = file.unwrap_or_default();
        let mut own = [ACCOUNT, CLIENT_ID, CLIENT_SECRET].into_iter();
        let is_set = own.any(|name| env::var_os(name).is_some());
        let default = Some("default").filter(|_| !is_set && file.exists());
        let (mut values, source) = match options.profile.as_deref().or(default) {
            Some(name) => {
                let source = format!("profile `{name}` of {}", file.display());
                let usage = |problem| Failure::Usage(format!("{source}: {problem}"));
                (profile(name, &file).map_err(usage)?, source)
            }
            None => (variables(), "the environment".to_owned()),
        };
        values.extend(options.account.clone().map(|account| (ACCOUNT, account)));
        Ok(Self {
            values,
            source,
            production: options.production,
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Returns a value, or an error that names where it can be set.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        let missing = || format!("{name} is required; {} does not have it", self.source);
        self.get(name).ok_or_else(|| Failure::Usage(missing()))
    }

    /// Starts a client.
    pub fn builder(&self) -> Builder<Dintero> {
        let builder = Dintero::builder()
            .user_agent_suffix(concat!("dintero-cli/", env!("CARGO_PKG_VERSION")))
            .environment_from(|name| self.get(name).map(OsString::from));
        match self.get(OWNER) {
            Some(owner) => builder.owner(owner),
            None => builder,
        }
    }

    /// Builds a client, unless the account is one of production and that is not allowed.
    pub fn client(&self, reads: bool) -> Result<Dintero, Failure> {
        let dintero = self.builder().build()?;
        let may_read = reads && self.get(PRODUCTION) == Some("true");
        if dintero.is_test() || self.production || may_read {
            return Ok(dintero);
        }
        let help = "is a production account, where money moves; add --production to continue";
        Err(Failure::Usage(format!("{} {help}", dintero.account())))
    }
}

fn default_file() -> Option<PathBuf> {
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    let folder = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(home()?).join(".config")))?;
    Some(folder.join("dintero/config.toml"))
}

fn variables() -> BTreeMap<&'static str, String> {
    let names = KEYS.iter().map(|(name, _)| *name);
    let names = names.filter(|name| name.starts_with("DINTERO"));
    let set = names.filter_map(|name| Some((name, env::var(name).ok()?)));
    set.filter(|(_, value)| !value.is_empty()).collect()
}

fn profile(name: &str, file: &Path) -> Result<BTreeMap<&'static str, String>, String> {
    #[cfg(unix)]
    {
        let metadata = fs::metadata(file).map_err(|error| error.to_string())?;
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777;
        if mode & 0o077 != 0 {
            let problem = "others can read it or write to it";
            return Err(format!("{problem} (mode {mode:o}): chmod 600 it"));
        }
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let profiles = text.parse::<Table>().map_err(|error| {
        // The rest of the parser's text quotes the line, which may hold a secret.
        let place = error.to_string().lines().next().map(str::to_owned);
        format!("{}: {}", place.unwrap_or_default(), error.message())
    })?;
    let Some(found) = profiles.get(name).and_then(toml::Value::as_table) else {
        let names: Vec<_> = profiles.keys().map(String::as_str).collect();
        let names = names.join(", ");
        return Err(format!("there is no profile `{name}`, but {names}"));
    };
    let mut values = BTreeMap::new();
    for (key, value) in found {
        let Some((variable, _)) = KEYS.iter().find(|(_, known)| known == key) else {
            let near = nearest(key, KEYS.iter().map(|(_, known)| *known)).unwrap_or("account");
            return Err(format!("`{key}` is no key; did you mean `{near}`?"));
        };
        let text = value.as_str().map(str::to_owned);
        let mut text = text.unwrap_or_else(|| value.to_string());
        if key.ends_with("-command") {
            text = output_of(&text)?;
        }
        values.insert(*variable, text);
    }
    Ok(values)
}

/// Runs a command that prints a secret, and returns its first line.
fn output_of(command: &str) -> Result<String, String> {
    let (shell, flag) = match cfg!(windows) {
        true => ("cmd", "/C"),
        false => ("sh", "-c"),
    };
    let mut shell = Command::new(shell);
    let output = shell.args([flag, command]).stderr(Stdio::inherit());
    let failed = |error| format!("the command of a secret cannot be run: {error}");
    let output = output.output().map_err(failed)?;
    let text = String::from_utf8(output.stdout).unwrap_or_default();
    match text.lines().next() {
        Some(line) if output.status.success() && !line.is_empty() => Ok(line.to_owned()),
        _ => Err("the command of a secret failed or printed nothing".to_owned()),
    }
}
