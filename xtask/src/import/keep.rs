//! Our words and facts, kept where upstream has none at the same place.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::shape::{METHODS, Shape, nameless};

/// Facts of ours, which upstream's documents do not have. What else begins with `x-` is upstream's and goes with it.
const FACTS: [&str; 7] = [
    "x-scopes",
    "x-seen-values",
    "x-values-in-examples",
    "x-upstream-format",
    "x-upstream-default",
    "x-discriminator-value",
    "x-displayName",
];

/// What was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Descriptions and summaries.
    pub words: usize,
    /// Extensions, such as scopes.
    pub facts: usize,
    /// Components that have another name upstream.
    pub renamed: usize,
}

/// Adds to a new document what only ours says: descriptions, summaries and our facts. Marks of evidence stay with what
/// is ours; what upstream states is seen.
pub fn keep(new: &mut Value, ours: &Value) -> Kept {
    let mut keeper = Keeper {
        stated: new.clone(),
        ours,
        renamed: BTreeSet::new(),
        queue: VecDeque::new(),
        kept: Kept::default(),
    };
    keeper.document(new);
    keeper.kept
}

struct Keeper<'a> {
    /// The new document as upstream states it.
    stated: Value,
    ours: &'a Value,
    /// New components that have their counterpart already.
    renamed: BTreeSet<String>,
    queue: VecDeque<(String, &'a Value)>,
    kept: Kept,
}

impl<'a> Keeper<'a> {
    fn document(&mut self, new: &mut Value) {
        let ours = self.ours;
        self.words(new, ours);
        let Some(root) = new.as_object_mut() else {
            return;
        };
        for (key, value) in root.iter_mut() {
            match key.as_str() {
                "paths" => self.paths(value),
                "components" => {
                    for (section, names) in value.as_object_mut().into_iter().flatten() {
                        let sections = &ours["components"][section];
                        self.below(names, sections, Shape::Names);
                    }
                }
                _ => self.child(key, value, &ours[key], Shape::Keywords),
            }
        }
        // Components that have another name or came out of an inline place, found while walking the rest.
        while let Some((pointer, place)) = self.queue.pop_front() {
            if let Some(component) = new.pointer_mut(&pointer) {
                self.node(component, place);
            }
        }
    }

    fn paths(&mut self, paths: &mut Value) {
        let ours = &self.ours["paths"];
        let items_of_ours = || ours.as_object().into_iter().flatten();
        let by_shape: BTreeMap<String, &'a Value> = items_of_ours()
            .map(|(path, item)| (nameless(path), item))
            .collect();
        let by_id: BTreeMap<&str, &'a Value> = items_of_ours()
            .flat_map(|(_, item)| METHODS.iter().map(|method| &item[*method]))
            .filter_map(|operation| Some((operation["operationId"].as_str()?, operation)))
            .collect();
        for (path, item) in paths.as_object_mut().into_iter().flatten() {
            let place = ours
                .get(path)
                .or_else(|| by_shape.get(&nameless(path)).copied())
                .unwrap_or(&Value::Null);
            self.words(item, place);
            for (key, value) in item.as_object_mut().into_iter().flatten() {
                if METHODS.contains(&key.as_str()) {
                    let id = value["operationId"].as_str().unwrap_or_default();
                    let same = &place[key.as_str()];
                    let moved = by_id.get(id).copied().unwrap_or(&Value::Null);
                    let operation = if same.is_object() { same } else { moved };
                    self.operation(value, operation, place);
                } else if key == "parameters" {
                    let operations = METHODS.iter().map(|method| &place[*method]["parameters"]);
                    let all = [&place["parameters"]].into_iter().chain(operations);
                    self.list(value, &all.flat_map(items).collect::<Vec<_>>());
                }
            }
        }
    }

    fn operation(&mut self, new: &mut Value, ours: &'a Value, item: &'a Value) {
        if !ours.is_object() {
            return;
        }
        self.words(new, ours);
        for (key, value) in new.as_object_mut().into_iter().flatten() {
            if key == "parameters" {
                let all = [&ours["parameters"], &item["parameters"]];
                self.list(value, &all.into_iter().flat_map(items).collect::<Vec<_>>());
            } else {
                self.child(key, value, &ours[key.as_str()], Shape::Keywords);
            }
        }
    }

    /// A node with keywords.
    fn node(&mut self, new: &mut Value, ours: &'a Value) {
        if !ours.is_object() || !new.is_object() {
            return;
        }
        if let Some(target) = new["$ref"].as_str() {
            self.rename(target, ours);
            return;
        }
        self.words(new, ours);
        let place = resolve(self.ours, ours);
        if !std::ptr::eq(place, ours) {
            self.words(new, place);
        }
        self.below(new, place, Shape::Keywords);
    }

    fn below(&mut self, new: &mut Value, ours: &'a Value, shape: Shape) {
        for (key, value) in new.as_object_mut().into_iter().flatten() {
            self.child(key, value, &ours[key.as_str()], shape);
        }
    }

