//! What the tests look at: the executions of a view by local hour, in whole days and in weeks. Counts only; it
//! judges nothing.

use super::Evidence;
use super::quiet::Running;
use super::runs::{end_ms, last_end, slow_from};
use super::schedule::hour_of;
use super::series::{Series, Whose};
use super::settled::Settled;
use super::silence::Reach;
use crate::bucket::Buckets;
use crate::cube::Cube;
use crate::execution::Status;
use crate::histogram::{Bins, Histogram};
use crate::options::Moment;
use crate::table::{RunCount, WorkflowRuns};
use crate::time::Timestamp;
use crate::zone::HOUR_MS;
use chrono::{Datelike, Days, NaiveDate};

/// Hours of a week, Monday 0 h first.
pub const RING: usize = 168;

/// What happened in one local hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Executions of every status.
    pub executions: u64,
    /// Completed, failed and timed out.
    pub decided: u64,
    /// Failed and timed out.
    pub failures: u64,
    /// Of these, timed out.
    pub timed_out: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// Executions that started in the hour and have ended, whether or not it is known when.
    pub ended: u64,
    /// Executions that ended in the hour, whenever they started; 0 in every hour where ends are not known.
    pub finished: u64,
    /// Decided executions that have a duration,
    pub timed: u64,
    /// and those of them that took longer than nine in ten of their own workflow.
    pub slow: u64,
    /// Hours that a clock change adds: 1 to one that it doubles, −1 to one that it skips.
    pub added: i8,
}

impl Hour {
    /// How many hours it lasts: 1, but where a clock changes.
    pub fn lasts(&self) -> u64 {
        u64::from(self.added.saturating_add(1).unsigned_abs())
    }

    /// What is left of the executions without others that are among them. Ends are not told.
    pub fn without(&self, others: &Hour) -> Hour {
        Hour {
            executions: self.executions.saturating_sub(others.executions),
            decided: self.decided.saturating_sub(others.decided),
            failures: self.failures.saturating_sub(others.failures),
            timed_out: self.timed_out.saturating_sub(others.timed_out),
            cancelled: self.cancelled.saturating_sub(others.cancelled),
            ended: self.ended.saturating_sub(others.ended),
            finished: 0,
            timed: self.timed.saturating_sub(others.timed),
            slow: self.slow.saturating_sub(others.slow),
            added: self.added,
        }
    }

    /// Counts executions of one status, of which `timed` says the bins of durations and how many have each.
    #[inline(never)]
    fn count(&mut self, status: Status, executions: u64, timed: &[(u16, u64)], slow_from: Option<usize>) {
        let add = |sum: &mut u64, is_meant: bool| *sum = sum.saturating_add(if is_meant { executions } else { 0 });
        add(&mut self.executions, true);
        add(&mut self.decided, status.is_decided());
        add(&mut self.failures, status.is_failure());
        add(&mut self.timed_out, status == Status::TimedOut);
        add(&mut self.cancelled, status == Status::Cancelled);
        add(&mut self.ended, status.is_ended());
        self.count_timed(timed, slow_from);
    }

    /// Counts durations alone.
    fn count_timed(&mut self, timed: &[(u16, u64)], slow_from: Option<usize>) {
        let Some(slow_from) = slow_from else { return };
        for (bin, executions) in timed {
            self.timed = self.timed.saturating_add(*executions);
            self.slow = self.slow.saturating_add(if usize::from(*bin) >= slow_from { *executions } else { 0 });
        }
    }
}

/// Where nothing says how far the rows of a file reach, its last date is whole if of the earlier dates of that weekday on
/// which anything ran, one in so many had nothing either behind the hour of the newest row.
const ONE_IN: usize = 4;

/// A local date that the window holds all of. An hour that a clock change doubles holds both; one that it skips is
/// empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// Its hours.
    pub hours: [Hour; 24],
}

impl Day {
    /// Executions of the whole day.
    #[inline(never)]
    pub fn executions(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.executions))
    }
}

/// The Monday of a date's week.
#[inline(never)]
pub fn monday_of(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
}

/// What is counted of the hours of days, one after the other.
pub fn by_hour(days: &[Day], count: &dyn Fn(&Hour) -> u64) -> Vec<u64> {
    days.iter().flat_map(|day| &day.hours).map(count).collect()
}

