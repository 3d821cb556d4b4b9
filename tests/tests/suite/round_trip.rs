//! A decoded body is encoded without loss.

use dintero_tests::arbitrary::Arbitrary;
use dintero_tests::{apis, data, document, objects_that_may_be_empty, successes};
use serde_json::{Value, json};

/// The first difference between two JSON values.
fn difference(at: &str, one: &Value, two: &Value) -> Option<String> {
    match (one, two) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let at = format!("{at}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => difference(&at, a, b),
                    (a, b) => Some(format!("{at}: {a:?} became {b:?}")),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (a, b))| difference(&format!("{at}/{index}"), a, b)),
        _ => (one != two).then(|| format!("{at}: {one} became {two}")),
    }
}

fn check(what: &str, trip: dintero_tests::RoundTrip, body: &Value, failures: &mut Vec<String>) {
    match trip(body.to_string().as_bytes()) {
        Ok(back) => {
            failures.extend(difference("", body, &back).map(|found| format!("{what}: {found}")))
        }
        Err(error) => failures.push(format!("{what}: {error}")),
    }
}

#[test]
fn every_known_body_survives_a_round_trip() {
    let mut failures = Vec::new();
    let mut count = 0;
    for api in apis() {
        for file in [format!("{}.json", api.name), "seeds.json".to_owned()] {
            for (operation, bodies) in data(&file).as_object().unwrap() {
                let Some(method) = api.method(operation) else {
                    assert_eq!(
                        file, "seeds.json",
                        "{operation} is not in the operation table"
                    );
                    continue;
                };
                let (request, response) = api.operations[method];
                for body in bodies["requests"].as_array().unwrap() {
                    check(
                        &format!("{operation} request"),
                        request,
                        body,
                        &mut failures,
                    );
                    count += 1;
                }
                for (status, list) in bodies["responses"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(status, _)| status.starts_with('2'))
                {
                    for body in list.as_array().unwrap() {
                        check(
                            &format!("{operation} {status}"),
                            response,
                            body,
                            &mut failures,
                        );
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 40, "only {count} bodies were tried");
}

#[test]
fn every_response_that_a_document_allows_survives_a_round_trip() {
    let mut failures = Vec::new();
    for api in apis() {
        let document = document(api.name);
        for (name, schema) in successes(&document, &api) {
            for seed in 0..60 {
                let mut arbitrary = Arbitrary::new(&document, seed);
                arbitrary.future = seed % 2 == 1;
                arbitrary.minimal = seed == 0;
                let body = arbitrary.value(schema);
                check(
                    &format!("{} {name} seed {seed}", api.name),
                    api.operations[name].1,
                    &body,
                    &mut failures,
                );
            }
        }
    }
    failures.truncate(20);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The value without the fields that are `null`.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

#[test]
fn null_instead_of_an_absent_field_loses_nothing_else() {
    let mut failures = Vec::new();
    for api in apis() {
        let document = document(api.name);
        for (name, schema) in successes(&document, &api) {
            for seed in 0..20 {
                let mut arbitrary = Arbitrary::new(&document, seed);
                arbitrary.nulls = true;
                arbitrary.minimal = seed == 0;
                let body = arbitrary.value(schema);
                let what = format!("{} {name} seed {seed}", api.name);
                let back = api.operations[name].1(body.to_string().as_bytes());
                failures.extend(match back {
                    Ok(back) => difference("", &without_nulls(&body), &without_nulls(&back))
                        .map(|found| format!("{what}: {found}")),
                    Err(error) => Some(format!("{what}: {error}")),
                });
            }
        }
    }
    failures.truncate(20);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn unknown_values_of_every_enum_are_preserved() {
    let mut lists = 0;
    for api in apis() {
        for (name, (trip, known)) in &api.enums {
            lists += 1;
            for value in known
                .iter()
                .copied()
                .chain(["later.value", "", "UNKNOWN", " æ"])
            {
                assert_eq!(
                    trip(json!(value).to_string().as_bytes()),
                    Ok(json!(value)),
                    "{} {name}",
                    api.name
                );
            }
            assert!(
                trip(b"17").unwrap_err().contains("expected a string"),
                "{} {name}",
                api.name
            );
        }
        for (name, trip) in &api.integers {
            assert_eq!(trip(b"987654"), Ok(json!(987_654)), "{} {name}", api.name);
        }
    }
    assert!(lists > 100, "only {lists} lists");
}

#[test]
fn unknown_variants_of_every_union_are_preserved() {
    let mut unions = 0;
    for api in apis() {
        for (name, trip) in &api.unions {
            unions += 1;
            for value in [
                json!({"kind_of_later": [1, null]}),
                json!("text"),
                json!(null),
            ] {
                assert_eq!(
                    trip(value.to_string().as_bytes()),
                    Ok(value),
                    "{} {name}",
                    api.name
                );
            }
        }
    }
    assert!(unions >= 5, "only {unions} unions");
}

#[test]
fn unknown_fields_of_every_object_are_preserved() {
    for (name, trip, _) in objects_that_may_be_empty(&apis()) {
        let body = json!({"announced_by_nobody": {"a": [1, 2.5, null]}});
        assert_eq!(trip(body.to_string().as_bytes()), Ok(body), "{name}");
    }
}

#[test]
fn null_is_accepted_for_every_optional_field() {
    for (name, trip, fields) in objects_that_may_be_empty(&apis()) {
        for (wire, field) in fields {
            let back = trip(json!({ &wire: null }).to_string().as_bytes());
            let expected = if field.nullable {
                json!({ &wire: null })
            } else {
                json!({})
            };
            assert_eq!(back, Ok(expected), "{name}.{wire}");
        }
    }
}
