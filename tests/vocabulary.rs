//! Documents whose every name is an identifier that generated code depends on: those of the macros, of the generated
//! source itself, the keywords of all editions and the prelude.

use std::collections::{BTreeMap, BTreeSet};
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

/// Returns those of the words that differ in a case of Rust.
fn different(words: &BTreeSet<String>, case: fn(&str) -> String) -> BTreeSet<&String> {
    let by_form: BTreeMap<String, &String> = words.iter().map(|word| (case(word), word)).collect();
    by_form.into_values().collect()
}

fn plain(word: &str) -> String {
    word.replace('_', "").to_lowercase()
}

/// Returns a document in which schemas, properties, parameters, operations, enum values and tags have these names.
pub fn document(words: &BTreeSet<String>, of: Of) -> Value {
    let text = json!({"type": "string"});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let types = different(words, plain);
    let mut schemas = Map::new();
    for word in &types {
        let tagged = json!({"tag of all": text, "value": text});
        let schema = match of {
            Of::Objects => json!({"type": "object", "required": ["value"], "properties": tagged}),
            Of::Enums => json!({"type": "string", "enum": [word, "another"]}),
            Of::Unions => json!({"oneOf": [
                {"type": "object", "required": ["one"], "properties": {"one": text}},
                {"type": "object", "required": ["two"], "properties": {"two": text}},
            ]}),
        };
        schemas.insert((*word).clone(), schema);
    }
    let properties = types.iter().enumerate().map(|(index, word)| {
        let inner = reference(word);
        let property = match index % 3 {
            0 => json!({"type": "array", "items": inner}),
            1 => json!({"type": "object", "additionalProperties": inner}),
            _ => inner,
        };
        ((*word).clone(), property)
    });
    let properties: Map<String, Value> = properties.collect();
    let all = json!({"type": "object", "properties": properties});
    schemas.insert("All of them".into(), all);
    let content = |name: &str| json!({"application/json": {"schema": reference(name)}});
    let mut paths = Map::new();
    let mut operation = |id: &str, name: &str, more: Value| {
        let mut operation = json!({
            "operationId": id,
            "requestBody": {"content": content(name)},
            "responses": {"200": {"description": "", "content": content(name)}},
        });
        if let (Some(operation), Value::Object(more)) = (operation.as_object_mut(), more) {
            operation.extend(more);
        }
        paths.insert(
            format!("/{}", id.replace(' ', "_")),
            json!({"post": operation}),
        );
    };
    operation("all of them", "All of them", json!({}));
    if let Of::Objects = of {
        let each: Vec<Value> = types.iter().map(|word| reference(word)).collect();
        let mapping = types
            .iter()
            .map(|word| ((*word).clone(), reference(word)["$ref"].take()));
        let mapping: Map<String, Value> = mapping.collect();
        let discriminator = json!({"propertyName": "tag of all", "mapping": mapping});
        let union = json!({"oneOf": each, "discriminator": discriminator});
        let holder = json!({"type": "object", "properties": {"it": reference("One of them")}});
        schemas.insert("One of them".into(), union);
        schemas.insert("Holder".into(), holder);
        schemas.insert("Any word".into(), json!({"type": "string", "enum": types}));
        operation("one of them", "Holder", json!({}));
        let parameter = |(index, word): (usize, &&String)| {
            let place = ["query", "header"][index % 2];
            json!({"in": place, "name": word, "schema": reference("Any word")})
        };
        let parameters: Vec<Value> = types.iter().enumerate().map(parameter).collect();
        operation("any word", "Holder", json!({"parameters": parameters}));
        // Types are tried above; as names of methods, those in lower case are enough.
        let methods = types
            .iter()
            .filter(|word| !word.starts_with(char::is_uppercase));
        for word in methods {
            let parameter = json!({"in": "path", "name": word, "required": true, "schema": text});
            let responses = json!({"204": {"description": ""}});
            let get =
                json!({"operationId": word, "parameters": [parameter], "responses": responses});
            paths.insert(format!("/{word}/{{{word}}}"), json!({"get": get}));
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

/// Texts that would be code, links, tags or further lines if they came into source or documentation as they are.
pub const TEXTS: [&str; 22] = [
    "*/ /* */",
    "\"]\n#[doc = \"x\"]\n#![feature(x)]",
    "```\nfn x() { panic!() }\n```\n```rust,no_run\nlet y = ;",
    "~~~~ rust\nlet x = ;",
    "- ```\n  let x = ;\n  ```",
    "> ```rust\n> let x = ;",
    "1.\t\tlet x = ;",
    "\n\n\t\tlet x = ;",
    "[a], [b]: c, [d](e) and ![f](g)",
    r"\[a] \\[b\] \<c>",
    "`` [a] ` [b] ```",
    r"\` [a] `",
    "`[a]\n[b]`",
    "<b> </i> <!-- <script>",
    "`",
    "``",
    "` `",
    "{} {{x}} $crate \\u{41} \\",
    "http://a.example/[b] https://[c] <http://d`e>",
    "a\r\nb\rc\u{2028}d\u{85}e\u{b}f\u{0}g",
    "\u{202e}\u{2066}a",
    "-----\n=====\n| a | b |\n|---|\n[^1]: x",
];

/// Returns a document that has these texts wherever a text may be anything.
pub fn texts() -> Value {
    let described = |text: &&str| json!({"type": "string", "description": text, "default": text, "example": text, "pattern": text, "title": text});
    let named = |text: &&str| {
        let name = text
            .replace(char::is_control, " ")
            .replace(['\u{2028}', '\u{202e}', '\u{2066}', '%', '{', '}'], "-");
        (name, described(text))
    };
    let properties: Map<String, Value> = TEXTS.iter().map(named).collect();
    let parameter = |(index, text): (usize, &&str)| {
        let name = format!("p{index}");
        json!({"in": (["query", "header"][index % 2]), "name": name, "description": text, "schema": described(text)})
    };
    let parameters: Vec<Value> = TEXTS.iter().enumerate().map(parameter).collect();
    let all = TEXTS.join("\n\n");
    let mut thing = json!({"type": "object", "description": all, "properties": properties});
    thing["properties"]["any"] = json!({"type": "string", "enum": TEXTS, "description": all});
    let paths = TEXTS.iter().enumerate().step_by(5).map(|(index, text)| {
        let content = json!({"application/json": {"schema": thing, "example": text}});
        let operation = json!({
            "operationId": format!("op{index}"), "summary": text, "description": text, "parameters": parameters,
            "requestBody": {"description": text, "content": content},
            "responses": {"200": {"description": text, "content": content}},
        });
        (format!("/{index}/`\"<a>[b]*"), json!({"post": operation}))
    });
    json!({
        "openapi": "3.0.3",
        "info": {"title": all, "version": all, "description": all},
        "servers": [{"url": "https://api.example.com"}],
        "x-dintero-servers": {"https://api.example.com": "api"},
        "paths": paths.collect::<Map<String, Value>>(),
    })
}
