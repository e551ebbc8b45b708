//! Made-up histories whose truth is known: structureless ones that cluster, burst, drift and break down like real
//! ones, and the same with a pattern planted in them. By week (for failures) and by day (for volume), all in UTC.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::{Days, NaiveDate};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::cube::{Cube, Sums};
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::{self, Evidence, Report};
use execution_heatmap::time::Timestamp;
use execution_heatmap::window::{Window, WindowRequest};
use execution_heatmap::zone::Zone;
use libm::{cos, exp, log, pow};
use std::f64::consts::PI;

/// Hours of a week.
pub const WEEK: usize = 168;
/// A Monday: every history begins here.
pub const MONDAY: &str = "2026-01-05";

/// Chance from a seed: xorshift64*, and the distributions that the histories need.
pub struct Chance(u64);

impl Chance {
    /// Different words give different streams.
    pub fn of(words: &str, number: usize) -> Self {
        let mut state = 0xcbf2_9ce4_8422_2325u64;
        for byte in words.bytes().chain(number.to_le_bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        let mut chance = Self(state | 1);
        (0..8).for_each(|_| _ = chance.bits());
        chance
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.uniform() * bound as f64) as usize
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * log(self.uniform())).sqrt() * cos(2.0 * PI * self.uniform())
    }

    /// Marsaglia and Tsang 2000.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * pow(self.uniform(), 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let root = 1.0 + x / (9.0 * d).sqrt();
            let v = root * root * root;
            if v > 0.0 && log(self.uniform()) < 0.5 * x * x + d - d * v + d * log(v) {
                return d * v;
            }
        }
    }

    fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y).max(f64::MIN_POSITIVE)
    }

    pub fn poisson(&mut self, mean: f64) -> u64 {
        let mut count = 0;
        // Parts of at most 30, so that the product of uniform numbers does not vanish.
        let mut left = mean;
        while left > 0.0 {
            let floor = exp(-left.min(30.0));
            let mut product = self.uniform();
            while product > floor {
                count += 1;
                product *= self.uniform();
            }
            left -= 30.0;
        }
        count
    }

    pub fn binomial(&mut self, of: u64, rate: f64) -> u64 {
        (0..of).filter(|_| self.uniform() < rate).count() as u64
    }

    /// An Ornstein-Uhlenbeck process, hour by hour: values that remember about `memory` hours.
    pub fn wandering(&mut self, hours: usize, deviation: f64, memory: f64) -> Vec<f64> {
        let keep = exp(-1.0 / memory);
        let mut value = deviation * self.normal();
        let mut values = Vec::with_capacity(hours);
        for _ in 0..hours {
            values.push(value);
            value = keep * value + deviation * (1.0 - keep * keep).sqrt() * self.normal();
        }
        values
    }

    /// Failure rates during incidents of log-normal length; `None` between them.
    fn incidents(&mut self, hours: usize, a_week: f64, median: f64, low: f64, high: f64) -> Vec<Option<f64>> {
        let mut rates = vec![None; hours];
        for _ in 0..self.poisson(a_week * hours as f64 / WEEK as f64) {
            let start = self.below(hours);
            let length = (median * exp(0.6 * self.normal())).round().max(1.0) as usize;
            let rate = self.between(low, high);
            rates.iter_mut().skip(start).take(length).for_each(|place| *place = Some(rate));
        }
        rates
    }
}

/// How executions are spread over the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volume {
    /// Every hour alike.
    Flat,
    /// A bell around 2 PM, weekends at two fifths.
    Office,
}

/// Ways in which failures without any pattern come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failures {
    Binomial,
    BetaBinomial,
    Autoregressive,
    Incidents,
    RareBig,
    DriftAndAutoregressive,
    LongOutage,
    RetryStorm,
    /// Autoregressive noise that is three times louder from 8 to 18 h.
    LouderInOfficeHours,
}

impl Failures {
    pub const ALL: [Failures; 9] = [
        Failures::Binomial,
        Failures::BetaBinomial,
        Failures::Autoregressive,
        Failures::Incidents,
        Failures::RareBig,
        Failures::DriftAndAutoregressive,
        Failures::LongOutage,
        Failures::RetryStorm,
        Failures::LouderInOfficeHours,
    ];
}

