//! The laws of texts: instants, numbers, options and control characters, whatever stands in them.

use execution_heatmap::json::push_text;
use execution_heatmap::options::Query;
use execution_heatmap::time::{ParsedTime, parse_number, parse_text};

/// One text, taken for an instant, a number, the value of every option, and a text of the response.
pub(crate) fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let ParsedTime::At { at, .. } = parse_text(&text) {
        assert_eq!(parse_text(&at.to_text()), ParsedTime::At { at, zoneless: false }, "what is written is read again");
    }
    parse_number(&text);
    for name in Query::PARAMETERS {
        // An error is an answer; only a panic or a hang would break the law.
        let _ = Query::from_pairs([(name, &*text)]);
    }
    let mut written = String::new();
    push_text(&mut written, &text);
    assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text, "{written}");
}
