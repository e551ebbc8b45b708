//! What is known of a combination of dictionaries' entries, and where it stands among all that are known by its hash. Knows
//! no row.

/// Places for combinations of entries; a power of two. Each may stand in two that are neighbours.
pub(super) const PLACES: usize = 1 << 14;

/// Entries of all dictionaries, as one number and one more, or 0 for none; the name of the kind that they make, and what
/// takes the durations from its rows if these have none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Combination {
    pub(super) entries: u64,
    pub(super) name: u32,
    /// True if a row of the kind that has no start is told to have none.
    pub(super) needs_start: bool,
    /// All bits for rows that have not ended, which makes [`crate::table::Stretch::NO_DURATION`] of every duration; else
    /// none.
    pub(super) no_duration: u32,
}

impl Combination {
    /// In 32 bits, of which the number of a kind takes 29.
    pub(super) const IS_KNOWN: u32 = 1 << 31;
    pub(super) const IS_OPEN: u32 = 1 << 30;
    const NEEDS_START: u32 = 1 << 29;
    pub(super) const NAME: u32 = Self::NEEDS_START - 1;

    pub(super) fn packed(self) -> u32 {
        let needs_start = if self.needs_start { Self::NEEDS_START } else { 0 };
        self.name | Self::IS_KNOWN | self.no_duration & Self::IS_OPEN | needs_start
    }

    pub(super) fn of(entries: u64, packed: u32) -> Option<Combination> {
        (packed & Self::IS_KNOWN != 0).then_some(Combination {
            entries,
            name: packed & Self::NAME,
            needs_start: packed & Self::NEEDS_START != 0,
            no_duration: if packed & Self::IS_OPEN == 0 { 0 } else { u32::MAX },
        })
    }
}

/// What is known of a combination.
#[inline(always)]
pub(super) fn find(known: &[Combination], combined: u64) -> Option<&Combination> {
    let first = place_of(combined);
    let is_it = |known: &&Combination| known.entries == combined.wrapping_add(1);
    known.get(first).filter(is_it).or_else(|| known.get(first ^ 1).filter(is_it))
}

/// Where a combination stands, or beside it.
#[inline]
pub(super) fn place_of(combined: u64) -> usize {
    (combined.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - PLACES.trailing_zeros())) as usize
}
