//! The laws of compressed bytes: decoding ends within its limits, the way of cutting does not show, what gzip is to
//! another decoder is it to this one, and what is decoded is read as a source like any other.

use crate::Seeded;
use crate::source::respond;
use execution_heatmap::intake::Intake;
use execution_heatmap_inflate::{Decoder, Form, Limits, PIECE_BYTES};
use std::io::Read;

/// Bytes that are decoded at most, and the largest window: what a short run can afford.
const LIMITS: Limits = Limits { output_bytes: 1 << 20, window_bytes: 1 << 20 };

/// gzip; where another decoder finds nothing wrong, this one finds the same bytes.
pub(crate) fn gzip(bytes: &[u8]) {
    let (decoded, problem) = hold(bytes, Form::Gzip);
    let mut expected = Vec::new();
    let judge = flate2::read::MultiGzDecoder::new(bytes).take(LIMITS.output_bytes + 1).read_to_end(&mut expected);
    if judge.is_ok() && expected.len() as u64 <= LIMITS.output_bytes && !bytes.is_empty() {
        assert_eq!((decoded, problem), (expected, None));
    }
}

/// zstd.
pub(crate) fn zstd(bytes: &[u8]) {
    hold(bytes, Form::Zstd);
}

/// Decodes the bytes whole and in pieces; returns what they stand for and what is wrong with them.
fn hold(bytes: &[u8], form: Form) -> (Vec<u8>, Option<String>) {
    let whole = decode(bytes, form, |left| left);
    let mut seeded = Seeded::of(bytes);
    let longest = [1, 7, 64, 4_096][seeded.below(4)];
    let cut = decode(bytes, form, |_| 1 + seeded.below(longest));
    assert_eq!(whole.0, cut.0, "the same bytes, cut in another way");
    assert_eq!(whole.1, cut.1, "the same fault, cut in another way");
    let mut intake = Intake::recognising(false);
    intake.extend(&whole.0);
    intake.finish(whole.1.as_deref());
    assert!(whole.1.is_none() || intake.reading().incomplete.is_some(), "what is missing is told");
    respond(&intake);
    whole
}

fn decode(bytes: &[u8], form: Form, mut length: impl FnMut(usize) -> usize) -> (Vec<u8>, Option<String>) {
    let mut decoder = Decoder::new(form, LIMITS);
    let mut decoded = Vec::new();
    let mut drain = |decoder: &mut Decoder| {
        while let Some(piece) = decoder.next() {
            assert!((1..=PIECE_BYTES).contains(&piece.len()));
            decoded.extend_from_slice(piece);
        }
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(length(rest.len()).clamp(1, rest.len()));
        decoder.extend(piece);
        drain(&mut decoder);
        rest = behind;
    }
    decoder.finish();
    drain(&mut decoder);
    assert!(decoded.len() as u64 <= LIMITS.output_bytes);
    (decoded, decoder.problem().map(ToString::to_string))
}
