//! Lines and records of known shapes, and the rows of kinds that the reader's caller has named: these are told one after
//! the other with nothing but what each says of its own. Whatever is not such a row is left to [`Reader::next`].

use super::brief::{Brief, Said};
use super::lanes::Padded;
use super::reader::{Reader, Stage};
use super::row::Texts;
use super::shortcut::{KnownRecord, OwnSpots};
use super::{Cut, Form, Known, KnownTexts, Startless};
use crate::execution::OwnTexts;
use std::ops::Range;

/// The most rows that are told at a time; what is held of them stays near the processor.
const MOST_ROWS: usize = 256;

/// Rows of known kinds that were read one after the other, and where their texts lie if these are asked for.
#[derive(Debug, Default)]
pub(super) struct KnownRows {
    rows: Vec<Known>,
    own: Vec<OwnSpots>,
    /// The places of those that failed and may say what went wrong, and where that lies.
    failed: Vec<(usize, OwnSpots)>,
    /// Those among them that have no start.
    startless: Vec<Startless>,
    /// True if what comes behind them was looked at and is no such row.
    have_ended: bool,
}

impl KnownRows {
    fn clear(&mut self) {
        self.rows.clear();
        self.own.clear();
        self.failed.clear();
        self.startless.clear();
    }

    /// What ended them is read the long way now.
    pub(super) fn pass_end(&mut self) {
        self.have_ended = false;
    }

    #[inline(always)]
    pub(super) fn has_room(&self) -> bool {
        self.count() < MOST_ROWS
    }

    #[inline(always)]
    fn count(&self) -> usize {
        self.rows.len() + self.startless.len()
    }

    fn rows(&self) -> &[Known] {
        &self.rows
    }

    #[inline(always)]
    pub(super) fn push(&mut self, name: u32, said: Said, offset: u64) {
        let Said { started_at, duration_ms, attempt, zoneless_start } = said;
        self.rows.push(Known { name, kind: name, started_at, duration_ms, attempt, zoneless_start, offset });
    }

    #[inline(never)]
    pub(super) fn push_startless(&mut self, line: u64) {
        self.startless.push(Startless { line, behind: self.rows.len() });
    }

    #[inline(always)]
    pub(super) fn push_own(&mut self, own: OwnSpots) {
        self.own.push(own);
    }

    /// Takes note of what the row that was told last says of its failure.
    #[inline(always)]
    pub(super) fn push_failed(&mut self, own: OwnSpots, bytes: &Padded<'_>) {
        if own.may_say_error(bytes) {
            self.failed.push((self.rows.len().saturating_sub(1), own));
        }
    }

    #[inline]
    fn texts<'a>(&self, place: usize, bytes: Padded<'a>, texts: &'a mut Texts) -> Option<OwnTexts<'a>> {
        let (own, known) = self.own.get(place).zip(self.rows.get(place))?;
        Some(own.texts(bytes, known.attempt, texts))
    }
}

impl Reader {
    /// From now on, rows of the kind that this number of an [`Event::Row`] says may be told by [`Reader::next_known_rows`]
    /// under the caller's own name for it.
    pub(crate) fn name_kind(&mut self, kind: u32, name: u32) {
        match (self.form(), &mut self.forms) {
            (Some(Form::Arrow | Form::Columns), Some(forms)) => forms.arrow().name_kind(kind, name),
            _ => self.shortcuts.name_kind(kind, name),
        }
    }

    /// Forgets what kinds were named.
    pub(crate) fn forget_names(&mut self) {
        self.shortcuts.forget_names();
        if let Some(forms) = &mut self.forms {
            forms.arrow().forget_names();
        }
    }

    /// The next rows of lines or records, as far as their kinds were named and there is nothing about them that has to be
    /// said in words. Those among them that have no start, [`Reader::known_startless`] tells. None of either says nothing of
    /// what comes: [`Reader::next`] has to be asked then, before any more bytes come.
    #[inline]
    pub(crate) fn next_known_rows(&mut self) -> &[Known] {
        match self.stage {
            Stage::Reading(Form::Ndjson) => self.take_known_lines(),
            Stage::Reading(Form::Csv | Form::Tsv) => self.take_known_records(),
            _ => return &[],
        }
        self.known.rows()
    }

