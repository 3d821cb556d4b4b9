//! Benchmarks: `cargo bench --package dintero-benches`. Each prints ratios beside a baseline measured in the same run.
