//! A shop with the Web SDK from npm.

use std::future::Future;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use fantoccini::Client;
use serde_json::{Value, json};

use super::{Shop, click, in_browser_that_waits, installed, until};
use crate::support::{Api, ok, session_body, start};

const VERSION: &str = "0.8.30";

/// The SDK as one script, installed once.
static SDK: LazyLock<Option<String>> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("web-sdk");
    let script = home
        .join("node_modules/@dintero/checkout-web-sdk/dist/dintero-checkout-web-sdk.umd.min.js");
    if !script.is_file() {
        let mut npm = Command::new(installed(&["npm"])?);
        let package = format!("@dintero/checkout-web-sdk@{VERSION}");
        npm.args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
            "--prefix",
        ]);
        npm.arg(&home).arg(package).output().ok()?;
    }
    std::fs::read_to_string(script).ok()
});

/// Keeps what the page says, and what the SDK makes of it, and embeds the session of the page's query.
const SHOP: &str = include_str!("../data/shop.html");

/// All events but those of the layout.
pub const EVENTS: &str = "return said.map(e => e.type).filter(type => !/Height|PopOut/.test(type))";

pub struct Test {
    pub api: Api,
    pub shop: Arc<Shop>,
    pub at: String,
}

impl Test {
    pub async fn session(&self) -> String {
        let mut body = session_body();
        body["url"] = json!({"return_url": format!("{}/done", self.at)});
        let created = ok(self.api.post("/v1/sessions-profile", body).await);
        created["id"].as_str().expect("an id").to_owned()
    }

    /// Opens the shop's page with a session.
    pub async fn open(&self, browser: &Client, session: &str, more: &str) {
        let endpoint = self.api.sandbox.url();
        let url = format!(
            "{}/checkout?sid={session}&endpoint={endpoint}&{more}",
            self.at
        );
        browser.goto(&url).await.expect("the page");
        let is_there = format!(
            "return location.search.includes('{session}') && document.readyState !== 'loading'"
        );
        until(browser, &is_there).await;
    }

    pub async fn transaction(&self, session: &str) -> Value {
        ok(self.api.get(&format!("/v1/sessions/{session}")).await)["transaction_id"].clone()
    }
}

pub async fn with_sdk<F: Future<Output = ()> + Send + 'static>(
    test: impl FnOnce(Client, Test) -> F + Send + 'static,
) {
    let Some(sdk) = SDK.as_ref() else {
        // Past the test harness, which would hide it.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: the Web SDK could not be installed by npm"
        );
        return;
    };
    let (api, (shop, at)) = (start().await, Shop::start().await);
    let pages = [
        ("/checkout", "text/html", SHOP),
        ("/sdk.js", "text/javascript", sdk),
    ];
    for (path, media_type, text) in pages {
        let mut pages = shop.pages.lock().expect("no panic");
        pages.insert(path.to_owned(), (media_type, text.to_owned()));
    }
    let setting = Test { api, shop, at };
    in_browser_that_waits("none", |browser| test(browser, setting)).await;
}

/// Clicks on the payment page inside of the shop's.
pub async fn inside(browser: &Client, selectors: &[&str]) {
    until(
        browser,
        "return said.some(e => e.type === 'HeightChanged' && e.height > 200)",
    )
    .await;
    browser.enter_frame(0).await.expect("a frame");
    for selector in selectors {
        click(browser, selector).await;
    }
    browser.enter_parent_frame().await.expect("the shop");
}
