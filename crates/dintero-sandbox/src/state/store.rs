//! A bounded store of objects by id that remembers the order in which they came.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::errors::{ApiError, ApiResult, ensure_capacity};

/// How many objects of one kind an account holds.
const LIMIT: usize = 100_000;

/// Objects by id, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Store<T>(IndexMap<String, T>);

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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the objects with their ids, oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&String, &T)> {
        self.0.iter()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.values()
    }

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
mod tests;
