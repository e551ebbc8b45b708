//! Retries that are rows with ids of their own: they count as retries wherever those are told, whichever form they come
//! in, and nothing else does that links to another row.

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::ingest::{Event, Expected, Reader};
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::row;
use execution_heatmap::table::{Shift, Table};
use execution_heatmap::zone::Zone;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Records of a system: names of fields, and what each record says in them; `-` is nothing.
struct Records {
    system: &'static str,
    fields: &'static str,
    records: &'static [&'static str],
    /// Of how many it is said that they repeat another one.
    repeats: u64,
    /// Which of them those are, by their ids.
    ids: &'static [&'static str],
}

const SYSTEMS: [Records; 6] = [
    Records {
        system: "n8n executions",
        fields: "id finished mode retryOf retrySuccessId startedAt stoppedAt workflowId status",
        records: &[
            "1000 false trigger - 1001 2026-02-12T04:30:00.123Z 2026-02-12T04:30:01.456Z w1 error",
            "1001 true retry 1000 - 2026-02-12T05:30:00.123Z 2026-02-12T05:30:01.456Z w1 success",
            "1002 true trigger - - 2026-02-12T06:30:00.123Z 2026-02-12T06:30:01.456Z w1 success",
        ],
        repeats: 1,
        ids: &["1001"],
    },
    Records {
        system: "Windmill jobs",
        fields: "id job_kind script_path success is_retry is_flow_step started_at duration_ms",
        records: &[
            "j1 script f/sync false false false 2026-02-12T04:30:00Z 1333",
            "j2 script f/sync true true false 2026-02-12T05:30:00Z 1333",
            "j3 script f/sync true - false 2026-02-12T06:30:00Z 1333",
        ],
        repeats: 1,
        ids: &["j2"],
    },
    Records {
        system: "Dagster runs",
        fields: "runId jobName status startTime endTime parentRunId rootRunId",
        records: &[
            "5f nightly FAILURE 1770870600.5 1770870601 - -",
            "6f nightly FAILURE 1770874200.5 1770874201 5f 5f",
            "7f nightly SUCCESS 1770877800.5 1770877801 6f 5f",
        ],
        repeats: 2,
        ids: &["6f", "7f"],
    },
    Records {
        system: "Temporal workflow executions",
        fields: "execution.workflowId execution.runId type.name status startTime closeTime firstRunId",
        records: &[
            "order-1 r1 Order WORKFLOW_EXECUTION_STATUS_FAILED 2026-02-12T04:30:00Z 2026-02-12T04:30:01Z r1",
            "order-1 r2 Order WORKFLOW_EXECUTION_STATUS_COMPLETED 2026-02-12T05:30:00Z 2026-02-12T05:30:01Z r1",
            "order-2 r3 Order WORKFLOW_EXECUTION_STATUS_COMPLETED 2026-02-12T06:30:00Z 2026-02-12T06:30:01Z -",
        ],
        repeats: 1,
        ids: &["r2"],
    },
    Records {
        system: "Kestra executions",
        fields: "id namespace flowId parentId originalId metadata.attemptNumber state.current state.startDate state.endDate",
        records: &[
            // Tried again within its row.
            "k1 team etl - k1 2 FAILED 2026-02-12T04:30:00Z 2026-02-12T04:30:01Z",
            // What it repeats stands as its parent too.
            "k2 team etl k1 k1 1 SUCCESS 2026-02-12T05:30:00Z 2026-02-12T05:30:01Z",
            "k3 team etl - - 1 SUCCESS 2026-02-12T06:30:00Z 2026-02-12T06:30:01Z",
        ],
        repeats: 1,
        ids: &["k2"],
    },
    Records {
        system: "LinkFlow executions",
        fields: "id workflow_id status mode started_at finished_at attempt max_attempts parent_execution_id",
        records: &[
            "91 7 failed schedule 2026-02-12T04:30:00Z 2026-02-12T04:30:04Z 1 3 -",
            "92 7 completed retry 2026-02-12T05:30:00Z 2026-02-12T05:30:04Z 3 3 91",
            // A workflow within another one.
            "93 8 completed manual 2026-02-12T06:30:00Z 2026-02-12T06:30:04Z 1 3 91",
        ],
        repeats: 1,
        ids: &["92"],
    },
];

