//! `import`, `serve` and `demo` as a shell runs them: the same rows twice, kills, addresses, where settings come from.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;
mod support;

use shell::{Files, GOOD, SPOILT, binary, ran, recurring, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use support::Response;

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
fn a_file_that_grew_counts_its_rows_without_a_start_once() {
    let files = Files::new();
    let database = files.path("runs.sqlite");
    const NO_START: &str = "{\"status\":\"completed\"}\n";
    for content in [format!("{NO_START}{GOOD}"), format!("{NO_START}{GOOD}{}", GOOD.replace("\"id\":\"", "\"id\":\"1"))]
    {
        let grown = files.with("runs.ndjson", content);
        let ran = run(&["import", &grown, "--workspace", "w", "--database", database.to_str().unwrap()]);
        assert!(ran.err.contains("3 stored") && ran.err.contains("1 without a start"), "{}", ran.err);
    }
    let server = support::Server::start(&database);
    let heatmap = server.get("/api/v1/workspaces/w/executions/heatmap?from=2026-02-12&to=2026-02-14").json();
    assert_eq!((&heatmap["rows"]["read"], &heatmap["rows"]["no_start"]), (&7.into(), &1.into()));
}

#[test]
fn a_stream_is_whole_only_if_its_one_end_says_so_and_is_its_last_word() {
    let files = Files::new();
    let database = files.path("runs.sqlite");
    let check = |lines: &[&str], expected: Option<&str>| {
        let stream = files.with("stream.ndjson", format!("{}\n", lines.join("\n")));
        let ran = run(&["import", &stream, "--workspace", "w", "--database", database.to_str().unwrap()]);
        assert_eq!(ran.code, Some(if expected.is_some() { 1 } else { 0 }), "{lines:?}: {}", ran.err);
        assert!(ran.err.contains(expected.unwrap_or("")), "{lines:?}: {}", ran.err);
    };
    const ROW: &str = r#"{"status":"completed","started_at":"2026-02-12T04:30:00Z"}"#;
    const ERROR: &str = r#"{"$error":{"code":"database","message":"the disk is gone","rows":1}}"#;
    const WHOLE: &str = r#"{"$end":{"rows":1,"complete":true}}"#;
    const WHOLE_OF_TWO: &str = r#"{"$end":{"rows":2,"complete":true}}"#;
    check(&[ROW, WHOLE], None);
    check(&[ROW, WHOLE, r#"{"$alive":7}"#], None);
    check(&[ROW, ERROR], Some("it broke off: the disk is gone"));
    check(&[ROW, ERROR, WHOLE], Some("it broke off: the disk is gone"));
    check(&[ROW, WHOLE, ERROR], Some("it broke off: the disk is gone"));
    check(&[ROW, WHOLE, WHOLE], Some("it went on after it had said that it ended"));
    check(&[ROW, WHOLE_OF_TWO, ROW], Some("it went on after it had said that it ended"));
    check(&[ROW, WHOLE_OF_TWO, "no row"], Some("it went on after it had said that it ended"));
}

/// Imports files of these contents into one workspace, one after the other; what each says, and how many are there.
fn imported(contents: &[(&str, &str)], more: &[&str]) -> (Vec<(Option<i32>, String)>, String) {
    let files = Files::new();
    let database = files.path("runs.sqlite");
    let map = files.with("map.json", r#"{"started_at":"when","status":"how","id":"key"}"#);
    let more: Vec<&str> = more.iter().map(|arg| if *arg == "MAP" { &map[..] } else { arg }).collect();
    let folder = files.path("").to_str().unwrap().to_owned();
    let said = contents.iter().map(|(name, content)| {
        let file = files.with(name, content);
        let import = ["import", &file, "--workspace", "w", "--database", database.to_str().unwrap()];
        let ran = run(&[&import[..], &more].concat());
        (ran.code, ran.err.replace(&folder, ""))
    });
    let said = said.collect();
    let workspaces = if database.exists() {
        let workspaces = support::Server::start(&database).get("/api/v1/workspaces").json();
        let list = workspaces["workspaces"].as_array().unwrap().iter();
        list.map(|workspace| workspace["executions"].to_string()).collect::<Vec<_>>().join(",")
    } else {
        "no database".to_owned()
    };
    (said, workspaces)
}

#[test]
fn numbers_that_each_log_gives_anew_are_other_executions() {
    let check = |files: [&str; 2], more: &[&str], expected: &str| {
        let files = [("one", files[0]), ("other", files[1]), ("again", files[0])];
        let (said, executions) = imported(&files, more);
        assert!(said.iter().all(|(code, _)| *code == Some(0)), "{said:?}");
        assert!(said[2].1.contains("0 stored") && said[2].1.contains("there already"), "{}", said[2].1);
        assert_eq!(executions, expected, "{said:?}");
    };
    let job = |number: u32, at: u32| format!("{number} {at} 1 60 1 -1 -1 -1 -1 -1 1 1 1 1 1 1 -1 -1\n");
    let log = |begins: u32| format!("; UnixStartTime: {begins}\n{}{}", job(1, 0), job(2, 3600));
    check([&log(1_708_581_600), &log(1_718_581_600)], &[], "4");
    let build = |at: u64| format!("{{\"number\":1,\"result\":\"SUCCESS\",\"timestamp\":{at},\"duration\":5}}\n");
    check([&build(1_770_000_000_000), &build(1_770_000_060_000)], &["--preset", "jenkins"], "2");
    // Ids that hold everywhere are those of one execution, whenever it starts.
    let row = |at: u64| format!("{{\"id\":\"1\",\"status\":\"completed\",\"started_at\":{at}}}\n");
    check([&row(1_770_000_000_000), &row(1_770_000_060_000)], &[], "1");
}

#[test]
fn an_import_is_told_what_rows_are() {
    let check = |content: &str, more: &[&str], words: &str| {
        let (said, executions) = imported(&[("rows", content)], more);
        assert_eq!((said[0].0, &*executions), (Some(0), "1"), "{said:?}");
        assert!(said[0].1.contains(words), "{said:?}");
    };
    check("{\"key\":1,\"when\":1770000000,\"how\":\"OK\"}\n", &["--map", "MAP"], "1 row read, 1 stored");
    check("when;how;key\n2026-02-12 04:30:00;OK;1\n", &["--map", "MAP", "--input", "csv"], "1 row read, 1 stored");
    let run =
        "{\"id\":1,\"run_started_at\":\"2026-02-12T04:30:00Z\",\"conclusion\":\"failure\",\"status\":\"completed\"}\n";
    check(run, &["--preset", "github"], "1 row read, 1 stored");
}

#[test]
fn an_import_that_fails_leaves_no_workspace() {
    let check = |content: &str, more: &[&str], code: i32, words: &str, left: &str| {
        let (said, executions) = imported(&[("rows", content)], more);
        assert_eq!((said[0].0, &*executions), (Some(code), left), "{said:?}");
        assert!(said[0].1.contains(words), "{said:?}");
    };
    check("%PDF-1.7 and so on\n", &[], 1, "rows is not a log this can read", "");
    check("{\"what\":1}\n{\"what\":2}\n", &[], 1, "of 2 rows none can be stored; it takes rows with a start", "");
    check(GOOD, &["--preset", "slurm"], 1, "of 3 rows none can be stored; --preset slurm was given", "");
    check(GOOD, &["--preset", "nobody"], 2, "nobody", "no database");
    check(GOOD, &["--input", "cube"], 2, "counts cannot be imported", "no database");
    check(GOOD, &["/nonexistent/file"], 1, "/nonexistent/file: No such file", "no database");
    let counts = "hour,status,n\n2024-02-22T06:00:00Z,completed,1\n";
    check(counts, &[], 1, "rows: counts cannot be imported, since a database holds executions; `analyze` reads", "");
    // What could be stored stays.
    check(
        &format!("{GOOD}{{\"$error\":{{\"code\":\"x\",\"message\":\"gone\"}}}}\n"),
        &[],
        1,
        "it broke off: gone",
        "3",
    );
    // An empty file is no log of anything; a stream without rows says that it is whole.
    check("", &[], 1, "there are no rows; it takes rows with a start", "");
    check("id,status,started_at\n", &[], 1, "there are no rows", "");
    check("{\"$end\":{\"rows\":0,\"complete\":true}}\n", &[], 0, "0 rows read", "0");
    // Rows of which none has a start are those of a source whose start has another name; but what waits for its start has
    // one to come.
    check("{\"status\":\"pending\"}\n", &[], 1, "of 1 row none can be stored; it takes rows with a start", "");
    let gh = "[{\"databaseId\":5,\"workflowName\":\"CI\",\"conclusion\":\"success\",\"status\":\"completed\"}]";
    check(gh, &[], 1, "add startedAt to the fields of `gh run list --json`", "");
    check(gh, &[], 1, "of 1 row none can be stored; the fields are those of --preset github-cli; what the", "");
    let queued = "{\"databaseId\":5,\"createdAt\":\"2026-02-12T06:00:00Z\",\"conclusion\":\"\",\"status\":\"queued\"}";
    check(queued, &[], 0, "1 without a start", "0");
}

#[test]
fn an_import_says_what_analyze_says_of_the_rows() {
    let mut rows = String::new();
    for (status, start) in [("completed", "2026-02-12T04:30:00Z"), ("gone", "2026-02-12 05:30:00")] {
        rows += &format!("{{\"status\":\"{status}\",\"started_at\":\"{start}\",\"duration_ms\":-1}}\n");
    }
    rows += "{\"status\":\"completed\"}\nno row\n";
    let files = Files::new();
    let (file, database) = (files.with("rows", rows), files.path("runs.sqlite"));
    let analyzed = run(&["analyze", &file, "--ascii"]);
    let imported = run(&["import", &file, "--workspace", "w", "--database", database.to_str().unwrap()]);
    assert_eq!((analyzed.code, imported.code), (Some(0), Some(0)), "{} {}", analyzed.err, imported.err);
    // In a picture lines are broken and sentences begin in capitals.
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (analyzed, imported) = (plain(&(analyzed.err + &analyzed.out)), plain(&imported.err));
    for said in [
        "4 rows read",
        "1 without a start",
        "1 unreadable",
        "rows: taken for canonical rows in ndjson: has started_at and status",
        "rows, line 1: the duration is below zero; the row is counted without it",
        "rows, line 2: the status 'gone' is not known; the row is counted as other",
        "rows, line 3: the row has no start: started_at is absent, null or a zero time",
        "rows, line 4: ",
        "1 of 2 executions has a status that is not known, 'gone' (1); they count as volume and in no rate",
        "1 start names no zone and was read as utc",
    ] {
        assert!(analyzed.contains(said), "analyze: no '{said}' in {analyzed}");
        assert!(imported.contains(said), "import: no '{said}' in {imported}");
    }
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
fn imports_that_begin_together_wait_for_one_another() {
    let files = Files::new();
    for round in 0..12 {
        // One after the other makes the tables and changes the journal of a database that was not there.
        let database = files.path(&format!("runs-{round}.sqlite"));
        let children: Vec<_> = (0..6)
            .map(|number| {
                let own =
                    files.with(&format!("{number}.ndjson"), GOOD.replace("\"id\":\"", &format!("\"id\":\"{number}")));
                let args = ["import", &own, "--workspace", "w", "--database", database.to_str().unwrap()];
                binary().args(args).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for child in children {
            let ran = ran(child.wait_with_output().unwrap());
            assert_eq!(ran.code, Some(0), "round {round}: {}", ran.err);
        }
        let connection = rusqlite::Connection::open(&database).unwrap();
        let rows: i64 = connection.query_row("SELECT count(*) FROM executions", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 6 * 3, "round {round}");
    }
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
    check(&["serve", "--database", "/nonexistent/runs.sqlite", "--listen", "127.0.0.1:0"], 1, "unable to open");
    check(&["serve"], 2, "--database");
    check(&["serve", "--database", "x.sqlite", "--listen", "0.0.0.0:0"], 2, "loopback");
    check(&["serve", "--database", "x.sqlite", "--listen", "here"], 2, "--listen");
    check(&["demo", "--listen", "192.0.2.1:80"], 2, "loopback");
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
