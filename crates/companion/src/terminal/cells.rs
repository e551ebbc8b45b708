//! The cells as lines of characters: every hour as hours × dates, every day as weekdays × weeks, the average week as
//! hours × weekdays. What does not fit the width goes into further blocks of whole weeks.

use super::Look;
use super::ink::{Ink, Line};
use super::text;
use chrono::{Datelike, NaiveDate};
use execution_heatmap::answer::Answer;
use execution_heatmap::cube::Sums;
use execution_heatmap::grid::{Cell, Grid, Presence, value_of};
use execution_heatmap::histogram::{Bins, Histogram};
use execution_heatmap::options::{Granularity, Metric};
use std::collections::BTreeSet;

/// Columns left of the cells: a label, a pattern's number and its line.
const MARGIN: usize = 5;
/// Under so many columns only the average week is drawn.
const LEAST_WIDTH: usize = 40;
/// Monday to Sunday in two letters.
const WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// The lines of the picture, and every ink that is in it.
pub fn lines(answer: &Answer, look: &Look) -> (Vec<String>, BTreeSet<u8>) {
    let mut drawing = Drawing { answer, look, lines: Vec::new(), inks: BTreeSet::new() };
    match answer.grid.granularity {
        _ if look.width < LEAST_WIDTH => drawing.average_week(),
        Granularity::Hourly => drawing.every_hour(),
        Granularity::Daily => drawing.every_day(),
    }
    (drawing.lines, drawing.inks)
}

/// A number for each ink, so that a set of them has an order: 0 blank, 1 to 4 the levels, 5 no runs, 6 unfinished.
pub const fn ink_number(ink: Ink) -> u8 {
    match ink {
        Ink::Blank => 0,
        Ink::Level(level) => level,
        Ink::Tile => 5,
        Ink::Unfinished => 6,
    }
}

/// What a cell shows.
fn ink_of(cell: &Cell) -> Ink {
    match (cell.presence, cell.value) {
        (Presence::Skipped | Presence::After, _) => Ink::Blank,
        (Presence::Present, Some(_)) => Ink::Level(cell.level),
        (Presence::Present, None) if cell.sums.executions() > 0 => Ink::Unfinished,
        (Presence::Present, None) => Ink::Tile,
    }
}

struct Drawing<'a> {
    answer: &'a Answer,
    look: &'a Look,
    lines: Vec<String>,
    inks: BTreeSet<u8>,
}

