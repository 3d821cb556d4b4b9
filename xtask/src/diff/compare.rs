//! What differs between two surfaces: finds the items and their pairs. `rules` judges what is said about an item.

use std::collections::{BTreeMap, BTreeSet};

use dintero_codegen::lower::operations::{path_variables, route};

use super::change::Class::{Additive as A, Breaking as B, None as N};
use super::change::{Change, Classes, Direction, ItemKind, Kind, Place};
use super::surface::{
    Facts, Operation, Surface, Type, likeness, missing, pairs, renamed_types, unpaired, values,
    with_names,
};

type Parts = BTreeMap<String, Facts>;
type Part<'p> = (&'p String, &'p Facts);

/// Two surfaces, and the changes that were found.
pub struct Comparison<'s> {
    /// The surface before, its types under the names they have now.
    pub old: &'s Surface,
    /// The surface after.
    pub new: &'s Surface,
    /// Types that took the place of others: compared for the API, which knows no names of types.
    pub replaced: Vec<(String, String, Direction)>,
    /// The names that renamed types had before.
    pub former: BTreeMap<String, String>,
    api_only: bool,
    changes: BTreeSet<Change>,
}

/// An item with parts: `operation`, `struct`, `enum` or `union`.
struct Owner<'a> {
    kind: &'a str,
    name: &'a str,
    direction: Direction,
    /// The variables of the path before and after, of an operation.
    variables: [Vec<String>; 2],
    /// Whether the variants of a union are distinguished by their fields, before and after.
    by_fields: [bool; 2],
}

/// Compares two surfaces; what breaks most comes first.
pub fn compare(old: &str, new: &str) -> Vec<Change> {
    let (mut old, new) = (Surface::parse(old), Surface::parse(new));
    let renamed = renamed_types(&old, &new);
    old.rename(&renamed);
    let former = renamed.iter().map(|(was, is)| (is.clone(), was.clone()));
    let mut comparison = Comparison {
        old: &old,
        new: &new,
        replaced: Vec::new(),
        former: former.collect(),
        api_only: false,
        changes: BTreeSet::new(),
    };
    for (before, after) in &renamed {
        comparison.rename(ItemKind::Type, before, after, (N, B));
    }
    comparison.operations();
    comparison.types();
    comparison.replaced_types();
    let mut changes: Vec<Change> = comparison.changes.into_iter().collect();
    changes.sort_by_key(|change| std::cmp::Reverse((change.api, change.rust)));
    changes
}