/// A pattern to plant: the hours of the week, the rate there, the share of weeks in which it is active.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    pub days: &'static [usize],
    pub hours: (usize, usize),
    pub rate: f64,
    pub weeks: f64,
}

impl Plant {
    pub fn holds(&self, hour_of_week: usize) -> bool {
        self.days.contains(&(hour_of_week / 24)) && (self.hours.0..self.hours.1).contains(&(hour_of_week % 24))
    }
}

/// Executions and failures by hour, from [`MONDAY`] on.
pub struct History {
    pub executions: Vec<u64>,
    pub failures: Vec<u64>,
}

const BASE_RATE: f64 = 0.06;

fn logit(rate: f64) -> f64 {
    log(rate / (1.0 - rate))
}

fn rate_of(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
}

fn executions(chance: &mut Chance, weeks: usize, an_hour: f64, volume: Volume) -> Vec<u64> {
    let shape = |hour: usize| match volume {
        Volume::Flat => 1.0,
        Volume::Office => {
            let from_two = ((hour % 24) as f64 - 14.0) / 4.0;
            (0.35 + 1.65 * exp(-0.5 * from_two * from_two)) * if hour / 24 >= 5 { 0.4 } else { 1.0 }
        }
    };
    let mean = (0..WEEK).map(shape).sum::<f64>() / WEEK as f64;
    let mut counts = Vec::with_capacity(weeks * WEEK);
    for _ in 0..weeks {
        let level = exp(0.12 * chance.normal());
        for hour in 0..WEEK {
            let expected = level * shape(hour) / mean * an_hour;
            let expected = expected * chance.gamma(10.0) / 10.0;
            counts.push(chance.poisson(expected));
        }
    }
    counts
}

/// A history of so many weeks, with `an_hour` executions in the average hour.
pub fn history(
    chance: &mut Chance,
    weeks: usize,
    an_hour: f64,
    volume: Volume,
    kind: Failures,
    plant: Option<&Plant>,
) -> History {
    history_at(chance, weeks, an_hour, volume, kind, plant, BASE_RATE)
}

/// The same where that share of executions fails, whatever else happens.
pub fn history_at(
    chance: &mut Chance,
    weeks: usize,
    an_hour: f64,
    volume: Volume,
    kind: Failures,
    plant: Option<&Plant>,
    base_rate: f64,
) -> History {
    let hours = weeks * WEEK;
    let mut executions = executions(chance, weeks, an_hour, volume);
    let mut logits = vec![logit(base_rate); hours];
    if matches!(kind, Failures::Autoregressive | Failures::DriftAndAutoregressive) {
        logits.iter_mut().zip(chance.wandering(hours, 1.0, 6.0)).for_each(|(logit, noise)| *logit += noise);
    }
    if kind == Failures::DriftAndAutoregressive {
        let mut level = 0.0;
        for week in logits.chunks_mut(WEEK) {
            level += 0.35 * chance.normal();
            week.iter_mut().for_each(|logit| *logit += level);
        }
    }
    if kind == Failures::LouderInOfficeHours {
        for (hour, (logit, noise)) in logits.iter_mut().zip(chance.wandering(hours, 1.0, 6.0)).enumerate() {
            let loudness = if (8..18).contains(&(hour % 24)) { 1.3 } else { 0.4 };
            // The second term keeps the mean rate about the same.
            *logit += noise * loudness - 0.5 * loudness * loudness * 0.85;
        }
    }
    let incidents = match kind {
        Failures::Incidents => chance.incidents(hours, 1.0, 4.0, 0.2, 0.9),
        Failures::RareBig => chance.incidents(hours, 0.25, 12.0, 0.7, 1.0),
        Failures::RetryStorm => chance.incidents(hours, 1.0, 4.0, 0.3, 0.95),
        Failures::LongOutage => {
            let start = chance.below(hours - 72);
            (0..hours).map(|hour| (start..start + 72).contains(&hour).then_some(0.6)).collect()
        }
        _ => vec![None; hours],
    };
    if kind == Failures::RetryStorm {
        executions.iter_mut().zip(&incidents).filter(|(_, rate)| rate.is_some()).for_each(|(count, _)| *count *= 3);
    }
    let active: Vec<bool> = (0..weeks).map(|_| plant.is_some_and(|plant| chance.uniform() < plant.weeks)).collect();
    let mut failures = Vec::with_capacity(hours);
    for (hour, ((count, logit_here), incident)) in executions.iter().zip(logits).zip(incidents).enumerate() {
        let mut rate = rate_of(logit_here);
        if kind == Failures::BetaBinomial {
            let spread = 1.0 / 0.08 - 1.0;
            rate = chance.beta(rate * spread, (1.0 - rate) * spread);
        }
        if let Some(plant) = plant.filter(|plant| active[hour / WEEK] && plant.holds(hour % WEEK)) {
            rate = rate_of(logit(rate.clamp(1e-6, 1.0 - 1e-6)) + logit(plant.rate) - logit(base_rate));
        }
        let rate = incident.map_or(rate, |incident| incident.max(rate));
        failures.push(chance.binomial(*count, rate));
    }
    History { executions, failures }
}

