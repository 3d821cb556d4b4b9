//! `dintero doctor`: whether configuration, network and permissions are right, and what to do if they are not.

use std::collections::BTreeSet;
use std::env;
use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use dintero::{Clock as _, Dintero, Response, SystemClock, Violation};
use reqwest::{Client, Url, redirect};
use serde_json::{Value, json};

use crate::config::{self, Options, Settings};
use crate::documents::{APIS, Api};
use crate::failure::Failure;
use crate::print::{clean, put};
use crate::schema::Schema;

/// Beyond these seconds, tokens and signatures of callbacks may be refused.
const SKEW: u64 = 60;
const TIMEOUT: Duration = Duration::from_secs(15);

/// Check configuration, network and permissions
#[derive(Args)]
pub struct Doctor {
    /// The URL that callbacks are sent to; whether it can be reached is checked from here
    #[arg(long, value_name = "URL", env = "DINTERO_CALLBACK_URL")]
    callback_url: Option<Url>,
}

const UNKNOWN_HOST: &str = "Check the name server; behind a proxy this may be as it should.";
const DISTRUSTED: &str = "Check root certificates, clock, and whether a proxy opens TLS.";
const UNREACHED: &str = "Check firewall and proxy: port 443 must be open to this host.";
const REFUSED: &str =
    "Check client id and secret, and that they are of this account and environment.";

/// Status, what was found, and what to do about it.
type Line = (&'static str, String, &'static str);

fn pass(message: impl Into<String>) -> Line {
    ("passed", message.into(), "")
}

fn skip(reason: impl Into<String>) -> Line {
    ("skipped", reason.into(), "")
}

fn fail(message: impl ToString, help: &'static str) -> Line {
    ("failed", message.to_string(), help)
}

/// The lines of the report.
struct Report {
    json: bool,
    failed: usize,
}

impl Report {
    fn add(&mut self, check: &str, (status, message, help): Line) {
        self.failed += usize::from(status == "failed");
        let message = clean(&message);
        let fields = json!({"check": check, "status": status, "message": message, "help": help});
        let line = match self.json {
            true => fields.to_string(),
            false => format!("{status:7}  {check:22}  {message}. {help}"),
        };
        // The checks go on even if nobody reads.
        let _ = put(&format!("{}\n", line.trim_end()));
    }
}

impl Doctor {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let mut report = Report {
            json: options.json,
            failed: 0,
        };
        match Settings::read(options) {
            Err(error) => report.add("configuration", fail(error.parts().1, "Correct it.")),
            Ok(settings) => {
                let dintero = configuration(&settings, &mut report);
                report.add("proxy", proxy());
                let hosts = [(config::API_URL, "api"), (config::CHECKOUT_URL, "checkout")];
                for (name, host) in hosts {
                    let default = format!("https://{host}.dintero.com");
                    self::host(settings.get(name).unwrap_or(&default), &mut report).await;
                }
                match dintero {
                    Some(dintero) => account(&dintero, &mut report).await,
                    None => report.add("token", skip("the configuration is not complete")),
                }
            }
        }
        report.add("callback URL", self.callback().await);
        match report.failed {
            0 => Ok(()),
            failed => Err(Failure::Refused(format!("{failed} checks failed"))),
        }
    }

    async fn callback(&self) -> Line {
        let Some(url) = &self.callback_url else {
            return skip("give --callback-url to check that it can be reached");
        };
        let status = match get(url).await {
            Ok(response) => response.status(),
            Err(error) => return fail(cause(&error), "Start the server, and open its firewall."),
        };
        let help = match status.as_u16() {
            200..=299 => "Verify `Dintero-Signature`: without, anybody can report payments.",
            300..=399 => "Give the URL that it redirects to: the signature is for one URL.",
            404 | 405 | 500..=599 => "Check the path, and the log of the server.",
            _ => return pass(format!("it refuses what is not signed ({status})")),
        };
        let message = format!("it responds with {status} to a request without a signature");
        fail(message, help)
    }
}

fn configuration(settings: &Settings, report: &mut Report) -> Option<Dintero> {
    let source = format!("read from {}", settings.source);
    report.add("configuration", pass(source));
    let built = settings.builder().build();
    let violations = built.as_ref().err().map(|error| error.violations().iter());
    let violations: Vec<_> = violations.into_iter().flatten().collect();
    for name in config::OF_CLIENT {
        let wrong = violations.iter().find(|one| one.field == name);
        let line = match (wrong, settings.get(name)) {
            (Some(wrong), _) => fail(wrong, "Set it to the value in Dintero's Backoffice."),
            (_, None) => skip("it is not set, and Dintero's is used"),
            (_, Some(_)) if name.contains("CLIENT") => pass("it is set and well-formed"),
            (_, Some(value)) if value.starts_with('P') => pass(format!("{value}, PRODUCTION")),
            (_, Some(value)) => pass(value),
        };
        report.add(name, line);
    }
    let is_other = |one: &&Violation| !config::OF_CLIENT.contains(&&*one.field);
    for other in violations.into_iter().filter(is_other) {
        report.add("configuration", fail(other, "Correct it."));
    }
    built.ok()
}

fn proxy() -> Line {
    let mut names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter();
    let Some(set) = names.find_map(|name| env::var(name).ok().filter(|url| !url.is_empty())) else {
        return pass("none is set");
    };
    // The rest of a proxy's URL may hold a password.
    match Url::parse(&set).ok().as_ref().and_then(Url::host_str) {
        Some(host) => pass(format!("requests go through {host}")),
        None => fail("it is no URL", "Set one such as http://proxy:3128."),
    }
}

