//! `dintero doctor`: whether configuration, network and permissions are right, and what to do if they are not.

use std::collections::BTreeSet;
use std::env;
use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use dintero::{Clock as _, Dintero, SystemClock};
use reqwest::{Client, Response, Url, redirect};
use serde_json::{Value, json};

use crate::config::{self, Options, Settings};
use crate::documents::{APIS, Api};
use crate::failure::Failure;
use crate::print::{clean, put};

/// Beyond this, signatures of callbacks and tokens may be refused; Dintero recommends a tolerance of 5 minutes.
const SKEW: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(15);

/// Check configuration, network and permissions
#[derive(Args)]
pub struct Doctor {
    /// The URL that Dintero's callbacks are sent to; whether it can be reached is checked from here
    #[arg(long, value_name = "URL", env = "DINTERO_CALLBACK_URL")]
    callback_url: Option<String>,
}

/// The lines of the report.
struct Report {
    json: bool,
    failed: usize,
}

enum Status {
    Passed,
    Failed,
    Skipped,
}

impl Report {
    fn add(
        &mut self,
        check: &str,
        status: Status,
        message: &str,
        help: &str,
    ) -> Result<(), Failure> {
        let word = match status {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::Skipped => "skipped",
        };
        self.failed += usize::from(matches!(status, Status::Failed));
        let message = clean(message);
        if self.json {
            let line = json!({"check": check, "status": word, "message": message, "help": help});
            return Ok(put(&format!("{line}\n"))?);
        }
        let help = if help.is_empty() {
            String::new()
        } else {
            format!(" {help}")
        };
        Ok(put(&format!("{word:7}  {check:22}  {message}{help}\n"))?)
    }

    fn pass(&mut self, check: &str, message: &str) -> Result<(), Failure> {
        self.add(check, Status::Passed, message, "")
    }

    fn fail(&mut self, check: &str, message: &str, help: &str) -> Result<(), Failure> {
        self.add(check, Status::Failed, message, help)
    }

    fn skip(&mut self, check: &str, message: &str, help: &str) -> Result<(), Failure> {
        self.add(check, Status::Skipped, message, help)
    }
}

impl Doctor {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let mut report = Report {
            json: options.json,
            failed: 0,
        };
        let report = &mut report;
        match Settings::read(options) {
            Err(error) => report.fail(
                "configuration",
                &format!("{error}."),
                "Correct it, or set the variables.",
            )?,
            Ok(settings) => {
                let dintero = configuration(&settings, report)?;
                proxy(report)?;
                for (name, default) in [
                    (config::API_URL, "https://api.dintero.com"),
                    (config::CHECKOUT_URL, "https://checkout.dintero.com"),
                ] {
                    host(settings.get(name).unwrap_or(default), report).await?;
                }
                match dintero {
                    Some(dintero) => account(&dintero, report).await?,
                    None => report.skip(
                        "token",
                        "No token was requested.",
                        "Correct the configuration first.",
                    )?,
                }
            }
        }
        self.callback(report).await?;
        match report.failed {
            0 => Ok(()),
            failed => Err(Failure::Refused(format!("{failed} checks failed"))),
        }
    }

    async fn callback(&self, report: &mut Report) -> Result<(), Failure> {
        const CHECK: &str = "callback URL";
        let Some(url) = &self.callback_url else {
            return report.skip(
                CHECK,
                "No URL was given.",
                "Give --callback-url to check that it can be reached.",
            );
        };
        let Some(url) = Url::parse(url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
        else {
            return report.fail(
                CHECK,
                "It is no http or https URL.",
                "Give a URL such as https://shop.example.com/callback.",
            );
        };
        let response = match get(&url).await {
            Ok(response) => response,
            Err(error) => {
                return report.fail(
                    CHECK,
                    &format!("It cannot be reached: {}.", cause(&error)),
                    "Start the server, and open its firewall.",
                );
            }
        };
        let status = response.status();
        match status.as_u16() {
            200..=299 => report.fail(CHECK, &format!("It responds with {status} to a request without a signature."), "Verify `Dintero-Signature` before anything else, or anybody can report payments."),
            404 | 405 | 500..=599 => report.fail(CHECK, &format!("It responds with {status}."), "Check the path, and the log of the server."),
            300..=399 => report.fail(CHECK, &format!("It redirects ({status}), which loses the callback's signature."), "Give the URL that it redirects to."),
            _ => report.pass(CHECK, &format!("It can be reached from here, and refuses a request without a signature ({status}).")),
        }
    }
}

