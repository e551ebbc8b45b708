//! How fast rows are read: nanoseconds a row and GB/s of NDJSON and CSV, in pieces of 1 MiB through an intake, in rounds
//! that take turns with serde_json (owned structs and a hash map) and with copying and looking for line feeds.
//!
//! `cargo run --release --example reading_speed [ROWS] [ROUNDS] [NAME]`, where NAME is a part of the names of the readings
//! that are wanted. Processor time; the least of all rounds counts. On a machine that does other work only the ratios mean
//! something.

use execution_heatmap::ingest::{Form, Reader};
use execution_heatmap::intake::Intake;
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Instant;

const PIECE: usize = 1 << 20;

/// The name of a reading, its source, and what reads it into a number that cannot be left out.
type Task<'a> = (&'a str, &'a str, fn(&str) -> u64);

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let (rows, rounds) = (arguments.next().unwrap_or(100_000), arguments.next().unwrap_or(7));
    let sources = Sources::new(rows);
    let tasks: [Task; 11] = [
        ("copy and line feeds", &sources.ndjson, copy_and_scan),
        ("NDJSON", &sources.ndjson, |source| intake(source, Form::Ndjson)),
        ("NDJSON, events alone", &sources.ndjson, events),
        ("NDJSON, no short ways", &sources.ndjson, long_way),
        ("NDJSON of three shapes", &sources.mixed, |source| intake(source, Form::Ndjson)),
        ("NDJSON of its kind no two lines", &sources.chaos, |source| intake(source, Form::Ndjson)),
        ("the same, no short ways", &sources.chaos, long_way),
        ("NDJSON, serde_json owned", &sources.ndjson, serde_owned),
        ("CSV", &sources.csv, |source| intake(source, Form::Csv)),
        ("CSV, copy and line feeds", &sources.csv, copy_and_scan),
        ("CSV, csv crate", &sources.csv, csv_crate),
    ];
    let mut least = [f64::INFINITY; 11];
    let mut all = vec![Vec::new(); 11];
    let wanted = std::env::args().nth(3).unwrap_or_default();
    for _ in 0..rounds {
        for ((place, (_, source, task)), all) in tasks.iter().enumerate().zip(&mut all) {
            if !tasks[place].0.contains(&wanted) {
                continue;
            }
            let start = processor_seconds();
            std::hint::black_box(task(source));
            let seconds = processor_seconds() - start;
            least[place] = least[place].min(seconds);
            all.push(seconds);
        }
    }
    for (((name, source, _), seconds), all) in tasks.iter().zip(least).zip(&mut all) {
        if all.is_empty() {
            continue;
        }
        all.sort_by(f64::total_cmp);
        let lines = source.bytes().filter(|byte| *byte == b'\n').count() as f64;
        println!(
            "{name:32} {:7.1} ns a row, median {:7.1}, {:6.3} GB/s",
            seconds * 1e9 / lines,
            all[all.len() / 2] * 1e9 / lines,
            source.len() as f64 / seconds / 1e9
        );
    }
    println!("NDJSON is {:.2} times serde_json owned and {:.2} of the scan", least[7] / least[1], least[0] / least[1]);
    println!("CSV is {:.2} times the csv crate", least[10] / least[8]);
}

/// Seconds that this thread has had the processor for, where the system says so, else those of the clock.
fn processor_seconds() -> f64 {
    static BEGINNING: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next().and_then(|number| number.parse::<f64>().ok()));
    nanoseconds.map_or_else(|| BEGINNING.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn intake(source: &str, form: Form) -> u64 {
    let mut intake = Intake::new(form, false);
    for piece in source.as_bytes().chunks(PIECE) {
        intake.buffer(piece.len()).copy_from_slice(piece);
        intake.filled(piece.len());
    }
    intake.finish(None);
    assert_eq!(intake.reading().unreadable, 0);
    intake.table().rows()
}

fn events(source: &str) -> u64 {
    count(source, Reader::new(Form::Ndjson))
}

fn long_way(source: &str) -> u64 {
    count(source, Reader::new(Form::Ndjson).without_shortcuts())
}

fn count(source: &str, mut reader: Reader) -> u64 {
    let mut events = 0;
    for piece in source.as_bytes().chunks(PIECE) {
        reader.extend(piece);
        while let Some(event) = reader.next() {
            std::hint::black_box(&event);
            events += 1;
        }
    }
    events
}

fn copy_and_scan(source: &str) -> u64 {
    let mut buffer = vec![0; PIECE];
    let mut feeds = 0;
    for piece in source.as_bytes().chunks(PIECE) {
        buffer[..piece.len()].copy_from_slice(piece);
        for block in buffer[..piece.len()].chunks(128) {
            feeds += u64::from(block.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>());
        }
    }
    feeds
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "a program that reads rows keeps what it may need")]
struct Row {
    id: String,
    status: String,
    mode: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    created_at: Option<String>,
    duration_ms: Option<f64>,
    tags: Option<Vec<String>>,
    attempt: Option<u32>,
    workflow: Option<Workflow>,
    error: Option<Error>,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "as above")]
struct Workflow {
    id: String,
    name: String,
}

#[derive(serde::Deserialize)]
#[expect(dead_code, reason = "as above")]
struct Error {
    code: String,
    message: String,
}

