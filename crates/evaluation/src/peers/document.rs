//! What peers told, as Markdown: what is lost first, then a table a group with the engine in its first row.

use super::choice::{self, OURS};
use super::corpora::{self, Group};
use super::export::truth_file;
use super::judge::{Judge, Way};
use super::told::{self, Peer};
use std::fmt::Write as _;
use std::path::Path;

/// What is told of a group before its table.
const HEADS: [(Group, &str, &str); 5] = [
    (Group::Failures, "Failure windows", "a window of the week in which failures are more frequent"),
    (Group::Changes, "Changes", "the day from which on a daily measure is another one"),
    (Group::Trends, "Trends", "that a daily measure rises or falls over the whole span"),
    (Group::Bursts, "Bursts", "an hour with many times the usual executions"),
    (Group::Seasons, "A rhythm of the day", "that executions come in the rhythm of a day"),
];
/// Losses of fewer discordant histories than that are luck more often than one in twenty times.
const LUCK: f64 = 0.05;
/// Ends the name of a file in which a program that could not be run is told.
const MISSING: &str = "missing";

/// A group with all that was told of it.
struct Told {
    judge: Judge,
    ours: Peer,
    peers: Vec<Peer>,
}

/// The whole text, of the files of a folder.
///
/// # Errors
/// A file that is missing or not as described, in words.
pub fn text(folder: &Path) -> Result<String, String> {
    let (files, missing) = told_files(folder)?;
    let mut groups = Vec::new();
    for group in Group::ALL {
        groups.push(read(folder, group, &files)?);
    }
    let mut text = String::new();
    push_losses(&mut text, &groups);
    for name in &missing {
        let _ = writeln!(text, "\nNot measured: {name}, which could not be installed or run on this machine.");
    }
    for (told, (_, title, what)) in groups.iter().zip(HEADS) {
        push_group(&mut text, told, title, what);
    }
    Ok(text)
}

