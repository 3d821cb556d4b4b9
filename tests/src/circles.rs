//! The client that is generated from `data/circles.yaml`.

include!(concat!(env!("OUT_DIR"), "/circles.rs"));