    /// The rows that [`Reader::next_known_rows`] told last.
    #[inline]
    pub(crate) fn known_rows(&self) -> &[Known] {
        self.known.rows()
    }

    /// The rows without a start among them.
    #[inline]
    pub(crate) fn known_startless(&self) -> &[Startless] {
        &self.known.startless
    }

    /// One of them with its texts, by its place among them.
    #[inline]
    pub(crate) fn known_row(&mut self, place: usize) -> Option<(Known, OwnTexts<'_>)> {
        let known = *self.known.rows().get(place)?;
        Some((known, self.known.texts(place, self.input.padded(), &mut self.scratch.texts)?))
    }

    /// Asks for the kind's number with what went wrong of each of them that says it.
    #[inline]
    pub(crate) fn name_known_errors(&mut self, number: &mut dyn FnMut(u32, &str) -> u32) {
        let Self { known: KnownRows { rows, failed, .. }, input, scratch, .. } = self;
        for (place, own) in failed {
            let error = own.error(input.padded(), &mut scratch.texts);
            if let Some((known, error)) = rows.get_mut(*place).zip(error) {
                known.kind = number(known.name, error);
            }
        }
    }

    /// Tells the texts of some of them, by their places, one after the other.
    #[inline(always)]
    pub(crate) fn each_known_texts(&mut self, places: Range<usize>, mut take: impl FnMut(KnownTexts<'_>)) {
        let Self { known: KnownRows { rows, own, .. }, input, scratch, .. } = self;
        let (rows, own) = (rows.get(places.clone()).unwrap_or_default(), own.get(places).unwrap_or_default());
        let bytes = input.padded();
        for (known, own) in rows.iter().zip(own) {
            take(match own.id_alone(bytes) {
                Some(id) => KnownTexts::Id { id, attempt: known.attempt },
                None => KnownTexts::Any(own.texts(bytes, known.attempt, &mut scratch.texts)),
            });
        }
    }

    /// Lines are read one after the other without a look at anything else, since nearly all lines are such.
    fn take_known_lines(&mut self) {
        let Self { input, lines, mapping, shortcuts, scratch, known, cut, .. } = self;
        known.clear();
        // What ended the rows that were told last is not looked at again before it is read.
        if std::mem::take(&mut known.have_ended)
            || !lines.may_begin_again(input)
            || !Brief::is_for(mapping.rules())
            || cut.is_some()
            || !shortcuts.are_worth_trying()
        {
            return;
        }
        let keeps_texts = !scratch.texts.are_left_out;
        let at = (&*input, lines.line());
        let (start, feeds) = shortcuts.take_known_lines(at, scratch.texts.times(), known, keeps_texts);
        known.have_ended = known.count() > 0 && known.has_room();
        shortcuts.told(known.count() as u32);
        if start > input.start() {
            lines.pass(feeds);
            input.take_to(start);
        }
    }

    /// The same of records.
    #[inline(never)]
    fn take_known_records(&mut self) {
        let Self { input, records, header, mapping, shortcuts, scratch, known, cut, .. } = self;
        known.clear();
        if std::mem::take(&mut known.have_ended)
            || header.is_none()
            || !Brief::is_for(mapping.rules())
            || cut.is_some()
            || !shortcuts.are_worth_trying()
        {
            return;
        }
        let keeps_texts = !scratch.texts.are_left_out;
        let delimiter = records.delimiter();
        while known.has_room() && records.pass_ends(input) {
            let start = input.start();
            let found = shortcuts.known_record(input, (start, delimiter), scratch.texts.times());
            let Some(KnownRecord { row, end, feeds }) = found else { break };
            let has_feed = input.has_byte_at(end) && input.padded().byte(end) == b'\n';
            let offset = input.offset_of(start);
            let cut = records.take(input, end - start, feeds, has_feed);
            let Some((name, said, has_failed)) = row else {
                known.push_startless(cut.line);
                continue;
            };
            known.push(name, said, offset);
            if let Some(own) = shortcuts.own_spots(start).filter(|_| keeps_texts || has_failed) {
                if keeps_texts {
                    known.push_own(own);
                }
                if has_failed {
                    known.push_failed(own, &input.padded());
                }
            }
        }
        known.have_ended = known.count() > 0 && known.has_room();
        shortcuts.told(known.count() as u32);
    }

    /// The next record, if it is of the usual shape.
    #[inline]
    pub(super) fn cut_known_record(&mut self) -> Option<Cut> {
        if self.header.is_none() || !self.records.pass_ends(&mut self.input) {
            return None;
        }
        let (length, lines, is_line) = self.shortcuts.whole_record(&self.input, self.records.delimiter())?;
        Some(self.records.take(&mut self.input, length, lines, is_line))
    }

    /// The next line, and whether it is of a known shape.
    pub(super) fn cut_line(&mut self) -> Option<(Cut, bool)> {
        let was_looked_at = !self.lines.is_at_start();
        let whole = if was_looked_at { None } else { self.shortcuts.whole_line(&self.input) };
        if let Some(length) = whole {
            return Some((self.lines.take(&mut self.input, length), true));
        }
        let cut = self.lines.next(&mut self.input)?;
        let is_known = was_looked_at && self.shortcuts.is_known(&self.input, &cut);
        Some((cut, is_known))
    }
}

#[cfg(test)]
mod tests {
    use super::super::known_line::steps;
    use super::super::memo::MOST_HELD_BYTES;
    use super::super::{Event, Expected};
    use super::*;

