//! A store of objects by id that remembers the order in which they came.

use std::fmt;

use indexmap::{IndexMap, IndexSet};

use crate::errors::{ApiError, ApiResult};

pub(crate) struct Store<T> {
    /// What an object of it is called in errors.
    what: &'static str,
    pub(super) objects: IndexMap<String, T>,
    /// The ids of what was put, changed or removed since the state was written.
    pub(super) changed: IndexSet<String>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self::of("object")
    }
}

impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(f)
    }
}

impl<T> Store<T> {
    pub(crate) fn of(what: &'static str) -> Self {
        Self {
            what,
            objects: IndexMap::new(),
            changed: IndexSet::new(),
        }
    }

    /// Puts an object in; one with the same id is replaced and keeps its place.
    pub(crate) fn put(&mut self, id: &str, object: T) {
        self.changed.insert(id.to_owned());
        self.objects.insert(id.to_owned(), object);
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.objects.contains_key(id)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.objects.get(id)
    }

    pub(crate) fn get(&self, id: &str) -> ApiResult<&T> {
        let found = self.objects.get(id);
        found.ok_or_else(|| ApiError::not_found(self.what))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> ApiResult<&mut T> {
        let found = self.objects.get_mut(id);
        self.changed.extend(found.is_some().then(|| id.to_owned()));
        found.ok_or_else(|| ApiError::not_found(self.what))
    }

    /// Removes the oldest objects until no more than `len` are left.
    pub(crate) fn keep_newest(&mut self, len: usize) {
        let excess = self.objects.len().saturating_sub(len);
        let oldest = self.objects.drain(..excess);
        self.changed.extend(oldest.map(|(id, _)| id));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&String, &T)> {
        self.objects.iter()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.objects.values()
    }

    pub(crate) fn remove(&mut self, id: &str) -> ApiResult<T> {
        self.changed.insert(id.to_owned());
        let found = self.objects.shift_remove(id);
        found.ok_or_else(|| ApiError::not_found(self.what))
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
            Some(id) => self.objects.get_index_of(id)?,
            None => self.objects.len(),
        };
        let all = self.objects.get_range(..end)?.iter().rev();
        let mut found = all.filter(|(_, object)| wanted(object));
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let last = page.last().map(|(id, _)| id.as_str());
        let cursor = found.next().and(last);
        Some((page.into_iter().map(|(_, object)| object).collect(), cursor))
    }
}

#[cfg(test)]
mod tests;