/// The hours of days that have executions, as far as they are meant.
pub fn cells(days: &[Day], is_meant: &dyn Fn(&Day, u8) -> bool) -> Vec<(NaiveDate, u8)> {
    let mut cells = Vec::new();
    for day in days {
        for (hour, counts) in (0..).zip(&day.hours) {
            if counts.executions > 0 && is_meant(day, hour) {
                cells.push((day.date, hour));
            }
        }
    }
    cells
}

/// A week, Monday to Sunday; hours of days that are not looked at are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
    /// Its hours, as a ring: what runs past Sunday's midnight goes on at Monday's.
    pub hours: [Hour; RING],
}

impl Week {
    /// Decided executions of the week.
    pub fn decided(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.decided))
    }

    /// Failed and timed out executions of the week.
    pub fn failures(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.failures))
    }
}

/// The series of all executions of the view. What only single executions tell (ends, slow ones) is not in it yet.
pub fn of_all(evidence: &Evidence<'_>) -> Series {
    of_cube(WholeDays::new(evidence), evidence.cube)
}

fn of_cube(mut days: WholeDays<'_>, cube: &Cube) -> Series {
    for (bucket, sums) in cube.sums().iter().enumerate() {
        if let Some((_, hour)) = days.hour(bucket) {
            hour.executions = hour.executions.saturating_add(sums.executions());
            hour.decided = hour.decided.saturating_add(sums.decided());
            hour.failures = hour.failures.saturating_add(sums.failures());
            hour.timed_out = hour.timed_out.saturating_add(sums.of(Status::TimedOut));
            hour.cancelled = hour.cancelled.saturating_add(sums.of(Status::Cancelled));
            let ended = Status::ALL.into_iter().filter(|status| status.is_ended()).map(|status| sums.of(status));
            hour.ended = ended.fold(hour.ended, u64::saturating_add);
        }
    }
    Series::new(Whose::All, days.days, Vec::new(), Vec::new())
}

/// How far all executions are known that are known up to a moment.
pub fn reach(evidence: &Evidence<'_>, all: &Series, until_ms: i64) -> Option<Reach> {
    let local_ms = until_ms.saturating_add(i64::from(evidence.zone.offset_at(until_ms)) * 1000);
    let until = (evidence.zone.local_date(Timestamp::from_ms(until_ms)?), hour_of(local_ms) as u8);
    let mut behind = [0; 24];
    for (place, sums) in evidence.buckets.hours().iter().zip(evidence.cube.sums()) {
        if place.date as usize == all.days.len()
            && let Some(sum) = behind.get_mut(usize::from(place.hour))
        {
            *sum = sums.executions().saturating_add(*sum);
        }
    }
    Some(Reach { until, behind })
}

/// What a first look at the executions of single workflows tells.
pub struct Completed {
    /// How many executions each workflow has in whole days, in the order in which they come. Those that name no workflow may
    /// be of many, and have none.
    pub executions: Vec<u64>,
    /// The first and the last moment at which anything ran, in milliseconds.
    pub known: (i64, i64),
    /// How long executions ran in each bucket.
    pub running: Running,
    /// Up to when it is known how they ended.
    pub settled: Settled,
    /// What the workflow has that has the most of it; `None` where not all single runs are known.
    pub most: Option<Most>,
}

/// What one workflow has the most of, each of them maybe another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Its runs; those that name no workflow may be of many.
    pub runs: usize,
    /// Its durations of decided executions.
    pub timed: usize,
}

