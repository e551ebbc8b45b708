//! Whose rows a source holds, told by the names of the fields of a first row, and the reason in words.

use super::mapping::Mapping;
use super::preset::{self, CANONICAL, CANONICAL_START, Preset};
use super::scan::Scanner;
use super::text::{excerpt, excerpt_of, with_text};
use super::{Form, Value};

/// How deep names are looked for.
const MOST_LEVELS: usize = 3;

/// The most characters of the names of columns that are told where one is missing.
const MOST_NAMED_CHARACTERS: usize = 300;

/// A system whose signs a row bears, and which; only of those that are asked for by a name, or of all. Rows of one's own
/// may have columns that are other systems' signs (an hour and a count, a trace and a span): where they have the start of
/// canonical rows, and status or workflow as these do, only a system that reads that start is asked before them.
pub(super) fn system(names: &[String], asked: Option<&str>) -> Option<(&'static Preset, &'static [&'static str])> {
    let has = |sign: &&str| names.iter().any(|name| name.eq_ignore_ascii_case(sign));
    let is_like_canonical = has(&CANONICAL_START) && (has(&"status") || has(&"workflow_id"));
    let wanted = preset::ALL.iter().filter(|preset| match asked {
        Some(asked) => preset.is_named(asked),
        None => !is_like_canonical || preset.reads(CANONICAL_START),
    });
    wanted.into_iter().find_map(|preset| {
        let signs = preset.signs.iter().find(|signs| signs.iter().all(has))?;
        Some((preset, *signs))
    })
}

/// The signs of canonical rows, if rows with these names are taken for such by [`system`]: they bear no other system's.
/// Rows that lack one of the two that are needed are left to a reader with forms, of which can be asked what may be meant.
pub(super) fn canonical_signs(names: &[String]) -> Option<&'static [&'static str]> {
    let bears = |signs: &&&[&str]| signs.iter().all(|sign| names.iter().any(|name| name.eq_ignore_ascii_case(sign)));
    let is_others = preset::LIKE_CANONICAL.iter().copied().flatten().any(|signs| bears(&signs));
    CANONICAL.signs.first().filter(bears).filter(|_| !is_others && !may_be_others(names)).copied()
}

/// True for a row that looks canonical but says nothing of its workflow, and has a field that hardly anyone names so but a
/// system whose rows have that look where they lack what tells them.
fn may_be_others(names: &[String]) -> bool {
    let has_any = |wanted: &[&str]| names.iter().any(|name| wanted.iter().any(|one| name.eq_ignore_ascii_case(one)));
    has_any(preset::HINTS) && !has_any(&["workflow", "workflow_id"])
}

/// True if these names tell by themselves whose rows they are; rows that bear no signs, or may lack some, do not.
pub(super) fn is_certain(names: &[String]) -> bool {
    match system(names, None) {
        Some((preset, _)) if preset.name == CANONICAL.name => canonical_signs(names).is_some(),
        found => found.is_some(),
    }
}

/// True for the names of a control line: one member whose key begins with `$`.
pub(super) fn is_control(names: &[String]) -> bool {
    // What is within a member stands before it.
    let Some((name, within)) = names.split_last() else { return false };
    let is_within = |inner: &String| inner.strip_prefix(&**name).is_some_and(|rest| rest.starts_with('.'));
    name.starts_with('$') && within.iter().all(is_within)
}

/// The first system of a name, for rows without its signs.
pub(super) fn first_named(asked: &str) -> Option<&'static Preset> {
    preset::ALL.iter().find(|preset| preset.is_named(asked))
}

/// The names of the fields of an object that was checked, those within objects with the way to them.
pub(super) fn names_of(object: &str) -> Vec<String> {
    let mut names = Vec::new();
    add_names(object, "", MOST_LEVELS, &mut names);
    names
}

fn add_names(object: &str, way: &str, levels: usize, names: &mut Vec<String>) {
    // The object was checked before, so there is no fault that could be told.
    let _ = Scanner::new(object).members(|key, value| {
        let name = with_text(key, |key| if way.is_empty() { key.to_owned() } else { [way, ".", key].concat() });
        if let (Value::Object(inner), true) = (value, levels > 1) {
            add_names(inner, &name, levels - 1, names);
        }
        names.push(name);
    });
}

/// What is said where a row has the start of canonical rows and was taken for one of a system that does not read it.
#[inline(never)]
pub(super) fn canonical_remedy(preset: &Preset, names: &[String]) -> &'static str {
    let has_start = names.iter().any(|name| name.eq_ignore_ascii_case(CANONICAL_START));
    if has_start && !preset.reads(CANONICAL_START) { "; `--preset canonical` would read its started_at" } else { "" }
}

/// What is said of names of canonical rows that are nearly those of fields; empty where there is none.
pub(super) fn nearly(names: &[String], form: Form) -> String {
    match misspelt(names, form) {
        Some((name, meant)) => ["; '", name, "' is not read, '", meant, "' would be"].concat(),
        None => String::new(),
    }
}

/// The first of some names that means nothing in canonical rows but nearly means what no other name does, and the nearest
/// name for that.
fn misspelt(names: &[String], form: Form) -> Option<(&str, &'static str)> {
    let is_there = |of: &str| names.iter().any(|name| is_same(name, of, form));
    let known = || CANONICAL.paths.iter().map(|(name, _)| *name);
    let unknown = |name: &&String| !known().any(|known| is_same(name, known, form));
    names.iter().filter(unknown).find_map(|name| {
        let is_near = |known: &str, edits: usize| is_within(name.as_bytes(), known.as_bytes(), edits);
        let most = |known: &str| known.len().min(6) / 3;
        let missing = || known().filter(|known| !is_there(known));
        let meant = (1..=2).find_map(|edits| missing().find(|known| edits <= most(known) && is_near(known, edits)))?;
        Some((&**name, meant))
    })
}