    /// Reads lines, names every kind, and tells how many rows there were and how many of them were told as known ones.
    fn read(lines: &str) -> (usize, usize) {
        read_chunks(lines.as_bytes().chunks(1 << 16))
    }

    fn read_chunks<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (usize, usize) {
        let mut reader = Reader::expecting(Expected::anything().form(Form::Ndjson));
        reader.leave_out_texts(true);
        let (mut rows, mut known) = (0, 0);
        for chunk in chunks {
            reader.extend(chunk);
            loop {
                known += reader.next_known_rows().len();
                let Some(event) = reader.next() else { break };
                if let Event::Row { kind, .. } = event {
                    rows += 1;
                    if let Some(kind) = kind {
                        reader.name_kind(kind, 7);
                    }
                }
            }
        }
        (rows + known, known)
    }

    /// Lines of so many workflows, in which each of some keys is left out by chance.
    fn lines(count: u64, workflows: u64, optional: &[&str]) -> String {
        let mut state = 7_u64;
        let mut chance = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let mut lines = String::new();
        for line in 0..count {
            let workflow = chance(workflows);
            lines.push_str(&format!("{{\"id\":\"{line}\",\"started_at\":\"2026-02-12T04:30:00.000Z\""));
            for key in optional {
                if chance(2) == 0 {
                    lines.push_str(&format!(",\"{key}\":{}", chance(1000)));
                }
            }
            let status = ["completed", "failed", "running"][chance(3) as usize];
            let tags = ["[]", "[\"eu\"]", "[\"eu\",\"us\"]"][chance(3) as usize];
            lines.push_str(&format!(
                ",\"workflow_id\":{workflow},\"workflow\":\"flow {workflow}\",\"status\":\"{status}\",\"tags\":{tags}}}\n"
            ));
        }
        lines
    }

    /// At least so many of a hundred rows have to be told as known ones.
    fn check(lines: &str, least: usize) {
        let (rows, known) = read(lines);
        assert_eq!(rows, lines.lines().count());
        assert!(known * 100 >= rows * least, "{known} of {rows} rows were told as known");
    }

    /// Of so many lines each says what the number of the line is asked for.
    fn lines_of(count: u64, rest: impl Fn(u64) -> String) -> String {
        let line =
            |line| format!("{{\"started_at\":\"2026-02-12T04:30:00.000Z\",\"status\":\"completed\"{}}}\n", rest(line));
        (0..count).map(line).collect()
    }

    /// Of so many lines, and of some of them, the steps passed and the literals and values looked at are fewer than half
    /// of the bytes. The shortest stop has six bytes, and where lines part a line may try several.
    fn check_steps(count: u64, rest: impl Fn(u64) -> String) {
        for count in [count / 8, count] {
            let lines = lines_of(count, &rest);
            steps::take();
            read(&lines);
            let steps = steps::take();
            assert!(steps < lines.len() as u64 / 2, "{steps} steps to {} bytes in {count} lines", lines.len());
            assert!(steps > count, "{steps} steps to {count} lines say nothing");
        }
    }

