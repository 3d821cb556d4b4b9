//! The payment page in headless Chromium, by keyboard only. Skipped where `chromium` and `chromedriver` are not installed.
//!
//! `SANDBOX_PICTURE=docs/payment-page.png cargo test -p dintero-sandbox --test browser` also keeps a picture of the page,
//! at that place of the workspace.

mod support;

use std::collections::BTreeMap;
use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::IntoResponse;
use dintero_sandbox::CallbackState;
use fantoccini::key::Key;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use support::{Api, ok, session_body, start};
use tokio::net::TcpListener;

/// Far more than a page of this machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The driver's process; it ends with the test.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places: Vec<_> = env::split_paths(&path).collect();
    let mut found = names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(name)));
    found.find(|file| file.is_file())
}

/// Runs a test in a new browser, which is closed also when the test fails.
async fn in_browser<F: Future<Output = ()> + Send + 'static>(test: impl FnOnce(Client) -> F) {
    let browser = installed(&["chromium", "chromium-browser", "google-chrome"]);
    let (Some(browser), Some(driver)) = (browser, installed(&["chromedriver"])) else {
        // Past the test harness, which would hide it.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: no chromium and chromedriver are installed"
        );
        return;
    };
    let home = tempfile::tempdir().expect("a directory");
    let started = Command::new(driver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut driver = Driver(started.expect("the driver starts"));
    let output = BufReader::new(driver.0.stdout.take().expect("piped"));
    let port = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse::<u16>().ok()
    });
    let profile = format!("--user-data-dir={}", home.path().display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        &profile,
    ];
    let mut capabilities = Capabilities::new();
    let options = json!({"args": arguments, "binary": browser});
    capabilities.insert("goog:chromeOptions".into(), options);
    let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
    let url = format!(
        "http://127.0.0.1:{}",
        port.expect("the driver says its port")
    );
    let client = builder
        .capabilities(capabilities)
        .connect(&url)
        .await
        .expect("a browser");
    let outcome = tokio::spawn(test(client.clone())).await;
    client.close().await.expect("closed");
    if let Err(failure) = outcome {
        resume_unwind(failure.into_panic());
    }
}

/// A shop that keeps which of its pages were asked for.
async fn shop() -> (Arc<Mutex<Vec<Uri>>>, String) {
    async fn page(State(seen): State<Arc<Mutex<Vec<Uri>>>>, uri: Uri) -> impl IntoResponse {
        seen.lock().expect("no panic").push(uri);
        let html = (header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        (
            [html],
            "<!doctype html><title>Shop</title><p id=\"thanks\">Thanks",
        )
    }
    let seen = Arc::<Mutex<Vec<Uri>>>::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = format!("http://{}", listener.local_addr().expect("bound"));
    let router = Router::new().fallback(page).with_state(Arc::clone(&seen));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (seen, at)
}

/// A session of the shop; gives its id and its url.
async fn session(api: &Api, shop: &str) -> (String, String) {
    let mut body = session_body();
    body["url"] = json!({"return_url": format!("{shop}/done"), "callback_url": format!("{shop}/callback?report_error=true")});
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let text = |name: &str| created[name].as_str().expect("text").to_owned();
    (text("id"), text("url"))
}

/// Types into whatever has the focus.
async fn press(browser: &Client, keys: &str) {
    let focused = browser.active_element().await.expect("a focus");
    focused.send_keys(keys).await.expect("typed");
}

/// Presses tab until the control with this value or id has the focus, which must be visible.
async fn tab_to(browser: &Client, wanted: &str) {
    for _ in 0..20 {
        press(browser, &Key::Tab.to_string()).await;
        let script = "const e = document.activeElement, s = getComputedStyle(e); return [e.id, e.value, s.outlineStyle]";
        let found = browser.execute(script, Vec::new()).await.expect("a focus");
        assert_ne!(found[2], "none", "the focus on {found} cannot be seen");
        if found[0] == wanted || found[1] == wanted {
            return;
        }
    }
    panic!("the keyboard does not reach {wanted}");
}

async fn wait_for(browser: &Client, selector: &str) {
    let found = browser
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css(selector))
        .await;
    found.expect("the page comes");
}

