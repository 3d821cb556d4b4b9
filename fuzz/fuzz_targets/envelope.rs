//! The error body. `cargo +nightly fuzz run envelope`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dintero_core::properties::envelope(data));
