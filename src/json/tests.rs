//! What the writer of JSON writes, byte for byte.

use super::*;

#[test]
fn texts_read_back_whatever_they_hold() {
    for text in ["", "plain", "\"quoted\" \\ back", "line\nbreak\ttab\u{0}\u{1f}\u{7f}", "</script>\u{202e}é🙂\u{2028}"]
    {
        let mut json = Json::default();
        json.text(text);
        assert_eq!(serde_json::from_str::<String>(&json.out).unwrap(), text);
    }
}

#[test]
fn numbers_are_the_shortest_that_read_back() {
    let check = |value: f64, expected: &str| {
        let mut json = Json::default();
        json.number(Some(value));
        assert_eq!(json.out, expected);
    };
    check(1.0, "1");
    check(0.1 + 0.2, "0.30000000000000004");
    check(1.0 / 3.0, "0.3333333333333333");
    check(-0.0, "0");
    check(1e21, "1000000000000000000000");
    check(f64::NAN, "null");
    check(f64::INFINITY, "null");
}

#[test]
fn a_comma_that_a_text_ends_with_is_no_separator() {
    let mut json = Json::default();
    json.texts(&mut ["[", "{", ":", ","].into_iter());
    assert_eq!(json.out, r#"["[","{",":",","]"#);
}
