//! The state between runs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::shopping::{ORDERS, items, order};
use crate::support::wallets::{CARDS, MOVES, balance, card, draw};
use crate::support::{Api, draft_body, ok, refused, start_with};
use dintero_sandbox::{Clock, Sandbox, SandboxBuilder};
use serde_json::json;
use tempfile::TempDir;

fn kept(folder: &TempDir) -> SandboxBuilder {
    Sandbox::builder().state_file(folder.path().join("state.json"))
}

/// Starts again, as the same caller.
async fn again(folder: &TempDir, api: Api) -> Api {
    let token = api.token.clone();
    drop(api);
    let mut api = start_with(kept(folder)).await;
    api.token = token;
    api
}

#[tokio::test]
async fn payments_orders_and_cards_go_on_in_the_next_run() {
    let folder = TempDir::new().expect("a folder");
    let api = start_with(kept(&folder)).await;
    let transaction = api.transaction().await;
    let order = order(&api, draft_body()).await;
    ok(api
        .post(&format!("{order}/authorizations"), items(&[(1, 900)]))
        .await);
    card(&api, "card-1").await;
    ok(api.post(MOVES, draw("first", 100)).await);

    let api = again(&folder, api).await;
    let path = format!("/v1/transactions/{transaction}/capture");
    assert_eq!(
        ok(api.post(&path, json!({"amount": 20_000})).await)["status"],
        "PARTIALLY_CAPTURED"
    );
    let api = again(&folder, api).await;
    refused(&api.post(&path, json!({"amount": 40_000})).await, 400);
    ok(api.post(&path, json!({"amount": 30_000})).await);
    refused(
        &api.post(&format!("{order}/captures"), items(&[(1, 901)]))
            .await,
        409,
    );
    assert_eq!(
        ok(api.get(ORDERS).await)["orders"].as_array().map(Vec::len),
        Some(1)
    );
    ok(api.post(MOVES, draw("first", 100)).await);
    assert_eq!(
        balance(&api, "card-1").await[0],
        49_900,
        "a repeated ref_id moves nothing in the next run either"
    );
}

#[tokio::test]
async fn tokens_and_the_clock_go_on_too() {
    let folder = TempDir::new().expect("a folder");
    let time = "2026-01-01T00:00:00Z".parse().expect("a time");
    let api = start_with(kept(&folder).clock(Clock::standing_at(time))).await;
    api.sandbox.advance(Duration::from_secs(3_600));
    let token = api.token.clone();
    drop(api);
    let mut api = start_with(kept(&folder).clock(Clock::standing_at(time))).await;
    api.token = token;
    let session = api.session().await;
    let body = ok(api.get(&format!("/v1/sessions/{session}")).await);
    assert_eq!(body["created_at"], "2026-01-01T01:00:00.000Z");
    api.sandbox.advance(Duration::from_secs(3 * 3_600));
    refused(&api.get("/v1/transactions").await, 401);
}

#[tokio::test]
async fn a_change_is_in_the_file_before_the_response() {
    let folder = TempDir::new().expect("a folder");
    let api = start_with(kept(&folder)).await;
    let session = api.session().await;
    let text = fs::read_to_string(folder.path().join("state.json")).expect("a state");
    assert!(text.contains(&session));
}

#[tokio::test]
async fn a_file_that_is_damaged_or_somebody_elses_is_an_error_and_stays_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("state.json");
    let api = start_with(kept(&folder)).await;
    api.session().await;
    drop(api);
    let good = fs::read_to_string(&path).expect("a state");
    let end = good.trim_end().len();
    for (text, reason) in [
        (String::new(), "is not a state file"),
        ("{\"name\": \"package\"}".into(), "is not a state file"),
        (
            good.replacen("state 6", "state 5", 1),
            "has version 5 of the state; this sandbox reads version 6",
        ),
        (
            good.replacen("\"expires_at\"", "\"expired_at\"", 1),
            "is damaged (line 4)",
        ),
        (format!("{}1\n", &good[..end]), "is damaged (line "),
        (good.replace('\n', "\n\n"), "is damaged (line "),
    ] {
        fs::write(&path, &text).expect("written");
        let error = kept(&folder).start().await.expect_err("an error");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("the file"), text);
    }
    kept(&TempDir::new().expect("a folder"))
        .start()
        .await
        .expect("another file is fine");
    let of_folder = Sandbox::builder().state_file(folder.path()).start().await;
    assert!(of_folder.is_err(), "a folder is no file");
}

