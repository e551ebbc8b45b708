//! Which executions are counted, by workflow, status and tag.

use crate::execution::Status;

/// Values that are wanted and values that are not. Nothing wanted means all are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// Any of these, rising, each once.
    pub any_of: Vec<T>,
    /// None of these; wins over `any_of`. Rising, each once.
    pub none_of: Vec<T>,
}

impl<T> Default for Choice<T> {
    fn default() -> Self {
        Self { any_of: Vec::new(), none_of: Vec::new() }
    }
}

impl<T: Ord> Choice<T> {
    /// True if nothing was chosen.
    pub fn is_empty(&self) -> bool {
        self.any_of.is_empty() && self.none_of.is_empty()
    }

    /// True if a thing that bears `values` is wanted: it bears one of `any_of` (or nothing was asked for) and none of
    /// `none_of`.
    pub fn admits<Q: Ord + ?Sized>(&self, values: impl Iterator<Item = impl AsRef<Q>> + Clone) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        let holds = |list: &[T], value: &Q| list.binary_search_by(|item| item.borrow().cmp(value)).is_ok();
        let wanted = self.any_of.is_empty() || values.clone().any(|value| holds(&self.any_of, value.as_ref()));
        wanted && !values.into_iter().any(|value| holds(&self.none_of, value.as_ref()))
    }
}

/// Which executions are counted: the three choices all have to admit one. Several values of one choice are
/// alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By workflow id.
    pub workflows: Choice<String>,
    /// By status; [`Status::Other`] stands for every word outside the vocabulary.
    pub statuses: Choice<Status>,
    /// By tag: any of an execution's tags.
    pub tags: Choice<String>,
}

impl Filter {
    /// True if everything is counted.
    pub fn is_empty(&self) -> bool {
        self.workflows.is_empty() && self.statuses.is_empty() && self.tags.is_empty()
    }

    /// The same without the choice of workflows: what a list of workflows to choose from is made of.
    pub fn without_workflows(&self) -> Self {
        Self { workflows: Choice::default(), ..self.clone() }
    }

    /// True if an execution is counted.
    pub fn admits<'a>(
        &self,
        workflow_id: Option<&'a str>,
        status: Status,
        tags: impl Iterator<Item = &'a str> + Clone,
    ) -> bool {
        self.admits_status(status) && self.admits_workflow(workflow_id) && self.admits_tags(tags)
    }

    /// True if a status is wanted.
    pub(crate) fn admits_status(&self, status: Status) -> bool {
        let Choice { any_of, none_of } = &self.statuses;
        (any_of.is_empty() || any_of.contains(&status)) && !none_of.contains(&status)
    }

    /// True if a workflow is wanted, or none.
    pub(crate) fn admits_workflow(&self, id: Option<&str>) -> bool {
        self.workflows.admits::<str>(id.iter())
    }

    /// True if an execution of these tags is wanted.
    pub(crate) fn admits_tags<'a>(&self, tags: impl Iterator<Item = &'a str> + Clone) -> bool {
        self.tags.admits::<str>(tags)
    }
}
