//! What members around the rows of a document say of them. Knows nothing of where rows are.

/// What is kept of a member around the rows that says something of them, and of the names of jobs around each other, at most.
const MOST_CONTEXT_BYTES: usize = 1 << 16;

/// Members of the objects around the rows that say something of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContextKey {
    Resource,
    /// The name of a job with those of the folders around it.
    FullName,
    /// The name of a job or folder within the one around it.
    Name,
}

const RESOURCE: &str = "resource";
const FULL_NAME: &str = "fullName";

impl ContextKey {
    pub(super) fn of(key: &str) -> Option<ContextKey> {
        match key {
            RESOURCE => Some(ContextKey::Resource),
            FULL_NAME => Some(ContextKey::FullName),
            "name" => Some(ContextKey::Name),
            _ => None,
        }
    }
}

/// Where a job's or folder's own name lies among those around each other.
#[derive(Debug)]
struct JobName {
    /// How many frames lie around it.
    depth: usize,
    start: usize,
    is_full: bool,
    is_too_long: bool,
}

/// What is known of the rows that come.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// With how many frames lie around it; a text of JSON.
    resource: (usize, String),
    /// One a frame, by their depth.
    jobs: Vec<JobName>,
    /// Their names one behind the other: a mark before each, which is a quote where a full name begins, and a quote behind
    /// the last, so that what is asked for is a text of JSON as it lies.
    names: String,
}

impl Context {
    /// The members: their names and texts of JSON.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let members = [(RESOURCE, &*self.resource.1), (FULL_NAME, self.full_name())];
        members.into_iter().filter(|(_, text)| !text.is_empty())
    }

    /// The innermost full name, and behind it the names within it.
    fn full_name(&self) -> &str {
        let start = self.jobs.iter().rfind(|job| job.is_full).map_or(0, |job| job.start);
        let is_known = self.jobs.iter().all(|job| !job.is_too_long);
        self.names.get(start..).filter(|_| is_known).unwrap_or_default()
    }

    /// Takes a member that so many frames lie around; `text` is JSON.
    pub(super) fn take(&mut self, key: ContextKey, depth: usize, text: &str) {
        match key {
            ContextKey::Resource if text.len() <= MOST_CONTEXT_BYTES => {
                self.resource.0 = depth;
                self.resource.1.clear();
                self.resource.1.push_str(text);
            }
            ContextKey::Resource => {}
            ContextKey::FullName => self.take_name(depth, true, text),
            ContextKey::Name => self.take_name(depth, false, text),
        }
    }

    fn take_name(&mut self, depth: usize, is_full: bool, text: &str) {
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default();
        let has_full = self.jobs.last().is_some_and(|job| job.depth == depth && job.is_full);
        if bare.is_empty() || (has_full && !is_full) {
            return;
        }
        self.forget_names_within(depth.saturating_sub(1));
        let start = self.names.len().saturating_sub(1);
        let is_too_long = start + bare.len() > MOST_CONTEXT_BYTES;
        self.jobs.push(JobName { depth, start, is_full, is_too_long });
        if !is_too_long {
            self.names.truncate(start);
            self.names.push(if is_full || start == 0 { '"' } else { '/' });
            self.names.push_str(bare);
            self.names.push('"');
        }
    }

    /// What was said of rows within a frame that ended is not said of others; so many frames are left.
    pub(super) fn forget_within(&mut self, depth: usize) {
        if self.resource.0 > depth {
            self.resource.1.clear();
        }
        self.forget_names_within(depth);
    }

    fn forget_names_within(&mut self, depth: usize) {
        while let Some(job) = self.jobs.pop_if(|job| job.depth > depth) {
            self.names.truncate(job.start);
            if job.start > 0 {
                self.names.push('"');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_jobs_lie_within_those_around_them() {
        let check = |members: &[(usize, &str, &str)], expected: &str| {
            let mut context = Context::default();
            for (depth, key, text) in members {
                match ContextKey::of(key) {
                    Some(key) => context.take(key, *depth, text),
                    None => context.forget_within(*depth),
                }
            }
            let said: Vec<_> = context.members().map(|(_, text)| text).collect();
            assert_eq!(said.join(" "), expected, "{members:?}");
        };
        let (team, app) = ((1, "name", "\"team\""), (3, "name", "\"a\\\"pp\""));
        check(&[team], "\"team\"");
        check(&[team, app], "\"team/a\\\"pp\"");
        check(&[team, app, app], "\"team/a\\\"pp\"");
        check(&[team, app, (2, "", "")], "\"team\"");
        check(&[team, app, (0, "", "")], "");
        check(&[team, app, (2, "", ""), (3, "name", "\"other\"")], "\"team/other\"");
        let full = |depth| (depth, "fullName", "\"x/y\"");
        check(&[team, full(3)], "\"x/y\"");
        check(&[full(1), app], "\"x/y/a\\\"pp\"");
        check(&[team, app, full(3)], "\"x/y\"");
        check(&[team, full(3), app], "\"x/y\"");
        check(&[team, full(3), (2, "", "")], "\"team\"");
        check(&[team, full(3), (2, "", ""), app], "\"team/a\\\"pp\"");
        // What is no text, or says nothing, names nothing.
        check(&[team, (3, "name", "7"), (3, "name", "\"\"")], "\"team\"");
        // Names that are too long are none; half of one would be another's.
        let long = format!("\"{}\"", "n".repeat(MOST_CONTEXT_BYTES));
        check(&[team, (3, "name", &long), (5, "name", "\"in\"")], "");
        check(&[team, (3, "name", &long), (2, "", "")], "\"team\"");
        check(&[(1, "resource", &long), (1, "resource", "{}"), team], "{} \"team\"");
    }
}