/// Ways in which executions come while no hour of the day stands out on most days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    Poisson,
    NegativeBinomial,
    Autoregressive,
    Bursts,
    RandomPhase,
    /// Every week has its rhythm, at another hour than the weeks before. Not among [`Noise::ALL`]: four such weeks cannot
    /// be told from a daily peak.
    PhaseOfTheWeek,
    QuietWeekends,
    OneHugeDay,
    WeeklyJob,
    PartDays,
    /// Nothing but jobs at 0, 6, 12 and 18 h, all alike.
    EverySixHours,
}

impl Noise {
    pub const ALL: [Noise; 10] = [
        Noise::Poisson,
        Noise::NegativeBinomial,
        Noise::Autoregressive,
        Noise::Bursts,
        Noise::RandomPhase,
        Noise::QuietWeekends,
        Noise::OneHugeDay,
        Noise::WeeklyJob,
        Noise::PartDays,
        Noise::EverySixHours,
    ];
}

/// A daily peak to plant, all at 14 h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// That hour has so many times the executions.
    Cron(f64),
    /// A bell with a deviation of 3 h, so much higher at its top.
    Bell(f64),
    /// A cosine of that amplitude.
    Sine(f64),
    /// A bell with a deviation of 1.5 h, so much higher at its top, and one of seven tenths of that at 9 h.
    TwoBells(f64),
}