/// Adds what only single executions tell (ends, slow ones, durations by day) to the series of all.
pub fn complete(evidence: &Evidence<'_>, all: &mut Series) -> Completed {
    let bins = Bins::new();
    let mut executions = Vec::new();
    let mut known = (i64::MAX, i64::MIN);
    let mut known_end = evidence.known_until.unwrap_or(i64::MIN);
    let mut days = WholeDays { buckets: evidence.buckets, days: std::mem::take(&mut all.days), busy: Vec::new() };
    let mut durations = vec![Histogram::default(); days.days.len()];
    let mut running = Running::new(evidence.buckets, evidence.window);
    let (mut most, mut is_counted) = (Most::default(), false);
    (evidence.workflows)(&mut |workflow| {
        running.add(evidence.buckets, &workflow);
        is_counted |= !workflow.counts.is_empty();
        if workflow.whose != Whose::NoWorkflow {
            most.runs = most.runs.max(workflow.runs.len());
        }
        let timed = workflow.runs.iter().filter(|run| run.status.is_decided() && run.duration_ms.is_some());
        most.timed = most.timed.max(timed.count());
        let moments = workflow.runs.first().into_iter().chain(workflow.runs.last()).map(|run| run.at_ms);
        let moments: Vec<i64> = moments.chain(workflow.counts.iter().map(|count| count.at_ms)).collect();
        let end_of_last = last_end(&workflow, &bins, evidence.placed_by);
        let count =
            |hour: &mut Hour, _: Status, _: u64, timed: &[(u16, u64)], slow_from| hour.count_timed(timed, slow_from);
        let of_workflow = days.count(&workflow, &bins, evidence.placed_by, &mut durations, &count);
        for at_ms in moments {
            known = (known.0.min(at_ms), known.1.max(at_ms));
        }
        known_end = known_end.max(end_of_last);
        executions.push(if workflow.whose == Whose::NoWorkflow { 0 } else { of_workflow });
        true
    });
    let is_known = durations.iter().any(|durations| durations.count() > 0);
    let durations = if is_known { durations } else { Vec::new() };
    *all = Series::new(Whose::All, days.days, durations, Vec::new());
    let mut settled = Settled::new(known.1, known_end);
    settled.settle(all, evidence);
    let most = Some(most).filter(|_| !executions.is_empty() && !is_counted);
    Completed { executions, known, running, settled, most }
}

/// Makes the series of parts of a view, one after the other. The whole days that they are counted in are found out once: a
/// view has thousands of workflows.
pub struct Tabulator<'a> {
    placed_by: Moment,
    bins: Bins,
    none: WholeDays<'a>,
    /// The series that was looked at last, whose room the next one takes.
    last: Series,
}

impl<'a> Tabulator<'a> {
    /// Of this view.
    pub fn new(evidence: &Evidence<'a>) -> Self {
        let last = Series::new(Whose::All, Vec::new(), Vec::new(), Vec::new());
        Self { placed_by: evidence.placed_by, bins: Bins::new(), none: WholeDays::new(evidence), last }
    }

    /// The series of one workflow.
    pub fn of_workflow(&self, workflow: WorkflowRuns) -> Series {
        let mut days = self.none.clone();
        let mut durations = vec![Histogram::default(); days.days.len()];
        days.count(&workflow, &self.bins, self.placed_by, &mut durations, &Hour::count);
        // Runs beside counts are only a part of what ran, and tell nothing of what did not.
        let runs = if workflow.counts.is_empty() { workflow.runs } else { Vec::new() };
        Series::new(workflow.whose, days.days, durations, runs)
    }

    /// The same, to be looked at until the next one is. Costs no more than its executions do, where three years of days are
    /// two megabytes.
    pub fn look_at_workflow(&mut self, workflow: WorkflowRuns) -> &mut Series {
        let Self { placed_by, bins, none, last } = self;
        let mut days = none.like(std::mem::take(&mut last.days));
        let mut durations = std::mem::take(&mut last.durations);
        durations.resize_with(none.days.len(), Histogram::default);
        days.days.resize(none.days.len(), Day { date: NaiveDate::MIN, hours: [Hour::default(); 24] });
        for (place, ((day, durations), none)) in days.days.iter_mut().zip(&mut durations).zip(&none.days).enumerate() {
            if last.busy.get(place) != Some(&false) {
                (*day, *durations) = (none.clone(), Histogram::default());
            }
        }
        days.count(&workflow, bins, *placed_by, &mut durations, &Hour::count);
        *last = Series::new(workflow.whose, days.days, durations, workflow.runs);
        last.busy = days.busy;
        last
    }

    /// The series of some executions that were counted by the view's buckets.
    pub fn of_cube(&self, cube: &Cube) -> Series {
        of_cube(self.none.clone(), cube)
    }
}

/// Calls with what the failures of a workflow say went wrong: the number of that, the hour of the window's days, how many
/// executions they are and whether they ran out of time.
pub fn each_error(evidence: &Evidence<'_>, workflow: &WorkflowRuns, each: &mut dyn FnMut(u32, usize, u64, bool)) {
    let mut say = |error: Option<u32>, at_ms: i64, executions: u64, status: Status| {
        let place = evidence.buckets.hours().get(evidence.buckets.place(at_ms));
        if let (Some(error), Some(place)) = (error, place) {
            let hour = place.date as usize * 24 + usize::from(place.hour);
            each(error, hour, executions, status == Status::TimedOut);
        }
    };
    workflow.runs.iter().for_each(|run| say(run.error(), run.at_ms, 1, run.status));
    workflow.counts.iter().for_each(|counted| {
        say(counted.error, counted.at_ms, counted.count.executions, counted.status);
    });
}

