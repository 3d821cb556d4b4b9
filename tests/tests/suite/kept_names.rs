//! An addition to a document never takes the Rust name of what was there before.

use std::collections::BTreeMap;

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Level, Rule};
use dintero_codegen::kept::{KeptNames, words};
use dintero_codegen::{Generation, generate_from, overlay};
use dintero_tests::documents::HEAD;
use dintero_tests::root;
use fastrand::Rng;
use serde_json::{Value, json};

/// Rust names by what they name, as the surface has them.
fn names(surface: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let rust = |facts: &[&str], otherwise: &str| {
        let rust = facts.iter().find_map(|fact| fact.strip_prefix("rust="));
        rust.unwrap_or(otherwise.trim_end_matches(':')).to_owned()
    };
    for line in surface.lines() {
        let (key, name) = match words(line).as_slice() {
            ["operation", name, method, path, "->", ..] => {
                (format!("{method} {path}"), (*name).to_owned())
            }
            [
                "operation",
                name,
                place @ ("query" | "header" | "path"),
                wire,
                facts @ ..,
            ] => (format!("{name} {place} {wire}"), rust(facts, wire)),
            ["enum", name, variant, wire] if !name.ends_with(':') => {
                (format!("{name} {wire}"), rust(&[], variant))
            }
            ["struct" | "union", name, wire, facts @ ..] if !name.ends_with(':') => {
                (format!("{name} {wire}"), rust(facts, wire))
            }
            ["struct" | "union" | "enum", name, facts @ ..] => {
                let schema = facts.iter().find(|fact| fact.starts_with("schema="));
                (
                    schema.unwrap_or(name).to_string(),
                    name.trim_end_matches(':').to_owned(),
                )
            }
            _ => continue,
        };
        names.insert(key, name);
    }
    names
}

fn read(file: &str, overlay_file: &str) -> Document {
    let read =
        |name: &str| Document::read(&root().join(name)).unwrap_or_else(|error| panic!("{error}"));
    let mut document = read(file);
    overlay::apply(&mut document, &read(overlay_file), true)
        .unwrap_or_else(|error| panic!("{error}"));
    document
}

fn generated(document: Document) -> Generation {
    generate_from("x", document, None).unwrap_or_else(|error| panic!("{error}"))
}

/// A name that is the same in the case of Rust.
fn similar(name: &str, random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => name.to_uppercase(),
        1 => format!("-{name}"),
        2 => format!("{name}."),
        3 => name.replace('_', "-"),
        4 => name.replace(['.', ':', '-'], "_"),
        5 => format!("_{name}_"),
        6 => name.replace('_', "__"),
        _ => name[..1].to_uppercase() + &name[1..],
    }
}

