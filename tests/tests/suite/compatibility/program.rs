// A program written for the older API, and compiled against both.

use std::fmt::Debug;

use api::types::{ByCard, Change, Payment, Thing, ThingKind};

pub fn describe(thing: &Thing) -> String {
    let Thing { id, kind, payment, .. } = thing;
    let kind = match kind {
        Some(ThingKind::Plain) => "plain",
        Some(ThingKind::Round) => "round",
        Some(other) => other.as_str(),
        None => "without kind",
    };
    let payment = match payment {
        Some(Payment::ByCard(ByCard { brand, .. })) => format!("card {}", brand.as_deref().unwrap_or("?")),
        Some(_) => "other".to_owned(),
        None => "unpaid".to_owned(),
    };
    format!("{id} {kind} {payment}")
}

pub fn change(amount: i64) -> Result<Change, dintero_core::Error> {
    Change::builder().amount(amount).build()
}

/// Prepares both calls.
pub fn calls(client: &api::Client) -> impl Debug + use<'_> {
    let change = client.change_thing("1").body(Change::builder().amount(1));
    (client.get_thing("1").verbose(true), change)
}
