//! Settlements, their reports, sellers and what they are owed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::text;
use crate::state::json::text_of;
use crate::state::store::Store;
use crate::state::uuid;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Finance {
    pub(crate) settlements: Store<Value>,
    /// The attachments of settlements, CSV files, by their id.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) report_configurations: Store<Value>,
    /// The events that are settled, by transaction.
    pub(crate) settled: BTreeSet<String>,
    pub(crate) sellers: Store<Value>,
    /// By `fund_transfer_id`.
    pub(crate) transfers: BTreeMap<String, Value>,
    /// What went to and from sellers, by ledger entry id.
    pub(crate) ledger: Store<Value>,
}

impl Finance {
    /// With a small history: three weeks, settled one by one.
    pub(crate) fn new(account: &str, now: DateTime<Utc>) -> Self {
        let mut finance = Self::default();
        for week in (1..=3_i64).rev() {
            let line = |n: i64, event: &str, amount: i64| {
                let id = format!("{account}.history{week}n{n}");
                json!({"transaction_id": id, "event": event, "amount": amount, "currency": "NOK"})
            };
            let lines = [
                line(1, "CAPTURE", 10_000 * week),
                line(2, "CAPTURE", 4_900),
                line(2, "REFUND", 900),
            ];
            finance.settle(&lines, "sandbox", now - TimeDelta::weeks(week));
        }
        finance
    }

    /// Adds a settlement per currency for a week that has just ended. Each line says what happened to a transaction.
    pub(crate) fn settle(&mut self, lines: &[Value], by: &str, at: DateTime<Utc>) {
        let currencies = lines.iter().map(|line| text_of(&line["currency"]));
        for currency in currencies.collect::<BTreeSet<_>>() {
            let of_currency = || lines.iter().filter(|line| line["currency"] == currency);
            let sum = |event: &str| -> i64 {
                let of_event = of_currency().filter(|line| line["event"] == event);
                of_event.filter_map(|line| line["amount"].as_i64()).sum()
            };
            let (id, file, capture, refund) = (uuid(), uuid(), sum("CAPTURE"), sum("REFUND"));
            // About 2 %, rounded down.
            let fee = capture / 50;
            let mut csv = "transaction_id,event,amount,currency\n".to_owned();
            for line in of_currency() {
                let (id, event) = (text_of(&line["transaction_id"]), text_of(&line["event"]));
                csv.push_str(&format!("{id},{event},{},{currency}\n", line["amount"]));
            }
            let doc = json!({
                "id": id, "provider": "dintero_psp", "provider_reference": id, "payment_status": "paid",
                "start_at": text(at - TimeDelta::weeks(1)), "end_at": text(at), "created_at": text(at),
                "updated_at": text(at), "settled_at": text(at),
                "amounts": [{"amount": capture - refund - fee, "capture": capture, "refund": refund, "fee": fee,
                    "currency": currency}],
                "attachments": [{"id": file, "key": format!("{id}/{file}"), "content_type": "text/csv",
                    "extension": "csv", "created_by": by}],
            });
            self.files.insert(file, csv);
            self.settlements.put(&id, doc);
        }
    }

    /// What a seller has in a currency, minor units.
    pub(crate) fn balances(&self, seller: &str) -> BTreeMap<String, i64> {
        let mut balances = BTreeMap::new();
        let entries = self.ledger.iter();
        for entry in entries.filter(|e| e["payout_destination_id"] == seller) {
            let currency = text_of(&entry["currency"]).to_owned();
            *balances.entry(currency).or_default() += entry["amount"].as_i64().unwrap_or(0);
        }
        balances
    }
}
