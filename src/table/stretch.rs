//! Rows of known kinds that lie side by side in the columns of their source, added as a table's own columns hold them.
//! Puts no row together.

use super::column::{KIND, NONE, RETRY};
use super::{Place, Table};
use crate::execution::OwnTexts;
use crate::time::Timestamp;

/// Such rows, by row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    /// The numbers of their kinds, with [`Stretch::RETRY`] for second and later attempts.
    pub(crate) kinds: &'a [u32],
    /// When they started, in milliseconds; each is a [`Timestamp`].
    pub(crate) starts: &'a [i64],
    /// How long they took, in milliseconds that fit 32 bits, or [`Stretch::NO_DURATION`]; the number below that one means
    /// something else and is none.
    pub(crate) durations: &'a [u32],
    /// Where the first lies; each other one lies one behind it.
    pub(crate) offset: u64,
    /// True if the starts named no zone; UTC was assumed.
    pub(crate) are_zoneless: bool,
    /// False if none of them has an id or an error and all are first attempts.
    pub(crate) have_texts: bool,
}

impl Stretch<'_> {
    pub(crate) const NO_DURATION: u32 = NONE;
    pub(crate) const RETRY: u32 = RETRY;

    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }
}

impl Table {
    /// Adds rows as far as there is room; how many. What [`Table::keep_texts`] would keep of rows that have no texts is
    /// kept, the texts of others are for that one.
    pub(crate) fn push_stretch(&mut self, stretch: &Stretch<'_>, source: u16) -> usize {
        if !self.keeps_rows() {
            return self.fold_stretch(stretch);
        }
        let before = self.rows();
        let mut added = 0;
        while added < stretch.len() && self.make_room() {
            let with_places = self.columns.with_places;
            let Some(chunk) = self.columns.chunks.last_mut() else { break };
            let rows = added..stretch.len().min(added + chunk.room());
            let starts = stretch.starts.get(rows.clone()).unwrap_or_default();
            let kinds = stretch.kinds.get(rows.clone()).unwrap_or_default();
            chunk.starts.extend_from_slice(starts);
            chunk.kinds.extend_from_slice(kinds);
            chunk.durations.extend_from_slice(stretch.durations.get(rows.clone()).unwrap_or_default());
            chunk.fill_waits();
            if with_places {
                let first = Place { source, offset: stretch.offset + added as u64 }.packed();
                chunk.places.resize(chunk.starts.len() - rows.len(), Place::UNKNOWN);
                chunk.places.extend(first..first + rows.len() as u64);
            }
            self.retries += kinds.iter().map(|kind| u64::from(kind & RETRY != 0)).sum::<u64>();
            self.see(kinds, starts);
            added = rows.end;
        }
        if let Some(kept) = self.kept.as_mut().filter(|_| !stretch.have_texts) {
            kept.hold_silent(before, added);
        }
        added
    }

    /// True if something may be kept of a row behind all others.
    pub(crate) fn has_text_room(&self, row: u64) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.has_room(row))
    }

    /// Keeps of rows that were added last that these are their ids, all first attempts without errors but for so many
    /// `others`, of which [`Table::hold_more`] says more afterwards, or [`Table::keep_texts`] where they have no ids; false if
    /// all texts of the rows have to be kept that way.
    pub(crate) fn hold_ids(&mut self, first: u64, ids: &[i64], others: usize) -> bool {
        self.kept.as_mut().is_some_and(|kept| kept.hold(first, ids, others))
    }

    /// Keeps what a row whose id was kept so says more.
    pub(crate) fn hold_more(&mut self, row: u64, OwnTexts { attempt, error, .. }: OwnTexts<'_>) {
        if let Some(kept) = &mut self.kept {
            kept.hold_more(row, attempt, error);
        }
    }

    /// Takes note of how far rows reach, all in all and of each kind.
    pub(super) fn see(&mut self, kinds: &[u32], starts: &[i64]) {
        let (mut oldest, mut newest) = (i64::MAX, i64::MIN);
        // From the last one on, which mostly is the newest of its kind, so that the others change nothing.
        for (kind, start) in kinds.iter().zip(starts).rev() {
            self.kinds.see(kind & KIND, *start);
            (oldest, newest) = (oldest.min(*start), newest.max(*start));
        }
        [oldest, newest].into_iter().filter_map(Timestamp::from_ms).for_each(|at| self.reach(at));
    }
}
