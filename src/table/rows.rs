//! The rows of cells, one by one: which they are, in which order, and where they lie in their sources. What the columns
//! do not hold (ids, errors) is read again there, or was kept beside.

use super::column::{Cells, KIND, RETRY, UNSTARTED};
use super::kinds::Kind;
use super::{Place, Table, View};
use crate::execution::Status;
use crate::grid::Grid;
use crate::options::Granularity;
use crate::order::{order, sort};
use crate::reread::RowTexts;
use crate::time::Timestamp;
use std::cmp::Reverse;

/// In which order rows come. Of rows that are equal in that, the one that lies first in its source comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By start.
    Start,
    /// Failed and timed out ones first, of each the slowest first, then by start.
    Worst,
}

/// One execution, as far as a table holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// When it started, or when it was due if it never did.
    pub at: Timestamp,
    /// False if it never started.
    pub has_started: bool,
    /// Milliseconds from start to end, where that is known.
    pub duration_ms: Option<u64>,
    /// Milliseconds from when it was due to its start, where that is known.
    pub waited_ms: Option<u64>,
    /// How it stands.
    pub status: Status,
    /// The status word as it came where the vocabulary does not know it, else the vocabulary's.
    pub status_word: &'a str,
    /// The workflow's id.
    pub workflow_id: Option<&'a str>,
    /// The workflow's name in this row.
    pub workflow: Option<&'a str>,
    /// Its tags, each once, sorted.
    pub tags: Vec<&'a str>,
    /// True for a second or later attempt.
    pub is_retry: bool,
    /// Where it lies; `None` if places were not kept.
    pub place: Option<Place>,
    /// What only its source holds of it, where that was kept.
    pub texts: Option<RowTexts>,
    /// True if texts are kept, but this row's found no room, and it cannot be read again either.
    pub has_lost_texts: bool,
    /// Its number in the table, in the order of reading.
    pub number: u64,
}

/// Some of the rows that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<'a> {
    /// The rows of the page.
    pub rows: Vec<Row<'a>>,
    /// How many rows there are in all.
    pub total: u64,
}

/// What a row is sorted by.
type Rank = (bool, Reverse<Option<u64>>, i64, u64);

impl Table {
    /// The placed rows of some cells of a view (by their numbers in its [`Grid`] of that granularity), `limit` of them
    /// from the `offset`-th on.
    pub fn rows_of(
        &self,
        view: &View<'_>,
        granularity: Granularity,
        cells: &[usize],
        by: Order,
        (offset, limit): (usize, usize),
    ) -> Rows<'_> {
        let a_date = Grid::cells_a_date(granularity);
        let of_cell = |date: u32, hour: u8| date as usize * a_date + if a_date == 1 { 0 } else { usize::from(hour) };
        let is_of_cells: Vec<bool> =
            view.buckets.hours().iter().map(|bucket| cells.contains(&of_cell(bucket.date, bucket.hour))).collect();
        let admitted = self.kinds.admitted(view.filter);
        let mut found: Vec<(Rank, u64)> = Vec::new();
        self.each_placed(view.counting, view.buckets, &mut |chunk, moments, even, first_row| {
            for (((moment, kind), place), row) in moments.iter().zip(&chunk.kinds).zip(0..).zip(first_row..) {
                let is_wanted = is_of_cells.get(even.place(*moment)) == Some(&true)
                    && admitted.get((kind & KIND) as usize) == Some(&true);
                if let Some(cells) = chunk.get(place).filter(|_| is_wanted) {
                    let lies = chunk.places.get(place).copied().unwrap_or(row);
                    found.push((self.rank(by, row, cells, lies), row));
                }
            }
        });
        // Every row lies elsewhere, so no two are equal.
        let places = order(found.len(), &|one, other| found.get(one) < found.get(other));
        let page = places.iter().skip(offset).take(limit).filter_map(|place| self.row(found.get(*place)?.1));
        Rows { rows: page.collect(), total: found.len() as u64 }
    }

    /// How long the beginning of a source is that stands before its rows, such as the header of CSV: where the first of
    /// its rows lies. `None` if none is held or places were not kept.
    pub fn first_offset(&self, source: u16) -> Option<u64> {
        let places = self.columns.chunks.iter().flat_map(|chunk| &chunk.places);
        places
            .map(|packed| Place::unpacked(*packed))
            .filter(|place| place.source == source)
            .map(|place| place.offset)
            .min()
    }

    fn rank(&self, order: Order, row: u64, cells: Cells, lies: u64) -> Rank {
        match order {
            Order::Start => (false, Reverse(None), cells.start_ms, lies),
            Order::Worst => {
                let is_failure = self.kind(cells.kind).is_some_and(|kind| kind.status.is_failure());
                let duration_ms = self.long_durations.decode(row, cells.duration);
                (!is_failure, Reverse(duration_ms), cells.start_ms, lies)
            }
        }
    }

    fn row(&self, number: u64) -> Option<Row<'_>> {
        let cells = self.columns.get(number)?;
        let kind = self.kind(cells.kind)?;
        let mut tags: Vec<&str> = self.kinds.tags_of(kind).collect();
        sort(&mut tags, &|one, other| one < other);
        let place = self.columns.lies(number);
        let texts = self.kept.as_ref().and_then(|kept| kept.texts(number));
        Some(Row {
            at: Timestamp::from_ms(cells.start_ms)?,
            has_started: cells.kind & UNSTARTED == 0,
            duration_ms: self.long_durations.decode(number, cells.duration),
            waited_ms: self.long_waits.decode(number, cells.wait),
            status: kind.status,
            status_word: self.kinds.word_of(kind).unwrap_or(kind.status.name()),
            workflow_id: self.kinds.workflow_id(kind),
            workflow: self.kinds.name_of(kind),
            tags,
            is_retry: cells.kind & RETRY != 0,
            place,
            has_lost_texts: self.kept.is_some() && texts.is_none() && place.is_none(),
            texts,
            number,
        })
    }

    fn kind(&self, column: u32) -> Option<&Kind> {
        self.kinds.all().get((column & KIND) as usize)
    }
}
