//! One page of the reference, merged into the whole document.

use dintero_codegen::document::elements;
use dintero_codegen::lower::operations::{METHODS, route};
use serde_json::{Map, Value, json};

/// Replaces the operations and components of the whole document by those of a page. What the page does not mention stays.
pub fn merge(whole: &Value, mut page: Value) -> Value {
    let mut merged = whole.clone();
    let mut paths = map(merged["paths"].take());
    for (path, item) in map(page["paths"].take()) {
        let mut item = map(item);
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(method) {
                inherit(operation, whole, &page);
            }
        }
        replace_item(&mut paths, path, item);
    }
    merged["paths"] = paths.into();
    let mut components = map(merged["components"].take());
    for (section, names) in map(page["components"].take()) {
        let mut all = map(components.remove(&section).unwrap_or_default());
        all.append(&mut map(names));
        components.insert(section, all.into());
    }
    merged["components"] = components.into();
    for tag in elements(&page["tags"]) {
        let tags = &mut merged["tags"];
        let known = elements(tags).position(|old| old["name"] == tag["name"]);
        match (known, tags.as_array_mut()) {
            (Some(index), _) => tags[index] = tag.clone(),
            (None, Some(tags)) => tags.push(tag.clone()),
            (None, None) => *tags = json!([tag]),
        }
    }
    merged
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Copies to an operation what the page says of all its operations, where the whole document says otherwise.
fn inherit(operation: &mut Map<String, Value>, whole: &Value, page: &Value) {
    // The first server is the one that is called.
    for (key, what) in [("security", ""), ("servers", "/0/url")] {
        let said = |document: &Value| document[key].pointer(what).cloned();
        if !page[key].is_null() && said(page) != said(whole) {
            operation.entry(key).or_insert_with(|| page[key].clone());
        }
    }
}

fn replace_item(paths: &mut Map<String, Value>, path: String, mut item: Map<String, Value>) {
    // The same path whose variables have other names would be a second one for the same URL.
    let twin = |other: &String| *other != path && route(other) == route(&path);
    let twins: Vec<String> = paths.keys().filter(|other| twin(other)).cloned().collect();
    for twin in twins {
        let mut old = map(paths.remove(&twin).unwrap_or_default());
        old.retain(|key, _| !METHODS.contains(&key.as_str()) || !item.contains_key(key));
        if METHODS.iter().any(|method| old.contains_key(*method)) {
            paths.insert(twin, old.into());
        }
    }
    let mut merged = map(paths.remove(&path).unwrap_or_default());
    merged.append(&mut item);
    paths.insert(path, merged.into());
}

#[cfg(test)]
mod tests;
