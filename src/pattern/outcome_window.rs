//! An outcome that recurs: a window of the week in which failures, time-outs, cancellations or slow executions are more
//! frequent, in most weeks. Looks at one series and one outcome; what the outcome is makes no difference here.
//!
//! Two shuffles judge each window. Turning every week by an angle of its own keeps bursts, outages and the profile of
//! volume, and is strong for narrow windows; tossing a coin for every week needs no steadiness within the week, and is
//! strong for wide ones. Each looks at windows on one day a week and at windows on several days apart, so there are
//! four chances, each of the largest score over all windows of its class. The smallest counts, five times over: four
//! for the choice among them, the rest for noise that is louder in some hours than in others (measured on null
//! histories, see `tests/null_histories.rs`).
//!
//! Where a window is found, the same is done with the hours that it does not cover, as if they were all there is: twice at
//! most, and never in a series in which nothing was found. What is said of a further window is counted as of the first
//! one, against all other hours.

use super::claim::{Basis, Claim, Effect, Look};
use super::gate::{Counts, LEAST_HITS, LEAST_RATIO, LEAST_WEEKS_OF_MANY_DAYS, trimmed};
use super::history::{RING, Week};
use super::multiplicity::{FALSE_DISCOVERY_RATE, MOST_OF_A_SERIES};
use super::outcome::{Outcome, TalliedWeek, Tally};
use super::quads::{add, add_squares, change};
use super::random::{
    self, GLANCE, HOPELESS, LEAST_CHANCE, Random, Turnable, median, quantile, quantile_of, share_at_least, tail_chance,
};
use super::residual::Residuals;
use super::ring::{Class, DaySet, Ring, RingWindow, WINDOWS, Windows, maxima, sums};
use super::{Series, WeekWindow};
use crate::number::within;
use chrono::{Days, NaiveDate};

/// What the smallest of the four chances is multiplied by.
const FACTOR: f64 = 5.0;
/// The chance that a coin for every week may give to a window that turning chose.
const MOST_CHANCE_OF_PARTNER: f64 = 0.05;
/// Windows of the winner's class whose score is at least this share of the winner's are weighed for the boundaries; windows
/// of the other class, those that score no less.
const NEAR_BEST: f64 = 0.8;
/// And at least this quantile of the shuffled maxima of their own class.
const CRITICAL_QUANTILE: f64 = 0.95;
/// A window covers so many hours before and behind it as well: its boundaries are known no better.
const AROUND: u8 = 3;
/// A window's own square sum against the pooled one in the variance of the coin test.
const OWN_VARIANCE: f32 = 0.5;

/// What a claim's sentence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What is more frequent,
    pub outcome: Outcome,
    /// when,
    pub window: RingWindow,
    /// there, all weeks together,
    pub inside: Tally,
    /// and elsewhere.
    pub outside: Tally,
    /// Weeks in which it was more frequent inside than outside,
    pub held: u32,
    /// of so many that can tell.
    pub weeks: u32,
}

/// A window that passed its gates.
struct Passed {
    /// The chance of such a window on structureless history, over all windows and both tests.
    chance: f64,
    window: RingWindow,
    counts: Counts,
}

/// Weeks that can tell of every weekday on which executions that could have the outcome are usual: seven whole weeks and parts
/// of two may hold eight of each.
pub fn usable_weeks(weeks: &[TalliedWeek]) -> usize {
    let mut by_day = [0; 7];
    for week in weeks {
        for (day, usable) in week.hours.chunks(24).zip(&mut by_day) {
            *usable += usize::from(day.iter().any(|hour| hour.of > 0));
        }
    }
    let most = by_day.into_iter().fold(0, usize::max);
    by_day.into_iter().filter(|usable| 2 * usable >= most).fold(most, usize::min)
}

/// Looks for the window in which an outcome stands out most, then for another one beside those found before, as long as there
/// is one. The first look comes to what it would come to by itself, those behind it all have a claim.
pub fn looks(series: &Series, outcome: Outcome, shuffles: usize) -> Vec<Look<Facts>> {
    let (mut looks, mut found) = (Vec::new(), Vec::new());
    loop {
        let look = look_beside(series, outcome, &found, shuffles);
        let is_first = looks.is_empty();
        let window =
            look.claim.as_ref().filter(|_| look.chance <= FALSE_DISCOVERY_RATE).map(|claim| claim.facts.window);
        if is_first || look.claim.is_some() {
            looks.push(look);
        }
        match window {
            Some(window) if looks.len() < MOST_OF_A_SERIES => found.push(window),
            _ => return looks,
        }
    }
}

