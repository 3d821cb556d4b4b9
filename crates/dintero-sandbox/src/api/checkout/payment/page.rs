//! The payment page: HTML that works without JavaScript and loads nothing.

use maud::{Markup, html};

use super::express;
use crate::api::checkout::card::{CARDS, Case};
use crate::api::prelude::*;
use crate::html;

/// The origins of this machine, as far as a content security policy can name them.
const LOOPBACK: &str =
    "'self' http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*";

pub(super) struct View<'a> {
    pub(super) order: &'a Value,
    pub(super) express: Option<&'a Value>,
    pub(super) keeps_card: bool,
    pub(super) scheme: Option<&'a str>,
    /// The origins that may embed the page besides this machine's.
    pub(super) embedders: &'a [String],
    pub(super) error: Option<&'a str>,
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
        self.page(&pay, html! {
            div class="two" {
                (self.summary())
                @if let Some(express) = self.express {
                    (express::fields(express, self.order, |amount| money(amount, text_of(&self.order["currency"]))))
                }
                form method="post" {
                    fieldset {
                        legend { "Test card" }
                        p class="hint" { "What follows is decided by the number; any date and code would do." }
                        table {
                            thead { tr { th scope="col" { "Outcome" } th scope="col" { "Visa" } th scope="col" { "Mastercard" } } }
                            tbody { @for (case, says, visa, mastercard) in &CARDS {
                                tr {
                                    th scope="row" { (says) }
                                    td { (radio(says, "Visa", visa, *case == Case::Approved)) }
                                    td { @if let Some(number) = mastercard { (radio(says, "Mastercard", number, false)) } }
                                }
                            } }
                        }
                    }
                    fieldset {
                        label for="card_number" { "Or type a card number" }
                        input type="text" id="card_number" name="card_number" inputmode="numeric" autocomplete="off" maxlength="30"
                            aria-describedby="card_hint" aria-invalid=[self.error.map(|_| "true")] autofocus[self.error.is_some()];
                        p class="hint" id="card_hint" { "Of the table above. Never a real card." }
                    }
                    p class="buttons" { button class="main" name="action" value="pay" { (pay) } }
                    p class="buttons" {
                        button name="action" value="decline" { "Decline" }
                        button name="action" value="time_out" { "Let it time out" }
                        @if !self.keeps_card { button name="action" value="hold" { "Put on hold" } }
                        button name="action" value="cancel" { "Cancel and go back" }
                    }
                }
            }
        })
    }

    pub(super) fn challenge(&self, card: &str) -> ApiResponse {
        self.page("Is it you?", html! {
            form method="post" {
                h2 { "Challenge by the card's bank" }
                p { "The bank wants to know whether it is you who pays " (self.total()) "." }
                input type="hidden" name="action" value="pay";
                input type="hidden" name="card_number" value=(card);
                p class="buttons" { button class="main" name="challenge" value="passed" autofocus { "Yes, it is me" } }
                p class="buttons" { button name="challenge" value="failed" { "Fail the challenge" } }
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
        self.page(title, html! {
            section { p role="status" { (says) } @if let Some(back) = back { p { a href=(back) { "Back to the shop" } } } }
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
            (self.summary())
        })
    }

    fn summary(&self) -> Markup {
        let currency = text_of(&self.order["currency"]);
        let items = items(&self.order["items"]);
        let shipping = &self.order["shipping_option"];
        html! {
            section aria-labelledby="order" {
                h2 id="order" { "Your order" }
                p { "Reference " strong { (text_of(&self.order["merchant_reference"])) } }
                table {
                    thead { tr { th scope="col" { "Item" } th scope="col" { "Quantity" } th class="sum" scope="col" { "Amount" } } }
                    tbody {
                        @for item in items { tr {
                            th scope="row" { (text_of(&item["description"])) }
                            td { @if item["quantity"].is_number() { (item["quantity"]) } }
                            td class="sum" { (money(&item["amount"], currency)) }
                        } }
                        @if shipping.is_object() { tr {
                            th scope="row" { "Shipping: " (text_of(&shipping["title"])) }
                            td {}
                            td class="sum" { (money(&shipping["amount"], currency)) }
                        } }
                    }
                    tfoot { tr { th scope="row" colspan="2" { "Total" } td class="sum" { (self.total()) } } }
                }
            }
        }
    }

    fn page(&self, title: &str, content: Markup) -> ApiResponse {
        let content = html! {
            @if let Some(error) = self.error { section class="alert" role="alert" { (error) } }
            (content)
        };
        page(title, self.scheme, self.embedders, content)
    }
}

pub(super) fn missing() -> ApiResponse {
    let text = "There is no session with this id. The sandbox may have been started anew.";
    let content = html! { section { p role="status" { (text) } } };
    let page = page("No such payment", None, &[], content);
    ApiResponse {
        status: 404,
        ..page
    }
}

fn page(title: &str, scheme: Option<&str>, embedders: &[String], content: Markup) -> ApiResponse {
    let body = html! {
        header { p { "Sandbox: a test, no money moves" } }
        main { h1 { (title) } (content) }
    };
    // Browsers apply `form-action` to the redirect that follows, too, and that leads to the shop.
    let scheme = scheme.map(|scheme| format!(" {scheme}:"));
    let form_action = format!("'self' http: https:{}", scheme.unwrap_or_default());
    let title = format!("{title} \u{2013} sandbox");
    let frames = format!("{LOOPBACK} {}", embedders.join(" "));
    html::page(
        &title,
        include_str!("style.css"),
        &form_action,
        &frames,
        &body,
    )
}

fn radio(outcome: &str, brand: &str, number: &str, checked: bool) -> Markup {
    let groups = number.as_bytes().chunks(4);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    html! {
        label class="number" {
            input type="radio" name="card" value=(number) checked[checked];
            span class="aloud" { (outcome) ", " (brand) }
            " " (groups.join(" "))
        }
    }
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
