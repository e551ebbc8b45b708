//! `analyze` and `completions` as a shell runs them: exit codes, what goes to which stream, pipes that close, files
//! that are cut.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use shell::{Files, GOOD, SPOILT, binary, gzip, ran, recurring, run};
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn data_goes_to_standard_output_and_words_to_standard_error() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let json = run(&["analyze", &good, "--format", "json"]);
    assert_eq!(json.code, Some(0));
    let heatmap: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(heatmap["totals"]["executions"], 3);
    assert!(json.out.ends_with('}'), "the bytes are those of every surface");
    assert!(json.err.starts_with("3 rows read, 3 placed\n"), "{}", json.err);
    let picture = run(&["analyze", &good]);
    assert!(
        picture
            .out
            .starts_with("good.ndjson  success rate, hourly  Feb 12 – Feb 14, 2026  UTC\n3 runs · 66.7% succeeded"),
        "{}",
        picture.out
    );
    let svg = run(&["analyze", &good, "--format", "svg"]);
    assert_eq!(svg.code, Some(0));
    assert!(svg.out.starts_with("<svg ") && svg.out.trim_end().ends_with("</svg>"), "{}", svg.out);
}

#[test]
fn output_goes_to_a_file_if_one_is_named() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let to = files.path("heatmap.json");
    let written = run(&["analyze", &good, "--format", "json", "--output", to.to_str().unwrap()]);
    assert_eq!((written.code, written.out.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(to).unwrap(), run(&["analyze", &good, "--format", "json"]).out);
    let nowhere = run(&["analyze", &good, "--output", "/nonexistent/folder/x"]);
    assert_eq!(nowhere.code, Some(1));
}

#[test]
fn every_end_has_its_exit_code() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let spoilt = files.with("spoilt.ndjson", SPOILT);
    let cut = files.with("cut.ndjson", format!("{GOOD}{{\"$alive\":1}}\n"));
    let recurring = files.with("recurring.ndjson", recurring());
    let picture = files.with("picture.pdf", "%PDF-1.7 and so on");
    let check = |args: &[&str], code: i32, words: &str| {
        let ran = run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?} says {}", ran.err);
    };
    check(&["analyze", &good], 0, "3 rows read");
    check(&["analyze", "/nonexistent/file"], 1, "/nonexistent/file: No such file");
    check(&["analyze", &picture], 1, "picture.pdf is not a log this can read. It starts with \"%PDF");
    check(&["analyze", &good, "--metric", "speed"], 2, "metric: 'speed' cannot be used; it takes success_rate");
    check(&["analyze", &good, "--days", "2000"], 2, "too long; it takes 1 to 1096");
    check(&["analyze", &good, "--time-zone", "Mars/Olympus"], 2, "'Mars/Olympus' is not a zone");
    check(&["analyze", "/nonexistent/file", "--time-zone", "Mars/Olympus"], 2, "is not a zone");
    check(&["analyze", &good, "--format", "png"], 2, "terminal, json, svg");
    check(&["analyze", &good, "--input", "xml"], 2, "auto, ndjson, json, csv");
    check(&["analyze", &good, "--from", "2026-02-12"], 2, "to: is missing; from takes it beside it, a date such as");
    check(&["analyze", &good, "--to", "2026-02-12"], 2, "from: is missing; to takes it beside it");
    check(&["fly"], 2, "fly");
    check(&[], 2, "Usage");
    check(&["analyze", &spoilt], 0, "line 2:");
    check(&["analyze", &spoilt, "--strict"], 3, "1 row is unreadable");
    check(&["analyze", &cut], 0, "incomplete:");
    check(&["analyze", &cut, "--strict"], 3, "the source is incomplete");
    check(&["analyze", &good, "--strict", "--fail-on-finding"], 0, "");
    check(&["analyze", &recurring, "--fail-on-finding"], 4, "pattern");
    check(&["analyze", &good, "--keep-rows", "off", "--deduplicate", "on"], 2, "does not go with --deduplicate on");
    check(&["analyze", &good, "--keep-rows", "off", "--by", "end"], 2, "--keep-rows off: it does not go with --by end");
    check(&["analyze", &good, "--keep-rows", "off", "--by", "scheduled"], 2, "does not go with --by scheduled");
    check(&["analyze", &good, "--keep-rows", "off", "--by", "start"], 0, "3 rows read");
    check(&["analyze", &good, "--width", "0"], 2, "0 is not in 10..");
    check(&["analyze", &good, "--width", "10"], 0, "3 rows read");
    check(&["--version"], 0, "");
    check(&["analyze", "--help"], 0, "");
}