fn configuration(settings: &Settings, report: &mut Report) -> Result<Option<Dintero>, Failure> {
    report.pass("configuration", &format!("Read from {}.", settings.source))?;
    let built = settings.builder().build();
    let violations = built.as_ref().err().map(|error| error.violations());
    for name in [
        config::ACCOUNT,
        config::CLIENT_ID,
        config::CLIENT_SECRET,
        config::API_URL,
        config::CHECKOUT_URL,
    ] {
        let violation = violations.and_then(|all| all.iter().find(|one| one.field() == name));
        match (violation, settings.get(name)) {
            (Some(violation), _) => report.fail(
                name,
                &format!("It {}.", violation.text()),
                "Set it to the value in Dintero's Backoffice.",
            )?,
            (None, Some(account)) if name == config::ACCOUNT => {
                let kind = if account.starts_with('T') {
                    "a test account"
                } else {
                    "a PRODUCTION account"
                };
                report.pass(name, &format!("{account}, {kind}."))?;
            }
            (None, Some(url)) if name.ends_with("_URL") => report.pass(name, &format!("{url}."))?,
            (None, Some(_)) => report.pass(name, "It is set and well-formed.")?,
            (None, None) => report.skip(name, "It is not set.", "The host of Dintero is used.")?,
        }
    }
    let named = |field: &str| field.starts_with("DINTERO_");
    for other in violations
        .into_iter()
        .flat_map(|all| all.iter())
        .filter(|one| !named(one.field()))
    {
        report.fail(
            "configuration",
            &format!("{} {}.", other.field(), other.text()),
            "Correct it.",
        )?;
    }
    Ok(built.ok())
}

fn proxy(report: &mut Report) -> Result<(), Failure> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let set = names
        .iter()
        .find_map(|name| Some((name, env::var(name).ok().filter(|url| !url.is_empty())?)));
    let Some((name, url)) = set else {
        return report.pass("proxy", "None is set.");
    };
    // A proxy's URL may hold a password.
    let host = Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    match host {
        Some(host) => report.pass("proxy", &format!("{name} leads through {host}.")),
        None => report.fail(
            "proxy",
            &format!("{name} is no URL."),
            "Set it to a URL such as http://proxy:3128, or unset it.",
        ),
    }
}

async fn get(url: &Url) -> Result<Response, reqwest::Error> {
    let builder = Client::builder()
        .timeout(TIMEOUT)
        .redirect(redirect::Policy::none());
    let builder = match url.scheme() {
        "http" => builder.no_proxy(),
        _ => builder,
    };
    builder.build()?.get(url.clone()).send().await
}

/// Returns the innermost error, which tells the most.
fn cause(error: &reqwest::Error) -> String {
    let chain = std::iter::successors(error.source(), |error| (*error).source());
    chain
        .last()
        .map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}

/// Name, connection, certificate and clock of a host.
async fn host(url: &str, report: &mut Report) -> Result<(), Failure> {
    let Ok(url) = Url::parse(url) else {
        return Ok(());
    };
    let name = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    match tokio::net::lookup_host((name.trim_matches(['[', ']']), port)).await {
        Ok(addresses) => report.pass(
            "DNS",
            &format!("{name} has {} addresses.", addresses.count()),
        )?,
        Err(error) => report.fail(
            "DNS",
            &format!("{name} has no address: {error}."),
            "Check the network and its name server; behind a proxy this may be as it should.",
        )?,
    }
    let response = match get(&url).await {
        Ok(response) => response,
        Err(error) => {
            let cause = cause(&error);
            let help = match cause.contains("ertificate") {
                true => {
                    "Install the root certificates of the system, check its clock, and whether a proxy opens TLS."
                }
                false => "Check firewall and proxy: port 443 must be open to this host.",
            };
            return report.fail(
                "TLS",
                &format!("{name} cannot be connected to: {cause}."),
                help,
            );
        }
    };
    match url.scheme() {
        "https" => report.pass("TLS", &format!("The certificate of {name} is trusted."))?,
        _ => report.skip(
            "TLS",
            &format!("{name} is reached without TLS."),
            "Only a sandbox on this machine can be.",
        )?,
    }
    let date = response
        .headers()
        .get("date")
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let Some(date) = date else {
        return report.skip("clock", &format!("{name} does not tell its time."), "");
    };
    let now = SystemClock.wall();
    let skew = now
        .duration_since(date)
        .or_else(|_| date.duration_since(now))
        .unwrap_or_default();
    match skew > SKEW {
        true => report.fail(
            "clock",
            &format!("It is {} s off from {name}.", skew.as_secs()),
            "Set the clock by NTP: signatures of callbacks are valid for minutes.",
        ),
        false => report.pass("clock", &format!("It agrees with {name}.")),
    }
}

/// The token, its scopes, and a read of each API.
async fn account(dintero: &Dintero, report: &mut Report) -> Result<(), Failure> {
    let scopes = token(dintero, report).await?;
    for api in &APIS {
        permissions(api, scopes.as_ref(), report)?;
        read(api, dintero, report).await?;
    }
    Ok(())
}

