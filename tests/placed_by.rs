//! By which moment rows are placed, what that moment is, and where a file's window ends then; and what else a reader is
//! told of how rows were judged.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::{Shift, Table};
use execution_heatmap::zone::Zone;
use serde_json::{Value, json};

fn read(source: &str) -> Intake {
    let mut intake = Intake::recognising(false).onto(Table::default().with_places(), None);
    intake.extend(source.as_bytes());
    intake.finish(None);
    intake
}

fn respond(intake: &Intake, by: &str) -> Value {
    respond_to(intake, by, &[])
}

fn respond_to(intake: &Intake, by: &str, view: &[(&str, &str)]) -> Value {
    let own = [("metric", "volume"), ("by", by)];
    let query = Query::from_pairs(own.into_iter().chain(view.iter().copied())).unwrap();
    let (table, reading) = (intake.table(), intake.reading());
    let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    serde_json::from_str(&json::heatmap(&answer)).unwrap()
}

/// The notices of a response that have a word in them.
fn said<'a>(response: &'a Value, word: &str) -> Vec<&'a str> {
    let notices = response["notices"].as_array().unwrap().iter();
    notices.filter_map(Value::as_str).filter(|notice| notice.contains(word)).collect()
}

/// Flow runs of Prefect: twenty that ran on as many days of January, and others that wait till they are due.
fn prefect(due: &[&str]) -> String {
    let ran = (1..=20).map(|day| {
        format!(
            r#"{{"id":"r{day}","flow_id":"f","state_type":"COMPLETED","state_name":"Completed","expected_start_time":"2026-01-{day:02}T04:29:58Z","start_time":"2026-01-{day:02}T04:30:00Z","end_time":"2026-01-{day:02}T04:31:00Z","total_run_time":60.0}}"#
        )
    });
    let waits = due.iter().enumerate().map(|(place, due)| {
        format!(
            r#"{{"id":"d{place}","flow_id":"f","state_type":"SCHEDULED","state_name":"Scheduled","expected_start_time":"{due}","start_time":null,"total_run_time":0.0}}"#
        )
    });
    ran.chain(waits).map(|row| row + "\n").collect()
}

#[test]
fn what_is_due_in_a_far_future_does_not_move_the_window() {
    let check = |due: &[&str], by: &str, end: &str, placed: u64, outside: u64, is_said: bool| {
        let response = respond(&read(&prefect(due)), by);
        let rows = &response["rows"];
        let found = (response["end_date"].as_str().unwrap(), &rows["placed"], &rows["outside_window"]);
        assert_eq!(found, (end, &json!(placed), &json!(outside)), "{due:?} by {by}");
        let notice = "what was to start more than 31 days behind all that has started lies outside the window, unless until, or from and to, say more";
        assert_eq!(said(&response, "outside the window"), if is_said { vec![notice] } else { vec![] }, "{due:?}");
        assert_eq!(rows["read"], json!(20 + due.len()), "{due:?}");
    };
    check(&[], "scheduled", "2026-01-20", 20, 0, false);
    check(&["2099-01-01T00:00:00Z"], "start", "2026-01-20", 20, 0, false);
    check(&["2099-01-01T00:00:00Z"], "scheduled", "2026-01-20", 20, 1, true);
    // What is due soon is shown, also beside what is not.
    check(&["2026-01-23T00:00:00Z"], "scheduled", "2026-01-23", 21, 0, false);
    check(&["2099-01-01T00:00:00Z", "2026-01-23T00:00:00Z"], "scheduled", "2026-01-23", 21, 1, true);
    check(&["2026-02-20T04:29:58Z"], "scheduled", "2026-02-20", 21, 0, false);
    check(&["2026-02-20T04:29:59Z"], "scheduled", "2026-01-20", 20, 1, true);
    // A dozen of them are more than there is else to see, and are none of what ran.
    check(&["2099-01-01T00:00:00Z"; 19], "scheduled", "2026-01-20", 20, 19, true);
}

