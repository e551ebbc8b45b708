//! What was read of a part of a source, handed to another reading: ranges of one file are read at the same time and
//! gathered in their order, with the same result as one reading. Rows that repeat one of another part are found by what
//! they carry.

use super::{Intake, Reading};
use crate::bytes::{Broken, Bytes, push_long, push_short, push_text, push_text_if_any};
use crate::duplicate::{Carried, Duplicates, Handed, HandedRows};
use crate::ingest::StreamEnd;
use crate::problem::{Problem, ProblemKind, Problems};
use crate::table::{Meeting, Met, Shift, Table};

/// Where a part lies in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Line feeds of the source before what the part was read from; below 0 where something was put before the part (the
    /// header of CSV) that has more lines than lie before it.
    pub lines: i64,
    /// Where its rows lie.
    pub shift: Shift,
}

impl Intake {
    /// Gives table and known identities away and keeps what became of the rows, so that the reading of the next part can
    /// go on with them ([`Intake::onto`]) and this one be added to another ([`Intake::follow`]).
    pub fn take_rows(&mut self) -> (Table, Option<Duplicates>) {
        self.reader.forget_names();
        (std::mem::take(&mut self.table), self.duplicates.take())
    }

    /// Gives away what tells repeated rows, with the table of which it tells; [`Intake::carry_on`] takes both.
    pub fn take_carried(&mut self) -> Option<Carried> {
        self.carried.take()
    }

    /// Goes on carrying what tells repeated rows, together with the table of which it tells.
    pub fn carry_on(mut self, carried: Option<Carried>) -> Self {
        self.carried = carried.filter(|_| self.table.keeps_rows());
        self
    }

    /// Adds the reading of the part of the same source that follows this one's, `lines` lines further down. Both were ended
    /// by [`Intake::finish_stretch`]; once the last part is added, [`Intake::finish`] says whether the whole is complete.
    pub fn follow(&mut self, mut next: Intake, lines: i64) {
        next.reading.problems = next.reading.problems.moved(lines);
        self.went_on |= next.went_on || (self.end.is_some() && (next.reading.read > 0 || next.end.is_some()));
        self.reading.merge(&next.reading);
        self.table.merge(&next.table);
        self.is_stream |= next.is_stream;
        self.broken_off = self.broken_off.take().or(next.broken_off);
        if !matches!(self.end, Some(StreamEnd::Error { .. })) {
            self.end = next.end.or(self.end.take());
        }
    }

    /// Hands over what was read so far, piece by piece. A part that is not the last of its source is handed over without
    /// [`Intake::finish`], and the last one after [`Intake::finish_stretch`].
    pub fn write_part(&self, each: &mut dyn FnMut(&[u8])) {
        let mut piece = Vec::new();
        self.reading.write(&mut piece);
        piece.extend([self.is_stream, self.went_on].map(u8::from));
        push_end(&mut piece, self.end.as_ref());
        piece.push(u8::from(self.broken_off.is_some()));
        if let Some((line, why)) = &self.broken_off {
            push_long(&mut piece, *line);
            push_text(&mut piece, why);
        }
        piece.push(u8::from(self.carried.is_some()));
        push_short(&mut piece, self.carried.as_ref().map_or(0, |carried| carried.pieces() as u32));
        each(&piece);
        if let Some(carried) = &self.carried {
            carried.write(each);
        }
        self.table.write(each);
    }

    /// Adds what was read of a part of a source, whose pieces `next` gives in the order in which they were handed over.
    /// Parts come in the order in which they lie in their source, and sources one after the other.
    ///
    /// # Errors
    /// The pieces are no part. This reading is of no use then.
    pub fn absorb(&mut self, next: &mut dyn FnMut() -> Option<Vec<u8>>, range: Range) -> Result<(), Broken> {
        self.go_on();
        let first = next().ok_or(Broken)?;
        let mut bytes = Bytes::new(&first);
        let mut reading = Reading::read(&mut bytes)?;
        let (is_stream, went_on) = (bytes.truth()?, bytes.truth()?);
        let end = read_end(&mut bytes)?;
        let broken_off = if bytes.truth()? { Some((bytes.long()?, bytes.text()?.to_owned())) } else { None };
        let (carries, pieces) = (bytes.truth()?, bytes.short()?);
        bytes.end()?;
        // What tells rows apart is of no use to who does not look; without it, rows would be lost or counted twice.
        if carries != self.duplicates.is_some() {
            return Err(Broken);
        }
        let handed: Vec<_> = (0..pieces).map_while(|_| next()).collect();
        if range.shift.source != self.source {
            self.settle();
            self.source = range.shift.source;
        }
        reading.problems = reading.problems.moved(range.lines);
        let held_before = self.table.rows() + self.table.counted();
        match &mut self.duplicates {
            None => self.table.absorb(next, range.shift)?,
            Some(duplicates) => {
                let mut rows = HandedRows::new(&handed);
                let mut each = || rows.next();
                let mut handed = HandedOver { duplicates, next: &mut each, reading: &mut reading };
                self.table.absorb_met(next, range.shift, Some(&mut handed))?;
                rows.end()?;
            }
        }
        // Rows that found no room were not read, as far as this reading goes.
        let held = reading.read - reading.no_start - reading.unreadable;
        let held = held.checked_sub(reading.duplicates).ok_or(Broken)?;
        let added = self.table.rows() + self.table.counted() - held_before;
        let lost = held.checked_sub(added).ok_or(Broken)?;
        reading.read -= lost;
        reading.not_looked_for = reading.not_looked_for.saturating_sub(lost);
        reading.incomplete = None;
        self.went_on |= went_on || (self.end.is_some() && (reading.read > 0 || end.is_some()));
        self.is_stream |= is_stream;
        if !matches!(self.end, Some(StreamEnd::Error { .. })) {
            self.end = end.or(self.end.take());
        }
        let moved = |(line, why): (u64, String)| (line.saturating_add_signed(range.lines), why);
        self.broken_off = self.broken_off.take().or(broken_off.map(moved));
        self.reading.merge(&reading);
        Ok(())
    }

