//! References: those into the middle of a schema get a component to refer to, those to nowhere say nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Relaxed;
use crate::document::escape;

/// A component may refer into another one, whose copy refers on.
const ROUNDS: usize = 8;

impl Relaxed<'_> {
    pub(super) fn references(&mut self) {
        let mut made: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..ROUNDS {
            let mut components: Vec<(String, Value)> = Vec::new();
            let mut nowhere: Vec<(String, String)> = Vec::new();
            let before = self.document.root.clone();
            Self::nodes(&mut self.document.root, &mut |node, pointer| {
                let Some(target) = node["$ref"].as_str().map(str::to_owned) else {
                    return;
                };
                let Some((inner, found)) = find(&before, &target) else {
                    let in_list = pointer
                        .rsplit_once('/')
                        .is_some_and(|(list, _)| list.ends_with("/parameters"));
                    *node = if in_list { Value::Null } else { json!({}) };
                    nowhere.push((pointer.to_owned(), target));
                    return;
                };
                node["$ref"] = json!(format!("#{inner}"));
                if is_component(&inner) || !is_schema(pointer) {
                    return;
                }
                let name = made.entry(inner.clone()).or_insert_with(|| {
                    let name = free_name(&before, &components, &inner);
                    components.push((name.clone(), found.clone()));
                    name
                });
                node["$ref"] = json!(format!("#/components/schemas/{}", escape(name)));
            });
            for (pointer, target) in nowhere {
                let problem = format!("refers to {target:?}, which is not in the document");
                let help = "It is read as if nothing stood there; add it below components";
                self.warn(&pointer, problem, help);
            }
            if components.is_empty() {
                break;
            }
            for (name, schema) in components {
                self.document.root["components"]["schemas"][name] = schema;
            }
        }
        Self::nodes(&mut self.document.root, &mut |node, _| {
            if let Some(list) = node.get_mut("parameters").and_then(Value::as_array_mut) {
                list.retain(|parameter| !parameter.is_null());
            }
        });
    }
}

/// The pointer and the node that a reference leads to, be it written as it is or encoded for a URL.
fn find<'v>(root: &'v Value, target: &str) -> Option<(String, &'v Value)> {
    let inner = target.strip_prefix('#')?;
    let decoded = percent_decoded(inner);
    [inner.to_owned(), decoded]
        .into_iter()
        .find_map(|inner| Some((inner.clone(), root.pointer(&inner)?)))
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// `/components/KIND/NAME`
fn is_component(pointer: &str) -> bool {
    pointer.starts_with("/components/") && pointer.matches('/').count() == 3
}

/// Is this a place where a schema stands?
fn is_schema(pointer: &str) -> bool {
    let mut parts = pointer.rsplit('/');
    let (last, before) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    ["schema", "items", "additionalProperties", "not"].contains(&last)
        || ["properties", "allOf", "oneOf", "anyOf", "schemas"].contains(&before)
}

/// Named after the end of the pointer, and after the component it is in.
fn free_name(root: &Value, made: &[(String, Value)], pointer: &str) -> String {
    let words = ["properties", "components", "schemas", "content", "schema"];
    let parts: Vec<&str> = pointer
        .split('/')
        .filter(|part| !part.is_empty() && !words.contains(part))
        .collect();
    let wanted = match parts.as_slice() {
        [first, .., last] => format!("{first} {last}"),
        _ => parts.join(" "),
    }
    .replace("~1", " ")
    .replace("~0", " ");
    let taken = |name: &String| {
        root["components"]["schemas"].get(name).is_some()
            || made.iter().any(|(other, _)| other == name)
    };
    let mut name = wanted.clone();
    let mut count = 2;
    while taken(&name) {
        name = format!("{wanted} {count}");
        count += 1;
    }
    name
}
