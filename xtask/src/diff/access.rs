//! Who may call an operation, and where it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Fact, Kind, Rule, Sink, What};
use super::label::below;
use super::operations::{Both, Operation};

/// Security and scopes.
pub fn compare(both: &Both<'_, '_>, sink: &mut Sink) {
    let (was, is) = (Access::of(both.old), Access::of(both.new));
    let mut add = |rule, class, kind, name: &String, text: &str| {
        let mut fact = both.fact(rule, class, kind, What::Access);
        fact.name.clone_from(name);
        fact.text = text.to_owned();
        sink.add(fact, &BTreeSet::new());
    };
    for way in was.ways.difference(&is.ways) {
        add(
            "api-security-removed",
            Breaking,
            Kind::Removed,
            way,
            "no longer lets callers in",
        );
    }
    for way in is.ways.difference(&was.ways) {
        let (class, text) = if was.ways.is_empty() {
            (Breaking, "is asked of callers now")
        } else {
            (Additive, "lets callers in now")
        };
        add("api-security-added", class, Kind::Added, way, text);
    }
    // An operation without scopes has none that are known.
    for scope in was.scopes.difference(&is.scopes) {
        let class = if is.scopes.is_empty() {
            Nothing
        } else {
            Breaking
        };
        add(
            "api-security-scope-removed",
            class,
            Kind::Removed,
            scope,
            "scope removed",
        );
    }
    for scope in is.scopes.difference(&was.scopes) {
        add(
            "api-security-scope-added",
            Additive,
            Kind::Added,
            scope,
            "scope added",
        );
    }
}

/// Who may call an operation.
struct Access {
    /// Each a way in: the schemes that it takes, by what they are and not by their names.
    ways: BTreeSet<String>,
    /// Any one of which is enough.
    scopes: BTreeSet<String>,
}

impl Access {
    fn of(operation: &Operation<'_>) -> Self {
        let own = &operation.node["security"];
        let security = if own.is_null() {
            &operation.root["security"]
        } else {
            own
        };
        let mut access = Self {
            ways: BTreeSet::new(),
            scopes: BTreeSet::new(),
        };
        let texts = |value: &Value| -> Vec<String> {
            let list = value.as_array().into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        access.scopes.extend(texts(&operation.node["x-scopes"]));
        for way in security.as_array().into_iter().flatten() {
            let mut schemes = Vec::new();
            for (name, scopes) in way.as_object().into_iter().flatten() {
                schemes.push(scheme(
                    &operation.root["components"]["securitySchemes"][name],
                    name,
                ));
                access.scopes.extend(texts(scopes));
            }
            access.ways.insert(if schemes.is_empty() {
                "no credentials".to_owned()
            } else {
                schemes.join(" with ")
            });
        }
        access
    }
}

fn scheme(scheme: &Value, name: &str) -> String {
    let text = |key: &str| scheme[key].as_str().unwrap_or_default().to_lowercase();
    match scheme["type"].as_str() {
        Some("http") => format!("{} token", text("scheme")).replace("basic token", "basic auth"),
        Some("apiKey") => format!("{} `{}`", text("in"), text("name")),
        Some(kind) => kind.to_owned(),
        None => name.to_owned(),
    }
}

/// The servers at two places.
pub fn servers(old: &Value, new: &Value, subject: &str, places: (&str, &str), sink: &mut Sink) {
    let urls = |root: &Value, place: &str| -> BTreeMap<String, String> {
        let list = root
            .pointer(place)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.enumerate()
            .filter_map(|(index, server)| {
                let url = server["url"].as_str()?.trim_end_matches('/');
                Some((url.to_owned(), below(place, &index.to_string())))
            })
            .collect()
    };
    let (was, is) = (urls(old, places.0), urls(new, places.1));
    let mut add = |rule, class, kind, url: &String, old, new, text: &str| {
        let fact = Fact::new(Rule::Fixed(rule), (class, class), kind, What::Access);
        sink.add(fact.at(subject, url, old, new, text), &BTreeSet::new());
    };
    for (url, place) in was.iter().filter(|(url, _)| !is.contains_key(*url)) {
        add(
            "api-server-removed",
            Breaking,
            Kind::Removed,
            url,
            Some(place.clone()),
            None,
            "server removed",
        );
    }
    for (url, place) in is.iter().filter(|(url, _)| !was.contains_key(*url)) {
        add(
            "api-server-added",
            Additive,
            Kind::Added,
            url,
            None,
            Some(place.clone()),
            "server added",
        );
    }
}