impl Drawing<'_> {
    fn grid(&self) -> &Grid {
        &self.answer.grid
    }

    fn every_hour(&mut self) {
        let dates = self.grid().dates.clone();
        let weeks = weeks_of(&dates);
        for block in blocks(&weeks, self.look.width - MARGIN, |days| days, 1) {
            let places = places(block);
            self.month_and_day_lines(&places);
            let columns: Vec<Option<usize>> = spread(&places);
            self.hour_lines(&columns, |drawing, date, hour| {
                drawing.grid().cells.get(date * 24 + hour).map_or(Ink::Blank, ink_of)
            });
            self.lines.push(String::new());
        }
    }

    /// One line for two hours in colours, for one hour without, and where no character of ASCII is half a place.
    fn hour_lines(&mut self, columns: &[Option<usize>], ink: impl Fn(&Self, usize, usize) -> Ink) {
        let step = if self.has_colours() && !self.look.ascii { 2 } else { 1 };
        for hour in (0..24).step_by(step) {
            let mut line = Line::default();
            line.text(&self.margin(hour, step));
            for column in columns {
                let Some(column) = *column else {
                    line.text(" ");
                    continue;
                };
                let inks: Vec<Ink> = (hour..hour + step).map(|hour| ink(self, column, hour)).collect();
                self.place(&mut line, &inks);
            }
            self.lines.push(line.end());
        }
    }

    /// One character: one ink, or two above each other.
    fn place(&mut self, line: &mut Line, inks: &[Ink]) {
        self.inks.extend(inks.iter().copied().map(ink_number));
        let metric = self.grid().metric;
        let colour = |ink: Ink| ink.colour(metric, self.look);
        match *inks {
            [upper, lower] => match (colour(upper), colour(lower)) {
                (None, None) => line.text(" "),
                (None, lower) => line.character('▄', lower, None),
                (upper, lower) => line.character('▀', upper, lower),
            },
            [only] if self.has_colours() => line.character(' ', None, colour(only)),
            [only] => line.character(only.character(metric, self.look.ascii), None, None),
            _ => {}
        }
    }

    /// The label each six hours, and the first pattern's number beside its hours.
    fn margin(&self, hour: usize, step: usize) -> String {
        let label = if hour.is_multiple_of(6) { format!("{hour:02}") } else { "  ".to_owned() };
        let is_marked = self.answer.patterns.first().and_then(|first| first.window.as_ref()).is_some_and(|window| {
            let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
            let within = |hour: usize| if from < to { (from..to).contains(&hour) } else { hour >= from || hour < to };
            (hour..hour + step).any(within)
        });
        match (is_marked, self.look.ascii) {
            (false, _) => format!("{label}   "),
            (true, false) => format!("{label} 1▕"),
            (true, true) => format!("{label} 1|"),
        }
    }

    fn month_and_day_lines(&mut self, places: &[(usize, usize)]) {
        let dates = &self.grid().dates;
        let date = |index: usize| dates.get(index).copied().unwrap_or_default();
        let first = places.first().map(|(_, index)| *index);
        let months = places.iter().filter(|(_, index)| date(*index).day() == 1 || Some(*index) == first);
        let months: Vec<_> = months.map(|(column, index)| (*column, text::month(date(*index)).to_owned())).collect();
        let days = places.iter().filter(|(_, index)| date(*index).weekday().num_days_from_monday() == 0);
        let days: Vec<_> = days.map(|(column, index)| (*column, date(*index).day().to_string())).collect();
        let months = label_line(months, self.look.width);
        let days = label_line(days, self.look.width);
        self.lines.extend([months, days]);
    }

    fn every_day(&mut self) {
        const CELL: usize = 2;
        let dates = self.grid().dates.clone();
        let weeks = weeks_of(&dates);
        for block in blocks(&weeks, self.look.width - MARGIN, |_| CELL, 0) {
            let mut months = Vec::new();
            for (number, week) in block.iter().enumerate() {
                let month_begins =
                    week.iter().find(|(_, date)| date.day() == 1).or(week.first().filter(|_| number == 0));
                months.extend(month_begins.map(|(_, date)| (number * CELL, text::month(*date).to_owned())));
            }
            self.lines.push(label_line(months, self.look.width));
            for (weekday, name) in WEEKDAYS.iter().enumerate() {
                let mut line = Line::default();
                line.text(&format!("{name}   "));
                for week in block {
                    let of_day = week.iter().find(|(_, date)| weekday_of(*date) == weekday);
                    let ink = of_day.and_then(|(index, _)| self.grid().cells.get(*index)).map_or(Ink::Blank, ink_of);
                    for _ in 0..CELL {
                        self.place(&mut line, &[ink]);
                    }
                }
                self.lines.push(line.end());
            }
            self.lines.push(String::new());
        }
    }

    /// All weeks in one: what the executions of a weekday's hour did together; of counts, on how many such days.
    fn average_week(&mut self) {
        let a_date = Grid::cells_a_date(self.grid().granularity);
        let mut profile = vec![Profile::default(); 7 * a_date];
        for (place, cell) in self.grid().cells.iter().enumerate() {
            let Some(date) = self.grid().dates.get(place / a_date) else { continue };
            if let (Presence::Present, Some(profile)) =
                (cell.presence, profile.get_mut(weekday_of(*date) * a_date + place % a_date))
            {
                profile.sums.merge(&cell.sums);
                self.grid().durations.get(place).into_iter().for_each(|more| profile.durations.merge(more));
                profile.days += 1;
            }
        }
        let bins = Bins::new();
        let inks: Vec<Ink> = profile.iter().map(|profile| self.ink_of_profile(profile, &bins)).collect();
        let names = WEEKDAYS.iter().enumerate().map(|(weekday, name)| (weekday * 3, (*name).to_owned()));
        self.lines.push(label_line(names.collect(), self.look.width.max(26)));
        let columns: Vec<Option<usize>> = (0..7).flat_map(|weekday| [Some(weekday), Some(weekday), None]).collect();
        if a_date == 24 {
            self.hour_lines(&columns, |_, weekday, hour| inks.get(weekday * 24 + hour).copied().unwrap_or(Ink::Blank));
        } else {
            let mut line = Line::default();
            line.text(&" ".repeat(MARGIN));
            for column in columns {
                match column.and_then(|weekday| inks.get(weekday)) {
                    Some(ink) => self.place(&mut line, &[*ink]),
                    None => line.text(" "),
                }
            }
            self.lines.push(line.end());
        }
        self.lines.push(String::new());
    }

    fn ink_of_profile(&self, profile: &Profile, bins: &Bins) -> Ink {
        let Profile { sums, durations, days } = profile;
        let metric = self.grid().metric;
        let per_day = if matches!(metric, Metric::Volume | Metric::ErrorCount) { (*days).max(1) as f64 } else { 1.0 };
        match value_of(metric, sums, Some(durations), bins) {
            Some(value) => Ink::Level(self.grid().scale.level(value / per_day)),
            None if sums.executions() > 0 => Ink::Unfinished,
            None if *days > 0 => Ink::Tile,
            None => Ink::Blank,
        }
    }

    fn has_colours(&self) -> bool {
        self.look.colours != super::Colours::None
    }
}

