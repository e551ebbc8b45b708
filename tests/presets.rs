//! The exports of real systems, read by their fields: every trap of theirs as a record of the shape that they write.

use execution_heatmap::ingest::{Event, Expected, LeftOut, Reader, StartSource};
use execution_heatmap::intake::Intake;

/// The events of a source whose system is found out, one a line, and what it was taken for.
fn read(source: &str) -> (String, String) {
    read_as(Expected::anything(), source)
}

fn read_as(expected: Expected, source: &str) -> (String, String) {
    let whole = read_by(Reader::expecting(expected.clone()), source);
    // A reader without forms leaves a source to one with them, or finds in it the same.
    let mut plain = Reader::without_forms(expected);
    plain.extend(source.as_bytes());
    plain.finish();
    let first = plain.next().map(|event| say(&event));
    match plain.needs_forms() {
        true => assert!(first.is_none(), "{first:?} was told of what needs forms: {source}"),
        false => assert_eq!(first.unwrap_or_default(), whole.0.lines().next().unwrap_or_default(), "{source}"),
    }
    whole
}

fn read_by(mut reader: Reader, source: &str) -> (String, String) {
    reader.extend(source.as_bytes());
    reader.finish();
    let mut lines = Vec::new();
    while let Some(event) = reader.next() {
        lines.push(say(&event));
    }
    (lines.join("\n"), reader.recognised().unwrap_or("nothing").to_owned())
}

/// An event in short: identity, status, start, and what is worth a word.
fn say(event: &Event<'_>) -> String {
    let texts = |execution: &execution_heatmap::execution::Execution<'_>| {
        let mut words = vec![
            format!("{}#{}", execution.workflow_id.unwrap_or("-"), execution.id.unwrap_or("-")),
            execution.status.name().to_owned(),
        ];
        words.extend(
            execution.workflow.filter(|name| Some(*name) != execution.workflow_id).map(|name| format!("{name:?}")),
        );
        words.push(execution.started_at.to_text().replace(".000Z", "Z"));
        words.extend(execution.duration_ms.map(|ms| format!("{ms}ms")));
        words.extend(execution.waited_ms.map(|ms| format!("waited {ms}ms")));
        words.extend(execution.tags.iter().map(|tag| format!("+{tag}")));
        words.extend((execution.attempt != 1).then(|| format!("attempt {}", execution.attempt)));
        words.extend(execution.error.map(|error| format!("error {error:?}")));
        words.join(" ")
    };
    match event {
        Event::Row { execution, notes, .. } => {
            let mut words = texts(execution);
            if notes.start_source != StartSource::Start {
                words += &format!(" ({:?})", notes.start_source);
            }
            for (is_noted, note) in [(notes.negative_duration, " (negative)"), (notes.bad_duration, " (bad duration)")]
            {
                words += if is_noted { note } else { "" };
            }
            words
        }
        Event::Unstarted { execution, .. } => format!("not started: {}", texts(execution)),
        Event::LeftOut { why: LeftOut::Part, .. } => "part".to_owned(),
        Event::LeftOut { why: LeftOut::NoExecution, .. } => "no execution".to_owned(),
        Event::Rejected { kind, message, .. } => format!("{}: {message}", kind.name()),
        other => format!("{other:?}"),
    }
}

/// A check of one system: what each record becomes.
fn system(title: &'static str) -> impl Fn(&str, &str) {
    move |source, expected| {
        let (events, recognised) = read(source);
        assert_eq!(events, expected, "{source}");
        assert!(recognised.starts_with(&format!("taken for {title} in ")), "{recognised}: {source}");
        // Records that look alike are read by what is known of the ones before, and mean the same.
        let many = [source; 4].join("\n");
        assert_eq!(read(&many), read_by(Reader::recognising().without_shortcuts(), &many), "{source}");
    }
}

/// A record with some members put in the place of others: `members` are written over a template's `…`.
fn with<'a>(template: &'a str) -> impl Fn(&str) -> String + 'a {
    move |members| template.replace('…', members)
}

