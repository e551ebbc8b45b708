//! Rows that are read by the shape of earlier ones, held against the same rows read byte by byte: for every system, with
//! values put in each other's places, for every way of cutting the source into chunks.

#[path = "support/seeded.rs"]
mod seeded;

use execution_heatmap::ingest::{Event, Expected, Form, Reader};
use seeded::Seeded;
use serde_json::Value;
use std::iter::once;

/// A record of each system, as its exports write it.
const RECORDS: &[&str] = &[
    r#"{"id":"91","workflow_id":"7","workflow":"Sync CRM","status":"failed","started_at":"2026-02-12T04:30:00.000Z","finished_at":"2026-02-12T04:30:04.000Z","duration_ms":3721,"tags":["schedule","eu"],"attempt":1,"error":{"message":"connection refused"}}"#,
    r#"{"id":91,"workflow":{"id":7,"name":"Sync CRM"},"mode":"schedule","status":"failed","started_at":"2026-02-12T04:30:00.000000Z","finished_at":"2026-02-12T04:30:04.000000Z","duration_ms":3721,"attempt":2,"max_attempts":3,"parent_execution_id":null,"created_at":"2026-02-12T04:29:59.000000Z"}"#,
    r#"{"id":"231","workflowId":"1","workflowData":{"id":"1","name":"My workflow"},"mode":"trigger","status":"success","finished":true,"startedAt":"2024-02-22T06:03:12.000Z","stoppedAt":"2024-02-22T06:03:15.112Z","waitTill":null,"retryOf":null,"createdAt":"2024-02-22T06:03:11.000Z"}"#,
    r#"{"id":1,"name":"CI","workflow_id":161335,"path":".github/workflows/ci.yml","run_attempt":1,"status":"completed","conclusion":"success","event":"push","created_at":"2024-02-22T06:03:12Z","run_started_at":"2024-02-22T06:03:12Z","updated_at":"2024-02-22T06:05:12Z","repository":{"full_name":"a/b"},"head_branch":"main"}"#,
    r#"{"dag_run_id":"scheduled__2026-02-11T00:00:00+00:00","dag_id":"etl","logical_date":"2026-02-11T00:00:00Z","start_date":"2026-02-12T00:00:03.412345Z","end_date":"2026-02-12T00:04:11.100000Z","duration":247.687655,"run_type":"scheduled","state":"success"}"#,
    r#"{"id":"5f","name":"brave-fox","flow_id":"f1","deployment_id":null,"state_type":"FAILED","state_name":"TimedOut","start_time":"2026-02-12T00:00:03.412345Z","end_time":"2026-02-12T00:04:11Z","total_run_time":247.6,"expected_start_time":"2026-02-12T00:00:00Z","run_count":1,"tags":["a"],"created":"2026-02-11T00:00:00Z"}"#,
    r#"{"runId":"5f","jobName":"nightly","status":"SUCCESS","startTime":1707712203.412,"endTime":1707712451.1,"tags":[{"key":"dagster/schedule_name","value":"nightly_schedule"}],"rootRunId":null,"parentRunId":null}"#,
    r#"{"execution":{"workflowId":"order-7","runId":"a"},"type":{"name":"Order"},"startTime":"2026-02-12T00:00:03Z","closeTime":"2026-02-12T00:00:13.123456789Z","executionTime":"2026-02-12T00:00:03Z","status":"WORKFLOW_EXECUTION_STATUS_COMPLETED","historyLength":"42","taskQueue":"q"}"#,
    r#"{"metadata":{"name":"a-x7","namespace":"n","generateName":"a-","labels":{"workflows.argoproj.io/workflow-template":"a"},"creationTimestamp":"2026-02-12T00:00:00Z"},"status":{"phase":"Failed","startedAt":"2026-02-12T00:00:03Z","finishedAt":"2026-02-12T00:00:13Z","message":"exceeded its deadline"}}"#,
    r#"{"id":"01","type":"CompletedJob","created_at":"2026-02-12T00:00:00Z","started_at":"2026-02-12T00:00:03Z","duration_ms":500,"success":true,"canceled":false,"is_skipped":false,"is_flow_step":false,"script_path":"f/a","schedule_path":null,"job_kind":"script","tag":"deno","parent_job":null,"trigger_kind":"schedule"}"#,
    r#"{"number":412,"timestamp":1707712203412,"duration":247688,"estimatedDuration":251000,"result":"UNSTABLE","building":false,"fullDisplayName":"a #412","url":"https://ci.example/job/a/412/"}"#,
    r#"{"id":"k1","namespace":"n","flowId":"f","flowRevision":1,"labels":[{"key":"team","value":"a"}],"state":{"current":"SUCCESS","histories":[{"state":"CREATED","date":"2026-02-12T00:00:00Z"},{"state":"RUNNING","date":"2026-02-12T00:00:02Z"}],"startDate":"2026-02-12T00:00:00Z","endDate":"2026-02-12T00:00:13Z","duration":"PT13S"}}"#,
    r#"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","parentSpanId":"","name":"run","kind":1,"startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000","attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"n","value":{"intValue":"5"}}],"status":{"code":2,"message":"no"}}"#,
    r#"{"id":5,"iid":2,"project_id":9,"status":"failed","source":"schedule","ref":"main","created_at":"2024-02-22T06:03:12.000Z","started_at":"2024-02-22T06:03:14.000Z","finished_at":"2024-02-22T06:05:14.000Z","duration":120,"queued_duration":2,"failure_reason":"stuck_or_timeout_failure"}"#,
];