/// Calls a function with every node, but for parts with a type name, which are refused when they grow in one of their places,
/// and alternatives, which are told by what they have.
fn visit(node: &mut Value, parent: &str, call: &mut impl FnMut(&mut Value)) {
    match node {
        Value::Object(object) => {
            for (key, inner) in object {
                let named = parent != "schemas" && inner["x-dintero-name"].is_string();
                if !named && key != "oneOf" && key != "anyOf" {
                    visit(inner, key, call);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| visit(inner, "", call)),
        _ => {}
    }
    if node.is_object() {
        call(node);
    }
}

/// Adds properties, enum values, parameters, components and operations, and returns how many.
fn grow(root: &mut Value, before: &Generation, rarity: u8, random: &mut Rng) -> usize {
    let mut count = 0;
    let text = json!({"type": "string"});
    visit(root, "", &mut |node| {
        if random.u8(..rarity) > 0 {
            return;
        }
        if let Some(properties) = node.get_mut("properties").and_then(Value::as_object_mut)
            && let Some(name) = random.choice(properties.keys().cloned().collect::<Vec<_>>())
            && !name.is_empty()
            && name.is_ascii()
        {
            count += 1;
            let name = similar(&name, random);
            properties.entry(name).or_insert_with(|| text.clone());
        }
        if node["type"] == "string"
            && let Some(values) = node.get_mut("enum").and_then(Value::as_array_mut)
            && let Some(Value::String(value)) = random.choice(values.clone())
            && !value.is_empty()
            && value.is_ascii()
        {
            count += 1;
            values.insert(0, json!(similar(&value, random)));
        }
        if node["responses"].is_object()
            && let Some(parameters) = node.get_mut("parameters").and_then(Value::as_array_mut)
        {
            for parameter in parameters.clone() {
                if let (Some(place @ ("query" | "header")), Some(name)) =
                    (parameter["in"].as_str(), parameter["name"].as_str())
                {
                    count += 2;
                    let other = if place == "query" { "header" } else { "query" };
                    parameters.insert(0, json!({"in": other, "name": name, "schema": text}));
                    let name = similar(name, random);
                    parameters.insert(0, json!({"in": place, "name": name, "schema": text}));
                }
            }
        }
    });
    let inline = before
        .surface
        .lines()
        .filter(|line| line.contains(" inline"));
    let inline = inline
        .filter_map(|line| line.split([' ', ':']).nth(1))
        .map(str::to_owned);
    let schemas = root["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten();
    let mut added: Vec<String> = inline.filter(|_| random.u8(..3) == 0).collect();
    added.extend(schemas.map(|(name, _)| similar(name, random).replace(['!', ' ', '%'], "-")));
    for (index, name) in added.into_iter().enumerate() {
        if root["components"]["schemas"][&name].is_null() {
            count += 1;
            root["components"]["schemas"][&name] =
                json!({"type": "object", "properties": {"a": text}});
            let inner = json!({"type": "object", "properties": {"b": {"$ref": format!("#/components/schemas/{name}")}}});
            let content = json!({"application/json": {"schema": inner}});
            let id = format!("a_new_{index}");
            root["paths"][format!("/a/new/{index}")] = json!({"get": {"operationId": id, "responses": {"200": {"description": "", "content": content}}}});
        }
    }
    count
}

#[test]
fn random_additions_take_no_name_that_is_given() {
    for (file, overlay, seeds, rarity) in [
        (
            "openapi/wallets.yaml",
            "openapi/overlays/wallets.yaml",
            6,
            4,
        ),
        (
            "openapi/shopping.yaml",
            "openapi/overlays/shopping.yaml",
            2,
            4,
        ),
        (
            "openapi/checkout.yaml",
            "openapi/overlays/checkout.yaml",
            3,
            100,
        ),
        (
            "tests/data/constructs.yaml",
            "tests/data/constructs-overlay.yaml",
            12,
            4,
        ),
    ] {
        let document = read(file, overlay);
        let before = generated(document.clone());
        let expected = names(&before.surface);
        // What tells the variants of these apart, and so what they are, changes with their fields.
        let unions = before
            .surface
            .lines()
            .filter(|line| line.contains("by=fields"));
        let untagged: Vec<&str> = unions
            .filter_map(|line| line.split([' ', ':']).nth(1))
            .collect();
        let (mut stolen, mut kept) = (0, 0);
        for seed in 0..seeds {
            let mut grown = document.clone();
            let added = grow(&mut grown.root, &before, rarity, &mut Rng::with_seed(seed));
            assert!(added > 20, "{file}: {added}");
            // Without the names, what is added may even be refused.
            let unkept = generate_from("x", grown.clone(), None).ok();
            let unkept = unkept
                .map(|unkept| names(&unkept.surface))
                .unwrap_or_default();
            let lost = |(key, name): &(&String, &String)| unkept.get(*key) != Some(*name);
            stolen += expected.iter().filter(lost).count();
            grown.names = KeptNames::of_surface(&before.surface);
            let after = match generate_from("x", grown, None) {
                Ok(after) => after,
                // A type that the overlay names for all of its places has grown in one of them.
                Err(Errors(found))
                    if found.iter().all(|finding| {
                        finding.rule == Rule::DuplicateTypeName || finding.level == Level::Warning
                    }) =>
                {
                    continue;
                }
                Err(errors) => panic!("{file}, seed {seed}: {errors}"),
            };
            kept += 1;
            let found = names(&after.surface);
            for (key, name) in &expected {
                if untagged.iter().any(|union| key.starts_with(union)) {
                    continue;
                }
                assert_eq!(found.get(key), Some(name), "{file}, seed {seed}: {key}");
            }
        }
        assert!(kept > 0, "{file}: all refused");
        assert!(
            stolen > 0,
            "{file}: nothing would have been taken without the names"
        );
    }
}

const OLD: &str = r#"paths:
  /a:
    post:
      operationId: a
      parameters: [{name: limit, in: query, schema: {type: string}}, {name: userID, in: query, schema: {type: string}}NEW_PARAMETERS]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Body'}}}}
      responses: {'200': {description: ok}}
components:
  schemas:
    Body: {type: object, properties: {userID: {type: string}, kind: {type: string, enum: [a.bNEW_VALUES]}NEW_PROPERTIES}}
"#;

fn stolen(parameters: &str, values: &str, properties: &str, names: Option<&str>) -> String {
    let text = format!("{HEAD}{OLD}")
        .replace("NEW_PARAMETERS", parameters)
        .replace("NEW_VALUES", values)
        .replace("NEW_PROPERTIES", properties);
    let mut document = Document::parse("x", &text).expect("YAML");
    document.names = KeptNames::of_surface(names.unwrap_or_default());
    generated(document).surface
}

#[test]
fn what_sorts_earlier_or_is_written_as_in_rust_is_renamed_and_not_what_is_older() {
    let before = stolen("", "", "", None);
    let parameters = ", {name: limit, in: header, schema: {type: string}}, {name: UserId, in: query, schema: {type: string}}";
    let (values, properties) = (
        ", AB, a_b",
        ", UserId: {type: string}, user_id: {type: string}",
    );
    let after = stolen(parameters, values, properties, Some(&before));
    let (expected, found) = (names(&before), names(&after));
    for (key, name) in &expected {
        assert_eq!(found.get(key), Some(name), "{key}");
    }
    let again = stolen(parameters, values, properties, Some(&after));
    assert_eq!(again, after, "the names of additions are kept, too");
    let name = |key: &str| found.get(key).map(String::as_str);
    assert_eq!(name("a query limit:"), Some("limit"));
    assert_eq!(name("a header limit:"), Some("limit_header"));
    assert_eq!(name("Body userID:"), Some("user_id"));
}

/// Parts that the surface has the same words for: variants with the same fields, and an operation and a type in a
/// script without upper case.
const ALIKE: &str = r##"paths:
  /a:
    post:
      operationId: 支付
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/支付'}}}}}
components:
  schemas:
    支付:
      type: object
      properties:
        body: {type: object, properties: {b: {type: string}}}
        '->': {type: object, properties: {c: {type: string}}}
        same:
          oneOf:
            - {type: object, properties: {kind: {type: string}}}
            - {type: object, properties: {kind: {type: integer}}}
            - {type: object, properties: {kind: {type: boolean}}}
    # NEW
"##;

#[test]
fn parts_with_the_same_word_keep_their_names() {
    let generated = |new: &str, names: &str| {
        let mut document =
            Document::parse("x", &format!("{HEAD}{ALIKE}").replace("# NEW", new)).expect("YAML");
        document.names = KeptNames::of_surface(names);
        generated(document).surface
    };
    let before = generated("", "");
    assert_eq!(generated("", &before), before);
    let inline = before.lines().filter(|line| line.ends_with(" inline"));
    let inline: Vec<&str> = inline
        .filter_map(|line| line.split([' ', ':']).nth(1))
        .collect();
    assert!(inline.len() == 7, "{before}");
    for name in inline {
        let new = format!("{name}: {{type: object, properties: {{z: {{type: string}}}}}}");
        let after = generated(&new, &before);
        for line in before.lines() {
            assert!(
                after.lines().any(|after| after == line),
                "{name}: {line}\n{after}"
            );
        }
    }
}

#[test]
fn a_name_in_the_surface_that_is_no_name_is_ignored() {
    let before = stolen("", "", "", None);
    let forged = before
        .replace("rust=user_id", "rust=x{panic!()}")
        .replace(" AB:", " A;B:");
    assert_ne!(before, forged);
    assert_eq!(stolen("", "", "", Some(&forged)), before);
}
