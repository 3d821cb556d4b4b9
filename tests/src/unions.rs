//! The client that is generated from random unions.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/unions.rs"));

/// Reads a value, and returns how it looks and what is written of it.
fn read_as<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    value: &Value,
) -> Result<(String, Value), String> {
    let text = value.to_string();
    let read: T = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&read).map_err(|error| error.to_string())?;
    Ok((format!("{read:?}"), written))
}
