//! Silence: hours without any execution in which many were to be expected. It never judges a series by a textbook: how
//! long nothing may happen is what the other empty hours of the same series say, and where there are few of them, how deep
//! its counts fall. Silence before the first execution is not looked at, and after the last one only where rows are known
//! to reach further; a workflow that begins or stops there is a kind of its own.

use super::claim::{Basis, Look};
use super::history::{Day, Hour, by_hour};
use super::random::{listed, sum};
use super::series::Series;
use super::tail::chance_beyond;
use super::usual::{LEAST_DAYS, LEAST_EXPECTED as LEAST_OF_AN_HOUR, Usual, local_hour};
use chrono::NaiveDate;
use std::ops::Range;

/// Executions that were to be expected,
const LEAST_EXPECTED: f64 = 8.0;
/// hours that it lasted,
const LEAST_HOURS: usize = 2;
/// and how many times as surprising as the next longest it is.
const LEAST_LEAD: f64 = 1.8;
/// Where there are no other silences to compare with, the scale of the longest of some is this many times too small.
const SCALE_OF_FEW: f64 = 1.5;
/// Hours over which executions are added up at most to see how far they fall elsewhere.
const LONGEST_DIP: usize = 24;

/// What a silence is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The local date and hour at which it begins.
    pub from: (NaiveDate, u8),
    /// Whole hours that it lasts.
    pub hours: usize,
    /// Executions that were to be expected in it, from the same hours of other weeks.
    pub expected: f64,
    /// The same of the next longest silence; 0 where there is none.
    pub runner_up: f64,
    /// True if it lasts up to where rows are known to reach.
    pub is_last: bool,
}

/// How far rows are known to reach, though none may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The local date and hour before which all is known.
    pub until: (NaiveDate, u8),
    /// Executions by hour of the date behind the whole days, as far as it is in the window.
    pub behind: [u64; 24],
}

/// Empty hours that follow each other, as places of hours and as hours that passed.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: usize,
    until: usize,
    hours: usize,
    expected: f64,
    surprise: f64,
}

/// Looks for the most surprising silence of a series: between two executions, and with a reach also from the last one up to
/// there.
pub fn look(series: &Series, reach: Option<&Reach>) -> Look<Facts> {
    // Empty days around the executions come with how the window is asked for, and say nothing of what is usual.
    let ran = |day: &Day| day.executions() > 0;
    let (Some(first), Some(last)) = (series.days.iter().position(ran), series.days.iter().rposition(ran)) else {
        return Look::nothing();
    };
    let (days, behind) = series.days.get(first..).unwrap_or_default().split_at(last + 1 - first);
    let Some(begin) = days.first() else { return Look::nothing() };
    let usual_without = |left_out: &Range<usize>| {
        let mut usual = Usual::without(days, left_out)?;
        if let Some(Reach { until: (date, hour), behind: after }) = reach {
            let counts = by_hour(behind, &|hour| hour.executions).into_iter().chain(after.iter().copied());
            let lasts = by_hour(behind, &Hour::lasts).into_iter().chain([1; 24]);
            let known = (*date - begin.date).num_days() * 24 + i64::from(*hour);
            usual.go_on(counts.zip(lasts), usize::try_from(known).unwrap_or(0));
        }
        Some(usual)
    };
    let Some(usual) = usual_without(&(0..0)) else { return Look::nothing() };
    let mut others = stretches(&usual, reach.is_some());
    let most = |one: Option<Stretch>, other: &Stretch| {
        if one.is_none_or(|one| other.surprise > one.surprise) { Some(*other) } else { one }
    };
    let Some(longest) = others.iter().fold(None, most) else { return Look::nothing() };
    others.retain(|other| other.from != longest.from);
    let runner_up = others.iter().fold(None, most);
    let leads = runner_up.is_none_or(|other| longest.surprise >= LEAST_LEAD * other.surprise);
    let is_last = longest.until == usual.counts.len();
    // What is usual is known from the rest, which has to be long enough by itself and, where it went on afterwards, as long
    // as the silence: what came before the end says what was usual however long nothing came since.
    let length = longest.until - longest.from;
    let rest = if is_last { days.len() * 24 } else { usual.counts.len() - length };
    let is_known = (is_last || rest >= length) && rest >= LEAST_DAYS * 24;
    if longest.expected < LEAST_EXPECTED || longest.hours < LEAST_HOURS || !leads || !is_known {
        return Look::nothing();
    }
    let hours = usual.counts.len() as f64;
    let surprises = listed(others.iter().map(|other| other.surprise));
    let by_others = chance_beyond(longest.surprise, &surprises);
    // Hours that know nothing of each other would bring it by this chance; clustered ones bring it sooner.
    let scale = match runner_up {
        Some(other) if by_others.is_none() => (SCALE_OF_FEW * other.surprise / libm::log(hours)).max(1.0),
        _ => 1.0,
    };
    let by_itself = hours * libm::exp(-longest.surprise / scale);
    // Where there are none to compare with, work that comes in spells is told by how deep it falls for as long elsewhere.
    let by_dips = || chance_beyond(longest.expected, &dips(&usual, &longest));
    let chance = by_others.or_else(by_dips).unwrap_or(0.0).max(by_itself).min(1.0);
    // It is judged by all hours, and a long one makes less seem usual; what is told is what was usual without it.
    let places = longest.from..longest.until;
    let Some(without) = usual_without(&places) else { return Look::nothing() };
    let expected = places
        .clone()
        .filter_map(|hour| without.expected.get(hour))
        .filter(|expected| **expected > LEAST_OF_AN_HOUR)
        .sum();
    let (Some(from), Some(span)) = (local_hour(days, longest.from), series.span()) else { return Look::nothing() };
    let facts = Facts {
        from,
        hours: longest.hours,
        expected,
        runner_up: runner_up.map_or(0.0, |other| other.expected),
        is_last,
    };
    let executions = usual.counts.iter().fold(0.0, |sum, count| sum + *count as f64);
    let mut basis = Basis::new(span, expected / (executions + expected));
    basis.count("hours", longest.hours as u64).number("expected", facts.expected);
    basis.number("expected_in_next_longest", facts.runner_up);
    let hours = places.filter(|hour| usual.lasts.get(*hour).is_some_and(|lasts| *lasts > 0));
    basis.cells = hours.filter_map(|hour| local_hour(days, hour)).collect();
    Look::claim(chance, facts, basis)
}

