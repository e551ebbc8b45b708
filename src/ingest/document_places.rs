//! Where in documents rows are: the names under which systems list them, and what other names of members say.

/// A place on the way to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(usize);

impl Place {
    /// The document itself.
    pub(super) const ROOT: Place = Place(0);
}

/// The ways to rows that are known without being told; `*` stands for any key. Arrays on the way need no mention.
const USUAL: &[&str] = &[
    "",
    "workflow_runs",
    "jobs",
    "runs",
    "builds",
    "allBuilds",
    "pipelines",
    "dag_runs",
    "task_instances",
    "executions",
    "workflowExecutions",
    "executionInfos",
    "items",
    "results",
    "rows",
    "records",
    "value",
    "events",
    "data",
    "data.items",
    "data.results",
    "data.rows",
    "data.nodes",
    "data.*.results",
    "data.*.nodes",
    "data.*.*.nodes",
    "resourceSpans.scopeSpans.spans",
    "resourceSpans.instrumentationLibrarySpans.spans",
];

/// The one of them under which a run that is exported by itself lists its jobs (`gh run view`), and Jenkins its jobs, each
/// with its builds; its folders list theirs in turn, and theirs.
const JOBS: &str = "jobs";

/// Under which jobs of Jenkins list their builds.
const BUILDS: [&str; 2] = ["builds", "allBuilds"];

/// The member by which Jenkins says of each object what it is.
pub(super) const JENKINS_KEY: &str = "_class";

#[derive(Debug, Default)]
struct Known {
    has_rows: bool,
    ways: Vec<(Box<str>, Place)>,
}

/// The ways to rows.
#[derive(Debug)]
pub(super) struct Places {
    known: Vec<Known>,
    may_be_map: bool,
    /// Where a row may list its own parts, and Jenkins jobs and folders, if nobody said that rows are there.
    jobs: Option<Place>,
}

impl Places {
    /// Those that are known without being told.
    pub(super) fn usual() -> Places {
        let mut places = Places::of(USUAL, true);
        let jobs = places.make(Place::ROOT, JOBS);
        for key in BUILDS {
            let builds = places.make(jobs, key);
            places.put_rows(builds);
        }
        if let Some(known) = places.known.get_mut(jobs.0) {
            known.ways.push((JOBS.into(), jobs));
        }
        places.jobs = Some(jobs);
        places
    }

    /// One way, keys separated by points; the empty one is the document itself.
    pub(super) fn only(way: &str) -> Places {
        Places::of(&[way], way.is_empty())
    }

    fn of(ways: &[&str], may_be_map: bool) -> Places {
        let mut places = Places { known: vec![Known::default()], may_be_map, jobs: None };
        for way in ways {
            let keys = way.split('.').filter(|key| !key.is_empty());
            let place = keys.fold(Place::ROOT, |place, key| places.make(place, key));
            places.put_rows(place);
        }
        places
    }

    fn put_rows(&mut self, place: Place) {
        if let Some(known) = self.known.get_mut(place.0) {
            known.has_rows = true;
        }
    }

    fn make(&mut self, place: Place, key: &str) -> Place {
        let next = Place(self.known.len());
        let Some(known) = self.known.get_mut(place.0) else { return next };
        match known.ways.iter().find(|(name, _)| &**name == key) {
            Some((_, there)) => *there,
            None => {
                known.ways.push((key.into(), next));
                self.known.push(Known::default());
                next
            }
        }
    }

    /// Where the value of a key is, if rows may be there.
    pub(super) fn enter(&self, place: Place, key: &str) -> Option<Place> {
        let ways = &self.known.get(place.0)?.ways;
        let named = |wanted: &str| ways.iter().find(|(name, _)| &**name == wanted).map(|(_, place)| *place);
        named(key).or_else(|| named("*"))
    }

    /// True if the elements of an array at that place are rows.
    pub(super) fn has_rows(&self, place: Place) -> bool {
        self.known.get(place.0).is_some_and(|known| known.has_rows)
    }

    /// True if ways lead on from there.
    pub(super) fn has_ways(&self, place: Place) -> bool {
        self.known.get(place.0).is_some_and(|known| !known.ways.is_empty())
    }

    /// True if what is listed there may be the parts of a row, or jobs and folders, as well as rows.
    pub(super) fn lists_jobs(&self, place: Place) -> bool {
        self.jobs == Some(place)
    }

    /// True if an object may hold rows as its members.
    pub(super) fn may_be_map(&self) -> bool {
        self.may_be_map
    }
}

/// True for a key that names an instant of a row.
pub(super) fn names_time(key: &str) -> bool {
    let holds = |part: &[u8]| key.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    holds(b"start") || holds(b"created")
}

/// True for a key that is an id rather than a name: digits, perhaps as hexadecimal ones with hyphens.
pub(super) fn is_id(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_digit()) && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
