//! Events, spans and logs of batch jobs: OpenTelemetry, CDEvents, SWF. Every trap of theirs as a record of the shape that they write.

#[path = "support/systems.rs"]
mod systems;

use systems::{read, system, with};

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
    // The instant of the beginning needs no zone: of the two that a header may name one is often wrong.
    let header =
        "; Version: 2.2\n; UnixStartTime: 749458803\n; TimeZone: -28800\n; TimeZoneString: US/Pacific\n; Note: x\n;\n";
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
