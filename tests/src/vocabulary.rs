//! The client of a document whose texts would be code, links or tags.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
