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

#[test]
fn canonical_rows_with_columns_of_other_systems_are_canonical() {
    let said = "taken for canonical rows in ";
    let row = "7#a failed 2026-02-12T04:30:00Z";
    let start = "2026-02-12T04:30:00Z";
    for (columns, values) in [
        ("hour,count", "4,1"),
        ("bucket,n", "4,1"),
        ("traceId,spanId", "5b8e,eee1"),
        ("number,timestamp,result", "12,1707712203412,SUCCESS"),
        ("startedAt,conclusion", "x,success"),
        ("run_id,dag_id,state,run_type", "r,d,success,manual"),
        ("runId,jobName", "5f,nightly"),
        ("flow_id,state_type", "f,COMPLETED"),
        ("finished,mode,startedAt", "true,trigger,x"),
        ("JobID,State,Start,End", "1.batch,FAILED,x,x"),
        ("specversion,source,type,time", "1.0,/s,t,x"),
    ] {
        let csv = format!("id,workflow_id,started_at,status,{columns}\na,7,{start},failed,{values}\n");
        let (events, recognised) = read(&csv);
        assert_eq!(events, row, "{csv}");
        assert_eq!(recognised, format!("{said}CSV: has started_at and status"), "{csv}");
        let pairs: String =
            columns.split(',').zip(values.split(',')).map(|(k, v)| format!(",\"{k}\":\"{v}\"")).collect();
        let line = format!(r#"{{"id":"a","workflow_id":7,"started_at":"{start}","status":"failed"{pairs}}}"#);
        let (events, recognised) = read(&line);
        assert_eq!(events, row, "{line}");
        assert_eq!(recognised, format!("{said}NDJSON: has started_at and status"), "{line}");
    }
    // Systems that read the same start go on being told by their signs.
    for (columns, title) in [
        ("mode,max_attempts", "LinkFlow executions"),
        ("job_kind,success", "Windmill jobs"),
        ("run_id,run_attempt,conclusion,completed_at", "GitHub Actions jobs"),
        ("iid,project_id,ref", "GitLab pipelines"),
        ("stage,allow_failure", "GitLab jobs"),
    ] {
        let recognised = read(&format!("id,workflow_id,started_at,status,{columns}\n")).1;
        assert!(recognised.starts_with(&format!("taken for {title} in CSV")), "{recognised}");
    }
    // Who asks for a system gets it, and where a start is passed by, the way out is named.
    let (events, _) = read_as(
        Expected::anything().preset("cube").unwrap(),
        "started_at,status,hour,count\n2026-02-12T04:30:00Z,failed,2026-02-12T04:00:00Z,3\n",
    );
    assert!(events.starts_with("Counts"), "{events}");
    let lone = read("started_at,traceId,spanId\n");
    let expected =
        "taken for OpenTelemetry spans in CSV: has traceId and spanId; `--preset canonical` would read its started_at";
    assert_eq!(lone.1, expected);
    assert_eq!(
        read("started_at,mode,max_attempts\n").1,
        "taken for LinkFlow executions in CSV: has mode, max_attempts and started_at"
    );
}

/// A row of each system, in what its interface or its command line puts around rows, on one line and laid out.
#[test]
fn rows_are_found_in_what_systems_put_around_them() {
    let check = |envelope: &str, title: &str, row: &str, expected: &str| {
        let compact = envelope.replace('§', row);
        let document: serde_json::Value = serde_json::from_str(&compact).unwrap();
        for source in [compact, serde_json::to_string_pretty(&document).unwrap()] {
            let (events, recognised) = read(&source);
            assert_eq!(events, expected, "{source}");
            assert!(recognised.starts_with(&format!("taken for {title} in JSON")), "{recognised}: {source}");
            let pages = format!("{source}\n{source}\n");
            assert_eq!(read(&pages).0, format!("{expected}\n{expected}"), "{pages}");
        }
    };
    let (start, end) = ("2024-02-12T04:30:03Z", "2024-02-12T04:30:04Z");
    let row = |pattern: &str| pattern.replace("S!", &format!("\"{start}\"")).replace("E!", &format!("\"{end}\""));
    let second = "completed 2024-02-12T04:30:03Z 1000ms";
    check(
        r#"{"data":[§],"links":{"first":"x","next":null},"meta":{"current_page":1,"total":1}}"#,
        "LinkFlow executions",
        &row(
            r#"{"id":1,"workflow":{"id":7,"name":"w"},"status":"completed","mode":"manual","started_at":S!,"finished_at":E!,"max_attempts":3}"#,
        ),
        &format!("7#1 completed \"w\" {start} 1000ms +manual"),
    );
    check(
        r#"{"data":[§],"nextCursor":null}"#,
        "n8n executions",
        &row(
            r#"{"id":"1","finished":true,"mode":"trigger","startedAt":S!,"stoppedAt":E!,"workflowId":"7","status":"success"}"#,
        ),
        &format!("7#1 {second} +trigger"),
    );
    check(
        r#"{"total_count":1,"workflow_runs":[§]}"#,
        "GitHub Actions runs",
        &row(
            r#"{"id":1,"name":"CI","run_number":3,"run_attempt":1,"status":"completed","conclusion":"success","workflow_id":5,"run_started_at":S!,"updated_at":E!}"#,
        ),
        &format!("5#1 completed \"CI\" {start} 1000ms"),
    );
    check(
        r#"{"jobs":[§]}"#,
        "GitHub Actions jobs of gh",
        &row(
            r#"{"completedAt":E!,"conclusion":"success","databaseId":9,"name":"build","startedAt":S!,"status":"completed","steps":[{"name":"Set up job","startedAt":S!,"conclusion":"success"}],"url":"u"}"#,
        ),
        &format!("build#9 {second}"),
    );
    check(
        r#"{"dag_runs":[§],"total_entries":1}"#,
        "Airflow DAG runs",
        &row(
            r#"{"dag_run_id":"r","dag_id":"etl","start_date":S!,"end_date":E!,"run_type":"manual","state":"success"}"#,
        ),
        &format!("etl#r {second} +manual"),
    );
    check(
        r#"{"task_instances":[§],"total_entries":1}"#,
        "Airflow task instances",
        &row(
            r#"{"task_id":"load","dag_id":"etl","dag_run_id":"r","map_index":-1,"start_date":S!,"end_date":E!,"duration":1.0,"try_number":1,"state":"success"}"#,
        ),
        &format!("etl.load#r {second}"),
    );
    let prefect = row(
        r#"{"id":"f1","flow_id":"abc","state_type":"COMPLETED","state_name":"Completed","start_time":S!,"total_run_time":1.0,"parent_task_run_id":null}"#,
    );
    check("[§]", "Prefect flow runs", &prefect, &format!("abc#f1 {second}"));
    check(
        r#"{"results":[§],"limit":200,"count":1,"pages":1,"page":1}"#,
        "Prefect flow runs",
        &prefect,
        &format!("abc#f1 {second}"),
    );
    let dagster = r#"{"runId":"5f","jobName":"nightly","status":"SUCCESS","startTime":1707712203.0,"endTime":1707712204.0,"tags":[]}"#;
    for place in ["runsOrError", "pipelineRunsOrError", "runsFeedOrError"] {
        let envelope = format!(r#"{{"data":{{"{place}":{{"__typename":"Runs","results":[§]}}}}}}"#);
        check(&envelope, "Dagster runs", dagster, &format!("nightly#5f {second}"));
    }
    let temporal = row(
        r#"{"execution":{"workflowId":"o","runId":"r1"},"type":{"name":"Order"},"startTime":S!,"closeTime":E!,"status":"WORKFLOW_EXECUTION_STATUS_COMPLETED"}"#,
    );
    check(
        r#"{"executions":[§],"nextPageToken":"t"}"#,
        "Temporal workflow executions",
        &temporal,
        &format!("Order#r1 {second}"),
    );
    check("[§]", "Temporal workflow executions", &temporal, &format!("Order#r1 {second}"));
    check(
        r#"{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"1"},"items":[§]}"#,
        "Argo workflows",
        &row(
            r#"{"metadata":{"name":"n-x","generateName":"n-","namespace":"d","uid":"u"},"spec":{"entrypoint":"m"},"status":{"phase":"Succeeded","startedAt":S!,"finishedAt":E!}}"#,
        ),
        &format!("d/n-#u {second}"),
    );
    check(
        "[§]",
        "Windmill jobs",
        &row(
            r#"{"type":"CompletedJob","id":"1","script_path":"f/a","job_kind":"script","started_at":S!,"duration_ms":1000,"success":true,"canceled":false,"is_skipped":false,"is_flow_step":false}"#,
        ),
        &format!("f/a#1 {second}"),
    );
    check(
        r#"{"_class":"hudson.model.FreeStyleProject","builds":[§]}"#,
        "Jenkins builds",
        r#"{"_class":"hudson.model.FreeStyleBuild","number":412,"timestamp":1707712203000,"duration":1000,"result":"SUCCESS","building":false}"#,
        &format!("-#412 {second} (Scheduled)"),
    );
    check(
        r#"{"results":[§],"total":1}"#,
        "Kestra executions",
        &row(
            r#"{"id":"k","namespace":"n","flowId":"f","state":{"current":"SUCCESS","histories":[{"state":"RUNNING","date":S!}],"startDate":S!,"endDate":E!,"duration":"PT1S"}}"#,
        ),
        &format!("n.f#k {second} waited 0ms"),
    );
    check(
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"svc"}}]},"scopeSpans":[{"spans":[§]}]}]}"#,
        "OpenTelemetry spans",
        r#"{"traceId":"5b","spanId":"ee","name":"n","startTimeUnixNano":"1707712203000000000","endTimeUnixNano":"1707712204000000000"}"#,
        &format!("svc/n#ee {second}"),
    );
    let gitlab = row(
        r#"{"id":1,"name":"b","stage":"t","status":"success","allow_failure":false,"started_at":S!,"finished_at":E!,"duration":1.0,"pipeline":{"project_id":4}}"#,
    );
    check("[§]", "GitLab jobs", &gitlab, &format!("4/b#1 {second} +t"));
    // Of CDEvents two are one row, in whatever holds them.
    let event = |what: &str, at: &str| {
        format!(
            r#"{{"context":{{"id":"{what}","source":"/s","type":"dev.cdevents.pipelinerun.{what}.0.3.0","timestamp":"{at}"}},"subject":{{"id":"1","content":{{"pipelineName":"p","outcome":"success"}}}}}}"#
        )
    };
    let both = format!("{},{}", event("started", start), event("finished", end));
    for envelope in ["[§]", r#"{"events":[§]}"#] {
        let compact = envelope.replace('§', &both);
        let document: serde_json::Value = serde_json::from_str(&compact).unwrap();
        for source in [compact, serde_json::to_string_pretty(&document).unwrap()] {
            assert_eq!(read(&source).0, format!("p#/s 1 {second}"), "{source}");
        }
    }
}