/// Counts executions of a status in an hour, by the bins of durations, of which those from one on are slow.
type Count = dyn Fn(&mut Hour, Status, u64, &[(u16, u64)], Option<usize>);

/// The whole days of the window, in order and without gaps, to be counted in.
#[derive(Clone)]
struct WholeDays<'a> {
    buckets: &'a Buckets,
    days: Vec<Day>,
    /// Whether something was counted in each of them.
    busy: Vec<bool>,
}

impl<'a> WholeDays<'a> {
    fn new(evidence: &Evidence<'a>) -> Self {
        let Evidence { buckets, window, zone, .. } = *evidence;
        let mut whole = (0..buckets.dates()).take_while(|date| buckets.is_whole_date(*date, window, zone)).count();
        if whole + 1 == buckets.dates() && evidence.ends_with_rows && is_silence_usual(evidence) {
            whole += 1;
        }
        let days: Vec<Day> =
            window.dates().take(whole).map(|date| Day { date, hours: [Hour::default(); 24] }).collect();
        let mut days = Self { buckets, busy: vec![false; days.len()], days };
        days.turn_clocks();
        days
    }

    /// Others of the same view.
    fn like(&self, days: Vec<Day>) -> Self {
        Self { buckets: self.buckets, days, busy: vec![false; self.days.len()] }
    }

    /// Marks the hours that a clock change skips, which no bucket has, and those that it doubles, which have two.
    fn turn_clocks(&mut self) {
        let mut before: Option<usize> = None;
        for place in self.buckets.hours() {
            let at = place.date as usize * 24 + usize::from(place.hour);
            let turned = match before {
                Some(before) if before == at && place.length_ms == HOUR_MS => (at..at + 1, 1),
                Some(before) => (before + 1..at, -1),
                None => (0..0, 0),
            };
            for hour in turned.0 {
                if let Some(hour) = self.days.get_mut(hour / 24).and_then(|day| day.hours.get_mut(hour % 24)) {
                    hour.added = turned.1;
                }
            }
            before = Some(at);
        }
    }

    /// The day of a bucket and its hour, if the day is whole.
    fn hour(&mut self, bucket: usize) -> Option<(usize, &mut Hour)> {
        let place = self.buckets.hours().get(bucket)?;
        let date = place.date as usize;
        let hour = self.days.get_mut(date).and_then(|day| day.hours.get_mut(usize::from(place.hour)))?;
        self.busy.get_mut(date).into_iter().for_each(|busy| *busy = true);
        Some((date, hour))
    }

    /// Counts a workflow: its executions hour by hour with `count`, which ended in each hour, and into `durations` how those
    /// of each day are distributed. How many executions these are.
    fn count(
        &mut self,
        workflow: &WorkflowRuns,
        bins: &Bins,
        placed_by: Moment,
        durations: &mut [Histogram],
        count: &Count,
    ) -> u64 {
        let buckets = self.buckets;
        let mut all = 0u64;
        let slow_from = slow_from(workflow, bins);
        let mut add = |days: &mut Self, bucket: usize, status: Status, executions: u64, timed: &[(u16, u64)]| {
            let Some((day, hour)) = days.hour(bucket) else { return };
            count(hour, status, executions, timed, slow_from);
            all = all.saturating_add(executions);
            let timed = timed.iter().map(|(bin, count)| (usize::from(*bin), *count));
            durations.get_mut(day).into_iter().for_each(|day| day.add_bins(bins, timed.clone()));
        };
        for run in &workflow.runs {
            let timed = run.duration_ms.filter(|_| run.status.is_decided()).map(|ms| (bins.of(ms) as u16, 1));
            add(self, buckets.place(run.at_ms), run.status, 1, timed.as_slice());
            let end = end_ms(run, placed_by).map(|end_ms| buckets.place(end_ms));
            if let Some((_, hour)) = end.and_then(|bucket| self.hour(bucket)) {
                hour.finished = hour.finished.saturating_add(1);
            }
        }
        for RunCount { at_ms, status, count, .. } in &workflow.counts {
            let timed = if status.is_decided() { count.bins.as_slice() } else { &[] };
            add(self, buckets.place(*at_ms), *status, count.executions, timed);
        }
        all
    }
}