#[test]
fn data_is_written_even_where_the_end_is_not_zero() {
    let files = Files::new();
    let strict = run(&["analyze", &files.with("spoilt.ndjson", SPOILT), "--strict", "--format", "json"]);
    let heatmap: serde_json::Value = serde_json::from_str(&strict.out).unwrap();
    assert_eq!(
        heatmap["rows"],
        serde_json::json!({"read": 3, "placed": 1, "no_start": 1, "outside_window": 0, "filtered": 0, "duplicate": 0, "unreadable": 1})
    );
}

#[test]
fn rows_that_are_not_kept_are_the_same_answer() {
    let files = Files::new();
    let file = files.with("recurring.ndjson", recurring());
    let json = |kept: &str| {
        run(&[
            "analyze",
            &file,
            "--keep-rows",
            kept,
            "--deduplicate",
            "off",
            "--metric",
            "p95_duration",
            "--format",
            "json",
        ])
    };
    let (kept, counted) = (json("on"), json("off"));
    assert_eq!((kept.code, counted.code), (Some(0), Some(0)));
    // What differs is told.
    let of_rows = format!("\"{}\",", execution_heatmap::notice::NOT_KEPT);
    let answer = counted.out.replace(&of_rows, "");
    assert!(kept.out.len() > 1000 && counted.out != answer && kept.out == answer, "{} against {}", kept.out, answer);
    // Nobody is sent to a flag that is refused then.
    let hints = |kept: &str| run(&["analyze", &file, "--keep-rows", kept]).out.contains("--deduplicate on");
    assert!(hints("on") && !hints("off"));
}

#[test]
fn several_files_are_one_answer_in_any_order() {
    let files = Files::new();
    let lines: Vec<&str> = GOOD.lines().collect();
    let one = files.with("one.ndjson", format!("{}\n", lines[0]));
    let two = files.with("two.ndjson.gz", gzip(format!("{}\n{}\n", lines[1], lines[2]).as_bytes()));
    let whole = files.with("whole.ndjson", GOOD);
    let json = |args: &[&str]| {
        let mut all = vec!["analyze", "--format", "json"];
        all.extend(args);
        run(&all).out
    };
    // Repeated rows are looked for where there are several files, and one file can be asked to do the same.
    assert_eq!(json(&[&one, &two]), json(&[&whole, "--deduplicate", "on"]));
    assert_eq!(json(&[&two, &one]), json(&[&whole, "--deduplicate", "on"]));
    assert_eq!(json(&[&one, &two, "--deduplicate", "off"]), json(&[&whole]));
}

