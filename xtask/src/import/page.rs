//! One page of the reference, merged into the whole document.

use dintero_codegen::lower::operations::{METHODS, route};
use serde_json::{Map, Value};

/// Replaces the operations and components of the whole document by those of a page. What the page does not mention stays.
pub fn merge(whole: &Value, page: Value) -> Value {
    let mut merged = map(Some(whole.clone()));
    let mut page = map(Some(page));
    let mut paths = map(merged.remove("paths"));
    for (path, item) in map(page.remove("paths")) {
        let mut item = map(Some(item));
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(method) {
                inherit(operation, whole, &page);
            }
        }
        replace_item(&mut paths, path, item);
    }
    let mut components = map(merged.remove("components"));
    for (section, names) in map(page.remove("components")) {
        let mut all = map(components.remove(&section));
        all.append(&mut map(Some(names)));
        components.insert(section, all.into());
    }
    let mut tags = list(merged.remove("tags"));
    for tag in list(page.remove("tags")) {
        match tags.iter_mut().find(|old| old["name"] == tag["name"]) {
            Some(old) => *old = tag,
            None => tags.push(tag),
        }
    }
    merged.insert("paths".to_owned(), paths.into());
    merged.insert("components".to_owned(), components.into());
    if !tags.is_empty() {
        merged.insert("tags".to_owned(), tags.into());
    }
    merged.into()
}

fn map(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Copies to an operation what the page says of all its operations, where the whole document says otherwise.
fn inherit(operation: &mut Map<String, Value>, whole: &Value, page: &Map<String, Value>) {
    let mut copy = |key: &str, same: &dyn Fn(&Value) -> bool| {
        if let Some(value) = page.get(key).filter(|value| !same(value)) {
            operation.entry(key).or_insert_with(|| value.clone());
        }
    };
    copy("security", &|security| *security == whole["security"]);
    // The first server is the one that is called.
    copy("servers", &|servers| {
        servers[0]["url"] == whole["servers"][0]["url"]
    });
}

fn replace_item(paths: &mut Map<String, Value>, path: String, mut item: Map<String, Value>) {
    // The same path whose variables have other names would be a second one for the same URL.
    let twin = |other: &String| *other != path && route(other) == route(&path);
    let twins: Vec<String> = paths.keys().filter(|other| twin(other)).cloned().collect();
    for twin in twins {
        let mut old = map(paths.remove(&twin));
        old.retain(|key, _| !METHODS.contains(&key.as_str()) || !item.contains_key(key));
        if METHODS.iter().any(|method| old.contains_key(*method)) {
            paths.insert(twin, old.into());
        }
    }
    let mut merged = map(paths.remove(&path));
    merged.append(&mut item);
    paths.insert(path, merged.into());
}

#[cfg(test)]
mod tests;