#[test]
fn where_nothing_has_started_the_window_ends_with_what_is_due() {
    let waits = prefect(&["2030-01-01T00:00:00Z", "2030-06-01T00:00:00Z"]);
    let response =
        respond(&read(&waits.lines().skip(20).map(|line| line.to_owned() + "\n").collect::<String>()), "scheduled");
    assert_eq!((&response["end_date"], &response["rows"]["placed"]), (&json!("2030-06-01"), &json!(2)));
    assert!(said(&response, "outside").is_empty(), "{}", response["notices"]);
}

/// The moments of these systems by which they are placed where their scheduled time is asked for.
const DUE: [(&str, &str); 6] = [
    (
        r#"{"id":"f1","flow_id":"abc","state_type":"COMPLETED","start_time":"2026-02-12T04:30:00Z","expected_start_time":"2026-02-12T04:29:58Z"}"#,
        "when they were due",
    ),
    (
        r#"{"id":91,"workflow_id":7,"status":"failed","mode":"manual","max_attempts":1,"started_at":"2026-02-12T04:30:00Z","created_at":"2026-02-12T04:29:59Z"}"#,
        "when they were made",
    ),
    (
        r#"{"id":1,"iid":1,"project_id":5,"ref":"main","status":"success","started_at":"2026-02-12T04:30:00Z","finished_at":"2026-02-12T04:31:00Z","duration":50,"queued_duration":3,"created_at":"2026-02-12T04:29:00Z"}"#,
        "when they were queued",
    ),
    (
        "{\"id\":\"k1\",\"namespace\":\"n\",\"flowId\":\"f\",\"scheduleDate\":\"2026-02-12T04:29:00Z\",\"state\":{\"current\":\"CREATED\",\"startDate\":\"2026-02-12T04:29:01Z\"}}\n{\"id\":\"k2\",\"namespace\":\"n\",\"flowId\":\"f\",\"state\":{\"current\":\"CREATED\",\"startDate\":\"2026-02-12T04:29:01Z\"}}",
        "when they were due or when they were made",
    ),
    (
        r#"{"dag_run_id":"scheduled__1","dag_id":"etl","state":"success","run_type":"scheduled","start_date":"2026-02-12T00:00:03Z","end_date":"2026-02-12T00:04:11Z","data_interval_end":"2026-02-12T00:00:00Z"}"#,
        "when they were due",
    ),
    ("    1    25574     7     10    1 -1 -1 -1 -1 -1 1   4   1   2 -1 -1 -1 -1", "when they were queued"),
];

#[test]
fn the_moment_that_places_is_called_what_it_is() {
    for (row, moment) in DUE {
        let source =
            if row.starts_with('{') { row.to_owned() } else { format!("; UnixStartTime: 1770800000\n{row}\n") };
        let intake = read(&source);
        let response = respond(&intake, "scheduled");
        assert_eq!(said(&response, "placed by"), [format!("executions are placed by {moment}")], "{row}");
        assert_eq!(response["rows"]["no_start"], json!(0), "{row}");
        // A part of a source says it too.
        let mut whole = Intake::recognising(false).onto(Table::default().with_places(), None);
        let mut pieces = Vec::new();
        intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
        let mut pieces = pieces.into_iter();
        whole.absorb(&mut || pieces.next(), Range { lines: 0, shift: Shift::default() }).unwrap();
        whole.finish(None);
        assert_eq!(respond(&whole, "scheduled")["notices"], response["notices"], "{row}");
    }
    // A manual run of Airflow was not due when its interval of data ended.
    let manual = DUE[4].0.replace("scheduled__1", "manual__1");
    let response = respond(&read(&manual), "scheduled");
    let expected = "executions are placed by when they were due; 1 row has no such time and is counted as no_start";
    assert_eq!(said(&response, "placed by"), [expected]);
}

