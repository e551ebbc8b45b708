//! The binary as a shell runs it: exit codes, what goes to which stream, pipes that close, files that are cut.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::Response;

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execution-heatmap"));
    for name in
        ["NO_COLOR", "COLORTERM", "EXECUTION_HEATMAP_DATABASE", "EXECUTION_HEATMAP_LISTEN", "EXECUTION_HEATMAP_CONFIG"]
    {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("LC_CTYPE");
    command.stdin(Stdio::null());
    command
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn run(args: &[&str]) -> Ran {
    ran(binary().args(args).output().unwrap())
}

/// Files in a folder that is gone after the test.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }
}

const GOOD: &str = r#"{"id":"1","workflow_id":"7","workflow":"Sync CRM","status":"completed","started_at":"2026-02-12T04:30:00.000Z","duration_ms":3721,"tags":["eu"]}
{"id":"2","workflow_id":"7","status":"failed","started_at":"2026-02-13T05:30:00.000Z","error":"refused"}
{"id":"3","workflow_id":"8","status":"completed","started_at":"2026-02-14T06:30:00.000Z"}
"#;
const SPOILT: &str =
    "{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00.000Z\"}\nno row\n{\"status\":\"completed\"}\n";

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Weekly history in which evenings of Mondays fail: enough for a finding.
fn recurring() -> String {
    let monday_ms = 1_767_571_200_000i64; // 2026-01-05T00:00:00Z
    let mut rows = String::new();
    for hour in 0..(16 * 7 * 24) {
        let is_bad = hour / 24 % 7 == 0 && (18..22).contains(&(hour % 24));
        for run in 0..6 {
            let status = if is_bad && run < 5 { "failed" } else { "completed" };
            let at = execution_heatmap::time::Timestamp::from_ms(monday_ms + hour * 3_600_000 + run * 1000).unwrap();
            rows.push_str(&format!("{{\"status\":\"{status}\",\"started_at\":\"{}\"}}\n", at.to_text()));
        }
    }
    rows
}

#[test]
fn data_goes_to_standard_output_and_words_to_standard_error() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let json = run(&["analyze", &good, "--format", "json"]);
    assert_eq!(json.code, Some(0));
    let heatmap: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(heatmap["totals"]["executions"], 3);
    assert!(json.out.ends_with('}'), "the bytes are those of every surface");
    assert_eq!(json.err, "3 rows read, 3 placed\n");
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
    check(&["analyze", &good, "--input", "parquet"], 2, "auto, ndjson, csv");
    check(&["analyze", &good, "--from", "2026-02-12"], 2, "to:");
    check(&["fly"], 2, "fly");
    check(&[], 2, "Usage");
    check(&["analyze", &spoilt], 0, "line 2:");
    check(&["analyze", &spoilt, "--strict"], 3, "1 row is unreadable");
    check(&["analyze", &cut], 0, "incomplete:");
    check(&["analyze", &cut, "--strict"], 3, "the source is incomplete");
    check(&["analyze", &good, "--strict", "--fail-on-finding"], 0, "");
    check(&["analyze", &recurring, "--fail-on-finding"], 4, "pattern");
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
    assert_eq!(json(&[&one, &two]), json(&[&whole]));
    assert_eq!(json(&[&two, &one]), json(&[&whole]));
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
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), "3 rows read, 3 placed\n"));
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

