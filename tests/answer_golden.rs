//! Responses to the letter: the bytes of the one writer against files that were read and approved.

#[path = "support/cases.rs"]
mod cases;
mod support;

use cases::{CASES, Input, bytes, read, respond};
use support::zone_over;

#[test]
fn responses_are_the_approved_bytes() {
    let [mixed, flights] = [Input::Mixed, Input::Flights].map(|input| read(&bytes(input)));
    let bless = std::env::var_os("EXECUTION_HEATMAP_BLESS").is_some();
    let mut differing = Vec::new();
    for case in &CASES {
        let intake = if case.input == Input::Mixed { &mixed } else { &flights };
        let response = respond(intake, case.query) + "\n";
        if response != case.golden {
            differing.push(case.name);
            if bless {
                let path = format!("{}/tests/golden/{}.json", env!("CARGO_MANIFEST_DIR"), case.name);
                std::fs::write(path, response).unwrap();
            }
        }
    }
    assert!(
        differing.is_empty(),
        "{differing:?} differ from tests/golden; look at the difference, and if it is meant, \
         run the test with EXECUTION_HEATMAP_BLESS=1 (it fails once more, then passes)"
    );
}
