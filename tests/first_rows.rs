//! Whose rows a source holds is told by the first rows and not by one: whichever of them comes first, the same rows are read
//! by the same mapping, in lines and in documents, however the bytes come.

#[path = "support/systems.rs"]
mod systems;

use execution_heatmap::ingest::{Expected, Form, Reader};
use proptest::prelude::*;
use systems::{read, read_by, say};

/// A system's rows, of which the last bears its signs and the others lack some, and what each comes to.
struct Export {
    title: &'static str,
    rows: &'static [&'static str],
    expected: &'static [&'static str],
}

const EXPORTS: &[Export] = &[
    Export {
        title: "Argo workflows",
        rows: &[
            r#"{"metadata":{"name":"nightly-x7","namespace":"ci","creationTimestamp":"2024-02-12T04:29:00Z"},"spec":{"workflowTemplateRef":{"name":"nightly"}},"status":{}}"#,
            r#"{"metadata":{"name":"nightly-x6","namespace":"ci","creationTimestamp":"2024-02-12T04:29:00Z"},"spec":{"workflowTemplateRef":{"name":"nightly"}},"status":{"phase":""}}"#,
            r#"{"metadata":{"name":"nightly-x5","namespace":"ci"},"spec":{"workflowTemplateRef":{"name":"nightly"}},"status":{"phase":"Succeeded","startedAt":"2024-02-12T04:30:00Z","finishedAt":"2024-02-12T04:31:00Z"}}"#,
        ],
        expected: &[
            "not started: ci/nightly-x7#nightly-x7 pending 2024-02-12T04:29:00Z",
            "not started: ci/nightly-x6#nightly-x6 pending 2024-02-12T04:29:00Z",
            "ci/nightly-x5#nightly-x5 completed 2024-02-12T04:30:00Z 60000ms",
        ],
    },
    // What the export of jobs always says is enough; of what someone left of it, `job_kind` is.
    Export {
        title: "Windmill jobs",
        rows: &[
            r#"{"id":"w1","created_by":"u","created_at":"2024-02-12T04:30:00Z","started_at":"2024-02-12T04:30:01Z","duration_ms":7,"job_kind":"preview","permissioned_as":"u/u","email":"u@example.org","visible_to_owner":true,"status":"success"}"#,
            r#"{"id":"w2","created_by":"u","created_at":"2024-02-12T04:30:00Z","started_at":"2024-02-12T04:30:01Z","duration_ms":7,"job_kind":"script","script_path":"f/a","is_flow_step":true,"permissioned_as":"u/u","status":"success"}"#,
        ],
        expected: &["preview#w1 completed 2024-02-12T04:30:01Z 7ms", "part"],
    },
    Export {
        title: "Windmill jobs",
        rows: &[
            r#"{"id":"w1","job_kind":"preview","started_at":"2024-02-12T04:30:01Z","duration_ms":7,"status":"failure"}"#,
            r#"{"id":"w2","job_kind":"script","started_at":"2024-02-12T04:30:01Z","script_path":"f/a","is_flow_step":true,"status":"success"}"#,
        ],
        expected: &["preview#w1 failed 2024-02-12T04:30:01Z 7ms", "part"],
    },
    Export {
        title: "GitHub Actions runs",
        rows: &[
            r#"{"id":1,"name":"ci","status":"queued","workflow_id":7,"created_at":"2024-02-12T04:30:00Z"}"#,
            r#"{"id":2,"name":"ci","status":"completed","conclusion":"failure","workflow_id":7,"run_number":3,"run_attempt":1,"created_at":"2024-02-12T04:30:00Z","run_started_at":"2024-02-12T04:30:00Z","updated_at":"2024-02-12T04:31:00Z"}"#,
        ],
        expected: &[
            "not started: 7#1 pending \"ci\" 2024-02-12T04:30:00Z",
            "7#2 failed \"ci\" 2024-02-12T04:30:00Z 60000ms",
        ],
    },
    Export {
        title: "GitHub Actions jobs",
        rows: &[
            r#"{"id":1,"run_id":9,"run_attempt":1,"workflow_name":"ci","name":"test","status":"in_progress","started_at":"2024-02-12T04:30:00Z"}"#,
            r#"{"id":2,"run_id":9,"run_attempt":1,"workflow_name":"ci","name":"test","status":"completed","conclusion":"success","started_at":"2024-02-12T04:30:00Z","completed_at":"2024-02-12T04:31:00Z"}"#,
        ],
        expected: &["ci/test#1 running 2024-02-12T04:30:00Z", "ci/test#2 completed 2024-02-12T04:30:00Z 60000ms"],
    },
    Export {
        title: "canonical rows",
        rows: &[
            r#"{"id":"1","workflow_id":"7","status":"pending"}"#,
            r#"{"id":"2","workflow_id":"7","started_at":"2024-02-12T04:30:00Z"}"#,
            "{\"broken\" 1}",
            r#"{"id":"3","workflow_id":"7","status":"failed","started_at":"2024-02-12T04:30:00Z"}"#,
        ],
        expected: &[
            "no_start: the row has no start: started_at is absent, null or a zero time",
            "unreadable: the row has no status",
            "unreadable: the line is not JSON: expected ':' at byte 11",
            "7#3 failed 2024-02-12T04:30:00Z",
        ],
    },
];

