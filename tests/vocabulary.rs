//! Documents whose every name is an identifier that generated code depends on: those of the macros, of the generated
//! source itself, the keywords of all editions and the prelude.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use serde_json::{Map, Value, json};

const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern false final fn for \
    gen if impl in let loop macro macro_rules match mod move mut override priv pub raw ref return safe self Self static struct \
    super trait true try type typeof union unsafe unsized use virtual where while yield _";

const PRELUDE: &str = "AsMut AsRef AsyncFn AsyncFnMut AsyncFnOnce Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err \
    ExactSizeIterator Extend Fn FnMut FnOnce From FromIterator Future Hash Into IntoFuture IntoIterator Iterator None Ok Option \
    Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec align_of assert cfg \
    clone column concat core alloc std bool char drop eprintln f32 f64 file format i128 i16 i32 i64 i8 include isize line \
    matches panic print size_of str test todo u128 u16 u32 u64 u8 unreachable usize vec write";

/// What the schemas of a document are.
#[derive(Clone, Copy)]
pub enum Of {
    Objects,
    Enums,
    Unions,
}

/// Returns the identifiers, given the folder of the macros and a generated source.
pub fn words(macros: &Path, generated: &str) -> io::Result<BTreeSet<String>> {
    let mut words = identifiers(&format!("{KEYWORDS} {PRELUDE}"));
    words.extend(identifiers(generated));
    for file in fs::read_dir(macros)? {
        words.extend(identifiers(&fs::read_to_string(file?.path())?));
    }
    Ok(words)
}

/// Returns all identifiers outside of comments.
fn identifiers(source: &str) -> BTreeSet<String> {
    let code = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(|line| line.split(|c: char| c != '_' && !c.is_alphanumeric()))
        .filter(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// Returns a document in which schemas, properties, parameters, operations, enum values and tags have these names.
pub fn document(words: &BTreeSet<String>, of: Of) -> Value {
    let text = json!({"type": "string"});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let list = |word: &String| json!({"type": "array", "items": reference(word)});
    let mut schemas = Map::new();
    for word in words {
        let mut own = Map::from_iter([(word.clone(), text.clone())]);
        own.insert("tag of all".into(), text.clone());
        let schema = match of {
            Of::Objects => json!({"type": "object", "required": [word], "properties": own}),
            Of::Enums => json!({"type": "string", "enum": [word, "another"]}),
            Of::Unions => json!({"oneOf": [
                {"type": "object", "required": ["one"], "properties": {"one": text}},
                {"type": "object", "required": ["two"], "properties": {"two": list(word)}},
            ]}),
        };
        schemas.insert(word.clone(), schema);
    }
    let properties: Map<String, Value> = words
        .iter()
        .enumerate()
        .map(|(index, word)| match index % 3 {
            0 => (word.clone(), list(word)),
            1 => (
                word.clone(),
                json!({"type": "object", "additionalProperties": reference(word)}),
            ),
            _ => (word.clone(), reference(word)),
        })
        .collect();
    schemas.insert(
        "All of them".into(),
        json!({"type": "object", "properties": properties}),
    );
    let mut paths = Map::new();
    if let Of::Objects = of {
        let mapping: Map<String, Value> = words
            .iter()
            .map(|word| (word.clone(), json!(format!("#/components/schemas/{word}"))))
            .collect();
        let each: Vec<Value> = words.iter().map(|word| reference(word)).collect();
        let discriminator = json!({"propertyName": "tag of all", "mapping": mapping});
        schemas.insert(
            "One of them".into(),
            json!({"oneOf": each, "discriminator": discriminator}),
        );
        schemas.insert("Any word".into(), json!({"type": "string", "enum": words}));
        for word in words {
            let parameter = |place: &str, required: bool| json!({"in": place, "name": word, "required": required, "schema": text});
            let operation = json!({
                "operationId": word,
                "parameters": [parameter("path", true), parameter("query", false), parameter("header", false)],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": reference(word)}}}},
            });
            paths.insert(format!("/{word}/{{{word}}}"), json!({"get": operation}));
        }
    }
    let content = |name: &str| json!({"application/json": {"schema": reference(name)}});
    let mut operation = json!({
        "operationId": "send all of them",
        "requestBody": {"content": content("All of them")},
        "responses": {"200": {"description": "", "content": content("All of them")}},
    });
    paths.insert("/all of them".into(), json!({"post": operation.clone()}));
    if let Of::Objects = of {
        for (id, name) in [
            ("send one of them", "One of them"),
            ("send any word", "Any word"),
        ] {
            operation["operationId"] = json!(id);
            let wrapped = json!({"type": "object", "properties": {"it": reference(name)}});
            operation["requestBody"] =
                json!({"content": {"application/json": {"schema": wrapped}}});
            operation["responses"]["200"]["content"] = content(name);
            paths.insert(format!("/{id}"), json!({"post": operation.clone()}));
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Vocabulary", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "x-dintero-servers": {"https://api.example.com": "api"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
