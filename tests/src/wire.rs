//! The client that is generated from `data/wire.yaml`.

include!(concat!(env!("OUT_DIR"), "/wire.rs"));