#[cfg(unix)]
#[test]
fn colours_are_used_on_a_terminal_unless_no_color_is_set() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    // `script` runs a command on a terminal of its own.
    let on_terminal = |environment: &str| {
        let command = format!("{environment} {} analyze {good}", env!("CARGO_BIN_EXE_execution-heatmap"));
        let output = Command::new("script").args(["-qec", &command, "/dev/null"]).stdin(Stdio::null()).output();
        output.ok().filter(|output| output.status.success()).map(|output| String::from_utf8(output.stdout).unwrap())
    };
    let Some(coloured) = on_terminal("COLORTERM=truecolor") else {
        eprintln!("there is no `script` here; the terminal was not tried");
        return;
    };
    assert!(coloured.contains("\u{1b}[38;2;"));
    assert!(!on_terminal("COLORTERM=truecolor NO_COLOR=1").unwrap().contains('\u{1b}'));
    assert!(!on_terminal("TERM=dumb COLORTERM=").unwrap().contains('\u{1b}'));
    assert!(on_terminal("TERM=xterm-256color COLORTERM=").unwrap().contains("\u{1b}[38;5;"));
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
fn importing_twice_stores_once_and_says_so() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let csv = files.with("more.csv", "id,workflow_id,status,started_at,tags\n9,7,completed,2026-02-15T00:00:00Z,eu|prod\n1,7,completed,2026-02-12T04:30:00.000Z,\n");
    let spoilt = files.with("spoilt.ndjson", SPOILT);
    let database = files.path("runs.sqlite");
    let import = |files: &[&str]| {
        let mut args = vec!["import"];
        args.extend(files);
        args.extend(["--workspace", "sales", "--database", database.to_str().unwrap()]);
        run(&args)
    };
    let first = import(&[&good, &csv]);
    assert_eq!((first.code, first.out.as_str()), (Some(0), ""));
    assert!(first.err.contains("good.ndjson: 3 rows read, 3 stored\n"), "{}", first.err);
    assert!(first.err.contains("more.csv: 2 rows read, 1 stored, 1 there already\n"), "{}", first.err);
    let second = import(&[&good, &csv]);
    assert!(second.err.contains("good.ndjson: 3 rows read, 0 stored, 3 there already\n"), "{}", second.err);
    for _ in 0..2 {
        let third = import(&[&spoilt]);
        assert!(
            third.err.contains("3 rows read") && third.err.contains("1 without a start, 1 unreadable"),
            "{}",
            third.err
        );
        assert!(third.err.contains("spoilt.ndjson, line 2:"), "{}", third.err);
    }
    let server = support::Server::start(&database);
    let heatmap = server.get("/api/v1/workspaces/sales/executions/heatmap?from=2026-02-12&to=2026-02-13").json();
    let expected = serde_json::json!({"read": 6, "placed": 3, "no_start": 1, "outside_window": 2, "filtered": 0, "duplicate": 0, "unreadable": 0});
    assert_eq!(heatmap["rows"], expected);
}

