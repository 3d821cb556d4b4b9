//! Whatever tells the kinds of a union, each is read as itself, written as it was read, and built with its tag.

use dintero_tests::random_unions::{COUNT, SEED, generate};
use dintero_tests::unions::{build, read};
use serde_json::json;

#[test]
fn every_kind_is_read_as_itself_and_written_as_it_was_read() {
    let (document, kinds) = generate(SEED, COUNT);
    for kind in kinds {
        let schemas = &document["components"]["schemas"];
        let place = format!(
            "{} of {}: {}",
            kind.sample, kind.union, schemas[&kind.union]
        );
        let (shown, written) =
            read(&kind.union, &kind.sample).unwrap_or_else(|error| panic!("{error}: {place}"));
        assert_eq!(written, kind.sample, "{place}");
        // A field that a kind does not know is one of another kind.
        let known = !shown.starts_with("Unknown(") && !shown.contains("unknown_fields");
        assert!(known, "{shown}: {place}");
        if let Some(component) = kind.component.filter(|name| schemas.get(name).is_some()) {
            let name = component.replace('K', "k");
            assert!(
                shown.starts_with(&format!("{name}({name} ")),
                "{shown}: {place}"
            );
        }
    }
}

#[test]
fn every_kind_is_built_with_its_tag() {
    let (_, kinds) = generate(SEED, COUNT);
    let named = kinds
        .iter()
        .filter_map(|kind| Some((kind.component.as_ref()?, &kind.sample)));
    for (component, sample) in named {
        let built = build(component).unwrap_or_else(|error| panic!("{component}: {error}"));
        assert_eq!(built, *sample, "{component}");
    }
}

#[test]
fn a_kind_that_is_not_known_keeps_everything() {
    let (_, kinds) = generate(SEED, COUNT);
    for kind in kinds.iter().filter(|kind| !kind.sample["kind"].is_null()) {
        for tag in [json!("later"), json!(99), json!({"of": "later"})] {
            let value = json!({"kind": tag, "deep": [{"more": null}]});
            let (shown, written) =
                read(&kind.union, &value).unwrap_or_else(|error| panic!("{error}: {value}"));
            assert!(shown.starts_with("Unknown("), "{shown}");
            assert_eq!(written, value);
        }
    }
}