/// What the executions of a weekday's hour did, on how many such days.
#[derive(Clone, Default)]
struct Profile {
    sums: Sums,
    durations: Histogram,
    days: u64,
}

/// A date with its position in the window.
type Dated = (usize, NaiveDate);

fn weekday_of(date: NaiveDate) -> usize {
    date.weekday().num_days_from_monday() as usize
}

/// The dates in weeks from Monday to Sunday; the first and the last one can be short.
fn weeks_of(dates: &[NaiveDate]) -> Vec<Vec<Dated>> {
    let dated: Vec<Dated> = dates.iter().copied().enumerate().collect();
    dated.chunk_by(|_, (_, next)| weekday_of(*next) != 0).map(<[Dated]>::to_vec).collect()
}

/// As many weeks to a block as fit a width, at least one.
fn blocks(weeks: &[Vec<Dated>], width: usize, columns: impl Fn(usize) -> usize, gap: usize) -> Vec<&[Vec<Dated>]> {
    let mut blocks = Vec::new();
    let (mut from, mut used) = (0, 0);
    for (number, week) in weeks.iter().enumerate() {
        let needed = columns(week.len());
        if number > from && used + gap + needed > width {
            blocks.extend(weeks.get(from..number));
            (from, used) = (number, 0);
        }
        used += needed + if number > from { gap } else { 0 };
    }
    blocks.extend(weeks.get(from..).filter(|last| !last.is_empty()));
    blocks
}

/// The column of each date of a block, with one empty column between weeks.
fn places(block: &[Vec<Dated>]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut column = 0;
    for week in block {
        for (index, _) in week {
            places.push((column, *index));
            column += 1;
        }
        column += 1;
    }
    places
}

/// The columns from left to right, the empty ones among them.
fn spread(places: &[(usize, usize)]) -> Vec<Option<usize>> {
    let columns = places.last().map_or(0, |(column, _)| column + 1);
    let mut spread = vec![None; columns];
    for (column, index) in places {
        if let Some(place) = spread.get_mut(*column) {
            *place = Some(*index);
        }
    }
    spread
}

/// Labels at their columns. One that would touch the next gives way if it is the first, else the later one does; one
/// that would run over the edge of the screen is moved to end there.
fn label_line(mut labels: Vec<(usize, String)>, width: usize) -> String {
    if let [(first, name), (second, _), ..] = &labels[..]
        && first + name.len() + 1 > *second
    {
        labels.remove(0);
    }
    let mut line = " ".repeat(MARGIN);
    for (column, label) in labels {
        let at = (MARGIN + column).min(width.saturating_sub(label.len()));
        let is_free = line.len() < at || (line.len() == at && line.ends_with(' '));
        if is_free {
            line.push_str(&" ".repeat(at - line.len()));
            line.push_str(&label);
        }
    }
    line
}