/// Executions by hour over some days, `a_day` on average.
pub fn daily_volume(chance: &mut Chance, days: usize, a_day: f64, kind: Noise, shape: Option<Shape>) -> History {
    let hours = days * 24;
    let bell = |from: f64, width: f64| exp(-0.5 * (from / width) * (from / width));
    let mean_bell = (0..24).map(|hour| bell(f64::from(hour) - 14.0, 3.0)).sum::<f64>() / 24.0;
    let planted = |hour: f64| match shape {
        None => 1.0,
        Some(Shape::Cron(times)) if hour == 14.0 => times,
        Some(Shape::Cron(_)) => 1.0,
        Some(Shape::Bell(height)) => (1.0 + height * bell(hour - 14.0, 3.0)) / (1.0 + height * mean_bell),
        Some(Shape::Sine(height)) => 1.0 + height * cos(2.0 * PI * (hour - 14.0) / 24.0),
        Some(Shape::TwoBells(height)) => 1.0 + height * (bell(hour - 14.0, 1.5) + 0.7 * bell(hour - 9.0, 1.5)),
    };
    let mut expected: Vec<f64> = (0..hours).map(|hour| a_day / 24.0 * planted((hour % 24) as f64)).collect();
    for day in expected.chunks_mut(24) {
        let level = exp(0.3 * chance.normal());
        day.iter_mut().for_each(|mean| *mean *= level);
    }
    use Noise::{NegativeBinomial, OneHugeDay, PartDays, WeeklyJob};
    if matches!(kind, NegativeBinomial | OneHugeDay | WeeklyJob | PartDays) {
        expected.iter_mut().for_each(|mean| *mean *= chance.gamma(3.0) / 3.0);
    }
    match kind {
        Noise::Autoregressive => {
            expected.iter_mut().zip(chance.wandering(hours, 0.7, 6.0)).for_each(|(mean, noise)| *mean *= exp(noise));
        }
        Noise::Bursts => {
            for _ in 0..chance.poisson(days as f64) {
                let start = chance.below(hours);
                expected.iter_mut().skip(start).take(2).for_each(|mean| *mean += 5.0 * a_day / 24.0);
            }
        }
        Noise::RandomPhase | Noise::PhaseOfTheWeek => {
            let unit = if kind == Noise::RandomPhase { 24 } else { WEEK };
            for hours in expected.chunks_mut(unit) {
                let top = chance.below(24);
                for (hour, mean) in hours.iter_mut().enumerate() {
                    let from = (hour % 24 + 36 - top) % 24;
                    *mean *= 1.0 + 3.0 * bell(from as f64 - 12.0, 3.0);
                }
            }
        }
        Noise::QuietWeekends => {
            expected.iter_mut().enumerate().filter(|(hour, _)| hour / 24 % 7 >= 5).for_each(|(_, mean)| *mean *= 0.2);
        }
        Noise::OneHugeDay => {
            let start = chance.below(days) * 24 + 14;
            expected.iter_mut().skip(start).take(2).for_each(|mean| *mean += 10.0 * a_day);
        }
        Noise::WeeklyJob => {
            expected.iter_mut().enumerate().filter(|(hour, _)| hour % WEEK == 14).for_each(|(_, mean)| *mean *= 8.0);
        }
        Noise::EverySixHours => {
            expected.iter_mut().enumerate().filter(|(hour, _)| hour % 6 > 0).for_each(|(_, mean)| *mean = 0.0);
        }
        _ => {}
    }
    let mut executions: Vec<u64> = expected.into_iter().map(|mean| chance.poisson(mean)).collect();
    if kind == Noise::PartDays {
        executions.truncate(hours - 11);
        executions.iter_mut().take(13).for_each(|count| *count = 0);
    }
    let failures = vec![0; executions.len()];
    History { executions, failures }
}

impl History {
    /// Hours of the history.
    pub fn hours(&self) -> usize {
        self.executions.len()
    }

    /// The engine's view of it, over the window from [`MONDAY`] to the history's last hour.
    pub fn view(&self) -> View {
        let start: NaiveDate = MONDAY.parse().unwrap();
        let dates = self.hours().div_ceil(24).max(1) as u64;
        let to = start.checked_add_days(Days::new(dates - 1)).unwrap();
        let request = WindowRequest::Dates { from: start, to };
        let mut window = Window::resolve(request, Timestamp::MAX, None, &Zone::utc()).unwrap();
        window.until = Timestamp::from_ms(window.start_ms + self.hours() as i64 * 3_600_000).unwrap();
        let buckets = Buckets::new(&window, &Zone::utc());
        let mut cube = Cube::new(&buckets);
        (0..self.hours()).for_each(|hour| cube.add(hour, &self.sums(hour)));
        View { window, buckets, cube, ends_with_rows: false }
    }

    /// What happened in an hour.
    pub fn sums(&self, hour: usize) -> Sums {
        let mut sums = Sums::default();
        sums.by_status[Status::Completed as usize] = self.executions[hour] - self.failures[hour];
        sums.by_status[Status::Failed as usize] = self.failures[hour];
        sums
    }

    /// What the engine says of it.
    pub fn report(&self) -> Report {
        self.view().report(true)
    }
}

/// A history as the engine counts it.
pub struct View {
    pub window: Window,
    pub buckets: Buckets,
    pub cube: Cube,
    /// Whether it is a file that nothing is said to end.
    pub ends_with_rows: bool,
}

impl View {
    pub fn report(&self, outcomes: bool) -> Report {
        let Self { window, buckets, cube, ends_with_rows } = self;
        let (zone, ends_with_rows) = (&Zone::utc(), *ends_with_rows);
        pattern::report(&Evidence {
            cube,
            buckets,
            window,
            zone,
            workflows: &|_| {},
            tags: &|_| {},
            error: &|_| None,
            ends_with_rows,
            known_until: (!ends_with_rows).then_some(window.until.ms()),
            placed_by: execution_heatmap::options::Moment::Start,
            outcomes,
            whole: true,
            chosen: false,
            all: true,
        })
    }
}
