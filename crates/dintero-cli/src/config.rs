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
        let set = [ACCOUNT, CLIENT_ID, CLIENT_SECRET].map(env::var_os);
        let name = options.profile.as_deref().or_else(|| {
            let exists = file.as_deref().is_some_and(Path::exists);
            (exists && set.iter().all(Option::is_none)).then_some("default")
        });
        let (mut values, source) = match (name, file) {
            (Some(name), Some(file)) => {
                let source = format!("profile `{name}` of {}", file.display());
                let usage = |problem| Failure::Usage(format!("{source}: {problem}"));
                (profile(name, &file).map_err(usage)?, source)
            }
            (Some(_), None) => return Err(Failure::Usage("give --config FILE".to_owned())),
            (None, _) => {
                let all = KEYS.iter().filter(|(name, _)| name.starts_with("DINTERO"));
                let set = all.filter_map(|(name, _)| Some((*name, env::var(name).ok()?)));
                (
                    set.filter(|(_, value)| !value.is_empty()).collect(),
                    "the environment".to_owned(),
                )
            }
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

fn profile(name: &str, file: &Path) -> Result<BTreeMap<&'static str, String>, String> {
    check_permissions(file)?;
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    // The whole message of the parser quotes the line, which may hold a secret.
    let profiles = text.parse::<Table>().map_err(|error| {
        let line = text[..error.span().map_or(0, |span| span.start)]
            .matches('\n')
            .count()
            + 1;
        format!("line {line}: {}", error.message())
    })?;
    let names: Vec<_> = profiles.keys().map(String::as_str).collect();
    let found = profiles.get(name).and_then(toml::Value::as_table);
    let found =
        found.ok_or_else(|| format!("there is no profile `{name}`, but {}", names.join(", ")))?;
    let mut values = BTreeMap::new();
    for (key, value) in found {
        let Some((variable, _)) = KEYS.iter().find(|(_, known)| known == key) else {
            let near = nearest(key, KEYS.iter().map(|(_, known)| *known)).unwrap_or("account");
            return Err(format!(
                "`{key}` is no key of a profile; did you mean `{near}`?"
            ));
        };
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let value = if key.ends_with("-command") {
            output_of(&value)?
        } else {
            value
        };
        values.insert(*variable, value);
    }
    Ok(values)
}

#[cfg(unix)]
fn check_permissions(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(file)
        .map_err(|error| error.to_string())?
        .permissions()
        .mode()
        & 0o777;
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(format!(
            "others can read it or write to it (mode {mode:o}): chmod 600 it"
        )),
    }
}

#[cfg(not(unix))]
fn check_permissions(_: &Path) -> Result<(), String> {
    Ok(())
}

/// Runs a command that prints a secret, and returns its first line.
fn output_of(command: &str) -> Result<String, String> {
    let [shell, flag] = if cfg!(windows) {
        ["cmd", "/C"]
    } else {
        ["sh", "-c"]
    };
    let output = Command::new(shell)
        .args([flag, command])
        .stderr(Stdio::inherit())
        .output();
    let output =
        output.map_err(|error| format!("the command of a secret cannot be run: {error}"))?;
    let text = String::from_utf8(output.stdout).unwrap_or_default();
    let line = text
        .lines()
        .next()
        .filter(|line| output.status.success() && !line.is_empty());
    line.map(str::to_owned)
        .ok_or_else(|| "the command of a secret failed or printed nothing".to_owned())
}
