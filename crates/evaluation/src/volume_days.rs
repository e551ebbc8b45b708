//! Days of the week that have more or fewer executions than the others: what histories say in which none has, and what is
//! found of planted ones.

use crate::daily::series_of;
use crate::histories::Chance;
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use crate::told;
use execution_heatmap::pattern::{Series, Whose};

use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::volume_days::{self, WEEKEND};
use execution_heatmap::pattern::volume_window::Moment;
use libm::exp;

const GROUP: &str = "Days of the week with more or fewer executions (K3, K5)";

/// How whole days come while none of the week stands out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coming {
    /// Each by itself, log-normal with that deviation.
    Independent(f64),
    /// Each keeps that much of the day before; deviation 0.4.
    Autoregressive(f64),
    /// Every week has a level of its own.
    WeeklyLevels,
    /// The level doubles or halves on three days.
    Steps,
    /// One day in fifteen has so many times the executions.
    Spikes(f64),
    /// One day in fifteen, and one Monday in eight, has a tenth of them.
    Holidays,
    /// One week in six has next to none.
    WeeksOff,
    /// Two outages of one to five days.
    Outages,
    /// Executions rise evenly to eight times as many.
    Rising,
}

impl Coming {
    /// All of them.
    pub const ALL: [Coming; 13] = [
        Coming::Independent(0.2),
        Coming::Independent(0.7),
        Coming::Autoregressive(0.3),
        Coming::Autoregressive(0.6),
        Coming::Autoregressive(0.9),
        Coming::WeeklyLevels,
        Coming::Steps,
        Coming::Spikes(3.5),
        Coming::Spikes(10.0),
        Coming::Holidays,
        Coming::WeeksOff,
        Coming::Outages,
        Coming::Rising,
    ];
}

/// The logarithms of levels, day by day.
fn levels(chance: &mut Chance, days: usize, coming: Coming) -> Vec<f64> {
    let mut levels: Vec<f64> = (0..days).map(|_| 0.2 * chance.normal()).collect();
    let weekly: Vec<f64> = (0..days.div_ceil(7)).map(|_| chance.normal()).collect();
    match coming {
        Coming::Independent(deviation) => levels.iter_mut().for_each(|level| *level *= deviation / 0.2),
        Coming::Autoregressive(kept) => {
            let mut before = 0.4 * chance.normal();
            for level in &mut levels {
                before = kept * before + (1.0 - kept * kept).sqrt() * 2.0 * *level;
                *level = before;
            }
        }
        Coming::WeeklyLevels => {
            levels.iter_mut().enumerate().for_each(|(day, level)| *level += 0.4 * weekly[day / 7]);
        }
        Coming::Steps => {
            for step in 0..3 {
                let at = chance.below(days);
                let by = if (step + chance.below(2)).is_multiple_of(2) { 0.7 } else { -0.7 };
                levels.iter_mut().skip(at).for_each(|level| *level += by);
            }
        }
        Coming::Spikes(times) => {
            let by = libm::log(times);
            levels.iter_mut().for_each(|level| *level += if chance.below(15) == 0 { by } else { 0.0 });
        }
        Coming::Holidays => {
            for (day, level) in levels.iter_mut().enumerate() {
                let is_off = chance.below(15) == 0 || day % 7 == 0 && chance.below(8) == 0;
                *level -= if is_off { 2.3 } else { 0.0 };
            }
        }
        Coming::WeeksOff => {
            let off: Vec<bool> = weekly.iter().map(|_| chance.below(6) == 0).collect();
            levels.iter_mut().enumerate().for_each(|(day, level)| *level -= if off[day / 7] { 5.0 } else { 0.0 });
        }
        Coming::Outages => {
            for _ in 0..2 {
                let (at, length) = (chance.below(days), 1 + chance.below(5));
                levels.iter_mut().skip(at).take(length).for_each(|level| *level -= 9.0);
            }
        }
        Coming::Rising => {
            let slope = libm::log(8.0) / days as f64;
            levels.iter_mut().enumerate().for_each(|(day, level)| *level = 2.0 * *level + slope * day as f64);
        }
    }
    levels
}

/// What days of the week are planted: which of them (0 = Monday), how many times the executions, in which share of weeks.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// The weekdays.
    pub days: &'static [usize],
    /// How many times the executions.
    pub times: f64,
    /// The share of weeks.
    pub weeks: f64,
}