impl Comparison<'_> {
    /// Records what changed in an item that is there before and after.
    pub fn changed(&mut self, place: &Place, classes: Classes, text: impl Into<String>) {
        let text = text.into();
        self.push(place.what, Kind::Changed, &place.item, classes, &text);
    }

    fn rename(&mut self, what: ItemKind, before: &str, after: &str, classes: Classes) {
        let text = format!("renamed from `{before}`");
        self.push(what, Kind::Renamed, after, classes, &text);
    }

    fn push(&mut self, what: ItemKind, kind: Kind, item: &str, (api, rust): Classes, text: &str) {
        let rust = if self.api_only { N } else { rust };
        if !self.api_only || api != N {
            let [item, text] = [item, text].map(str::to_owned);
            self.changes.insert(Change {
                api,
                rust,
                what,
                item,
                kind,
                text,
            });
        }
    }

    fn operations(&mut self) {
        let (old, new) = (&self.old.operations, &self.new.operations);
        // The route is what is called, whatever it is named.
        let score = |name: &str, other: &str| {
            let (was, is) = (&old[name], &new[other]);
            let same_id = was.lists.get("id") == is.lists.get("id");
            let same_route = was.method == is.method && route(&was.path) == route(&is.path);
            match (same_route, same_id) {
                (true, true) => 4.0,
                (true, false) => 2.0 + f64::from(u8::from(name == other)),
                (false, true) => 1.0,
                (false, false) => 0.0,
            }
        };
        let kept = |name: &&String| {
            new.contains_key(*name) && old.contains_key(*name) && score(name, name) > 3.0
        };
        let [removed, added] = [old, new].map(|operations| {
            let other = operations.keys().filter(|name| !kept(name));
            other.cloned().collect::<Vec<String>>()
        });
        let renamed = pairs(&removed, &added, score);
        let what = ItemKind::Operation;
        for (name, was) in old {
            let before = format!("{name}()");
            let Some(new_name) = renamed.get(name).or(Some(name).filter(kept)) else {
                let text = format!("removed (`{} {}`)", was.method, was.path);
                self.push(what, Kind::Removed, &before, (B, B), &text);
                continue;
            };
            if name != new_name {
                self.rename(what, &before, &format!("{new_name}()"), (N, B));
            }
            self.operation(new_name, was, &new[new_name]);
        }
        for name in unpaired(&added, &renamed) {
            let mut text = format!("added (`{} {}`)", new[name].method, new[name].path);
            let taken = old.get(name);
            if let Some(was) = taken {
                text += &format!(", takes the name of `{} {}`", was.method, was.path);
            }
            let classes = (A, if taken.is_some() { B } else { A });
            self.push(what, Kind::Added, &format!("{name}()"), classes, &text);
        }
    }

    fn operation(&mut self, name: &str, was: &Operation, is: &Operation) {
        let place = Place {
            what: ItemKind::Operation,
            item: format!("{name}()"),
            direction: Direction::RESPONSE,
        };
        if was.method != is.method {
            let text = format!("method changed from `{}` to `{}`", was.method, is.method);
            self.changed(&place, (B, A), text);
        }
        if route(&was.path) != route(&is.path) {
            let text = format!("path changed from `{}` to `{}`", was.path, is.path);
            self.changed(&place, (B, A), text);
        }
        self.success(&place, &was.success, &is.success);
        let keys: BTreeSet<&String> = was.lists.keys().chain(is.lists.keys()).collect();
        for key in keys {
            let of = |operation: &Operation| operation.lists.get(key).cloned().unwrap_or_default();
            self.list(&place, key, &of(was), &of(is));
        }
        let owner = Owner {
            kind: "operation",
            name,
            direction: Direction::REQUEST,
            variables: [was, is].map(|it| path_variables(&it.path).map(str::to_owned).collect()),
            by_fields: [false; 2],
        };
        self.parts(&owner, &was.parts, &is.parts);
    }

    fn types(&mut self) {
        for (name, was) in &self.old.types {
            if let Some(is) = self.new.types.get(name) {
                self.type_pair(name, was, is, Direction::of(&was.head, &is.head));
            } else {
                let text = format!("{} removed", was.kind);
                self.push(ItemKind::Type, Kind::Removed, name, (N, B), &text);
            }
        }
        for name in missing(&self.new.types, &self.old.types) {
            let text = format!("{} added", self.new.types[&name].kind);
            self.push(ItemKind::Type, Kind::Added, &name, (N, A), &text);
        }
    }

    /// Types under different names at the same place of a message differ for the API in what they contain only.
    fn replaced_types(&mut self) {
        self.api_only = true;
        let mut seen = BTreeSet::new();
        while let Some(pair) = self.replaced.pop() {
            let (was, is) = (self.old.types.get(&pair.0), self.new.types.get(&pair.1));
            if let (Some(was), Some(is), true) = (was, is, seen.insert(pair.clone())) {
                self.type_pair(&pair.1, was, is, pair.2);
            }
        }
    }

    fn type_pair(&mut self, name: &str, was: &Type, is: &Type, direction: Direction) {
        let place = Place {
            what: ItemKind::Type,
            item: name.to_owned(),
            direction,
        };
        if was.kind != is.kind {
            let text = format!("changed from {} to {}", was.kind, is.kind);
            self.changed(&place, (B, B), text);
            return;
        }
        self.facts(&place, &was.head, &is.head);
        let owner = Owner {
            kind: &was.kind,
            name,
            direction,
            variables: Default::default(),
            by_fields: [was, is].map(|kind| !kind.head.contains_key("by")),
        };
        self.parts(&owner, &was.parts, &is.parts);
    }

    fn parts(&mut self, owner: &Owner<'_>, old: &Parts, new: &Parts) {
        let (removed, added) = (missing(old, new), missing(new, old));
        let renamed = pairs(&removed, &added, |before, after| {
            owner.alike((before, &old[before]), (after, &new[after]))
        });
        for (key, was) in old {
            let new_key = renamed.get(key).unwrap_or(key);
            if let Some(is) = new.get(new_key) {
                self.part(owner, (key, was), (new_key, is));
            } else {
                let place = owner.place(key, was);
                let (classes, text) = match owner.kind {
                    "operation" if key.starts_with("paging ") => ((N, A), "removed"),
                    "operation" if owner.is_account(key, 1) => ((N, B), "now set by the client"),
                    // Readers of responses do not miss a value.
                    "enum" | "union" => ((owner.direction.class(B, A), B), "removed"),
                    _ => ((B, B), "removed"),
                };
                self.push(place.what, Kind::Removed, &place.item, classes, text);
            }
        }
        for key in unpaired(&added, &renamed) {
            let (place, facts) = (owner.place(key, &new[key]), &new[key]);
            let mut words = ["required", "required_in_requests"].into_iter();
            let required = words.any(|word| facts.contains_key(word)) && owner.direction.request;
            let ((api, mut rust), mut text) = match key {
                _ if key.starts_with("paging ") => ((N, A), "added".to_owned()),
                _ if owner.is_account(key, 0) => ((N, B), "no longer set by the client".to_owned()),
                // Builders set what has only one value.
                _ if required && facts.contains_key("const") => ((B, A), "added, required".into()),
                _ if required => ((B, B), "added, required".to_owned()),
                _ => ((A, A), "added".to_owned()),
            };
            let rust_name = facts.get("rust").filter(|_| !key.starts_with("path "));
            let holder = |(_, other): &Part<'_>| other.get("rust") == rust_name;
            if let (Some(name), Some((holder, _))) = (rust_name, old.iter().find(holder)) {
                rust = B;
                let holder = holder.trim_matches('"');
                text += &format!(", takes the Rust name `{name}` of `{holder}`");
            }
            self.push(place.what, Kind::Added, &place.item, (api, rust), &text);
        }
    }

    fn part(&mut self, owner: &Owner<'_>, (key, was): Part<'_>, (new_key, is): Part<'_>) {
        let (before, place) = (owner.place(key, was), owner.place(new_key, is));
        let same = key == new_key;
        let on_the_wire = if same { N } else { B };
        match owner.kind {
            "operation" if !same => self.moved(&place, key, new_key),
            "struct" if !same => {
                self.rename(ItemKind::Field, &before.item, &place.item, (B, B));
            }
            "enum" if before.item != place.item => {
                self.rename(ItemKind::Value, &before.item, &place.item, (on_the_wire, B));
            }
            "enum" if !same => {
                let text = format!("value changed from `{key}` to `{new_key}`").replace('"', "");
                self.changed(&place, (on_the_wire, B), text);
            }
            "union" => {
                if !same {
                    let text = with_names(key, &self.former);
                    let text = format!("type changed from `{text}` to `{new_key}`");
                    self.changed(&place, (N, B), text);
                    let pair = (key.clone(), new_key.clone(), owner.direction);
                    self.replaced.push(pair);
                }
                self.variant(&place, owner.by_fields, was, is);
            }
            _ => {}
        }
        // Arguments for the variables of a path have a place and no name.
        let rust = |facts: &Facts| facts.get("rust").unwrap_or(key).clone();
        let (old, new) = (rust(was), rust(is));
        if same && old != new && owner.kind != "enum" && !key.starts_with("path ") {
            let text = format!("Rust name changed from `{old}` to `{new}`");
            self.changed(&place, (N, B), text);
        }
        if owner.kind == "union" {
            return;
        }
        let mut was = was.clone();
        // What a union says about the values of its tag is told there.
        if self.old.is_tag(owner.name, key) && self.new.is_tag(owner.name, new_key) {
            was.remove("const");
            let only = is.get_key_value("const");
            was.extend(only.map(|(key, only)| (key.clone(), only.clone())));
        }
        self.value(&place, &was, is);
    }

    fn moved(&mut self, place: &Place, before: &str, after: &str) {
        let (old_place, new_place) = (place_and_name(before).0, place_and_name(after).0);
        let classes = match (old_place, new_place) {
            ("path", "path") | ("paging", "paging") => (N, A),
            _ => (B, B),
        };
        if old_place == new_place {
            self.rename(ItemKind::Parameter, before, &place.item, classes);
        } else {
            let text = format!("moved from {old_place} to {new_place}");
            self.changed(place, classes, text);
        }
    }
}

