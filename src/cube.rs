//! Sums by bucket: what the executions of one series did in each elementary hour of a window. A monoid: counting
//! rows in any order, in any number of parts that are then merged, gives the same cube.

use crate::bucket::Buckets;
use crate::execution::Status;
use crate::histogram::Histogram;

/// What executions did, as sums. Everything is an integer, so that no order of adding shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Executions by status, at the position of [`Status::ALL`].
    pub by_status: [u64; 9],
    /// Decided executions that have a duration.
    pub timed: u64,
    /// The sum of their durations, in milliseconds.
    pub duration_ms: u128,
    /// Executions of which it is known how long they waited for their start.
    pub waited: u64,
    /// The sum of their waits, in milliseconds.
    pub wait_ms: u128,
}

impl Sums {
    /// Counts one execution.
    #[inline]
    pub fn count(&mut self, status: Status, duration_ms: Option<u64>) {
        if let Some(count) = self.by_status.get_mut(status as usize) {
            *count += 1;
        }
        if let (true, Some(duration_ms)) = (status.is_decided(), duration_ms) {
            self.timed += 1;
            self.duration_ms += u128::from(duration_ms);
        }
    }

    /// Counts executions of one status, of which `timed` have durations that add up to `duration_ms`.
    pub fn count_many(&mut self, status: Status, executions: u64, timed: u64, duration_ms: u128) {
        if let Some(count) = self.by_status.get_mut(status as usize) {
            *count += executions;
        }
        if status.is_decided() {
            self.timed += timed;
            self.duration_ms += duration_ms;
        }
    }

    /// Adds other sums.
    #[inline]
    pub fn merge(&mut self, other: &Sums) {
        for (count, more) in self.by_status.iter_mut().zip(other.by_status) {
            *count += more;
        }
        self.timed += other.timed;
        self.duration_ms += other.duration_ms;
        self.waited += other.waited;
        self.wait_ms += other.wait_ms;
    }

    /// Executions of one status.
    pub fn of(&self, status: Status) -> u64 {
        self.by_status.get(status as usize).copied().unwrap_or(0)
    }

    /// All executions.
    pub fn executions(&self) -> u64 {
        self.by_status.iter().sum()
    }

    /// True if there is any execution.
    #[inline]
    pub fn any(&self) -> bool {
        self.by_status.iter().fold(0, |any, count| any | count) > 0
    }

    /// Completed, failed and timed out.
    pub fn decided(&self) -> u64 {
        self.of(Status::Completed) + self.failures()
    }

    /// Failed and timed out.
    pub fn failures(&self) -> u64 {
        self.of(Status::Failed) + self.of(Status::TimedOut)
    }

    /// Completed / decided, or `None` if nothing was decided.
    pub fn success_rate(&self) -> Option<f64> {
        let decided = self.decided();
        (decided > 0).then(|| self.of(Status::Completed) as f64 / decided as f64)
    }

    /// Mean milliseconds of the decided executions that have a duration, or `None` if there are none.
    pub fn average_duration_ms(&self) -> Option<f64> {
        (self.timed > 0).then(|| nearest(self.duration_ms) / self.timed as f64)
    }

    /// Mean milliseconds of the waits that are known, or `None` if there are none.
    pub fn average_wait_ms(&self) -> Option<f64> {
        (self.waited > 0).then(|| nearest(self.wait_ms) / self.waited as f64)
    }
}

/// The number nearest to a whole one; most need no 128 bits, which take longer.
fn nearest(whole: u128) -> f64 {
    u64::try_from(whole).map_or(whole as f64, |whole| whole as f64)
}

/// The sums of one series by bucket, dense: position `i` is bucket `i` of the [`Buckets`] it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cube {
    sums: Vec<Sums>,
    /// How the durations of the decided executions are distributed, by bucket; empty where nothing asked for it.
    durations: Vec<Histogram>,
}

impl Cube {
    /// An empty cube.
    pub fn new(buckets: &Buckets) -> Self {
        Self { sums: vec![Sums::default(); buckets.hours().len()], durations: Vec::new() }
    }

    /// A cube of what was counted elsewhere, by bucket; `durations` is empty or as long as `sums`.
    pub fn from_counts(sums: Vec<Sums>, durations: Vec<Histogram>) -> Self {
        Self { sums, durations }
    }

    /// Counts one execution in a bucket; a bucket that does not exist is ignored.
    #[inline]
    pub fn count(&mut self, bucket: usize, status: Status, duration_ms: Option<u64>) {
        if let Some(sums) = self.sums.get_mut(bucket) {
            sums.count(status, duration_ms);
        }
    }

    /// Adds sums that were counted elsewhere to a bucket; a bucket that does not exist is ignored.
    pub fn add(&mut self, bucket: usize, more: &Sums) {
        if let Some(sums) = self.sums.get_mut(bucket) {
            sums.merge(more);
        }
    }

    /// Adds durations of decided executions that were counted elsewhere to a bucket.
    pub fn add_durations(&mut self, bucket: usize, more: &Histogram) {
        if bucket < self.sums.len() {
            self.durations.resize(self.sums.len(), Histogram::default());
            if let Some(durations) = self.durations.get_mut(bucket) {
                durations.merge(more);
            }
        }
    }

    /// Adds another cube of the same buckets.
    pub fn merge(&mut self, other: &Cube) {
        for (sums, more) in self.sums.iter_mut().zip(&other.sums) {
            sums.merge(more);
        }
        other.durations.iter().enumerate().for_each(|(bucket, more)| self.add_durations(bucket, more));
    }

    /// The sums, by bucket.
    pub fn sums(&self) -> &[Sums] {
        &self.sums
    }

    /// The durations of the decided executions, by bucket; empty where nothing asked for them.
    pub fn durations(&self) -> &[Histogram] {
        &self.durations
    }

    /// All buckets together.
    pub fn total(&self) -> Sums {
        let mut total = Sums::default();
        self.sums.iter().for_each(|sums| total.merge(sums));
        total
    }
}