/// Requests a token. Returns its scopes, if it names them.
async fn token(
    dintero: &Dintero,
    report: &mut Report,
) -> Result<Option<BTreeSet<String>>, Failure> {
    let Some((row, _)) = APIS[0].operation("create_access_token") else {
        return Ok(None);
    };
    let account = dintero.account();
    let audience = format!("https://api.dintero.com/v1/accounts/{account}");
    let body = json!({"grant_type": "client_credentials", "audience": audience});
    let token = match dintero
        .handle()
        .call(row)
        .json_unchecked(&body)
        .send::<Value>()
        .await
    {
        Ok(response) => response.into_inner(),
        Err(error) => {
            let help =
                "Check client id and secret, and that they are of this account and environment.";
            report.fail("token", &error.to_string(), help)?;
            return Ok(None);
        }
    };
    let seconds = token["expires_in"].as_f64().unwrap_or_default();
    match seconds > 0.0 {
        true => report.pass(
            "token",
            &format!("One was issued for {account}, valid for {seconds} s."),
        )?,
        false => report.fail(
            "token",
            "It was issued without a time of expiry.",
            "Report this to Dintero.",
        )?,
    }
    let payload = token["access_token"]
        .as_str()
        .and_then(|token| token.split('.').nth(1));
    let claims = payload.and_then(|payload| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    });
    let Some(claims) = claims else {
        report.skip("audience", "The token does not name its account.", "")?;
        return Ok(None);
    };
    let names_account = claims["aud"].to_string().contains(account);
    match names_account {
        true => report.pass("audience", &format!("The token is for {account}."))?,
        false => report.fail(
            "audience",
            &format!("The token is not for {account}."),
            "Use the client of this account.",
        )?,
    }
    let texts = |value: &Value| match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        other => other
            .as_str()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>(),
    };
    let found = ["scope", "scopes", "permissions"]
        .iter()
        .map(|name| texts(&claims[*name]))
        .find(|scopes| !scopes.is_empty());
    Ok(found)
}

fn permissions(
    api: &'static Api,
    scopes: Option<&BTreeSet<String>>,
    report: &mut Report,
) -> Result<(), Failure> {
    let check = format!("{} scopes", api.name);
    let Some(scopes) = scopes else {
        return report.skip(
            &check,
            "The token does not name its scopes.",
            "The read shows whether it may be read.",
        );
    };
    let needs: Vec<_> = api
        .operations()
        .filter(|(row, _)| !row.scopes().is_empty())
        .collect();
    let lacking = needs
        .iter()
        .filter(|(row, _)| !row.scopes().iter().any(|scope| scopes.contains(*scope)));
    let missing: BTreeSet<&str> = lacking
        .clone()
        .filter_map(|(row, _)| row.scopes().last().copied())
        .collect();
    let (all, count) = (needs.len(), lacking.count());
    match count {
        0 => report.pass(&check, &format!("All {all} operations are permitted.")),
        count if count == all => {
            let names = missing.into_iter().collect::<Vec<_>>().join(", ");
            report.skip(
                &check,
                "No operation is permitted.",
                &format!("If you use this API, grant {names} to the client."),
            )
        }
        count => {
            let names = missing.into_iter().collect::<Vec<_>>().join(", ");
            report.pass(
                &check,
                &format!(
                    "{} of {all} operations are permitted; the others need {names}.",
                    all - count
                ),
            )
        }
    }
}

/// Reads the first page of a list that needs no parameter.
async fn read(api: &'static Api, dintero: &Dintero, report: &mut Report) -> Result<(), Failure> {
    let check = format!("{} read", api.name);
    let scope = format!("read:{}", api.name);
    let mut lists = api.operations().filter(|(row, described)| {
        let free = described
            .parameters
            .iter()
            .all(|parameter| !parameter.required);
        row.paging().is_some() && free && row.scopes().contains(&scope.as_str())
    });
    let Some((row, described)) = lists.next() else {
        return report.skip(&check, "There is no list to read.", "");
    };
    let has_limit = described
        .parameters
        .iter()
        .any(|parameter| parameter.name == "limit");
    let call = dintero
        .handle()
        .call(row)
        .query("limit", &has_limit.then_some(1_i64));
    match call.send::<Value>().await {
        Ok(_) => report.pass(&check, &format!("{} was read.", row.name())),
        Err(error) if error.is_forbidden() => report.skip(
            &check,
            &format!("{} is not permitted.", row.name()),
            &format!("If you use this API, grant {scope} to the client."),
        ),
        Err(error) => report.fail(&check, &error.to_string(), ""),
    }
}