/// Looks for the one window in which an outcome stands out most.
pub fn look(series: &Series, outcome: Outcome, shuffles: usize) -> Look<Facts> {
    look_beside(series, outcome, &[], shuffles)
}

/// Looks for the window that stands out most beside those that were found. Finds nothing where there are too few weeks or
/// too few executions with the outcome, without a look at anything else.
#[inline(never)]
fn look_beside(series: &Series, outcome: Outcome, found: &[RingWindow], shuffles: usize) -> Look<Facts> {
    let weeks = outcome.weeks(series);
    let covered = covered(&weeks, found);
    let (mut all, mut left, mut occupied) = (Tally::default(), Tally::default(), Vec::new());
    for week in &weeks {
        all.add(week.total());
        let mut week = week.clone();
        for (hour, covered) in week.hours.iter_mut().zip(covered) {
            if covered > 0.0 {
                *hour = Tally::default();
            }
        }
        let of_week = week.total();
        left.add(of_week);
        if of_week.of > 0 {
            occupied.push(week);
        }
    }
    if occupied.len() < LEAST_WEEKS_OF_MANY_DAYS || left.hits < LEAST_HITS || left.hits == left.of {
        return Look::nothing();
    }
    let residuals = Residuals::new(&occupied);
    let Some(passed) = examine(&weeks, &occupied, &residuals, &covered, shuffles) else { return Look::nothing() };
    Look { chance: passed.chance, claim: passed.into_claim(series, outcome, &weeks, all.hits) }
}

/// 1 at the hours that windows cover, 0 elsewhere. A window covers its own hours and some around them, and where the rest of
/// its days, or its hours of other days, are worse than usual as well, these too: they are more of the same.
#[inline(never)]
fn covered(weeks: &[TalliedWeek], windows: &[RingWindow]) -> Ring {
    let mut covered = [0.0; RING];
    for window in windows {
        let around = widened(*window);
        // By the median hour: another window among these is not more of the same.
        let usual = |more: &RingWindow| {
            let mut rates = Vec::new();
            for (place, (is_around, is_more)) in around.iter().zip(more.mask()).enumerate() {
                let mut all = Tally::default();
                weeks.iter().filter_map(|week| week.hours.get(place)).for_each(|hour| all.add(*hour));
                if is_more && !is_around && all.of > 0 {
                    rates.push(all.rate());
                }
            }
            quantile_of(rates, 0.5)
        };
        let same_days = RingWindow { start: 0, length: 24, ..*window };
        let same_hours = RingWindow { days: DaySet::Daily, ..*window };
        let all = RingWindow { days: DaySet::Daily, ..same_days };
        for more in [window, &same_days, &same_hours] {
            if more == window || usual(more) > LEAST_RATIO * usual(&all) {
                let hours = covered.iter_mut().zip(widened(*more));
                hours.filter(|(_, held)| *held).for_each(|(covered, _)| *covered = 1.0);
            }
        }
    }
    covered
}

/// The hours of a window and those around them.
fn widened(window: RingWindow) -> [bool; RING] {
    // Hours are counted round the ring.
    RingWindow { start: window.start + RING as u8 - AROUND, length: window.length + 2 * AROUND, ..window }.mask()
}

/// Of two windows of the least chance the one that stands out so many times as far is told: several days rather than one.
const MUCH_FURTHER: f64 = 1.5;

