//! `Retry-After`. `cargo +nightly fuzz run wait`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dintero_core::properties::wait(data));