/// Weekends with 70 % fewer.
pub const WEEKENDS: Days = Days { days: &[5, 6], times: 0.3, weeks: 1.0 };
/// Weekends with half as many, in nine of ten weeks.
const SOFT_WEEKENDS: Days = Days { days: &[5, 6], times: 0.5, weeks: 0.9 };
/// Mondays with half as many again.
pub const MONDAYS: Days = Days { days: &[0], times: 1.5, weeks: 1.0 };
/// Wednesdays with a third more.
const FAINT_WEDNESDAYS: Days = Days { days: &[2], times: 1.35, weeks: 1.0 };
/// Wednesdays with twice as many.
const WEDNESDAYS: Days = Days { days: &[2], times: 2.0, weeks: 1.0 };
/// Sundays with half, in nine of ten weeks.
const SUNDAYS: Days = Days { days: &[6], times: 0.5, weeks: 0.9 };

fn series(weeks: usize, a_day: f64, coming: Coming, planted: Option<Days>, number: usize) -> Series {
    let words = format!("evaluate days of volume {weeks} {a_day} {coming:?} {planted:?}");
    let mut chance = Chance::of(&words, number);
    let levels = levels(&mut chance, weeks * 7, coming);
    let active: Vec<bool> = (0..weeks).map(|_| planted.is_some_and(|days| chance.uniform() < days.weeks)).collect();
    let planted_on = |day: usize| planted.filter(|days| active[day / 7] && days.days.contains(&(day % 7)));
    let counts: Vec<u64> = levels
        .iter()
        .enumerate()
        .map(|(day, level)| chance.poisson(a_day * exp(*level) * planted_on(day).map_or(1.0, |days| days.times)))
        .collect();
    let of_hour = |day: usize, hour: usize| (counts[day] + 23 - hour as u64) / 24;
    let hour = |day: usize, hour: usize| {
        let executions = of_hour(day, hour);
        Hour { executions, finished: executions, ..Hour::default() }
    };
    series_of(weeks * 7, hour, Vec::new())
}

/// The same from a Wednesday to a Thursday: parts of two weeks beside two whole ones fewer.
fn cut(series: Series) -> Series {
    let mut days = series.days;
    days.truncate(days.len() - 3);
    days.drain(..2);
    Series::new(Whose::All, days, Vec::new(), Vec::new())
}

/// How often Wednesdays are told of so many whole weeks and parts of two in which Wednesdays have more.
pub fn told_of_parts(whole: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let series = series(whole + 2, 500.0, Coming::Independent(0.2), Some(WEDNESDAYS), number);
        let look = volume_days::look(&cut(series), Moment::Started);
        look.chance <= CLAIMED && look.claim.is_some_and(|claim| claim.facts.day == 2)
    })
}

/// A null row.
pub fn none(weeks: usize, a_day: f64, coming: Coming) -> Null {
    let chance =
        move |number: usize| volume_days::look(&series(weeks, a_day, coming, None, number), Moment::Started).chance;
    (format!("{weeks} weeks, {a_day} a day, {coming:?}"), Box::new(chance))
}

/// How often planted days are told as what they are.
pub fn found(weeks: usize, a_day: f64, coming: Coming, planted: Days, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let look = volume_days::look(&series(weeks, a_day, coming, Some(planted), number), Moment::Started);
        let Some(claim) = look.claim.filter(|_| look.chance <= CLAIMED) else { return false };
        let told: &[usize] = if claim.facts.day == WEEKEND { &[5, 6] } else { &[usize::from(claim.facts.day)] };
        told == planted.days && claim.facts.is_high == (planted.times > 1.0)
    })
}

/// What is told of the days of the week in a report on ten workflows over thirteen weeks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// It is said of all executions.
    pub of_all: bool,
    /// Of so many workflows, and not as what another sentence explains.
    pub of_workflows: usize,
    /// Of so many, what is said of all or of another one explains it.
    pub explained: usize,
    /// So many sentences about them are not true.
    pub wrong: usize,
}

