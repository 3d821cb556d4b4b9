//! A JSON call through our client beside the same call with reqwest alone, over loopback and HTTP/2.
//!
//! `cargo bench -p dintero-benches --bench calls`, with `-- --memory-calls 1000000` to look longer for memory that grows.
//!
//! Client and server have a thread each. The two clients take turns in short rounds, so that whatever else the machine does
//! meets both; the ratio is the median of the ratios of neighbouring rounds.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that prints"
)]
#![allow(clippy::disallowed_methods, reason = "it measures time")]

mod server;

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use allocation_counter::{AllocationInfo, measure};
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use dintero_core::{Auth, Evidence, Handle, Operation, OperationFacts, RetryClass, Server as Host};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

const TOKEN: &str =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.a-token-of-a-common-length.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
const ID: &str = "T12345678.465UfBENeLpkBvwmqfTC4k";

static CAPTURE: Operation = Operation::new(OperationFacts {
    api: "checkout",
    id: "transactions_id_capture_post",
    name: "capture_transaction",
    method: http::Method::POST,
    path: "/transactions/{id}/capture",
    server: Host::Checkout,
    base: "/v1",
    account: None,
    scopes: &["write:checkout"],
    retry_class: RetryClass::NonIdempotent,
    read_back: Some("get_transaction"),
    paging: None,
    auth: Auth::Bearer,
    content_type: "application/json",
    accept: "application/json",
    statuses: &[200],
    evidence: Evidence::Seen,
    deprecated: false,
    confirm: None,
});

#[derive(Serialize)]
struct Capture<'a> {
    amount: i64,
    capture_reference: &'a str,
}

const BODY: Capture<'static> = Capture {
    amount: 10_000,
    capture_reference: "parcel-1",
};

#[derive(Deserialize)]
struct Transaction {
    id: String,
    #[serde(rename = "status")]
    _status: String,
    #[serde(rename = "events")]
    _events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "amount")]
    _amount: i64,
}

/// A way to make the call.
trait Client: Clone + 'static {
    fn capture(&self) -> impl Future<Output = Transaction>;
}

#[derive(Clone)]
struct Plain {
    http: reqwest::Client,
    base: Rc<str>,
}

impl Client for Plain {
    async fn capture(&self) -> Transaction {
        let call = self
            .http
            .post(format!("{}/v1/transactions/{ID}/capture", self.base))
            .bearer_auth(TOKEN)
            .header("accept", "application/json")
            .timeout(Duration::from_secs(30))
            .json(&BODY);
        let response = call.send().await.unwrap().error_for_status().unwrap();
        response.json().await.unwrap()
    }
}

#[derive(Clone)]
struct Ours(Handle);

impl Client for Ours {
    async fn capture(&self) -> Transaction {
        let call = self.0.call(&CAPTURE).path("id", &ID).json_unchecked(&BODY);
        call.send::<Transaction>().await.unwrap().into_inner()
    }
}

/// Makes this many calls with this many under way at a time; calls per second.
async fn round<C: Client>(
    client: &C,
    calls: usize,
    at_once: usize,
    times: &mut Histogram<u64>,
) -> f64 {
    let start = Instant::now();
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let client = client.clone();
            tokio::task::spawn_local(async move {
                let mut took = Vec::with_capacity(calls / at_once);
                for _ in 0..calls / at_once {
                    let start = Instant::now();
                    assert_eq!(client.capture().await.id, ID);
                    took.push(start.elapsed());
                }
                took
            })
        })
        .collect();
    for worker in workers {
        for took in worker.await.unwrap() {
            times
                .record(u64::try_from(took.as_nanos()).unwrap())
                .unwrap();
        }
    }
    calls as f64 / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn speed(plain: &Plain, ours: &Ours, at_once: usize, rounds: usize) -> [String; 8] {
    let calls = if at_once == 1 { 1_000 } else { 4_096 };
    let mut times = [(); 2].map(|()| Histogram::new(3).unwrap());
    let (mut speeds, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for number in 0..=rounds {
        let [base, own] = &mut times;
        // Who comes first changes too.
        let (a, b) = if number % 2 == 0 {
            let a = round(plain, calls, at_once, base).await;
            (a, round(ours, calls, at_once, own).await)
        } else {
            let b = round(ours, calls, at_once, own).await;
            (round(plain, calls, at_once, base).await, b)
        };
        if number == 0 {
            times.iter_mut().for_each(Histogram::reset);
            continue;
        }
        speeds[0].push(a);
        speeds[1].push(b);
        ratios.push(b / a);
    }
    let [base, own] = speeds.map(median);
    let time = |who: usize, percent| {
        let nanos = times[who].value_at_percentile(percent);
        format!("{:.1}", nanos as f64 / 1000.0)
    };
    [
        at_once.to_string(),
        format!("{base:.0}"),
        format!("{own:.0}"),
        format!("{:.2}", median(ratios)),
        time(0, 50.0),
        time(1, 50.0),
        time(0, 99.0),
        time(1, 99.0),
    ]
}

fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.add_rows(rows);
    println!("{table}\n");
}

