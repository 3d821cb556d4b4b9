//! What has changed in the state since it was last written, and reading it back.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer as _};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::state::store::Store;
use crate::state::{Account, SandboxState};

#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    moved_ms: i64,
    used: usize,
    tokens: Box<RawValue>,
    /// By account: what is in no store as `rest`, and what has changed by the name of its store.
    accounts: BTreeMap<String, BTreeMap<String, Box<RawValue>>>,
}

pub(crate) trait Journal {
    /// Writes the changed objects, or all of them, by their id; null for one that was removed.
    fn write(&mut self, all: bool, out: &mut Vec<u8>) -> serde_json::Result<()>;
    fn read(&mut self, changes: &str) -> serde_json::Result<()>;
}

impl<T: Serialize + DeserializeOwned> Journal for Store<T> {
    fn write(&mut self, all: bool, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let changed = self.take_changed(all);
        let objects = changed.iter().map(|id| (id, self.find(id)));
        serde_json::Serializer::new(out).collect_map(objects)
    }

    fn read(&mut self, changes: &str) -> serde_json::Result<()> {
        for (id, object) in serde_json::from_str::<IndexMap<String, Option<T>>>(changes)? {
            match object {
                Some(object) => self.put(&id, object),
                None => drop(self.remove(&id, "object")),
            }
        }
        Ok(())
    }
}

impl SandboxState {
    pub(crate) fn write_changes(
        &mut self,
        moved_ms: i64,
        all: bool,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        write!(
            out,
            "{{\"moved_ms\":{moved_ms},\"used\":{},\"tokens\":",
            self.used
        )?;
        self.tokens.0.write(all, out)?;
        out.extend(b",\"accounts\":{");
        for (i, (id, account)) in self.accounts.iter_mut().enumerate() {
            write!(out, "{}\"{id}\":{{\"rest\":", if i == 0 { "" } else { "," })?;
            serde_json::to_writer(&mut *out, account)?;
            for (name, store) in account.stores() {
                write!(out, ",\"{name}\":")?;
                store.write(all, out)?;
            }
            out.push(b'}');
        }
        out.extend(b"}}");
        Ok(())
    }

    /// Goes on from what was written; `None` if that fits together in no way.
    pub(crate) fn read(&mut self, batches: Vec<Batch>) -> Option<i64> {
        let mut accounts = BTreeMap::new();
        let moved_ms = batches.last().map_or(0, |last| last.moved_ms);
        for batch in &batches {
            for (id, parts) in &batch.accounts {
                let rest: Account = serde_json::from_str(parts.get("rest")?.get()).ok()?;
                accounts.insert(id.clone(), rest);
            }
            self.used = batch.used;
        }
        for batch in batches {
            self.tokens.0.read(batch.tokens.get()).ok()?;
            for (id, parts) in batch.accounts {
                for (name, store) in accounts.get_mut(&id)?.stores() {
                    let changes = parts.get(name)?.get();
                    is_possible(&serde_json::from_str(changes).ok()?).then_some(())?;
                    store.read(changes).ok()?;
                }
            }
        }
        self.resume(accounts);
        Some(moved_ms)
    }
}

/// Whether every document is an object and every number one that can be added to others.
fn is_possible(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| (name != "doc" || value.is_object()) && is_possible(value)),
        Value::Array(items) => items.iter().all(is_possible),
        Value::Number(number) => number.as_f64().is_some_and(|n| n.abs() < 2_f64.powi(53)),
        _ => true,
    }
}