/// Whether what is missing of the last date is missing on other dates of its weekday too. A date that the rows reach the
/// last hour of lacks nothing; of an export that was made at noon the afternoon is missing, unless afternoons are
/// usually silent. It is asked of the hours of a day and not of the gaps between rows: the gap over a night is no
/// measure of one at noon.
fn is_silence_usual(evidence: &Evidence<'_>) -> bool {
    let places = evidence.buckets.hours();
    let (Some(end), Some(last)) = (places.last(), evidence.buckets.dates().checked_sub(1)) else { return false };
    let first_behind = usize::from(end.hour) + 1;
    let mut ran = vec![[false; 24]; evidence.buckets.dates()];
    for (place, sums) in places.iter().zip(evidence.cube.sums()) {
        if let Some(hour) = ran.get_mut(place.date as usize).and_then(|day| day.get_mut(usize::from(place.hour))) {
            *hour |= sums.any();
        }
    }
    let ran = |date: usize, from: usize| ran.get(date).is_some_and(|day| day.iter().skip(from).any(|ran| *ran));
    // A filter can leave nothing of a weekday; then its empty dates are alike.
    let is_empty = !ran(last, 0);
    let (mut alike, mut silent) = (0, 0);
    let mut date = last;
    while date >= 7 {
        date -= 7;
        if is_empty || ran(date, 0) {
            alike += 1;
            silent += usize::from(!ran(date, first_behind));
        }
    }
    first_behind == 24 || silent > 0 && silent * ONE_IN >= alike
}

