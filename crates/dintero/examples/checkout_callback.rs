//! A shop with a server: the payer pays, Dintero calls back, the order moves on once.
//!
//! Runs in a sandbox, where it sends the callback itself. Or in Dintero's test environment, with DINTERO_ACCOUNT_ID,
//! DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET set; then also SHOP_SIGNATURE_SECRET, the secret that signs your callbacks, and
//! SHOP_URL, the https address that leads to port 8080 of this machine.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use common::{Result, connect, exit, fresh, nok, pay, session};
use dintero::callback::{Reply, SessionCallback, Signer, Verifier};
use dintero::state::StatusRules;
use dintero::{Clock, Dintero, SystemClock, http};
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[derive(Clone, FromRef)]
struct Shop {
    verifier: Verifier,
    dintero: Dintero,
    /// Each order, and whether it is paid.
    orders: Arc<Mutex<BTreeMap<String, bool>>>,
    paid: Arc<Notify>,
}

/// Only what Dintero signed comes here. What to answer, and when Dintero calls again, is said at `dintero::callback`.
async fn callback(State(shop): State<Shop>, callback: SessionCallback) -> Reply {
    let Some(id) = &callback.transaction_id else {
        println!(
            "  {}: nothing was paid ({:?})",
            callback.merchant_reference, callback.error
        );
        return Reply::Done;
    };
    // The callback says that something happened; what, the transaction says.
    let Ok(transaction) = shop.dintero.checkout().get_transaction(id).send().await else {
        return Reply::TryAgain;
    };
    let paid = transaction
        .status
        .as_ref()
        .is_some_and(|status| status.is_paid().is_yes());
    let mut orders = shop.orders.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(order) = orders.get_mut(&callback.merchant_reference) else {
        // It may have overtaken the order.
        return Reply::TryAgain;
    };
    if paid && !*order {
        *order = true;
        println!(
            "  {} is paid: {}",
            callback.merchant_reference,
            nok(transaction.amount)
        );
        shop.paid.notify_one();
    }
    Reply::Done
}

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let (secret, public, port) = match &sandbox {
        Some(_) => (
            "sandbox-signature".to_owned(),
            "https://shop.example".to_owned(),
            0,
        ),
        None => (
            variable("SHOP_SIGNATURE_SECRET")?,
            variable("SHOP_URL")?,
            8080,
        ),
    };
    let account = dintero.account().to_owned();
    let shop = Shop {
        verifier: Verifier::builder(&*account)
            .secret(&*secret)
            .public_url(&*public)
            .build()?,
        dintero: dintero.clone(),
        orders: Arc::default(),
        paid: Arc::default(),
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let server = format!("http://{}", listener.local_addr()?);
    let routes = Router::new()
        .route("/callback", get(callback))
        .with_state(shop.clone());
    let serving = tokio::spawn(axum::serve(listener, routes).into_future());

    let order = fresh("order");
    shop.orders
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(order.clone(), false);
    // Also called when the payment fails.
    let callback_url = format!("{public}/callback?report_error=true");
    let session = session(&dintero, &order, &[("chair", 29_990)], Some(&callback_url)).await?;
    println!("  {order} waits for its payment");
    let payment = pay(&dintero, sandbox.as_ref(), &session).await?;

    if sandbox.is_some() {
        let about = [
            ("transaction_id", &*payment),
            ("merchant_reference", &*order),
            ("time", "2026-01-01T00:00:00Z"),
        ];
        let (signer, forger) = (
            Signer::new(&*account, secret),
            Signer::new(&*account, "a guess"),
        );
        for (what, signer) in [
            ("the callback", &signer),
            ("the same again", &signer),
            ("a forged one", &forger),
        ] {
            let signed = signer.session_callback(&callback_url, &about, SystemClock.wall())?;
            println!(
                "  {what} is answered with {}",
                deliver(&server, signed).await?
            );
        }
    }
    shop.paid.notified().await;
    println!("  done");
    serving.abort();
    Ok(())
}

/// Sends what is signed for the public address to where that leads. The status of the answer.
async fn deliver(server: &str, signed: http::Request<()>) -> Result<u16> {
    let path = signed
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let request = reqwest::Client::new()
        .get(format!("{server}{path}"))
        .headers(signed.headers().clone());
    Ok(request.send().await?.status().as_u16())
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}
