//! Rows of a kind that is known, read without putting a row together: when it started, how long it took and which try it
//! was, straight from where these lie. What is not written in the usual way is left to `row`; what is read here, that
//! reads the same.

use super::fields::{Places, Spot, SpotKind};
use super::lanes::{Near, Padded};
use super::mapping::{Rules, Target, Unit};
use super::moments::DUE;
use super::role::Role;
use crate::execution::{MOST_DURATION_MS, Status};
use crate::time::decimal::{eight_digits, few_digits};
use crate::time::{ParsedTime, Timestamp, UsualTimes};

/// Which spots of a way say when, how long, which try and what a row shares with no other; those that are not there lie beyond the last spot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brief {
    start: u8,
    duration: u8,
    finished: u8,
    attempt: u8,
    id: u8,
    error: u8,
    /// True if a row may say when it was to start, which then stands for its start or is told of it.
    may_be_due: bool,
}

/// What a row says beside its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) started_at: Timestamp,
    pub(super) duration_ms: Option<u64>,
    pub(super) attempt: u32,
    pub(super) zoneless_start: bool,
}

/// What was already read while the values of a row were found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quick {
    pub(super) started_at: Option<Timestamp>,
    pub(super) duration_ms: Option<u64>,
    pub(super) attempt: Option<u64>,
}

/// Which value can be read where it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Quickly {
    No,
    StartedAt,
    Duration,
    Attempt,
}

impl Quickly {
    /// How a value that feeds these is read.
    pub(super) fn of(targets: &[Target]) -> Quickly {
        match targets {
            [Target { role: Role::StartedAt, .. }] => Quickly::StartedAt,
            [Target { role: Role::Duration, .. }] => Quickly::Duration,
            [Target { role: Role::Attempt, .. }] => Quickly::Attempt,
            _ => Quickly::No,
        }
    }
}

impl Quick {
    /// Reads the value that begins `from` behind `near` if it is written in the usual way; how many bytes it has.
    #[inline(always)]
    pub(super) fn read(&mut self, what: Quickly, near: Near<'_>, from: usize, times: &mut UsualTimes) -> Option<usize> {
        if what == Quickly::StartedAt {
            if near.byte(from) != b'"' || near.byte(from + 25) != b'"' {
                return None;
            }
            let words = [near.word(from + 1), near.word(from + 9), near.word(from + 17)];
            let Some(ParsedTime::At { at, .. }) = times.read_words(words, false) else { return None };
            self.started_at = Some(at);
            return Some(26);
        }
        let length = (!near.lanes(from).digits()).trailing_zeros() as usize;
        let is_whole = !matches!(near.byte(from + length), b'.' | b'e' | b'E' | b'-');
        if !is_whole || length > 1 && near.byte(from) == b'0' {
            return None;
        }
        // A row's try is nearly always one of the first nine.
        let number = match length {
            1 => u64::from(near.byte(from).wrapping_sub(b'0')),
            _ => eight_digits(near.word(from), length)?,
        };
        *(if what == Quickly::Duration { &mut self.duration_ms } else { &mut self.attempt }) = Some(number);
        Some(length)
    }
}

impl Brief {
    /// `None` where a row says more of its moments than a canonical one can.
    pub(super) fn of(places: &Places) -> Option<Brief> {
        let place = |role: Role| places.get(role as usize).copied().unwrap_or(u8::MAX);
        let has_more =
            [Role::History, Role::Waited, Role::Share, Role::Repeats].into_iter().any(|role| place(role) != u8::MAX);
        let has_start = place(Role::StartedAt) != u8::MAX;
        (has_start && !has_more).then(|| Brief {
            start: place(Role::StartedAt),
            duration: place(Role::Duration),
            finished: place(Role::FinishedAt),
            attempt: place(Role::Attempt),
            id: place(Role::Id),
            error: place(Role::Error),
            may_be_due: DUE.iter().any(|(role, _)| place(*role) != u8::MAX),
        })
    }

    /// True for the roles that are read here, or handed on with what is.
    pub(super) fn reads(role: Role) -> bool {
        use Role::{Attempt, Duration, Error, FinishedAt, Id, StartedAt};
        matches!(role, StartedAt | Duration | FinishedAt | Attempt | Id | Error)
    }

    /// Which spots say what the row is called and what went wrong.
    #[inline(always)]
    pub(super) fn own(&self) -> [u8; 2] {
        [self.id, self.error]
    }

    /// True if rows that are read by these rules may be read here.
    pub(super) fn is_for(rules: &Rules) -> bool {
        // What is no row of one execution is told as something else.
        !rules.is_cube
            && !rules.joins_events
            && rules.waits_from.is_empty()
            && rules.duration_unit == Unit::Milliseconds
    }

