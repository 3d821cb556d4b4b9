//! What a changed fact means. Requests break where more is demanded of them, responses where less is promised; programs
//! break where a Rust name or type changes, or where they no longer send what is demanded.

use std::collections::BTreeSet;

use super::change::Class::{self, Additive as A, Breaking as B, None as N};
use super::change::{Classes, ItemKind, Place};
use super::compare::Comparison;
use super::surface::Facts;

/// The classes of a change for requests, for responses and for the Rust crate.
type Row = [Class; 3];

/// A fact by its word in the surface: how reports call it, and what it means that it is added, removed or changed.
const RULES: [(&str, &str, Row, Row, Row); 24] = [
    ("body", "cursor", [N, N, A], [N, N, A], [N, N, A]),
    ("by", "discriminator", [B, B, A], [B, B, A], [B, B, A]),
    ("const", "constant", [B, B, B], [B, B, B], [B, B, B]),
    ("default", "default", [A, A, A], [A, A, A], [A, A, A]),
    ("deprecated", "deprecated", [A, A, A], [A, A, A], [A, A, A]),
    ("evidence", "evidence", [N, N, N], [N, N, N], [N, N, N]),
    ("format", "format", [B, A, A], [A, B, A], [B, B, A]),
    ("given", "cursor parameter", [N, N, A], [N, N, A], [N, N, A]),
    ("id", "operationId", [N, N, N], [N, N, N], [N, N, N]),
    ("instead", "cursor", [N, N, A], [N, N, A], [N, N, A]),
    (
        "integer",
        "a list of integers",
        [B, B, B],
        [B, B, B],
        [B, B, B],
    ),
    (
        "joined",
        "joined by commas",
        [B, B, A],
        [B, B, A],
        [B, B, A],
    ),
    ("last_item", "cursor", [N, N, A], [N, N, A], [N, N, A]),
    (
        "one_or_many",
        "read from a single value",
        [N, N, A],
        [N, N, A],
        [N, N, A],
    ),
    (
        "open",
        "open to other values",
        [A, B, A],
        [B, A, A],
        [N, N, N],
    ),
    ("paging", "paging", [N, N, A], [N, N, B], [N, N, B]),
    ("pattern", "pattern", [B, A, A], [A, A, A], [B, A, A]),
    (
        "personal",
        "hidden in Debug output",
        [N, N, A],
        [N, N, A],
        [N, N, A],
    ),
    (
        "read_back",
        "read-back method",
        [N, N, A],
        [N, N, A],
        [N, N, A],
    ),
    ("read_only", "read-only", [B, N, N], [A, A, N], [N, N, N]),
    ("request", "in requests", [N, N, A], [N, N, B], [N, N, N]),
    ("response", "in responses", [N, N, N], [N, N, N], [N, N, N]),
    ("retry", "retry class", [N, N, A], [N, N, A], [N, N, A]),
    ("write_only", "write-only", [N, B, N], [A, A, N], [N, N, N]),
];

