//! A reading that is stopped and goes on, one of several sources, and where a source may be cut.

use execution_heatmap::ingest::{Expected, Form, Reader};
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::table::Shift;

const ROWS: [&str; 3] = [
    "{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n",
    "{\"status\":\"failed\",\"started_at\":\"2026-02-12T05:30:00Z\"}\n",
    "{\"status\":\"failed\",\"started_at\":\"2026-02-12T06:30:00Z\"}\n",
];

fn part_of(text: &str) -> Vec<Vec<u8>> {
    let mut intake = Intake::new(Form::Ndjson, false);
    intake.extend(text.as_bytes());
    intake.finish_stretch();
    let mut pieces = Vec::new();
    intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
    pieces
}

#[test]
fn what_was_stopped_is_incomplete_until_it_goes_on() {
    let mut intake = Intake::new(Form::Ndjson, false);
    for (row, lines) in ROWS.iter().zip(0..) {
        let mut pieces = part_of(row).into_iter();
        intake.absorb(&mut || pieces.next(), Range { lines, shift: Shift::default() }).unwrap();
        assert_eq!(intake.reading().incomplete, None);
        intake.stop("it was enough");
        intake.stop("it was enough");
        let rows = lines + 1;
        let reason = format!("the source broke off after {rows} rows: it was enough");
        assert_eq!(intake.reading().incomplete.as_deref(), Some(reason.as_str()));
    }
    intake.finish(None);
    assert_eq!((intake.reading().incomplete.as_deref(), intake.reading().read), (None, 3));
}

#[test]
fn a_row_that_is_not_whole_is_none_when_reading_stops() {
    let mut intake = Intake::new(Form::Ndjson, false);
    let (whole, cut) = (ROWS[0], &ROWS[1][..20]);
    intake.extend(whole.as_bytes());
    intake.extend(cut.as_bytes());
    assert_eq!((intake.reader().pending(), intake.reader().lines()), (cut.len(), 1));
    intake.stop("it was enough");
    assert_eq!((intake.reading().read, intake.reading().unreadable), (1, 0));
}

#[test]
fn the_next_source_is_read_from_its_own_beginning() {
    let mut intake = Intake::recognising(false);
    intake.extend(ROWS.concat().as_bytes());
    intake.finish(None);
    intake.begin_next(Expected::anything(), false);
    intake.extend(b"status,started_at\nfailed,2026-02-12T04:30:00Z\nbroken\n");
    intake.finish(None);
    assert_eq!((intake.reading().read, intake.table().rows()), (5, 4));
    assert_eq!(intake.reading().problems.firsts().first().map(|problem| problem.line), Some(3));
    assert_eq!(intake.form(), Some(Form::Csv));
    intake.begin_next(Expected::anything(), true);
    intake.finish(None);
    assert!(intake.reading().incomplete.is_some(), "a stream that says nothing is not whole");
}

#[test]
fn a_source_may_be_cut_between_its_rows() {
    let check = |form: Form, text: &str, expected: bool| {
        let mut reader = Reader::new(form);
        reader.extend(text.as_bytes());
        while reader.next().is_some() {}
        assert_eq!(reader.is_between_rows(), expected, "{}", &text[..text.len().min(99)]);
    };
    check(Form::Ndjson, "", true);
    check(Form::Ndjson, "{}\n", true);
    check(Form::Ndjson, "{}\n\r\n", true);
    check(Form::Ndjson, "{}", false);
    check(Form::Csv, "status,started_at\n", true);
    check(Form::Csv, "status,error\r\nfailed,\"a\nb\"\r\n", true);
    check(Form::Csv, "status,error\nfailed,\"a\n", false);
    // Quotes that do not close within the limit end with the line in which they opened.
    check(Form::Csv, &format!("status,error\nfailed,\"{}", "x".repeat(17 << 20)), false);
    check(Form::Csv, &format!("status,error\nfailed,\"{}\n", "x".repeat(17 << 20)), true);
}
