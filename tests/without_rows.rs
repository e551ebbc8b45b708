//! A table that counts rows as they come and keeps none: every view by start is that of kept rows, byte for byte,
//! whichever way rows come and however they are merged, and memory does not grow with them.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::json;
use execution_heatmap::notice::NOT_KEPT;
use execution_heatmap::options::Query;
use execution_heatmap::table::Table;
use execution_heatmap::zone::Zone;

/// Lines of rows of every status, with and without durations, long ones and retries among them, within twenty days.
fn lines(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    (0..count)
        .map(|_| {
            let status = ["completed", "completed", "failed", "timed_out", "cancelled", "running", "odd"][below(7) as usize];
            let start = 1_770_000_000_000 + below(20 * 86_400_000);
            let duration = match below(12) {
                0 => String::new(),
                // Of odd seeds, more than 32 bits hold.
                1 if seed % 2 == 1 => format!(",\"duration_ms\":{}", 4_294_967_290 + below(10)),
                _ => format!(",\"duration_ms\":{}", below(100_000)),
            };
            let attempt = if below(9) == 0 { ",\"attempt\":2" } else { "" };
            let (workflow, tag) = (below(4), below(2));
            format!("{{\"workflow_id\":\"w{workflow}\",\"status\":\"{status}\",\"started_at\":{start}{duration}{attempt},\"tags\":[\"t{tag}\"]}}\n")
        })
        .collect()
}

fn read(source: &str, table: Table) -> Intake {
    let mut intake = Intake::new(Form::Ndjson, false).onto(table, None);
    source.as_bytes().chunks(10_000).for_each(|piece| intake.extend(piece));
    intake.finish(None);
    intake
}

fn respond(intake: &Intake, pairs: &[(&str, &str)], zone: &Zone) -> String {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    match answer::answer(intake.table(), intake.reading(), &query, zone, Source::File, Patterns::Look) {
        // What a view says beside the others where rows are not kept.
        Ok(answer) => json::heatmap(&answer).replace(&format!("\"{NOT_KEPT}\","), ""),
        Err(error) => error.to_string(),
    }
}

const VIEWS: [&[(&str, &str)]; 7] = [
    &[],
    &[("metric", "volume"), ("workflow_id", "w1")],
    &[("metric", "duration"), ("status", "!failed")],
    &[("metric", "p95_duration"), ("tag", "t0")],
    &[("metric", "max_duration"), ("granularity", "daily")],
    &[("metric", "queue_wait")],
    &[("days", "3"), ("attempts", "last")],
];

#[test]
fn views_by_start_are_those_of_kept_rows() {
    let kathmandu = Zone::new("Asia/Kathmandu", &[(0, 20_700)]).unwrap();
    for seed in 0..2 {
        let source = lines(seed, 3000);
        let kept = read(&source, Table::default());
        let mut counted = vec![read(&source, Table::default().without_rows())];
        // Gathered of two parts, of which one kept its rows.
        let middle = source[..source.len() / 2].rfind('\n').unwrap() + 1;
        let (before, behind) = source.split_at(middle);
        for keeps in [false, true] {
            let mut whole = Intake::new(Form::Ndjson, false).onto(Table::default().without_rows(), None);
            for (part, is_kept) in [(before, false), (behind, keeps)] {
                let table = if is_kept { Table::default() } else { Table::default().without_rows() };
                let mut pieces = Vec::new();
                read(part, table).write_part(&mut |piece| pieces.push(piece.to_vec()));
                let mut pieces = pieces.into_iter();
                whole.absorb(&mut || pieces.next(), Range::default()).unwrap();
            }
            whole.finish(None);
            counted.push(whole);
        }
        for one in &counted {
            assert_eq!((one.table().rows(), one.table().counted()), (0, 3000));
            for zone in [&Zone::utc(), &kathmandu] {
                for pairs in VIEWS {
                    let (mine, theirs) = (respond(one, pairs, zone), respond(&kept, pairs, zone));
                    let rows = |text: &str| text.split_once("\"problems\"").map(|(before, _)| before.to_owned());
                    assert_eq!(rows(&mine), rows(&theirs), "seed {seed}: {pairs:?}");
                }
            }
        }
        assert_eq!(respond(&counted[0], &[], &Zone::utc()), respond(&kept, &[], &Zone::utc()));
    }
}

#[test]
fn memory_does_not_grow_with_rows_and_other_moments_are_not_known() {
    let source = lines(1, 3000);
    let one = read(&source, Table::default().without_rows());
    let times = |count: u64| {
        let mut many = Intake::new(Form::Ndjson, false).onto(Table::default().without_rows(), None);
        (0..count).for_each(|_| many.extend(source.as_bytes()));
        many.finish(None);
        assert_eq!(many.table().counted(), count * 3000);
        many.table().bytes()
    };
    let (some, more) = (times(30), times(120));
    assert!(more.abs_diff(some) < some / 100 && more < 90_000 * 16 / 2, "{some} bytes, then {more}");
    assert!(respond(&one, &[("by", "end")], &Zone::utc()).contains("rows were counted by their start and not kept"));
}