    fn child(&mut self, key: &str, new: &mut Value, ours: &'a Value, shape: Shape) {
        let below = shape.below(key);
        match below {
            Shape::Data => {}
            _ if ours.is_null() => {}
            _ if new.is_array() => self.list(new, &items(ours).collect::<Vec<_>>()),
            Shape::Keywords => self.node(new, ours),
            Shape::Names | Shape::Callbacks => self.below(new, ours, below),
        }
    }

    /// Items of a list stand in any order; each of ours is the counterpart of one.
    fn list(&mut self, new: &mut Value, ours: &[&'a Value]) {
        let mut left: Vec<&'a Value> = ours.to_vec();
        for item in new.as_array_mut().into_iter().flatten() {
            let stated = resolve(&self.stated, item);
            let same = left
                .iter()
                .position(|other| item["$ref"].is_string() && item["$ref"] == other["$ref"]);
            let same = same.or_else(|| {
                left.iter().position(|other| {
                    self.free(item, other) && alike(stated, resolve(self.ours, other))
                })
            });
            if let Some(index) = same {
                let other = left.remove(index);
                self.node(item, other);
            }
        }
    }

    /// May they be the same although their references differ? Not if ours leads to what the new document has as well.
    fn free(&self, new: &Value, ours: &Value) -> bool {
        let Some(target) = ours["$ref"].as_str() else {
            return true;
        };
        new["$ref"].is_null() || component(&self.stated, target).is_none()
    }

    /// A reference to a component that we do not have is to ours at this place, if the two are alike.
    fn rename(&mut self, target: &str, ours: &'a Value) {
        let place = resolve(self.ours, ours);
        let Some(stated) = component(&self.stated, target) else {
            return;
        };
        let fresh = component(self.ours, target).is_none();
        if fresh
            && self.free(&serde_json::json!({"$ref": target}), ours)
            && alike(stated, place)
            && self.renamed.insert(target.to_owned())
        {
            self.kept.renamed += usize::from(ours["$ref"].is_string());
            self.queue
                .push_back((target.trim_start_matches('#').to_owned(), place));
        }
    }

    fn words(&mut self, new: &mut Value, ours: &Value) {
        let (Some(new), Some(ours)) = (new.as_object_mut(), ours.as_object()) else {
            return;
        };
        if new.contains_key("$ref") {
            return;
        }
        let mut added = Vec::new();
        for (key, value) in ours {
            if new.contains_key(key) {
                continue;
            }
            if matches!(key.as_str(), "description" | "summary") && value.is_string() {
                self.kept.words += 1;
            } else if FACTS.contains(&key.as_str()) && !stated(new, key) {
                self.kept.facts += 1;
            } else {
                continue;
            }
            added.push((key.clone(), value.clone()));
        }
        for (key, _) in &added {
            let fact = key.strip_prefix("x-").unwrap_or(key);
            let mark = format!("x-{fact}-evidence");
            if let Some(value) = ours.get(&mark) {
                new.entry(mark).or_insert_with(|| value.clone());
            }
        }
        new.extend(added);
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Does upstream state what this extension of ours stands in for?
fn stated(new: &Map<String, Value>, key: &str) -> bool {
    let keyword = match key {
        "x-seen-values" => "enum",
        key => match key.strip_prefix("x-upstream-") {
            Some(keyword) => keyword,
            None => return false,
        },
    };
    new.contains_key(keyword)
}

fn component<'v>(root: &'v Value, target: &str) -> Option<&'v Value> {
    root.pointer(target.strip_prefix('#')?)
}

fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> &'v Value {
    for _ in 0..16 {
        match value["$ref"]
            .as_str()
            .and_then(|target| component(root, target))
        {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// Are two nodes about the same? Parameters by name and place, tags and servers by name, objects by their properties,
/// other schemas by type and values.
fn alike(one: &Value, two: &Value) -> bool {
    if !one.is_object() || !two.is_object() {
        return false;
    }
    for key in ["name", "url"] {
        if one[key].is_string() || two[key].is_string() {
            return one[key] == two[key] && one["in"] == two["in"];
        }
    }
    let names = |value: &Value| -> BTreeSet<String> {
        let properties = value["properties"].as_object();
        let parts = items(&value["allOf"]).filter_map(|part| part["properties"].as_object());
        properties
            .into_iter()
            .chain(parts)
            .flat_map(|object| object.keys().cloned())
            .collect()
    };
    let (first, second) = (names(one), names(two));
    let shared = first.intersection(&second).count();
    if first.is_empty() && second.is_empty() {
        let values = |value: &Value| items(&value["enum"]).cloned().collect::<Vec<_>>();
        let (first, second) = (values(one), values(two));
        let listed = !first.is_empty() && !second.is_empty();
        return one["type"] == two["type"]
            && (!listed || first.iter().any(|value| second.contains(value)));
    }
    2 * shared >= first.len().min(second.len()).max(1)
        && (shared > 2 || 2 * shared >= first.len().max(second.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Kept, keep};

    fn kept(mut new: Value, ours: &Value) -> (Value, Kept) {
        let kept = keep(&mut new, ours);
        let mut again = new.clone();
        assert_eq!(
            keep(&mut again, &new),
            Kept::default(),
            "nothing is left to add"
        );
        assert_eq!(again, new);
        (new, kept)
    }

    #[test]
    fn our_words_and_facts_stay_and_those_of_upstream_win() {
        let ours = json!({"paths": {"/a/{id}": {"get": {"summary": "Ours", "description": "Ours", "x-scopes": ["s"],
            "x-scopes-evidence": "inferred", "x-evidence": "partial",
            "parameters": [{"name": "b", "in": "query", "description": "B"}, {"name": "a", "in": "query", "description": "A", "x-evidence": "inferred"}],
            "responses": {"200": {"description": "Ours", "content": {"application/json": {"schema": {"properties": {
                "description": {"type": "string", "description": "Text"}, "kind": {"x-seen-values": ["x"], "x-upstream-format": "jwt"}}}}}}}}}}});
        let new = json!({"paths": {"/a/{aid}": {"get": {"summary": "Theirs",
            "parameters": [{"name": "a", "in": "query"}, {"name": "b", "in": "header"}],
            "responses": {"200": {"description": "Theirs", "content": {"application/json": {"schema": {"properties": {
                "description": {"type": "string"}, "kind": {"enum": ["x"], "format": "jwt"}}}}}}}}}}});
        let expected = json!({"paths": {"/a/{aid}": {"get": {"summary": "Theirs", "description": "Ours", "x-scopes": ["s"],
            "x-scopes-evidence": "inferred",
            "parameters": [{"name": "a", "in": "query", "description": "A"}, {"name": "b", "in": "header"}],
            "responses": {"200": {"description": "Theirs", "content": {"application/json": {"schema": {"properties": {
                "description": {"type": "string", "description": "Text"}, "kind": {"enum": ["x"], "format": "jwt"}}}}}}}}}}});
        let (result, counts) = kept(new, &ours);
        assert_eq!(result, expected);
        assert_eq!(
            counts,
            Kept {
                words: 3,
                facts: 1,
                renamed: 0
            }
        );
    }

    #[test]
    fn a_moved_operation_is_known_by_its_id() {
        let ours = json!({"paths": {"/a": {"get": {"operationId": "a", "description": "Ours"}}}});
        let (result, _) = kept(
            json!({"paths": {"/v2/a": {"get": {"operationId": "a"}}}}),
            &ours,
        );
        assert_eq!(result["paths"]["/v2/a"]["get"]["description"], "Ours");
    }

    #[test]
    fn a_renamed_component_is_found_where_it_is_used() {
        let order = |described: bool| {
            let mut order = json!({"type": "object", "properties": {"amount": {"type": "integer"}, "items": {"type": "array"}}});
            if described {
                order["description"] = "An order".into();
                order["properties"]["amount"]["description"] = "In minor units".into();
            }
            order
        };
        let document = |name: &str, order: Value| {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"paths": {"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}},
                "components": {"schemas": {name: order}}})
        };
        let ours = document("Order", order(true));
        let (result, counts) = kept(document("order", order(false)), &ours);
        assert_eq!(result["components"]["schemas"]["order"], order(true));
        assert_eq!(counts.renamed, 1);
        let other = json!({"type": "object", "properties": {"name": {}}});
        let (result, _) = kept(document("other", other.clone()), &ours);
        assert_eq!(result["components"]["schemas"]["other"], other);
    }

    #[test]
    fn what_was_inline_and_what_is_now_keep_their_words() {
        let inline = json!({"components": {"schemas": {"A": {"properties": {"b": {"type": "string", "description": "B"}}}}}});
        let apart = json!({"components": {"schemas": {"A": {"properties": {"b": {"$ref": "#/components/schemas/B"}}}, "B": {"type": "string"}}}});
        let (result, _) = kept(apart, &inline);
        assert_eq!(result["components"]["schemas"]["B"]["description"], "B");
        let (result, _) = kept(
            json!({"components": {"schemas": {"A": {"properties": {"b": {"type": "string"}}}}}}),
            &result,
        );
        assert_eq!(result, inline);
    }

    #[test]
    fn parts_of_a_choice_are_known_by_what_they_hold() {
        let ours = json!({"components": {"schemas": {"A": {"oneOf": [
            {"properties": {"x": {}, "y": {}}, "x-discriminator-value": "one"},
            {"properties": {"z": {}}, "x-discriminator-value": "two"}]}}}});
        let new = json!({"components": {"schemas": {"A": {"oneOf": [
            {"properties": {"z": {}}}, {"properties": {"new": {}}}, {"properties": {"x": {}, "y": {}}}]}}}});
        let (result, _) = kept(new, &ours);
        let parts = &result["components"]["schemas"]["A"]["oneOf"];
        assert_eq!(parts[0]["x-discriminator-value"], "two");
        assert_eq!(parts[1]["x-discriminator-value"], Value::Null);
        assert_eq!(parts[2]["x-discriminator-value"], "one");
    }

    #[test]
    fn a_tag_that_stands_twice_changes_nothing() {
        let ours = json!({"tags": [{"name": "a", "description": "A"}, {"name": "a"}]});
        let (result, counts) = kept(ours.clone(), &ours);
        assert_eq!((result, counts), (ours, Kept::default()));
    }
}