#[test]
fn a_problem_is_told_with_its_file_and_a_file_without_rows_is_named() {
    let files = Files::new();
    let one = files.with("one.ndjson", SPOILT);
    let two = files.with("two.ndjson", format!("{GOOD}no row either\n"));
    let empty = files.with("empty.ndjson", "");
    let no_start = files.with("no_start.ndjson", "{\"status\":\"completed\"}\n");
    let database = files.path("runs.sqlite");
    let import = ["--workspace", "w", "--database", database.to_str().unwrap()];
    let words = |verb: &str, named: &[&str], more: &[&str]| {
        let ran = run(&[&[verb], named, more].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.err
    };
    for (verb, more) in [("analyze", &[][..]), ("import", &import[..])] {
        let said = words(verb, &[&one, &two, &empty, &no_start], more);
        for expected in [
            "one.ndjson, line 2: ",
            "one.ndjson, line 3: ",
            "two.ndjson, line 4: ",
            "empty.ndjson: no rows with a start\n",
            "no_start.ndjson, line 1: ",
            "no_start.ndjson: no rows with a start\n",
        ] {
            assert!(said.contains(expected), "{verb}: no '{expected}' in {said}");
        }
        assert_eq!(said.matches("no rows with a start").count(), 2, "{verb}: {said}");
    }
    let misspelt = files.with("misspelt.csv", "id,started_at,stauts\n7,2026-02-12T04:30:00Z,failed\n");
    for (verb, more) in [("analyze", &[][..]), ("import", &import[..])] {
        let said = words(verb, &[&one, &misspelt], more);
        for expected in [
            "misspelt.csv: taken for canonical rows in CSV: has started_at; 'stauts' is not read, 'status' would be\n",
            "misspelt.csv, line 2: the header has no column 'status', only 'id, started_at, stauts'\n",
            "misspelt.csv: none of its rows can be read\n",
        ] {
            assert!(said.contains(expected), "{verb}: no '{expected}' in {said}");
        }
        assert!(!said.contains("with a start"), "{verb}: {said}");
    }
    let cut = files.with("cut.ndjson", format!("{GOOD}{{\"$alive\":1}}\n"));
    assert!(words("analyze", &[&one, &cut], &[]).contains("cut.ndjson is incomplete: the source ended after 3 rows"));
    // Of rows that are all there already there is a start, and of repeated ones too.
    assert!(!words("import", &[&two], &import).contains("no rows"));
    assert!(!words("analyze", &[&two, &two], &[]).contains("no rows"));
}

#[test]
fn files_of_which_nothing_can_be_placed_fail_in_words_and_are_not_drawn() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let map = files.with("map.json", r#"{"started_at":"when","status":"how"}"#);
    let check = |content: &str, more: &[&str], expected: &str| {
        let file = files.with("file", content);
        for format in ["terminal", "json", "svg"] {
            let ran = run(&[&["analyze", &file, "--format", format][..], more].concat());
            assert_eq!((ran.code, &*ran.out), (Some(1), ""), "{content} {more:?}: {}", ran.err);
            assert!(ran.err.contains(expected), "{content} {more:?}: {}", ran.err);
        }
    };
    let takes = "it takes rows with a start and a status, under the names `started_at` and `status`, those of a system";
    check("", &[], &format!("file: no rows; {takes}"));
    check("\n \n", &[], "file: no rows");
    check("id,status,started_at\n", &[], "file: no rows");
    check("[]", &[], "file: no rows");
    check("{\"$end\":{\"rows\":0,\"complete\":true}}\n", &[], "file: no rows");
    check("{\"what\":[1,2]}\n", &[], &format!("file: of 1 row none can be placed; {takes}"));
    // Steps alone are no rows of the account, and it is said what they are.
    let step = r#"{"id":"j1","script_path":"f","job_kind":"script","started_at":"2024-02-12T04:30:03Z","success":true,"is_flow_step":true}"#;
    let alone = "none of 2 rows is an execution; steps, children and other parts of one count with it alone";
    check(&format!("{step}\n{step}\n"), &[], alone);
    // What is wrong with all rows but no lack of fields is told with its line.
    for spoilt in
        ["started_at,status\n1,failed,x\n", "started_at,status\nsoon,failed\n", "started_at,status\n1,f\u{e9}\n"]
    {
        let bytes: Vec<u8> = spoilt.chars().map(|character| character as u8).collect();
        let ran = run(&["analyze", &files.with("file", &bytes)]);
        assert!(ran.code == Some(1) && ran.err.contains("file, line 2: "), "{}", ran.err);
        assert!(ran.err.ends_with("file: of 1 row none can be placed; why is said above\n"), "{}", ran.err);
    }
    check("[{\"a\":1},{\"a\":2}]", &[], "line 1: the row has no status");
    check("{\"status\":\"pending\"}\n", &[], "file: of 1 row none can be placed");
    check("{\"status\":\"pending\"}\n", &["--strict"], "file: of 1 row none can be placed");
    let gh = "[{\"databaseId\":5,\"workflowName\":\"CI\",\"conclusion\":\"success\",\"status\":\"completed\"}]";
    check(
        gh,
        &[],
        "line 1: the row has no start: startedAt is absent, null or a zero time; add startedAt to the fields of",
    );
    check(gh, &[], "of 1 row none can be placed; the fields are those of --preset github-cli; what the first row");
    check(GOOD, &["--preset", "github"], "of 3 rows none can be placed; --preset github was given");
    check(GOOD, &["--map", &map], "the mapping that was given has to say which fields hold start and status");
    check(GOOD, &["--input", "swf"], "--input was given; without it, the first bytes tell the form");
    let both = run(&["analyze", &files.with("one", ""), &files.with("two", "\n")]);
    assert_eq!(both.code, Some(1));
    assert!(both.err.contains("2 files: no rows"), "{}", both.err);
    let piped = run(&["analyze", "-"]);
    assert!(piped.err.contains("execution-heatmap: standard input: no rows; it takes"), "{}", piped.err);
    // Beside a file that has rows one without them is a remark.
    assert_eq!(run(&["analyze", &good, &files.with("one", "")]).code, Some(0));
}

#[test]
fn rows_that_are_left_out_are_shown_as_the_time_in_which_they_lie() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    for more in [&["--status", "waiting"][..], &["--workflow", "nobody"], &["--by", "scheduled"]] {
        let ran = run(&[&["analyze", &good, "--format", "json"][..], more].concat());
        assert_eq!(ran.code, Some(0), "{more:?}: {}", ran.err);
        let heatmap: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let told = (&heatmap["start_date"], &heatmap["end_date"], &heatmap["totals"]["executions"]);
        assert_eq!(told, (&"2026-02-12".into(), &"2026-02-14".into(), &0.into()), "{more:?}");
    }
}