/// Whether a name in a source is that of a field: of columns, letters of either case are the same, of keys of JSON they are
/// not.
#[inline(never)]
fn is_same(name: &str, of: &str, form: Form) -> bool {
    if matches!(form, Form::Ndjson | Form::Json) { name == of } else { name.eq_ignore_ascii_case(of) }
}

/// What is said of the places of a mapping of which a first row, or a header, has none; empty where it has all. Of a list
/// of objects, which a mapping goes into, it is not known what is in it; nor is it of what lies deeper than names are
/// looked for.
pub(super) fn without(mapping: &Mapping, names: &[String], form: Form) -> String {
    let first =
        if matches!(form, Form::Ndjson | Form::Json) { "; the first row has no " } else { "; no column is named " };
    let mut words = String::new();
    for (role, path) in mapping.places().filter(|(role, _)| !role.is_presence()) {
        if !mapping.places().any(|(known, path)| known == role && leads_to_one(path, names, form)) {
            words.push_str(if words.is_empty() { first } else { " and no " });
            words.push_str(&excerpt(path));
        }
    }
    if !words.is_empty() {
        words.push_str(", only ");
        words.push_str(&listed(names));
    }
    words
}

/// True if a path leads to a name, or to where names were not looked for.
fn leads_to_one(path: &str, names: &[String], form: Form) -> bool {
    let mut way = path;
    loop {
        if names.iter().any(|name| is_same(name, way, form)) {
            let is_open = |name: &String| name.strip_prefix(way).is_some_and(|rest| rest.starts_with('.'));
            return way.len() == path.len() || !names.iter().any(is_open);
        }
        let Some((before, _)) = way.rsplit_once('.') else { return false };
        way = before;
    }
}

/// The names that there are, as far as they are told.
#[inline(never)]
pub(super) fn listed(names: &[String]) -> String {
    excerpt_of(&names.join(", "), MOST_NAMED_CHARACTERS)
}

/// Whether so many bytes put in, left out or replaced make one name of the other; letters of either case are the same.
fn is_within(one: &[u8], other: &[u8], edits: usize) -> bool {
    match (one.split_first(), other.split_first()) {
        (Some((a, one)), Some((b, other))) if a.eq_ignore_ascii_case(b) => is_within(one, other, edits),
        (None, None) => true,
        _ if edits == 0 => false,
        (a, b) => {
            let (one_less, other_less) = (a.map_or(one, |(_, rest)| rest), b.map_or(other, |(_, rest)| rest));
            is_within(one_less, other, edits - 1)
                || is_within(one, other_less, edits - 1)
                || is_within(one_less, other_less, edits - 1)
        }
    }
}

/// Whose rows bear these names and why, unless a mapping of the user's own says what they mean. `form` is the form's name
/// in sentences.
pub(super) fn decide(names: &[String], asked: Option<&str>, form: &str) -> (&'static Preset, String) {
    let found = system(names, asked);
    let named = || asked.and_then(first_named);
    let preset = found.map(|(preset, _)| preset).or_else(named).unwrap_or(&CANONICAL);
    let words = match (asked, found) {
        (Some(_), _) => as_asked(preset.title, form),
        (None, Some((_, signs))) => because(preset.title, form, signs) + canonical_remedy(preset, names),
        (None, None) => ["taken for ", preset.title, " in ", form, ": no fields of a known system"].concat(),
    };
    (preset, words)
}

/// What rows are read as of which the user's own mapping says what they mean.
pub(super) fn by_mapping(mapping: &Mapping, names: &[String], form: Form, title: &str) -> String {
    ["read in ", title, " by the mapping that was given", &without(mapping, names, form)].concat()
}

/// What a source is read as because its caller said so.
pub(super) fn as_asked(title: &str, form: &str) -> String {
    ["read as ", title, " in ", form, ", as asked"].concat()
}

/// What a source was taken for, and why.
pub(super) fn because(title: &str, form: &str, signs: &[&str]) -> String {
    let mut words = ["taken for ", title, " in ", form, ": has "].concat();
    for (position, sign) in signs.iter().enumerate() {
        words.push_str(match position {
            0 => "",
            last if last + 1 == signs.len() => " and ",
            _ => ", ",
        });
        words.push_str(sign);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_known_are_found() {
        let check = |names: &[&str], expected: Option<(&str, &str)>| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(misspelt(&names, Form::Csv), expected, "{names:?}");
        };
        check(&["id", "started_at", "status", "durration_ms"], Some(("durration_ms", "duration_ms")));
        check(&["started_at", "Stauts"], Some(("Stauts", "status")));
        check(&["started_at", "tag", "Statuss"], Some(("tag", "tags")));
        check(&["started_at", "STATUS", "statuss"], None);
        check(&["started_at", "status", "idx", "", "er", "duration", "x".repeat(4000).as_str()], None);
        check(&["started_at", "status", "workflow_"], Some(("workflow_", "workflow")));
        check(&["started_at", "status", "workflow", "workflow_i"], Some(("workflow_i", "workflow_id")));
        check(&[], None);
        // Keys of JSON are read as they are spelt.
        let keys = ["started_at".to_owned(), "Status".to_owned()];
        assert_eq!(misspelt(&keys, Form::Ndjson), Some(("Status", "status")));
        assert_eq!(misspelt(&keys, Form::Csv), None);
    }
}