/// The weeks of whole days, Monday to Sunday. Days of the first and of the last one that are not looked at are empty hours,
/// as those of days without executions are: so empty days before the rows and behind them, which come with how the window
/// is asked for, change no verdict. The tests turn the hours of a week that have executions and count each of its windows
/// against what else the week has, so a part of a week says what it covers and no more. Weeks that began with the first
/// row would need no parts, but would not be the same for a workflow and for all, and would lose what is left over.
pub fn weeks_of(days: &[Day]) -> Vec<Week> {
    let mut weeks: Vec<Week> = Vec::new();
    for day in days {
        let monday = monday_of(day.date);
        if weeks.last().is_none_or(|week| week.monday != monday) {
            weeks.push(Week { monday, hours: [Hour::default(); RING] });
        }
        let begin = day.date.weekday().num_days_from_monday() as usize * 24;
        let week = weeks.last_mut().into_iter().flat_map(|week| week.hours.iter_mut().skip(begin));
        week.zip(&day.hours).for_each(|(place, hour)| *place = *hour);
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::{Window, WindowRequest};
    use crate::zone::Zone;

    /// Counts one failure an elementary hour and gives the whole days.
    fn days(zone: &Zone, from: &str, to: &str, cut_ms: i64) -> Vec<Day> {
        let request = WindowRequest::Dates { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let mut window = Window::resolve(request, Timestamp::MAX, None, zone).unwrap();
        window.until = Timestamp::from_ms(window.until.ms() - cut_ms).unwrap();
        let buckets = Buckets::new(&window, zone);
        let mut cube = Cube::new(&buckets);
        (0..buckets.hours().len()).for_each(|bucket| cube.count(bucket, Status::Failed, None));
        let evidence = Evidence {
            cube: &cube,
            buckets: &buckets,
            window: &window,
            zone,
            workflows: &|_| {},
            tags: &|_| {},
            error: &|_| None,
            ends_with_rows: false,
            known_until: None,
            placed_by: Moment::Start,
            outcomes: true,
            whole: true,
            chosen: false,
            all: false,
        };
        of_all(&evidence).days
    }

    /// Counts an execution in every hour of four Wednesdays for which `ran` holds, in a file whose newest row lies in
    /// an hour of the fifth, and says whether that one is whole.
    fn is_last_whole(newest_hour: i64, ends_with_rows: bool, ran: impl Fn(usize, u8) -> bool) -> bool {
        let zone = Zone::utc();
        let request = WindowRequest::Dates { from: "2026-02-04".parse().unwrap(), to: "2026-03-04".parse().unwrap() };
        let mut window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
        window.until = Timestamp::from_ms(window.until.ms() - (23 - newest_hour) * HOUR_MS - HOUR_MS / 2).unwrap();
        let buckets = Buckets::new(&window, &zone);
        let mut cube = Cube::new(&buckets);
        for (bucket, place) in buckets.hours().iter().enumerate() {
            let is_wednesday = place.date % 7 == 0;
            if if is_wednesday { ran(place.date as usize / 7, place.hour) } else { place.hour < 3 } {
                cube.count(bucket, Status::Completed, None);
            }
        }
        let evidence = Evidence {
            cube: &cube,
            buckets: &buckets,
            window: &window,
            zone: &zone,
            workflows: &|_| {},
            tags: &|_| {},
            error: &|_| None,
            ends_with_rows,
            known_until: None,
            placed_by: Moment::Start,
            outcomes: true,
            whole: true,
            chosen: false,
            all: false,
        };
        of_all(&evidence).days.len() == 29
    }

    #[test]
    fn the_day_that_a_file_ends_on_is_whole_where_silence_behind_its_newest_row_is_usual() {
        let check = |newest, ran: &dyn Fn(usize, u8) -> bool, expected, why| {
            assert_eq!(is_last_whole(newest, true, ran), expected, "{why}");
            assert!(!is_last_whole(newest, false, ran), "{why}, in a window that something is said to end");
        };
        check(23, &|_, _| true, true, "rows reach the last hour");
        check(22, &|_, _| true, false, "something always ran in the last hour");
        check(12, &|_, hour| (8..18).contains(&hour), false, "half a day of office hours");
        check(17, &|_, hour| (8..18).contains(&hour), true, "all of them");
        check(2, &|_, hour| hour == 2, true, "a job at two in the night");
        check(12, &|week, hour| hour < if week == 1 { 13 } else { 20 }, true, "one Wednesday of four ended as early");
        check(12, &|week, hour| week != 1 && hour < 20, false, "on one of them nothing ran, which says nothing");
        check(12, &|_, _| false, true, "on none of them anything ran that the filter leaves");
        check(12, &|week, hour| week == 4 && hour < 13, false, "nothing ran on the others");
    }

    #[test]
    fn weeks_hold_what_they_cover() {
        let weeks = |from, to, cut_ms| {
            let weeks = weeks_of(&days(&Zone::utc(), from, to, cut_ms));
            let covered = |week: &Week| week.hours.iter().filter(|hour| hour.executions > 0).count() / 24;
            weeks.iter().map(covered).collect::<Vec<_>>()
        };
        assert_eq!(weeks("2026-02-02", "2026-02-08", 0), [7], "Monday to Sunday");
        assert_eq!(weeks("2026-02-03", "2026-02-16", 0), [6, 7, 1], "Tuesday to the Monday after the next");
        assert_eq!(weeks("2026-02-02", "2026-02-08", 1), [6], "the last millisecond is missing");
        assert_eq!(weeks("2026-02-04", "2026-02-04", 0), [1], "a Wednesday");
        let wednesday = &weeks_of(&days(&Zone::utc(), "2026-02-04", "2026-02-04", 0))[0];
        assert_eq!((wednesday.monday, wednesday.hours[48].failures), ("2026-02-02".parse().unwrap(), 1));
        assert!(weeks_of(&[]).is_empty());
    }

    #[test]
    fn a_doubled_hour_adds_up_and_a_skipped_one_is_empty() {
        let spring = Zone::new("America/New_York", &[(0, -5 * 3600), (1_362_898_800_000, -4 * 3600)]).unwrap();
        let day = &days(&spring, "2013-03-10", "2013-03-10", 0)[0];
        assert_eq!((day.hours[2].decided, day.hours[3].decided, day.executions()), (0, 1, 23));
        let lasts = |day: &Day| [1, 2, 3].map(|hour: usize| day.hours[hour].lasts());
        assert_eq!(lasts(day), [1, 0, 1]);
        let autumn = Zone::new("America/New_York", &[(0, -4 * 3600), (1_383_458_400_000, -5 * 3600)]).unwrap();
        let day = &days(&autumn, "2013-11-03", "2013-11-03", 0)[0];
        assert_eq!((day.hours[1].failures, day.executions()), (2, 25));
        assert_eq!(lasts(day), [2, 1, 1]);
        assert!(days(&autumn, "2013-11-03", "2013-11-03", HOUR_MS).is_empty(), "a day that is cut is no whole day");
    }
}
