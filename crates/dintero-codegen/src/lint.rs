//! Step 3: what the next steps cannot handle, or handle otherwise than written, by JSON pointer and with a remedy.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use crate::document::{Document, escape};
use crate::finding::{Finding, Level};
use crate::lower::format_pattern;
use crate::lower::operations::{
    RESERVED, all, json_content, known_server, method_name, resolve, server_url, split_origin,
};

/// Looks through a document that the overlay has been applied to.
pub fn lint(document: &Document) -> Vec<Finding> {
    let mut lint = Lint {
        document,
        findings: Vec::new(),
    };
    let version = document.root["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.0.") {
        let found = if version.is_empty() {
            "no OpenAPI version".to_owned()
        } else {
            format!("OpenAPI {version}")
        };
        lint.error(
            "/openapi",
            format!("the document has {found}"),
            "Convert it to OpenAPI 3.0",
        );
        return lint.findings;
    }
    lint.nodes(&document.root, "");
    lint.operations();
    lint.findings
}

struct Lint<'a> {
    document: &'a Document,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn error(&mut self, pointer: &str, construct: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(
            self.document
                .finding(Level::Error, pointer, construct, remedy),
        );
    }

    fn warn(&mut self, pointer: &str, construct: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(
            self.document
                .finding(Level::Warning, pointer, construct, remedy),
        );
    }

    fn nodes(&mut self, node: &Value, pointer: &str) {
        match node {
            Value::Object(object) => {
                // Members of `properties` are schemas, whatever they are called; what `example` holds is no schema at all.
                let named = pointer.ends_with("/properties") || pointer.ends_with("/mapping");
                if !named {
                    self.node(node, pointer);
                }
                for (key, value) in object.iter().filter(|(key, _)| {
                    named || !["example", "examples", "default"].contains(&key.as_str())
                }) {
                    self.nodes(value, &format!("{pointer}/{}", escape(key)));
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.nodes(value, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }

    fn node(&mut self, node: &Value, pointer: &str) {
        if let Some(target) = node["$ref"].as_str() {
            match target.strip_prefix('#') {
                None => self.error(
                    pointer,
                    format!("refers to {target}, outside of the document"),
                    "Copy it in below components",
                ),
                Some(inner) if self.document.root.pointer(inner).is_none() => {
                    self.error(
                        pointer,
                        format!("refers to {target}, which does not exist"),
                        "Add it, or mend the reference",
                    );
                }
                Some(inner)
                    if inner.starts_with("/components/schemas/")
                        && inner.matches('/').count() > 3 =>
                {
                    self.error(
                        pointer,
                        format!("refers to a part of a schema, {target}"),
                        "Make that part a component and refer to it",
                    );
                }
                Some(_) => {}
            }
        }
        if node["type"].is_array() {
            self.error(
                pointer,
                "has a list of types, which is OpenAPI 3.1",
                "Write one type, with nullable: true for null",
            );
        }
        if let Some(pattern) = format_pattern(node) {
            self.warn(
                pointer,
                format!("has the pattern {pattern} as its format"),
                "It is used as a pattern; move it there in an overlay",
            );
        }
        if let Some(pattern) = node["pattern"].as_str()
            && let Err(error) = regress::Regex::new(pattern)
        {
            self.warn(
                pointer,
                format!("the pattern {pattern} is no ECMAScript pattern ({error})"),
                "It is not checked; mend it in an overlay",
            );
        }
        if let (Some(values), Some(default)) = (node["enum"].as_array(), node.get("default"))
            && !values.contains(default)
        {
            self.warn(
                pointer,
                format!("the default {default} is none of the values"),
                "It is kept in the documentation only",
            );
        }
        for key in ["not", "if", "patternProperties"] {
            if node.get(key).is_some_and(Value::is_object) {
                self.warn(
                    pointer,
                    format!("uses `{key}`, which says nothing a Rust type could hold"),
                    "It is left out",
                );
            }
        }
        if let Some(targets) = node["discriminator"]["mapping"].as_object() {
            for (value, target) in targets {
                let target = target.as_str().unwrap_or_default();
                let inner = target
                    .strip_prefix('#')
                    .map_or_else(|| format!("/components/schemas/{target}"), str::to_owned);
                if self.document.root.pointer(&inner).is_none() {
                    self.error(
                        pointer,
                        format!("the discriminator maps {value} to {target}, which does not exist"),
                        "Add it, or mend the mapping",
                    );
                }
            }
        }
    }

    fn operations(&mut self) {
        let document = self.document;
        let operations = all(document);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        for (pointer, path, method, _, operation) in &operations {
            let name = method_name(operation, method, path);
            if name.is_empty()
                || name != name.to_snake_case()
                || name.starts_with(|c: char| c.is_ascii_digit())
            {
                self.error(
                    pointer,
                    format!("{name:?} is no name for a Rust method"),
                    "Give it an x-dintero-method in snake_case in the overlay",
                );
            }
            if RESERVED.contains(&name.as_str()) || syn::parse_str::<syn::Ident>(&name).is_err() {
                self.error(
                    pointer,
                    format!("the method name {name} is taken by Rust or by the client itself"),
                    "Give it an x-dintero-method in the overlay",
                );
            }
            if let Some(other) = types
                .insert(name.to_upper_camel_case(), name.clone())
                .filter(|other| *other != name)
            {
                self.error(
                    pointer,
                    format!("the method names {name} and {other} differ too little"),
                    "Give one of them another x-dintero-method in the overlay",
                );
            }
            if let Some(other) =
                names.insert(name.clone(), format!("{} {path}", method.to_uppercase()))
            {
                self.error(
                    pointer,
                    format!("the method name {name} is that of {other} too"),
                    "Give one of them another x-dintero-method in the overlay",
                );
            }
        }
        for (pointer, path, _, item, operation) in &operations {
            self.operation(pointer, path, item, operation, &names);
        }
    }

    fn operation(
        &mut self,
        pointer: &str,
        path: &str,
        item: &Value,
        operation: &Value,
        names: &BTreeMap<String, String>,
    ) {
        let root = &self.document.root;
        match server_url(root, item, operation) {
            None => self.error(
                pointer,
                "has no server, nor has the document",
                "Add `servers` to the document",
            ),
            Some(url) => {
                let (origin, _) = split_origin(&url);
                if known_server(root, origin).is_none() {
                    let remedy = format!(
                        "Say in the overlay which server it is: {{target: \"$\", update: {{x-dintero-servers: {{\"{origin}\": api}}}}}}, or checkout"
                    );
                    self.error(
                        pointer,
                        format!("is on the unknown server {origin}"),
                        remedy,
                    );
                }
            }
        }
        match operation["x-dintero-retry"].as_str() {
            None | Some("safe" | "harmless") => {}
            Some("money") if operation["x-dintero-read-back"].is_null() => {
                self.warn(
                    pointer,
                    "moves money and names no method to read the outcome back",
                    "Add x-dintero-read-back in the overlay",
                );
            }
            Some("money") => {}
            Some(other) => self.error(
                pointer,
                format!("has the retry class {other}"),
                "Use safe, harmless or money",
            ),
        }
        if let Some(read_back) = operation["x-dintero-read-back"].as_str()
            && !names.contains_key(read_back)
        {
            self.error(
                pointer,
                format!("is read back by {read_back}, which is no method"),
                "Name a method of this API",
            );
        }
        self.parameters(pointer, path, item, operation);
        let body = resolve(root, &operation["requestBody"]);
        if body.is_object() && json_content(body).is_none() {
            let media: Vec<&String> = body["content"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(media, _)| media)
                .collect();
            let remedy = "Only JSON bodies can be sent; remove the operation with an overlay action until this is supported";
            self.error(
                &format!("{pointer}/requestBody"),
                format!("takes no JSON but {media:?}"),
                remedy,
            );
        }
        let responses = operation["responses"].as_object();
        if responses
            .into_iter()
            .flatten()
            .filter(|(code, _)| code.starts_with('2'))
            .count()
            > 1
        {
            let mut kinds: Vec<&Value> = responses
                .into_iter()
                .flatten()
                .filter(|(code, _)| code.starts_with('2'))
                .map(|(_, response)| {
                    json_content(resolve(root, response))
                        .map_or(&Value::Null, |(_, content)| &content["schema"])
                })
                .collect();
            kinds.dedup();
            if kinds.len() > 1 {
                self.warn(
                    pointer,
                    "has success bodies of several kinds",
                    "One type with the fields of all of them stands for each",
                );
            }
        }
    }

    fn parameters(&mut self, pointer: &str, path: &str, item: &Value, operation: &Value) {
        let root = &self.document.root;
        let listed = [item, operation]
            .into_iter()
            .flat_map(|place| place["parameters"].as_array().into_iter().flatten());
        let parameters: Vec<&Value> = listed.map(|parameter| resolve(root, parameter)).collect();
        let named = |place: &str| -> BTreeSet<&str> {
            parameters
                .iter()
                .filter(|parameter| parameter["in"] == place)
                .filter_map(|parameter| parameter["name"].as_str())
                .collect()
        };
        let mut in_path: BTreeSet<&str> = BTreeSet::new();
        for variable in path
            .split('{')
            .skip(1)
            .filter_map(|part| part.split('}').next())
        {
            if !in_path.insert(variable) {
                self.error(
                    pointer,
                    format!("the path has {{{variable}}} twice"),
                    "Rename one of them and declare it",
                );
            }
        }
        for missing in in_path.difference(&named("path")) {
            self.error(
                pointer,
                format!("the path has {{{missing}}}, which is no parameter"),
                "Declare it with `in: path`",
            );
        }
        for unused in named("path").difference(&in_path) {
            self.error(
                pointer,
                format!("the path parameter {unused} is not in the path {path}"),
                "Put it there, or remove it",
            );
        }
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            let place = parameter["in"].as_str().unwrap_or_default();
            let schema = resolve(root, &parameter["schema"]);
            let object = schema["type"] == "object" || schema["properties"].is_object();
            let style =
                parameter["style"]
                    .as_str()
                    .unwrap_or(if matches!(place, "query" | "cookie") {
                        "form"
                    } else {
                        "simple"
                    });
            let problem = if place == "cookie" {
                Some("is a cookie")
            } else if parameter["content"].is_object() {
                Some("is described by `content`")
            } else if object {
                Some("is an object")
            } else if !matches!(
                (place, style),
                ("query", "form") | ("path" | "header", "simple")
            ) {
                Some("has a style that cannot be sent")
            } else {
                None
            };
            if let Some(problem) = problem {
                self.error(
                    pointer,
                    format!("the parameter {name} {problem}"),
                    "Rewrite it with an overlay action, or remove it there",
                );
            }
            if place == "path" && (schema["type"] == "array" || schema["items"].is_object()) {
                self.error(
                    pointer,
                    format!("the path parameter {name} is a list"),
                    "Make it a text with an overlay action",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lint;
    use crate::document::Document;

    const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://a.example/v1'}]\nx-dintero-servers: {'https://a.example': api}\n";

    fn found(text: &str) -> String {
        let document = Document::parse("x.yaml", &format!("{HEAD}{text}")).unwrap();
        lint(&document)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_sound_document_has_no_findings() {
        assert_eq!(
            found("paths: {/a: {get: {operationId: a, responses: {'200': {description: ok}}}}}"),
            ""
        );
    }

    #[test]
    fn every_finding_names_document_pointer_construct_and_remedy() {
        let cases = [
            (
                "paths: {/a: {get: {operationId: a, responses: {'200': {$ref: '#/components/responses/No'}}}}}",
                "x.yaml:5 #/paths/~1a/get/responses/200: refers to #/components/responses/No, which does not exist. Add it",
            ),
            (
                "paths: {/a: {get: {operationId: a, responses: {'200': {$ref: 'b.yaml#/x'}}}}}",
                "outside of the document",
            ),
            (
                "paths: {'/a/{b}': {get: {operationId: a, responses: {}}}}",
                "the path has {b}, which is no parameter",
            ),
            (
                "paths: {/a: {get: {operationId: a, parameters: [{in: path, name: b, required: true, schema: {type: string}}], responses: {}}}}",
                "is not in the path /a",
            ),
            (
                "paths: {/a: {get: {operationId: a, parameters: [{in: cookie, name: b, schema: {type: string}}], responses: {}}}}",
                "the parameter b is a cookie",
            ),
            (
                "paths: {/a: {get: {operationId: a, parameters: [{in: query, name: b, schema: {type: object}}], responses: {}}}}",
                "the parameter b is an object",
            ),
            (
                "paths: {/a: {post: {operationId: a, requestBody: {content: {multipart/form-data: {schema: {}}}}, responses: {}}}}",
                "takes no JSON but",
            ),
            (
                "paths: {/a: {get: {operationId: a, responses: {}}, post: {operationId: a, responses: {}}}}",
                "the method name a is that of",
            ),
            (
                "paths: {/a: {post: {operationId: a, x-dintero-retry: never, responses: {}}}}",
                "has the retry class never",
            ),
            (
                "paths: {/a: {post: {operationId: a, x-dintero-retry: money, x-dintero-read-back: b, responses: {}}}}",
                "is read back by b, which is no method",
            ),
            (
                "paths: {/a: {get: {operationId: a, servers: [{url: 'https://b.example'}], responses: {}}}}",
                "is on the unknown server https://b.example",
            ),
            (
                "components: {schemas: {A: {type: [string, 'null']}}}",
                "#/components/schemas/A: has a list of types",
            ),
            (
                "components: {schemas: {A: {type: string, format: '^[A-Z]$'}}}",
                "has the pattern ^[A-Z]$ as its format",
            ),
            (
                "components: {schemas: {A: {type: string, pattern: '(?P<x>a)'}}}",
                "is no ECMAScript pattern",
            ),
            (
                "components: {schemas: {A: {type: string, enum: [a], default: b}}}",
                "is none of the values",
            ),
            (
                "components: {schemas: {A: {discriminator: {propertyName: t, mapping: {x: '#/components/schemas/B'}}}}}",
                "maps x to #/components/schemas/B",
            ),
        ];
        for (text, expected) in cases {
            let found = found(text);
            assert!(
                found.contains(expected),
                "{text}\ngave {found:?}\nnot {expected:?}"
            );
        }
    }

    #[test]
    fn other_versions_are_refused_at_once() {
        let document = Document::parse("x.yaml", "openapi: 3.1.0\n").unwrap();
        assert_eq!(
            lint(&document)[0].to_string(),
            "x.yaml:1 #/openapi: the document has OpenAPI 3.1.0. Convert it to OpenAPI 3.0"
        );
    }
}
