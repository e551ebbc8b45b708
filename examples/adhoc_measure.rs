#![allow(missing_docs)]
#[path = "../tests/support/histories.rs"]
mod histories;
use execution_heatmap::pattern::{Kind, WeekWindow};
use histories::*;
fn hours_of(window: &WeekWindow) -> [bool; WEEK] {
    let mut held = [false; WEEK];
    let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
    let length = if to > from { to - from } else { to + 24 - from };
    for day in &window.weekdays {
        (0..length).for_each(|hour| held[((usize::from(*day) - 1) * 24 + from + hour) % WEEK] = true);
    }
    held
}
fn main() {
    let what = std::env::args().nth(1).unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    match &*what {
        "recall" => {
            let plants = [
                ("Mon9-11 31", Plant { days: &[0], hours: (9, 11), rate: 0.31, weeks: 0.85 }),
                ("Mon9-11 15", Plant { days: &[0], hours: (9, 11), rate: 0.15, weeks: 0.85 }),
                ("daily2-3 20", Plant { days: &[0, 1, 2, 3, 4, 5, 6], hours: (2, 3), rate: 0.2, weeks: 0.9 }),
                ("wkdays14-17 10", Plant { days: &[0, 1, 2, 3, 4], hours: (14, 17), rate: 0.1, weeks: 1.0 }),
                ("Sat 15", Plant { days: &[5], hours: (0, 24), rate: 0.15, weeks: 0.9 }),
            ];
            for (w, ph) in [(8, 20.), (13, 5.), (13, 20.), (26, 20.)] {
                for kind in [Failures::Binomial, Failures::Autoregressive, Failures::Incidents, Failures::RetryStorm] {
                    print!("{w} wk {ph}/h {kind:?}: ");
                    for (name, plant) in &plants {
                        let mut hit = 0;
                        for i in 0..n {
                            let h = history(
                                &mut Chance::of(&format!("r {w} {ph} {kind:?} {name}"), i),
                                w,
                                ph,
                                Volume::Office,
                                kind,
                                Some(plant),
                            );
                            if let Some(f) = h.report().findings.iter().find(|f| f.kind == Kind::FailureWindow) {
                                let held = hours_of(&f.window);
                                let (mut a, mut b) = (0, 0);
                                for (x, held) in held.iter().enumerate() {
                                    a += (*held && plant.holds(x)) as u32;
                                    b += (*held || plant.holds(x)) as u32;
                                }
                                hit += (2 * a >= b) as usize;
                            }
                        }
                        print!(" {name}={}%", 100 * hit / n);
                    }
                    println!();
                }
            }
        }
        "edge" => {
            for (w, ph, vol) in [
                (8, 1., Volume::Office),
                (13, 1., Volume::Office),
                (13, 3., Volume::Office),
                (13, 200., Volume::Office),
                (52, 20., Volume::Office),
                (8, 5., Volume::Flat),
            ] {
                for kind in [
                    Failures::Binomial,
                    Failures::Autoregressive,
                    Failures::Incidents,
                    Failures::RetryStorm,
                    Failures::LouderInOfficeHours,
                ] {
                    let n = if ph > 100. {
                        n / 4
                    } else if w > 40 {
                        n / 3
                    } else {
                        n
                    };
                    let mut hit = 0;
                    for i in 0..n {
                        let h = history(
                            &mut Chance::of(&format!("e {w} {ph} {kind:?} {vol:?}"), i),
                            w,
                            ph,
                            vol,
                            kind,
                            None,
                        );
                        hit += h.report().findings.iter().any(|f| f.kind == Kind::FailureWindow) as usize;
                    }
                    println!("{w} wk {ph}/h {vol:?} {kind:?}: {hit} of {n}");
                }
            }
        }
        "sparse" => {
            // schedules: which hours run at all
            let schedules: [(&str, fn(usize) -> bool); 5] = [
                ("weekdays 9-17", |h| h / 24 < 5 && (9..17).contains(&(h % 24))),
                ("daily 2 AM", |h| h % 24 == 2),
                ("every 6 h", |h| h % 6 == 0),
                ("Mon 9, Thu 14", |h| h == 9 || h == 3 * 24 + 14),
                ("22-2", |h| h % 24 >= 22 || h % 24 < 2),
            ];
            for (name, runs) in schedules {
                for per in [3., 20.] {
                    for kind in [
                        Failures::Binomial,
                        Failures::Autoregressive,
                        Failures::Incidents,
                        Failures::RetryStorm,
                        Failures::LongOutage,
                    ] {
                        let (mut hit, mut vol) = (0, 0);
                        for i in 0..n {
                            let mut h = history(
                                &mut Chance::of(&format!("s {name} {per} {kind:?}"), i),
                                13,
                                per,
                                Volume::Flat,
                                kind,
                                None,
                            );
                            for x in 0..h.executions.len() {
                                if !runs(x % WEEK) {
                                    h.executions[x] = 0;
                                    h.failures[x] = 0;
                                }
                            }
                            let r = h.report();
                            hit += r.findings.iter().any(|f| f.kind == Kind::FailureWindow) as usize;
                            vol += r.findings.iter().any(|f| f.kind == Kind::VolumePeak) as usize;
                        }
                        println!("{name} {per}/h {kind:?}: failures {hit} volume {vol} of {n}");
                    }
                }
            }
        }
        "office" => {
            for kind in Failures::ALL {
                let mut hit = 0;
                for i in 0..n {
                    let mut h = history(&mut Chance::of(&format!("s2 {kind:?}"), i), 13, 20., Volume::Flat, kind, None);
                    for x in 0..h.executions.len() {
                        let h_ = x % WEEK;
                        if !(h_ / 24 < 5 && (9..17).contains(&(h_ % 24))) {
                            h.executions[x] = 0;
                            h.failures[x] = 0;
                        }
                    }
                    hit += h.report().findings.iter().any(|f| f.kind == Kind::FailureWindow) as usize;
                }
                println!("weekdays 9-17 only {kind:?}: {hit} of {n}");
            }
        }
        "time" => {
            for w in [13, 26, 52, 156] {
                let h = history(&mut Chance::of("t", w), w, 20., Volume::Office, Failures::Autoregressive, None);
                let v = h.view();
                let t = std::time::Instant::now();
                let k = 10;
                for _ in 0..k {
                    std::hint::black_box(v.report(true));
                }
                println!("{w} weeks: {:?} a report", t.elapsed() / k);
            }
        }
        _ => {}
    }
}
