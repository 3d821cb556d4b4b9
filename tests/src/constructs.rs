//! The client that is generated from `data/constructs.yaml`.

include!(concat!(env!("OUT_DIR"), "/constructs.rs"));
