#![allow(missing_docs)]
#[path = "../tests/support/histories.rs"]
mod histories;
use chrono::Datelike;
use execution_heatmap::pattern::Kind;
use histories::*;
fn main() {
    // local hours from 2013-01-07 on, 51 weeks
    let start = chrono::NaiveDate::from_ymd_opt(2013, 1, 7).unwrap();
    for carrier in ["", "UA", "B6", "EV", "DL"] {
        let (mut n, mut k) = (vec![0u64; 51 * WEEK], vec![0u64; 51 * WEEK]);
        let mut reader = csv::Reader::from_path("/tmp/fl/flights.csv").unwrap();
        for row in reader.records() {
            let row = row.unwrap();
            if !carrier.is_empty() && &row[9] != carrier { continue }
            let date = chrono::NaiveDate::from_ymd_opt(row[0].parse().unwrap(), row[1].parse().unwrap(), row[2].parse().unwrap()).unwrap();
            let hour = (date - start).num_days() * 24 + row[16].parse::<i64>().unwrap();
            let _ = date.day();
            if (0..n.len() as i64).contains(&hour) { n[hour as usize] += 1; k[hour as usize] += u64::from(row[5].parse::<f64>().map_or(true, |d| d > 30.0)); }
        }
        let say = |weeks: &mut dyn Iterator<Item = usize>| {
            let (mut a, mut b) = (vec![], vec![]);
            for w in weeks { a.extend(&n[w * WEEK..(w + 1) * WEEK]); b.extend(&k[w * WEEK..(w + 1) * WEEK]); }
            History { executions: a, failures: b }.report().findings.into_iter().map(|f| f.sentence).collect::<Vec<_>>()
        };
        println!("{carrier} all {:?}\n  odd {:?}\n  even {:?}", say(&mut (0..51)), say(&mut (0..51).step_by(2)), say(&mut (1..51).step_by(2)));
        let (mut f, mut v) = (0, 0);
        for i in 0..100 {
            let mut c = Chance::of(carrier, i);
            let (mut a, mut b) = (n.clone(), k.clone());
            for (x, y) in a.chunks_mut(WEEK).zip(b.chunks_mut(WEEK)) { let by = c.below(WEEK); x.rotate_left(by); y.rotate_left(by); }
            let r = History { executions: a, failures: b }.report();
            f += r.findings.iter().any(|f| f.kind == Kind::FailureWindow) as u32; v += r.findings.iter().any(|f| f.kind == Kind::VolumePeak) as u32;
        }
        println!("  weeks turned: failures {f} volume {v} of 100");
    }
}
