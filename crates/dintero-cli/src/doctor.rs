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

/// Beyond this, tokens and signatures of callbacks may be refused.
const SKEW: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(15);

/// Check configuration, network and permissions
#[derive(Args)]
pub struct Doctor {
    /// The URL that callbacks are sent to; whether it can be reached is checked from here
    #[arg(long, value_name = "URL", env = "DINTERO_CALLBACK_URL")]
    callback_url: Option<String>,
}

use Line::{Failed, Passed, Skipped};

/// What was found, and what to do about it.
enum Line {
    Passed(String),
    Failed(String, &'static str),
    Skipped(String),
}

/// The lines of the report.
struct Report {
    json: bool,
    failed: usize,
}

impl Report {
    fn add(&mut self, check: &str, line: Line) {
        let (status, message, help) = match line {
            Passed(message) => ("passed", message, ""),
            Failed(message, help) => ("failed", message, help),
            Skipped(message) => ("skipped", message, ""),
        };
        self.failed += usize::from(status == "failed");
        let message = clean(&message);
        let line = match self.json {
            true => json!({"check": check, "status": status, "message": message, "help": help})
                .to_string(),
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
            Err(error) => report.add(
                "configuration",
                Failed(error.to_string(), "Correct it, or set the variables."),
            ),
            Ok(settings) => {
                let dintero = configuration(&settings, &mut report);
                report.add("proxy", proxy());
                for (name, default) in [
                    (config::API_URL, "https://api.dintero.com"),
                    (config::CHECKOUT_URL, "https://checkout.dintero.com"),
                ] {
                    host(settings.get(name).unwrap_or(default), &mut report).await;
                }
                match dintero {
                    Some(dintero) => account(&dintero, &mut report).await,
                    None => report.add(
                        "token",
                        Skipped("the configuration is not complete".to_owned()),
                    ),
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
            return Skipped("give --callback-url to check that it can be reached".to_owned());
        };
        let Ok(url) = Url::parse(url) else {
            return Failed(
                "it is no URL".to_owned(),
                "Give one such as https://shop.example.com/callback.",
            );
        };
        let status = match get(&url).await {
            Ok(response) => response.status(),
            Err(error) => return Failed(cause(&error), "Start the server, and open its firewall."),
        };
        let help = match status.as_u16() {
            200..=299 => {
                "Verify `Dintero-Signature` first: this request had none, and anybody could report payments."
            }
            300..=399 => {
                "Give the URL that it redirects to, since Dintero's signature is for one URL."
            }
            404 | 405 | 500..=599 => "Check the path, and the log of the server.",
            _ => {
                return Passed(format!(
                    "it is reached from here, and refuses what is not signed ({status})"
                ));
            }
        };
        Failed(format!("it responds with {status}"), help)
    }
}

fn configuration(settings: &Settings, report: &mut Report) -> Option<Dintero> {
    report.add(
        "configuration",
        Passed(format!("read from {}", settings.source)),
    );
    let built = settings.builder().build();
    let violations = built.as_ref().err().map(|error| error.violations());
    let mut violations: Vec<_> = violations.into_iter().flat_map(|all| all.iter()).collect();
    let help = "Set it to the value in Dintero's Backoffice.";
    for name in [
        config::ACCOUNT,
        config::CLIENT_ID,
        config::CLIENT_SECRET,
        config::API_URL,
        config::CHECKOUT_URL,
    ] {
        let wrong = violations.iter().position(|one| one.field() == name);
        let wrong = wrong.map(|index| violations.remove(index));
        report.add(
            name,
            match (wrong, settings.get(name)) {
                (Some(wrong), _) => Failed(format!("it {}", wrong.text()), help),
                (None, None) => Skipped("it is not set, and Dintero's is used".to_owned()),
                (None, Some(value)) if name.contains("CLIENT") => {
                    Passed(format!("it is set: {} characters", value.len()))
                }
                (None, Some(value)) if value.starts_with('P') => {
                    Passed(format!("{value}, a PRODUCTION account"))
                }
                (None, Some(value)) => Passed(value.to_owned()),
            },
        );
    }
    for other in violations {
        report.add("configuration", Failed(other.to_string(), "Correct it."));
    }
    built.ok()
}

fn proxy() -> Line {
    let mut names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter();
    let set =
        names.find_map(|name| Some((name, env::var(name).ok().filter(|url| !url.is_empty())?)));
    let Some((name, url)) = set else {
        return Passed("none is set".to_owned());
    };
    // The rest of a proxy's URL may hold a password.
    match Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
    {
        Some(host) => Passed(format!("{name} leads through {host}")),
        None => Failed(
            format!("{name} is no URL"),
            "Set it to one such as http://proxy:3128, or unset it.",
        ),
    }
}

async fn get(url: &Url) -> Result<Response, reqwest::Error> {
    let mut builder = Client::builder()
        .timeout(TIMEOUT)
        .redirect(redirect::Policy::none());
    if url.scheme() == "http" {
        builder = builder.no_proxy();
    }
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
async fn host(url: &str, report: &mut Report) {
    let Some((url, name)) = Url::parse(url)
        .ok()
        .and_then(|url| Some((url.clone(), url.host_str()?.to_owned())))
    else {
        return;
    };
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::net::lookup_host((name.trim_matches(['[', ']']), port)).await;
    report.add(
        "DNS",
        match found {
            Ok(_) => Passed(format!("{name} is known")),
            Err(error) => Failed(
                format!("{name}: {error}"),
                "Check the name server; behind a proxy this may be as it should.",
            ),
        },
    );
    let response = match get(&url).await {
        Ok(response) => response,
        Err(error) => {
            let cause = cause(&error);
            let help = match cause.contains("ertificate") {
                true => {
                    "Install the system's root certificates, check its clock, and whether a proxy opens TLS."
                }
                false => "Check firewall and proxy: port 443 must be open to this host.",
            };
            return report.add("TLS", Failed(format!("{name}: {cause}"), help));
        }
    };
    report.add(
        "TLS",
        match url.scheme() {
            "https" => Passed(format!("the certificate of {name} is trusted")),
            _ => Skipped(format!(
                "{name} is reached without TLS, as only a sandbox may be"
            )),
        },
    );
    let date = response
        .headers()
        .get("date")
        .and_then(|date| date.to_str().ok());
    let now = SystemClock.wall();
    let skew = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let skew = skew.map(|date| {
        now.duration_since(date)
            .unwrap_or_else(|ahead| ahead.duration())
    });
    report.add(
        "clock",
        match skew {
            None => Skipped(format!("{name} does not tell its time")),
            Some(skew) if skew > SKEW => Failed(
                format!("it is {} s off from {name}", skew.as_secs()),
                "Set it by NTP: signatures are valid for minutes.",
            ),
            Some(_) => Passed(format!("it agrees with {name}")),
        },
    );
}

/// The token, its scopes, and a read of each API.
async fn account(dintero: &Dintero, report: &mut Report) {
    let claims = token(dintero, report).await;
    let account = dintero.account();
    report.add(
        "audience",
        match &claims["aud"] {
            Value::Null => Skipped("the token does not tell".to_owned()),
            audience if audience.to_string().contains(account) => {
                Passed(format!("the token is for {account}"))
            }
            _ => Failed(
                format!("the token is not for {account}"),
                "Use the client of this account.",
            ),
        },
    );
    let scopes = ["scope", "scopes", "permissions"]
        .map(|name| claims[name].to_string())
        .concat();
    let scopes: BTreeSet<&str> = scopes
        .split([' ', ',', '"', '[', ']'])
        .filter(|scope| scope.contains(':'))
        .collect();
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
    let token = match call.send::<Value>().await {
        Ok(response) => response.into_inner(),
        Err(error) => {
            let help =
                "Check client id and secret, and that they are of this account and environment.";
            report.add("token", Failed(error.to_string(), help));
            return Value::Null;
        }
    };
    report.add(
        "token",
        match token["expires_in"].as_f64() {
            Some(seconds) if seconds > 0.0 => Passed(format!("issued, and valid for {seconds} s")),
            _ => Failed(
                "it was issued without a time of expiry".to_owned(),
                "Report this to Dintero.",
            ),
        },
    );
    let payload = token["access_token"]
        .as_str()
        .and_then(|token| token.split('.').nth(1));
    let payload = payload.and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    payload
        .and_then(|payload| serde_json::from_slice(&payload).ok())
        .unwrap_or_default()
}

fn permissions(api: &'static Api, scopes: &BTreeSet<&str>) -> Line {
    if scopes.is_empty() {
        return Skipped("the token does not tell; the read shows whether it may read".to_owned());
    }
    let needs = api.operations().map(|operation| operation.row.scopes());
    let needs: Vec<_> = needs.filter(|needs| !needs.is_empty()).collect();
    let lacking = needs
        .iter()
        .filter(|needs| !needs.iter().any(|scope| scopes.contains(scope)));
    let lacking: Vec<_> = lacking.filter_map(|needs| needs.last().copied()).collect();
    let (all, permitted) = (needs.len(), needs.len() - lacking.len());
    let missing: BTreeSet<_> = lacking.into_iter().collect();
    let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
    match permitted {
        0 => Skipped(format!(
            "none of {all} operations is permitted; grant {missing} if you use this API"
        )),
        _ if permitted == all => Passed(format!("all {all} operations are permitted")),
        _ => Passed(format!(
            "{permitted} of {all} operations are permitted; the others need {missing}"
        )),
    }
}

/// Reads the first page of a list that needs no parameter.
async fn read(api: &'static Api, dintero: &Dintero) -> Line {
    let scope = format!("read:{}", api.name);
    let mut lists = api.operations().filter(|list| {
        let is_free = !list
            .parameters()
            .iter()
            .any(|parameter| parameter.is_required());
        list.row.paging().is_some() && is_free && list.row.scopes().contains(&&*scope)
    });
    let Some(list) = lists.next() else {
        return Skipped("there is no list to read".to_owned());
    };
    let (row, has_limit) = (
        list.row,
        list.parameters()
            .iter()
            .any(|one| one.text("name") == "limit"),
    );
    let call = dintero
        .handle()
        .call(row)
        .query("limit", &has_limit.then_some(1_i64));
    match call.send::<Value>().await {
        Ok(_) => Passed(format!("{} was read", row.name())),
        Err(error) if error.is_forbidden() => Skipped(format!(
            "{} is not permitted; grant {scope} if you use this API",
            row.name()
        )),
        Err(error) => Failed(
            error.to_string(),
            "Correct what failed above, or try again.",
        ),
    }
}