#[test]
fn imports_at_the_same_time_all_end_well() {
    let files = Files::new();
    let good = files.with("good.ndjson", recurring());
    let database = files.path("runs.sqlite");
    let start = || {
        let args = ["import", &good, "--workspace", "w", "--database", database.to_str().unwrap()];
        binary().args(args).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in children {
        let ran = ran(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    let workspaces = support::Server::start(&database).get("/api/v1/workspaces").json();
    assert_eq!(workspaces["workspaces"][0]["executions"], 16 * 7 * 24 * 6);
}

#[test]
fn an_import_that_is_killed_goes_on_from_where_it_was() {
    let files = Files::new();
    // Rows without an id, each of them three times.
    let good = files.with("good.ndjson", recurring().repeat(3));
    let import = |database: &Path| {
        let args = ["import", &good, "--workspace", "w", "--database", database.to_str().unwrap()];
        binary().args(args).stderr(Stdio::piped()).spawn().unwrap()
    };
    let whole = files.path("whole.sqlite");
    assert!(import(&whole).wait().unwrap().success());
    let killed = files.path("killed.sqlite");
    for round in 1..=5 {
        let mut child = import(&killed);
        std::thread::sleep(std::time::Duration::from_millis(round * 137));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(import(&killed).wait().unwrap().success());
    let rows = |database: &Path| {
        let connection = rusqlite::Connection::open(database).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let all = "SELECT count(*), sum(started_ms % 1000003), sum(status) FROM executions";
        connection.query_row(all, [], |row| Ok::<[i64; 3], _>([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap()
    };
    assert_eq!(rows(&killed), rows(&whole));
    assert_eq!(rows(&whole)[0], 3 * 16 * 7 * 24 * 6);
}

#[test]
fn wrong_databases_are_named() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let check = |args: &[&str], code: i32, words: &str| {
        let ran = run(args);
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
    };
    check(&["import", &good, "--workspace", "w", "--database", "postgres://localhost/x"], 2, "'postgres'");
    check(&["import", &good, "--workspace", "w", "--database", &good], 1, "not a database");
    check(&["import", &good, "--workspace", "", "--database", "x.sqlite"], 2, "--workspace");
    check(&["import", "--workspace", "w", "--database", "x.sqlite"], 2, "FILE");
    check(&["serve", "--database", "/nonexistent/runs.sqlite"], 1, "unable to open");
    check(&["serve"], 2, "--database");
    check(&["serve", "--database", "x.sqlite", "--listen", "0.0.0.0:0"], 2, "loopback");
    check(&["serve", "--database", "x.sqlite", "--listen", "here"], 2, "--listen");
    check(&["demo", "--listen", "192.0.2.1:80"], 2, "loopback");
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

/// A server that was started by the binary; told to end when dropped.
struct Served {
    child: std::process::Child,
    line: String,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut err = String::new();
            child.stderr.as_mut().unwrap().read_to_string(&mut err).unwrap();
            panic!("it did not start: {err}");
        }
        Self { child, line: line.trim_end().to_owned() }
    }

    fn address(&self) -> &str {
        self.line.strip_prefix("http://").unwrap().split('/').next().unwrap()
    }

    fn get(&self, target: &str) -> Response {
        let mut socket = std::net::TcpStream::connect(self.address()).unwrap();
        write!(socket, "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address()).unwrap();
        Response::read(&mut socket)
    }

    #[cfg(unix)]
    fn end(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn database(files: &Files, name: &str, workspace: &str) -> String {
    let path = files.path(name).to_str().unwrap().to_owned();
    let good = files.with("good.ndjson", GOOD);
    assert_eq!(run(&["import", &good, "--workspace", workspace, "--database", &path]).code, Some(0));
    path
}

#[cfg(unix)]
#[test]
fn serving_prints_its_address_and_ends_well_when_told_to() {
    let files = Files::new();
    let database = database(&files, "runs.sqlite", "sales");
    let served =
        Served::start(binary().args(["serve", "--database", &format!("sqlite:{database}"), "--listen", "127.0.0.1:0"]));
    assert!(served.line.starts_with("http://127.0.0.1:") && !served.line.contains(":0/"), "{}", served.line);
    assert_eq!(served.get("/api/v1/workspaces").json()["workspaces"][0]["id"], "sales");
    let taken = run(&["serve", "--database", &database, "--listen", served.address()]);
    assert_eq!(taken.code, Some(1));
    assert!(taken.err.contains("is in use by another program"), "{}", taken.err);
    assert_eq!(served.end(), Some(0));
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let files = Files::new();
    let [flag, environment, file] =
        ["flag", "environment", "file"].map(|name| database(&files, &format!("{name}.sqlite"), name));
    let config = files.with("config", format!("database = \"sqlite:{file}\"\nlisten = \"127.0.0.1:0\"\n"));
    let workspace = |command: &mut Command| {
        let served = Served::start(command);
        served.get("/api/v1/workspaces").json()["workspaces"][0]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(workspace(binary().args(["serve", "--config", &config])), "file");
    let from_environment = ("EXECUTION_HEATMAP_DATABASE", &environment);
    assert_eq!(
        workspace(binary().args(["serve", "--config", &config]).env(from_environment.0, from_environment.1)),
        "environment"
    );
    let mut all = binary();
    all.args(["serve", "--database", &flag])
        .env(from_environment.0, from_environment.1)
        .env("EXECUTION_HEATMAP_CONFIG", &config);
    assert_eq!(workspace(&mut all), "flag");
}

#[cfg(unix)]
#[test]
fn the_demonstration_shows_ninety_days_of_flights_and_leaves_nothing_behind() {
    let files = Files::new();
    let temporary = files.path("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let served = Served::start(binary().args(["demo", "--listen", "127.0.0.1:0"]).env("TMPDIR", &temporary));
    let view = "/?workspace=demo&days=90&until=2013-05-06T04%3A00%3A00.000Z&time_zone=America%2FNew_York";
    assert!(served.line.ends_with(view), "{}", served.line);
    let query = view.split_once('&').unwrap().1;
    let heatmap = served.get(&format!("/api/v1/workspaces/demo/executions/heatmap?{query}")).json();
    assert_eq!((&heatmap["start_date"], &heatmap["end_date"]), (&"2013-02-04".into(), &"2013-05-05".into()));
    assert_eq!(heatmap["totals"]["executions"], 84_275);
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 1);
    assert_eq!(served.end(), Some(0));
    assert!(is_empty(&temporary), "the temporary database is gone");
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}
