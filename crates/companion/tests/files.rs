//! Files as `analyze` and `import` read them: compressed ones, ones that stand for more than they should, several at
//! once; what is shown while it lasts, and how an interrupt ends it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use shell::{Files, GOOD, binary, gzip, recurring, run, zstd};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn compressed_files_are_read_as_what_they_hold() {
    let files = Files::new();
    let log = recurring();
    let (left, right) = log.as_bytes().split_at(log.len() / 3);
    let plain = run(&["analyze", &files.with("log", &log), "--format", "json"]);
    assert_eq!(plain.code, Some(0), "{}", plain.err);
    let check = |name: &str, content: Vec<u8>| {
        let ran = run(&["analyze", &files.with(name, content), "--format", "json"]);
        assert_eq!((ran.code, ran.err), (Some(0), plain.err.replace("log:", &format!("{name}:"))), "{name}");
        assert!(ran.out == plain.out, "{name}");
    };
    check("one member", gzip(log.as_bytes()));
    check("members", [gzip(left), gzip(b""), gzip(right), vec![0; 100]].concat());
    check("one frame", zstd(log.as_bytes()));
    check("frames", [zstd(left), zstd(b""), b"\x50\x2a\x4d\x18\x01\0\0\0x".to_vec(), zstd(right)].concat());
}

#[test]
fn several_files_are_the_same_answer_for_one_thread_and_many() {
    let files = Files::new();
    let log = recurring();
    let whole = files.with("whole.ndjson", &log);
    let mut parts = Vec::new();
    for (number, lines) in log.lines().collect::<Vec<_>>().chunks(5_000).enumerate() {
        let text = lines.join("\n");
        let content = if number % 2 == 0 { zstd(text.as_bytes()) } else { text.into_bytes() };
        parts.push(files.with(&format!("part {number}"), content));
    }
    let answer = |names: &[String], deduplicate: &str| {
        let mut args = vec!["analyze", "--format", "json", "--deduplicate", deduplicate];
        args.extend(names.iter().map(String::as_str));
        let ran = run(&args);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.out
    };
    assert!(answer(&parts, "off") == answer(std::slice::from_ref(&whole), "off"));
    assert!(answer(&parts, "on") == answer(&[whole], "on"));
}

#[test]
fn faults_of_compressed_files_are_told_with_their_byte() {
    let files = Files::new();
    let check = |content: &[u8], rows: usize, why: &str| {
        let ran = run(&["analyze", &files.with("log", content), "--strict", "--format", "json"]);
        if rows == 0 {
            assert_eq!((ran.code, &*ran.out), (Some(1), ""), "{}", ran.err);
            assert!(ran.err.contains(&format!("log is incomplete: the source broke off after 0 rows: {why}")));
            assert!(ran.err.ends_with("log: no rows; it is incomplete\n"), "{}", ran.err);
            return;
        }
        assert_eq!(ran.code, Some(3), "{}", ran.err);
        let heatmap: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(heatmap["rows"]["read"], rows);
        assert_eq!(heatmap["incomplete_reason"], format!("the source broke off after {rows} rows: {why}"));
    };
    let (member, frame) = (gzip(GOOD.as_bytes()), zstd(GOOD.as_bytes()));
    check(&member[..member.len() - 1], 3, &format!("the gzip data is cut off at byte {}", member.len() - 1));
    check(
        &[&member[..], b"PK"].concat(),
        3,
        &format!("the gzip data ends at byte {}, but something else follows", member.len()),
    );
    check(&[&frame[..], &frame[..20]].concat(), 3, &format!("the zstd data is cut off at byte {}", frame.len() + 20));
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0];
    check(
        &window,
        0,
        "the zstd data needs a window of 2 GiB, at most 8 MiB are allowed; compress it without --long and --ultra",
    );
}

