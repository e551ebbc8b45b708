//! What runs data and work in order: Airflow, Prefect, Dagster, Temporal, Argo, Slurm. Every trap of theirs as a record of the shape that they write.

#[path = "support/systems.rs"]
mod systems;

use systems::{system, with};

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
    // As `airflow dags list-runs -o json` writes them, in version 2 and in version 3: texts all of them, empty where there is
    // nothing.
    let listed = with(r#"[{"dag_id":"etl","run_id":"scheduled__2026-02-11T00:00:00+00:00",…}]"#);
    let moments = r#""start_date":"2026-02-12T00:00:03.412345+00:00","end_date":"2026-02-12T00:04:11.100000+00:00""#;
    let row = "etl#scheduled__2026-02-11T00:00:00+00:00";
    check(
        &listed(&format!(r#""state":"success","execution_date":"2026-02-11T00:00:00+00:00",{moments}"#)),
        &format!("{row} completed 2026-02-12T00:00:03.412Z 247688ms"),
    );
    check(
        &listed(&format!(
            r#""state":"failed","run_after":"2026-02-12T00:00:00+00:00","logical_date":"2026-02-11T00:00:00+00:00",{moments}"#
        )),
        &format!("{row} failed 2026-02-12T00:00:03.412Z 247688ms waited 3412ms"),
    );
    check(
        &listed(
            r#""state":"running","execution_date":"2026-02-11T00:00:00+00:00","start_date":"2026-02-12T00:00:03+00:00","end_date":"""#,
        ),
        &format!("{row} running 2026-02-12T00:00:03Z"),
    );
    check(
        &listed(
            r#""state":"queued","run_after":"2026-02-12T00:00:00+00:00","logical_date":"","start_date":"","end_date":"""#,
        ),
        &format!("not started: {row} pending 2026-02-12T00:00:00Z"),
    );
    // Version 1 names no moment before the start but the end of the interval of data, at which the schedule makes a run. One
    // that was made otherwise was not due then, and what is queued is told with the moment.
    let first = with(
        r#"{"dag_id":"etl","execution_date":"2026-02-11T00:00:00+00:00","data_interval_start":"2026-02-11T00:00:00+00:00","data_interval_end":"2026-02-12T00:00:00+00:00",…}"#,
    );
    let ran = r#""start_date":"2026-02-12T00:00:03+00:00","end_date":"2026-02-12T00:00:05+00:00","state":"success""#;
    for (id, kind, waited) in [
        ("scheduled__2026-02-11T00:00:00+00:00", "scheduled", " waited 3000ms"),
        ("manual__2026-02-12T00:00:02+00:00", "manual", ""),
        ("backfill__2026-02-11T00:00:00+00:00", "backfill", ""),
    ] {
        check(
            &first(&format!(r#""dag_run_id":"{id}","run_type":"{kind}",{ran}"#)),
            &format!("etl#{id} completed 2026-02-12T00:00:03Z 2000ms{waited} +{kind}"),
        );
    }
    check(
        &first(
            r#""dag_run_id":"scheduled__x","run_type":"scheduled","start_date":null,"end_date":null,"state":"queued""#,
        ),
        "not started: etl#scheduled__x pending 2026-02-12T00:00:00Z +scheduled",
    );
    // Where a run was queued, or after what it was to run, says more.
    check(
        &first(&format!(
            r#""dag_run_id":"scheduled__x","run_type":"scheduled","queued_at":"2026-02-12T00:00:02Z",{ran}"#
        )),
        "etl#scheduled__x completed 2026-02-12T00:00:03Z 2000ms waited 1000ms +scheduled",
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
    // Instances of a mapped task differ in their place alone; -1 is that of a task that is not mapped.
    for (place, share) in [("0", "[0]"), ("17", "[17]"), ("\"3\"", "[3]"), ("-1", ""), ("null", "")] {
        tasks(
            &task(&format!(r#""state":"success","map_index":{place}"#)),
            &format!("etl.load#r{share} completed 2026-02-12T00:00:03Z 2000ms +attempt:2 attempt 2"),
        );
    }
    // A dump of the table calls the run otherwise.
    tasks(
        "task_id,dag_id,run_id,map_index,start_date,end_date,duration,state,try_number\nload,etl,r,4,2026-02-12 00:00:03+00,2026-02-12 00:00:05+00,2,success,1",
        "etl.load#r[4] completed 2026-02-12T00:00:03Z 2000ms",
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
    // It ran twice, within its row.
    check(
        r#"{"id":"f1","flow_id":"abc","run_count":2,"state_type":"COMPLETED","start_time":"2026-02-12T04:30:00Z"}"#,
        "abc#f1 completed 2026-02-12T04:30:00Z +attempt:2",
    );
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
    // Runs of assets share a job; their tags tell them apart.
    check(
        r#"[{"runId":"a1","jobName":"__ASSET_JOB","status":"SUCCESS","startTime":1707712203,"endTime":1707712204,"tags":[{"key":"dagster/partition","value":"2024-02-11"}]}]"#,
        "__ASSET_JOB#a1 completed 2024-02-12T04:30:03Z 1000ms +dagster/partition:2024-02-11",
    );
    // A dump of the table, with a body that knows old names.
    check(
        "id,run_id,snapshot_id,pipeline_name,mode,status,run_body,partition,partition_set,create_timestamp,update_timestamp,start_time,end_time\n1,5f,,nightly,,FAILURE,\"{\"\"__class__\"\": \"\"PipelineRun\"\", \"\"status\"\": \"\"STARTED\"\"}\",,,2024-02-12 04:30:00,2024-02-12 04:35:00,1707712203.412,1707712451.1\n2,6f,,nightly,,QUEUED,{},,,2024-02-12 04:30:00,2024-02-12 04:30:00,,",
        "nightly#5f failed 2024-02-12T04:30:03.412Z 247688ms waited 3412ms\nnot started: nightly#6f pending 2024-02-12T04:30:00Z",
    );
    // A run that has a parent is run again.
    check(
        &page(r#""status":"FAILURE","startTime":1707712203,"endTime":1707712204,"parentRunId":"4e","rootRunId":"4e""#),
        "nightly#5f failed 2024-02-12T04:30:03Z 1000ms +retry attempt 2 (retry)",
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
    // Of a chain of runs each names the first one, which names itself.
    check(
        &run(r#""startTime":"2024-02-12T04:30:03Z","status":"Running","firstRunId":"r1""#),
        "Order#r1 running 2024-02-12T04:30:03Z +q",
    );
    check(
        &run(r#""startTime":"2024-02-12T04:30:03Z","status":"Running","firstRunId":"r0""#),
        "Order#r1 running 2024-02-12T04:30:03Z +q attempt 2 (later run)",
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
