//! `/_sandbox`: the log as a page.

use maud::{Markup, html};

use super::{Log, LoggedRequest};
use crate::clock::text;

const SHOWN: usize = 200;

/// Returns the page's body, which also says why the state could not be saved, if it could not.
pub(crate) fn body(log: &Log, save_error: Option<String>, wrong_only: bool) -> Markup {
    let (entries, log_error) = (log.entries(), log.write_error());
    let unlogged = log_error.map(|e| format!("The log is no longer written to its file: {e}."));
    let unsaved = save_error.map(|e| format!("The state could not be saved: {e}."));
    let notes: Vec<_> = unlogged.into_iter().chain(unsaved).collect();
    let is_wrong = |entry: &&LoggedRequest| entry.verdict() != "accepted";
    let wrong = entries.iter().filter(is_wrong).count();
    let count = match entries.len() {
        1 => "1 request".to_owned(),
        count => format!("{count} requests"),
    };
    let rows = entries.iter().rev();
    let rows = rows.filter(|entry| !wrong_only || is_wrong(entry));
    let rows: Vec<_> = rows.take(SHOWN).collect();
    html! {
        main {
            h1 { "What arrived" }
            @for note in notes { p class="wrong" role="alert" { (note) } }
            @if let Some(last) = entries.iter().rev().find(is_wrong) {
                div class="wrong" role="status" {
                    p { (wrong) " of " (count) " went wrong. The last: " strong { (last.method) " " (last.path) } }
                    (verdict(last))
                }
            } @else if entries.is_empty() {
                p role="status" { "No request has arrived yet." }
            } @else {
                p role="status" { (count) ", nothing went wrong." }
            }
            nav aria-label="Log" {
                p {
                    @if wrong_only { a href="/_sandbox" { "All requests" } }
                    @else { a href="/_sandbox?wrong" { "Only what went wrong" } }
                    " \u{b7} " a href="/_sandbox/log.jsonl" { "As JSON lines" }
                }
            }
            @if !rows.is_empty() {
                table {
                    caption { "The newest " (SHOWN) " at most, newest first. Times are the sandbox's, UTC." }
                    thead { tr {
                        @for title in ["Time", "Request", "Operation", "Verdict", "Request id"] {
                            th scope="col" { (title) }
                        }
                    } }
                    tbody { @for entry in rows { tr {
                        td { (text(entry.at)) }
                        th scope="row" { (entry.method) " " (entry.path) }
                        td { (entry.operation_id.as_deref().unwrap_or("none")) }
                        td { (verdict(entry)) }
                        td { (entry.request_id) }
                    } } }
                }
            }
        }
    }
}

fn verdict(entry: &LoggedRequest) -> Markup {
    let refusal = entry.refusal.as_ref();
    let reasons = refusal.map_or(&[][..], |refusal| &refusal.errors);
    html! {
        p class=(entry.verdict()) {
            (entry.verdict()) ", "
            @if let Some(status) = entry.status { (status) } @else { "no response" }
            @if let Some(fault) = entry.fault { ". Fault: " (fault.to_string()) }
            @if let Some(refusal) = &entry.refusal { ". " (refusal.code) ": " (refusal.message) }
        }
        @if !entry.undocumented.is_empty() { p { "Not in the documents: " (entry.undocumented.join(", ")) } }
        @if !reasons.is_empty() {
            ul { @for reason in reasons { li { (reason) } } }
        }
    }
}