#[test]
fn how_much_is_decompressed_can_be_limited() {
    let files = Files::new();
    let check = |content: Vec<u8>, most: &str, code: i32, words: &str| {
        let ran = run(&["analyze", &files.with("log", content), "--strict", "--most-decompressed", most]);
        assert_eq!(ran.code, Some(code), "{most}: {}", ran.err);
        assert!(ran.err.contains(words), "{most}: {}", ran.err);
    };
    let length = GOOD.len().to_string();
    for content in [gzip(GOOD.as_bytes()), zstd(GOOD.as_bytes())] {
        check(content.clone(), &length, 0, "3 rows read, 3 placed");
        check(content.clone(), &(GOOD.len() - 1).to_string(), 3, "decompressed it is larger than");
        check(content.clone(), "1K", 0, "3 rows read");
        check(content, "much", 2, "it takes a number of bytes such as 500M or 64G");
    }
    check(GOOD.as_bytes().to_vec(), "1", 0, "3 rows read");
}

#[test]
fn import_reads_the_same_files() {
    let files = Files::new();
    let database = files.path("runs.sqlite");
    let log = files.with("log", [zstd(GOOD.as_bytes()), zstd(GOOD.as_bytes())].concat());
    let ran = run(&["import", &log, "--workspace", "w", "--database", database.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("6 rows read, 3 stored"), "{}", ran.err);
}

/// Runs of 128 KiB of one letter: one line, far too long.
#[cfg(target_os = "linux")]
#[test]
fn little_that_stands_for_much_costs_no_memory() {
    const MOST_KIB: u64 = 64 * 1024;
    let files = Files::new();
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3];
    for block in 0..2048 {
        bomb.extend_from_slice(&[u8::from(block == 2047) | 2, 0, 0x10, b'x']);
    }
    let (ran, most) =
        shell::run_with_peak(&["analyze", &files.with("bomb", bomb), "--input", "ndjson", "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("1 row read, 0 placed, 1 unreadable"), "{}", ran.err);
    assert!((1..MOST_KIB).contains(&most), "{most} KiB");
}

#[cfg(target_os = "linux")]
#[test]
fn progress_is_shown_on_a_terminal_alone() {
    let files = Files::new();
    let good = files.with("good.ndjson", GOOD);
    let program = env!("CARGO_BIN_EXE_execution-heatmap");
    let slowly =
        format!("(cat {good}; sleep 0.7; cat {good}) | {program} analyze - --format json --output {good}.json");
    // `script` runs a command on a terminal of its own.
    let output = Command::new("script").args(["-qec", &slowly, "/dev/null"]).stdin(Stdio::null()).output();
    let shown = String::from_utf8(output.expect("this test needs `script`, of util-linux").stdout).unwrap();
    let line = format!("\r{} B, ", 2 * GOOD.len());
    assert!(shown.contains(&line) && shown.contains("B/s"), "{shown:?}");
    assert!(shown.contains("\r6 rows read, 6 placed\r\n"), "the line is gone where words follow: {shown:?}");
    let piped = Command::new("sh").args(["-c", &slowly]).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(piped.stderr).unwrap();
    assert!(said.starts_with("6 rows read, 6 placed\n") && !said.contains('\r'), "{said:?}");
}

/// Starts the analysis of rows that come without end, so many times `GOOD` every so many milliseconds, interrupts it once
/// it has had some, and says how it ended.
#[cfg(unix)]
fn interrupted(args: &[&str], times: usize, every_ms: u64) -> shell::Ran {
    interrupted_while_reading(args, GOOD.repeat(times), every_ms).0
}

/// The same of other rows; also says how long it took to end.
#[cfg(unix)]
fn interrupted_while_reading(args: &[&str], rows: String, every_ms: u64) -> (shell::Ran, Duration) {
    let mut child = binary()
        .args(["analyze", "--width", "80"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let (writes, begun) = std::sync::mpsc::channel();
    let endless = std::thread::spawn(move || {
        for round in 0.. {
            if input.write_all(rows.as_bytes()).is_err() {
                break;
            }
            if round == 100 {
                writes.send(()).unwrap();
            }
            std::thread::sleep(Duration::from_millis(every_ms));
        }
    });
    begun.recv().unwrap();
    let at = Instant::now();
    interrupt(child.id());
    let ran = shell::ran(child.wait_with_output().unwrap());
    let passed = at.elapsed();
    endless.join().unwrap();
    (ran, passed)
}

#[cfg(unix)]
fn interrupt(process: u32) {
    assert!(Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_interrupt_shows_what_was_read() {
    // As fast as it goes, and so slowly that a block would take minutes.
    for (times, every_ms, least) in [(1000, 0, 10_000), (1, 10, 250)] {
        let ran = interrupted(&["-"], times, every_ms);
        assert_eq!(ran.code, Some(130), "{}", ran.err);
        let read: u64 = ran.err.split(' ').next().unwrap().replace(',', "").parse().unwrap();
        assert!(read >= least, "{}", ran.err);
        let why = format!("the source broke off after {read} rows: reading was stopped");
        assert!(ran.err.contains(&format!("standard input is incomplete: {why}\n")), "{}", ran.err);
        assert!(ran.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(&why), "{}", ran.out);
        assert!(ran.out.contains("Feb 12 – Feb 14, 2026") && !ran.out.contains("unreadable"), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn of_parts_of_several_files_no_pattern_is_told() {
    let files = Files::new();
    let regular = files.with("regular.ndjson", recurring());
    assert!(run(&["analyze", &regular]).out.contains("\n 1 "), "there is a pattern");
    let ran = interrupted(&[&regular, "-"], 1000, 0);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    for words in ["\nSome rows are missing: ", "\nNo patterns are looked for in parts of several files.\n"] {
        assert!(ran.out.contains(words), "no {words:?} in {}", ran.out);
    }
    assert!(!ran.out.contains("No recurring pattern found") && !ran.out.contains("\n 1 "), "{}", ran.out);
    assert!(!ran.out.contains("unreadable"), "a row that was cut is none: {}", ran.out);
}

#[cfg(unix)]
#[test]
fn what_is_no_picture_for_someone_is_whole_or_not_there() {
    let files = Files::new();
    let file = files.with("picture", "old");
    for args in [&["-", "--format", "json"][..], &["-", "--format", "svg"], &["-", "--output", &file]] {
        let ran = interrupted(args, 1000, 0);
        assert_eq!((ran.code, &*ran.out, &*ran.err), (Some(130), "", ""), "{args:?}");
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), "old");
}

#[cfg(unix)]
#[test]
fn of_what_was_read_until_an_interrupt_no_pattern_is_waited_for() {
    // As many series as patterns are looked for in for seconds, in a build for tests.
    let rows: String = (0..200)
        .flat_map(|workflow| (1..29).map(move |day| (workflow, day)))
        .map(|(workflow, day)| {
            let (status, hour) = (if day % 7 == 0 { "failed" } else { "completed" }, workflow % 24);
            format!("{{\"workflow_id\":\"{workflow}\",\"status\":\"{status}\",\"started_at\":\"2026-02-{day:02}T{hour:02}:30:00Z\"}}\n")
        })
        .collect();
    let (ran, passed) = interrupted_while_reading(&["-"], rows, 0);
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(ran.out.contains("\nNo patterns are looked for after an interrupt.\n"), "{}", ran.out);
    assert!(!ran.out.contains("No recurring pattern found"), "{}", ran.out);
    // What is promised is a fifth of a second. A build for tests takes some of that to count the rows.
    assert!(passed < Duration::from_secs(1), "{passed:?}");
}

/// Within this an interrupt has to show, of several times the fastest: a machine with other work may delay each of them,
/// but a program that waits for something delays all.
#[cfg(unix)]
const SOON: Duration = Duration::from_millis(200);

#[cfg(unix)]
#[test]
fn an_interrupt_ends_reading_at_once() {
    let ends = (0..4).map(|_| {
        let mut command = binary();
        command.args(["analyze", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Held, since waiting for a child would end what it reads.
        let _input = child.stdin.take();
        // Time for the program to start.
        std::thread::sleep(Duration::from_millis(700));
        let at = Instant::now();
        interrupt(child.id());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        at.elapsed()
    });
    let passed = ends.min().unwrap();
    assert!(passed < SOON, "{passed:?}");
}

/// Rows of so many workflows that patterns are looked for in them for longer than what shows no line.
#[cfg(target_os = "linux")]
fn of_many_workflows() -> String {
    let monday_ms = 1_767_571_200_000i64; // 2026-01-05T00:00:00Z
    let mut rows = String::new();
    for hour in (0..12 * 7 * 24).step_by(6) {
        let at = execution_heatmap::time::Timestamp::from_ms(monday_ms + hour * 3_600_000).unwrap().to_text();
        for workflow in 0..600 {
            let status = if (hour + workflow) % 13 == 0 { "failed" } else { "completed" };
            rows.push_str(&format!(
                "{{\"workflow_id\":\"{workflow}\",\"status\":\"{status}\",\"started_at\":\"{at}\"}}\n"
            ));
        }
    }
    rows
}

#[cfg(target_os = "linux")]
#[test]
fn the_search_of_patterns_is_shown_on_a_terminal_and_ended_by_an_interrupt() {
    const LINE: &str = "looking for patterns...";
    let files = Files::new();
    let log = files.with("log.ndjson", of_many_workflows());
    let (program, id) = (env!("CARGO_BIN_EXE_execution-heatmap"), files.path("id").to_str().unwrap().to_owned());
    // The process that the shell is becomes the program.
    let look = format!("echo $$ > {id}; exec {program} analyze {log} --output {log}.txt");
    let start = || {
        let mut script = Command::new("script");
        script.args(["-qec", &look, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped());
        script.spawn().expect("this test needs `script`, of util-linux")
    };
    let whole = shell::ran(start().wait_with_output().unwrap());
    let cleared = format!("\r{LINE}\r{}\r201,600 rows read", " ".repeat(LINE.len()));
    assert!(whole.out.contains(&cleared), "{:?}", whole.out);
    let ends = (0..3).map(|_| {
        let mut child = start();
        let mut shown = Vec::new();
        let mut output = child.stdout.take().unwrap();
        while !String::from_utf8_lossy(&shown).contains(LINE) {
            let mut piece = [0; 256];
            let read = output.read(&mut piece).unwrap();
            assert!(read > 0, "it has ended already: {:?}", String::from_utf8_lossy(&shown));
            shown.extend_from_slice(&piece[..read]);
        }
        let at = Instant::now();
        interrupt(std::fs::read_to_string(&id).unwrap().trim().parse().unwrap());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let passed = at.elapsed();
        output.read_to_end(&mut shown).unwrap();
        assert!(String::from_utf8_lossy(&shown).ends_with(&format!("\r{}\r", " ".repeat(LINE.len()))));
        passed
    });
    let passed = ends.min().unwrap();
    assert!(passed < SOON, "{passed:?}");
    let piped = run(&["analyze", &log, "--output", &format!("{log}.txt")]);
    assert!(!piped.err.contains(LINE), "{}", piped.err);
}

#[test]
fn how_much_memory_rows_take_can_be_limited() {
    let files = Files::new();
    // Four blocks or more.
    let log = files.with("log.ndjson", GOOD.repeat(40_000));
    let check = |args: &[&str], code: i32, words: &str| {
        let ran = run(&[&["analyze", &log, "--format", "json", "--strict"][..], args].concat());
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    };
    check(&[], 0, "120,000 rows read, 120,000 placed");
    let full =
        "rows: they take more memory than --most-memory allows; --keep-rows off counts rows without keeping them\n";
    check(&["--most-memory", "1M"], 3, full);
    check(&["--most-memory", "1M", "--keep-rows", "off"], 0, "120,000 rows read, 120,000 placed");
    let counts = "rows: what is counted of them takes more memory than --most-memory allows\n";
    check(&["--most-memory", "1", "--keep-rows", "off"], 3, counts);
    check(&["--most-memory", "none"], 2, "it takes a number of bytes such as 500M or 64G");
    let both = run(&["analyze", &log, &log, "--most-memory", "1M"]);
    assert_eq!(both.code, Some(0), "{}", both.err);
    assert!(both.out.contains("\nNo patterns are looked for in parts of several files.\n"), "{}", both.out);
}
