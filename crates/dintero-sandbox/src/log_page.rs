//! `/_sandbox`: the log as a page and as JSON lines.

use crate::call::ApiResponse;
use crate::clock::text;
use crate::log::{Log, LoggedRequest};
use crate::persistence::StateFile;
use crate::shared::Shared;

/// How many requests the page shows, the newest first.
const SHOWN: usize = 200;
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1a1a1a;background:#fff}\
    table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #767676}\
    td{overflow-wrap:anywhere}caption{text-align:left;padding:.5rem 0}.wrong{border-left:.4rem solid #b00020;padding-left:1rem}ul{margin:0;padding-left:1.2rem}";

/// Returns the page of this path, if it is one of the log's; `None` for a path of the API.
pub(crate) fn find(
    log: &Log,
    shared: &Shared,
    method: &str,
    path: &str,
    query: &str,
) -> Option<ApiResponse> {
    if !matches!(method, "GET" | "HEAD") {
        return None;
    }
    let entries = log.entries();
    let response = match path {
        "/_sandbox" => {
            let write_error = log.write_error();
            let log_note =
                write_error.map(|e| format!("The log is no longer written to its file: {e}."));
            let save_error = shared.state_file.as_ref().and_then(StateFile::save_error);
            let state_note = save_error.map(|e| format!("The state could not be saved: {e}."));
            let notes: Vec<_> = [log_note, state_note].into_iter().flatten().collect();
            ApiResponse::file(
                "text/html; charset=utf-8",
                page(&entries, &notes, query == "wrong"),
            )
        }
        "/_sandbox/log.jsonl" => {
            let lines = entries.iter().map(|entry| entry.to_json() + "\n");
            ApiResponse::file("application/jsonl", lines.collect())
        }
        _ => return None,
    };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    Some(
        response
            .with_header("content-security-policy", policy)
            .with_header("x-content-type-options", "nosniff")
            .with_header("cache-control", "no-store"),
    )
}

fn page(entries: &[LoggedRequest], notes: &[String], wrong_only: bool) -> String {
    let is_wrong = |e: &&LoggedRequest| e.verdict() != "accepted";
    let wrong = entries.iter().filter(is_wrong).count();
    let summary = match entries.iter().rev().find(is_wrong) {
        None if entries.is_empty() => {
            "<p role=\"status\">No request has arrived yet.</p>".to_owned()
        }
        None => format!(
            "<p role=\"status\">{}, nothing went wrong.</p>",
            requests(entries.len())
        ),
        Some(last) => format!(
            "<div class=\"wrong\" role=\"status\"><p>{wrong} of {} went wrong. The last: <strong>{} {}</strong></p>{}</div>",
            requests(entries.len()),
            escape(&last.method),
            escape(&last.path),
            outcome(last),
        ),
    };
    let notes: String = notes
        .iter()
        .map(|note| format!("<p class=\"wrong\" role=\"alert\">{}</p>", escape(note)))
        .collect();
    let link = match wrong_only {
        true => "<a href=\"/_sandbox\">All requests</a>",
        false => "<a href=\"/_sandbox?wrong\">Only what went wrong</a>",
    };
    let rows: String = entries
        .iter()
        .rev()
        .filter(|e| !wrong_only || is_wrong(e))
        .take(SHOWN)
        .map(row)
        .collect();
    let table = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "<table><caption>The newest {SHOWN} at most, newest first. Times are the sandbox's, UTC.</caption><thead><tr><th scope=\"col\">Time\
             <th scope=\"col\">Request<th scope=\"col\">Operation<th scope=\"col\">Verdict<th scope=\"col\">Request id</thead>\
             <tbody>{rows}</tbody></table>"
        ),
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Sandbox log</title><style>{STYLE}</style></head><body><main><h1>What arrived</h1>{notes}{summary}\
         <nav aria-label=\"Log\"><p>{link} · <a href=\"/_sandbox/log.jsonl\">As JSON lines</a></p></nav>{table}</main></body></html>"
    )
}

fn requests(count: usize) -> String {
    if count == 1 {
        "1 request".into()
    } else {
        format!("{count} requests")
    }
}

fn row(entry: &LoggedRequest) -> String {
    format!(
        "<tr><td>{}<th scope=\"row\">{} {}<td>{}<td>{}<td>{}</tr>",
        text(entry.at),
        escape(&entry.method),
        escape(&entry.path),
        escape(entry.operation_id.as_deref().unwrap_or("none")),
        outcome(entry),
        escape(&entry.request_id),
    )
}

/// Status and reasons.
fn outcome(entry: &LoggedRequest) -> String {
    let status = entry
        .status
        .map_or("no response".to_owned(), |status| status.to_string());
    let mut out = format!("{}, {status}", entry.verdict());
    if let Some(fault) = entry.fault {
        out.push_str(&format!(". Fault: {fault}"));
    }
    if let Some(refusal) = &entry.refusal {
        out.push_str(&format!(". {}: {}", refusal.code, refusal.message));
    }
    let mut out = format!("<p>{}</p>", escape(&out));
    let reasons = entry.refusal.iter().flat_map(|r| &r.errors);
    let reasons: String = reasons
        .map(|reason| format!("<li>{}", escape(reason)))
        .collect();
    if !reasons.is_empty() {
        out.push_str(&format!("<ul>{reasons}</ul>"));
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::ApiError;
    use crate::log::tests::entry;

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
    fn nothing_that_arrived_becomes_markup() {
        let mut odd = entry("/<script>alert('a')</script>");
        odd.method = "<b>".into();
        odd.refuse(&ApiError::bad_request("<i>\"&"));
        let html = page(&[odd], &["<u>".into()], false);
        for tag in ["<script", "<b>", "<i>", "<u>"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
    }
}
