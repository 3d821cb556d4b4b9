//! Headless Chromium, driven by chromedriver; tests are skipped where one of them is not installed.

pub mod web_sdk;

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
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
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

pub fn installed(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let places: Vec<_> = env::split_paths(&path).collect();
    let mut found = names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(name)));
    found.find(|file| file.is_file())
}

/// Runs a test in a new browser, which is closed also when the test fails.
pub async fn in_browser<F: Future<Output = ()> + Send + 'static>(test: impl FnOnce(Client) -> F) {
    in_browser_that_waits("normal", test).await;
}

/// The same with a page load strategy of WebDriver: `none` where frames and windows go before their pages have come, which
/// the driver would wait for.
pub async fn in_browser_that_waits<F: Future<Output = ()> + Send + 'static>(
    strategy: &str,
    test: impl FnOnce(Client) -> F,
) {
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
    let limit = PATIENCE.as_millis() as u64;
    let limits = json!({"script": limit, "pageLoad": limit});
    capabilities.insert("timeouts".into(), limits);
    capabilities.insert("pageLoadStrategy".into(), json!(strategy));
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

/// What a shop was asked for, and its pages by their path; every other path has a page that thanks.
#[derive(Default)]
pub struct Shop {
    pub seen: Mutex<Vec<Uri>>,
    pub pages: Mutex<BTreeMap<String, (&'static str, String)>>,
}

impl Shop {
    /// Starts a shop; returns its URL, too.
    pub async fn start() -> (Arc<Self>, String) {
        async fn page(State(shop): State<Arc<Shop>>, uri: Uri) -> impl IntoResponse {
            let thanks = "<!doctype html><title>Shop</title><p id=\"thanks\">Thanks";
            let found = shop
                .pages
                .lock()
                .expect("no panic")
                .get(uri.path())
                .cloned();
            shop.seen.lock().expect("no panic").push(uri);
            let (media_type, text) = found.unwrap_or(("text/html", thanks.to_owned()));
            (
                [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))],
                text,
            )
        }
        let shop = Arc::<Self>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new().fallback(page).with_state(Arc::clone(&shop));
        tokio::spawn(async move { axum::serve(listener, router).await });
        (shop, at)
    }

    pub fn has_seen(&self, path: &str) -> bool {
        let seen = self.seen.lock().expect("no panic");
        seen.iter().any(|uri| uri.path() == path)
    }
}

/// Runs a script and returns what it returns.
pub async fn run(browser: &Client, script: &str) -> Value {
    browser.execute(script, Vec::new()).await.expect("a result")
}

/// Runs a script until it returns something else than null or false.
pub async fn until(browser: &Client, script: &str) -> Value {
    let wait = async {
        loop {
            // It fails while one page gives way to another.
            let found = browser.execute(script, Vec::new()).await;
            let found = found.unwrap_or_default();
            if !found.is_null() && found != false {
                return found;
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, wait).await;
    found.unwrap_or_else(|_| panic!("never: {script}"))
}

pub async fn click(browser: &Client, selector: &str) {
    wait_for(browser, selector).await;
    let found = browser.find(Locator::Css(selector)).await.expect(selector);
    found.click().await.expect(selector);
}

/// Gives the page this size of a viewport, which is no other.
pub async fn resize(browser: &Client, width: u32, height: u32) {
    browser
        .set_window_size(width, height)
        .await
        .expect("a window");
    let inner = run(browser, "return [innerWidth, innerHeight]").await;
    let (more_width, more_height) = (
        width - inner[0].as_u64().expect("a width") as u32,
        height - inner[1].as_u64().expect("a height") as u32,
    );
    let size = (width + more_width, height + more_height);
    browser
        .set_window_size(size.0, size.1)
        .await
        .expect("a window");
    assert_eq!(
        run(browser, "return [innerWidth, innerHeight]").await,
        json!([width, height])
    );
}

/// Whether the page can be scrolled sideways.
pub async fn is_wide(browser: &Client) -> bool {
    run(
        browser,
        "return document.documentElement.scrollWidth > innerWidth",
    )
    .await
        == true
}

/// Takes a picture that is small enough for a README; keeps it in the directory `SANDBOX_PICTURES` of the workspace, if
/// that is set.
pub async fn picture(browser: &Client, name: &str) {
    let picture = small(&browser.screenshot().await.expect("a picture"));
    if let Some(place) = env::var_os("SANDBOX_PICTURES") {
        let place = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(place);
        std::fs::create_dir_all(&place).expect("made");
        std::fs::write(place.join(name), &picture).expect("written");
    }
    assert!(
        picture.len() < 60 << 10,
        "{name}: {} bytes are too many for the README",
        picture.len()
    );
}

/// Types into whatever has the focus.
pub async fn press(browser: &Client, keys: &str) {
    let focused = browser.active_element().await.expect("a focus");
    focused.send_keys(keys).await.expect("typed");
}

pub async fn wait_for(browser: &Client, selector: &str) {
    let found = browser
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css(selector))
        .await;
    found.expect("the page comes");
}

/// The same picture in 64 colours, which is a third of the bytes: the commonest, and for the others the nearest.
pub fn small(picture: &[u8]) -> Vec<u8> {
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