/// Ten workflows, of which the first so many have weekends with a fifth of their executions. The first has a share of all
/// executions, the others share the rest evenly.
pub fn told(with_weekends: usize, share: f64, number: usize) -> Told {
    const WORKFLOWS: usize = 10;
    const WEEKS: usize = 13;
    let mut chance = Chance::of(&format!("evaluate shared weekends {with_weekends} {share}"), number);
    let mut rows = Rows::over(WEEKS * 7);
    let name = |workflow: usize| format!("workflow-{workflow:02}");
    let common = levels(&mut chance, WEEKS * 7, Coming::Autoregressive(0.6));
    for workflow in 0..WORKFLOWS {
        let own = levels(&mut chance, WEEKS * 7, Coming::Independent(0.2));
        let part = if workflow == 0 { share } else { (1.0 - share) / (WORKFLOWS - 1) as f64 };
        for hour in 0..WEEKS * 7 * 24 {
            let day = hour / 24;
            let is_quiet = workflow < with_weekends && day % 7 >= 5;
            let mean = 20.0 * part * exp(0.5 * common[day] + own[day]) * if is_quiet { 0.2 } else { 1.0 };
            let executions = chance.poisson(mean);
            rows.push_hour(&mut chance, (&name(workflow), hour), (executions, 0), |_| 60_000);
        }
    }
    let mut told = Told::default();
    for finding in rows.report().findings.iter().filter(|finding| told::is_of_whole_days(finding)) {
        let has_weekends = match &finding.whose {
            Whose::Workflow { id, .. } => (0..with_weekends).any(|workflow| *id == name(workflow)),
            _ => with_weekends > 0,
        };
        match &finding.whose {
            _ if !has_weekends || !told::is_of_quiet_weekends(finding) => told.wrong += 1,
            _ if finding.explained_by.is_some() => told.explained += 1,
            Whose::All => told.of_all = true,
            _ => told.of_workflows += 1,
        }
    }
    told
}

fn whole_reports(table: &mut Table, a_row: usize) {
    let a_row = a_row.div_ceil(10);
    // Whether all tell it, and how many workflows.
    let cases = [
        ("none of ten workflows has weekends", 0, 0.1, (false, 0)),
        ("all of ten do: told once, of all", 10, 0.1, (true, 0)),
        ("all do, one has six tenths: told once, of all", 10, 0.6, (true, 0)),
        ("one of a tenth does: told of it", 1, 0.1, (false, 1)),
        ("one of six tenths does: told once, of it", 1, 0.6, (false, 1)),
    ];
    for (name, with_weekends, share, right) in cases {
        let all = measure::each(a_row, |number| told(with_weekends, share, number));
        let hits = all.iter().filter(|told| (told.of_all, told.of_workflows) == right && told.wrong == 0).count();
        let wrong = all.iter().filter(|told| told.wrong > 0).count();
        let note = format!("{wrong} reports say what is not so");
        let measured = Measured::Share { hits, of: a_row };
        table.push(GROUP, &format!("whole reports, {name}"), measured, Target::AtLeast(0.95), &note);
    }
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let sizes = [(5, 500.0), (8, 20.0), (8, 500.0), (13, 6.0), (13, 500.0), (26, 500.0)];
    let rows = sizes.into_iter().flat_map(|(weeks, a_day)| Coming::ALL.map(|coming| none(weeks, a_day, coming)));
    measure::nulls(table, GROUP, "days of the week", rows.collect(), a_row, MOST_OF_A_ROW);
    let parts = [(7, Target::AtMost(0.0)), (8, Target::AtLeast(0.9)), (11, Target::AtLeast(0.95))];
    for (whole, target) in parts {
        let words = format!("Wednesdays × 2, told of {whole} whole weeks and parts of two");
        table.push(GROUP, &words, told_of_parts(whole, a_row), target, "");
    }
    whole_reports(table, a_row);
    let backgrounds = [
        Coming::Independent(0.2),
        Coming::Autoregressive(0.6),
        Coming::WeeklyLevels,
        Coming::Steps,
        Coming::Spikes(3.5),
        Coming::Holidays,
    ];
    let planted = [
        ("weekends × 0.3", WEEKENDS, [Some(0.95), Some(0.95), Some(0.98)]),
        ("weekends × 0.5, 9 of 10 weeks", SOFT_WEEKENDS, [None, None, None]),
        ("Sundays × 0.5, 9 of 10 weeks", SUNDAYS, [None, None, None]),
        ("Mondays × 1.5", MONDAYS, [None, None, None]),
        ("Wednesdays × 1.35", FAINT_WEDNESDAYS, [None, None, None]),
    ];
    for (name, days, targets) in planted {
        for (weeks, target) in [8, 13, 26].into_iter().zip(targets) {
            for coming in backgrounds {
                let asked = target.map_or(Target::None, Target::AtLeast);
                let measured = found(weeks, 500.0, coming, days, a_row.div_ceil(3));
                table.push(GROUP, &format!("{name}, {weeks} weeks, {coming:?}"), measured, asked, "");
            }
        }
    }
}