impl Comparison<'_> {
    /// Compares what is said about a field, a parameter or a body.
    pub fn value(&mut self, place: &Place, old: &Facts, new: &Facts) {
        let of = |facts: &Facts, key: &str| facts.get(key).cloned().unwrap_or_default();
        let (was, is) = (of(old, "type"), of(new, "type"));
        if was != is {
            self.kinds(place, &was, &is);
        }
        self.presence(place, old, new);
        let classes = (B, A);
        let (was, is) = (of(old, "media"), of(new, "media"));
        self.words(place, "media type", was.split(','), is.split(','), classes);
        self.facts(place, old, new);
    }

    /// Compares facts by the table, and by the rules for limits.
    pub fn facts(&mut self, place: &Place, old: &Facts, new: &Facts) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (before, after) = (old.get(key), new.get(key));
            match key.as_str() {
                "type" | "rust" | "schema" | "inline" | "media" | "nullable" | "optional" => {}
                "required" | "required_in_requests" => {}
                // A type for it comes with the format.
                "format" if old.get("type") != new.get("type") => {}
                _ if before != after => self.fact(place, key, before, after),
                _ => {}
            }
        }
    }

    fn fact(&mut self, place: &Place, key: &str, before: Option<&String>, after: Option<&String>) {
        let stem = key.rsplit('.').next().unwrap_or(key);
        let rule = RULES.iter().find(|(word, ..)| *word == stem);
        let name = rule
            .filter(|_| stem == key)
            .map_or(key, |(_, name, ..)| name);
        let (row, verb) = match (rule, before, after) {
            (Some((_, _, row, ..)), None, _) => (*row, "changed"),
            (Some((_, _, _, row, _)), _, None) => (*row, "changed"),
            (Some((.., row)), ..) => (*row, "changed"),
            (None, None, _) => ([B, A, A], "changed"),
            (None, _, None) => ([A, B, A], "changed"),
            (None, Some(before), Some(after)) => {
                let number = |text: &String| text.parse::<f64>().unwrap_or_default();
                let raised = number(after) > number(before);
                let row = if raised == stem.contains("max") {
                    [A, B, A]
                } else {
                    [B, A, A]
                };
                (row, if raised { "raised" } else { "lowered" })
            }
        };
        let [request, response, rust] = row;
        let mut api = place.direction.class(request, response);
        // Who leaves out a parameter gets the other default.
        if key == "default" && place.what == ItemKind::Parameter {
            api = B;
        }
        // Builders check what is sent; what is received is never checked.
        let limit = rule.is_none() || ["const", "default", "format", "pattern"].contains(&stem);
        let rust = if limit {
            place.direction.class(rust, N)
        } else {
            rust
        };
        self.changed(place, (api, rust), from_to(name, verb, before, after));
    }

    fn presence(&mut self, place: &Place, old: &Facts, new: &Facts) {
        let in_responses = |facts: &Facts| facts.contains_key("required");
        let in_requests =
            |facts: &Facts| in_responses(facts) || facts.contains_key("required_in_requests");
        let nullable = |facts: &Facts| facts.contains_key("nullable");
        // Fields that are always there and never null have a type without `Option`.
        let plain = |facts: &Facts| {
            place.what == ItemKind::Field && in_responses(facts) && !nullable(facts)
        };
        let rust_type = if plain(old) == plain(new) { A } else { B };
        let (asked, promised) = (
            (in_requests(old), in_requests(new)),
            (in_responses(old), in_responses(new)),
        );
        if asked.0 != asked.1 || promised.0 != promised.1 {
            let request = match asked {
                (false, true) => B,
                (true, false) => A,
                _ => N,
            };
            let response = match promised {
                (true, false) => B,
                (false, true) => A,
                _ => N,
            };
            let text = match (asked, promised) {
                (_, (_, true)) => "now required",
                ((false, true), _) => "now required in requests",
                ((_, true), _) => "no longer required in responses",
                _ => "no longer required",
            };
            let refused = place.direction.class(request, N);
            let api = place.direction.class(request, response);
            self.changed(place, (api, rust_type.max(refused)), text);
        }
        match (nullable(old), nullable(new)) {
            (false, true) => self.changed(place, (place.direction.class(A, B), B), "now nullable"),
            (true, false) => self.changed(
                place,
                (place.direction.class(B, A), B),
                "no longer nullable",
            ),
            _ => {}
        }
    }

    /// Compares the Rust types of a value.
    fn kinds(&mut self, place: &Place, old: &str, new: &str) {
        let subject = if place.what == ItemKind::Operation {
            "response type"
        } else {
            "type"
        };
        let text = format!("{subject} changed from `{old}` to `{new}`");
        let ((old_shape, was), (new_shape, is)) = (unwrapped(old), unwrapped(new));
        let old_kind = self.old.types.get(was).map(|kind| kind.kind.as_str());
        let new_kind = self.new.types.get(is).map(|kind| kind.kind.as_str());
        let same_shape = old_shape == new_shape;
        if same_shape && old_kind.is_some() && old_kind == new_kind {
            self.replaced
                .push((was.to_owned(), is.to_owned(), place.direction));
            self.changed(place, (N, B), text);
            return;
        }
        let holds = |wide: &str, shape: &str, narrow: &str, kind: Option<&str>| match wide {
            "Value" => same_shape || shape.is_empty(),
            "Number" => same_shape && narrow == "i64",
            "String" => {
                same_shape
                    && (kind == Some("enum") || ["DateTime", "Date", "Uuid"].contains(&narrow))
            }
            "StringOrNumber" => same_shape && ["String", "Number", "i64"].contains(&narrow),
            _ => false,
        };
        let api = if holds(is, &new_shape, was, old_kind) {
            place.direction.class(A, B)
        } else if holds(was, &old_shape, is, new_kind) {
            place.direction.class(B, A)
        } else {
            B
        };
        self.changed(place, (api, B), text);
    }

    /// Compares what a success carries.
    pub fn success(&mut self, place: &Place, old: &str, new: &str) {
        let (was, is) = (
            old.trim_end_matches(" or ()"),
            new.trim_end_matches(" or ()"),
        );
        if was != is {
            self.kinds(place, was, is);
        } else if new != old && is != new {
            self.changed(place, (B, B), "response may now be empty");
        } else if new != old {
            self.changed(place, (A, B), "response no longer empty");
        }
    }

    /// Compares a list of words that belongs to an operation.
    pub fn list(&mut self, place: &Place, key: &str, old: &[String], new: &[String]) {
        let (before, after) = (old.join(" "), new.join(" "));
        let name = match key {
            "auth" => "authentication",
            "scopes" => "scope",
            "media" => "media type",
            "statuses" => "status",
            _ => key,
        };
        match key {
            _ if old == new => {}
            "server" => {
                let api = if old.get(1) == new.get(1) { N } else { B };
                self.changed(
                    place,
                    (api, A),
                    from_to(name, "changed", Some(&before), Some(&after)),
                );
            }
            "auth" | "scopes" if old.is_empty() => {
                self.changed(place, (B, A), format!("now requires {name} `{after}`"));
            }
            "auth" | "scopes" if new.is_empty() => {
                self.changed(
                    place,
                    (A, A),
                    format!("no longer requires {name} `{before}`"),
                );
            }
            "statuses" => {
                let of = |list: &[String], success| -> Vec<String> {
                    let chosen = list
                        .iter()
                        .filter(|status| status.starts_with('2') == success);
                    chosen.cloned().collect()
                };
                self.words(
                    place,
                    name,
                    of(old, true).iter(),
                    of(new, true).iter(),
                    (B, A),
                );
                self.words(
                    place,
                    name,
                    of(old, false).iter(),
                    of(new, false).iter(),
                    (A, A),
                );
            }
            "auth" | "scopes" | "media" => self.words(place, name, old.iter(), new.iter(), (B, A)),
            _ => {
                let (before, after) = (Some(&before), Some(&after));
                let (before, after) = (
                    before.filter(|_| !old.is_empty()),
                    after.filter(|_| !new.is_empty()),
                );
                self.fact(place, key, before, after);
            }
        }
    }

    /// Compares alternatives: one that was removed has one class for the API, one that was added another.
    pub fn words<W: AsRef<str>>(
        &mut self,
        place: &Place,
        name: &str,
        old: impl Iterator<Item = W>,
        new: impl Iterator<Item = W>,
        (removed, added): Classes,
    ) {
        let plain = |word: W| word.as_ref().trim_matches('"').to_owned();
        let old: BTreeSet<String> = old.map(plain).collect();
        let new: BTreeSet<String> = new.map(plain).collect();
        for word in old.difference(&new).filter(|word| !word.is_empty()) {
            self.changed(place, (removed, A), format!("{name} `{word}` removed"));
        }
        for word in new.difference(&old).filter(|word| !word.is_empty()) {
            self.changed(place, (added, A), format!("{name} `{word}` added"));
        }
    }
}