/// The claim of the smallest chance that passes the gates; of windows without a covered hour.
fn examine(
    weeks: &[TalliedWeek],
    occupied: &[TalliedWeek],
    residuals: &Residuals,
    covered: &Ring,
    shuffles: usize,
) -> Option<Passed> {
    let seed = || occupied.iter().flat_map(|week| week.hours.iter().flat_map(|hour| [hour.of, hour.hits]));
    let variance = residuals.variance();
    let mut closed = Box::new([0.0; WINDOWS]);
    sums(covered, &mut closed);
    let mut turning = TurningTest::new(residuals, Random::seeded_by(seed().chain([1])));
    let mut coin = CoinTest::new(residuals, &variance, &closed, Random::seeded_by(seed().chain([2])));
    turning.shuffle(GLANCE);
    coin.shuffle(GLANCE);
    let is_hopeless = |scan: &Scan| Class::ALL.iter().all(|class| FACTOR * scan.chance(*class) > HOPELESS);
    if is_hopeless(&coin.scan) && is_hopeless(&turning.scan(&closed)) {
        return None;
    }
    turning.shuffle(shuffles);
    coin.shuffle(shuffles);
    let turned = turning.scan(&closed);
    let alone = coin.standing_alone(&variance);
    // Tossing coins for so many weeks has this chance of showing every week as it was.
    let least_chance_of_coin = occupied.iter().fold(1.0, |chance, _| chance / 2.0);
    let mut best: Option<Passed> = None;
    let mut consider = |chance: f64, chosen: Option<RingWindow>| {
        let Some(window) = chosen.map(|window| trimmed(weeks, window)) else { return };
        let counts = Counts::new(weeks, window);
        // Of what no shuffle comes near to, as a daily window and each of its days may be, what stands out further is told.
        let chance = chance.max(LEAST_CHANCE / FACTOR);
        let is_better = |best: &Passed| {
            chance < best.chance || chance <= best.chance && counts.apart() > MUCH_FURTHER * best.counts.apart()
        };
        if counts.pass(window.class()) && best.as_ref().is_none_or(is_better) {
            best = Some(Passed { chance, window, counts });
        }
    };
    for class in Class::ALL {
        let winner = turned.winner(class);
        let chosen = winner.map(|winner| turned.boundaries(winner, class, &alone));
        let confirmed = chosen.filter(|window| coin.chance_of(*window) <= MOST_CHANCE_OF_PARTNER);
        consider(turned.chance(class), confirmed.map(|window| window.window));
        let winner = coin.scan.winner(class);
        let chosen = winner.map(|winner| coin.scan.boundaries(winner, class, &alone));
        consider(coin.scan.chance(class).max(least_chance_of_coin), chosen.map(|window| window.window));
    }
    best.map(|best| Passed { chance: within(FACTOR * best.chance, LEAST_CHANCE, 1.0), ..best })
}

/// A window with its position among all.
#[derive(Clone, Copy, Debug)]
struct Numbered {
    number: usize,
    window: RingWindow,
}

/// The scores of all windows, and the largest score of each class in every shuffle.
struct Scan {
    scores: Box<Windows>,
    shuffled_maxima: [Vec<f64>; 2],
}

impl Scan {
    /// Scores are sums times `scale`. Nothing is shuffled yet.
    fn new(observed: &Ring, scale: &Windows) -> Self {
        let mut scores = Box::new([0.0; WINDOWS]);
        sums(observed, &mut scores);
        change(scores.as_mut_slice(), scale, |score, scale| score * scale);
        Self { scores, shuffled_maxima: [Vec::new(), Vec::new()] }
    }

    /// Takes in a shuffled history.
    fn add(&mut self, shuffled: &Ring, scale: &Windows) {
        let mut windows = [0.0; WINDOWS];
        sums(shuffled, &mut windows);
        for (of_class, largest) in self.shuffled_maxima.iter_mut().zip(maxima(&windows, scale)) {
            of_class.push(largest.into());
        }
    }

    fn maxima_of(&self, class: Class) -> &[f64] {
        let [single_day, multi_day] = &self.shuffled_maxima;
        match class {
            Class::SingleDay => single_day,
            Class::MultiDay => multi_day,
        }
    }

    /// The window of a class with the largest score.
    fn winner(&self, class: Class) -> Option<Numbered> {
        let windows = RingWindow::all().enumerate().map(|(number, window)| Numbered { number, window });
        largest(windows.zip(self.scores.iter().copied()).filter(|(numbered, _)| numbered.window.class() == class))
    }

    /// The chance of a score as large as the class's largest.
    fn chance(&self, class: Class) -> f64 {
        let score = self.winner(class).and_then(|winner| self.scores.get(winner.number)).copied();
        score.map_or(1.0, |score| tail_chance(score.into(), self.maxima_of(class)))
    }

    /// Of the windows that overlap the winner and score nearly as well, the one that stands out most by `alone`, as if hours
    /// were independent: the winner alone tends to be a part of the true window. Single days swing more than several
    /// together, and one of many is not to be taken for the pattern of all: it has to do better itself.
    fn boundaries(&self, winner: Numbered, class: Class, alone: &Windows) -> Numbered {
        let best = self.scores.get(winner.number).copied().unwrap_or(0.0);
        let least = Class::ALL.map(|of| {
            let share = if of == class { NEAR_BEST } else { 1.0 };
            quantile(self.maxima_of(of).iter().copied(), CRITICAL_QUANTILE).max(share * f64::from(best))
        });
        let of_winner = winner.window.mask();
        let overlaps = |window: RingWindow| window.mask().iter().zip(of_winner).any(|(a, b)| *a && b);
        let near = RingWindow::all().enumerate().zip(self.scores.iter().zip(alone));
        let near = near.filter(|((number, window), (score, _))| {
            let [single_day, multi_day] = least;
            let least = if window.class() == Class::SingleDay { single_day } else { multi_day };
            *number == winner.number || (f64::from(**score) >= least && overlaps(*window))
        });
        largest(near.map(|((number, window), (_, alone))| (Numbered { number, window }, *alone))).unwrap_or(winner)
    }
}