/// A pipeline of GitLab waits in between, and its duration leaves that out; LinkFlow hears late of an end.
#[test]
fn ends_that_rows_name_themselves_are_counted() {
    let pipeline = |id: u64, end: &str, duration: &str| {
        format!(
            r#"{{"id":{id},"iid":{id},"project_id":5,"ref":"main","status":"success","started_at":"2026-02-12T04:30:00Z","finished_at":{end},"duration":{duration}}}"#
        ) + "\n"
    };
    let near = pipeline(1, "\"2026-02-12T04:31:00Z\"", "0")
        + &pipeline(2, "null", "5")
        + &pipeline(3, "\"2026-02-12T09:30:00Z\"", "null");
    let far = |id: u64| pipeline(id, "\"2026-02-12T04:31:01Z\"", "0");
    let linkflow = r#"{"id":90,"workflow_id":7,"status":"failed","mode":"schedule","max_attempts":1,"started_at":"2026-02-12T04:30:00Z","finished_at":"2026-02-12T04:40:00Z","duration_ms":250}"#;
    let one = "of all rows read, 1 names an end that lies more than a minute from where its start and duration put it";
    let two = "of all rows read, 2 name ends that lie more than a minute from where their start and duration put them";
    // An end before the start is one that lies far, unless it is near; and one of another century lies farthest.
    let before = |id: u64, end: &str| pipeline(id, &format!("\"{end}\""), "30");
    for (source, expected) in [
        (near.clone(), None),
        (near.clone() + &far(4), Some(one)),
        (near.clone() + &far(4) + &far(5), Some(two)),
        (linkflow.to_owned(), Some(one)),
        (near.clone() + &before(6, "2026-02-12T04:29:30Z"), None),
        (near.clone() + &before(6, "2026-02-12T04:29:29Z"), Some(one)),
        (near.clone() + &before(6, "2025-02-12T04:30:00Z") + &before(7, "0001-01-02T00:00:00Z"), Some(two)),
        (near + &before(6, "2226-02-12T04:30:00Z"), Some(one)),
    ] {
        let intake = read(&source);
        assert_eq!(said(&respond(&intake, "end"), "a minute from"), Vec::from_iter(expected), "{source}");
        assert!(said(&respond(&intake, "start"), "a minute from").is_empty());
    }
}

/// Pipelines of two branches on two days, of which those of the first name ends that are others.
#[test]
fn what_is_told_of_all_rows_is_said_to_be_so_in_every_view() {
    let pipeline = |id: u64, branch: &str, day: u64, end: &str| {
        format!(
            r#"{{"id":{id},"iid":{id},"project_id":{day},"ref":"{branch}","status":"success","started_at":"2026-02-{day}T04:30:00Z","finished_at":"2026-02-{day}T{end}Z","duration":60}}"#
        ) + "\n"
    };
    let lines: String = (1..=12).map(|id| pipeline(id, "main", 12, "09:30:00")).collect::<String>()
        + &pipeline(13, "other", 14, "04:31:00");
    let intake = read(&lines);
    let expected =
        "of all rows read, 12 name ends that lie more than a minute from where their start and duration put them";
    let views: [(&[(&str, &str)], u64); 4] = [
        (&[], 13),
        (&[("tag", "other")], 1),
        (&[("from", "2026-02-13"), ("to", "2026-02-15")], 1),
        (&[("from", "2026-02-15"), ("to", "2026-02-15")], 0),
    ];
    for (view, placed) in views {
        let response = respond_to(&intake, "end", view);
        assert_eq!(response["totals"]["executions"], json!(placed), "{view:?}");
        assert_eq!(said(&response, "a minute from"), [expected], "{view:?}");
    }
}

