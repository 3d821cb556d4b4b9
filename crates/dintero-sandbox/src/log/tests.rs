use serde_json::Value;

use super::*;
use std::io;

fn entry(path: &str) -> LoggedRequest {
    LoggedRequest {
        path: path.into(),
        status: Some(200),
        ..LoggedRequest::default()
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
    let line: Value = entry.shown();
    assert_eq!(line["verdict"], "refused");
    assert_eq!(
        line["refusal"]["errors"],
        json!(["order.amount is required"])
    );
    entry.fault = Some(Fault::StaleToken);
    let line: Value = entry.shown();
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

#[test]
fn the_bytes_of_headers_and_bodies_count() {
    let log = Log::default();
    for n in 0..40 {
        let mut entry = entry("/v1/sessions");
        let part = match n % 3 {
            0 => &mut entry.exchange.request,
            _ => &mut entry.exchange.response,
        };
        match n % 2 {
            0 => part.1 = vec![b'x'; 1 << 20].into(),
            _ => {
                let value = "x".repeat(1 << 20).try_into().expect("a value");
                part.0.insert("x-long", value);
            }
        }
        log.push(entry);
    }
    let kept = log.entries().len();
    assert!((1..=16).contains(&kept), "{kept} MiB");
}

#[test]
fn the_news_are_what_came_since_then_and_is_still_there() {
    let log = Log::default();
    let paths = |entries: Vec<Arc<LoggedRequest>>| -> Vec<_> {
        entries.iter().map(|entry| entry.path.clone()).collect()
    };
    assert_eq!(log.since(0), (0, Vec::new()));
    log.push(entry("/a"));
    log.push(entry("/b"));
    let (count, news) = log.since(0);
    assert_eq!((count, paths(news)), (2, vec!["/a".into(), "/b".into()]));
    log.push(entry("/c"));
    let (count, news) = log.since(count);
    assert_eq!((count, paths(news)), (3, vec!["/c".into()]));
    assert_eq!(log.since(count), (3, Vec::new()));
    log.clear();
    log.push(entry("/d"));
    let (count, news) = log.since(0);
    assert_eq!((count, paths(news)), (4, vec!["/d".into()]));
}

#[test]
fn debug_shows_nothing_of_headers_query_and_body() {
    let mut entry = entry("/a");
    entry.exchange.query = "q=secret".into();
    entry.exchange.request.1 = "secret".into();
    assert!(!format!("{entry:?}").contains("secret"));
}
