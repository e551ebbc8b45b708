//! Mappings of one's own.

#[path = "support/told.rs"]
mod told;

use execution_heatmap::ingest::{Event, Expected, Form, Reader};
use execution_heatmap::intake::Intake;
use told::say;

/// The events of a canonical row that a mapping makes of a record.
fn check_map(map: &str, source: &str, expected: &str) {
    let mut intake = Intake::expecting(Expected::anything().map(map).unwrap(), false);
    let mut reader = Reader::expecting(Expected::anything().map(map).unwrap());
    reader.extend(source.as_bytes());
    reader.finish();
    let mut lines = Vec::new();
    while let Some(event) = reader.next() {
        lines.push(match event {
            Event::Row { execution, .. } => {
                let row = execution_heatmap::row::line(&execution);
                row.trim_end().to_owned()
            }
            other => say(&other),
        });
    }
    assert_eq!(lines.join("\n"), expected, "{map} {source}");
    intake.extend(source.as_bytes());
    intake.finish(None);
    assert!(intake.recognised().unwrap().contains("by the mapping that was given"));
}

#[test]
fn a_mapping_of_ones_own_says_what_means_what() {
    let map = r#"{"started_at":"run.begin","status":"result","statuses":{"OK":"completed","KO":"failed"},"duration":{"field":"secs","unit":"s"},"tags":["env","region"],"rows":"data.items"}"#;
    check_map(
        map,
        r#"{"data":{"items":[{"run":{"begin":"2026-02-12T04:30:00Z"},"result":"ok","secs":1.5,"env":"prod","region":7}]}}"#,
        r#"{"status":"completed","started_at":"2026-02-12T04:30:00.000Z","duration_ms":1500,"tags":["prod","7"]}"#,
    );
    check_map(
        map,
        "result;run.begin;secs;env\nKO;2026-02-12 04:30;PT2S;eu\nodd;2026-02-12 04:30;3;",
        "{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00.000Z\",\"duration_ms\":2000,\"tags\":[\"eu\"]}\n{\"status\":\"odd\",\"started_at\":\"2026-02-12T04:30:00.000Z\"}",
    );
    // Decimals behind a comma, as spreadsheets write them; one that may mark thousands is no duration.
    check_map(
        map,
        "result;run.begin;secs;env\nOK;2026-02-12 04:30;3,5;\nOK;2026-02-12 04:30;\"0,250\";\nOK;2026-02-12 04:30;3,5s;\nOK;2026-02-12 04:30;1,500;",
        &[",\"duration_ms\":3500", ",\"duration_ms\":250", ",\"duration_ms\":3500", ""]
            .map(|duration| {
                format!("{{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00.000Z\"{duration}}}")
            })
            .join("\n"),
    );
    // Several places by preference, keys with points, a start that another moment stands in for, a month that comes first.
    check_map(
        r#"{"workflow":["name","labels.app\\.kubernetes\\.io/name"],"workflow_space":"team","created_at":"made","start_from":"created_at","otherwise":"completed","dates":"month-day-year","parent":"up"}"#,
        "{\"labels\":{\"app.kubernetes.io/name\":\"web\"},\"team\":\"a\",\"made\":\"05-10-23T16:23:32Z\"}\n{\"name\":null,\"labels\":{\"app.kubernetes.io/name\":\"web\"},\"made\":\"12/31/99 23:59\",\"up\":7}\n{\"made\":\"13-10-23\"}",
        "{\"workflow_id\":\"a/web\",\"workflow\":\"a/web\",\"status\":\"completed\",\"started_at\":\"2023-05-10T16:23:32.000Z\"}\n2: Part\n3: unreadable: made is '13-10-23', expected an instant such as 2026-02-12T04:30:00.000Z, or the parts of the date in the order of the mapping's `dates`",
    );
    check_map(
        r#"{"started_at":"at","otherwise":"completed"}"#,
        r#"{"at":"05-10-23T16:23:32Z"}"#,
        "1: unreadable: at is '05-10-23T16:23:32Z', expected an instant such as 2026-02-12T04:30:00.000Z, or a mapping whose `dates` says in which order they are",
    );
    // Minutes, as ActionBoard counts them.
    check_map(
        r#"{"id":"run_id","workflow":"workflow_name","workflow_space":"repo","status":"status","created_at":"created_at","start_from":"created_at","duration":{"field":"total_time_minutes","unit":"min"}}"#,
        r#"[{"repo":"SRE","workflow_name":"CI","run_id":12531565404,"status":"startup_failure","created_at":"2024-12-29T02:03:59Z","total_time_minutes":0.25}]"#,
        r#"{"id":"12531565404","workflow_id":"SRE/CI","workflow":"SRE/CI","status":"startup_failure","started_at":"2024-12-29T02:03:59.000Z"}"#,
    );
}