/// Values that stand in for others.
const VALUES: &[&str] = &[
    "null",
    "\"\"",
    "\"a.b\"",
    "\"é \\\"quoted\\\"\"",
    "\"success\"",
    "\"FAILED\"",
    "\"running\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"2026-03-29T02:30:00Z\"",
    "\"2026-02-12 04:30\"",
    "0",
    "7",
    "\"7\"",
    "-1",
    "1.5",
    "1770870600",
    "true",
    "false",
    "[]",
    "{}",
    "[\"x\",2]",
    "[{\"key\":\"team\",\"value\":\"b\"}]",
    "{\"id\":1,\"name\":\"n\",\"message\":\"m\"}",
    "\"000\"",
];

/// Puts other values in the place of some, and drops a member now and then.
fn vary(value: &mut Value, random: &mut Seeded) {
    match value {
        Value::Object(members) if random.index(20) > 0 => {
            let dropped = members.keys().nth(random.index(60)).cloned();
            dropped.map(|key| members.remove(&key));
            members.values_mut().for_each(|member| vary(member, random));
        }
        Value::Array(elements) if random.index(5) > 0 => elements.iter_mut().for_each(|element| vary(element, random)),
        value if random.index(12) == 0 => *value = serde_json::from_str(VALUES[random.index(VALUES.len())]).unwrap(),
        _ => {}
    }
}

/// The events without the kinds of rows, which only short ways tell, and how many rows had one.
fn events<'a>(mut reader: Reader, chunks: impl Iterator<Item = &'a [u8]>, keeps_kinds: bool) -> (Vec<String>, usize) {
    let (mut events, mut known) = (Vec::new(), 0);
    let mut drain = |reader: &mut Reader| {
        while let Some(mut event) = reader.next() {
            if let Event::Row { kind, .. } = &mut event {
                known += usize::from(kind.is_some());
                *kind = kind.filter(|_| keeps_kinds);
            }
            events.push(format!("{event:?}"));
        }
    };
    for chunk in chunks {
        reader.extend(chunk);
        drain(&mut reader);
    }
    reader.finish();
    drain(&mut reader);
    (events, known)
}

/// Holds both ways against each other; returns how many rows went the short one.
fn check(expected: &Expected, source: &[u8], random: &mut Seeded) -> usize {
    let reader = || Reader::expecting(expected.clone());
    let (short, known) = events(reader(), once(source), false);
    let (long, _) = events(reader().without_shortcuts(), once(source), false);
    for (short, long) in short.iter().zip(&long) {
        assert_eq!(short, long, "{}", source.escape_ascii());
    }
    assert_eq!(short.len(), long.len());
    let whole = events(reader(), once(source), true);
    let cut = events(reader(), source.chunks(1 + random.index(900)), true);
    assert_eq!(cut, whole, "kinds do not depend on chunks");
    known
}

