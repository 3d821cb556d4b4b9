//! Nodes of a document: schemas, and what leads to them.

use std::collections::BTreeMap;
use std::ptr;

use serde_json::{Value, json};

/// A schema or another node of a document, of which several may describe one value. References are followed.
#[derive(Clone)]
pub struct Schema {
    root: &'static Value,
    nodes: Vec<&'static Value>,
}

/// What limits and marks a value, in the order of help texts.
const FACTS: &str = "minimum exclusiveMinimum maximum exclusiveMaximum minLength maxLength \
    minItems maxItems uniqueItems pattern format default nullable deprecated";

/// What a schema may be composed of.
const PARTS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

impl Schema {
    pub fn root(root: &'static Value) -> Self {
        Self {
            root,
            nodes: vec![root],
        }
    }

    fn of(&self, nodes: impl IntoIterator<Item = &'static Value>) -> Self {
        let root = self.root;
        let nodes = nodes.into_iter().map(|node| follow(root, node)).collect();
        Self { root, nodes }
    }

    pub fn node(&self) -> &'static Value {
        self.nodes.first().copied().unwrap_or(&Value::Null)
    }

    pub fn get(&self, key: &str) -> Self {
        self.of([&self.node()[key]])
    }

    pub fn text(&self, key: &str) -> &'static str {
        self.node()[key].as_str().unwrap_or_default()
    }

    /// Returns `true` if this parameter is required.
    pub fn is_required(&self) -> bool {
        self.text("in") == "path" || self.node()["required"] == true
    }

    pub fn members(&self) -> Vec<(&'static str, Self)> {
        let all = self.node().as_object().into_iter().flatten();
        all.map(|(name, node)| (name.as_str(), self.of([node])))
            .collect()
    }

    pub fn elements(&self) -> Vec<Self> {
        let all = self.node().as_array().into_iter().flatten();
        all.map(|node| self.of([node])).collect()
    }

    /// Returns the nodes, and what they are composed of by these keywords.
    fn parts(&self, keywords: &[&str]) -> Vec<&'static Value> {
        let (mut parts, mut next) = (self.nodes.clone(), 0);
        while let Some(part) = parts.get(next).copied() {
            let inner = keywords
                .iter()
                .filter_map(|keyword| part[*keyword].as_array());
            for inner in inner.flatten().map(|inner| follow(self.root, inner)) {
                if !parts.iter().any(|known| ptr::eq(*known, inner)) {
                    parts.push(inner);
                }
            }
            next += 1;
        }
        parts
    }

    /// Returns what the schema says by a keyword.
    fn said(&self, keyword: &str) -> Option<&'static Value> {
        self.parts(&["allOf"])
            .into_iter()
            .find_map(|part| part.get(keyword))
    }

    /// Returns the JSON type, or an empty text if it may be more than one.
    pub fn kind(&self) -> &'static str {
        let kind = |part: &'static Value| match part["type"].as_str() {
            None => part.get("properties").map(|_| "object"),
            kind => kind,
        };
        let mut kinds: Vec<_> = self.parts(&PARTS).into_iter().filter_map(kind).collect();
        kinds.dedup();
        if let [kind] = kinds[..] { kind } else { "" }
    }

    /// Returns `true` if it is an amount in minor units.
    pub fn is_amount(&self) -> bool {
        let parts = self.parts(&PARTS).into_iter();
        let mut texts = parts.filter_map(|part| part["description"].as_str());
        matches!(self.kind(), "integer" | "number") && texts.any(|text| text.contains("minor unit"))
    }

    /// Returns the properties that a request may have, those of all alternatives.
    pub fn properties(&self) -> BTreeMap<&'static str, Self> {
        let mut all: BTreeMap<&str, Self> = BTreeMap::new();
        for part in self.parts(&PARTS) {
            for (name, node) in part["properties"].as_object().into_iter().flatten() {
                let one = self.of([node]);
                if one.said("readOnly") != Some(&Value::Bool(true)) {
                    let known = all.entry(name).or_insert_with(|| self.of([]));
                    known.nodes.extend(one.nodes);
                }
            }
        }
        all
    }

    /// Returns the properties that every request must have.
    pub fn required(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.properties().into_keys().collect();
        // Several nodes may be of alternatives.
        for node in &self.nodes {
            let parts = self.of([*node]).parts(&["allOf"]);
            let lists = parts.iter().filter_map(|part| part["required"].as_array());
            let all: Vec<_> = lists.flatten().collect();
            names.retain(|name| all.iter().any(|one| *one == name));
        }
        names
    }

    /// Returns the schema of a member of an object, which describes nothing if any value is allowed; `None` if there is no such member.
    pub fn member(&self, name: &str) -> Option<Self> {
        let all = self.properties();
        match (all.get(name), self.said("additionalProperties")) {
            (Some(found), _) => Some(found.clone()),
            (None, Some(values @ Value::Object(_))) => Some(self.of([values])),
            (None, Some(Value::Bool(true))) => Some(self.of([])),
            (None, None) if all.is_empty() && self.fits(&json!({})) => Some(self.of([])),
            _ => None,
        }
    }

    /// Returns the schema of the elements of a list, if they are described.
    pub fn element(&self) -> Option<Self> {
        Some(self.at("-")).filter(|element| !element.nodes.is_empty())
    }

    /// Returns the JSONPath of the node in the document.
    pub fn place(&self) -> Option<String> {
        place(self.root, self.node()).map(|path| format!("${path}"))
    }

    /// Returns the schema of a property or, for `-`, of the elements; any property of a response counts. It describes nothing
    /// if there is none.
    pub fn at(&self, step: &str) -> Self {
        let parts = self.parts(&PARTS).into_iter();
        self.of(parts.filter_map(|part| match step {
            "-" => part.get("items"),
            name => part["properties"].get(name),
        }))
    }

    /// Returns the words for a value.
    pub fn words(&self) -> String {
        match (self.kind(), self.element()) {
            // A list may hold itself.
            ("array", Some(element)) if element.kind() == "array" => "list of lists".into(),
            ("array", Some(element)) => format!("list of {}", element.words()),
            ("integer", _) if self.is_amount() => {
                "whole number in minor units (29990 is 299.90)".into()
            }
            ("integer", _) => "whole number".into(),
            ("boolean", _) => "true or false".into(),
            ("string", _) => "text".into(),
            ("", _) => "value".into(),
            (kind, _) => kind.into(),
        }
    }

    fn limits(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let names = FACTS.split_whitespace();
        names.filter_map(|name| Some((name, self.said(name)?)))
    }

    /// Returns everything that limits or marks the values, such as `maxLength 50`.
    pub fn facts(&self) -> String {
        let mut facts = vec![self.words()];
        let fact = |(name, value)| format!("{name} {}", plain(value)).replace(" true", "");
        facts.extend(self.limits().map(fact));
        if let Some(Value::Array(values)) = self.said("enum") {
            let values: Vec<_> = values.iter().map(plain).collect();
            facts.push(format!("one of {}", values.join(", ")));
        }
        if let Some(element) = self.element()
            && element.kind() != "array"
            && let Some((_, inner)) = element.facts().split_once("; ")
        {
            facts.push(inner.to_owned());
        }
        let mark = self.said("x-evidence").map(plain);
        facts.extend(mark.map(|mark| format!("evidence: {mark}")));
        facts.join("; ")
    }

    /// Returns the first line of the description.
    pub fn doc(&self) -> &'static str {
        let text = self.said("description").and_then(Value::as_str);
        text.and_then(|text| text.lines().next())
            .unwrap_or_default()
    }

    /// Reads a value from the command line.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        let value = match self.kind() {
            "string" => Some(Value::from(text)),
            "" => serde_json::from_str(text).ok().or(Some(Value::from(text))),
            _ => serde_json::from_str(text)
                .ok()
                .filter(|value| self.fits(value)),
        };
        let value = value.ok_or_else(|| format!("must be: {}", self.words()))?;
        let length = value.as_str().map(|text| text.chars().count() as f64);
        for (limit, bound) in self.limits() {
            let is_length = limit.ends_with("Length");
            let measured = if is_length { length } else { value.as_f64() };
            let (is_min, is_max) = (limit.starts_with("min"), limit.starts_with("max"));
            if let Some((measured, bound)) = measured.zip(bound.as_f64())
                && (is_min && measured < bound || is_max && measured > bound)
            {
                return Err(format!("breaks the limit {limit} {bound}"));
            }
        }
        Ok(value)
    }

    /// Returns `true` if a value has the documented type.
    pub fn fits(&self, value: &Value) -> bool {
        match self.kind() {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        }
    }
}

/// A value without quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Follows references.
fn follow(root: &'static Value, mut node: &'static Value) -> &'static Value {
    while let Some(to) = node["$ref"].as_str().and_then(|to| to.strip_prefix('#'))
        && let Some(found) = root.pointer(to)
    {
        node = found;
    }
    node
}

/// Returns the steps from a value to a node within.
fn place(value: &Value, node: &Value) -> Option<String> {
    let below = |key: Value, inner| Some(format!("[{key}]{}", place(inner, node)?));
    match value {
        _ if ptr::eq(value, node) => Some(String::new()),
        Value::Object(all) => all
            .iter()
            .find_map(|(name, inner)| below(json!(name), inner)),
        Value::Array(all) => {
            { all.iter().enumerate() }.find_map(|(at, inner)| below(json!(at), inner))
        }
        _ => None,
    }
}
