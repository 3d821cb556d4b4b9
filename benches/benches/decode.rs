//! A complete transaction, decoded and encoded, beside the same bytes as `serde_json::Value`:
//! `cargo bench --package dintero-benches --bench decode`.
//!
//! Rounds of all candidates alternate, so that a busy machine slows all of them; the table shows medians. Criterion's own
//! figures follow.
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use dintero_checkout::types::Transaction;
use serde_json::{Value, json};

const ROUNDS: usize = 300;
const CALLS: u32 = 10;

/// The response to a capture in the public reference: every field of a transaction, with the indentation of the reference.
fn transaction() -> Value {
    let known: Value = serde_json::from_str(include_str!("../../tests/data/seeds.json"))
        .expect("tests/data/seeds.json is JSON");
    known["POST /transactions/{id}/capture"]["responses"]["200"][0].clone()
}

/// Adds one field that no version of the document has to each object. Returns how many.
fn announce(value: &mut Value) -> usize {
    match value {
        Value::Object(object) => {
            let inner: usize = object.values_mut().map(announce).sum();
            object.insert("x_tomorrow".to_owned(), json!("new"));
            inner + 1
        }
        Value::Array(list) => list.iter_mut().map(announce).sum(),
        _ => 0,
    }
}

struct Row {
    name: &'static str,
    baseline: &'static str,
    run: Box<dyn Fn()>,
    times: Vec<Duration>,
}

fn row<T>(name: &'static str, baseline: &'static str, run: impl Fn() -> T + 'static) -> Row {
    Row {
        name,
        baseline,
        run: Box::new(move || drop(black_box(run()))),
        times: Vec::with_capacity(ROUNDS),
    }
}

fn table(mut rows: Vec<Row>) {
    for _ in 0..ROUNDS {
        for row in &mut rows {
            let start = Instant::now();
            for _ in 0..CALLS {
                (row.run)();
            }
            row.times.push(start.elapsed() / CALLS);
        }
    }
    let median = |row: &Row| {
        let mut times = row.times.clone();
        times.sort();
        times[ROUNDS / 2]
    };
    println!(
        "{:<34}{:>10}{:>8}{:>14}{:>10}",
        "", "median", "ratio", "allocations", "bytes"
    );
    for row in &rows {
        let baseline = rows
            .iter()
            .find(|other| other.name == row.baseline)
            .unwrap_or(row);
        let ratio = median(row).as_secs_f64() / median(baseline).as_secs_f64();
        let counted = allocation_counter::measure(|| (row.run)());
        println!(
            "{:<34}{:>7.1} us{:>8.2}{:>14}{:>10}",
            row.name,
            median(row).as_secs_f64() * 1e6,
            ratio,
            counted.count_total,
            counted.bytes_total,
        );
    }
    // For `cargo xtask bench`.
    for row in rows.iter().filter(|row| row.name != row.baseline) {
        let baseline = rows.iter().find(|other| other.name == row.baseline);
        let ratio =
            baseline.map(|baseline| median(row).as_secs_f64() / median(baseline).as_secs_f64());
        println!(
            "ratio: {:.2}: {}: {}",
            ratio.unwrap_or(1.0),
            row.name,
            row.baseline
        );
    }
}

fn decode(criterion: &mut Criterion) {
    let value = transaction();
    let bytes: &'static [u8] = serde_json::to_string_pretty(&value)
        .expect("a Value is JSON")
        .into_bytes()
        .leak();
    let typed: Transaction = serde_json::from_slice(bytes).expect("a transaction");
    assert_eq!(
        serde_json::to_value(&typed).expect("a transaction is JSON"),
        value,
        "nothing is lost"
    );
    let mut newer = value.clone();
    let objects = announce(&mut newer);
    let newer: &'static [u8] = serde_json::to_string_pretty(&newer)
        .expect("a Value is JSON")
        .into_bytes()
        .leak();
    let mut misfit = value.clone();
    misfit["events"][0]["amount"] = json!("1");
    let misfit: &'static [u8] = misfit.to_string().into_bytes().leak();
    println!(
        "{} bytes, {objects} objects, Transaction is {} bytes by value",
        bytes.len(),
        size_of::<Transaction>()
    );

    let (value_2, typed_2) = (value.clone(), typed.clone());
    table(vec![
        row("decode Value", "decode Value", || {
            serde_json::from_slice::<Value>(bytes).ok()
        }),
        row("decode Transaction", "decode Value", || {
            serde_json::from_slice::<Transaction>(bytes).ok()
        }),
        row("decode Transaction, as a client", "decode Value", || {
            dintero_core::data::read::<Transaction>(bytes).ok()
        }),
        row("decode Value, unknown fields", "decode Value", || {
            serde_json::from_slice::<Value>(newer).ok()
        }),
        row(
            "decode Transaction, unknown fields",
            "decode Transaction",
            || serde_json::from_slice::<Transaction>(newer).ok(),
        ),
        row(
            "unknown fields, as a client",
            "unknown fields, as a client",
            || dintero_core::data::read::<Transaction>(newer).ok(),
        ),
        // Nobody is told twice: what is not documented is compared with what was told.
        row(
            "unknown fields, told",
            "unknown fields, as a client",
            || {
                dintero_core::data::read_watched::<Transaction>(newer, &mut |names| {
                    names.contains(&0)
                })
                .0
                .ok()
            },
        ),
        row(
            "one misfit, as a client",
            "decode Transaction, as a client",
            || dintero_core::data::read::<Transaction>(misfit).ok(),
        ),
        row("encode Value", "encode Value", move || {
            serde_json::to_vec(&value_2).ok()
        }),
        row("encode Transaction", "encode Value", move || {
            serde_json::to_vec(&typed_2).ok()
        }),
    ]);
    println!(
        "unknown fields: one in each object; its ratio is to the same decoding without them\n"
    );

    let mut group = criterion.benchmark_group("transaction");
    group.sample_size(50);
    group.bench_function("decode Value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<Value>(black_box(bytes)));
    });
    group.bench_function("decode Transaction", |bencher| {
        bencher.iter(|| serde_json::from_slice::<Transaction>(black_box(bytes)));
    });
    group.bench_function("decode Transaction, as a client", |bencher| {
        bencher.iter(|| dintero_core::data::read::<Transaction>(black_box(bytes)));
    });
    group.bench_function("encode Value", |bencher| {
        bencher.iter(|| serde_json::to_vec(black_box(&value)));
    });
    group.bench_function("encode Transaction", |bencher| {
        bencher.iter(|| serde_json::to_vec(black_box(&typed)));
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