/// What programs wrote, in the order of their names, and the names of those that could not be run.
fn told_files(folder: &Path) -> Result<(Vec<String>, Vec<String>), String> {
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths: Vec<_> = std::fs::read_dir(folder.join("told")).map_err(said)?.flatten().map(|e| e.path()).collect();
    paths.sort();
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        if path.extension().is_some_and(|extension| extension == MISSING) {
            missing.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        } else {
            files.push(std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    Ok((files, missing))
}

fn read(folder: &Path, group: Group, files: &[String]) -> Result<Told, String> {
    let path = folder.join(truth_file(group));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let (truth, ours) = told::read_truth(&text)?;
    let mut peers = Vec::new();
    for file in files {
        peers.extend(told::read(file, group)?);
    }
    Ok(Told { judge: Judge::new(group, corpora::of(group), truth), ours, peers })
}

/// One thing that a peer finds more often than the engine.
struct Loss {
    what: String,
    peer: String,
    hits: [usize; 2],
    of: usize,
    is_luck: bool,
}

/// What a peer finds more often at its best setting, corpus by corpus, on the histories that both looked at.
fn losses(told: &Told, peer: &Peer) -> Vec<Loss> {
    let Some(best) = choice::best(&told.judge, peer, &told.ours) else { return Vec::new() };
    let mut losses = Vec::new();
    for corpus in told.judge.places(|corpus| !corpus.is_null) {
        let theirs: Vec<(usize, bool)> = told.judge.hits(peer, best, corpus).collect();
        let ours: Vec<bool> = told.judge.hits(&told.ours, OURS, corpus).map(|(_, is_hit)| is_hit).collect();
        let pairs = theirs.iter().filter_map(|(number, theirs)| Some((*theirs, *ours.get(*number)?)));
        let pairs: Vec<(bool, bool)> = pairs.collect();
        let count = |is_meant: fn(&(bool, bool)) -> bool| pairs.iter().filter(|pair| is_meant(pair)).count();
        let (more, fewer) = (count(|(theirs, ours)| *theirs && !ours), count(|(theirs, ours)| !theirs && *ours));
        if more <= fewer {
            continue;
        }
        let of = &told.judge.corpora()[corpus];
        losses.push(Loss {
            what: format!("{}: {}", of.column, of.noise),
            peer: format!("{}, {}", peer.name, words(peer, best)),
            hits: [count(|(theirs, _)| *theirs), count(|(_, ours)| *ours)],
            of: pairs.len(),
            is_luck: crate::scores::at_least(more, more + fewer, 0.5) > LUCK,
        });
    }
    losses
}

fn push_losses(text: &mut String, groups: &[Told]) {
    let all: Vec<Loss> = groups.iter().flat_map(|told| told.peers.iter().flat_map(|peer| losses(told, peer))).collect();
    let sure = all.iter().filter(|loss| !loss.is_luck).count();
    let compared: usize = groups.iter().map(|told| told.peers.len() * told.judge.places(|c| !c.is_null).len()).sum();
    let _ = writeln!(
        text,
        "Of {compared} comparisons (a peer at its best setting, in a corpus with something to be found) the engine finds \
         fewer in {}; in {sure} of these by more than luck (one-sided sign test of the histories that one of both finds, \
         5 %).",
        all.len(),
    );
    if all.is_empty() {
        return;
    }
    text.push_str("\n#### What we lose\n\n| what | peer | its hits | ours | of | |\n|---|---|--:|--:|--:|---|\n");
    for loss in all {
        let Loss { what, peer, hits: [theirs, ours], of, is_luck } = loss;
        let luck = if is_luck { "may be luck" } else { "**lost**" };
        let _ = writeln!(text, "| {what} | {peer} | {theirs} | {ours} | {of} | {luck} |");
    }
}

fn push_group(text: &mut String, told: &Told, title: &str, what: &str) {
    let columns = columns(&told.judge);
    let _ = write!(text, "\n#### {title}\n\nClaimed is {what}.");
    for (column, places) in &columns {
        let noises: Vec<&str> = places.iter().map(|place| told.judge.corpora()[*place].noise.as_str()).collect();
        let _ = write!(text, " *{column}*: {}.", noises.join(" / "));
    }
    let versions: Vec<&str> = told.peers.iter().map(|peer| peer.version.as_str()).collect();
    let _ = writeln!(text, " Versions: {}.\n", distinct(&versions).join(", "));
    let _ = write!(text, "| who | setting | n |");
    columns.iter().for_each(|(column, _)| _ = write!(text, " {column}, % |"));
    let _ = writeln!(text, " ms |\n|---|---|--:|{}--:|", "---|".repeat(columns.len()));
    push_row(text, told, &told.ours, &columns, ["**ours**", "its only one"], Some(OURS.input), |_| Some(OURS));
    for peer in &told.peers {
        for input in 0..peer.inputs.len() {
            let way = Way { input, setting: 0 };
            let words = format!("default: {}", words(peer, way));
            push_row(text, told, peer, &columns, [&peer.name, &words], Some(input), |_| Some(way));
        }
        let best = choice::best(&told.judge, peer, &told.ours);
        let said =
            best.map_or("no setting is as quiet as ours".to_owned(), |way| format!("best: {}", words(peer, way)));
        if best.is_some() {
            push_row(text, told, peer, &columns, [&peer.name, &said], best.map(|way| way.input), |_| best);
        } else {
            let _ = writeln!(text, "| {} | {said} | |{} |", peer.name, " |".repeat(columns.len()));
        }
        let own = |corpus: usize| {
            let is_null = told.judge.corpora().get(corpus)?.is_null;
            if is_null { None } else { choice::best_in(&told.judge, peer, &told.ours, corpus) }
        };
        push_row(text, told, peer, &columns, [&peer.name, "best for each noise"], None, own);
    }
}

/// Corpora by the titles of their columns, in their order.
fn columns(judge: &Judge) -> Vec<(String, Vec<usize>)> {
    let mut columns: Vec<(String, Vec<usize>)> = Vec::new();
    for (place, corpus) in judge.corpora().iter().enumerate() {
        match columns.iter_mut().find(|(title, _)| *title == corpus.column) {
            Some((_, places)) => places.push(place),
            None => columns.push((corpus.column.clone(), vec![place])),
        }
    }
    columns
}

fn push_row(
    text: &mut String,
    told: &Told,
    peer: &Peer,
    columns: &[(String, Vec<usize>)],
    [name, setting]: [&str; 2],
    timed: Option<usize>,
    way: impl Fn(usize) -> Option<Way>,
) {
    let _ = write!(text, "| {name} | {setting} | {} |", peer.histories());
    for (_, places) in columns {
        let cell = |place: &usize| match way(*place) {
            Some(way) => format!("{:.0}", 100.0 * told.judge.count(peer, way, &[*place]).share()),
            None => "–".to_owned(),
        };
        let _ = write!(text, " {} |", places.iter().map(cell).collect::<Vec<_>>().join(" / "));
    }
    let ms = timed.map_or_else(String::new, |input| two_digits(peer.ms_of_one(input)));
    let _ = writeln!(text, " {ms} |");
}

/// A setting and an input in words.
fn words(peer: &Peer, way: Way) -> String {
    let named = |names: &[String], place: usize| names.get(place).cloned().unwrap_or_default();
    format!("{}, {}", named(&peer.settings, way.setting), named(&peer.inputs, way.input))
}

/// A number with two digits that say something.
fn two_digits(number: f64) -> String {
    match number {
        _ if number >= 10.0 => format!("{number:.0}"),
        _ if number >= 1.0 => format!("{number:.1}"),
        _ if number >= 0.1 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

fn distinct<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if !distinct.contains(name) {
            distinct.push(name);
        }
    }
    distinct
}
