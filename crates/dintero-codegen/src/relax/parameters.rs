//! Parameters: objects become a parameter for each of their members, what has no such form becomes a text or is left out.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Relaxed;
use crate::ir::path_variables;
use crate::lower::operations::{all, resolve};
use crate::lower::texts;

/// Members of members, as in `filter[created][gte]`, are followed so far.
const DEPTH: usize = 4;

/// What a parameter holds, as far as its form depends on it.
#[derive(Debug, Default)]
struct Content {
    /// A scalar, or anything.
    scalar: Option<Value>,
    /// A list: the elements.
    list: Option<Value>,
    /// An object: the members and their names.
    members: Map<String, Value>,
    required: BTreeSet<String>,
    /// An object whose members nobody knows.
    free: bool,
}

impl Content {
    fn holds_members(&self) -> bool {
        self.free || !self.members.is_empty()
    }

    fn lists_more_than_scalars(&self, root: &Value) -> bool {
        self.list.as_ref().is_some_and(|list| {
            let mut inner = Self::default();
            look(root, list, &mut inner, 0);
            inner.holds_members() || inner.list.is_some()
        })
    }
}

type Said = (String, &'static str);

impl Relaxed<'_> {
    pub(super) fn parameters(&mut self) {
        let root = self.document.root.clone();
        let mut written: Vec<(String, String, Vec<Value>)> = Vec::new();
        let mut said: Vec<(String, Said)> = Vec::new();
        for (pointer, path, method, item, operation) in all(self.document) {
            let mut list: Vec<Value> = Vec::new();
            for place in [item, operation] {
                for parameter in place["parameters"].as_array().into_iter().flatten() {
                    let parameter = resolve(&root, parameter);
                    // What an operation says goes before what its path says.
                    list.retain(|other| {
                        other["name"] != parameter["name"] || other["in"] != parameter["in"]
                    });
                    list.push(parameter.clone());
                }
            }
            let variables: Vec<&str> = path_variables(path).collect();
            let mut out: Vec<Value> = Vec::new();
            let mut notes: Vec<Said> = Vec::new();
            for parameter in &list {
                for made in one(&root, parameter, &variables, &mut notes) {
                    let same =
                        |other: &Value| other["name"] == made["name"] && other["in"] == made["in"];
                    if !out.iter().any(same) {
                        out.push(made);
                    }
                }
            }
            for variable in variables {
                if !out
                    .iter()
                    .any(|other| other["in"] == "path" && other["name"] == variable)
                {
                    notes.push((
                        format!("the path has {{{variable}}}, which is no parameter"),
                        "It is taken for a text",
                    ));
                    out.push(json!({"in": "path", "name": variable, "required": true, "schema": {"type": "string"}}));
                }
            }
            said.extend(notes.into_iter().map(|note| (pointer.clone(), note)));
            written.push((path.to_owned(), method.to_owned(), out));
        }
        for (path, method, list) in written {
            if let Some(operation) = self.operation(&path, &method) {
                operation.insert("parameters".to_owned(), json!(list));
            }
        }
        for (_, item) in self.document.root["paths"]
            .as_object_mut()
            .into_iter()
            .flatten()
        {
            item.as_object_mut()
                .into_iter()
                .for_each(|item| drop(item.remove("parameters")));
        }
        for (pointer, (problem, help)) in said {
            self.warn(&pointer, problem, help);
        }
    }
}

/// What is sent in the place of a parameter.
fn one(root: &Value, parameter: &Value, variables: &[&str], said: &mut Vec<Said>) -> Vec<Value> {
    let mut parameter = parameter.clone();
    let (Some(name), Some(place)) = (
        parameter["name"].as_str().map(str::to_owned),
        parameter["in"].as_str().map(str::to_owned),
    ) else {
        said.push((
            "has a parameter without name or place".to_owned(),
            "It is left out",
        ));
        return Vec::new();
    };
    if place == "cookie" {
        let help = "It is left out; a cookie can be sent as a header of the call";
        said.push((format!("the parameter {name} is a cookie"), help));
        return Vec::new();
    }
    if place == "path" && !variables.contains(&name.as_str()) {
        said.push((
            format!("the path parameter {name} is not in the path"),
            "It is left out",
        ));
        return Vec::new();
    }
    if let Some((media, _)) = parameter["content"]
        .as_object()
        .and_then(|content| content.iter().next())
    {
        said.push((
            format!("the parameter {name} is described by `content`"),
            "It is a text here, to be written as described",
        ));
        return vec![text(&parameter, &format!("As {media}."))];
    }
    let mut content = Content::default();
    look(root, &parameter["schema"], &mut content, 0);
    let style = parameter["style"]
        .as_str()
        .unwrap_or(if place == "query" { "form" } else { "simple" })
        .to_owned();
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    let object = content.holds_members();
    if parameter["required"] != true && content.lists_more_than_scalars(root) {
        let help = "It is left out; rewrite it with an overlay action";
        said.push((
            format!("the parameter {name} is a list of objects or lists"),
            help,
        ));
        return Vec::new();
    }
    if let Some(parameter) = parameter.as_object_mut() {
        parameter.remove("style");
    }
    match (place.as_str(), style.as_str()) {
        ("query", "deepObject") | ("query", "form")
            if object && (style == "deepObject" || explode) =>
        {
            let mut made = Vec::new();
            spread(
                root,
                &parameter,
                &content,
                style == "deepObject",
                &name,
                0,
                &mut made,
                said,
            );
            if made.is_empty() && parameter["required"] == true {
                // The lint says it.
                return vec![parameter];
            }
            made
        }
        ("query", "deepObject") if content.list.is_some() => {
            parameter["name"] = json!(format!("{name}[]"));
            vec![parameter]
        }
        ("query", "pipeDelimited" | "spaceDelimited") if content.list.is_some() && !explode => {
            let help = "It is a text here, with the mark between the values";
            said.push((format!("the parameter {name} has the style {style}"), help));
            let mark = if style == "pipeDelimited" {
                "`|`"
            } else {
                "a space"
            };
            vec![text(
                &parameter,
                &format!("Several values, with {mark} between."),
            )]
        }
        ("query", _) if !object => vec![parameter],
        ("path" | "header", "simple") | ("query", "form")
            if object || (place == "path" && content.list.is_some()) =>
        {
            let help = "It is a text here, with commas between names and values";
            said.push((format!("the parameter {name} holds several values"), help));
            vec![text(&parameter, "Names and values, with commas between.")]
        }
        ("path", "label" | "matrix") => {
            // The lint says it.
            parameter["style"] = json!(style);
            vec![parameter]
        }
        _ => vec![parameter],
    }
}

