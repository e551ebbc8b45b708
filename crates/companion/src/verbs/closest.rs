//! What is said of a workflow or a tag that is asked for and that no row is of: the workflow that bears it as its name,
//! those whose ids or names are near, or some that there are. Words only; it chooses nothing.

use crate::voice::counted;
use execution_heatmap::table::Workflow;

/// Workflows or tags that a hint names.
const MOST_NAMED: usize = 3;

/// The hint, unless a row bears that tag.
pub fn tag_hint(asked: &str, there: &[&str]) -> Option<String> {
    let named = |tag: &&str| Workflow { id: Some((*tag).to_owned()), name: None, executions: 0 };
    let there: Vec<Workflow> = there.iter().map(named).collect();
    hint_of(asked, &there, "no row bears the tag", ["tag", "tags"])
}

/// The hint, unless a workflow has that id. Workflows come with those of most executions first.
pub fn hint(asked: &str, there: &[Workflow]) -> Option<String> {
    hint_of(asked, there, "no workflow has the id", ["workflow", "workflows"])
}

fn hint_of(asked: &str, there: &[Workflow], none: &str, [one, several]: [&str; 2]) -> Option<String> {
    if there.iter().any(|workflow| workflow.id.as_deref() == Some(asked)) {
        return None;
    }
    let named = |workflow: &Workflow| {
        let id = workflow.id.as_deref()?;
        let name = workflow.name.as_deref().filter(|name| *name != id);
        Some(format!("'{id}'{}", name.map(|name| format!(" ({name})")).unwrap_or_default()))
    };
    let with_id: Vec<&Workflow> = there.iter().filter(|workflow| workflow.id.is_some()).collect();
    let none = format!("{none} '{asked}'");
    let bears_it = with_id.iter().find(|workflow| workflow.name.as_deref() == Some(asked));
    if let Some(id) = bears_it.and_then(|workflow| workflow.id.as_deref()) {
        return Some(format!("{none}; it is the name of the one with the id '{id}'"));
    }
    let mut near: Vec<(usize, &&Workflow)> =
        with_id.iter().filter_map(|workflow| Some((distance(asked, workflow)?, workflow))).collect();
    near.sort_by_key(|(distance, _)| *distance);
    let near: Vec<String> = near.into_iter().filter_map(|(_, workflow)| named(workflow)).take(MOST_NAMED).collect();
    if !near.is_empty() {
        return Some(format!("{none}; near it are {}", near.join(", ")));
    }
    let some: Vec<String> = with_id.iter().filter_map(|workflow| named(workflow)).take(MOST_NAMED).collect();
    Some(match with_id.len() {
        0 => format!("{none}; the rows name none"),
        count if count > some.len() => {
            format!("{none}; there are {}, such as {}", counted(count as u64, one, several), some.join(", "))
        }
        _ => format!("{none}; there {} {}", if some.len() == 1 { "is" } else { "are" }, some.join(", ")),
    })
}

/// How far a workflow's id or name is from a text, if it is near: a third of its characters may differ, or one holds the
/// other; capitals do not matter.
fn distance(asked: &str, workflow: &Workflow) -> Option<usize> {
    let asked = asked.to_lowercase();
    let length = asked.chars().count().min(MOST_COMPARED);
    let of = |text: &String| {
        let text = text.to_lowercase();
        let edits = edits(&asked, &text);
        let holds = length > 1 && (text.contains(&asked) || (text.chars().count() > 1 && asked.contains(&text)));
        (holds || edits * 3 <= length).then_some(if holds { edits.min(1) } else { edits })
    };
    workflow.id.iter().chain(&workflow.name).filter_map(of).min()
}

/// How many characters have to be put in, left out or replaced to make one text of the other.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(MOST_COMPARED).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, character) in one.chars().take(MOST_COMPARED).enumerate() {
        let mut before = above;
        let mut left = above + 1;
        for (place, theirs) in row.iter_mut().skip(1).zip(&other) {
            let replaced = before + usize::from(character != *theirs);
            before = *place;
            left = replaced.min(left + 1).min(before + 1);
            *place = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Characters of a text that are compared.
const MOST_COMPARED: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_named() {
        let workflow = |(id, name): &(Option<&str>, Option<&str>)| Workflow {
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            executions: 1,
        };
        let check = |asked: &str, there: &[(Option<&str>, Option<&str>)], expected: Option<&str>| {
            let there: Vec<Workflow> = there.iter().map(workflow).collect();
            let none = format!("no workflow has the id '{asked}'; ");
            assert_eq!(hint(asked, &there), expected.map(|words| none + words), "{asked}");
        };
        let some = [
            (Some("7"), Some("Sync CRM")),
            (Some("nightly-etl"), Some("nightly-etl")),
            (None, None),
            (Some("9"), None),
            (Some("12"), Some("Report")),
        ];
        check("7", &some, None);
        check("Sync CRM", &some, Some("it is the name of the one with the id '7'"));
        check("sync crm", &some, Some("near it are '7' (Sync CRM)"));
        check("nightly-elt", &some, Some("near it are 'nightly-etl'"));
        check("NIGHTLY", &some, Some("near it are 'nightly-etl'"));
        check("Reports", &some, Some("near it are '12' (Report)"));
        check("zebra", &some, Some("there are 4 workflows, such as '7' (Sync CRM), 'nightly-etl', '9'"));
        check("zebra", &some[..1], Some("there is '7' (Sync CRM)"));
        check("7", &some[2..3], Some("the rows name none"));
        check("7", &[], Some("the rows name none"));
    }

    #[test]
    fn tags_that_are_near_are_named() {
        let check = |asked: &str, there: &[&str], expected: Option<&str>| {
            let none = format!("no row bears the tag '{asked}'; ");
            assert_eq!(tag_hint(asked, there), expected.map(|words| none + words), "{asked}");
        };
        let some = ["eu", "prod", "schedule", "staging"];
        check("eu", &some, None);
        check("Prod", &some, Some("near it are 'prod'"));
        check("zebra", &some, Some("there are 4 tags, such as 'eu', 'prod', 'schedule'"));
        check("zebra", &[], Some("the rows name none"));
    }

    #[test]
    fn edits_are_counted() {
        let check = |one, other, expected| assert_eq!((edits(one, other), edits(other, one)), (expected, expected));
        check("", "", 0);
        check("abc", "", 3);
        check("abc", "abc", 0);
        check("abc", "axc", 1);
        check("kitten", "sitting", 3);
        check("nightly-etl", "nightly-elt", 2);
    }
}