impl Records {
    fn cells(&self) -> Vec<Vec<Option<&'static str>>> {
        let cells =
            |record: &&'static str| record.split(' ').map(|cell| Some(cell).filter(|cell| *cell != "-")).collect();
        self.records.iter().map(cells).collect()
    }

    fn fields(&self) -> Vec<&'static str> {
        self.fields.split(' ').collect()
    }

    /// As JSON has them: numbers and truths are such, and what has points in its name lies within another object if
    /// `is_nested`.
    fn objects(&self, is_nested: bool) -> Vec<Value> {
        let object = |cells: Vec<Option<&str>>| {
            let mut object = Map::new();
            for (field, cell) in self.fields().into_iter().zip(cells) {
                let value = match cell {
                    None => Value::Null,
                    Some(number) if number.parse::<f64>().is_ok_and(|_| !number.contains(char::is_alphabetic)) => {
                        serde_json::from_str(number).unwrap()
                    }
                    Some("true") => json!(true),
                    Some("false") => json!(false),
                    Some(text) => json!(text),
                };
                match field.split_once('.').filter(|_| is_nested) {
                    Some((outer, inner)) => {
                        let outer = object.entry(outer).or_insert_with(|| json!({}));
                        outer.as_object_mut().unwrap().insert(inner.to_owned(), value);
                    }
                    None => _ = object.insert(field.to_owned(), value),
                }
            }
            Value::Object(object)
        };
        self.cells().into_iter().map(object).collect()
    }

    /// The same records in every form.
    fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let lines = |objects: Vec<Value>| objects.iter().map(|object| format!("{object}\n")).collect::<String>();
        let csv = self.cells().iter().fold(self.fields().join(",") + "\n", |csv, cells| {
            csv + &cells.iter().map(|cell| cell.unwrap_or("")).collect::<Vec<_>>().join(",") + "\n"
        });
        let columns = self.fields().into_iter().enumerate().map(|(place, field)| {
            let cells: StringArray = self.cells().iter().map(|cells| cells[place]).collect();
            (field, Arc::new(cells) as ArrayRef, true)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let mut arrow = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        arrow.write(&batch).unwrap();
        vec![
            ("lines", lines(self.objects(true)).into_bytes()),
            ("flat lines", lines(self.objects(false)).into_bytes()),
            ("a document", json!({"data": self.objects(true)}).to_string().into_bytes()),
            ("CSV", csv.into_bytes()),
            ("TSV", self.records_of_tabs().into_bytes()),
            ("Arrow", arrow.into_inner().unwrap()),
        ]
    }

    fn records_of_tabs(&self) -> String {
        self.cells().iter().fold(self.fields().join("\t") + "\n", |tsv, cells| {
            tsv + &cells.iter().map(|cell| cell.unwrap_or("\\N")).collect::<Vec<_>>().join("\t") + "\n"
        })
    }
}

fn intake(duplicates: bool) -> Intake {
    let table = Table::default().with_places();
    Intake::recognising(false).onto(table, duplicates.then(Duplicates::default))
}

fn read(bytes: &[u8], duplicates: bool) -> Intake {
    let mut intake = intake(duplicates);
    intake.extend(bytes);
    intake.finish(None);
    intake
}

fn respond(intake: &Intake, attempts: &str) -> Value {
    respond_to(intake, attempts, &[])
}

fn respond_to(intake: &Intake, attempts: &str, view: &[(&str, &str)]) -> Value {
    let own = [("metric", "volume"), ("attempts", attempts)];
    let query = Query::from_pairs(own.into_iter().chain(view.iter().copied())).unwrap();
    let (table, reading) = (intake.table(), intake.reading());
    let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    serde_json::from_str(&json::heatmap(&answer)).unwrap()
}