    /// Reads a row that begins at `begin` and stands so, by rules that [`Brief::is_for`].
    #[inline(always)]
    pub(super) fn read(
        &self,
        (spots, quick): (&[Spot], &Quick),
        (bytes, begin): (&Padded<'_>, usize),
        status: Status,
        times: &mut UsualTimes,
    ) -> Option<Said> {
        let row = Row { spots, bytes, begin };
        let start = match quick.started_at {
            Some(at) => ParsedTime::At { at, zoneless: false },
            None => row.instant(self.start, times)??,
        };
        let ParsedTime::At { at: started_at, zoneless: zoneless_start } = start else { return None };
        let mut duration_ms = None;
        if status.is_ended() {
            duration_ms = match quick.duration_ms {
                None => row.number(self.duration)?,
                known => known,
            };
            if duration_ms.is_none()
                && let Some(ParsedTime::At { at, .. }) = row.instant(self.finished, times)?
            {
                duration_ms = Some(u64::try_from(at.ms() - started_at.ms()).ok()?);
            }
            if duration_ms.is_some_and(|ms| ms > MOST_DURATION_MS) {
                return None;
            }
        }
        // What is no number of a try is the first one, as in `row`.
        let attempt = match quick.attempt {
            None => row.number(self.attempt)?,
            known => known,
        };
        let attempt = attempt.and_then(|attempt| u32::try_from(attempt).ok()).unwrap_or(1);
        Some(Said { started_at, duration_ms, attempt, zoneless_start })
    }

    /// True if a row that was not read here has no start, nor anything that could stand for one.
    #[inline(never)]
    pub(super) fn is_startless(&self, (spots, quick): (&[Spot], &Quick), bytes: &Padded<'_>, begin: usize) -> bool {
        // Where the start was read as it was found, nothing was put at its spot.
        let spot = spots.get(usize::from(self.start)).filter(|_| quick.started_at.is_none() && !self.may_be_due);
        spot.is_some_and(|spot| spot.is_nothing(bytes, begin))
    }
}

/// A row whose values lie at spots.
struct Row<'a> {
    spots: &'a [Spot],
    bytes: &'a Padded<'a>,
    begin: usize,
}

impl Row<'_> {
    /// The number of a few digits at a place; `None` within if there is none, `None` where there is something else.
    #[inline(never)]
    fn number(&self, place: u8) -> Option<Option<u64>> {
        let Some(spot) = self.spots.get(usize::from(place)) else { return Some(None) };
        let (at, length) = self.extent(spot);
        match spot.kind {
            SpotKind::Field if length == 0 => Some(None),
            SpotKind::Other if self.bytes.byte(at) == b'n' => Some(None),
            SpotKind::Field | SpotKind::Other if length <= 8 => eight_digits(self.bytes.word(at), length).map(Some),
            SpotKind::Field | SpotKind::Other => few_digits(self.bytes.slice(at, at.wrapping_add(length))).map(Some),
            _ => None,
        }
    }

    /// The instant in the usual layout at a place, in the same way.
    #[inline(never)]
    fn instant(&self, place: u8, times: &mut UsualTimes) -> Option<Option<ParsedTime>> {
        let Some(spot) = self.spots.get(usize::from(place)) else { return Some(None) };
        let (at, length) = self.extent(spot);
        match spot.kind {
            SpotKind::Field if length == 0 => Some(None),
            SpotKind::Other if self.bytes.byte(at) == b'n' => Some(None),
            SpotKind::Field | SpotKind::Plain if length == 24 => {
                let near = self.bytes.near(at)?;
                times.read_words([near.word(0), near.word(8), near.word(16)], false).map(Some)
            }
            SpotKind::Field | SpotKind::Plain => times.read(self.bytes.slice(at, at.wrapping_add(length))).map(Some),
            _ => None,
        }
    }

    /// Where a value lies and how long it is.
    #[inline(always)]
    fn extent(&self, spot: &Spot) -> (usize, usize) {
        (self.begin.wrapping_add(spot.start as usize), spot.end.wrapping_sub(spot.start) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mapping::Meaning;
    use super::super::preset::ALL;
    use super::*;

    /// What is read here is told without notes of its word, its wait and its end ([`super::super::Notes`]). Mappings of
    /// users name the moments from which rows waited, and so are never read here.
    #[test]
    fn no_row_is_read_here_of_which_more_is_noted() {
        let mut read = 0;
        for preset in ALL {
            let (mapping, rules) = (preset.mapping(), preset.rules);
            let has = |role| mapping.places().any(|(other, _)| other == role);
            if !Brief::is_for(&rules) || !has(Role::StartedAt) {
                continue;
            }
            read += 1;
            assert!(rules.words.iter().all(|word| word.means != Meaning::Unstable), "{}", preset.title);
            assert!(rules.waits_from.is_empty(), "{}", preset.title);
            // Of canonical rows nobody asks whether they name another end.
            assert!(rules.is_canonical || !(has(Role::Duration) && has(Role::FinishedAt)), "{}", preset.title);
        }
        assert!(read > 1, "{read}");
    }
}
