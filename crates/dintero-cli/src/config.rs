//! Where account and credentials come from: the variables of the library, or a profile in a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use clap::Args;
use dintero::{Builder, Dintero};
use serde::Deserialize;

use crate::failure::Failure;

/// The options of every command.
#[derive(Args, Clone, Default)]
pub struct Options {
    /// Take account and credentials from this profile of the configuration file
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "DINTERO_PROFILE",
        help_heading = "Options of every command"
    )]
    pub profile: Option<String>,
    /// The configuration file [default: ~/.config/dintero/config.toml]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DINTERO_CONFIG",
        help_heading = "Options of every command"
    )]
    pub config: Option<PathBuf>,
    /// Act for this account: T or P and 8 digits
    #[arg(
        long,
        global = true,
        value_name = "ID",
        help_heading = "Options of every command"
    )]
    pub account: Option<String>,
    /// Allow a production account (P…), where money moves
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub production: bool,
    /// Print JSON: one value on a line, for a list one for each element
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub json: bool,
}

/// A profile in the file. Secrets are never arguments; a command can print them.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Profile {
    account: Option<String>,
    owner: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    secret_command: Option<String>,
    callback_secret: Option<String>,
    callback_secret_command: Option<String>,
    webhook_secret: Option<String>,
    webhook_secret_command: Option<String>,
    api_url: Option<String>,
    checkout_url: Option<String>,
    /// Allows reads of a production account without `--production`.
    #[serde(default)]
    production: bool,
}

/// The settings of one run.
pub struct Settings {
    /// Values by the names of the variables.
    values: BTreeMap<&'static str, String>,
    owner: Option<String>,
    /// Where they come from, for messages.
    pub source: String,
    production: bool,
    reads_production: bool,
}

pub const ACCOUNT: &str = "DINTERO_ACCOUNT_ID";
pub const CLIENT_ID: &str = "DINTERO_CLIENT_ID";
pub const CLIENT_SECRET: &str = "DINTERO_CLIENT_SECRET";
pub const API_URL: &str = "DINTERO_API_URL";
pub const CHECKOUT_URL: &str = "DINTERO_CHECKOUT_URL";
pub const CALLBACK_SECRET: &str = "DINTERO_CALLBACK_SECRET";
pub const WEBHOOK_SECRET: &str = "DINTERO_WEBHOOK_SECRET";

const NAMES: [&str; 7] = [
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    API_URL,
    CHECKOUT_URL,
    CALLBACK_SECRET,
    WEBHOOK_SECRET,
];

impl Settings {
    /// Reads the profile if one is named, or else the variables if one of them is set, or else the profile `default` of the file.
    pub fn read(options: &Options) -> Result<Self, Failure> {
        let has_variables = [ACCOUNT, CLIENT_ID, CLIENT_SECRET]
            .iter()
            .any(|name| env::var_os(name).is_some());
        let default = default_file();
        let file = options.config.clone().or(default);
        let name = match &options.profile {
            Some(name) => Some(name.as_str()),
            None if has_variables => None,
            None => file
                .as_deref()
                .filter(|file| file.exists())
                .map(|_| "default"),
        };
        let mut settings = match (name, file) {
            (Some(name), Some(file)) => Self::of_profile(name, &file)?,
            (Some(_), None) => {
                return Err(Failure::Usage(
                    "no configuration file: give --config FILE".to_owned(),
                ));
            }
            (None, _) => Self::of_variables(),
        };
        settings.production = options.production;
        if let Some(account) = &options.account {
            settings.values.insert(ACCOUNT, account.clone());
        }
        Ok(settings)
    }

    fn of_variables() -> Self {
        let read = |name: &&'static str| {
            Some((*name, env::var(name).ok()?)).filter(|(_, value)| !value.is_empty())
        };
        Self {
            values: NAMES.iter().filter_map(read).collect(),
            owner: None,
            source: "the environment".to_owned(),
            production: false,
            reads_production: false,
        }
    }

    fn of_profile(name: &str, file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let usage = |problem: String| Failure::Usage(format!("{shown}: {problem}"));
        check_permissions(file).map_err(usage)?;
        let text = fs::read_to_string(file).map_err(|error| usage(error.to_string()))?;
        // The message of the parser quotes the line, which may hold a secret.
        let mut profiles: BTreeMap<String, Profile> = toml::from_str(&text).map_err(|error| {
            let before = &text[..error.span().map_or(0, |span| span.start)];
            let line = before.lines().count().max(1);
            usage(format!("line {line}: {}", error.message()))
        })?;
        let Some(profile) = profiles.remove(name) else {
            let names: Vec<_> = profiles.keys().map(String::as_str).collect();
            return Err(usage(format!(
                "there is no profile `{name}`, but {}",
                names.join(", ")
            )));
        };
        let secret = |value: Option<String>, command: Option<String>| match command {
            Some(command) => output_of(&command).map(Some).map_err(usage),
            None => Ok(value),
        };
        let values = [
            (ACCOUNT, profile.account),
            (CLIENT_ID, profile.client_id),
            (
                CLIENT_SECRET,
                secret(profile.client_secret, profile.secret_command)?,
            ),
            (API_URL, profile.api_url),
            (CHECKOUT_URL, profile.checkout_url),
            (
                CALLBACK_SECRET,
                secret(profile.callback_secret, profile.callback_secret_command)?,
            ),
            (
                WEBHOOK_SECRET,
                secret(profile.webhook_secret, profile.webhook_secret_command)?,
            ),
        ];
        let values = values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        Ok(Self {
            values: values.collect(),
            owner: profile.owner,
            source: format!("profile `{name}` of {shown}"),
            production: false,
            reads_production: profile.production,
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Returns a value, or an error that names where it can be set.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        let missing = || {
            Failure::Usage(format!(
                "{name} is required; {} does not have it",
                self.source
            ))
        };
        self.get(name).ok_or_else(missing)
    }

    /// Starts a client.
    pub fn builder(&self) -> Builder<Dintero> {
        let mut builder = Dintero::builder()
            .user_agent_suffix(concat!("dintero-cli/", env!("CARGO_PKG_VERSION")))
            .environment_from(|name| self.get(name).map(OsString::from));
        if let Some(owner) = &self.owner {
            builder = builder.owner(owner);
        }
        builder
    }

    /// Builds a client, unless the account is one of production and that is not allowed.
    pub fn client(&self, reads: bool) -> Result<Dintero, Failure> {
        let dintero = self.builder().build()?;
        if dintero.is_test() || self.production || (reads && self.reads_production) {
            return Ok(dintero);
        }
        let account = dintero.account();
        Err(Failure::Usage(format!(
            "{account} is a production account, where money moves; nothing was sent. Add --production to continue"
        )))
    }
}

fn default_file() -> Option<PathBuf> {
    let folder = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"));
    let folder = folder.or_else(|| Some(PathBuf::from(home()?).join(".config")))?;
    Some(folder.join("dintero/config.toml"))
}

#[cfg(unix)]
fn check_permissions(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(file)
        .map_err(|error| error.to_string())?
        .permissions()
        .mode();
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(format!(
            "others can read it or write to it (mode {:o}): chmod 600 it",
            mode & 0o777
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
    match text
        .lines()
        .next()
        .filter(|line| output.status.success() && !line.is_empty())
    {
        Some(line) => Ok(line.to_owned()),
        None => Err("the command of a secret failed or printed nothing".to_owned()),
    }
}