#[test]
fn what_says_that_a_row_is_a_part_may_be_a_flag_or_a_name() {
    let map = r#"{"started_at":"at","succeeded":"ok","parent":"up"}"#;
    let rows = [("yes", "false"), ("Y", "0"), ("t", ""), ("f", "true"), ("0", "1"), ("no", "j7"), ("no", "None")];
    let csv: String = rows.map(|(ok, up)| format!("2026-02-12 04:30,{ok},{up}\n")).concat();
    let row = |status: &str| format!("{{\"status\":\"{status}\",\"started_at\":\"2026-02-12T04:30:00.000Z\"}}");
    let [done, failed] = ["completed", "failed"].map(row);
    let said = [&done, &done, &done, "5: Part", "6: Part", "7: Part", &failed].join("\n");
    check_map(map, &format!("at,ok,up\n{csv}"), &said);
    let quoted =
        rows.map(|(ok, up)| format!("{{\"at\":\"2026-02-12 04:30\",\"ok\":\"{ok}\",\"up\":\"{up}\"}}")).join("\n");
    check_map(map, &quoted, &said.replace("5:", "4:").replace("6:", "5:").replace("7:", "6:"));
    check_map(map, r#"{"at":"2026-02-12 04:30","ok":1,"up":0}"#, &done);
}

#[test]
fn keys_and_values_in_a_list_are_members_like_others() {
    let row =
        r#"{"made":1770870600,"how":[{"key":"end","value":{"stringValue":"failed"}},{"key":"who","value":"ci"}]}"#;
    let other = r#"{"made":1770870600,"how":{"end":"completed","who":"cd"}}"#;
    let said = |status: &str, who: &str| {
        format!(
            r#"{{"workflow_id":"{who}","workflow":"{who}","status":"{status}","started_at":"2026-02-12T04:30:00.000Z"}}"#
        )
    };
    check_map(
        r#"{"started_at":"made","status":"how.end","workflow":"how.who"}"#,
        &[row, row, row, other, other, row].join("\n"),
        &["failed ci", "failed ci", "failed ci", "completed cd", "completed cd", "failed ci"]
            .map(|words| words.split_once(' ').map(|(status, who)| said(status, who)).unwrap())
            .join("\n"),
    );
}

#[test]
fn a_place_that_is_not_there_is_told_with_those_that_are() {
    let check = |map: &str, source: &str, expected: &str| {
        let mut intake = Intake::expecting(Expected::anything().map(map).unwrap(), false);
        intake.extend(source.as_bytes());
        intake.finish(None);
        let said = intake.recognised().unwrap().to_owned() + &intake.reader().remark();
        assert_eq!(said.split_once("by the mapping that was given").unwrap().1, expected, "{map} {source}");
    };
    let map = r#"{"started_at":"when","status":"how","duration":{"field":"secs","unit":"s"}}"#;
    check(map, "when,How,secs\n0,ok,1\n", "");
    check(map, "when,how,sec\n0,ok,1\n", "; no column is named 'secs', only 'when, how, sec'");
    check(map, "wen,hwo,sec\n0,ok,1\n", "; no column is named 'when' and no 'how' and no 'secs', only 'wen, hwo, sec'");
    check(map, "when,how,how,secs\n0,ok,ok,1\n", "; of several columns 'how' the last one counts");
    check(map, r#"{"when":7,"how":"ok","secs":null}"#, "");
    check(map, r#"[{"when":7,"How":"ok","secs":1}]"#, "; the first row has no 'how', only 'when, How, secs'");
    // Of several places one is enough, and rows may be no part of others.
    let several = r#"{"started_at":["when","at"],"status":["how","end"],"tags":["a","b"],"parent":"of"}"#;
    check(several, r#"{"at":7,"end":"ok","b":1}"#, "; the first row has no 'a', only 'at, end, b'");
    // What is within others is looked for there, but not within a list.
    let nested = r#"{"started_at":"run.begin","status":"run.how.end"}"#;
    check(nested, r#"{"run":{"begin":7,"how":{"end":"ok"}}}"#, "");
    check(nested, r#"{"run.begin":7,"run.how.end":"ok"}"#, "");
    check(nested, r#"{"run":[{"key":"begin","value":7}]}"#, "");
    check(
        nested,
        r#"{"run":{"begin":7,"how":{"ended":"ok"}}}"#,
        "; the first row has no 'run.how.end', only 'run.begin, run.how.ended, run.how, run'",
    );
    check(r#"{"started_at":"a.b.c.d","status":"s"}"#, r#"{"a":{"b":{"c":{"x":1}}},"s":"ok"}"#, "");
}

#[test]
fn a_mapping_that_cannot_be_read_says_what_is_wrong() {
    let check = |map: &str, expected: &str| assert_eq!(Expected::anything().map(map).unwrap_err(), expected, "{map}");
    check("[]", "the mapping is not a JSON object");
    check("{", "the mapping is not JSON: expected a key in quotes in line 1, column 2");
    check("", "the mapping is not JSON: expected a value in line 1, column 1");
    check(
        "{\n \"status\": \"é\",\n  \"x\": \"é\" \"y\"}",
        "the mapping is not JSON: expected ',' or '}' in line 3, column 12",
    );
    check("{}\r\n{}", "the mapping is not JSON: expected nothing behind the object in line 2, column 1");
    check("{}", "the mapping has no started_at, and no start_from with its moment");
    check(r#"{"started_at":"a"}"#, "the mapping has no status, and no otherwise for rows without one");
    check(
        r#"{"start_from":"created_at","status":"s"}"#,
        "the mapping has no started_at, and no start_from with its moment",
    );
    check(
        r#"{"started_at":7}"#,
        "the mapping's started_at is a number, it takes the name of a field or an array of them",
    );
    check(r#"{"started_at":""}"#, "the mapping's started_at is empty, it takes the name of a field");
    check(
        r#"{"started_at":["a",{}]}"#,
        "the mapping's started_at is an object, it takes the name of a field or an array of them",
    );
    check(
        r#"{"duration":{"field":"a","unit":"weeks"}}"#,
        "the mapping's duration.unit is 'weeks', it takes ns, us, ms, s, min or h",
    );
    check(r#"{"duration":{"of":"a"}}"#, "duration has the key 'of', it takes field and unit");
    check(
        r#"{"statuses":{"OK":"fine"}}"#,
        "the mapping's statuses.OK is 'fine', it takes pending, running, waiting, completed, failed, timed_out, cancelled or skipped",
    );
    check(
        r#"{"tags":["1","2","3","4","5","6","7","8","9"]}"#,
        "the mapping's tags is longer, it takes the name of a field, or an array of at most 8",
    );
    check(
        r#"{"start_from":"started_at"}"#,
        "the mapping's start_from is 'started_at', it takes scheduled_at, queued_at or created_at",
    );
    check(
        r#"{"dates":"year-month-day"}"#,
        "the mapping's dates is 'year-month-day', it takes month-day-year or day-month-year",
    );
    let refused = Expected::anything().map(r#"{"startedat":"a"}"#).unwrap_err();
    assert!(
        refused.starts_with("the mapping has the key 'startedat', it takes started_at, finished_at, "),
        "{refused}"
    );
}

#[test]
fn rows_are_found_where_a_mapping_says_that_they_are() {
    let check = |way: &str, source: &str, expected: &[&str]| {
        let map = format!(r#"{{"id":"i","started_at":"a","status":"b","rows":"{way}"}}"#);
        let source = source.replace('A', r#"{"i":1,"a":7,"b":"ok"}"#).replace('B', r#"{"i":2,"a":7,"b":"ok"}"#);
        for form in [None, Some(Form::Json)] {
            let expected_of = Expected::anything().map(&map).unwrap();
            let asked = form.map_or(expected_of.clone(), |form| expected_of.form(form));
            for size in [source.len(), 7] {
                let chunks: Vec<&[u8]> = source.as_bytes().chunks(size).collect();
                let ids: Vec<String> = told::events_of(Reader::expecting(asked.clone()), &chunks)
                    .iter()
                    .map(|said| said.split_once(": ").unwrap().1.to_owned())
                    .collect();
                assert_eq!(ids, expected, "{way} {source} {form:?} {size}");
            }
        }
    };
    let (one, both) = (["1 ok"], ["1 ok", "2 ok"]);
    check("deep.list", r#"{"deep":{"list":[A,B]}}"#, &both);
    check("deep.list", "{\n \"deep\": {\"list\": [A,\nB]}}\n", &both);
    check("deep.list", r#"[{"deep":{"list":[A]}},{"deep":{"list":[B]}}]"#, &both);
    check("deep.list", r#"{"deep":{"list":[A]}}{"deep":{"list":[B]}}"#, &both);
    check("deep.list", "{\"deep\":{\"list\":[A]}}\n{\"deep\":{\"list\":[B]}}\n", &both);
    check("deep.list", "{\"deep\":{\"list\":[]}}\n{\"deep\":{\"list\":[B]}}\n", &["2 ok"]);
    check("hits.hits", r#"{"took":1,"hits":{"total":{"value":1},"hits":[A]}}"#, &one);
    // What stands around rows may bear a system's signs, and another list may stand before theirs.
    check("list", r#"{"started_at":"x","status":"y","data":[B],"list":[A]}"#, &one);
}

#[test]
fn a_unit_is_that_of_a_field() {
    let check = |key: &str| {
        let map = format!(r#"{{"started_at":"a","status":"b","{key}":{{"unit":"s"}}}}"#);
        assert_eq!(
            Expected::anything().map(&map).unwrap_err(),
            format!("the mapping's {key} has a unit and no field, so that nothing would be read")
        );
    };
    check("duration");
    check("waited");
}

#[test]
fn a_date_against_the_order_that_a_mapping_names_is_told_by_it() {
    let check = |dates: &str, date: &str, hint: &str| {
        let map = format!(r#"{{"started_at":"at","otherwise":"completed"{dates}}}"#);
        let message =
            format!("1: unreadable: at is '{date}', expected an instant such as 2026-02-12T04:30:00.000Z{hint}");
        check_map(&map, &format!(r#"{{"at":"{date}"}}"#), &message);
    };
    let write = ", or a mapping whose `dates` says in which order they are";
    check("", "05-10-23 10:00", write);
    check(
        r#","dates":"month-day-year""#,
        "13-10-23 10:00",
        ", or the parts of the date in the order of the mapping's `dates`",
    );
    check(
        r#","dates":"day-month-year""#,
        "10-13-23 10:00",
        ", or the parts of the date in the order of the mapping's `dates`",
    );
}

#[test]
fn columns_without_names_are_called_by_their_numbers() {
    let check = |source: &str, expected: &str| {
        let map = r#"{"id":"1","started_at":"3","status":"2"}"#;
        let chunks: [Vec<&[u8]>; 2] = [vec![source.as_bytes()], source.as_bytes().chunks(1).collect()];
        for chunks in chunks {
            for form in [None, Some(Form::Csv)] {
                let own = Expected::anything().map(map).unwrap();
                let reader = Reader::expecting(form.map_or(own.clone(), |form| own.form(form)));
                assert_eq!(told::events_of(reader, &chunks).join("\n"), expected, "{source:?} {form:?}");
            }
        }
    };
    let rows = "1@0: a ok\n2@7: b failed\n3@18: c ok";
    check("a,ok,7\nb,failed,7\nc,ok,8\n", rows);
    check("a\tok\t7\nb\tfailed\t7\nc\tok\t8", rows);
    check("\"a\",ok,7,x\n", "1@0: a ok");
    // Names that are the numbers are a header, and fewer columns have not all of them.
    check("3,2,1\n7,ok,a\n", "2@6: a ok");
    check("2,ok,7\n", "1@0: 2 ok");
    let own = Expected::anything().map(r#"{"started_at":"2","otherwise":"completed"}"#).unwrap();
    let mut intake = Intake::expecting(own.clone(), false);
    intake.extend(b"a,2026-02-12T04:30:00Z\nb,2026-02-12T05:30:00Z\n");
    intake.finish(None);
    assert_eq!((intake.reading().read, intake.recognised()), (2, Some("read in CSV by the mapping that was given")));
    // A part of it would take its first row for the header of the others.
    assert!(intake.known().is_none());
    // One row of it is read again by itself.
    let texts = execution_heatmap::reread::reread(Reader::expecting(own), b"", b"b,2026-02-12T05:30:00Z\n", true);
    assert!(texts.is_some());
}

#[test]
fn unstable_builds_of_jenkins_are_what_a_mapping_says() {
    let build =
        |number: u32, said: &str| format!(r#"{{"number":{number},"timestamp":1707712203000,"duration":5,{said}}}"#);
    check_map(
        r#"{"id":"number","workflow":"fullName","scheduled_at":"timestamp","start_from":"scheduled_at","duration":"duration","status":"result","statuses":{"UNSTABLE":"completed","NOT_BUILT":"skipped"},"otherwise":"running"}"#,
        &format!(
            r#"{{"fullName":"team/app","builds":[{},{}]}}"#,
            build(1, r#""result":"UNSTABLE","building":false"#),
            build(2, r#""result":null,"building":true"#)
        ),
        "{\"id\":\"1\",\"workflow_id\":\"team/app\",\"workflow\":\"team/app\",\"status\":\"completed\",\"started_at\":\"2024-02-12T04:30:03.000Z\",\"duration_ms\":5}\n{\"id\":\"2\",\"workflow_id\":\"team/app\",\"workflow\":\"team/app\",\"status\":\"running\",\"started_at\":\"2024-02-12T04:30:03.000Z\"}",
    );
}