/// What a source comes to in chunks of a length, and what it was taken for.
fn read_in(source: &str, chunk: usize) -> (Vec<String>, String) {
    let mut reader = Reader::recognising();
    let mut told = Vec::new();
    let mut given = 0;
    for bytes in source.as_bytes().chunks(chunk) {
        reader.extend(bytes);
        given += bytes.len();
        while let Some(event) = reader.next() {
            told.push(say(&event));
        }
        let pending = reader.pending();
        assert!(pending <= given && (pending == 0 || !reader.is_between_rows()), "{pending} of {given}");
        if reader.form() == Some(Form::Ndjson) {
            let taken = source.as_bytes().iter().take(given - pending);
            assert_eq!(reader.lines(), taken.filter(|byte| **byte == b'\n').count() as u64, "{source}");
        }
    }
    reader.finish();
    while let Some(event) = reader.next() {
        told.push(say(&event));
    }
    assert!(reader.is_between_rows() && reader.pending() == 0, "{source}");
    (told, reader.recognised().unwrap_or_default().to_owned())
}

/// Every order of some places.
fn orders(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |orders, place| {
        let with = |order: &Vec<usize>| {
            (0..=order.len()).map(|at| [&order[..at], &[place], &order[at..]].concat()).collect::<Vec<_>>()
        };
        orders.iter().flat_map(with).collect()
    })
}

#[test]
fn the_order_of_rows_decides_nothing() {
    for Export { title, rows, expected } in EXPORTS {
        for order in orders(rows.len()) {
            let (rows, expected): (Vec<&str>, Vec<&str>) =
                order.iter().map(|place| (rows[*place], expected[*place])).unzip();
            let lines = rows.join("\n");
            let mut sources = vec![(lines.clone(), "NDJSON"), (format!("\n {lines} \r\n\n"), "NDJSON")];
            if !lines.contains("broken") {
                sources.push((format!("[{}]", rows.join(",")), "JSON"));
                sources.push((format!("{{\"total\":1,\n\"items\":[\n{}\n]}}\n", rows.join(",\n")), "JSON"));
                sources.push((format!("[{}][{}]", rows[0], rows[1..].join(" , ")), "JSON"));
            }
            for (source, form) in sources {
                for chunk in [source.len(), 1, 7, 100] {
                    let (told, taken_for) = read_in(&source, chunk);
                    assert_eq!(told, expected, "{source}");
                    assert!(
                        taken_for.starts_with(&format!("taken for {title} in {form}: has ")),
                        "{taken_for}: {source}"
                    );
                }
            }
        }
    }
}

