//! Exports of real systems, whichever it is: what is said of them, and what of them is no row.

#[path = "support/systems.rs"]
mod systems;

use execution_heatmap::ingest::Expected;
use execution_heatmap::intake::Intake;
use systems::{read, read_as};

#[test]
fn what_a_source_was_taken_for_is_said_with_the_reason() {
    let check = |source: &str, expected: &str| assert_eq!(read(source).1, expected, "{source}");
    let run = r#"{"id":1,"run_attempt":1,"status":"completed","conclusion":"success","run_started_at":"2024-02-22T06:00:01Z"}"#;
    check(run, "taken for GitHub Actions runs in NDJSON: has run_started_at, run_attempt and conclusion");
    check(&format!("[{run}]"), "taken for GitHub Actions runs in JSON: has run_started_at, run_attempt and conclusion");
    check(
        r#"{"status":"failed","started_at":1770870600}"#,
        "taken for canonical rows in NDJSON: has started_at and status",
    );
    check(
        "{\"$alive\":1}\n{\"status\":\"failed\",\"started_at\":1770870600}",
        "taken for canonical rows in NDJSON: has started_at and status",
    );
    check(r#"{"what":"ever"}"#, "taken for canonical rows in NDJSON: no fields of a known system");
    check("started_at\tstatus\n", "taken for canonical rows in TSV: has started_at and status");
    check("", "nothing");
    let canonical = |form: &str, has: &str| format!("taken for canonical rows in {form}: has {has}");
    let nearly = "; 'stauts' is not read, 'status' would be";
    check("started_at,stauts\n", &(canonical("CSV", "started_at") + nearly));
    check(r#"{"stauts":"failed","started_at":7}"#, &(canonical("NDJSON", "started_at") + nearly));
    // Columns are read in letters of either case, keys are not.
    check("started_at,Status\n", &canonical("CSV", "started_at and status"));
    check(
        r#"[{"started_at":7,"Status":"failed"}]"#,
        &(canonical("JSON", "started_at and status") + "; 'Status' is not read, 'status' would be"),
    );
    check(
        "started_at,status,Status,x,x\n",
        &(canonical("CSV", "started_at and status") + "; of several columns 'status' the last one counts"),
    );
    let as_asked = |name: &str| read_as(Expected::anything().preset(name).unwrap(), run).1;
    assert_eq!(as_asked("github"), "read as GitHub Actions runs in NDJSON, as asked");
    assert_eq!(as_asked("github-cli"), "read as GitHub Actions runs of gh in NDJSON, as asked");
    assert_eq!(
        as_asked("auto"),
        "taken for GitHub Actions runs in NDJSON: has run_started_at, run_attempt and conclusion"
    );
    let refused = Expected::anything().preset("gihub").unwrap_err();
    assert!(
        refused.starts_with("the preset is 'gihub', it takes auto, github, gitlab, swf, linkflow, n8n, "),
        "{refused}"
    );
}

#[test]
fn what_is_left_out_or_stands_in_is_counted_and_no_row() {
    let source = concat!(
        r#"[{"id":"a","job_kind":"flow","success":true,"started_at":"2024-02-12T04:30:03Z"},"#,
        r#"{"id":"b","job_kind":"script","success":true,"started_at":"2024-02-12T04:30:03Z","is_flow_step":true},"#,
        r#"{"id":"c","job_kind":"dependencies","success":true,"started_at":"2024-02-12T04:30:03Z"},"#,
        r#"{"id":"d","job_kind":"script","running":false,"created_at":"2024-02-12T04:30:03Z"}]"#
    );
    let mut intake = Intake::recognising(false);
    intake.extend(source.as_bytes());
    intake.finish(None);
    let reading = intake.reading();
    assert_eq!((reading.read, reading.parts, reading.no_executions, reading.stand_ins), (2, 1, 1, [0; 3]));
    let mut intake = Intake::recognising(false);
    intake.extend(br#"{"builds":[{"number":1,"timestamp":1707712203412,"result":"SUCCESS","building":false}]}"#);
    intake.finish(None);
    assert_eq!((intake.reading().read, intake.reading().stand_ins), (1, [1, 0, 0]));
}