fn serde_owned(source: &str) -> u64 {
    let mut cells: HashMap<(String, String), (u64, f64)> = HashMap::new();
    for line in source.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        let Some(start) = row.started_at else { continue };
        let key = (row.workflow.map_or(String::new(), |workflow| workflow.id), start[..13].to_owned());
        let cell = cells.entry(key).or_default();
        cell.0 += u64::from(row.status == "failed");
        cell.1 += row.duration_ms.unwrap_or(0.0);
    }
    cells.len() as u64
}

fn csv_crate(source: &str) -> u64 {
    let mut reader = csv::ByteRecord::new();
    let mut records = csv::ReaderBuilder::new().from_reader(source.as_bytes());
    let mut bytes = 0;
    while records.read_byte_record(&mut reader).unwrap() {
        bytes += reader.len() as u64;
    }
    bytes
}

/// Rows of fifty workflows over ninety days.
struct Sources {
    ndjson: String,
    /// Lines of three shapes that take turns at random.
    mixed: String,
    /// Lines whose keys come in any order.
    chaos: String,
    csv: String,
}

impl Sources {
    fn new(rows: u64) -> Sources {
        let mut sources = Sources {
            ndjson: String::new(),
            mixed: String::new(),
            chaos: String::new(),
            csv: "id,workflow_id,workflow,status,started_at,finished_at,duration_ms,tags,attempt,mode,host,error\n"
                .into(),
        };
        let mut random = Random(7);
        for row in 0..rows {
            sources.add(row, &mut random);
        }
        sources
    }

    fn add(&mut self, row: u64, random: &mut Random) {
        const NAMES: [&str; 10] = [
            "Sync CRM contacts",
            "Nightly billing export",
            "Prüfung der Rechnungen",
            "Order → warehouse",
            "Slack digest",
            "Backup of “everything”",
            "Lead scoring",
            "日次レポート",
            "Invoice reminder",
            "Cache warm-up",
        ];
        const TAGS: [&str; 6] = [
            r#"["schedule","eu"]"#,
            r#"["schedule"]"#,
            r#"["webhook","prod","eu"]"#,
            "[]",
            r#"["manual"]"#,
            r#"["webhook"]"#,
        ];
        const ERRORS: [&str; 3] = ["connection refused", "timeout after 30 s", "said \\\"no\\\" to row"];
        let workflow = random.below(50) * random.below(50) / 50;
        let name = NAMES[workflow as usize % 10];
        let tags = TAGS[random.below(6) as usize];
        let minutes = random.below(90 * 24 * 60);
        let (day, hour, minute) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let (month, day) = (1 + day / 30, 1 + day % 28);
        let (second, ms) = (random.below(60), random.below(1000));
        let time = |second: u64| format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z");
        let status = ["completed", "completed", "completed", "completed", "failed", "timed_out", "pending"]
            [random.below(7) as usize];
        let start = if random.below(50) == 0 { "null".to_owned() } else { format!("\"{}\"", time(second)) };
        let duration =
            if random.below(20) == 0 { "null".to_owned() } else { (100 + random.below(100_000)).to_string() };
        let error = if status == "failed" {
            format!(r#"{{"code":"E{}","message":"{}"}}"#, random.below(40), ERRORS[random.below(3) as usize])
        } else {
            "null".to_owned()
        };
        let id = format!("{:08x}-{:04x}-4{:03x}", random.next() as u32, row % 65536, random.below(4096));
        let members = [
            format!(r#""id":"{id}""#),
            format!(r#""workflow":{{"id":"wf-{workflow:03}","name":"{name} {workflow}"}}"#),
            format!(r#""status":"{status}""#),
            format!(r#""mode":"{}""#, ["trigger", "webhook", "manual"][random.below(3) as usize]),
            format!(r#""created_at":"{}""#, time(second / 2)),
            format!(r#""started_at":{start}"#),
            format!(r#""finished_at":"{}""#, time(59)),
            format!(r#""duration_ms":{duration}"#),
            format!(r#""tags":{tags}"#),
            format!(r#""attempt":{}"#, 1 + random.below(12) / 11),
            format!(r#""worker":"worker-{}""#, random.below(12)),
            format!(r#""retried":{}"#, random.below(2) == 0),
            format!(r#""error":{error}"#),
        ];
        writeln!(self.ndjson, "{{{}}}", members.join(",")).unwrap();
        let mut order: Vec<usize> = (0..13).collect();
        match random.below(3) {
            0 => order.rotate_left(4),
            1 => order.truncate(12),
            _ => {}
        }
        let chosen: Vec<_> = order.iter().map(|place| members[*place].as_str()).collect();
        writeln!(self.mixed, "{{{}}}", chosen.join(",")).unwrap();
        (1..13).rev().for_each(|place| order.resize(13.max(place), 0));
        let mut order: Vec<usize> = (0..13).collect();
        (1..13).rev().for_each(|place| order.swap(place, random.below(place as u64 + 1) as usize));
        let chosen: Vec<_> = order.iter().map(|place| members[*place].as_str()).collect();
        writeln!(self.chaos, "{{{}}}", chosen.join(",")).unwrap();

        let tags = tags.replace(['[', ']', '"'], "").replace(',', "|");
        let (start, duration) = (start.replace("null", "").replace('"', ""), duration.replace("null", ""));
        let error = if status == "failed" { "\"refused, again\"" } else { "" };
        writeln!(
            self.csv,
            "{id},wf-{workflow:03},{name} {workflow},{status},{start},{},{duration},{tags},1,trigger,worker-{},{error}",
            time(59),
            random.below(12)
        )
        .unwrap();
    }
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
