//! The base URL and what is added to it. `cargo +nightly fuzz run url`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dintero_core::properties::url(data));