/// The stretches of empty hours behind the first execution, the one behind the last execution if that is meant.
fn stretches(usual: &Usual, to_end: bool) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut open: Option<Stretch> = None;
    let mut is_begun = false;
    for (hour, ((count, expected), lasts)) in usual.counts.iter().zip(&usual.expected).zip(&usual.lasts).enumerate() {
        if *count > 0 {
            stretches.extend(open.take());
            is_begun = true;
        } else if is_begun && *lasts > 0 {
            let begin = Stretch { from: hour, until: hour, hours: 0, expected: 0.0, surprise: 0.0 };
            let stretch = open.get_or_insert(begin);
            stretch.until = hour + 1;
            stretch.hours += *lasts as usize;
            // An hour that is usually empty counts for the surprise, but nothing was expected in it.
            stretch.expected += if *expected > LEAST_OF_AN_HOUR { *expected } else { 0.0 };
            stretch.surprise += usual.surprise_of_nothing(*expected);
        }
    }
    stretches.extend(open.filter(|_| to_end));
    stretches
}

/// How far below what was to be expected each day falls for as many hours as a silence lasts, beside it: by how much less
/// likely its count is at that than at its own mean, of which nothing at all is the most.
fn dips(usual: &Usual, silence: &Stretch) -> Vec<f64> {
    let together = (silence.until - silence.from).min(LONGEST_DIP);
    let mut dips = Vec::new();
    for (from, (counts, expected)) in usual.counts.windows(together).zip(usual.expected.windows(together)).enumerate() {
        if from % 24 == 0 {
            dips.push(0.0);
        }
        let (count, expected) = (counts.iter().fold(0.0, |sum, count| sum + *count as f64), sum(expected));
        let term = if count > 0.0 { count * libm::log(count / expected) } else { 0.0 };
        let is_beside = from + together <= silence.from || from >= silence.until;
        if let Some(deepest) = dips.last_mut().filter(|_| is_beside && count < expected) {
            *deepest = f64::max(*deepest, expected - count + term);
        }
    }
    dips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::history::Hour;
    use crate::pattern::series::Whose;
    use chrono::Days;

    fn series(days: u64, count: impl Fn(u64) -> u64) -> Series {
        let start: NaiveDate = "2026-01-05".parse().unwrap();
        let hour = |hour| Hour { executions: count(hour), ..Hour::default() };
        let day = |day| Day {
            date: start.checked_add_days(Days::new(day)).unwrap(),
            hours: std::array::from_fn(|of_day| hour(day * 24 + of_day as u64)),
        };
        Series::new(Whose::All, (0..days).map(day).collect(), Vec::new(), Vec::new())
    }

    #[test]
    fn the_hours_between_two_executions_are_counted() {
        let look = look(&series(28, |hour| if (200..212).contains(&hour) { 0 } else { 3 }), None);
        assert!(look.chance < 1e-9, "{}", look.chance);
        let claim = look.claim.unwrap();
        assert_eq!((claim.facts.from, claim.facts.hours), (("2026-01-13".parse().unwrap(), 8), 12));
        assert!((claim.facts.expected - 36.0).abs() < 1e-9 && claim.facts.runner_up == 0.0, "{:?}", claim.facts);
        assert_eq!((claim.basis.cells.len(), claim.basis.cells[11].1), (12, 19));
    }

    #[test]
    fn strange_counts_are_silent() {
        let check = |days, count: &dyn Fn(u64) -> u64| {
            let look = look(&series(days, count), None);
            assert!(look.claim.is_none() && look.chance == 1.0, "{look:?}");
        };
        check(0, &|_| 0);
        check(28, &|_| 0);
        check(28, &|hour| u64::from(hour == 300));
        check(28, &|_| u64::MAX);
        check(28, &|hour| if hour < 300 { 0 } else { 5 });
        check(28, &|hour| if hour < 300 { 5 } else { 0 });
        check(20, &|hour| if (200..212).contains(&hour) { 0 } else { 3 });
        check(28, &|hour| if (200..202).contains(&hour) { 0 } else { 3 });
        check(28, &|hour| u64::from(hour % 24 == 3) * 9);
    }

    /// Three an hour or so: `spells` of twelve hours by what their numbers say.
    fn swinging(spells: impl Fn(u64) -> u64) -> Series {
        series(91, move |hour| {
            if (1000..1004).contains(&hour) {
                0
            } else {
                spells((hour / 12).wrapping_mul(2_654_435_761) % 97) + hour % 3
            }
        })
    }

    #[test]
    fn four_hours_are_no_silence_of_work_that_comes_in_spells() {
        let chance = |spells: fn(u64) -> u64| look(&swinging(spells), None).chance;
        assert!(chance(|_| 20) < 1e-6, "even hours");
        // As many in the mean, where one spell in sixteen has next to none.
        assert!(chance(|spell| if spell < 6 { 2 } else { 5 * (spell % 8) + 4 }) > 0.05, "spells");
    }

    #[test]
    fn what_was_to_be_expected_is_what_is_usual_without_the_silence() {
        // Twenty of 91 days, three of the thirteen values of most hours of the week.
        let gap = 40 * 24..60 * 24;
        let facts = look(&series(91, |hour| if gap.contains(&hour) { 0 } else { 3 }), None).claim.unwrap().facts;
        assert_eq!((facts.hours, facts.expected), (480, 1440.0));
    }

    #[test]
    fn the_hour_that_a_clock_change_skips_is_no_part_of_a_silence_and_one_that_it_doubles_is_two() {
        // The fourth Sunday at two.
        let turned = 27 * 24 + 2;
        let look_at = |added: i8, silent: Range<u64>| {
            let mut series =
                series(42, |hour| if silent.contains(&hour) || added < 0 && hour == turned { 0 } else { 3 });
            series.days[27].hours[2].added = added;
            look(&series, Some(&until("2026-02-16", 0, [0; 24]))).claim.unwrap()
        };
        for (added, hours, cells) in [(-1, 12, 12), (0, 13, 13), (1, 14, 13)] {
            let claim = look_at(added, turned - 6..turned + 7);
            assert_eq!((claim.facts.hours, claim.facts.expected), (hours, 3.0 * hours as f64), "{added}");
            assert_eq!(claim.basis.cells.len(), cells);
        }
        // Nor does a silence begin with it.
        let claim = look_at(-1, turned + 1..turned + 13);
        assert_eq!((claim.facts.from, claim.facts.hours), (("2026-02-01".parse().unwrap(), 3), 12));
    }

    fn until(date: &str, hour: u8, behind: [u64; 24]) -> Reach {
        Reach { until: (date.parse().unwrap(), hour), behind }
    }

    #[test]
    fn silence_behind_the_last_execution_is_one_where_rows_are_known_to_reach_further() {
        // Five weeks of three an hour, then nothing from Monday, February 9, on.
        let stops = series(42, |hour| if hour < 35 * 24 { 3 } else { 0 });
        assert!(look(&stops, None).claim.is_none(), "a file that ends there");
        let told = look(&stops, Some(&until("2026-02-16", 0, [0; 24])));
        let claim = told.claim.unwrap();
        assert!(claim.facts.is_last && told.chance < 1e-9, "{:?}", claim.facts);
        assert_eq!((claim.facts.from, claim.facts.hours), (("2026-02-09".parse().unwrap(), 0), 168));
        assert!((claim.facts.expected - 504.0).abs() < 1e-9, "{}", claim.facts.expected);
        // However the window is padded.
        let padded = series(63, |hour| if (21 * 24..56 * 24).contains(&hour) { 3 } else { 0 });
        let padded = look(&padded, Some(&until("2026-03-09", 0, [0; 24]))).claim.unwrap().facts;
        assert_eq!((padded.hours, padded.expected), (claim.facts.hours, claim.facts.expected));
        // Of hours that are still to come nothing is known.
        assert!(look(&stops, Some(&until("2026-02-09", 1, [0; 24]))).claim.is_none(), "one hour is no silence");
        let hours = |reach| look(&stops, Some(&reach)).claim.map(|claim| claim.facts.hours);
        assert_eq!(hours(until("2026-02-10", 6, [0; 24])), Some(30));
        // The date that is not over yet.
        assert_eq!(hours(until("2026-02-16", 9, [0; 24])), Some(177));
        let mut morning = [0; 24];
        morning[1] = 2;
        let runs = series(35, |_| 3);
        let look = look(&runs, Some(&until("2026-02-09", 20, morning)));
        let facts = look.claim.unwrap().facts;
        assert_eq!((facts.from, facts.hours, facts.is_last), (("2026-02-09".parse().unwrap(), 2), 18, true));
    }
}