/// More rows than wait to be counted together, of which many share a bucket and many are alone.
#[test]
fn neither_the_order_of_rows_nor_who_read_them_changes_a_byte() {
    let start = |line: &str| line.split_once("started_at\":").unwrap().1[..13].parse::<u64>().unwrap();
    // With quiet nights, of which it is said how many run at a time, by the mean of what was counted together.
    let all = lines(0, 120_000);
    let is_told = |line: &&str| {
        let is_timed = line.contains("duration_ms")
            && ["completed", "failed", "timed_out"].iter().any(|status| line.contains(status));
        is_timed && (start(line) / 3_600_000 % 24 >= 6 || start(line) % 20 == 0)
    };
    let source: String = all.lines().filter(is_told).flat_map(|line| [line, "\n"]).collect();
    let views = |intake: &Intake| VIEWS.map(|pairs| respond(intake, pairs, &Zone::utc()));
    let said = views(&read(&source, Table::default().without_rows()));
    assert!(said[0].contains("running_at_a_time_inside"), "{}", said[0]);
    let mut sorted: Vec<&str> = source.lines().collect();
    sorted.sort_by_key(|line| start(line));
    let rising = sorted.join("\n");
    sorted.reverse();
    let falling = sorted.join("\n");
    for other in [&rising, &falling] {
        assert_eq!(views(&read(other, Table::default().without_rows())), said);
    }
    let mut gathered = Intake::new(Form::Ndjson, false).onto(Table::default().without_rows(), None);
    let (from, until) = (rising.len() / 3, source.len() / 2);
    let [from, until] = [(&rising, from), (&rising, until)].map(|(text, at)| text[..at].rfind('\n').unwrap() + 1);
    for part in [&rising[until..], &rising[..from], &rising[from..until]] {
        let mut intake = Intake::new(Form::Ndjson, false).onto(Table::default().without_rows(), None);
        intake.extend(part.as_bytes());
        intake.finish_stretch();
        let mut pieces = Vec::new();
        intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
        let mut pieces = pieces.into_iter();
        gathered.absorb(&mut || pieces.next(), Range::default()).unwrap();
    }
    gathered.finish(None);
    assert_eq!(gathered.table().counted(), sorted.len() as u64);
    assert_eq!(views(&gathered), said);
}

#[test]
fn where_memory_ends_that_is_said() {
    let limited = read(&lines(1, 50_000), Table::default().without_rows().limited_to(400_000));
    assert!(limited.is_full() && limited.table().bytes() <= 400_000);
    assert_eq!(limited.reading().read, limited.table().counted());
    assert!(limited.reading().incomplete.as_deref().unwrap().starts_with("memory did not suffice"));
}

#[test]
fn what_goes_on_behind_the_last_whole_day_has_not_stopped() {
    // Every workflow runs every half hour, more or less, from four in the morning of the first day on until noon of the last.
    let source: String = (0..8 * 7 * 144 + 72)
        .map(|place: u64| {
            let at_ms = 1_770_004_800_000 + place * 600_000 + place * 7919 % 500_000;
            format!("{{\"workflow_id\":\"w{}\",\"status\":\"completed\",\"started_at\":{at_ms}}}\n", place % 3)
        })
        .collect();
    for table in [Table::default(), Table::default().without_rows()] {
        let response = respond(&read(&source, table), &[("patterns", "all")], &Zone::utc());
        assert!(!response.contains("has not run since") && !response.contains("\"new\""), "{response}");
    }
}

/// Parts of rows that others counted find an end of memory also where rows of one's own are kept, and in many pieces.
#[test]
fn parts_that_were_counted_end_where_memory_does() {
    let part = read(&lines(1, 10_000), Table::default().without_rows());
    let mut stretch = Intake::new(Form::Ndjson, false).onto(Table::default().without_rows(), None);
    stretch.extend(lines(3, 10_000).as_bytes());
    stretch.finish_stretch();
    for table in [Table::default(), Table::default().without_rows()] {
        let mut whole = Intake::new(Form::Ndjson, false).onto(table.limited_to(1_000_000), None);
        for place in 0..200 {
            let mut pieces = Vec::new();
            if place % 2 == 0 { &part } else { &stretch }.write_part(&mut |piece| pieces.push(piece.to_vec()));
            let mut pieces = pieces.into_iter();
            whole.absorb(&mut || pieces.next(), Range::default()).unwrap();
            assert!(whole.table().bytes() <= 1_000_000, "{} bytes after {place}", whole.table().bytes());
        }
        whole.finish(None);
        let is_told = whole.reading().incomplete.is_some();
        assert!(whole.table().counted() == 2_000_000 || whole.is_full() && is_told, "{}", whole.table().counted());
    }
}
