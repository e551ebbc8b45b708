//! Executions as rows: put into the engine's own table, counted into its cube and looked at through its public entry, as any
//! source's are. All in UTC, from the histories' Monday on.

use crate::histories::{Chance, MONDAY};
use crate::singles::start_ms;
use chrono::{Days, NaiveDate};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::options::Query;
use execution_heatmap::pattern::history::{Tabulator, complete, of_all};
use execution_heatmap::pattern::{self, Evidence, Report, Series};
use execution_heatmap::table::{Table, View};
use execution_heatmap::time::Timestamp;
use execution_heatmap::window::{Window, WindowRequest};
use execution_heatmap::zone::{HOUR_MS, Zone};

/// Rows of so many whole days.
pub struct Rows {
    table: Table,
    window: Window,
}

impl Rows {
    /// No rows yet.
    ///
    /// # Panics
    /// Where the days are none or too many for a window.
    pub fn over(days: usize) -> Self {
        let from: NaiveDate = MONDAY.parse().expect("it is a date");
        let to = from + Days::new(days as u64 - 1);
        let request = WindowRequest::Dates { from, to };
        let window = Window::resolve(request, Timestamp::MAX, None, &Zone::utc()).expect("so many days fit");
        Self { table: Table::default(), window }
    }

    /// Rows there are.
    pub fn count(&self) -> u64 {
        self.table.rows()
    }

    /// Adds a row, at so many milliseconds behind the first moment.
    pub fn push(&mut self, workflow: &str, at_ms: i64, status: Status, duration_ms: Option<u64>) {
        self.push_whole(workflow, at_ms, status, duration_ms, Tags::new("", &[]), None);
    }

    /// The same of a row that may bear tags and say what went wrong.
    pub fn push_whole(
        &mut self,
        workflow: &str,
        at_ms: i64,
        status: Status,
        duration_ms: Option<u64>,
        tags: Tags<'_>,
        error: Option<&str>,
    ) {
        let Some(started_at) = Timestamp::from_ms(start_ms() + at_ms) else { return };
        self.table.push(&Execution {
            id: None,
            workflow_id: Some(workflow),
            workflow: None,
            status,
            status_text: status.name(),
            started_at,
            duration_ms,
            waited_ms: None,
            tags,
            attempt: 1,
            error,
        });
    }

    /// Adds the executions of an hour, at any moment of it, of which so many fail.
    pub fn push_hour(
        &mut self,
        chance: &mut Chance,
        (workflow, hour): (&str, usize),
        (executions, failures): (u64, u64),
        duration: impl Fn(&mut Chance) -> u64,
    ) {
        let mut left = failures;
        for number in 0..executions {
            // Which of them fail is chance, how many is told.
            let fails = chance.below((executions - number) as usize) < left as usize;
            left -= u64::from(fails);
            let status = if fails { Status::Failed } else { Status::Completed };
            let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
            let duration_ms = duration(chance);
            self.push(workflow, at_ms, status, Some(duration_ms));
        }
    }

    /// Calls with what the engine looks at.
    fn seen<T>(&self, with_workflows: bool, look: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let (zone, query) = (Zone::utc(), Query::default());
        let buckets = Buckets::new(&self.window, &zone);
        let view = View::of(&query, &self.window, &buckets);
        let cube = self.table.count(&view).cube;
        look(&Evidence {
            cube: &cube,
            buckets: &buckets,
            window: &self.window,
            zone: &zone,
            workflows: &|each| {
                if with_workflows {
                    self.table.each_workflow(&view, each);
                }
            },
            tags: &|each| self.table.each_tag(&view, each),
            error: &|number| self.table.error(number),
            ends_with_rows: false,
            known_until: Some(self.window.until.ms()),
            placed_by: execution_heatmap::options::Moment::Start,
            outcomes: true,
            whole: true,
            chosen: false,
            // Whatever passes its test has to be true.
            all: true,
        })
    }

    /// What the engine says of them.
    pub fn report(&self) -> Report {
        self.seen(true, pattern::report)
    }

    /// What it says where single workflows are not known.
    pub fn report_of_total(&self) -> Report {
        self.seen(false, pattern::report)
    }

    /// The series of each workflow, in the order of their ids.
    pub fn series(&self) -> Vec<Series> {
        self.seen(true, |evidence| {
            let (tabulator, mut all) = (Tabulator::new(evidence), Vec::new());
            (evidence.workflows)(&mut |workflow| {
                all.push(tabulator.of_workflow(workflow));
                true
            });
            all
        })
    }

    /// The series of all of them together.
    pub fn total(&self) -> Series {
        self.seen(false, of_all)
    }

    /// The same with what only the executions of single workflows tell: which of them are slow.
    pub fn total_with_slow_ones(&self) -> Series {
        self.seen(true, |evidence| {
            let mut all = of_all(evidence);
            complete(evidence, &mut all);
            all
        })
    }
}