impl Owner<'_> {
    fn place(&self, key: &str, facts: &Facts) -> Place {
        let rust = facts.get("rust").map_or(key, String::as_str);
        let name = self.name;
        let (what, item) = match self.kind {
            "operation" => (ItemKind::Parameter, format!("{name}() {key}")),
            "struct" => (ItemKind::Field, format!("{name}.{key}")),
            "enum" => (ItemKind::Value, format!("{name}::{rust}")),
            _ => (ItemKind::Value, format!("{name}::{key}")),
        };
        Place {
            what,
            item,
            direction: self.direction,
        }
    }

    /// Returns `true` if a parameter is a variable of the path before (0) or after (1), which the client fills there.
    fn is_account(&self, key: &str, state: usize) -> bool {
        let (place, name) = place_and_name(key);
        place == "path" && self.variables[state].iter().any(|known| known == name)
    }

    /// How sure it is that a part is what another was.
    fn alike(&self, (before, old): (&str, &Facts), (after, new): (&str, &Facts)) -> f64 {
        let same_type = old.get("type") == new.get("type");
        match self.kind {
            "operation" => {
                let (place, name) = place_and_name(before);
                let (new_place, new_name) = place_and_name(after);
                let variables = self.variables.each_ref();
                let at =
                    |index: usize, name| variables[index].iter().position(|known| known == name);
                match (place == new_place, place) {
                    (_, "paging") => f64::from(u8::from(old == new && place == new_place)),
                    (true, "path") => f64::from(u8::from(at(0, name) == at(1, new_name))),
                    (true, _) if same_type => likeness(name, new_name),
                    (false, _) if name == new_name && new_place != "paging" => 2.0,
                    _ => 0.0,
                }
            }
            "struct" if !same_type => 0.0,
            // The tag of a union under another name.
            "struct" if old.contains_key("const") && old.get("const") == new.get("const") => 1.0,
            "enum" if old == new => 1.0,
            // The Rust name of a variant is that of its type.
            "union" => {
                let same_fields = old.get("fields") == new.get("fields");
                f64::from(u8::from(same_fields && values(old) == values(new)))
            }
            _ => likeness(before, after),
        }
    }
}

/// `query limit` is the parameter `limit` of the query.
fn place_and_name(part: &str) -> (&str, &str) {
    part.split_once(' ').unwrap_or((part, ""))
}
