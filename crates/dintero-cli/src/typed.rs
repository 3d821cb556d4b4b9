//! The generated types of each operation, by its method name: they check bodies, and tell what is not documented in responses.
//!
//! A part of the program `dintero`, not meant for other crates.

use std::future::Future;
use std::pin::Pin;

use dintero::{Call, Error, Validate, Violations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The future of a call.
pub type Sent = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>;

/// What the types of an operation can do.
pub struct Typed {
    /// Records what breaks the limits of the body's type.
    pub check: fn(&[u8], &mut Violations),
    /// Sends a call and reads the response with its type, so that the client's listener is told what the type does not know. Returns the body,
    /// which is `null` if it is no JSON.
    pub probe: fn(Call) -> Sent,
}

fn check<T: DeserializeOwned + Validate>(body: &[u8], violations: &mut Violations) {
    match dintero_core::data::read::<T>(body) {
        Ok((value, set_aside)) => {
            for one in &set_aside {
                violations.push(&one.path, "does not fit the documented type");
            }
            value.validate(violations);
        }
        Err(error) => violations.push(&error.field, error.text),
    }
}

fn probe<T: DeserializeOwned + Serialize>(call: Call) -> Sent {
    Box::pin(async {
        let response = call.send_optional::<T>().await?;
        Ok(serde_json::to_value(response.into_inner()).unwrap_or_default())
    })
}

macro_rules! check {
    ((())) => {
        |_: &[u8], _: &mut Violations| {}
    };
    (($body:ty)) => {
        check::<$body>
    };
}

macro_rules! probe {
    ((())) => {
        |call: Call| Box::pin(async { call.send_bytes().await.map(|_| Value::Null) }) as Sent
    };
    (($response:ty)) => {
        probe::<$response>
    };
}

macro_rules! rows {
    ($($name:ident: $body:tt -> $response:tt;)*) => {
        &[$((stringify!($name), Typed { check: check!($body), probe: probe!($response) })),*]
    };
}

/// Returns the types of all operations of an API.
pub fn rows(api: &str) -> &'static [(&'static str, Typed)] {
    match api {
        "checkout" => const { dintero::checkout::__operations!(rows) },
        "shopping" => const { dintero::shopping::__operations!(rows) },
        _ => const { dintero::wallets::__operations!(rows) },
    }
}
