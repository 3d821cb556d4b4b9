//! Bodies of the document with every construct, decoded.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::constructs::types::{Everything, Thing};

/// Decodes a body.
pub fn read<T: DeserializeOwned>(body: Json) -> T {
    serde_json::from_str(&body.to_string()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// Decodes a body and checks that it is encoded as it was.
pub fn preserved<T: DeserializeOwned + Serialize>(body: Json) -> T {
    let value: T = read(body.clone());
    assert_eq!(
        serde_json::to_value(&value).unwrap_or_default().to_string(),
        body.to_string()
    );
    value
}

/// Returns a `Thing` with one more field.
pub fn thing(field: &str, value: Json) -> Thing {
    let mut body = json!({"id": "1", "memo": null, "name": "a"});
    body[field] = value;
    preserved(body)
}

/// Returns an `Everything` with one field.
pub fn everything(field: &str, value: Json) -> Everything {
    preserved(json!({ field: value }))
}