    /// A source has ended, and another one follows.
    pub(super) fn settle(&mut self) {
        self.count_stream();
        self.judge(None);
        self.read_before = self.reading.read;
        (self.is_stream, self.is_counted) = (false, false);
        self.went_on = false;
        self.end = None;
        self.broken_off = None;
    }
}

/// Adds the executions of another table to one of which `duplicates` tells the rows; `carried` tells those of the other, or
/// they are only added. What it gives says how many of them repeated one, or were not held against others.
pub fn gather(table: &mut Table, duplicates: &mut Duplicates, other: &Table, carried: Option<&Carried>) -> Reading {
    let mut reading = Reading::default();
    let Some(carried) = carried.filter(|carried| carried.rows() == other.rows()) else {
        table.merge(other);
        reading.not_looked_for += other.rows();
        return reading;
    };
    let mut rows = carried.handed();
    let mut each = || rows.next().ok_or(Broken);
    table.merge_met(other, &mut HandedOver { duplicates, next: &mut each, reading: &mut reading });
    reading
}

/// Rows of a part on their way to those that they may repeat.
struct HandedOver<'a> {
    duplicates: &'a mut Duplicates,
    next: &'a mut dyn FnMut() -> Result<Handed, Broken>,
    reading: &'a mut Reading,
}

impl Meeting for HandedOver<'_> {
    fn begin(&mut self, rows: usize) -> Result<(), Broken> {
        self.duplicates.look_at_none();
        for _ in 0..rows {
            self.duplicates.look_at_handed((self.next)()?);
        }
        self.duplicates.fetch();
        Ok(())
    }

    fn meet(&mut self, place: usize, row: u64) -> Met {
        let (met, pushed) = self.duplicates.meet_looked_at(place, row);
        self.reading.count_pushed(pushed, self.duplicates.limit());
        met
    }
}

impl Reading {
    /// What a part tells. Repeated rows are not looked for in one, and whether its source is a stream shows at the end.
    fn numbers(&mut self) -> [&mut u64; 22] {
        let [scheduled, queued, created] = &mut self.stand_ins;
        let [retries, later_runs] = &mut self.repeats;
        let [were_scheduled, were_queued, were_made] = &mut self.due;
        [
            &mut self.read,
            &mut self.unreadable,
            &mut self.no_start,
            &mut self.left_out_outside_window,
            &mut self.left_out_filtered,
            &mut self.left_out_without_moment,
            &mut self.left_out_repeated,
            &mut self.duplicates,
            &mut self.not_looked_for,
            &mut self.zoneless_starts,
            scheduled,
            queued,
            created,
            retries,
            later_runs,
            were_scheduled,
            were_queued,
            were_made,
            &mut self.other_ends,
            &mut self.unstable,
            &mut self.parts,
            &mut self.no_executions,
        ]
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.clone().numbers().into_iter().for_each(|number| push_long(out, *number));
        let kinds = ProblemKind::ALL.into_iter().zip(0..);
        let problems: Vec<_> = kinds.filter_map(|(kind, number)| Some((self.problems.of(kind)?, number))).collect();
        push_short(out, problems.len() as u32);
        for ((count, problem), kind) in problems {
            out.push(kind);
            push_long(out, count);
            push_long(out, problem.line);
            push_text(out, &problem.message);
        }
        push_text_if_any(out, self.incomplete.as_deref());
    }

    fn read(bytes: &mut Bytes<'_>) -> Result<Self, Broken> {
        let mut reading = Reading::default();
        for number in reading.numbers() {
            // No source has more rows than a number with a fraction counts exactly, and sums of such stay numbers.
            *number = bytes.long().ok().filter(|number| *number < 1 << 53).ok_or(Broken)?;
        }
        if reading.read < reading.no_start + reading.unreadable + reading.duplicates {
            return Err(Broken);
        }
        for _ in 0..bytes.count(21)? {
            let kind = *ProblemKind::ALL.get(usize::from(bytes.byte()?)).ok_or(Broken)?;
            let count = bytes.long().ok().filter(|count| *count < 1 << 53).ok_or(Broken)?;
            let line = bytes.long().ok().filter(|line| *line < 1 << 53).ok_or(Broken)?;
            let problem = Problem { line, kind, message: bytes.text()?.to_owned() };
            reading.problems.merge(&Problems::of_one(count, problem));
        }
        reading.incomplete = bytes.text_if_any()?.map(str::to_owned);
        Ok(reading)
    }
}

fn push_end(out: &mut Vec<u8>, end: Option<&StreamEnd>) {
    match end {
        None => out.push(0),
        Some(StreamEnd::End { rows, complete, reason }) => {
            out.push(1);
            push_long(out, *rows);
            out.push(u8::from(*complete));
            push_text_if_any(out, reason.as_deref());
        }
        Some(StreamEnd::Error { code, message }) => {
            out.push(2);
            push_text(out, code);
            push_text(out, message);
        }
    }
}

fn read_end(bytes: &mut Bytes<'_>) -> Result<Option<StreamEnd>, Broken> {
    Ok(match bytes.byte()? {
        0 => None,
        1 => Some(StreamEnd::End {
            rows: bytes.long()?,
            complete: bytes.truth()?,
            reason: bytes.text_if_any()?.map(str::to_owned),
        }),
        2 => Some(StreamEnd::Error { code: bytes.text()?.to_owned(), message: bytes.text()?.to_owned() }),
        _ => return Err(Broken),
    })
}
