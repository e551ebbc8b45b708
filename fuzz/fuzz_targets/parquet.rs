//! The law `parquet` of execution-heatmap-laws, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| execution_heatmap_laws::law("parquet").unwrap()(bytes));