fn number(name: &str, default: usize) -> usize {
    let mut arguments = std::env::args()
        .skip_while(|argument| argument != name)
        .skip(1);
    arguments
        .next()
        .map_or(default, |text| text.parse().unwrap())
}

/// One call after the other, on this thread.
async fn many<C: Client>(client: C, calls: usize) {
    for _ in 0..calls {
        assert_eq!(client.capture().await.id, ID);
    }
}

fn row(name: &str, info: AllocationInfo, calls: usize) -> [String; 5] {
    [
        name.to_owned(),
        format!("{:.1}", info.count_total as f64 / calls as f64),
        format!("{:.0}", info.bytes_total as f64 / calls as f64),
        info.count_current.to_string(),
        info.bytes_current.to_string(),
    ]
}

fn main() {
    let base = server::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    // First, since it installs the provider of TLS.
    let handle = Handle::builder()
        .account("T12345678")
        .bearer_token(TOKEN)
        .api_url(&base)
        .checkout_url(&base)
        .http_client(reqwest::ClientBuilder::http2_prior_knowledge)
        .build();
    let ours = Ours(handle.unwrap());
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent("dintero-benches")
        .no_proxy()
        .http2_prior_knowledge()
        .build();
    let plain = Plain {
        http: http.unwrap(),
        base: base.as_str().into(),
    };

    let rounds = number("--rounds", 30);
    let rows =
        [1, 16, 256].map(|at_once| local.block_on(&runtime, speed(&plain, &ours, at_once, rounds)));
    println!("Calls per second, and microseconds a call takes\n");
    table(
        [
            "at once",
            "reqwest /s",
            "ours /s",
            "ratio",
            "reqwest p50",
            "ours p50",
            "reqwest p99",
            "ours p99",
        ],
        rows.clone(),
    );

    let memory = number("--memory-calls", 100_000);
    // The first calls fill buffers that stay.
    local.block_on(&runtime, many(plain.clone(), 1_000));
    local.block_on(&runtime, many(ours.clone(), 1_000));
    let of_plain = measure(|| local.block_on(&runtime, many(plain.clone(), memory)));
    let of_ours = measure(|| local.block_on(&runtime, many(ours.clone(), memory)));
    println!("Allocations in {memory} calls\n");
    table(
        [
            "",
            "a call",
            "bytes a call",
            "left at the end",
            "bytes left",
        ],
        [
            row("reqwest", of_plain, memory),
            row("ours", of_ours, memory),
        ],
    );
    // For `cargo xtask bench`.
    let baseline = "plain reqwest";
    for [at_once, _, _, ratio, _, _, base, own] in rows {
        println!("ratio: {ratio}: calls per second, {at_once} at once: {baseline}");
        let [own, base] = [own, base].map(|time| time.parse::<f64>().unwrap());
        println!(
            "ratio: {:.2}: p99 of a call, {at_once} at once: {baseline}",
            own / base
        );
    }
    let ratio = of_ours.count_total as f64 / of_plain.count_total as f64;
    println!("ratio: {ratio:.2}: allocations a call: {baseline}");
}