#[test]
fn a_workflow_that_is_not_there_is_told_with_those_that_are_near() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let check = |workflow: &str, expected: Option<&str>| {
        let ran = run(&["analyze", &good, "--workflow", workflow]);
        assert_eq!(
            (ran.code, ran.err.contains("no workflow has the id")),
            (Some(0), expected.is_some()),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(expected.unwrap_or_default()), "{}", ran.err);
    };
    check("7", None);
    check("!7", None);
    check("Sync CRM", Some("no workflow has the id 'Sync CRM'; it is the name of the one with the id '7'"));
    check("!Sync CRM", Some("no workflow has the id 'Sync CRM'; it is the name of the one with the id '7'"));
    check("sync", Some("near it are '7' (Sync CRM)"));
    check("nobody", Some("there are '7' (Sync CRM), '8'"));
    let of_tag = |tag: &str| run(&["analyze", &good, "--tag", tag]).err;
    assert!(of_tag("nope").contains("no row bears the tag 'nope'; "), "{}", of_tag("nope"));
    assert!(of_tag("!nope").contains("no row bears the tag 'nope'; "), "{}", of_tag("!nope"));
    // One of another time is there.
    let ran = run(&["analyze", &good, "--workflow", "7", "--from", "2026-02-14", "--to", "2026-02-14"]);
    assert!(!ran.err.contains("no workflow"), "{}", ran.err);
}

#[test]
fn a_source_that_is_no_log_is_told_what_it_looks_like() {
    let files = Files::new();
    let other = files.with("runs.csv", "when,what\nyesterday,nothing\n");
    let ran = run(&["analyze", &other]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("It looks like CSV"), "{}", ran.err);
}