    #[test]
    fn learning_and_following_take_steps_as_there_are_bytes() {
        let keys =
            |keys: &mut dyn Iterator<Item = u64>| keys.map(|key| format!(",\"key {key}\":1")).collect::<String>();
        let flow = |number: u64| format!(",\"workflow\":\"flow {number}\"");
        // One key more each line, or one less, up to a hundred and again; the same with a workflow before or behind.
        check_steps(4000, |line| keys(&mut (0..line % 100)));
        check_steps(4000, |line| keys(&mut (0..100 - line % 100)));
        check_steps(4000, |line| keys(&mut (0..line % 20)) + &flow(line));
        check_steps(4000, |line| flow(line) + &keys(&mut (0..line % 100)));
        check_steps(4000, |line| flow(line % 40) + &keys(&mut (0..100 - line % 100)));
        check_steps(4000, |line| keys(&mut (line % 8..60)));
        // Any of some keys are left out.
        check_steps(8000, |line| keys(&mut (0..7).filter(|key| line >> key & 1 == 0)) + &flow(line % 40));
        check_steps(8000, |line| flow(line % 40) + &keys(&mut (0..7).filter(|key| (line * 5) >> key & 1 == 0)));
        check_steps(8000, |line| flow(line) + &keys(&mut (0..7).filter(|key| (line * 5) >> key & 1 == 0)));
        // Each line is of a kind of its own, which shows soon or late.
        check_steps(8000, flow);
        check_steps(8000, |line| flow(line) + &keys(&mut (0..20)));
        check_steps(8000, |line| keys(&mut (0..20)) + &flow(line));
        check_steps(8000, |line| flow(line % 64) + &format!(",\"tags\":[\"{}\"]", line / 64) + &keys(&mut (0..8)));
        // Texts that are alike at both ends.
        let alike = |line: u64| format!(",\"workflow\":\"{:a<40}{line:06}{:b<40}\"", "", "");
        check_steps(8000, |line| alike(line) + &format!(",\"tags\":\"{line}\""));
        // Many ways to go on at each place, whose first bytes are the same.
        let way = |line: u64, key: u64| format!(",\"{:k<60}{}\":1", "", line.wrapping_mul(key * 2 + 1) % 5);
        check_steps(8000, |line| (0..3).map(|key| way(line, key)).collect::<String>() + &flow(line % 50));
    }

    /// Of texts of one hash most find no place. Rows that say one of these are read the long way, and what is learned of
    /// them is not more than of others.
    #[test]
    fn texts_of_one_hash_take_no_more_steps() {
        // Each bit of a number turns two bits of a text that meet each other in the hash.
        let text = |line: u64| {
            let mut text = [b'a'; 30];
            for (place, byte) in (0..).zip([0, 1, 2, 3, 4, 6, 7]) {
                let turned = [0, 1, 2][(line / 3_u64.pow(place) % 3) as usize];
                // The second word of four, and the last one, which the hash turns by 21 bits more.
                text[7 + byte] ^= turned;
                text[23 + (byte + 2) % 8] ^= turned << 5;
            }
            String::from_utf8(text.to_vec()).unwrap()
        };
        for count in [2000, 8000] {
            let lines = lines_of(count, |line| format!(",\"workflow\":\"{}\"", text(line % 400)));
            steps::take();
            let (rows, known) = read(&lines);
            assert_eq!(rows as u64, count);
            assert!(known < rows / 20, "{known} of {rows} rows were told as known");
            assert!(steps::take() < lines.len() as u64 / 2);
            // Texts of hashes of their own are known when they come again.
            let (rows, known) = read(&lines_of(count, |line| format!(",\"workflow\":\"{:030}\"", line % 400)));
            assert!(known > rows / 2, "{known} of {rows} rows were told as known");
        }
    }

    /// The line that ends rows of known kinds is followed once, and the rows behind it are known again.
    #[test]
    fn what_ends_known_rows_is_looked_at_once() {
        // The line that ends known rows has a start that says none; it is met again and again, and none is ever named.
        let unknown = "{\"started_at\":\"0001-01-01T00:00:00Z\",\"status\":\"completed\",\"id\":\"x\"}\n";
        let lines = |number: u64| {
            let rest = if number % 8 == 7 { unknown } else { "" };
            lines_of(1, |_| format!(",\"id\":\"{number}\"")) + rest
        };
        let mut reader = Reader::expecting(Expected::anything().form(Form::Ndjson));
        reader.extend((0..800).map(lines).collect::<String>().as_bytes());
        let (mut told, mut others) = (0, 0);
        steps::take();
        // As an intake asks: for known rows until there are none, then for the next event.
        loop {
            loop {
                let known = reader.next_known_rows().len();
                told += known;
                if known == 0 {
                    break;
                }
            }
            let Some(event) = reader.next() else { break };
            others += 1;
            if let Event::Row { kind: Some(kind), .. } = event {
                reader.name_kind(kind, 7);
            }
        }
        assert!(told > 790 && told + others == 900, "{told} {others}");
        // A known line is four steps and one look at its value; an unknown one is that twice, as it ends the known ones and as it
        // is read, and not three times.
        let taken = steps::take();
        assert!(taken <= 800 * 5 + 100 * 11, "{taken} steps");
    }

