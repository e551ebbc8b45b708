//! WebAssembly equals native byte for byte: the approved responses of `tests/golden`, which the native test holds the
//! engine to, made again by the engine inside a browser.
#![cfg(target_arch = "wasm32")]

#[path = "../../../tests/support/cases.rs"]
mod cases;
#[path = "../../../tests/support/mod.rs"]
mod support;

use cases::{CASES, Input, bytes, read, respond};
use support::zone_over;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn check(input: Input) {
    let intake = read(&bytes(input));
    let mut checked = 0;
    for case in CASES.iter().filter(|case| case.input == input) {
        let response = respond(&intake, case.query) + "\n";
        let same = response.bytes().zip(case.golden.bytes()).take_while(|(here, there)| here == there).count();
        assert!(response == case.golden, "{} differs from the native bytes at byte {same}", case.name);
        checked += 1;
    }
    assert!(checked > 0);
}

#[wasm_bindgen_test]
fn rows_with_every_problem_give_the_native_bytes() {
    check(Input::Mixed);
}

#[wasm_bindgen_test]
fn thirteen_weeks_of_flights_give_the_native_bytes() {
    check(Input::Flights);
}