/// The first of the items with the largest value.
fn largest<T>(items: impl Iterator<Item = (T, f32)>) -> Option<T> {
    let first_best = items.fold(None, |best: Option<(T, f32)>, (item, value)| match best {
        Some((_, most)) if most >= value => best,
        _ => Some((item, value)),
    });
    first_best.map(|(item, _)| item)
}

/// What is without a covered hour keeps its scale; the rest has no part in the search.
fn close(scale: &mut Windows, closed: &Windows) {
    for (scale, closed) in scale.iter_mut().zip(closed) {
        *scale = if *closed > 0.0 { 0.0 } else { *scale };
    }
}

/// Every week turned by an angle of its own; each window's score is its sum by the root mean square of its shuffles.
struct TurningTest {
    weeks: Vec<Turnable>,
    random: Random,
    shuffled: Vec<Ring>,
    /// By window, the squares of its shuffles' sums.
    squares: Box<Windows>,
}

impl TurningTest {
    fn new(residuals: &Residuals, random: Random) -> Self {
        Self { weeks: residuals.to_turn(), random, shuffled: Vec::new(), squares: Box::new([0.0; WINDOWS]) }
    }

    /// Goes on until there are so many shuffles.
    fn shuffle(&mut self, shuffles: usize) {
        let mut windows = [0.0; WINDOWS];
        while self.shuffled.len() < shuffles {
            let ring = random::turned(&self.weeks, &mut self.random);
            sums(&ring, &mut windows);
            add_squares(self.squares.as_mut_slice(), &windows);
            self.shuffled.push(ring);
        }
    }

    /// The scores by all shuffles so far.
    fn scan(&self, closed: &Windows) -> Scan {
        let shuffles = self.shuffled.len().max(1) as f32;
        let mut scale = self.squares.clone();
        scale.iter_mut().for_each(|square| *square = 1.0 / ((*square / shuffles).sqrt() + 1e-9));
        close(&mut scale, closed);
        let mut scan = Scan::new(&random::unturned(&self.weeks), &scale);
        self.shuffled.iter().for_each(|ring| scan.add(ring, &scale));
        scan
    }
}

/// Every week for or against by the toss of a coin; each window's score is its sum over its weeks by the root of
/// their square sum, half of which is pooled over all windows.
struct CoinTest {
    weeks: Vec<Ring>,
    random: Random,
    scale: Box<Windows>,
    scan: Scan,
    observed: Ring,
    shuffled: Vec<Ring>,
}

impl CoinTest {
    fn new(residuals: &Residuals, variance: &Ring, closed: &Windows, random: Random) -> Self {
        let weeks = residuals.to_flip();
        let mut observed = [0.0; RING];
        let mut own = Box::new([0.0; WINDOWS]);
        let mut windows = Box::new([0.0; WINDOWS]);
        for week in &weeks {
            add(&mut observed, week);
            sums(week, &mut windows);
            add_squares(own.as_mut_slice(), windows.as_slice());
        }
        sums(variance, &mut windows);
        let has_executions = |variance: f32| variance > 1e-9;
        let pairs = own.iter().zip(windows.iter());
        let pooled = median(
            pairs
                .filter(|(_, variance)| has_executions(**variance))
                .map(|(square, variance)| f64::from(square / variance)),
        ) as f32;
        let mut scale = own;
        for (own, variance) in scale.iter_mut().zip(windows.iter()) {
            let mixed = OWN_VARIANCE * *own + (1.0 - OWN_VARIANCE) * pooled * variance;
            *own = 1.0 / mixed.max(1e-9).sqrt();
        }
        close(&mut scale, closed);
        let scan = Scan::new(&observed, &scale);
        Self { weeks, random, scale, scan, observed, shuffled: Vec::new() }
    }

    /// Goes on until there are so many shuffles.
    fn shuffle(&mut self, shuffles: usize) {
        while self.shuffled.len() < shuffles {
            let ring = random::flipped(&self.weeks, &mut self.random);
            self.scan.add(&ring, &self.scale);
            self.shuffled.push(ring);
        }
    }