    /// Lines that come in two pieces are known too, and long ones that come in many are not looked at again and again.
    #[test]
    fn lines_in_pieces_are_known_as_others_are() {
        let whole = lines(3000, 5, &[]);
        for piece in [500, 1000, 4096] {
            let (rows, known) = read_chunks(whole.as_bytes().chunks(piece));
            assert_eq!(rows, 3000);
            assert!(known * 100 >= rows * 96, "{known} of {rows} rows in pieces of {piece} were told as known");
        }
        let long = lines_of(200, |line| format!(",\"workflow\":\"{}\",\"a\":\"{:0>9000}\"", line % 3, line));
        for piece in [1, 7, 500] {
            steps::take();
            assert_eq!(read_chunks(long.as_bytes().chunks(piece)).0, 200);
            let steps = steps::take();
            assert!(steps < long.len() as u64 / 2, "{steps} steps to {} bytes in pieces of {piece}", long.len());
        }
    }

    /// Rows that say more than can be told in a few words are not followed before they are read.
    #[test]
    fn rows_of_other_rules_are_not_followed() {
        let line = |id: u64| {
            format!(
                "{{\"id\":{id},\"workflowId\":\"w\",\"status\":\"success\",\"mode\":\"trigger\",\"startedAt\":\"2026-02-12T04:30:00.000Z\",\"stoppedAt\":\"2026-02-12T04:30:01.000Z\"}}\n"
            )
        };
        let lines: String = (10..1010).map(line).collect();
        steps::take();
        assert_eq!(read(&lines), (1000, 0));
        // Seven steps a line, and three values that are looked up.
        assert!(steps::take() < 1000 * 12);
    }

    /// A value that decides the class is cut at the first quote or bracket that may close it. Where it goes on behind that, or
    /// lies beyond what is looked at together, its rows are known all the same.
    #[test]
    fn rows_are_known_however_the_values_are_written_that_decide_their_kind() {
        let of = |rest: &dyn Fn(u64) -> String| check(&lines_of(4000, rest), 90);
        of(&|line| format!(",\"workflow\":\"flow {}\"", line % 20));
        of(&|line| format!(",\"workflow\":\"say \\\"flow {}\\\" twice\"", line % 20));
        of(&|line| format!(",\"workflow\":\"C:\\\\{}\\\\\"", line % 20));
        of(&|line| format!(",\"workflow\":\"grün {}\"", line % 20));
        of(&|line| format!(",\"workflow\":\"{}{}\"", "far ".repeat(25), line % 20));
        of(&|line| format!(",\"workflow\":{{\"id\":\"{0}\",\"name\":\"a }} and {0}\"}}", line % 20));
        of(&|line| format!(",\"workflow\":{{\"id\":{},\"name\":\"{}\"}}", line % 20, "far ".repeat(25)));
        of(&|line| format!(",\"workflow_id\":{},\"tags\":null", line % 20));
        of(&|line| format!(",\"tags\":[\"a]\",\"{}\"]", line % 20));
        of(&|line| format!(",\"tags\":[\"{}\",\"{}\"]", "far ".repeat(25), line % 20));
    }

    /// Where lines part within long keys, the way that a line does not take may lead beyond the end of a chunk.
    #[test]
    fn a_row_of_a_known_kind_is_told_as_such_at_the_end_of_a_chunk() {
        for lengths in [[400, 0], [0, 400], [400, 3]] {
            let key = |line: u64| format!("{}{}", "k".repeat(40), "x".repeat(lengths[line as usize % 2]));
            let lines = lines_of(40, |line| format!(",\"{}\":1", key(line)));
            let (rows, known) = read(&lines);
            assert!(rows == 40 && known >= 30, "{known} of {rows}");
            let apart = lines.as_bytes().split_inclusive(|byte| *byte == b'\n');
            assert_eq!(read_chunks(apart), (rows, known), "{lengths:?}");
        }
    }