/// The file with one part of its lines replaced and the checksums made right.
fn forged(text: &str, from: &str, to: &str) -> String {
    let mut lines = text.lines();
    let mut forged = lines.next().expect("a head").to_owned() + "\n";
    for line in lines {
        let json = line[9..].replace(from, to);
        forged += &format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    }
    assert_ne!(forged, text, "{from}");
    forged
}

#[tokio::test]
async fn content_that_is_impossible_is_an_error() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("state.json");
    let api = start_with(kept(&folder)).await;
    api.transaction().await;
    drop(api);
    let good = fs::read_to_string(&path).expect("a state");
    for (from, to) in [
        ("\"doc\":{", "\"doc\":[],\"more\":{"),
        ("\"authorized\":50000", "\"authorized\":9223372036854775807"),
        ("/sessions\":{", "/sessions\":7,\"more\":{"),
        ("/sessions\":", "/sittings\":"),
        ("\"stores\":", "\"stored\":"),
        ("\"locked\":false", "\"locked\":null"),
    ] {
        fs::write(&path, forged(&good, from, to)).expect("written");
        let error = kept(&folder).start().await.expect_err(from);
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains("is damaged"), "{error}");
    }
    let large = fs::File::create(&path).expect("a file");
    large.set_len(8 << 30).expect("a large file");
    let error = kept(&folder).start().await.expect_err("too large");
    assert!(error.to_string().contains("is larger than"), "{error}");
}

#[tokio::test]
async fn a_second_sandbox_on_the_same_file_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let api = start_with(kept(&folder)).await;
    let error = kept(&folder).start().await.expect_err("in use");
    let path = folder
        .path()
        .join("state.json")
        .canonicalize()
        .expect("a path");
    let text = format!("{} is in use by another sandbox", path.display());
    assert_eq!(error.to_string(), text);
    let session = api.session().await;
    let api = again(&folder, api).await;
    ok(api.get(&format!("/v1/sessions/{session}")).await);
}

#[tokio::test]
async fn a_line_that_was_cut_short_is_as_if_it_had_never_been_begun() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("state.json");
    let api = start_with(kept(&folder)).await;
    let (first, second) = (api.session().await, api.session().await);
    let good = fs::read(&path).expect("a state");
    let token = api.token.clone();
    drop(api);
    fs::write(&path, &good[..good.len() - 10]).expect("written");
    let mut api = start_with(kept(&folder)).await;
    api.token = token;
    ok(api.get(&format!("/v1/sessions/{first}")).await);
    refused(&api.get(&format!("/v1/sessions/{second}")).await, 404);
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_told_and_the_old_one_stays() {
    let folder = TempDir::new().expect("a folder");
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("a folder");
    let api = start_with(Sandbox::builder().state_file(inner.join("state.json"))).await;
    fs::remove_dir_all(&inner).expect("removed");
    api.session().await;
    let error = api.sandbox.save_state().expect_err("no folder");
    assert!(error.to_string().contains("state.json"), "{error}");
    let page = api
        .http
        .get(format!("{}/_sandbox", api.sandbox.url()))
        .send()
        .await
        .expect("a response");
    assert!(
        page.text()
            .await
            .expect("text")
            .contains("The state could not be saved")
    );
    fs::create_dir(&inner).expect("a folder");
    api.sandbox.save_state().expect("saved after all");
    assert!(inner.join("state.json").exists());
}

#[tokio::test]
#[cfg(unix)]
async fn the_file_is_its_owners_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = TempDir::new().expect("a folder");
    drop(start_with(kept(&folder)).await);
    let (path, link) = (folder.path().join("state.json"), folder.path().join("link"));
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    symlink(&path, &link).expect("a link");
    let before = fs::read(&path).expect("a file");
    drop(start_with(Sandbox::builder().state_file(&link)).await);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_ne!(fs::read(&path).expect("a file"), before, "a token more");
}

#[tokio::test]
async fn accounts_and_profiles_that_are_new_are_there_beside_the_old_ones() {
    let folder = TempDir::new().expect("a folder");
    let api = start_with(kept(&folder)).await;
    card(&api, "card-1").await;
    drop(api);
    let api = start_with(kept(&folder).profiles(["b2b"]).account("T00000001")).await;
    ok(api.get(CARDS).await);
    let api = start_with({
        drop(api);
        kept(&folder).profiles(["b2b"])
    })
    .await;
    ok(api.get(&format!("{CARDS}/card-1")).await);
    let mut body = crate::support::session_body();
    body["profile_id"] = json!("b2b");
    ok(api.post("/v1/sessions-profile", body).await);
}