#[test]
fn canonical_rows_are_told_as_they_come() {
    let check = |row: &str, told: usize| {
        let mut reader = Reader::recognising();
        reader.extend(format!("{row}\n").as_bytes());
        assert_eq!(std::iter::from_fn(|| reader.next().map(|_| ())).count(), told, "{row}");
    };
    check(r#"{"started_at":"2024-02-12T04:30:00Z","status":"failed"}"#, 1);
    check(r#"{"started_at":"2024-02-12T04:30:00Z","status":"failed","workflow":"a","job_kind":"x","iid":1}"#, 1);
    check(r#"{"started_at":"2024-02-12T04:30:00Z","status":"failed","mode":"cron","stage":"x","pipeline":"y"}"#, 1);
    check(r#"{"started_at":"2024-02-12T04:30:00Z","status":"failed","job_kind":"script"}"#, 0);
    check(r#"{"startedAt":"2024-02-12T04:30:00Z","conclusion":"success"}"#, 1);
    check("{\"$alive\":1}", 1);
    // A row as long as all that is waited for decides alone.
    check(&format!("{{\"note\":\"{}\"}}", "n".repeat(1 << 16)), 1);
}

/// A run of GitHub that lacks the signs, and one that bears them.
const BARE: &str = r#"{"id":1,"status":"queued","created_at":"2024-02-12T04:30:00Z"}"#;
const SIGNED: &str = r#"{"id":2,"status":"queued","run_attempt":1,"conclusion":null,"run_started_at":null,"created_at":"2024-02-12T04:30:00Z"}"#;

#[test]
fn so_many_rows_are_waited_for_and_no_more() {
    for join in ["\n", ","] {
        let document = |rows: String| if join == "," { format!("[{rows}]") } else { rows };
        let after = |rows: usize| document([&vec![BARE; rows][..], &[SIGNED]].concat().join(join));
        let taken_for = |source: &str| {
            let (told, taken_for) = read_in(source, 4096);
            assert_eq!((read_in(source, 1), told.len()), ((told, taken_for.clone()), source.matches("\"id\"").count()));
            taken_for
        };
        assert!(taken_for(&after(15)).starts_with("taken for GitHub Actions runs"));
        assert!(taken_for(&after(16)).ends_with("no fields of a known system"));
        let long = format!("{{\"id\":1,\"note\":\"{}\"}}", "n".repeat(20_000));
        for (count, is_github) in [(3, true), (4, false)] {
            let source = document([&vec![&*long; count][..], &[SIGNED]].concat().join(join));
            assert_eq!(taken_for(&source).starts_with("taken for GitHub"), is_github, "{count}");
        }
        // Where the source ends before, what there is decides.
        assert!(taken_for(&document(BARE.to_owned())).ends_with("no fields of a known system"));
        let weak = r#"{"id":1,"started_at":"2024-02-12T04:30:00Z"}"#;
        for rows in [[BARE, weak], [weak, BARE]] {
            assert!(taken_for(&document(rows.join(join))).ends_with(": has started_at"));
        }
    }
}

#[test]
fn what_is_found_among_the_first_rows_is_told_in_its_turn() {
    let check = |source: &str, expected: &[&str]| {
        for chunk in [source.len(), 1] {
            assert_eq!(read_in(source, chunk).0, expected, "{source}");
        }
    };
    let (bare, signed) =
        ("not started: -#1 pending 2024-02-12T04:30:00Z", "not started: -#2 pending 2024-02-12T04:30:00Z");
    check(
        &format!("{{\"$alive\":1}}\nno JSON\n{BARE}\n7\n{{\"$alive\":1}}\n{SIGNED}\n{BARE}"),
        &[
            "Control",
            "unreadable: the line is not JSON: expected null, true or false at byte 1",
            bare,
            "unreadable: the line is a number, expected an object",
            "Control",
            signed,
            bare,
        ],
    );
    check(
        &format!("[{BARE},7,{SIGNED},{BARE}]"),
        &[bare, "unreadable: the element is a number, expected an object", signed, bare],
    );
    let (told, taken_for) = read_in(&format!("[{BARE},{BARE} {SIGNED}]"), 1);
    assert!(told.len() == 3 && told[2].starts_with("Broken"), "{told:?}");
    assert!(taken_for.ends_with("no fields of a known system"), "{taken_for}");
    // A line that is too long is no reason to wait no longer.
    let long = format!("\"{}\"", "x".repeat(execution_heatmap::ingest::MOST_LINE_BYTES));
    for source in [format!("{BARE}\n{long}\n{SIGNED}"), format!("[{BARE},{long},{SIGNED}]")] {
        let (told, taken_for) = read_in(&source, 4096);
        assert!(told.len() == 3 && told[1].starts_with("line_too_long: the "), "{told:?}");
        assert!(taken_for.starts_with("taken for GitHub Actions runs"), "{taken_for}");
    }
    // Several events that tell of one execution.
    let event = |what: &str, at: &str| {
        format!(
            r#"{{"context":{{"source":"/ci","type":"dev.cdevents.pipelinerun.{what}.0.3.0","timestamp":"2024-02-12T{at}"}},"subject":{{"id":"1","content":{{"pipelineName":"b","outcome":"success"}}}}}}"#
        )
    };
    let (started, finished) = (event("started", "04:30:00Z"), event("finished", "04:31:00Z"));
    let run = "b#/ci 1 completed 2024-02-12T04:30:00Z 60000ms";
    check(&format!("{{\"a\":1}}\n{started}\n{finished}\n"), &["no execution", run]);
    check(&format!("[{{\"a\":1}},{started},{finished}]"), &["no execution", run]);
}

#[test]
fn what_stands_around_a_held_row_is_said_of_it() {
    let build = |members: &str| format!("{{\"number\":1,\"timestamp\":1707712203412{members}}}");
    let source = format!(
        "{{\"jobs\":[{{\"name\":\"a\",\"builds\":[{}]}},{{\"name\":\"b\",\"builds\":[{}]}}]}}",
        build(""),
        build(",\"result\":\"SUCCESS\"")
    );
    for chunk in [source.len(), 1] {
        let (told, taken_for) = read_in(&source, chunk);
        assert_eq!(told[1], "b#1 completed 2024-02-12T04:30:03.412Z (Scheduled)");
        assert!(told[0].starts_with("unreadable: the row has no status"), "{told:?}");
        assert!(taken_for.starts_with("taken for Jenkins builds"), "{taken_for}");
    }
}

#[test]
fn a_system_that_is_asked_for_is_not_waited_for() {
    let mut reader = Reader::expecting(Expected::anything().preset("github").unwrap());
    reader.extend(format!("{BARE}\n").as_bytes());
    assert!(reader.next().is_some());
    let (told, taken_for) = read_by(Reader::expecting(Expected::anything().preset("canonical").unwrap()), BARE);
    assert_eq!((told.lines().count(), &*taken_for), (1, "read as canonical rows in NDJSON, as asked"));
    assert_eq!(read("").1, "nothing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_order_of_an_export_is_what_asking_for_it_gives(picks in prop::collection::vec(0usize..2, 1..12), chunk in 1usize..300) {
        // One of them bears the signs.
        let rows: Vec<&str> = picks.iter().map(|pick| [BARE, SIGNED][*pick]).chain([SIGNED]).collect();
        for source in [rows.join("\n"), format!("[{}]", rows.join(","))] {
            let asked = read_by(Reader::expecting(Expected::anything().preset("github").unwrap()), &source).0;
            prop_assert_eq!(read_in(&source, chunk).0.join("\n"), asked);
        }
    }
}