    /// How far each window stands out if hours were independent.
    fn standing_alone(&self, variance: &Ring) -> Box<Windows> {
        let mut alone = Box::new([0.0; WINDOWS]);
        let mut variances = Box::new([0.0; WINDOWS]);
        sums(&self.observed, &mut alone);
        sums(variance, &mut variances);
        let pairs = alone.iter_mut().zip(variances.iter());
        pairs.for_each(|(sum, variance)| *sum /= variance.max(0.0).sqrt() + 1e-9);
        alone
    }

    /// The chance of one window that was chosen elsewhere.
    fn chance_of(&self, chosen: Numbered) -> f64 {
        let shuffled = self.shuffled.iter().map(|ring| chosen.window.sum(ring));
        share_at_least(chosen.window.sum(&self.observed), shuffled)
    }
}

impl Passed {
    fn into_claim(
        self,
        series: &Series,
        outcome: Outcome,
        weeks: &[TalliedWeek],
        all_hits: u64,
    ) -> Option<Claim<Facts>> {
        let Self { window, counts, .. } = self;
        let Counts { inside, outside, .. } = counts;
        let (held, can_tell) = (counts.held() as u32, counts.units() as u32);
        let expected = outside.rate() * inside.of as f64;
        let (hits, of) = match outcome {
            Outcome::Failed => ("failed", "decided"),
            Outcome::TimedOut => ("timed_out", "decided"),
            Outcome::Cancelled => ("cancelled", "decided_or_cancelled"),
            Outcome::Slow => ("slow", "timed"),
        };
        let span = series.span()?;
        let share = within((inside.hits as f64 - expected) / all_hits.max(1) as f64, 0.0, 1.0);
        let mut basis = Basis::new(span, share);
        basis.window = Some(window.into());
        basis.effect = Some(Effect { inside: inside.rate(), outside: outside.rate() });
        basis.count("weeks_held", held.into()).count("weeks", can_tell.into());
        basis.count(hits, inside.hits).count(of, inside.of).number("expected", expected);
        basis.cells = cells(series.weeks(), window);
        basis.weeks = weeks.iter().map(|week| week.monday).zip(counts.weeks).collect();
        Some(Claim { facts: Facts { outcome, window, inside, outside, held, weeks: can_tell }, basis })
    }
}

impl From<RingWindow> for WeekWindow {
    fn from(window: RingWindow) -> Self {
        WeekWindow::new(window.days.days().map(|day| day + 1).collect(), window.start, window.length)
    }
}

/// The window's hours that have executions.
fn cells(weeks: &[Week], window: RingWindow) -> Vec<(NaiveDate, u8)> {
    let mask = window.mask();
    let mut cells = Vec::new();
    for week in weeks {
        for (place, (hour, is_inside)) in week.hours.iter().zip(mask).enumerate() {
            let date = week.monday.checked_add_days(Days::new(place as u64 / 24));
            if let (true, true, Some(date)) = (is_inside, hour.executions > 0, date) {
                cells.push((date, (place % 24) as u8));
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hour of the ring, whether a window covers it where so many of 100 fail.
    fn covers(window: RingWindow, failing: impl Fn(usize) -> u64) -> impl Fn(usize, usize) -> bool {
        let hours = std::array::from_fn(|hour| Tally { hits: failing(hour), of: 100 });
        let covered = covered(&[TalliedWeek { monday: NaiveDate::MIN, hours }], &[window]);
        move |day, hour| covered[day * 24 + hour] > 0.0
    }

    #[test]
    fn a_window_covers_the_hours_around_it_and_what_is_more_of_the_same() {
        let window = RingWindow { days: DaySet::Single(0), start: 1, length: 2 };
        let is_inside = |hour: usize| window.mask()[hour];
        let alone = covers(window, |hour| if is_inside(hour) { 30 } else { 6 });
        assert!(alone(6, 22) && alone(0, 0) && alone(0, 5) && !alone(6, 21) && !alone(0, 6));
        // Another window on that day, or at that hour of another day, stays to be found.
        let other = |hour: usize| is_inside(hour) || (18..20).contains(&hour) || (97..99).contains(&hour);
        let with_another = covers(window, |hour| if other(hour) { 30 } else { 6 });
        assert!(!with_another(0, 18) && !with_another(4, 1));
        // A whole day, or the same hours of all days, of which it is a part.
        let on_mondays = covers(window, |hour| if hour < 24 { 15 } else { 6 });
        assert!((0..24).all(|hour| on_mondays(0, hour)) && !on_mondays(1, 12));
        let daily = covers(window, |hour| if (1..3).contains(&(hour % 24)) { 15 } else { 6 });
        assert!((0..7).all(|day| daily(day, 1) && daily(day, 2) && !daily(day, 12)));
        assert!(!covers(window, |_| 0)(0, 12), "nothing fails");
    }
}
