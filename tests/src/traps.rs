//! The client that is generated from `data/traps.yaml`.

include!(concat!(env!("OUT_DIR"), "/traps.rs"));