fn notices(response: &Value) -> Vec<&str> {
    response["notices"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn they_count_as_retries_in_every_form() {
    for records in SYSTEMS {
        let Records { system, repeats, ids, .. } = records;
        let are = if system.starts_with("Temporal") { "repeat or continue others" } else { "are retries" };
        let told = format!("{repeats} of 3 executions {are} and count each");
        for (form, bytes) in records.forms() {
            let what = format!("{system} as {form}");
            let once = read(&bytes, true);
            assert!(once.recognised().unwrap().starts_with(&format!("taken for {system} in ")), "{what}");
            let response = respond(&once, "each");
            assert!(notices(&response).contains(&&*told), "{what}: {:?}", notices(&response));
            assert_eq!((&response["rows"]["placed"], once.table().retries()), (&json!(3), repeats), "{what}");
            assert_eq!(retries(&bytes), ids, "{what}");
            // The same file twice is the same rows once.
            let mut twice = intake(true);
            let rows = if form == "Arrow" { bytes.clone() } else { [&*bytes, b"\n"].concat() };
            twice.extend(&rows);
            twice.begin_next(Expected::anything(), false);
            twice.extend(&rows);
            twice.finish(None);
            assert_eq!(respond(&twice, "each")["rows"]["duplicate"], json!(3), "{what}");
        }
    }
}

/// The ids of the rows that are retries, by the lines that say the same of them in this project's own form.
fn retries(bytes: &[u8]) -> Vec<String> {
    let mut reader = Reader::recognising();
    reader.extend(bytes);
    reader.finish();
    let mut ids = Vec::new();
    while let Some(event) = reader.next() {
        let Event::Row { execution, .. } = event else { panic!("{event:?} is no row with a start") };
        let line: Value = serde_json::from_str(&row::line(&execution)).unwrap();
        if line["attempt"].as_u64().is_some_and(|attempt| attempt > 1) {
            ids.push(execution.id.unwrap().to_owned());
        }
    }
    ids
}

const RETRIES_COUNT: &str = "retries with ids of their own count beside what they repeat";
const LATER_RUNS_COUNT: &str = "executions that repeat or continue others under ids of their own count beside them";
const UNSOUGHT: &str =
    "earlier attempts were not looked for, so each attempt counts; that takes reading with de-duplication";

/// The notices of a response that tell of attempts and retries.
fn told(intake: &Intake, attempts: &str, view: &[(&str, &str)]) -> Vec<String> {
    let response = respond_to(intake, attempts, view);
    let words = ["retr", "attempt", "repeat or continue"];
    let is_told = |notice: &&str| words.iter().any(|word| notice.contains(word)) && !notice.contains("repeated rows");
    notices(&response).into_iter().filter(is_told).map(str::to_owned).collect()
}

#[test]
fn where_last_attempts_count_it_is_said_that_they_count_beside_the_others() {
    for records in SYSTEMS {
        let Records { system, .. } = records;
        let expected = if system.starts_with("Temporal") { LATER_RUNS_COUNT } else { RETRIES_COUNT };
        for (form, bytes) in records.forms() {
            for duplicates in [true, false] {
                let response = respond(&read(&bytes, duplicates), "last");
                let notices = notices(&response);
                assert!(notices.contains(&expected), "{system} as {form}: {notices:?}");
                assert!(!notices.iter().any(|notice| notice.contains("attempt")), "{system} as {form}: {notices:?}");
                assert_eq!(response["totals"]["executions"], json!(3), "{system} as {form}");
            }
        }
    }
}

/// A row of the field names of [`own_rows`], of a minute of 2026-02-12 or a day behind it.
fn own_row(workflow: &str, id: &str, attempt: u32, of: &str, day: u32) -> String {
    format!("{workflow},{id},{attempt},{of},2026-02-{day}T04:{attempt:02}:00Z,failed\n")
}

/// Rows of which a mapping says both which attempt and which retry each is.
fn own_rows(rows: &[String], duplicates: Option<Duplicates>) -> Intake {
    let mapping =
        r#"{"workflow_id":"flow","id":"id","attempt":"try","retry_of":"of","started_at":"at","status":"how"}"#;
    let expected = Expected::anything().map(mapping).unwrap();
    let mut intake = Intake::expecting(expected, false).onto(Table::default().with_places(), duplicates);
    intake.extend(("flow,id,try,of,at,how\n".to_owned() + &rows.concat()).as_bytes());
    intake.finish(None);
    intake
}

/// A hundred executions that failed and a retry of each; those of w1 are three, the newest.
#[test]
fn what_is_told_of_them_is_true_of_what_is_shown() {
    let row = |id: u64, of: &str, flow: &str, day: &str| {
        let mode = if of == "null" { "trigger" } else { "retry" };
        format!(
            r#"{{"id":"{id}","finished":true,"mode":"{mode}","retryOf":{of},"startedAt":"2026-02-{day}T04:30:00Z","stoppedAt":"2026-02-{day}T04:31:00Z","workflowId":"{flow}","status":"error"}}"#
        ) + "\n"
    };
    let of = |first: u64, count: u64, flow: &str, day: &str| -> String {
        let pair = |id| row(2 * id, "null", flow, day) + &row(2 * id + 1, &format!("\"{}\"", 2 * id), flow, day);
        (first..first + count).map(pair).collect()
    };
    let lines = of(1, 97, "w2", "12") + &of(101, 3, "w1", "14") + &row(901, "null", "w3", "16");
    for duplicates in [true, false] {
        let intake = read(lines.as_bytes(), duplicates);
        for (view, each) in [
            (vec![], Some("100 of 201 executions are retries and count each")),
            (vec![("workflow_id", "w1")], Some("3 of 6 executions are retries and count each")),
            (vec![("workflow_id", "w3")], None),
            (vec![("from", "2026-02-13"), ("to", "2026-02-16")], Some("3 of 7 executions are retries and count each")),
            (vec![("from", "2026-02-15"), ("to", "2026-02-16")], None),
        ] {
            assert_eq!(told(&intake, "each", &view), Vec::from_iter(each), "{view:?}");
            assert_eq!(told(&intake, "last", &view), Vec::from_iter(each.map(|_| RETRIES_COUNT)), "{view:?}");
        }
    }
}

/// Five second attempts beside twelve linked retries that are shown elsewhere.
#[test]
fn earlier_attempts_are_said_to_be_unsought_however_many_linked_retries_lie_elsewhere() {
    let attempts = |id: u64| [own_row("w1", &format!("a{id}"), 1, "", 12), own_row("w1", &format!("a{id}"), 2, "", 12)];
    let linked = |id: u64| own_row("w2", &format!("r{id}"), 1, "x", 14);
    let rows: Vec<String> =
        (1..=5).flat_map(attempts).chain((1..=12).map(linked)).chain([own_row("w3", "z", 1, "", 16)]).collect();
    let views: [(&[(&str, &str)], bool); 6] = [
        (&[], true),
        (&[("workflow_id", "w1")], true),
        (&[("workflow_id", "w2")], true),
        (&[("workflow_id", "w3")], false),
        (&[("from", "2026-02-10"), ("to", "2026-02-13")], true),
        (&[("from", "2026-02-15"), ("to", "2026-02-16")], false),
    ];
    for (view, has_retries) in views {
        let expected = if has_retries { vec![UNSOUGHT, RETRIES_COUNT] } else { vec![] };
        assert_eq!(told(&own_rows(&rows, None), "last", view), expected, "{view:?}");
    }
    let looked = own_rows(&rows, Some(Duplicates::default()));
    let counted = "5 earlier attempts are not counted";
    assert_eq!(told(&looked, "last", &[("workflow_id", "w1")]), [counted, RETRIES_COUNT]);
    // Without an attempt of its own no row of the source has an earlier one.
    let linked: Vec<String> = (1..=12).map(linked).collect();
    assert_eq!(told(&own_rows(&linked, None), "last", &[]), [RETRIES_COUNT]);
}

/// A linked retry that stands there twice is one row and two links; behind it come rows that were not held against others.
#[test]
fn repeated_links_do_not_hide_that_attempts_are_unsought() {
    let linked = own_row("w", "r", 1, "x", 12);
    let mut intake = own_rows(&[linked.clone(), linked], Some(Duplicates::default()));
    intake.follow(own_rows(&[own_row("w", "a", 1, "", 12), own_row("w", "a", 2, "", 12)], None), 3);
    let reading = intake.reading();
    assert_eq!((intake.table().retries(), reading.repeats, reading.duplicates), (2, [2, 0], 1));
    assert_eq!(told(&intake, "last", &[]), [UNSOUGHT, RETRIES_COUNT]);
}

/// A chain of Temporal beside a run without one.
#[test]
fn later_runs_are_told_where_they_are_shown() {
    let records = &SYSTEMS[3];
    let intake = read(&records.forms().swap_remove(1).1, true);
    let chain = "1 of 3 executions repeat or continue others and count each";
    assert_eq!(told(&intake, "each", &[]), [chain]);
    assert_eq!(told(&intake, "last", &[]), [LATER_RUNS_COUNT]);
    for attempts in ["each", "last"] {
        assert_eq!(told(&intake, attempts, &[("status", "failed")]), [""; 0], "{attempts}");
    }
    // Beside executions of n8n, which alone are shown, it is not known that these are retries.
    let mut both = read(&SYSTEMS[0].forms().swap_remove(1).1, true);
    both.follow(intake, 3);
    let view = [("workflow_id", "w1")];
    assert_eq!(told(&both, "each", &view), ["1 of 3 executions repeat or continue others and count each"]);
    assert_eq!(told(&both, "last", &view), [LATER_RUNS_COUNT]);
}

#[test]
fn parts_say_what_the_whole_says() {
    for records in SYSTEMS {
        let bytes = records.forms().swap_remove(1).1;
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let mut whole = intake(false);
        let mut before = 0;
        for (place, line) in lines.iter().enumerate() {
            let mut part = intake(false);
            part.extend(line);
            if place + 1 == lines.len() {
                part.finish(None);
            }
            let mut pieces = Vec::new();
            part.write_part(&mut |piece| pieces.push(piece.to_vec()));
            let mut pieces = pieces.into_iter();
            let shift = Shift { offset: before as u64, source: 0 };
            whole.absorb(&mut || pieces.next(), Range { lines: place as i64, shift }).unwrap();
            before += line.len();
        }
        whole.finish(None);
        let once = read(&bytes, false);
        for attempts in ["each", "last"] {
            assert_eq!(respond(&whole, attempts), respond(&once, attempts), "{}", records.system);
        }
    }
}

#[test]
fn a_mapping_says_where_the_link_stands() {
    let mapping = r#"{"id":"run","started_at":"when","status":"how","retry_of":["again","of"]}"#;
    let lines = r#"{"run":1,"when":"2026-02-12T04:30:00Z","how":"failed","again":false,"of":null}
{"run":2,"when":"2026-02-12T05:30:00Z","how":"failed","again":true}
{"run":3,"when":"2026-02-12T06:30:00Z","how":"failed","again":null,"of":2}
{"run":4,"when":"2026-02-12T07:30:00Z","how":"failed","of":4}
"#;
    let csv = "run,when,how,of\n1,2026-02-12T04:30:00Z,failed,\n2,2026-02-12T05:30:00Z,failed,1\n3,2026-02-12T06:30:00Z,failed,yes\n4,2026-02-12T07:30:00Z,failed,no\n";
    for source in [lines.repeat(50), csv.to_owned()] {
        let mut intake = Intake::expecting(Expected::anything().map(mapping).unwrap(), false);
        intake.extend(source.as_bytes());
        intake.finish(None);
        let (rows, retries) = (intake.table().rows(), intake.table().retries());
        assert_eq!((retries * 2, intake.reading().repeats), (rows, [retries, 0]), "{source}");
    }
}
