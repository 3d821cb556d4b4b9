//! A shop with a server: the payer pays, Dintero sends a callback, and the order is updated once.
//!
//! Runs against a sandbox inside the program, which sends the callback, or against Dintero's test environment. For the latter set
//! DINTERO_ACCOUNT_ID, DINTERO_CLIENT_ID, DINTERO_CLIENT_SECRET, SHOP_SIGNATURE_SECRET (the secret that signs your callbacks) and SHOP_URL
//! (the https URL of port 8080 of this machine).
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use common::{Result, connect, exit, fresh, nok, pay, session};
use dintero::callback::{CallbackResponse, SessionCallback, Signer, Verifier};
use dintero::state::StatusRules;
use dintero::{Clock, Dintero, SystemClock};
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[derive(Clone, FromRef)]
struct Shop {
    verifier: Verifier,
    dintero: Dintero,
    /// Whether each order is paid.
    orders: Arc<Mutex<BTreeMap<String, bool>>>,
    paid: Arc<Notify>,
}

/// Handles callbacks that Dintero signed. `dintero::callback` documents the responses, and when Dintero retries.
async fn callback(State(shop): State<Shop>, callback: SessionCallback) -> CallbackResponse {
    let Some(id) = &callback.transaction_id else {
        println!(
            "  {}: nothing was paid ({:?})",
            callback.merchant_reference, callback.error
        );
        return CallbackResponse::Processed;
    };
    // The callback says that something happened; the transaction says what.
    let Ok(transaction) = shop.dintero.checkout().get_transaction(id).send().await else {
        return CallbackResponse::Retry;
    };
    let paid = transaction
        .status
        .as_ref()
        .is_some_and(|status| status.is_paid().is_yes());
    let mut orders = shop.orders.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(order) = orders.get_mut(&callback.merchant_reference) else {
        // The callback may arrive before the order is stored.
        return CallbackResponse::Retry;
    };
    if paid && !*order {
        *order = true;
        println!(
            "  {} is paid: {}",
            callback.merchant_reference,
            nok(transaction.amount.unwrap_or_default())
        );
        shop.paid.notify_one();
    }
    CallbackResponse::Processed
}

#[tokio::main]
async fn main() -> ExitCode {
    exit(run().await)
}

async fn run() -> Result<()> {
    let (dintero, sandbox) = connect().await?;
    let port = if sandbox.is_some() { 0 } else { 8080 };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let (secret, public) = if sandbox.is_some() {
        let made = dintero.checkout().create_signature_secret().send().await?;
        let secret = made.into_inner().signature.and_then(|made| made.secret);
        let secret = secret.ok_or("the account has no secret")?;
        (secret, format!("http://{}", listener.local_addr()?))
    } else {
        (variable("SHOP_SIGNATURE_SECRET")?, variable("SHOP_URL")?)
    };
    let verifier = Verifier::new(dintero.account(), [&*secret], &public)?;
    let shop = Shop {
        verifier,
        dintero: dintero.clone(),
        orders: Arc::default(),
        paid: Arc::default(),
    };
    let routes = Router::new()
        .route("/callback", get(callback))
        .with_state(shop.clone());
    let serving = tokio::spawn(axum::serve(listener, routes).into_future());

    let order = fresh("order");
    shop.orders
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(order.clone(), false);
    // Dintero also sends a callback when the payment fails.
    let callback_url = format!("{public}/callback?report_error=true");
    let session = session(&dintero, &order, &[("chair", 29_990)], Some(&callback_url)).await?;
    println!("  {order} awaits payment");
    pay(&dintero, sandbox.as_ref(), &session).await?;
    shop.paid.notified().await;
    if let Some(sandbox) = &sandbox {
        sandbox.callbacks_sent().await;
        for callback in sandbox.callbacks() {
            println!("  a callback ended as {:?}", callback.state);
        }
        // A forged callback is rejected without a reason, and updates nothing.
        let forged = Signer::new(dintero.account(), "a guess").session_callback(
            &callback_url,
            &[
                ("transaction_id", "T1"),
                ("merchant_reference", &*order),
                ("time", "2026-01-01T00:00:00Z"),
            ],
            SystemClock.wall(),
        )?;
        let forged = reqwest::Client::new()
            .get(forged.uri().to_string())
            .headers(forged.headers().clone());
        println!(
            "  the response to a forged callback is {}",
            forged.send().await?.status().as_u16()
        );
    }
    println!("  done");
    serving.abort();
    Ok(())
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}