#[test]
fn a_row_in_two_files_counts_once() {
    let files = Files::new();
    let (one, again) = (files.with("one.ndjson", GOOD), files.with("again.ndjson", GOOD));
    let rows = |more: &[&str]| {
        let mut all = vec!["analyze", &one, &again, "--format", "json"];
        all.extend(more);
        let ran = run(&all);
        (serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["rows"].clone(), ran.err)
    };
    let count = GOOD.lines().count();
    let (account, words) = rows(&[]);
    assert_eq!((account["read"].clone(), account["placed"].clone()), ((2 * count).into(), count.into()));
    assert_eq!(account["duplicate"], count);
    assert!(words.contains(&format!("{count} repeated")), "{words}");
    assert_eq!(rows(&["--deduplicate", "off"]).0["placed"], 2 * count);
}

#[test]
fn every_flag_of_the_view_reaches_the_engine() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let json = |args: &[&str]| -> serde_json::Value {
        let mut all = vec!["analyze", &good, "--format", "json"];
        all.extend(args);
        serde_json::from_str(&run(&all).out).unwrap()
    };
    let executions = |args: &[&str]| json(args)["totals"]["executions"].as_u64().unwrap();
    assert_eq!(executions(&["--workflow", "7"]), 2);
    assert_eq!(executions(&["--workflow", "!7"]), 1);
    assert_eq!(executions(&["--workflow", "7", "--workflow", "8"]), 3);
    assert_eq!(executions(&["--status", "failed"]), 1);
    assert_eq!(executions(&["--tag", "eu"]), 1);
    assert_eq!(executions(&["--from", "2026-02-12", "--to", "2026-02-13"]), 2);
    let day = json(&[
        "--days",
        "3",
        "--until",
        "2026-02-14T00:00:00Z",
        "--time-zone",
        "Asia/Kathmandu",
        "--granularity",
        "daily",
    ]);
    assert_eq!(
        (&day["days"], &day["time_zone"], &day["granularity"]),
        (&3.into(), &"Asia/Kathmandu".into(), &"daily".into())
    );
    let pinned = json(&["--metric", "volume", "--thresholds", "2,4,8"]);
    assert_eq!(pinned["scale"]["levels"][2]["range"], serde_json::json!([2, 4]));
    assert_eq!(json(&["--metric", "p95_duration"])["metric"], "p95_duration");
    assert!(json(&["--by", "end"])["notices"].to_string().contains("executions are placed by their end"));
    let last = json(&["--attempts", "last"])["notices"].to_string();
    assert!(!last.contains("repeated rows were not looked for"), "the last attempt is looked for: {last}");
}

#[test]
fn rows_come_from_standard_input_compressed_or_not() {
    for content in [GOOD.as_bytes().to_vec(), gzip(GOOD.as_bytes()), [gzip(GOOD.as_bytes()), gzip(b"\n")].concat()] {
        let mut child = binary()
            .args(["analyze", "-", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&content).unwrap();
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0));
        assert!(ran.err.starts_with("3 rows read, 3 placed\n"), "{}", ran.err);
    }
}

#[test]
fn a_compressed_file_that_is_cut_is_incomplete() {
    let files = Files::new();
    let mut rows = String::new();
    for number in 0..2000 {
        rows.push_str(&format!("{{\"id\":\"{number}\",\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"error\":\"{:x}\"}}\n", number * 7919));
    }
    let whole = gzip(rows.as_bytes());
    let cut = files.with("cut.ndjson.gz", &whole[..whole.len() / 2]);
    let ran = run(&["analyze", &cut, "--strict", "--format", "json"]);
    assert_eq!(ran.code, Some(3));
    let heatmap: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(heatmap["complete"], false);
    assert!(heatmap["totals"]["executions"].as_u64().unwrap() > 500);
    let database = files.path("cut.sqlite");
    let imported = run(&["import", &cut, "--workspace", "w", "--database", database.to_str().unwrap()]);
    assert_eq!(imported.code, Some(1));
    assert!(imported.err.contains("is incomplete"), "{}", imported.err);
    let zstd = files.with("runs.zst", [0x28, 0xb5, 0x2f, 0xfd, 0, 0]);
    assert!(run(&["analyze", &zstd]).err.contains("zstd"));
}

