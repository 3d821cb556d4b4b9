//! The clients that are generated from `data/growth-old.yaml` and `data/growth-new.yaml`.

/// The API as it was.
pub mod old {
    include!(concat!(env!("OUT_DIR"), "/growth-old.rs"));
}

/// The API two years later.
pub mod new {
    include!(concat!(env!("OUT_DIR"), "/growth-new.rs"));
}
