//! The rows of the bench: 90 days of 50 workflows of very different size, from a seed. Makes rows; `files` writes them.

use super::random::Random;

/// The first hour of the window since 1970: 2026-01-01, 00:00 UTC.
pub const FIRST_HOUR: u64 = 490_896;
/// Hours of the window.
pub const HOURS: u64 = 90 * 24;
const MS_PER_HOUR: u64 = 3_600_000;
const WORKFLOWS: u64 = 50;
/// Into how many steps a unit of an hour's weight is cut: enough that rows of one hour start apart.
const STEPS: u64 = 1000;
const SEED: u64 = 2026;

const NAMES: [&str; 10] = [
    "Sync CRM contacts to warehouse",
    "Nightly invoices \"urgent\" queue",
    "Rechnungen prüfen, Straße und Ort",
    "日次レポート作成",
    "Backup of customer attachments",
    "Webhook: orders, refunds",
    "Score leads with model v3",
    "Mirror tickets both ways",
    "Clean up stale sessions",
    "Vérifier les dépôts bancaires",
];
const MODES: [&str; 4] = ["schedule", "webhook", "manual", "retry"];
const TAGS: [&str; 6] = ["eu", "us", "finance", "customer-facing", "nightly", "größte"];
const ERRORS: [(&str, &str); 5] = [
    ("connection refused by upstream service", "ECONNREFUSED"),
    ("deadline of 30 s exceeded while waiting for \"orders\"", "ETIMEDOUT"),
    ("HTTP 429: too many requests, retry later", "RATE_LIMITED"),
    ("column \"straße\" does not exist\tat line 7", "SQL42703"),
    ("unexpected end of input", "EPARSE"),
];

/// One row; instants in milliseconds since 1970.
pub struct Row {
    /// The number of the row, from 0.
    pub number: u64,
    /// The workflow's number.
    pub workflow: u64,
    /// A word of the vocabulary.
    pub status: &'static str,
    /// What started it.
    pub mode: &'static str,
    /// When it was asked for.
    pub created_at: u64,
    /// When it started; a waiting one has not.
    pub started_at: Option<u64>,
    /// How long it took; some rows do not say.
    pub duration_ms: Option<u64>,
    /// Message and code of a failure.
    pub error: Option<(&'static str, &'static str)>,
    /// Up to three tags.
    pub tags: Vec<&'static str>,
    /// 1 for the first try.
    pub attempt: u64,
    /// Where it ran.
    pub host: u64,
}

impl Row {
    /// The workflow's id.
    pub fn workflow_id(&self) -> String {
        format!("w-{:02}", self.workflow)
    }

    /// The workflow's name: ten texts, told apart by a number.
    pub fn workflow_name(&self) -> String {
        let name = NAMES[(self.workflow as usize) % NAMES.len()];
        match self.workflow as usize / NAMES.len() {
            0 => name.to_owned(),
            copy => format!("{name} {copy}"),
        }
    }

    /// When it ended.
    pub fn finished_at(&self) -> Option<u64> {
        Some(self.started_at? + self.duration_ms?)
    }
}

/// `count` rows in the order of their starts.
pub fn rows(count: u64) -> impl Iterator<Item = Row> {
    let mut random = Random::new(SEED);
    // Hours of the day and days of the week differ, as people's work does.
    let weights: Vec<u64> = (0..HOURS).map(weight).collect();
    let total: u64 = weights.iter().sum();
    let (mut hour, mut before) = (0_usize, 0_u64);
    (0..count).map(move |number| {
        let place = number * total * STEPS / count;
        while hour + 1 < weights.len() && place >= before + weights[hour] * STEPS {
            before += weights[hour] * STEPS;
            hour += 1;
        }
        let start = (FIRST_HOUR + hour as u64) * MS_PER_HOUR + (place - before) * MS_PER_HOUR / (weights[hour] * STEPS);
        row(number, start, &mut random)
    })
}

fn weight(hour: u64) -> u64 {
    let (of_day, day) = (hour % 24, hour / 24);
    let by_hour = if (8..18).contains(&of_day) { 900 } else { 300 };
    // The window begins on a Thursday.
    if matches!((day + 3) % 7, 5 | 6) { by_hour / 3 } else { by_hour }
}

fn row(number: u64, start: u64, random: &mut Random) -> Row {
    // The least of three throws: the first workflows run far more often than the last.
    let workflow = (0..3).map(|_| random.below(WORKFLOWS)).min().unwrap_or(0);
    let status = match random.below(1000) {
        0..880 => "completed",
        880..960 => "failed",
        960..975 => "timed_out",
        975..985 => "cancelled",
        985..992 => "running",
        _ => "waiting",
    };
    let has_ended = matches!(status, "completed" | "failed" | "timed_out");
    let says_duration = has_ended && random.below(200) > 0;
    let scale = 200 << random.below(8);
    let duration_ms = says_duration.then(|| scale + random.below(scale) + workflow * 37);
    let error = (status == "failed").then(|| ERRORS[random.below(ERRORS.len() as u64) as usize]);
    let first_tag = random.below(TAGS.len() as u64) as usize;
    let tags = (0..random.below(4) as usize).map(|more| TAGS[(first_tag + more) % TAGS.len()]).collect();
    let attempt = if random.below(20) == 0 { 2 + random.below(3) } else { 1 };
    let created_at = start - random.below(4_000);
    Row {
        number,
        workflow,
        status,
        mode: MODES[random.below(MODES.len() as u64) as usize],
        created_at,
        started_at: (status != "waiting").then_some(start),
        duration_ms,
        error,
        tags,
        attempt,
        host: random.below(40),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_rise_and_lie_within_the_window() {
        let starts: Vec<u64> = rows(20_000).filter_map(|row| row.started_at).collect();
        assert!(starts.is_sorted());
        assert!(starts.iter().all(|start| (FIRST_HOUR..FIRST_HOUR + HOURS).contains(&(start / MS_PER_HOUR))));
        let hours: std::collections::BTreeSet<u64> = starts.iter().map(|start| start / MS_PER_HOUR).collect();
        assert_eq!(hours.len() as u64, HOURS, "every hour holds something");
    }

    #[test]
    fn the_page_knows_the_same_window_and_filters() {
        let page = include_str!("../../../../benches/browser/cells.mjs").replace('_', "");
        assert!(page.contains(&format!("FIRST_HOUR = {FIRST_HOUR};").replace('_', "")));
        assert!(page.contains(&format!("HOURS = {} * 24;", HOURS / 24)));
        for name in crate::bench::goals::FILTERS {
            assert!(page.contains(&format!("'{name}': {{")), "{name}");
        }
    }

    #[test]
    fn only_what_has_ended_says_how_long_it_took() {
        let mut said = 0;
        for row in rows(5_000) {
            let has_ended = matches!(row.status, "completed" | "failed" | "timed_out");
            assert!(has_ended || row.duration_ms.is_none(), "{}", row.status);
            said += u64::from(row.duration_ms.is_some());
        }
        assert!((4_000..5_000).contains(&said), "{said}");
    }
}