#[test]
fn colours_are_used_where_they_are_wanted() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let has_escapes = |args: &[&str], environment: &[(&str, &str)]| {
        let mut command = binary();
        command.args(["analyze", &good]).args(args).envs(environment.iter().copied());
        ran(command.output().unwrap()).out.contains('\u{1b}')
    };
    assert!(!has_escapes(&[], &[("COLORTERM", "truecolor")]), "not on a pipe");
    assert!(has_escapes(&["--color", "always"], &[]));
    assert!(has_escapes(&["--color", "always"], &[("NO_COLOR", "1")]), "a flag comes before the environment");
    assert!(!has_escapes(&["--color", "never"], &[("COLORTERM", "truecolor")]));
    let true_colours =
        ran(binary().args(["analyze", &good, "--color", "always"]).env("COLORTERM", "truecolor").output().unwrap());
    assert!(true_colours.out.contains("\u{1b}[38;2;"));
    let plain = ran(binary().args(["analyze", &good]).env("LC_ALL", "C").output().unwrap());
    assert!(plain.out.is_ascii(), "a locale that is not UTF-8 gets ASCII");
}

#[cfg(target_os = "linux")]
#[test]
fn colours_are_used_on_a_terminal_unless_no_color_is_set() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    // `script` runs a command on a terminal of its own.
    let on_terminal = |environment: &str| {
        let command = format!("{environment} {} analyze {good}", env!("CARGO_BIN_EXE_execution-heatmap"));
        let output = Command::new("script").args(["-qec", &command, "/dev/null"]).stdin(Stdio::null()).output();
        let output = output.expect("this test needs `script`, of util-linux");
        assert!(output.status.success(), "{environment}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(on_terminal("COLORTERM=truecolor").contains("\u{1b}[38;2;"));
    assert!(!on_terminal("COLORTERM=truecolor NO_COLOR=1").contains('\u{1b}'));
    assert!(!on_terminal("TERM=dumb COLORTERM=").contains('\u{1b}'));
    assert!(on_terminal("TERM=xterm-256color COLORTERM=").contains("\u{1b}[38;5;"));
}

#[test]
fn a_pipe_that_closes_is_no_failure() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    for format in ["json", "terminal"] {
        let mut child = binary()
            .args([
                "analyze",
                &good,
                "--format",
                format,
                "--from",
                "2024-01-01",
                "--to",
                "2026-02-20",
                "--granularity",
                "hourly",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn text_from_rows_cannot_steer_the_terminal() {
    let files = Files::new();
    let nasty = "{\"status\":\"\\u001b]0;owned\\u0007\\u009b31m\\u202e\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n\u{1b}[2Jno row\n";
    let ran = run(&["analyze", &files.with("n\u{1b}[31m.ndjson", nasty)]);
    for text in [&ran.out, &ran.err] {
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn a_mapping_is_told_with_the_flag_that_gives_it() {
    let files = Files::new();
    let check = |content: &str, expected: &str| {
        let ran = run(&["analyze", &files.with("rows", content), "--width", "400"]);
        assert!((ran.out.clone() + &ran.err).contains(expected), "{} {}", ran.out, ran.err);
    };
    check("id,name\n1,x\n", "a mapping (--map) can say what its columns mean");
    let odd = "{\"status\":\"a mapping\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n";
    check(odd, "'a mapping' (1); they count as volume and in no rate, unless a mapping (--map) says what they mean");
    let import = run(&["import", "--help"]);
    assert!(import.out.contains("--input") && import.out.contains("parquet"), "{}", import.out);
    assert!(!import.out.contains("cube") && run(&["analyze", "--help"]).out.contains("cube"), "{}", import.out);
}

#[test]
fn completions_are_for_the_shell_that_is_named() {
    for (shell, words) in
        [("bash", "complete"), ("zsh", "#compdef execution-heatmap"), ("fish", "complete -c execution-heatmap")]
    {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains(words), "{shell}");
    }
    assert_eq!(run(&["completions", "cmd"]).code, Some(2));
}
