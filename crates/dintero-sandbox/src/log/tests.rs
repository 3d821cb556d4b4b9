use serde_json::Value;

use super::*;
use std::io;

fn entry(path: &str) -> LoggedRequest {
    LoggedRequest {
        at: DateTime::UNIX_EPOCH,
        method: "GET".into(),
        path: path.into(),
        operation_id: None,
        status: Some(200),
        handled: false,
        refusal: None,
        fault: None,
        undocumented: Vec::new(),
        request_id: "r".into(),
    }
}

#[test]
fn the_log_forgets_the_oldest_first() {
    let log = Log::default();
    for n in 0..=LIMIT {
        log.push(entry(&format!("/{n}")));
    }
    let entries = log.entries();
    assert_eq!(entries.len(), LIMIT);
    assert_eq!(entries[0].path, "/1");
    log.clear();
    assert_eq!(log.entries(), []);
}

#[test]
fn the_log_is_bounded_in_bytes() {
    let log = Log::default();
    for _ in 0..40 {
        log.push(entry(&"x".repeat(1 << 20)));
    }
    let kept = log.entries().len();
    assert!((1..=16).contains(&kept), "{kept} MiB");
}

#[test]
fn a_line_says_what_was_refused_and_why() {
    let mut entry = entry("/v1/sessions");
    entry.refuse(&ApiError::invalid_field("order.amount", "is required"));
    let line: Value = serde_json::from_str(&entry.to_json()).expect("JSON");
    assert_eq!(line["verdict"], "refused");
    assert_eq!(
        line["refusal"]["errors"],
        json!(["order.amount is required"])
    );
    entry.fault = Some(Fault::StaleToken);
    let line: Value = serde_json::from_str(&entry.to_json()).expect("JSON");
    assert_eq!(
        (&line["verdict"], &line["fault"]),
        (&json!("fault"), &json!("stale-token"))
    );
}

struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("no space left"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_copy_that_cannot_be_written_is_given_up_and_told() {
    let log = Log::default();
    log.copy_to(Box::new(Full));
    log.push(entry("/a"));
    log.push(entry("/b"));
    assert_eq!(
        (log.entries().len(), log.write_error().as_deref()),
        (2, Some("no space left"))
    );
}

fn page(entries: &[LoggedRequest], notes: &[String], wrong_only: bool) -> String {
    let log = Log::default();
    entries.iter().for_each(|entry| log.push(entry.clone()));
    page::body(&log, notes.first().cloned(), wrong_only).into_string()
}

#[test]
fn what_went_wrong_stands_at_the_top() {
    let mut refused = entry("/v1/sessions");
    refused.refuse(&ApiError::invalid_field("order.amount", "is required"));
    let html = page(&[refused, entry("/v1/good")], &[], false);
    let (top, table) = html.split_once("<table>").expect("a table");
    assert!(
        top.contains("1 of 2 requests went wrong") && top.contains("order.amount is required"),
        "{top}"
    );
    assert!(
        table.find("/v1/good") < table.find("/v1/sessions"),
        "newest first"
    );
}

#[test]
fn only_what_went_wrong_is_shown_on_demand() {
    let mut refused = entry("/v1/bad");
    refused.refuse(&ApiError::not_found("session"));
    let html = page(&[refused, entry("/v1/good")], &[], true);
    assert!(
        html.contains("/v1/bad") && !html.contains("/v1/good"),
        "{html}"
    );
    assert!(page(&[], &[], false).contains("No request has arrived yet"));
    assert!(page(&[entry("/a")], &[], true).contains("nothing went wrong"));
}

#[test]
fn what_is_not_in_the_documents_is_shown() {
    let mut noted = entry("/v1/sessions");
    noted.note("order.partial");
    let html = page(&[noted], &[], false);
    assert!(
        html.contains("Not in the documents: order.partial"),
        "{html}"
    );
}

#[test]
fn nothing_that_arrived_becomes_markup() {
    let mut odd = entry("/<script>alert('a')</script>");
    odd.method = "<b>".into();
    odd.refuse(&ApiError::bad_request("<i>\"&"));
    let html = page(&[odd], &["<u>".into()], false);
    for tag in ["<script", "<b>", "<i>", "<u>"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
}