/// Systems that are read by a mapping, in what they put around rows.
#[test]
fn a_mapping_finds_rows_in_what_systems_put_around_them() {
    let check = |map: &str, source: &str, expected: &str| {
        let document: serde_json::Value = serde_json::from_str(source).unwrap();
        for source in [source.to_owned(), serde_json::to_string_pretty(&document).unwrap()] {
            assert_eq!(read_as(Expected::anything().map(map).unwrap(), &source).0, expected, "{source}");
        }
    };
    check(
        r#"{"id":"execution.runId","workflow":"workflowType.name","started_at":"startTimestamp","finished_at":"closeTimestamp","conclusion":"closeStatus","status":"executionStatus","statuses":{"OPEN":"running","CONTINUED_AS_NEW":"completed"}}"#,
        r#"{"executionInfos":[{"execution":{"workflowId":"w","runId":"r"},"workflowType":{"name":"Order","version":"1"},"startTimestamp":1707712203.0,"closeTimestamp":1707712204.0,"executionStatus":"CLOSED","closeStatus":"TIMED_OUT"},{"execution":{"workflowId":"w","runId":"s"},"workflowType":{"name":"Order","version":"1"},"startTimestamp":1707712203.0,"executionStatus":"OPEN"}]}"#,
        "Order#r timed_out 2024-02-12T04:30:03Z 1000ms\nOrder#s running 2024-02-12T04:30:03Z",
    );
    check(
        r#"{"id":"name","workflow":"stateMachineArn","started_at":"startDate","finished_at":"stopDate","status":"status"}"#,
        r#"{"executions":[{"executionArn":"a","stateMachineArn":"m","name":"n","status":"ABORTED","startDate":1707712203.0,"stopDate":1707712204.0}],"nextToken":"t"}"#,
        "m#n cancelled 2024-02-12T04:30:03Z 1000ms",
    );
}
