//! A document that was changed at random is refused with findings, or yields source that Rust parses; nothing panics.

use std::path::Path;

use dintero_codegen::document::Document;
use dintero_codegen::generate_from;
use serde_json::{Value, json};

const SEEDS: u64 = 150;

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }
}

fn pointers(node: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match node {
        Value::Object(object) => {
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn odd(random: &mut Random) -> Value {
    let component = json!({"$ref": "#/components/schemas/Card"});
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(""),
        json!("type"),
        json!("Self\u{202e}\0\n`[\"<"),
        json!([]),
        json!({}),
        json!([null, {}, "a"]),
        json!({"$ref": 5}),
        json!({"$ref": "#/paths"}),
        json!({"type": "object"}),
        json!({"type": ["string", "null"]}),
        json!({"allOf": [component, {"type": "object", "properties": {"id": {"type": "array"}}}]}),
        json!({"oneOf": [component, {"type": "string"}], "discriminator": {"propertyName": "x"}}),
        json!({"enum": [1, "a", null, {}]}),
        component,
    ];
    odd[random.below(odd.len())].clone()
}

/// Deletes, replaces, copies or renames one node.
fn mutate(root: &mut Value, random: &mut Random) {
    let mut all = Vec::new();
    pointers(root, "", &mut all);
    let place = all.swap_remove(1 + random.below(all.len() - 1));
    let other = all[random.below(all.len())].clone();
    let copied = root.pointer(&other).cloned().unwrap_or_default();
    let Some((parent, key)) = place.rsplit_once('/') else {
        return;
    };
    let key = key.replace("~1", "/").replace("~0", "~");
    match (random.below(5), root.pointer_mut(parent)) {
        (0, Some(Value::Object(parent))) => drop(parent.remove(&key)),
        (0, Some(Value::Array(parent))) if !parent.is_empty() => drop(parent.pop()),
        (1, Some(Value::Object(parent))) => {
            let value = parent.get(&key).cloned().unwrap_or_default();
            let names = [
                key.to_uppercase(),
                key.replace('_', "-"),
                format!("{key} /~{{x}}"),
            ];
            parent.insert(names[random.below(names.len())].clone(), value);
        }
        (1, Some(Value::Array(parent))) => {
            let value = parent.first().cloned().unwrap_or_default();
            parent.push(value);
        }
        // A copy of something large into itself would grow without end.
        (2, _) if copied.to_string().len() < 20_000 => {
            root.pointer_mut(&place)
                .into_iter()
                .for_each(|node| *node = copied.clone());
        }
        _ => root
            .pointer_mut(&place)
            .into_iter()
            .for_each(|node| *node = odd(random)),
    }
}

#[test]
fn a_document_changed_at_random_is_refused_or_generated() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/wallets.yaml");
    let mut original = Document::read(&path).expect("the document");
    original.root["x-dintero-servers"] = json!({"https://api.dintero.com": "api"});
    let mut generated = 0;
    for seed in 0..SEEDS {
        let mut random = Random(seed);
        let mut document = original.clone();
        for _ in 0..=random.below(6) {
            mutate(&mut document.root, &mut random);
        }
        match generate_from("wallets", document, None) {
            Ok(generation) => {
                generated += 1;
                if let Err(error) = syn::parse_file(&generation.source) {
                    panic!("seed {seed}: {error}");
                }
            }
            Err(errors) => {
                let said = errors.to_string();
                assert!(!said.is_empty(), "seed {seed}: refused without a reason");
                assert!(!said.contains("progenitor cannot"), "seed {seed}: {said}");
            }
        }
    }
    assert!(
        generated > SEEDS / 2,
        "only {generated} documents were generated"
    );
}