async fn get(url: &Url) -> reqwest::Result<reqwest::Response> {
    let mut builder = Client::builder().redirect(redirect::Policy::none());
    if url.scheme() == "http" {
        builder = builder.no_proxy();
    }
    let client = builder.timeout(TIMEOUT).build()?;
    client.get(url.clone()).send().await
}

/// Returns the innermost error, which tells the most.
fn cause(error: &reqwest::Error) -> String {
    let chain = std::iter::successors(error.source(), |error| (*error).source());
    let last = chain.last().map(ToString::to_string);
    last.unwrap_or_else(|| "the request failed".to_owned())
}

/// Name, connection, certificate and clock of a host.
async fn host(url: &str, report: &mut Report) {
    let Ok(url) = Url::parse(url) else {
        return;
    };
    let name = url.host_str().unwrap_or_default();
    let found = match url.socket_addrs(|| None) {
        Ok(_) => pass(format!("{name} is known")),
        Err(error) => fail(error, UNKNOWN_HOST),
    };
    report.add("DNS", found);
    let response = get(&url).await.map_err(|error| cause(&error));
    let reached = match &response {
        Ok(_) if url.scheme() == "https" => pass(format!("the certificate of {name} is trusted")),
        Ok(_) => skip(format!("{name} has no TLS, as only a sandbox may")),
        Err(cause) if cause.contains("ertificate") => fail(format!("{name}: {cause}"), DISTRUSTED),
        Err(cause) => fail(format!("{name}: {cause}"), UNREACHED),
    };
    report.add("TLS", reached);
    let date = response.ok().and_then(|response| {
        let date = response.headers().get("date")?.to_str().ok()?;
        httpdate::parse_http_date(date).ok()
    });
    let skew = date.map(|date| {
        let ahead = SystemClock.wall().duration_since(date);
        let skew = ahead.unwrap_or_else(|behind| behind.duration());
        skew.as_secs()
    });
    let clock = match skew {
        None => skip(format!("{name} does not tell its time")),
        Some(off) if off <= SKEW => pass(format!("it agrees with {name}")),
        Some(off) => fail(format!("{off} s off from {name}"), "Set it by NTP."),
    };
    report.add("clock", clock);
}

/// The token, its scopes, and a read of each API.
async fn account(dintero: &Dintero, report: &mut Report) {
    let claims = token(dintero, report).await;
    let line = match &claims["aud"] {
        Value::Null => skip("the token does not tell"),
        audience if audience.to_string().contains(dintero.account()) => pass("it is the account"),
        _ => fail("it is another account", "Use the client of this account."),
    };
    report.add("audience", line);
    let scopes = ["scope", "scopes", "permissions"].map(|name| claims[name].to_string());
    let scopes = scopes
        .iter()
        .flat_map(|all| all.split([' ', ',', '"', '[', ']']));
    let scopes: BTreeSet<&str> = scopes.filter(|scope| scope.contains(':')).collect();
    for api in &APIS {
        report.add(&format!("{} scopes", api.name), permissions(api, &scopes));
        report.add(&format!("{} read", api.name), read(api, dintero).await);
    }
}

/// Requests a token. Returns what it says, if that can be read.
async fn token(dintero: &Dintero, report: &mut Report) -> Value {
    let Some(operation) = APIS[0].operation("create_access_token") else {
        return Value::Null;
    };
    let audience = format!("https://api.dintero.com/v1/accounts/{}", dintero.account());
    let body = json!({"grant_type": "client_credentials", "audience": audience});
    let call = dintero.handle().call(operation.row).json_unchecked(&body);
    let token = call.send::<Value>().await.map(Response::into_inner);
    let line = match &token {
        Err(error) => fail(error, REFUSED),
        Ok(token) => match token["expires_in"].as_f64() {
            Some(seconds) if seconds > 0.0 => pass(format!("issued, and valid for {seconds} s")),
            _ => fail("it has no time of expiry", "Report this to Dintero."),
        },
    };
    report.add("token", line);
    let claims = token.ok().and_then(|token| {
        let payload = token["access_token"].as_str()?.split('.').nth(1)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    });
    claims.unwrap_or_default()
}

fn permissions(api: &'static Api, scopes: &BTreeSet<&str>) -> Line {
    if scopes.is_empty() {
        return skip("the token does not tell; see whether it may read");
    }
    let needs = api.operations().map(|one| one.row.scopes());
    let (permitted, lacking): (Vec<_>, Vec<_>) = needs
        .filter(|needs| !needs.is_empty())
        .partition(|needs| needs.iter().any(|scope| scopes.contains(scope)));
    let missing: BTreeSet<_> = lacking.iter().filter_map(|needs| needs.last()).collect();
    let missing = missing.into_iter().copied().collect::<Vec<_>>().join(", ");
    match (permitted.len(), lacking.len()) {
        (all, 0) => pass(format!("all {all} operations are permitted")),
        (0, _) => skip(format!("nothing is permitted; to use it, grant {missing}")),
        (some, others) => pass(format!("{some} are permitted, {others} need {missing}")),
    }
}

/// Reads the first page of a list that needs no parameter.
async fn read(api: &'static Api, dintero: &Dintero) -> Line {
    let scope = format!("read:{}", api.name);
    let mut lists = api.operations().filter(|list| {
        let is_free = !list.parameters().iter().any(Schema::is_required);
        is_free && list.row.paging().is_some() && list.row.scopes().contains(&&*scope)
    });
    let Some(list) = lists.next() else {
        return skip("there is no list to read");
    };
    let call = dintero.handle().call(list.row).query("limit", &1_i64);
    match call.send::<Value>().await {
        Ok(_) => pass(format!("{} was read", list.row.name())),
        Err(error) if error.is_forbidden() => skip(format!("to use this API, grant {scope}")),
        Err(error) => fail(error, "Correct what failed above, or try again."),
    }
}