/// Rows that were due and rows that were made: which they are is told of the source.
#[test]
fn moments_are_called_so_in_every_view() {
    let run = |id: &str, due: &str, day: u64| {
        format!(
            r#"{{"id":"{id}","namespace":"n","flowId":"{id}",{due}"state":{{"current":"CREATED","startDate":"2026-02-{day}T04:29:01Z"}}}}"#
        ) + "\n"
    };
    let intake = read(&(run("k1", r#""scheduleDate":"2026-02-12T04:29:00Z","#, 12) + &run("k2", "", 14)));
    for (view, placed) in [
        (vec![], 2),
        (vec![("workflow_id", "n.k2")], 1),
        (vec![("from", "2026-02-13"), ("to", "2026-02-14")], 1),
        (vec![("from", "2026-02-15"), ("to", "2026-02-15")], 0),
    ] {
        let response = respond_to(&intake, "scheduled", &view);
        assert_eq!(response["totals"]["executions"], json!(placed), "{view:?}");
        let expected = "executions are placed by when they were due or when they were made";
        assert_eq!(said(&response, "placed by"), [expected], "{view:?}");
    }
}

/// An execution of LinkFlow that failed in the queue has an end and no start.
#[test]
fn what_never_started_is_not_said_to_have_no_end() {
    let ended = r#"{"id":90,"workflow_id":7,"status":"failed","mode":"schedule","max_attempts":1,"started_at":"2026-02-12T04:30:00Z","finished_at":"2026-02-12T04:30:02Z","created_at":"2026-02-12T04:29:59Z"}"#;
    let in_queue = ended.replace("90", "91").replace(r#""2026-02-12T04:30:00Z""#, "null");
    let response = respond(&read(&format!("{ended}\n{in_queue}\n")), "end");
    let expected = "executions are placed by their end (start and duration); 1 row lacks its start or its end and is counted as no_start";
    assert_eq!(said(&response, "placed by"), [expected]);
    assert_eq!((&response["rows"]["placed"], &response["rows"]["no_start"]), (&json!(1), &json!(1)));
}

#[test]
fn builds_that_are_unstable_are_said_to_count_as_failed() {
    let build = |number: u64, result: &str| {
        format!(
            r#"{{"number":{number},"timestamp":1707712203412,"duration":247688,"result":"{result}","building":false,"fullName":"a"}}"#
        ) + "\n"
    };
    for (unstable, expected) in [
        (0, None),
        (1, Some("of all rows read, 1 is an unstable build, which counts as failed and bears the tag unstable")),
        (12, Some("of all rows read, 12 are unstable builds, which count as failed and bear the tag unstable")),
    ] {
        let source: String =
            (0..20).map(|number| build(number, if number < unstable { "UNSTABLE" } else { "SUCCESS" })).collect();
        let intake = read(&source);
        let response = respond(&intake, "start");
        assert_eq!(said(&response, "unstable"), Vec::from_iter(expected), "{unstable}");
        assert_eq!(response["totals"]["failed"], json!(unstable));
        // What is shown holds none of them.
        let cut: [(&str, &str); 2] = [("from", "2024-02-20"), ("to", "2024-02-21")];
        for view in [&cut[..], &[("status", "completed")]] {
            let response = respond_to(&intake, "start", view);
            assert_eq!(response["totals"]["failed"], json!(0), "{view:?}");
            assert_eq!(said(&response, "unstable"), Vec::from_iter(expected), "{view:?}");
        }
    }
}

#[test]
fn of_counts_no_mapping_is_advised() {
    let told = "have a status that is not known, 'odd' (3); they count as volume and in no rate";
    let counts = r#"{"workflow_id":"7","hour":"2026-02-12T04:00:00Z","status":"odd","n":3}"#;
    assert_eq!(said(&respond(&read(counts), "start"), "not known"), [format!("3 of 3 executions {told}")]);
    let rows = "{\"started_at\":\"2026-02-12T04:30:00Z\",\"status\":\"odd\"}\n".repeat(3);
    let advised = format!("3 of 3 executions {told}, unless a mapping says what they mean");
    assert_eq!(said(&respond(&read(&rows), "start"), "not known"), [advised]);
}