/// The parameter as a text that its user writes.
fn text(parameter: &Value, how: &str) -> Value {
    let described = parameter["description"].as_str().unwrap_or_default();
    let mut out = parameter.clone();
    if let Some(out) = out.as_object_mut() {
        out.retain(|key, _| !["content", "style", "explode"].contains(&key.as_str()));
    }
    out["description"] = json!(format!("{described}\n\n{how}").trim());
    out["schema"] = json!({"type": "string"});
    out
}

/// Collects what a schema may hold.
fn look(root: &Value, schema: &Value, content: &mut Content, depth: usize) {
    let schema = resolve(root, schema);
    if depth > 16 {
        return;
    }
    let parts = ["allOf", "oneOf", "anyOf"]
        .iter()
        .filter_map(|key| schema[*key].as_array())
        .flatten();
    let mut parts = parts.peekable();
    let only_parts = parts.peek().is_some();
    for part in parts {
        look(root, part, content, depth + 1);
    }
    let kind = schema["type"].as_str();
    if schema["properties"].is_object()
        || kind == Some("object")
        || schema["additionalProperties"].is_object()
    {
        let members = schema["properties"].as_object();
        for (name, member) in members.into_iter().flatten() {
            content
                .members
                .entry(name)
                .or_insert_with(|| member.clone());
        }
        content.required.extend(texts(&schema["required"]));
        content.free |= schema["additionalProperties"].is_object()
            || members.is_none_or(Map::is_empty) && !only_parts;
    } else if kind == Some("array") || schema["items"].is_object() {
        content.list = Some(schema["items"].clone());
    } else if !only_parts {
        content.scalar = Some(schema.clone());
    }
}

/// A parameter for each member of an object: `name[member]`, or `member` alone.
#[allow(clippy::too_many_arguments)]
fn spread(
    root: &Value,
    parameter: &Value,
    content: &Content,
    deep: bool,
    name: &str,
    depth: usize,
    made: &mut Vec<Value>,
    said: &mut Vec<Said>,
) {
    let required = parameter["required"] == true;
    let member_of = |name: &str, schema: &Value, required: bool| {
        let described = schema["description"]
            .as_str()
            .or(parameter["description"].as_str());
        let personal = [parameter, schema]
            .iter()
            .any(|node| node["x-dintero-personal"] == true);
        json!({
            "in": "query", "name": name, "required": required, "schema": schema,
            "description": described.unwrap_or_default(), "x-dintero-personal": personal,
        })
    };
    if let Some(scalar) = &content.scalar {
        made.push(member_of(name, scalar, false));
    }
    if let Some(list) = &content.list {
        let list_name = if deep {
            format!("{name}[]")
        } else {
            name.to_owned()
        };
        made.push(member_of(
            &list_name,
            &json!({"type": "array", "items": list}),
            false,
        ));
    }
    let alone = content.scalar.is_none() && content.list.is_none();
    if content.free {
        said.push((
            format!("the parameter {name} holds members of any name"),
            "Those that are not listed are left out",
        ));
    }
    for (member, schema) in &content.members {
        let inner_name = if deep {
            format!("{name}[{member}]")
        } else {
            member.clone()
        };
        let required = required && alone && content.required.contains(member);
        let mut inner = Content::default();
        look(root, schema, &mut inner, 0);
        let object = inner.holds_members() || inner.lists_more_than_scalars(root);
        if object && deep && depth < DEPTH {
            let mut parameter = parameter.clone();
            parameter["required"] = json!(required);
            spread(
                root,
                &parameter,
                &inner,
                deep,
                &inner_name,
                depth + 1,
                made,
                said,
            );
        } else if object {
            said.push((
                format!("the parameter {name} has the object {member} in it"),
                "That member is left out",
            ));
        } else {
            let listed = deep && inner.list.is_some() && inner.scalar.is_none();
            let inner_name = if listed {
                format!("{inner_name}[]")
            } else {
                inner_name
            };
            made.push(member_of(&inner_name, schema, required));
        }
    }
}