    /// A few bytes of a row can make many of its tags.
    #[test]
    fn what_kept_classes_take_has_a_limit() {
        let mut reader = Reader::expecting(Expected::anything().form(Form::Ndjson));
        let mut most = 0;
        let (key, labels) = ("k".repeat(100), ["1"; 60].join(","));
        for number in 0..2000 {
            let row = format!(
                "{{\"job_kind\":\"script\",\"script_path\":\"f{number}\",\"success\":true,\"started_at\":\"2026-02-12T04:30:00Z\",\"labels\":{{\"{key}\":[{labels}]}}}}\n"
            );
            reader.extend(row.as_bytes());
            let Some(Event::Row { execution, .. }) = reader.next() else { panic!("{row} is no row") };
            assert_eq!(execution.tags.iter().count(), 60);
            most = most.max(reader.shortcuts.held_bytes());
        }
        // It was full, and one class more than the limit is all that there was.
        assert!((MOST_HELD_BYTES..MOST_HELD_BYTES + (1 << 14)).contains(&most), "{most} bytes were held");
    }

    #[test]
    fn nearly_all_rows_of_known_kinds_are_told_as_such() {
        check(&lines(5_000, 1, &[]), 98);
        check(&lines(20_000, 50, &[]), 95);
        check(&lines(40_000, 2, &["duration_ms", "attempt", "trigger", "parent_run", "note", "host"]), 94);
    }

    /// In lines and records without a start here and there, nearly all of these are told among known rows, each at its place.
    #[test]
    fn rows_without_a_start_are_told_among_known_ones() {
        let line = |number: u64, start: &str| {
            format!(
                "{{\"id\":{number},\"workflow_id\":{},\"status\":\"{}\",\"started_at\":{start}}}\n",
                number % 3,
                if start == "null" { "waiting" } else { "failed" }
            )
        };
        let lines = (1..=900).map(|number| match number % 9 {
            0 => line(number, "null"),
            _ => line(number, "\"2026-02-12T04:30:00.000Z\""),
        });
        check_startless(Form::Ndjson, &lines.collect::<String>(), 0);
        let records = (1..=900).map(|number| match number % 9 {
            0 => format!("{number},{},failed,\r\n", number % 3),
            1 => format!("{number},{},failed,null\r\n", number % 3),
            _ => format!("{number},{},failed,2026-02-12T04:30:00Z\r\n", number % 3),
        });
        let csv = "id,workflow_id,status,started_at\r\n".to_owned() + &records.collect::<String>();
        check_startless(Form::Csv, &csv, 1);
    }

    /// Every ninth of 900 rows, and of records the one behind it, has no start.
    fn check_startless(form: Form, source: &str, header: u64) {
        let mut reader = Reader::expecting(Expected::anything().form(form));
        reader.extend(source.as_bytes());
        reader.finish();
        let is_startless = |number: u64| number.is_multiple_of(9) || header == 1 && number % 9 == 1;
        let (mut line, mut known, mut others) = (header, 0, 0);
        loop {
            let rows = reader.next_known_rows().len();
            let mut before = 0;
            for row in reader.known_startless() {
                line += (row.behind - before) as u64 + 1;
                before = row.behind;
                assert_eq!(row.line, line);
                assert!(is_startless(line - header), "line {line} has a start");
                known += 1;
            }
            line += (rows - before) as u64;
            match reader.next() {
                Some(Event::Row { kind, .. }) => {
                    line += 1;
                    kind.into_iter().for_each(|kind| reader.name_kind(kind, 7));
                }
                Some(Event::Rejected { line: told, kind, .. }) => {
                    line += 1;
                    assert_eq!((told, kind), (line, crate::problem::ProblemKind::NoStart));
                    others += 1;
                }
                Some(_) => {}
                None => break,
            }
        }
        let startless = (1..=900).filter(|number| is_startless(*number)).count();
        assert_eq!(known + others, startless);
        assert!(others < 5, "{others} of {startless} were told the long way");
        assert_eq!(line, 900 + header);
    }
}
