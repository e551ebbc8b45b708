#![allow(missing_docs)]
use execution_heatmap::{
    bucket::Buckets,
    cube::Cube,
    execution::Status,
    pattern::{self, Evidence},
    time::Timestamp,
    window::{Window, WindowRequest},
    zone::Zone,
};
fn main() {
    let mut args = std::env::args().skip(1);
    let from = args.next().unwrap();
    let to = args.next().unwrap();
    let carrier = args.next();
    let zone = Zone::new(
        "America/New_York",
        &[(0, -5 * 3600), (1_362_898_800_000, -4 * 3600), (1_383_458_400_000, -5 * 3600)],
    )
    .unwrap();
    let request = WindowRequest::Dates { from: from.parse().unwrap(), to: to.parse().unwrap() };
    let window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
    let buckets = Buckets::new(&window, &zone);
    let mut cube = Cube::new(&buckets);
    let mut reader = csv::Reader::from_path("/tmp/fl/flights.csv").unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        if carrier.as_ref().is_some_and(|c| &row[9] != c) {
            continue;
        }
        let at = chrono::DateTime::parse_from_rfc3339(&row[18]).unwrap().timestamp_millis();
        let failed = row[5].parse::<f64>().map_or(true, |delay| delay > 30.0);
        if let Some(b) = buckets.of(at) {
            cube.count(b, if failed { Status::Failed } else { Status::Completed }, None);
        }
    }
    let t = std::time::Instant::now();
    let report =
        pattern::report(&Evidence { cube: &cube, buckets: &buckets, window: &window, zone: &zone, outcomes: true });
    println!("{:?}", t.elapsed());
    for f in &report.findings {
        println!(
            "{}\n  {:?} inside {:.4} outside {:.4} {}/{} count {} of {} expected {:.1} {}..{} p {:.2e} cells {}",
            f.sentence,
            f.window,
            f.inside,
            f.outside,
            f.held,
            f.units,
            f.count,
            f.of,
            f.expected,
            f.from,
            f.to,
            f.p_adjusted,
            f.cells.len()
        );
        println!(
            "  {:?}",
            f.weeks
                .iter()
                .map(|w| match w.1 {
                    Some(true) => '#',
                    Some(false) => '.',
                    None => '?',
                })
                .collect::<String>()
        );
    }
    println!("{:?}", report.notices);
}
