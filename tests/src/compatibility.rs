//! The clients that are generated from `data/compatibility-old.yaml` and `data/compatibility-new.yaml`.

/// The older API.
pub mod old {
    include!(concat!(env!("OUT_DIR"), "/compatibility-old.rs"));
}

/// The newer API.
pub mod new {
    include!(concat!(env!("OUT_DIR"), "/compatibility-new.rs"));
}
