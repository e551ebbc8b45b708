//! Counting over many histories, on all cores: what a null row says, what is found of what was planted. The histories
//! depend on the row's words and their number alone, so that the cores decide nothing.

use crate::table::{Measured, Table, Target};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A claim is made at or below this chance.
pub const CLAIMED: f64 = 0.05;
/// What a null row may reach,
pub const MOST_OF_A_ROW: f64 = 0.05;
/// and the mean over the rows of a kind.
pub const MOST_OF_ALL: f64 = 0.03;

/// The results for the numbers below `count`, in their order.
pub fn each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let result = work(number);
                    results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((number, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How many of the numbers below `count` are hits, as a row.
pub fn hits(count: usize, is_hit: impl Fn(usize) -> bool + Sync) -> Measured {
    let hits = each(count, is_hit).into_iter().filter(|hit| *hit).count();
    Measured::Share { hits, of: count }
}

/// One null row: its name, and the chance of what is claimed on the history of a number (1 where nothing is).
pub type Null = (String, Box<dyn Fn(usize) -> f64 + Sync>);

/// Measures null rows of a kind, and adds how many claims they make together, also at chances that only a correction
/// for hundreds of series asks for: there a chance has to mean what it says.
pub fn nulls(table: &mut Table, group: &'static str, what: &str, rows: Vec<Null>, a_row: usize, most: f64) {
    let mut all: Vec<f64> = Vec::new();
    for (name, chance) in rows {
        let chances = each(a_row, chance);
        let hits = chances.iter().filter(|chance| **chance <= CLAIMED).count();
        let measured = Measured::Share { hits, of: a_row };
        table.push(group, &format!("{what}, nothing there: {name}"), measured, Target::NullAtMost(most), "");
        all.extend(chances);
    }
    let at =
        |level: f64| Measured::Share { hits: all.iter().filter(|chance| **chance <= level).count(), of: all.len() };
    let name = format!("{what}, nothing there: mean of all rows");
    table.push(group, &name, at(CLAIMED), Target::AtMost(MOST_OF_ALL.min(most)), "");
    for level in [0.01, 0.001, 0.0001] {
        let name = format!("{what}, nothing there: chances stated at or below {} %", level * 100.0);
        table.push(group, &name, at(level), Target::None, "");
    }
}