async fn status(api: &Api, session: &str) -> Value {
    let session = ok(api.get(&format!("/v1/sessions/{session}")).await);
    match session["transaction_id"].as_str() {
        Some(id) => ok(api.get(&format!("/v1/transactions/{id}")).await)["status"].clone(),
        None => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_pays_with_the_keyboard_and_lands_at_the_shop() {
    in_browser(|browser| async move {
        let (api, (seen, at)) = (start().await, shop().await);
        let (id, url) = session(&api, &at).await;
        browser.goto(&url).await.expect("the page");
        // The first row's card is chosen; one key further is its Mastercard.
        tab_to(&browser, "4000000000000002").await;
        press(&browser, &Key::Right.to_string()).await;
        tab_to(&browser, "card_number").await;
        tab_to(&browser, "pay").await;
        press(&browser, &Key::Enter.to_string()).await;
        wait_for(&browser, "#thanks").await;
        let landed = browser.current_url().await.expect("a url");
        assert!(
            landed.as_str().starts_with(&format!(
                "{at}/done?merchant_reference=order-1&transaction_id=T12345678."
            )),
            "{landed}"
        );
        let paid = ok(api.get("/v1/transactions").await)[0].clone();
        assert_eq!(
            (&paid["session_id"], &paid["status"]),
            (&json!(id), &json!("AUTHORIZED"))
        );
        assert_eq!(paid["card"]["brand"], "Mastercard");
        api.sandbox.callbacks_sent().await;
        assert_eq!(api.sandbox.callbacks()[0].state, CallbackState::Delivered);
        assert!(
            seen.lock()
                .unwrap()
                .iter()
                .any(|uri| uri.path() == "/callback")
        );
        browser.goto(&url).await.expect("the page");
        assert!(
            browser
                .find_all(Locator::Css("button"))
                .await
                .expect("a page")
                .is_empty()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_number_is_told_and_the_challenge_can_be_failed() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, shop().await);
        let (id, url) = session(&api, &at).await;
        browser.goto(&url).await.expect("the page");
        tab_to(&browser, "card_number").await;
        press(&browser, &format!("4242{}", Key::Enter)).await;
        wait_for(&browser, "[role=alert]").await;
        // The field that is wrong has the focus.
        press(&browser, &format!("4000 1000 0000 0000{}", Key::Enter)).await;
        wait_for(&browser, "[name=challenge]").await;
        tab_to(&browser, "failed").await;
        press(&browser, &Key::Enter.to_string()).await;
        wait_for(&browser, "#thanks").await;
        let landed = browser.current_url().await.expect("a url");
        assert!(
            landed
                .query()
                .is_some_and(|q| q.ends_with("&error=authorization")),
            "{landed}"
        );
        assert_eq!(status(&api, &id).await, "DECLINED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_named_labelled_and_loads_nothing() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, shop().await);
        let (_, url) = session(&api, &at).await;
        browser.set_window_size(1_120, 960).await.expect("a window");
        browser.goto(&url).await.expect("the page");
        let script = "
            const named = e => e.labels?.length ? e.labels[0].innerText.trim() : e.innerText.trim();
            return {
                title: document.title, lang: document.documentElement.lang,
                landmarks: document.querySelectorAll('main, header').length,
                unnamed: [...document.querySelectorAll('input, button')].filter(e => !named(e)).length,
                loaded: performance.getEntriesByType('resource').length,
                styled: getComputedStyle(document.querySelector('button.main')).fontWeight,
                wide: document.documentElement.scrollWidth > innerWidth,
            }";
        let found = browser.execute(script, Vec::new()).await.expect("a page");
        let expected = json!({
            "title": "Pay 500.00 NOK \u{2013} sandbox", "lang": "en", "landmarks": 2, "unnamed": 0, "loaded": 0,
            "styled": "600", "wide": false,
        });
        assert_eq!(found, expected);
        let picture = small(&browser.screenshot().await.expect("a picture"));
        if let Some(place) = env::var_os("SANDBOX_PICTURE") {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(place);
            std::fs::create_dir_all(file.parent().expect("a directory")).expect("made");
            std::fs::write(file, &picture).expect("written");
        }
        assert!(picture.len() < 60 << 10, "{} bytes are too many for the README", picture.len());
    })
    .await;
}

/// The same picture in 64 colours, which is a third of the bytes: the commonest, and for the others the nearest.
fn small(picture: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(io::Cursor::new(picture))
        .read_info()
        .expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a frame");
    assert_eq!(info.bit_depth, png::BitDepth::Eight);
    let pixels: Vec<[u8; 3]> = pixels
        .chunks_exact(info.color_type.samples())
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let mut counts = BTreeMap::<[u8; 3], usize>::new();
    for pixel in &pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut palette: Vec<_> = counts
        .iter()
        .map(|(colour, count)| (*count, *colour))
        .collect();
    palette.sort_unstable_by(|a, b| b.cmp(a));
    palette.truncate(64);
    let distance = |a: &[u8; 3], b: &[u8; 3]| -> u32 {
        (0..3).map(|i| u32::from(a[i].abs_diff(b[i])).pow(2)).sum()
    };
    let nearest = |colour: &[u8; 3]| {
        let all = 0_u8..palette.len() as u8;
        all.min_by_key(|i| distance(colour, &palette[usize::from(*i)].1))
            .unwrap_or(0)
    };
    let indexes: BTreeMap<_, _> = counts
        .keys()
        .map(|colour| (*colour, nearest(colour)))
        .collect();
    let mut small = Vec::new();
    let mut encoder = png::Encoder::new(&mut small, info.width, info.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(
        palette
            .iter()
            .flat_map(|(_, colour)| *colour)
            .collect::<Vec<_>>(),
    );
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let data: Vec<u8> = pixels.iter().map(|pixel| indexes[pixel]).collect();
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&data).expect("written");
    writer.finish().expect("finished");
    small
}
