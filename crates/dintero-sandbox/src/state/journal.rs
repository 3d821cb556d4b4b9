//! What has changed in the state since it was last written, and reading it back.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer as _};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::state::json::{are_below, for_each_member};
use crate::state::store::Store;
use crate::state::{Account, SandboxState};

/// What has changed in one step: objects by the name of their store, after the account that it is of.
#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    moved_ms: i64,
    stores: BTreeMap<String, Box<RawValue>>,
}

pub(crate) trait Journal {
    fn has_changed(&self) -> bool;
    /// Writes the changed objects, or all of them, by their id; null for one that was removed.
    fn write(&mut self, all: bool, out: &mut Vec<u8>) -> serde_json::Result<()>;
    fn read(&mut self, changes: &str) -> serde_json::Result<()>;
}

impl<T: Serialize + DeserializeOwned> Journal for Store<T> {
    fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn write(&mut self, all: bool, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let changed = std::mem::take(&mut self.changed);
        let mut out = serde_json::Serializer::new(out);
        match all {
            true => out.collect_map(&self.objects),
            false => out.collect_map(changed.iter().map(|id| (id, self.find(id)))),
        }
    }

    fn read(&mut self, changes: &str) -> serde_json::Result<()> {
        for (id, object) in serde_json::from_str::<IndexMap<String, Option<T>>>(changes)? {
            match object {
                Some(object) => self.put(&id, object),
                None => drop(self.remove(&id)),
            }
        }
        Ok(())
    }
}

impl SandboxState {
    pub(crate) fn write(&mut self, moved_ms: i64, all: bool, out: &mut Vec<u8>) -> io::Result<()> {
        write!(out, r#"{{"moved_ms":{moved_ms},"stores":{{"tokens":"#)?;
        self.tokens.write(all, out)?;
        for (id, account) in &mut self.accounts {
            for (name, store) in account.stores() {
                if all || store.has_changed() {
                    write!(out, r#","{id}/{name}":"#)?;
                    store.write(all, out)?;
                }
            }
        }
        out.extend(b"}}");
        Ok(())
    }

    /// Goes on from what was written; `None` if that fits together in no way.
    pub(crate) fn read(&mut self, batches: Vec<Batch>) -> Option<i64> {
        let moved_ms = batches.last().map_or(0, |last| last.moved_ms);
        for batch in batches {
            for (name, changes) in batch.stores {
                is_possible(&mut serde_json::from_str(changes.get()).ok()?).then_some(())?;
                self.store(&name)?.read(changes.get()).ok()?;
            }
        }
        self.accounts.values_mut().for_each(Account::resume);
        Some(moved_ms)
    }

    fn store(&mut self, name: &str) -> Option<&mut dyn Journal> {
        let Some((id, name)) = name.split_once('/') else {
            return (name == "tokens").then_some(&mut self.tokens);
        };
        let account = self.accounts.entry(id.to_owned());
        let account = account.or_insert_with(|| Account::new(id));
        let mut stores = account.stores().into_iter();
        Some(stores.find(|(own, _)| *own == name)?.1)
    }
}

/// Whether every document is an object and every number one that can be added to others.
fn is_possible(stores: &mut Value) -> bool {
    let mut are_objects = true;
    for_each_member(stores, &mut |name, value| {
        are_objects &= name != "doc" || value.is_object();
    });
    are_objects && are_below(2_f64.powi(53), stores)
}
