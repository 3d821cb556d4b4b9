//! The payment page: HTML that works without JavaScript, loads nothing, and speaks with the Web SDK.

use maud::{Markup, html};

use super::express;
use crate::api::checkout::card::{CARDS, Case};
use crate::api::prelude::*;
use crate::html::Page;

const SCHEMES: [(&str, &str); 2] = [("visa", "Visa"), ("mastercard", "Mastercard")];
/// The origins of this machine, as far as a content security policy can name them.
const LOOPBACK: &str =
    "'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*";

/// Speaks with the Web SDK; a page that was opened without it has no script.
const SCRIPT: &str = include_str!("page.js");

pub(super) struct View<'a> {
    pub(super) order: &'a Value,
    pub(super) express: Option<&'a Value>,
    pub(super) keeps_card: bool,
    pub(super) scheme: Option<&'a str>,
    /// The origins that may embed the page besides this machine's.
    pub(super) embedders: &'a [String],
    pub(super) error: Option<&'a str>,
    /// What the script knows; `None` unless the Web SDK opened the page.
    pub(super) sdk: Option<Value>,
}

impl View<'_> {
    fn total(&self) -> String {
        let currency = text_of(&self.order["currency"]);
        money(&self.order["amount"], currency)
    }

    pub(super) fn choose(&self) -> ApiResponse {
        let pay = match self.keeps_card {
            true => "Keep the card".to_owned(),
            false => format!("Pay {}", self.total()),
        };
        self.page(200, &pay, html! {
            div class="two" {
                div {
                    (self.summary(false))
                    @if let Some(express) = self.express {
                        (express::fields(express, self.order, |amount| money(amount, text_of(&self.order["currency"]))))
                    }
                }
                form class="choose" method="post" {
                    fieldset {
                        div class="scheme" {
                            legend { "Test card" }
                            div class="switch" role="radiogroup" aria-label="Scheme" { @for (value, name) in SCHEMES {
                                label { input type="radio" name="scheme" value=(value) checked[value == "visa"]; (name) }
                            } }
                        }
                        @for (case, says, visa, mastercard) in &CARDS { label class="outcome" {
                            input type="radio" name="card" value=(visa) checked[*case == Case::Approved];
                            span { (says) }
                            span class="number visa" { (grouped(visa)) }
                            span class="number mastercard" { @if let Some(number) = mastercard { (grouped(number)) } @else { "Visa only" } }
                        } }
                        @if !self.keeps_card { label class="outcome" {
                            input type="radio" name="card" value="hold";
                            span { "On hold, to be decided later" }
                            span class="number" { "no card" }
                        } }
                    }
                    details class="typed" open[self.error.is_some()] {
                        summary { "Type a card number instead" }
                        label for="card_number" { "Card number" }
                        input type="text" id="card_number" name="card_number" inputmode="numeric" autocomplete="off" maxlength="30"
                            aria-describedby="card_hint" aria-invalid=[self.error.map(|_| "true")] autofocus[self.error.is_some()];
                        p class="hint" id="card_hint" { "One of the test cards above. Never a real card." }
                    }
                    p class="buttons" {
                        button class="main" name="action" value="pay" { (pay) }
                        button name="action" value="cancel" { "Cancel" }
                    }
                }
            }
        })
    }

    pub(super) fn challenge(&self, card: &str) -> ApiResponse {
        self.page(200, "Is it you?", html! {
            form method="post" {
                h2 { "Challenge by the card's bank" }
                p { "The bank wants to know whether it is you who pays " (self.total()) "." }
                input type="hidden" name="action" value="pay";
                input type="hidden" name="card_number" value=(card);
                p class="buttons" {
                    button class="main" name="challenge" value="passed" autofocus { "Yes, it is me" }
                    button name="challenge" value="failed" { "Fail the challenge" }
                }
            }
        })
    }

    /// The page of a session that takes no payment. The link `back` to the shop has what the browser would have been
    /// sent with.
    pub(super) fn over(&self, says: &str, is_held: bool, back: Option<&str>) -> ApiResponse {
        let title = match is_held {
            true => "This payment waits",
            false => "This payment is over",
        };
        self.page(200, title, html! {
            section { p role="status" { (says) } @if let Some(back) = back { a href=(back) target="_top" { "Back to the shop" } } }
            @if is_held {
                form method="post" {
                    h2 { "Decide" }
                    p { "Here you are the payment provider, who decides about the payment." }
                    p class="buttons" {
                        button name="action" value="release" { "Authorize it" }
                        button name="action" value="refuse" { "Refuse it" }
                    }
                }
            }
            (self.summary(true))
        })
    }

    /// The page of a session that does not exist.
    pub(super) fn missing(&self) -> ApiResponse {
        let text = "There is no session with this id. The sandbox may have been started anew.";
        let content = html! { section { p role="status" { (text) } } };
        self.page(404, "Unknown session", content)
    }

    fn summary(&self, is_open: bool) -> Markup {
        let order = self.order;
        let currency = text_of(&order["currency"]);
        let shipping = &order["shipping_option"];
        html! {
            details class="order" open[is_open] {
                summary {
                    div { h2 { "Your order" } span class="hint" { (text_of(&order["merchant_reference"])) } }
                    span class="sum" { (self.total()) }
                }
                table {
                    thead { tr { th scope="col" { "Item" } th class="few" scope="col" { "Quantity" } th class="sum" scope="col" { "Amount" } } }
                    tbody {
                        @for item in items(&order["items"]) { tr {
                            th scope="row" { (text_of(&item["description"])) }
                            td class="few" { @if item["quantity"].is_number() { (item["quantity"]) } }
                            td class="sum" { (money(&item["amount"], currency)) }
                        } }
                        @if shipping.is_object() { tr {
                            th scope="row" colspan="2" { "Shipping: " (text_of(&shipping["title"])) }
                            td class="sum" { (money(&shipping["amount"], currency)) }
                        } }
                    }
                    tfoot { tr { th scope="row" colspan="2" { "Total" } td class="sum" { (self.total()) } } }
                }
            }
        }
    }

    fn page(&self, status: u16, title: &str, content: Markup) -> ApiResponse {
        let body = html! {
            header { p { "Sandbox: a test, no money moves" } }
            main data-sdk=[self.sdk.as_ref().map(Value::to_string)] {
                h1 { (title) }
                @if let Some(error) = self.error { section class="alert" role="alert" { (error) } }
                (content)
            }
        };
        // Browsers apply `form-action` to the redirect that follows, too, and that leads to the shop.
        let scheme = self.scheme.map(|scheme| format!(" {scheme}:"));
        let page = Page {
            title: &format!("{title} \u{2013} sandbox"),
            script: if self.sdk.is_some() { SCRIPT } else { "" },
            form_action: &format!("'self' http: https:{}", scheme.unwrap_or_default()),
            frames: &format!("{LOOPBACK} {}", self.embedders.join(" ")),
        };
        let response = page.with(&body);
        ApiResponse { status, ..response }
    }
}

fn grouped(number: &str) -> String {
    let groups = number.as_bytes().chunks(4);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// Minor units as text: all currencies of sessions have two decimals.
fn money(amount: &Value, currency: &str) -> String {
    let amount = amount.as_i64().unwrap_or(0);
    let sign = if amount < 0 { "\u{2212}" } else { "" };
    let (major, minor) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
    let digits = major.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    // Narrow spaces that do not break the line.
    let grouped = groups.join("\u{202f}");
    format!("{sign}{grouped}.{minor:02} {currency}")
}
