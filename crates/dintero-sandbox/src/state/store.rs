//! A bounded store of objects by id that remembers the order in which they came.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::errors::{ApiError, ApiResult};

/// How many objects of one kind an account holds.
const LIMIT: usize = 100_000;

pub(crate) struct Store<T> {
    by_age: BTreeMap<u64, (String, T)>,
    by_id: HashMap<String, u64>,
    next: u64,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            by_age: BTreeMap::new(),
            by_id: HashMap::new(),
            next: 0,
        }
    }
}

/// In the order of age; the index says nothing more.
impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_age.values()).finish()
    }
}

/// As a list of ids and objects, oldest first.
impl<T: Serialize> Serialize for Store<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.by_age.values())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Store<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut store = Self::default();
        for (id, object) in Vec::<(String, T)>::deserialize(from)? {
            store.put(&id, object);
        }
        Ok(store)
    }
}

impl<T> Store<T> {
    /// Whether `more` objects fit; to be asked before anything else is changed.
    pub(crate) fn check_capacity(&self, more: usize, what: &str) -> ApiResult<()> {
        if self.by_age.len() + more > LIMIT {
            Err(ApiError::full(what))
        } else {
            Ok(())
        }
    }

    /// Puts an object in; one with the same id is replaced and keeps its place.
    pub(crate) fn put(&mut self, id: &str, object: T) {
        let age = *self.by_id.entry(id.to_owned()).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        self.by_age.insert(age, (id.to_owned(), object));
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.by_age
            .get(self.by_id.get(id)?)
            .map(|(_, object)| object)
    }

    pub(crate) fn get(&self, id: &str, what: &str) -> ApiResult<&T> {
        self.find(id).ok_or_else(|| ApiError::not_found(what))
    }

    pub(crate) fn get_mut(&mut self, id: &str, what: &str) -> ApiResult<&mut T> {
        let age = self
            .by_id
            .get(id)
            .ok_or_else(|| ApiError::not_found(what))?;
        self.by_age
            .get_mut(age)
            .map(|(_, object)| object)
            .ok_or_else(|| ApiError::not_found(what))
    }

    /// All objects, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_age.values().map(|(_, object)| object)
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str, what: &str) -> ApiResult<T> {
        let age = self.by_id.remove(id);
        let found = age.and_then(|age| self.by_age.remove(&age));
        found
            .map(|(_, object)| object)
            .ok_or_else(|| ApiError::not_found(what))
    }

    /// A page, newest first: what is `wanted`, from behind the cursor, at most `limit`; and the cursor of the next
    /// page if there is more. An unknown cursor is an error.
    pub(crate) fn page(
        &self,
        starting_after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
    ) -> ApiResult<(Vec<&T>, Option<&str>)> {
        let unknown = || ApiError::invalid_field("starting_after", "is not the cursor of a page");
        let end = match starting_after {
            Some(id) => *self.by_id.get(id).ok_or_else(unknown)?,
            None => u64::MAX,
        };
        let mut found = self
            .by_age
            .range(..end)
            .rev()
            .map(|(_, entry)| entry)
            .filter(|(_, object)| wanted(object));
        let page: Vec<&(String, T)> = found.by_ref().take(limit).collect();
        let cursor = if found.next().is_some() {
            page.last().map(|(id, _)| id.as_str())
        } else {
            None
        };
        Ok((page.into_iter().map(|(_, object)| object).collect(), cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(len: u32) -> Store<u32> {
        let mut store = Store::default();
        (1..=len).for_each(|n| store.put(&n.to_string(), n));
        store
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let store = store(5);
        let (first, cursor) = store.page(None, 2, |_| true).expect("page");
        assert_eq!((first, cursor), (vec![&5, &4], Some("4")));
        let (second, cursor) = store.page(Some("4"), 3, |_| true).expect("page");
        assert_eq!((second, cursor), (vec![&3, &2, &1], None));
        assert!(store.page(Some("9"), 3, |_| true).is_err());
    }

    #[test]
    fn a_filter_applies_before_the_limit() {
        assert_eq!(
            store(9).page(None, 2, |n| n % 4 == 0).expect("page"),
            (vec![&8, &4], None)
        );
    }

    #[test]
    fn a_full_store_returns_an_error() {
        let store = store(3);
        assert_eq!(store.check_capacity(LIMIT - 3, "cards"), Ok(()));
        assert!(store.check_capacity(LIMIT - 2, "cards").is_err());
    }

    #[test]
    fn a_replaced_object_keeps_its_place() {
        let mut store = store(2);
        store.put("1", 10);
        assert_eq!(store.page(None, 9, |_| true).expect("page").0, [&2, &10]);
        *store.get_mut("2", "n").expect("there") = 20;
        assert_eq!(store.find("2"), Some(&20));
        assert_eq!(store.get("7", "n").expect_err("absent").status, 404);
        assert!(!store.contains("7"));
    }
}
