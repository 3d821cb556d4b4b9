//! A bounded store of objects by id that remembers the order in which they came.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::errors::{ApiError, ApiResult, ensure_capacity};

/// How many objects of one kind an account holds.
const LIMIT: usize = 100_000;

/// Objects by id, oldest first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Store<T>(IndexMap<String, T>);

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self(IndexMap::new())
    }
}

impl<T> Store<T> {
    /// Returns an error unless `more` objects fit; to be called before anything else is changed.
    pub(crate) fn check_capacity(&self, more: usize, what: &str) -> ApiResult<()> {
        ensure_capacity(self.0.len() + more <= LIMIT, what)
    }

    /// Puts an object in; one with the same id is replaced and keeps its place.
    pub(crate) fn put(&mut self, id: &str, object: T) {
        self.0.insert(id.to_owned(), object);
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.0.get(id)
    }

    pub(crate) fn get(&self, id: &str, what: &str) -> ApiResult<&T> {
        self.0.get(id).ok_or_else(|| ApiError::not_found(what))
    }

    pub(crate) fn get_mut(&mut self, id: &str, what: &str) -> ApiResult<&mut T> {
        self.0.get_mut(id).ok_or_else(|| ApiError::not_found(what))
    }

    /// All objects, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.values()
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, id: &str, what: &str) -> ApiResult<T> {
        let found = self.0.shift_remove(id);
        found.ok_or_else(|| ApiError::not_found(what))
    }

    /// Returns a page, newest first: what is `wanted`, from behind the cursor, at most `limit`; and the cursor of the
    /// next page if there is more. An unknown cursor has no page.
    pub(crate) fn page(
        &self,
        starting_after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
    ) -> Option<(Vec<&T>, Option<&str>)> {
        let end = match starting_after {
            Some(id) => self.0.get_index_of(id)?,
            None => self.0.len(),
        };
        let all = self.0.get_range(..end)?.iter().rev();
        let mut found = all.filter(|(_, object)| wanted(object));
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let last = page.last().map(|(id, _)| id.as_str());
        let cursor = found.next().and(last);
        Some((page.into_iter().map(|(_, object)| object).collect(), cursor))
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
        assert_eq!(store.page(Some("9"), 3, |_| true), None);
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
