//! What peers told, as Markdown: what is lost first, then a table a group with the engine in its first row.

use super::choice::{self, OURS};
use super::corpora::{self, Group};
use super::export::truth_file;
use super::judge::{Judge, Way};
use super::told::{self, Peer};
use crate::scores::at_least;
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
    push_histories(&mut text, &groups);
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

/// What a peer finds more often, corpus by corpus, on the histories that both looked at; `way` says how it does there.
fn losses(told: &Told, peer: &Peer, way: impl Fn(usize) -> Option<Way>) -> Vec<Loss> {
    let planted = told.judge.places(|corpus| !corpus.is_null).into_iter();
    planted.filter_map(|corpus| loss(told, peer, way(corpus)?, corpus)).collect()
}

fn loss(told: &Told, peer: &Peer, way: Way, corpus: usize) -> Option<Loss> {
    let ours: Vec<bool> = told.judge.hits(&told.ours, OURS, corpus).map(|(_, is_hit)| is_hit).collect();
    let theirs = told.judge.hits(peer, way, corpus);
    let pairs: Vec<(bool, bool)> = theirs.filter_map(|(number, theirs)| Some((theirs, *ours.get(number)?))).collect();
    let count = |is_meant: fn(&(bool, bool)) -> bool| pairs.iter().filter(|pair| is_meant(pair)).count();
    let (more, fewer) = (count(|(theirs, ours)| *theirs && !ours), count(|(theirs, ours)| !theirs && *ours));
    let of = told.judge.corpora().get(corpus).filter(|_| more > fewer)?;
    Some(Loss {
        what: format!("{}: {}", of.column, of.noise_beside_column()),
        peer: format!("{}, {}", peer.name, words(peer, way)),
        hits: [count(|(theirs, _)| *theirs), count(|(_, ours)| *ours)],
        of: pairs.len(),
        is_luck: at_least(more, more + fewer, 0.5) > LUCK,
    })
}

fn push_losses(text: &mut String, groups: &[Told]) {
    let each = || groups.iter().flat_map(|told| told.peers.iter().map(move |peer| (told, peer)));
    let all: Vec<Loss> = each()
        .flat_map(|(told, peer)| {
            let best = choice::best(&told.judge, peer, &told.ours);
            losses(told, peer, |_| best)
        })
        .collect();
    let known = each()
        .flat_map(|(told, peer)| losses(told, peer, |corpus| choice::best_in(&told.judge, peer, &told.ours, corpus)));
    let known = known.filter(|loss| !loss.is_luck).count();
    let compared: usize = groups.iter().map(|told| told.peers.len() * told.judge.places(|c| !c.is_null).len()).sum();
    let (luck, sure): (Vec<Loss>, Vec<Loss>) = all.into_iter().partition(|loss| loss.is_luck);
    let _ = writeln!(
        text,
        "Of {compared} comparisons (a peer at its best setting, in a corpus with something to be found) the engine finds \
         fewer in {}; in {} of these by more than luck (one-sided sign test of the histories that one of both finds, 5 %). \
         With a setting for each noise, which nobody can choose who does not know it, these are {known}.",
        luck.len() + sure.len(),
        sure.len(),
    );
    if !sure.is_empty() {
        text.push_str("\n#### What we lose\n\n| what | peer | its hits | ours | of |\n|---|---|--:|--:|--:|\n");
    }
    for Loss { what, peer, hits: [theirs, ours], of, .. } in sure {
        let _ = writeln!(text, "| {what} | {peer} | {theirs} | {ours} | {of} |");
    }
    if !luck.is_empty() {
        let in_words = |loss: &Loss| format!("{} ({}) {} v {}", loss.what, loss.peer, loss.hits[0], loss.hits[1]);
        let luck: Vec<String> = luck.iter().map(in_words).collect();
        let _ = writeln!(text, "\nMay be luck, theirs v ours: {}.", luck.join("; "));
    }
    push_faster(text, groups);
}

/// Who takes less time than the engine.
fn push_faster(text: &mut String, groups: &[Told]) {
    let faster = groups.iter().flat_map(|told| {
        let ours = told.ours.ms_of_one(OURS.input);
        told.peers.iter().filter(move |peer| (0..peer.inputs.len()).any(|input| peer.ms_of_one(input) < ours))
    });
    let names: Vec<&str> = faster.map(|peer| peer.name.as_str()).collect();
    if !names.is_empty() {
        let _ = writeln!(text, "\nFaster than the engine: {}.", distinct(&names).join("; "));
    }
}

/// How many histories there are and how they can be had again.
fn push_histories(text: &mut String, groups: &[Told]) {
    let most = groups.iter().map(|told| told.ours.histories()).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "{most} histories of each corpus, or as many as the column n says: the first ones of the evaluation's rows, drawn \
         from the words of a row and a number from 0 on.\n"
    );
}

fn push_group(text: &mut String, told: &Told, title: &str, what: &str) {
    let columns = columns(&told.judge);
    let _ = write!(text, "\n#### {title}\n\nClaimed is {what}.");
    for (noises, columns) in noises(&told.judge, &columns) {
        let _ = write!(text, " *{}*: {noises}.", columns.join("*, *"));
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

/// What chance does in the parts of a cell, with the columns of which this holds.
fn noises<'a>(judge: &Judge, columns: &'a [(String, Vec<usize>)]) -> Vec<(String, Vec<&'a str>)> {
    let mut all: Vec<(String, Vec<&str>)> = Vec::new();
    for (column, places) in columns {
        let noises: Vec<&str> = places.iter().map(|place| judge.corpora()[*place].noise_beside_column()).collect();
        let noises = noises.join(" / ");
        match all.iter_mut().find(|(other, _)| *other == noises) {
            Some((_, columns)) => columns.push(column),
            None => all.push((noises, vec![column])),
        }
    }
    all
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
