//! What a changed fact means. Requests break where more is demanded of them, responses where less is promised; programs
//! break where a Rust name or type changes, or where they no longer send what is demanded.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::change::Class::{self, Additive as A, Breaking as B, None as N};
use super::change::{Classes, ItemKind, Place};
use super::compare::Comparison;
use super::surface::{Facts, bits, unwrapped, values, with_names};

/// The classes of a change for requests, for responses and for the Rust crate.
type Row = [Class; 3];

/// What matters to the crate alone.
const CRATE: [Row; 3] = [[N, N, A]; 3];

/// A fact by its word in the surface: how reports call it, and what it means that it is added, removed or changed.
const RULES: [(&str, &str, [Row; 3]); 24] = [
    ("body", "cursor", CRATE),
    ("by", "discriminator", [[B, B, A]; 3]),
    ("confirm", "confirmation", CRATE),
    ("const", "constant", [[B, A, B], [A, B, B], [B, B, B]]),
    ("default", "default", [[A, A, A]; 3]),
    ("deprecated", "deprecated", [[A, A, A]; 3]),
    ("evidence", "evidence", CRATE),
    ("format", "format", [[B, A, A], [A, B, A], [B, B, A]]),
    ("given", "cursor parameter", CRATE),
    ("id", "operationId", CRATE),
    ("instead", "cursor", CRATE),
    ("integer", "a list of integers", [[B, B, B]; 3]),
    ("joined", "joined by commas", [[B, B, A]; 3]),
    ("last_item", "cursor", CRATE),
    ("one_or_many", "read from a single value", CRATE),
    (
        "open",
        "open to other values",
        [[A, B, A], [B, A, A], CRATE[0]],
    ),
    ("pattern", "pattern", [[B, A, B], [A, B, A], [B, B, B]]),
    ("personal", "hidden in Debug output", CRATE),
    ("read_back", "read-back method", CRATE),
    ("read_only", "read-only", [[B, N, N], [A, A, N], [N, N, N]]),
    ("request", "in requests", [[N, N, A], [N, N, B], [N, N, N]]),
    ("response", "in responses", [[N, N, N]; 3]),
    ("retry", "retry class", CRATE),
    (
        "write_only",
        "write-only",
        [[N, B, N], [A, A, N], [N, N, N]],
    ),
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
                "type" | "rust" | "media" | "nullable" | "optional" | "required" => {}
                "required_in_requests" | "schema" | "inline" => {}
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
        let named = rule.filter(|_| stem == key);
        let name = named.map_or(key, |(_, name, ..)| name);
        let (row, verb) = match (rule, before, after) {
            (Some(("format", ..)), ..) if bits(before).is_some() && bits(after).is_some() => {
                let row = match bits(before).cmp(&bits(after)) {
                    Ordering::Less => [A, B, A],
                    Ordering::Equal => [A, A, A],
                    Ordering::Greater => [B, A, A],
                };
                (row, "changed")
            }
            (Some((.., [added, ..])), None, _) => (*added, "changed"),
            (Some((.., [_, removed, _])), _, None) => (*removed, "changed"),
            (Some((.., [.., changed])), ..) => (*changed, "changed"),
            // A limit that is tighter is refused before anything is sent, as a parameter is that is now required.
            (None, None, _) => ([B, A, B], "changed"),
            (None, _, None) => ([A, B, A], "changed"),
            (None, Some(before), Some(after)) => {
                let (before, after) = (bound(before), bound(after));
                let raised = after > before;
                let tighter = match stem {
                    "multiple_of" => (before.0 / after.0).fract() != 0.0,
                    _ => raised != stem.contains("max"),
                };
                let row = if tighter { [B, A, B] } else { [A, B, A] };
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
        let rust = match limit {
            true => place.direction.class(rust, N),
            false => rust,
        };
        self.changed(place, (api, rust), from_to(name, verb, before, after));
    }

    fn presence(&mut self, place: &Place, old: &Facts, new: &Facts) {
        let in_responses = |facts: &Facts| facts.contains_key("required");
        let in_requests =
            |facts: &Facts| in_responses(facts) || facts.contains_key("required_in_requests");
        let nullable = |facts: &Facts| facts.contains_key("nullable");
        // Fields that are always there and never null have a type without `Option`.
        let field = place.what == ItemKind::Field;
        let plain = |facts: &Facts| field && in_responses(facts) && !nullable(facts);
        let rust_type = if plain(old) == plain(new) { A } else { B };
        let asked = (in_requests(old), in_requests(new));
        let promised = (in_responses(old), in_responses(new));
        let class = |(before, after), gained, lost| match (before, after) {
            (false, true) => gained,
            (true, false) => lost,
            _ => N,
        };
        let (request, response) = (class(asked, B, A), class(promised, A, B));
        if (request, response) != (N, N) {
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
        let null = (nullable(old), nullable(new));
        if null.0 != null.1 {
            let api = place.direction.class(class(null, A, B), class(null, B, A));
            let text = if null.1 {
                "now nullable"
            } else {
                "no longer nullable"
            };
            self.changed(place, (api, B), text);
        }
    }

    /// Compares the Rust types of a value.
    fn kinds(&mut self, place: &Place, old: &str, new: &str) {
        let subject = match place.what {
            ItemKind::Operation => "response type",
            _ => "type",
        };
        let former = with_names(old, &self.former);
        let text = format!("{subject} changed from `{former}` to `{new}`");
        let ((old_shape, was), (new_shape, is)) = (unwrapped(old), unwrapped(new));
        let old_kind = self.old.types.get(was).map(|kind| kind.kind.as_str());
        let new_kind = self.new.types.get(is).map(|kind| kind.kind.as_str());
        let same_shape = old_shape == new_shape;
        if same_shape && old_kind.is_some() && old_kind == new_kind {
            let pair = (was.to_owned(), is.to_owned(), place.direction);
            self.replaced.push(pair);
            self.changed(place, (N, B), text);
            return;
        }
        let without = |shape: &str| shape.replace("Option<", "");
        let optional = was == is && without(&old_shape) == without(&new_shape);
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
        let wider = optional && old_shape.len() < new_shape.len();
        let api = if wider || !optional && holds(is, &new_shape, was, old_kind) {
            place.direction.class(A, B)
        } else if optional || holds(was, &old_shape, is, new_kind) {
            place.direction.class(B, A)
        } else {
            B
        };
        self.changed(place, (api, B), text);
    }

    /// Compares what a success carries.
    pub fn success(&mut self, place: &Place, old: &str, new: &str) {
        let [was, is] = [old, new].map(|success| success.trim_end_matches(" or ()"));
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
        let name = match key {
            "auth" => "authentication",
            "scopes" => "scope",
            "media" => "media type",
            "statuses" => "status",
            _ => key,
        };
        let free = |list: &[String]| list.is_empty() || is_in("none", list);
        match key {
            _ if old == new => {}
            "server" => {
                let [was, is] = [old, new].map(|list| list[1].trim_end_matches('/'));
                if was != is {
                    let text = format!("server changed from `{was}` to `{is}`");
                    self.changed(place, (B, A), text);
                } else if old[0] != new[0] {
                    let text = format!("host changed from `{}` to `{}`", old[0], new[0]);
                    self.changed(place, (N, A), text);
                }
            }
            "paging" => {
                let list = |list: &[String]| Some(list.first()?.replace("\"\"", "the body"));
                let (class, text) = match (list(old), list(new)) {
                    (None, _) => (A, "now paging".to_owned()),
                    (_, None) => (B, "no longer paging".to_owned()),
                    (Some(was), Some(is)) => {
                        (B, format!("list of a page moved from `{was}` to `{is}`"))
                    }
                };
                self.changed(place, (N, class), text);
            }
            "auth" if free(old) && free(new) => {
                self.words(place, name, old.iter(), new.iter(), (N, N));
            }
            "auth" | "scopes" if free(old) => {
                let text = format!("now requires {name} {}", any_of(new));
                self.changed(place, (B, A), text);
            }
            "auth" | "scopes" if free(new) => {
                let text = format!("no longer requires {name} {}", any_of(old));
                self.changed(place, (A, A), text);
            }
            "statuses" => {
                for (success, removed) in [(true, B), (false, A)] {
                    let of = |status: &&String| status.starts_with('2') == success;
                    let (old, new) = (old.iter().filter(of), new.iter().filter(of));
                    self.words(place, name, old, new, (removed, A));
                }
            }
            "auth" | "scopes" | "media" => self.words(place, name, old.iter(), new.iter(), (B, A)),
            _ => {
                let [before, after] =
                    [old, new].map(|list| Some(list.join(" ")).filter(|_| !list.is_empty()));
                self.fact(place, key, before.as_ref(), after.as_ref());
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

    /// Compares what a union says about one of its variants: the values of its tag, or the fields that tell it.
    pub fn variant(&mut self, place: &Place, by_fields: [bool; 2], old: &Facts, new: &Facts) {
        let fields = |facts: &Facts| facts.get("fields").cloned().unwrap_or_default();
        let ([was, is], [before, after]) = ([old, new].map(values), [old, new].map(fields));
        let name = "distinguishing field";
        self.words(place, name, before.split(','), after.split(','), (N, N));
        if by_fields == [true; 2] {
            self.words(place, name, was.iter(), is.iter(), (N, N));
        } else if by_fields == [false; 2] {
            let some = !was.is_empty() && !is.is_empty();
            if some && !was.iter().any(|word| is_in(word, &is)) {
                let text = format!("value changed from {} to {}", any_of(&was), any_of(&is));
                self.changed(place, (B, B), text);
            } else {
                let classes = (place.direction.class(B, A), A);
                self.words(place, "value", was.iter(), is.iter(), classes);
            }
        }
    }
}

/// Returns the value of a limit, and on which side of it the values are where it is none of them.
fn bound(text: &str) -> (f64, i8) {
    let more = text.strip_prefix("more than ").map(|text| (text, 1));
    let less = || text.strip_prefix("less than ").map(|text| (text, -1));
    let (number, side) = more.or_else(less).unwrap_or((text, 0));
    (number.parse().unwrap_or_default(), side)
}

fn is_in(word: &str, list: &[String]) -> bool {
    list.iter().any(|known| known == word)
}

/// Returns words of which any one is enough.
fn any_of(list: &[String]) -> String {
    let words = list.iter().map(|word| word.trim_matches('"'));
    let words = words.filter(|word| *word != "none");
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    words.join(" or ")
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