/// `max_length lowered from 5 to 3`; of a fact without a value, `now read-only`.
fn from_to(name: &str, verb: &str, before: Option<&String>, after: Option<&String>) -> String {
    let shown = |value: &String| value.trim_matches('"').to_owned();
    match (before.map(shown), after.map(shown)) {
        (Some(before), Some(after)) => format!("{name} {verb} from `{before}` to `{after}`"),
        (None, Some(after)) if after.is_empty() || after == "yes" => format!("now {name}"),
        (Some(before), None) if before.is_empty() || before == "yes" => format!("no longer {name}"),
        (None, Some(after)) => format!("{name} `{after}` added"),
        (Some(before), None) => format!("{name} `{before}` removed"),
        (None, None) => String::new(),
    }
}

/// The lists and maps around a type, and the type in them.
fn unwrapped(kind: &str) -> (String, &str) {
    const AROUND: [(&str, &str); 5] = [
        ("[", "]"),
        ("{", "}"),
        ("Vec<", ">"),
        ("BTreeMap<String,", ">"),
        ("Option<", ">"),
    ];
    let (mut shape, mut inner) = (String::new(), kind);
    while let Some((open, rest)) = AROUND.iter().find_map(|(open, close)| {
        Some((open, inner.strip_prefix(open)?.strip_suffix(close)?.trim()))
    }) {
        shape.push_str(open);
        inner = rest;
    }
    (shape, inner)
}