#[test]
fn linkflow() {
    let check = system("LinkFlow executions");
    let api = with(
        r#"{"id":91,"workflow":{"id":7,"name":"Sync CRM"},"mode":"schedule",…,"max_attempts":3,"parent_execution_id":null,"created_at":"2026-02-12T04:29:59.000000Z"}"#,
    );
    check(
        &api(
            r#""status":"failed","started_at":"2026-02-12T04:30:00.000000Z","finished_at":"2026-02-12T04:30:04.000000Z","duration_ms":3721,"error":{"message":"gone","code":500},"attempt":1"#,
        ),
        "7#91 failed \"Sync CRM\" 2026-02-12T04:30:00Z 3721ms waited 1000ms +schedule error \"gone\"",
    );
    check(
        &api(r#""status":"waiting","started_at":"2026-02-12T04:30:00.000000Z","duration_ms":9,"attempt":2"#),
        "7#91 waiting \"Sync CRM\" 2026-02-12T04:30:00Z waited 1000ms +schedule +attempt:2 attempt 2",
    );
    // Cancelled before it started: the zero is a null that was made a number.
    check(
        &api(r#""status":"cancelled","started_at":null,"duration_ms":0,"attempt":1"#),
        "not started: 7#91 cancelled \"Sync CRM\" 2026-02-12T04:29:59Z +schedule",
    );
    // A failure of the queue sets the end and no duration.
    check(
        &api(
            r#""status":"failed","started_at":"2026-02-12T04:30:00Z","finished_at":"2026-02-12T04:30:02Z","duration_ms":null,"attempt":1"#,
        ),
        "7#91 failed \"Sync CRM\" 2026-02-12T04:30:00Z 2000ms waited 1000ms +schedule",
    );
    // A dump of the table: no zone, a retry that names its parent and is no part of it.
    check(
        "id,workflow_id,workspace_id,status,mode,started_at,finished_at,duration_ms,attempt,max_attempts,parent_execution_id,is_deterministic_replay,created_at\n92,7,1,completed,retry,2026-02-12 04:30:00,2026-02-12 04:30:00,120,2,3,91,1,2026-02-12 04:29:58",
        "7#92 completed 2026-02-12T04:30:00Z 120ms waited 2000ms +retry +attempt:2 +replay attempt 2",
    );
}

#[test]
fn n8n() {
    let check = system("n8n executions");
    let row = with(r#"{"id":1000,"mode":"trigger","retryOf":null,"retrySuccessId":null,"workflowId":"1000",…}"#);
    check(
        &row(
            r#""finished":true,"startedAt":"2026-02-12T04:30:00.123Z","stoppedAt":"2026-02-12T04:30:01.456Z","waitTill":null,"status":"success""#,
        ),
        "1000#1000 completed 2026-02-12T04:30:00.123Z 1333ms +trigger",
    );
    for (word, status) in [("error", "failed"), ("crashed", "failed"), ("canceled", "cancelled"), ("unknown", "other")]
    {
        let ended = if status == "other" { "" } else { " 1000ms" };
        check(
            &row(&format!(
                r#""startedAt":"2026-02-12T04:30:00Z","stoppedAt":"2026-02-12T04:30:01Z","status":"{word}""#
            )),
            &format!("1000#1000 {status} 2026-02-12T04:30:00Z{ended} +trigger"),
        );
    }
    // The pause of one that waits has an end that is none.
    check(
        &row(
            r#""startedAt":"2026-02-12T04:30:00Z","stoppedAt":"2026-02-12T04:30:01Z","waitTill":"2026-02-13T00:00:00Z","status":"waiting""#,
        ),
        "1000#1000 waiting 2026-02-12T04:30:00Z +trigger",
    );
    check(
        &row(r#""startedAt":null,"stoppedAt":null,"createdAt":"2026-02-12T04:30:00Z","status":"new""#),
        "not started: 1000#1000 pending 2026-02-12T04:30:00Z +trigger",
    );
    check(
        r#"{"id":"7","finished":false,"mode":"integrated","startedAt":"2026-02-12T04:30:00Z","stoppedAt":null,"workflowId":"2","status":"running"}"#,
        "part",
    );
    // Old rows have no status: what did not finish failed if it stopped, waits if it is said till when, or runs.
    let old = with(r#"{"id":"8","mode":"manual","workflowId":"2","startedAt":"2026-02-12T04:30:00Z",…}"#);
    check(
        &old(r#""finished":true,"stoppedAt":"2026-02-12T04:30:01Z""#),
        "2#8 completed 2026-02-12T04:30:00Z 1000ms +manual",
    );
    check(
        &old(r#""finished":false,"stoppedAt":"2026-02-12T04:30:01Z""#),
        "2#8 failed 2026-02-12T04:30:00Z 1000ms +manual",
    );
    check(
        &old(r#""finished":false,"stoppedAt":null,"waitTill":"2026-02-13T00:00:00Z""#),
        "2#8 waiting 2026-02-12T04:30:00Z +manual",
    );
    check(&old(r#""finished":false,"stoppedAt":null"#), "2#8 running 2026-02-12T04:30:00Z +manual");
}

#[test]
fn github() {
    let check = system("GitHub Actions runs");
    // A real record: its second attempt began seven hours after it was made, which is no wait.
    check(
        r#"{"id":8000161341,"name":"Stencil Nightly Build","run_number":316,"run_attempt":2,"event":"schedule","status":"completed","conclusion":"failure","workflow_id":50517269,"created_at":"2024-02-22T06:03:12Z","run_started_at":"2024-02-22T13:00:07Z","updated_at":"2024-02-22T13:00:58Z"}"#,
        "50517269#8000161341 failed \"Stencil Nightly Build\" 2024-02-22T13:00:07Z 51000ms +schedule +attempt:2 attempt 2",
    );
    let row = with(
        r#"{"id":1,"name":"CI","run_attempt":1,"event":"push","path":".github/workflows/ci.yml","created_at":"2024-02-22T06:00:00Z","run_started_at":"2024-02-22T06:00:01Z","updated_at":"2024-02-22T06:00:09Z",…}"#,
    );
    let words = [
        ("success", "completed", ""),
        ("neutral", "completed", " +neutral"),
        ("startup_failure", "failed", ""),
        ("action_required", "failed", " +action_required"),
        ("cancelled", "cancelled", ""),
        ("stale", "cancelled", ""),
        ("skipped", "skipped", ""),
        ("timed_out", "timed_out", ""),
    ];
    for (word, status, tag) in words {
        check(
            &row(&format!(r#""status":"completed","conclusion":"{word}""#)),
            &format!(".github/workflows/ci.yml#1 {status} \"CI\" 2024-02-22T06:00:01Z 8000ms +push{tag}"),
        );
    }
    for (word, status) in [
        ("in_progress", "running"),
        ("queued", "pending"),
        ("requested", "pending"),
        ("waiting", "waiting"),
        ("pending", "pending"),
    ] {
        check(
            &row(&format!(r#""status":"{word}","conclusion":null"#)),
            &format!(".github/workflows/ci.yml#1 {status} \"CI\" 2024-02-22T06:00:01Z +push"),
        );
    }
    // That it ended does not say that it ended well.
    check(
        &row(r#""status":"completed","conclusion":null"#),
        ".github/workflows/ci.yml#1 other \"CI\" 2024-02-22T06:00:01Z +push",
    );
    check(
        r#"{"total_count":1,"workflow_runs":[{"id":1,"run_number":3,"status":"in_progress","conclusion":null,"workflow_id":2,"created_at":"2024-02-22T06:00:00Z","run_started_at":null}]}"#,
        "2#1 running 2024-02-22T06:00:00Z (Created)",
    );
}

#[test]
fn github_by_its_command_line_and_its_jobs() {
    let cli = system("GitHub Actions runs of gh");
    let run = with(
        r#"[{"databaseId":5,"workflowDatabaseId":9,"workflowName":"CI","event":"push","headBranch":"main","createdAt":"2024-02-22T06:00:00Z","updatedAt":"2024-02-22T06:01:00Z",…}]"#,
    );
    cli(
        &run(r#""startedAt":"2024-02-22T06:00:02Z","status":"completed","conclusion":"success","attempt":3"#),
        "9#5 completed \"CI\" 2024-02-22T06:00:02Z 58000ms +push +main +attempt:3 attempt 3",
    );
    // Go's zero time is none; the conclusion of what runs is an empty text.
    cli(
        &run(r#""startedAt":"0001-01-01T00:00:00Z","status":"in_progress","conclusion":"""#),
        "9#5 running \"CI\" 2024-02-22T06:00:00Z +push +main (Created)",
    );
    let job = system("GitHub Actions jobs");
    job(
        r#"{"jobs":[{"id":2,"run_id":1,"workflow_name":"CI","name":"build","run_attempt":1,"status":"completed","conclusion":"timed_out","created_at":"2024-02-22T13:00:00Z","started_at":"2024-02-22T13:00:10Z","completed_at":"2024-02-22T13:00:50Z","labels":["ubuntu"],"steps":[{"name":"x","started_at":"2024-02-22T08:00:17.000-05:00","conclusion":"success"}]}]}"#,
        "CI/build#2 timed_out 2024-02-22T13:00:10Z 40000ms waited 10000ms +ubuntu",
    );
}

#[test]
fn gitlab() {
    let pipeline = with(
        r#"{"id":47,"iid":12,"project_id":1,"source":"push","ref":"main","sha":"a9","created_at":"2022-09-21T01:05:00.000Z",…}"#,
    );
    let check = system("GitLab pipelines");
    check(
        &pipeline(
            r#""status":"success","started_at":"2022-09-21T01:05:14.197Z","finished_at":"2022-09-21T01:07:14.197Z","duration":34,"queued_duration":14"#,
        ),
        "1/main#47 completed 2022-09-21T01:05:14.197Z 34000ms waited 14000ms +push +main",
    );
    check(
        &pipeline(r#""status":"canceled","started_at":null,"duration":null"#),
        "not started: 1/main#47 cancelled 2022-09-21T01:05:00Z +push +main",
    );
    check(&pipeline(r#""status":"manual","started_at":null"#), "no execution");
    check(
        &pipeline(r#""status":"running","started_at":"2022-09-21T01:05:14Z","duration":99"#),
        "1/main#47 running 2022-09-21T01:05:14Z +push +main",
    );
    check(
        r#"{"id":48,"iid":13,"project_id":1,"source":"parent_pipeline","ref":"main","status":"success","started_at":"2022-09-21T01:05:14Z"}"#,
        "part",
    );
    let listed = system("GitLab pipelines of a list");
    listed(&pipeline(r#""status":"failed""#), "1/main#47 failed 2022-09-21T01:05:00Z +push +main (Created)");
    for word in ["created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "scheduled"] {
        listed(
            &pipeline(&format!(r#""status":"{word}""#)),
            "not started: 1/main#47 pending 2022-09-21T01:05:00Z +push +main",
        );
    }
    let job = with(
        r#"[{"id":8,"name":"rspec","stage":"test","ref":"main","pipeline":{"id":6,"project_id":1},"tag_list":["docker"],"created_at":"2022-09-21T01:05:00Z","started_at":"2022-09-21T01:05:01Z","finished_at":"2022-09-21T01:05:02Z",…}]"#,
    );
    let jobs = system("GitLab jobs");
    jobs(
        &job(
            r#""status":"failed","failure_reason":"stuck_or_timeout_failure","allow_failure":true,"duration":0.192,"queued_duration":0.023"#,
        ),
        "1/rspec#8 timed_out 2022-09-21T01:05:01Z 192ms waited 23ms +docker +test +main +allow_failure error \"stuck_or_timeout_failure\"",
    );
    jobs(
        &job(r#""status":"failed","failure_reason":"script_failure","allow_failure":false,"duration":0.1925"#),
        "1/rspec#8 failed 2022-09-21T01:05:01Z 193ms +docker +test +main error \"script_failure\"",
    );
}

#[test]
fn jenkins() {
    let check = system("Jenkins builds");
    let build = with(
        r#"{"_class":"hudson","fullName":"team/app","builds":[{"number":412,"timestamp":1707712203412,"estimatedDuration":251000,…}]}"#,
    );
    let row = "team/app#412";
    let words = [
        ("SUCCESS", "completed", ""),
        ("UNSTABLE", "failed", " +unstable"),
        ("FAILURE", "failed", ""),
        ("NOT_BUILT", "skipped", ""),
        ("ABORTED", "cancelled", ""),
    ];
    for (word, status, tag) in words {
        check(
            &build(&format!(r#""duration":247688,"result":"{word}","building":false"#)),
            &format!("{row} {status} 2024-02-12T04:30:03.412Z 247688ms{tag} (Scheduled)"),
        );
    }
    // A build has a duration of 0 as long as it runs, even if it says its result already.
    check(
        &build(r#""duration":0,"result":null,"building":true"#),
        &format!("{row} running 2024-02-12T04:30:03.412Z (Scheduled)"),
    );
    check(
        &build(r#""duration":0,"result":"FAILURE","building":true"#),
        &format!("{row} running 2024-02-12T04:30:03.412Z (Scheduled)"),
    );
}

#[test]
fn airflow() {
    let check = system("Airflow DAG runs");
    // Version 2; the logical date is a day before and means nothing.
    check(
        r#"{"dag_runs":[{"dag_run_id":"scheduled__2026-02-11","dag_id":"etl","logical_date":"2026-02-11T00:00:00Z","queued_at":"2026-02-12T00:00:01Z","start_date":"2026-02-12T00:00:03.412345Z","end_date":"2026-02-12T00:04:11.100000Z","duration":247.687655,"run_type":"scheduled","state":"success"}],"total_entries":1}"#,
        "etl#scheduled__2026-02-11 completed 2026-02-12T00:00:03.412Z 247688ms waited 2412ms +scheduled",
    );
    // Version 1 has no duration.
    check(
        r#"{"dag_run_id":"manual__1","dag_id":"etl","execution_date":"2026-02-11T00:00:00+00:00","start_date":"2026-02-12T00:00:03+00:00","end_date":"2026-02-12T00:00:05+00:00","run_type":"manual","external_trigger":true,"state":"failed"}"#,
        "etl#manual__1 failed 2026-02-12T00:00:03Z 2000ms +manual",
    );
    check(
        r#"{"dag_run_id":"b","dag_id":"etl","run_after":"2026-02-12T00:00:00Z","queued_at":"2026-02-12T00:00:02Z","start_date":null,"end_date":null,"duration":null,"run_type":"backfill","state":"queued"}"#,
        "not started: etl#b pending 2026-02-12T00:00:00Z +backfill",
    );
    let task = with(
        r#"{"task_id":"load","dag_id":"etl","dag_run_id":"r","start_date":"2026-02-12T00:00:03Z","end_date":"2026-02-12T00:00:05Z","duration":2.0,"try_number":2,…}"#,
    );
    let tasks = system("Airflow task instances");
    for (word, status) in [
        ("\"success\"", "completed 2026-02-12T00:00:03Z 2000ms"),
        ("\"removed\"", "skipped 2026-02-12T00:00:03Z 2000ms"),
        ("\"up_for_retry\"", "pending 2026-02-12T00:00:03Z"),
        ("\"deferred\"", "pending 2026-02-12T00:00:03Z"),
        ("null", "pending 2026-02-12T00:00:03Z"),
    ] {
        tasks(&task(&format!(r#""state":{word}"#)), &format!("etl.load#r {status} +attempt:2 attempt 2"));
    }
    tasks(
        &task(r#""state":"upstream_failed""#),
        "etl.load#r skipped 2026-02-12T00:00:03Z 2000ms +attempt:2 +upstream_failed attempt 2",
    );
}

#[test]
fn prefect() {
    let check = system("Prefect flow runs");
    let run = with(r#"{"id":"f1","name":"calm-owl","flow_id":"abc","tags":["prod"],"run_count":1,…}"#);
    let times = r#""expected_start_time":"2026-02-12T04:29:58Z","start_time":"2026-02-12T04:30:00Z","end_time":"2026-02-12T04:32:00Z","total_run_time":61.5,"parent_task_run_id":null"#;
    let row = |state: &str| run(&format!("{times},{state}"));
    check(
        &row(r#""state_type":"COMPLETED","state_name":"Completed""#),
        "abc#f1 completed 2026-02-12T04:30:00Z 61500ms waited 2000ms +prod",
    );
    check(
        &row(r#""state_type":"FAILED","state_name":"TimedOut""#),
        "abc#f1 timed_out 2026-02-12T04:30:00Z 61500ms waited 2000ms +prod",
    );
    check(
        &row(r#""state_type":"FAILED","state_name":"Failed""#),
        "abc#f1 failed 2026-02-12T04:30:00Z 61500ms waited 2000ms +prod",
    );
    check(
        &row(r#""state_type":"CRASHED","state_name":"Crashed""#),
        "abc#f1 failed 2026-02-12T04:30:00Z 61500ms waited 2000ms +prod",
    );
    check(
        &row(r#""state_type":"CANCELLING","state_name":"Cancelling""#),
        "abc#f1 running 2026-02-12T04:30:00Z waited 2000ms +prod",
    );
    check(
        &row(r#""state_type":"PAUSED","state_name":"Suspended""#),
        "abc#f1 pending 2026-02-12T04:30:00Z waited 2000ms +prod",
    );
    // A run of the future is a row; one of a sub-flow is a part.
    check(
        &run(
            r#""state_type":"SCHEDULED","state_name":"Scheduled","expected_start_time":"2030-01-01T00:00:00Z","start_time":null,"total_run_time":0.0"#,
        ),
        "not started: abc#f1 pending 2030-01-01T00:00:00Z +prod",
    );
    check(&run(r#""state_type":"COMPLETED","start_time":"2026-02-12T04:30:00Z","parent_task_run_id":"t""#), "part");
}

#[test]
fn dagster() {
    let check = system("Dagster runs");
    let page =
        with(r#"{"data":{"runsOrError":{"__typename":"Runs","results":[{"runId":"5f","jobName":"nightly",…}]}}}"#);
    check(
        &page(
            r#""status":"SUCCESS","creationTime":1707712202.4,"startTime":1707712203.412,"endTime":1707712451.1,"tags":[{"key":"dagster/schedule_name","value":"nightly_schedule"}],"rootRunId":null"#,
        ),
        "nightly#5f completed 2024-02-12T04:30:03.412Z 247688ms waited 1012ms +dagster/schedule_name:nightly_schedule",
    );
    check(
        &page(r#""status":"CANCELING","startTime":1707712203.412,"endTime":null"#),
        "nightly#5f running 2024-02-12T04:30:03.412Z",
    );
    check(
        &page(r#""status":"NOT_STARTED","creationTime":1707712203.412,"startTime":null"#),
        "not started: nightly#5f pending 2024-02-12T04:30:03.412Z",
    );
    // A run that has a parent is run again.
    check(
        &page(r#""status":"FAILURE","startTime":1707712203,"endTime":1707712204,"parentRunId":"4e","rootRunId":"4e""#),
        "nightly#5f failed 2024-02-12T04:30:03Z 1000ms +retry",
    );
}

#[test]
fn temporal() {
    let check = system("Temporal workflow executions");
    let run = with(
        r#"{"executions":[{"execution":{"workflowId":"order-17","runId":"r1"},"type":{"name":"Order"},"taskQueue":"q",…}],"nextPageToken":""}"#,
    );
    // The backoff is over 10 s after it was accepted; the duration is a text with its unit.
    check(
        &run(
            r#""startTime":"2024-02-12T04:29:53.123456789Z","executionTime":"2024-02-12T04:30:03.123456789Z","closeTime":"2024-02-12T04:34:10.811Z","executionDuration":"247.688s","status":"WORKFLOW_EXECUTION_STATUS_COMPLETED","historyLength":"17""#,
        ),
        "Order#r1 completed 2024-02-12T04:30:03.123Z 247688ms +q",
    );
    let words = [
        ("CONTINUED_AS_NEW", "completed 2024-02-12T04:30:03Z 1000ms +q +continued_as_new"),
        ("TERMINATED", "cancelled 2024-02-12T04:30:03Z 1000ms +q"),
        ("CANCELED", "cancelled 2024-02-12T04:30:03Z 1000ms +q"),
        ("TIMED_OUT", "timed_out 2024-02-12T04:30:03Z 1000ms +q"),
        ("FAILED", "failed 2024-02-12T04:30:03Z 1000ms +q"),
        ("RUNNING", "running 2024-02-12T04:30:03Z +q"),
        ("PAUSED", "pending 2024-02-12T04:30:03Z +q"),
    ];
    for (word, expected) in words {
        check(
            &run(&format!(
                r#""startTime":"2024-02-12T04:30:03Z","closeTime":"2024-02-12T04:30:04Z","status":"WORKFLOW_EXECUTION_STATUS_{word}""#
            )),
            &format!("Order#r1 {expected}"),
        );
    }
    check(
        &run(r#""startTime":"2024-02-12T04:30:03Z","closeTime":"2024-02-12T04:30:04Z","status":7"#),
        "Order#r1 timed_out 2024-02-12T04:30:03Z 1000ms +q",
    );
    check(
        &run(
            r#""startTime":"2024-02-12T04:30:03Z","status":"Running","parentExecution":{"workflowId":"p","runId":"x"}"#,
        ),
        "part",
    );
}

#[test]
fn argo() {
    let check = system("Argo workflows");
    let workflow = with(
        r#"{"items":[{"metadata":{"name":"nightly-x7","generateName":"nightly-","namespace":"data","uid":"u1","creationTimestamp":"2024-02-12T04:30:00Z","labels":{"workflows.argoproj.io/cron-workflow":"nightly"}},"spec":{"entrypoint":"main"},"status":{…}}]}"#,
    );
    let times = r#""startedAt":"2024-02-12T04:30:03Z","finishedAt":"2024-02-12T04:34:11Z","estimatedDuration":250,"resourcesDuration":{"cpu":9000},"nodes":{"nightly-x7":{"phase":"Failed","startedAt":"2024-02-12T04:30:03Z"}}"#;
    let row = |state: &str| workflow(&format!("{state},{times}"));
    check(
        &row(r#""phase":"Succeeded","progress":"2/2""#),
        "data/nightly#u1 completed 2024-02-12T04:30:03Z 248000ms waited 3000ms",
    );
    check(
        &row(r#""phase":"Error","message":"pod deleted""#),
        "data/nightly#u1 failed 2024-02-12T04:30:03Z 248000ms waited 3000ms error \"pod deleted\"",
    );
    check(
        &row(r#""phase":"Failed","message":"Step exceeded its deadline""#),
        "data/nightly#u1 timed_out 2024-02-12T04:30:03Z 248000ms waited 3000ms error \"Step exceeded its deadline\"",
    );
    check(
        &row(r#""phase":"Failed","message":"Stopped with strategy 'Terminate'""#),
        "data/nightly#u1 cancelled 2024-02-12T04:30:03Z 248000ms waited 3000ms error \"Stopped with strategy 'Terminate'\"",
    );
    check(
        &workflow(r#""phase":"Running","startedAt":"2024-02-12T04:30:03Z","finishedAt":null"#),
        "data/nightly#u1 running 2024-02-12T04:30:03Z waited 3000ms",
    );
    check(
        &workflow(r#""phase":"","startedAt":null,"finishedAt":null"#),
        "not started: data/nightly#u1 pending 2024-02-12T04:30:00Z",
    );
    check(
        r#"[{"metadata":{"name":"hello-abc","generateName":"hello-"},"status":{"phase":"Succeeded","startedAt":"2024-02-12T04:30:03Z","finishedAt":"2024-02-12T04:30:04Z"}}]"#,
        "hello-#hello-abc completed 2024-02-12T04:30:03Z 1000ms",
    );
}

#[test]
fn windmill() {
    let check = system("Windmill jobs");
    let job = with(
        r#"[{"id":"j1","script_path":"f/sync","job_kind":"script","created_at":"2024-02-12T04:00:00Z","tag":"default",…}]"#,
    );
    let done = r#""type":"CompletedJob","started_at":"2024-02-12T04:30:03Z","duration_ms":1500,"is_flow_step":false,"parent_job":null,"self_wait_time_ms":40"#;
    let row = |flags: &str| job(&format!("{done},{flags}"));
    check(
        &row(r#""success":true,"canceled":false,"is_skipped":false"#),
        "f/sync#j1 completed 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &row(r#""success":false,"canceled":false,"is_skipped":false"#),
        "f/sync#j1 failed 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &row(r#""success":false,"canceled":true,"canceled_reason":"no","is_skipped":false"#),
        "f/sync#j1 cancelled 2024-02-12T04:30:03Z 1500ms waited 40ms +default error \"no\"",
    );
    check(
        &row(r#""success":true,"canceled":false,"is_skipped":true"#),
        "f/sync#j1 skipped 2024-02-12T04:30:03Z 1500ms waited 40ms +default",
    );
    check(
        &job(
            r#""type":"QueuedJob","running":true,"canceled":false,"started_at":"2024-02-12T04:30:03Z","scheduled_for":"2024-02-12T04:30:00Z""#,
        ),
        "f/sync#j1 running 2024-02-12T04:30:03Z waited 3000ms +default",
    );
    check(
        &job(r#""type":"QueuedJob","running":false,"canceled":false,"scheduled_for":"2024-02-12T05:00:00Z""#),
        "not started: f/sync#j1 pending 2024-02-12T05:00:00Z +default",
    );
    check(&job(r#""started_at":"2024-02-12T04:30:03Z","success":true,"is_flow_step":true"#), "part");
    check(&job(r#""started_at":"2024-02-12T04:30:03Z","success":true,"is_flow_step":false,"parent_job":"j0""#), "part");
    for kind in ["dependencies", "flowdependencies", "appdependencies", "deploymentcallback"] {
        check(
            &format!(
                r#"{{"id":"j","job_kind":"{kind}","script_path":"f/sync","success":true,"started_at":"2024-02-12T04:30:03Z"}}"#
            ),
            "no execution",
        );
    }
    check(
        r#"{"id":"j","job_kind":"preview","script_path":null,"success":true,"started_at":"2024-02-12T04:30:03Z","labels":["a","b"],"is_retry":true}"#,
        "preview#j completed 2024-02-12T04:30:03Z +a +b +retry",
    );
}

#[test]
fn kestra() {
    let check = system("Kestra executions");
    let execution = with(
        r#"{"results":[{"id":"k1","namespace":"company.team","flowId":"etl","labels":[{"key":"env","value":"prod"}],"state":{…}}],"total":1}"#,
    );
    // It was made 4 s before it ran; the duration counts from there and is not taken.
    let state = |word: &str| {
        execution(&format!(
            r#""current":"{word}","histories":[{{"state":"CREATED","date":"2024-02-12T04:29:59Z"}},{{"state":"RUNNING","date":"2024-02-12T04:30:03Z"}},{{"state":"{word}","date":"2024-02-12T04:34:06.688Z"}}],"startDate":"2024-02-12T04:29:59Z","endDate":"2024-02-12T04:34:06.688Z","duration":"PT4M7.688S""#
        ))
    };
    let row = "company.team.etl#k1";
    check(&state("SUCCESS"), &format!("{row} completed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    check(
        &state("WARNING"),
        &format!("{row} completed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod +warning"),
    );
    check(&state("KILLED"), &format!("{row} cancelled 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    check(&state("RETRIED"), &format!("{row} failed 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod +retried"));
    check(&state("SKIPPED"), &format!("{row} skipped 2024-02-12T04:30:03Z 243688ms waited 4000ms +env:prod"));
    // What is paused has an end that is none, and the duration of what runs grows.
    check(&state("PAUSED"), &format!("{row} pending 2024-02-12T04:30:03Z waited 4000ms +env:prod"));
    check(&state("RUNNING"), &format!("{row} running 2024-02-12T04:30:03Z waited 4000ms +env:prod"));
    check(
        &execution(r#""current":"FAILED","startDate":"2024-02-12T04:29:59Z","duration":"PT4M7.688S""#),
        &format!("{row} failed 2024-02-12T04:29:59Z 247688ms +env:prod (Created)"),
    );
    check(
        &execution(r#""current":"QUEUED","startDate":"2024-02-12T04:29:59Z","duration":"PT4M7.688S""#),
        &format!("not started: {row} pending 2024-02-12T04:29:59Z +env:prod"),
    );
    check(
        r#"{"id":"k2","namespace":"n","flowId":"f","parentId":"k1","state":{"current":"SUCCESS","startDate":"2024-02-12T04:29:59Z"}}"#,
        "part",
    );
}

#[test]
fn opentelemetry() {
    let check = system("OpenTelemetry spans");
    let request = with(
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"host","value":{"stringValue":"a"}},{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[…]}]}]}"#,
    );
    let span = |members: &str| {
        request(&format!(
            r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"checkout","kind":2,{members}}}"#
        ))
    };
    // Nanoseconds beyond 2^53, as a number and as a text.
    check(
        &span(r#""startTimeUnixNano":1544712660123456789,"endTimeUnixNano":1544712661000000000"#),
        "shop/checkout#eee19b7ec3c1b174 completed 2018-12-13T14:51:00.123Z 877ms",
    );
    check(
        &span(
            r#""parentSpanId":"","startTimeUnixNano":"1544712660999999999","endTimeUnixNano":"1544712661000000001","status":{"code":2,"message":"no"}"#,
        ),
        "shop/checkout#eee19b7ec3c1b174 failed 2018-12-13T14:51:00.999Z 1ms error \"no\"",
    );
    check(
        &span(
            r#""startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","status":{"code":"STATUS_CODE_ERROR"}"#,
        ),
        "shop/checkout#eee19b7ec3c1b174 failed 2018-12-13T14:51:00Z 1000ms",
    );
    check(
        &span(r#""startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","status":{}"#),
        "shop/checkout#eee19b7ec3c1b174 completed 2018-12-13T14:51:00Z 1000ms",
    );
    // Without an end it runs; with a parent it is a part.
    check(
        &span(r#""startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"0""#),
        "shop/checkout#eee19b7ec3c1b174 running 2018-12-13T14:51:00Z",
    );
    check(
        &span(r#""startTimeUnixNano":"1544712660000000000""#),
        "shop/checkout#eee19b7ec3c1b174 running 2018-12-13T14:51:00Z",
    );
    check(
        &span(
            r#""parentSpanId":"eee19b7ec3c1b173","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000""#,
        ),
        "part",
    );
    // A request a line, and resources that do not leak into one another.
    let line = span(r#""startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000""#);
    let without = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b","spanId":"01","name":"cron","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000"}]}]}]}"#;
    check(
        &format!("{line}\n{without}\n"),
        "shop/checkout#eee19b7ec3c1b174 completed 2018-12-13T14:51:00Z 1000ms\ncron#01 completed 2018-12-13T14:51:00Z 1000ms",
    );
}

#[test]
fn cdevents() {
    let check = system("CDEvents");
    let event = |id: &str, what: &str, at: &str, content: &str| {
        format!(
            r#"{{"context":{{"specversion":"0.6.0","id":"e-{id}-{what}-{at}","source":"/ci","type":"dev.cdevents.pipelinerun.{what}.0.3.0","timestamp":"2024-02-12T04:{at}Z"}},"subject":{{"id":"{id}","content":{{{content}}}}}}}"#
        )
    };
    let name = r#""pipelineName":"build""#;
    let outcome = |word: &str| format!(r#""pipelineName":"build","outcome":"{word}""#);
    let lines = |events: &[String]| events.join("\n");
    // In order, out of order, twice, and two runs between each other.
    check(
        &lines(&[
            event("1", "queued", "30:00", name),
            event("1", "started", "30:03", name),
            event("1", "finished", "31:03", &outcome("success")),
        ]),
        "build#/ci 1 completed 2024-02-12T04:30:03Z 60000ms waited 3000ms",
    );
    check(
        &lines(&[event("1", "finished", "31:03", &outcome("failure")), event("1", "started", "30:03", name)]),
        "build#/ci 1 failed 2024-02-12T04:30:03Z 60000ms",
    );
    let twice = [
        event("1", "started", "30:03", name),
        event("1", "started", "30:03", name),
        event("1", "finished", "31:03", &outcome("cancel")),
        event("1", "finished", "31:03", &outcome("cancel")),
        event("1", "started", "30:03", name),
    ];
    check(&lines(&twice), "build#/ci 1 cancelled 2024-02-12T04:30:03Z 60000ms");
    let two = [
        event("1", "started", "30:03", name),
        event("2", "started", "30:04", name),
        event("2", "finished", "30:05", &outcome("error")),
        event("1", "finished", "30:06", &outcome("success")),
    ];
    check(
        &format!("[{}]", two.join(",")),
        "build#/ci 1 completed 2024-02-12T04:30:03Z 3000ms\nbuild#/ci 2 failed 2024-02-12T04:30:04Z 1000ms",
    );
    // What has not ended is told at the end; of what was only seen to end, the start is not known.
    check(
        &lines(&[event("2", "finished", "30:05", &outcome("success")), event("1", "started", "30:03", name)]),
        "no_start: the row has no start: context.timestamp is absent, null or a zero time\nbuild#/ci 1 running 2024-02-12T04:30:03Z",
    );
    check(&event("3", "queued", "30:00", name), "not started: build#/ci 3 pending 2024-02-12T04:30:00Z");
    // Parts and other things.
    check(
        &lines(&[
            event("1", "started", "30:03", name),
            event("1", "started", "30:03", "").replace("pipelinerun", "taskrun"),
            event("1", "packaged", "30:03", "").replace("pipelinerun", "artifact"),
        ]),
        "part\nno execution\nbuild#/ci 1 running 2024-02-12T04:30:03Z",
    );
    // Within CloudEvents.
    let cloud = |what: &str, at: &str, content: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"c-{what}","source":"/ci","type":"dev.cdevents.pipelinerun.{what}.0.3.0","time":"2024-02-12T04:{at}Z","subject":"/runs/9","data":{{"context":{{"source":"/ci"}},"subject":{{"id":"9","content":{{{content}}}}}}}}}"#
        )
    };
    check(
        &lines(&[cloud("started", "30:03", name), cloud("finished", "30:04", &outcome("success"))]),
        "build#/ci 9 completed 2024-02-12T04:30:03Z 1000ms",
    );
}

#[test]
fn jobs_of_the_standard_workload_format() {
    let check = |source: &str, expected: &str, because: &str| {
        let (events, recognised) = read(source);
        assert_eq!(events, expected, "{source}");
        assert_eq!(recognised, format!("taken for jobs in the Standard Workload Format: {because}"));
    };
    let header = "; Version: 2.2\n; UnixStartTime: 749458803\n; TimeZone: -28800\n; Note: x\n;\n";
    let log = |jobs: &str| format!("{header}{jobs}\n");
    let because = "its header has UnixStartTime";
    // A real record: its status is not known, which is no success.
    check(
        &log("   57    25574     -1     10    1 -1 -1 -1 -1 -1 -1   4   1   2 -1 -1 -1 -1"),
        "2#57 other 1993-10-01T14:06:17Z 10000ms",
        because,
    );
    check(
        &log("1 10.5 3 10.25 1 -1 -1 -1 -1 -1 1 4 1 -1 7 -1 -1 -1"),
        "4#1 completed 1993-10-01T07:00:16.500Z 10250ms waited 3000ms",
        because,
    );
    check(
        &log("1 0 0 -1 1 -1 -1 -1 -1 -1 0 -1 1 -1 7 -1 -1 -1"),
        "7#1 failed 1993-10-01T07:00:03Z waited 0ms",
        because,
    );
    check(
        &log("1 0 0 -5 1 -1 -1 -1 -1 -1 5 -1 1 -1 -1 -1 -1 -1"),
        "-#1 cancelled 1993-10-01T07:00:03Z waited 0ms (negative)",
        because,
    );
    check(
        &log("1 0 0 5 1 -1 -1 -1 -1 -1 3 -1 1 -1 -1 -1 -1 -1\nfoo"),
        "part\nunreadable: the line is no job: expected eighteen numbers",
        because,
    );
    // No header, an absolute time, columns beyond the eighteenth.
    let absolute =
        "1 1356996695 71 1164297 12 1 1024 12 1209600 91268055040 1 101 1 1 -1 1 1 1 {1129,1129} q_2w 1:ppn=12\n";
    check(absolute, "1#1 completed 2012-12-31T23:32:46Z 1164297000ms waited 71000ms", "its lines are eighteen numbers");
    check(
        "1 5 0 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n",
        "no_start: the row has no start: UnixStartTime or the submit time is absent, null or a zero time",
        "its lines are eighteen numbers",
    );
}

#[test]
fn slurm() {
    let check = system("Slurm jobs");
    let table = |rows: &str| format!("JobID|JobName|Partition|User|State|Submit|Start|End|Elapsed|\n{rows}\n");
    check(
        &table(
            "12|sim|long|ada|COMPLETED|2024-02-12T04:29:00|2024-02-12T04:30:00|2024-02-15T08:35:06|3-04:05:06|\n12.batch|batch|||COMPLETED|2024-02-12T04:29:00|2024-02-12T04:30:00|2024-02-15T08:35:06|3-04:05:06|",
        ),
        "sim#12 completed 2024-02-12T04:30:00Z 273906000ms waited 60000ms +long +ada\npart",
    );
    check(
        &table(
            "13|sim|long|ada|CANCELLED by 1000|2024-02-12T04:29:00|2024-02-12T04:30:00|2024-02-12T04:30:10|00:00:10|",
        ),
        "sim#13 cancelled 2024-02-12T04:30:00Z 10000ms waited 60000ms +long +ada",
    );
    check(
        &table("14|sim|long|ada|PENDING|2024-02-12T04:29:00|Unknown|Unknown|00:00:00|"),
        "not started: sim#14 pending 2024-02-12T04:29:00Z +long +ada",
    );
    check(
        &table("15|sim|long|ada|TIMEOUT|2024-02-12T04:29:00|2024-02-12T04:30:00|2024-02-12T04:31:10|01:10|"),
        "sim#15 timed_out 2024-02-12T04:30:00Z 70000ms waited 60000ms +long +ada",
    );
}

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