/// Where two fields say whether a row is a part of another one, what one of them denies the other may still say.
#[test]
fn what_is_a_part_does_not_depend_on_the_rows_before() {
    let row = |flow: &str, is_first: bool| {
        let flow = format!("\"is_flow_step\":{flow}");
        let [one, other] = if is_first { [&*flow, "\"parent_job\":\"p\""] } else { ["\"parent_job\":\"p\"", &*flow] };
        format!(
            "{{\"id\":\"1\",\"job_kind\":\"script\",\"script_path\":\"f/x\",\"success\":true,\"started_at\":\"2026-02-12T04:30:00Z\",\"duration_ms\":5,{one},{other}}}\n"
        )
    };
    let mut random = Seeded(3);
    let words = r#""f" null 0 1 "no" "false" "t" "NULL" null "f\u0061lse" "" "0""#;
    for said in ["null null false", "false false null", "null false true false null", "true false false null", words] {
        for is_first in [true, false] {
            let source: String = said.split(' ').map(|flow| row(flow, is_first)).collect();
            check(&Expected::anything(), source.as_bytes(), &mut random);
        }
    }
}

/// Where lines part within long keys, the way that a line does not take may lead beyond the end of a chunk.
#[test]
fn a_kind_does_not_depend_on_where_a_chunk_ends() {
    let key = |length: usize| format!("{}{}", "k".repeat(40), "x".repeat(length));
    let row = |number: usize, key: &str| {
        format!(
            "{{\"id\":\"{number}\",\"started_at\":\"2026-02-12T04:30:00Z\",\"status\":\"completed\",\"{key}\":1}}\n"
        )
    };
    for lengths in [[400, 0], [0, 400], [400, 3]] {
        let source: String = (0..12).map(|number| row(number, &key(lengths[number % 2]))).collect();
        let reader = || Reader::expecting(Expected::anything());
        let whole = events(reader(), once(source.as_bytes()), true);
        assert!(whole.1 >= 6, "{} rows were of known kinds", whole.1);
        let lines = source.as_bytes().split_inclusive(|byte| *byte == b'\n');
        assert_eq!(events(reader(), lines, true), whole, "{lengths:?}");
    }
}

#[test]
fn rows_of_every_system_are_the_same_the_short_way() {
    let mut random = Seeded(14);
    for record in RECORDS {
        let record: Value = serde_json::from_str(record).unwrap();
        let mut known = 0;
        for _ in 0..60 {
            let mut source = format!("{record}\n");
            for _ in 0..60 {
                let mut varied = record.clone();
                vary(&mut varied, &mut random);
                source += &format!("{varied}\n");
            }
            known += check(&Expected::anything(), source.as_bytes(), &mut random);
        }
        assert!(known > 100, "{known} rows went the short way: {record}");
    }
}

#[test]
fn records_of_csv_are_the_same_the_short_way() {
    const FIELDS: &[&str] = &[
        "",
        "a",
        "failed",
        "Completed",
        "odd",
        "\"x, y\"",
        "\"a\"\"b\"",
        "\"a\"b",
        "\"two\nlines\"",
        "é",
        "a|b",
        "\"eu|\"",
        "7",
        "2026-02-12T04:30:00.000Z",
        "2026-02-12T04:30:00.000Z",
        "\"2026-02-12T04:30:00Z\"",
        "3721",
        "2.5",
        "later",
        "a\"b",
        "\"\"",
        "NULL",
        "\"NULL\"",
        "None",
        "\\N",
        "\"\\N\"",
        "NA",
        "Null",
    ];
    let mut random = Seeded(15);
    let mut known = 0;
    for header in
        ["id,status,started_at,tags,workflow,duration_ms", "status,x,started_at,status", "started_at,status,error"]
    {
        for _ in 0..150 {
            let mut source = header.as_bytes().to_vec();
            let columns = header.split(',').count();
            for _ in 0..60 {
                let count = if random.index(30) == 0 { columns + random.index(3) } else { columns };
                let fields: Vec<&str> = header
                    .split(',')
                    .chain(["", "", ""])
                    .take(count)
                    .map(|name| match name {
                        "started_at" if random.index(4) > 0 => FIELDS[13],
                        "status" | "tags" if random.index(12) == 0 => ["NULL", "\"NULL\"", "None"][random.index(3)],
                        "status" if random.index(3) > 0 => FIELDS[2 + random.index(3)],
                        _ => FIELDS[random.index(FIELDS.len())],
                    })
                    .collect();
                source.extend_from_slice([&b"\n"[..], b"\r\n", b"\n\n"][random.index(3)]);
                source.extend_from_slice(fields.join(",").as_bytes());
                if random.index(40) == 0 {
                    let at = random.index(source.len());
                    source[at] = [b'\xff', b'"', b',', b'$'][random.index(4)];
                }
            }
            known += check(&Expected::anything().form(Form::Csv).preset("canonical").unwrap(), &source, &mut random);
        }
    }
    assert!(known > 8_000, "{known} rows went the short way");
}
