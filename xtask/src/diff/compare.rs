//! What differs between two surfaces: finds the items and their pairs. `rules` judges what is said about an item.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Class, Classes, Direction, ItemKind, Kind, Place};
use super::surface::{
    Facts, Operation, Surface, Type, likeness, missing, pairs, place_and_name, renamed_types,
    route, unpaired, variables,
};

/// Two surfaces, and the changes that were found.
pub struct Comparison<'s> {
    /// The surface before, its types under the names they have now.
    pub old: &'s Surface,
    /// The surface after.
    pub new: &'s Surface,
    /// Types that took the place of others: compared for the API, which knows no names of types.
    pub replaced: Vec<(String, String, Direction)>,
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
}

/// Compares two surfaces; what breaks most comes first.
pub fn compare(old: &str, new: &str) -> Vec<Change> {
    let (mut old, new) = (Surface::parse(old), Surface::parse(new));
    let renamed = renamed_types(&old, &new);
    old.rename(&renamed);
    let mut comparison = Comparison {
        old: &old,
        new: &new,
        replaced: Vec::new(),
        api_only: false,
        changes: BTreeSet::new(),
    };
    for (before, after) in &renamed {
        comparison.rename(
            ItemKind::Type,
            before,
            after,
            (Class::None, Class::Breaking),
        );
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
        self.push(place.what, Kind::Changed, &place.item, classes, text.into());
    }

    fn rename(&mut self, what: ItemKind, before: &str, after: &str, classes: Classes) {
        let text = format!("renamed from `{before}`");
        self.push(what, Kind::Renamed, after, classes, text);
    }

    fn push(&mut self, what: ItemKind, kind: Kind, item: &str, (api, rust): Classes, text: String) {
        let rust = if self.api_only { Class::None } else { rust };
        if !self.api_only || api != Class::None {
            let item = item.to_owned();
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
        let (removed, added) = (missing(old, new), missing(new, old));
        let renamed = pairs(&removed, &added, |before, after| {
            let (was, is) = (&old[before], &new[after]);
            let same_id = was.lists.get("id") == is.lists.get("id");
            let same_route = was.method == is.method && route(&was.path) == route(&is.path);
            f64::from(u8::from(same_id)) + f64::from(u8::from(same_route))
        });
        for (name, was) in old {
            let new_name = renamed.get(name).unwrap_or(name);
            let (before, after) = (format!("{name}()"), format!("{new_name}()"));
            if before != after {
                self.rename(
                    ItemKind::Operation,
                    &before,
                    &after,
                    (Class::None, Class::Breaking),
                );
            }
            match new.get(new_name) {
                Some(is) => self.operation(new_name, was, is),
                None => {
                    let text = format!("removed (`{} {}`)", was.method, was.path);
                    let classes = (Class::Breaking, Class::Breaking);
                    self.push(ItemKind::Operation, Kind::Removed, &before, classes, text);
                }
            }
        }
        for name in unpaired(&added, &renamed) {
            let text = format!("added (`{} {}`)", new[name].method, new[name].path);
            let classes = (Class::Additive, Class::Additive);
            self.push(
                ItemKind::Operation,
                Kind::Added,
                &format!("{name}()"),
                classes,
                text,
            );
        }
    }

    fn operation(&mut self, name: &str, was: &Operation, is: &Operation) {
        let item = format!("{name}()");
        let place = Place {
            what: ItemKind::Operation,
            item,
            direction: Direction::RESPONSE,
        };
        if was.method != is.method {
            let text = format!("method changed from `{}` to `{}`", was.method, is.method);
            self.changed(&place, (Class::Breaking, Class::Additive), text);
        }
        if route(&was.path) != route(&is.path) {
            let text = format!("path changed from `{}` to `{}`", was.path, is.path);
            self.changed(&place, (Class::Breaking, Class::Additive), text);
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
            variables: [variables(&was.path), variables(&is.path)],
        };
        self.parts(&owner, &was.parts, &is.parts);
    }

    fn types(&mut self) {
        for (name, was) in &self.old.types {
            if let Some(is) = self.new.types.get(name) {
                self.type_pair(name, was, is, Direction::of(&was.head, &is.head));
            } else {
                let text = format!("{} removed", was.kind);
                self.push(
                    ItemKind::Type,
                    Kind::Removed,
                    name,
                    (Class::None, Class::Breaking),
                    text,
                );
            }
        }
        for name in missing(&self.new.types, &self.old.types) {
            let text = format!("{} added", self.new.types[&name].kind);
            self.push(
                ItemKind::Type,
                Kind::Added,
                &name,
                (Class::None, Class::Additive),
                text,
            );
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
            self.changed(&place, (Class::Breaking, Class::Breaking), text);
            return;
        }
        self.facts(&place, &was.head, &is.head);
        let owner = Owner {
            kind: &was.kind,
            name,
            direction,
            variables: Default::default(),
        };
        self.parts(&owner, &was.parts, &is.parts);
    }

    fn parts(
        &mut self,
        owner: &Owner<'_>,
        old: &BTreeMap<String, Facts>,
        new: &BTreeMap<String, Facts>,
    ) {
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
                let classes = match owner.kind {
                    "operation" if key.starts_with("paging") => (Class::None, Class::Additive),
                    // Readers of responses do not miss a value.
                    "enum" => (
                        owner.direction.class(Class::Breaking, Class::Additive),
                        Class::Breaking,
                    ),
                    _ => (Class::Breaking, Class::Breaking),
                };
                self.push(
                    place.what,
                    Kind::Removed,
                    &place.item,
                    classes,
                    "removed".to_owned(),
                );
            }
        }
        for key in unpaired(&added, &renamed) {
            let place = owner.place(key, &new[key]);
            let required = owner.direction.request
                && ["required", "required_in_requests"]
                    .iter()
                    .any(|word| new[key].contains_key(*word));
            let (classes, text) = match required {
                true => ((Class::Breaking, Class::Breaking), "added, required"),
                false if key.starts_with("paging ") => ((Class::None, Class::Additive), "added"),
                false => ((Class::Additive, Class::Additive), "added"),
            };
            self.push(
                place.what,
                Kind::Added,
                &place.item,
                classes,
                text.to_owned(),
            );
        }
    }

    fn part(
        &mut self,
        owner: &Owner<'_>,
        (key, was): (&String, &Facts),
        (new_key, is): (&String, &Facts),
    ) {
        let (before, place) = (owner.place(key, was), owner.place(new_key, is));
        let same = key == new_key;
        let on_the_wire = if same { Class::None } else { Class::Breaking };
        match owner.kind {
            "operation" if !same => self.moved(&place, key, new_key),
            "struct" if !same => {
                self.rename(
                    ItemKind::Field,
                    &before.item,
                    &place.item,
                    (Class::Breaking, Class::Breaking),
                );
            }
            "enum" if before.item != place.item => {
                self.rename(
                    ItemKind::Value,
                    &before.item,
                    &place.item,
                    (on_the_wire, Class::Breaking),
                );
            }
            "enum" if !same => {
                let text = format!("value changed from `{key}` to `{new_key}`").replace('"', "");
                self.changed(&place, (on_the_wire, Class::Additive), text);
            }
            "union" => {
                if !same {
                    let text = format!("type changed from `{key}` to `{new_key}`");
                    self.changed(&place, (Class::None, Class::Breaking), text);
                    self.replaced
                        .push((key.clone(), new_key.clone(), owner.direction));
                }
                let classes = (Class::Breaking, Class::Additive);
                self.words(&place, "value", was.keys(), is.keys(), classes);
                return;
            }
            _ => {}
        }
        // Arguments for the variables of a path have a place and no name.
        if let (Some(old), Some(new), true) = (was.get("rust"), is.get("rust"), same)
            && old != new
            && owner.kind != "enum"
            && !key.starts_with("path ")
        {
            let text = format!("Rust name changed from `{old}` to `{new}`");
            self.changed(&place, (Class::None, Class::Breaking), text);
        }
        self.value(&place, was, is);
    }

    fn moved(&mut self, place: &Place, before: &str, after: &str) {
        let (old_place, new_place) = (place_and_name(before).0, place_and_name(after).0);
        if old_place != new_place {
            let path = old_place == "path" || new_place == "path";
            let rust = if path {
                Class::Breaking
            } else {
                Class::Additive
            };
            let text = format!("moved from {old_place} to {new_place}");
            self.changed(place, (Class::Breaking, rust), text);
        } else if old_place == "path" {
            self.rename(
                ItemKind::Parameter,
                before,
                &place.item,
                (Class::None, Class::None),
            );
        } else {
            self.rename(
                ItemKind::Parameter,
                before,
                &place.item,
                (Class::Breaking, Class::Breaking),
            );
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

    /// How sure it is that a part is what another was.
    fn alike(&self, (before, old): (&str, &Facts), (after, new): (&str, &Facts)) -> f64 {
        let same_type = old.get("type") == new.get("type");
        match self.kind {
            "operation" => {
                let ((place, name), (new_place, new_name)) =
                    (place_and_name(before), place_and_name(after));
                let at = |index: usize, name| {
                    self.variables[index].iter().position(|known| known == name)
                };
                match (place == new_place, place) {
                    (_, "paging") => 0.0,
                    (true, "path") => f64::from(u8::from(at(0, name) == at(1, new_name))),
                    (true, _) if same_type => likeness(name, new_name),
                    (false, _) if name == new_name && new_place != "paging" => 2.0,
                    _ => 0.0,
                }
            }
            "struct" if !same_type => 0.0,
            "enum" | "union" if old == new => 1.0,
            "union" => 0.0,
            _ => likeness(before, after),
        }
    }
}
