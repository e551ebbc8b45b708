//! `analyze FILE…`: exported rows in, a picture, the response or a drawing out.

use super::{closest, reading};
use crate::cli::{AnalyzeArgs, Deduplicate, Format, KeepRows, ScreenArgs, When};
use crate::failure::Failure;
use crate::files::parallel::{self, Outcome, STOPPED, Settings};
use crate::files::progress::Progress;
use crate::interrupt::{self, Stop};
use crate::terminal::{self, Colours, Look, with_map};
use crate::voice::{counted, say};
use crate::{files, zones};
use execution_heatmap::answer::{self, Account, Answer, Patterns, Source};
use execution_heatmap::ingest::Unrecognised;
use execution_heatmap::intake::Reading;
use execution_heatmap::json;
use execution_heatmap::options::{Attempts, Filter, Moment, Query};
use execution_heatmap::picture::{self, PictureOptions, Theme};
use execution_heatmap::problem::Problems;
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use execution_heatmap::window::Window;
use std::io::IsTerminal;

/// A picture is for someone who looks, so that what was read until an interrupt is shown; what a program or a file gets is
/// whole or not there.
static PICTURE: Stop = Stop::by_interrupt();
static NO_PICTURE: Stop = Stop::never();

/// The picture's columns where nothing says how many there are.
const DEFAULT_WIDTH: u16 = 80;

/// Analyses.
///
/// # Errors
/// See [`Failure`].
pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    // Flags are checked before files are read.
    let query = Query::from_pairs(args.view.pairs())?;
    let utc_span = (0, 1);
    zones::zone(&query.time_zone, utc_span)?;
    if args.keep_rows == KeepRows::Off && query.counting.by != Moment::Start {
        let by = query.counting.by.name();
        return Err(Failure::Usage(format!(
            "--keep-rows off: it does not go with --by {by}, since rows are counted by their start"
        )));
    }
    let is_seen = args.format == Format::Terminal && args.output.is_none();
    let stop = if is_seen { &PICTURE } else { &NO_PICTURE };
    let remedy = is_seen.then_some("Ctrl+C shows what was read");
    let progress = Progress::of(&args.files).until(stop, remedy);
    let Read { table, reading, remarks, system, is_stopped, is_full } = read(args, query.counting.attempts, &progress)?;
    if answer::reach_of(&table, &query).is_none() {
        report(&account(&reading), &remarks);
        let failure = nothing_to_place(args, &reading, system);
        if !is_stopped {
            return Err(failure);
        }
        say(&failure.to_string());
        return Err(Failure::Interrupted);
    }
    let source = Source::File;
    let zone = zones::zone(&query.time_zone, answer::zone_span(&table, &query, source))?;
    let no_patterns = match (is_stopped, is_full) {
        (true, _) | (_, true) if args.files.len() > 1 => Some(terminal::NONE_OF_PARTS),
        (true, _) => Some(terminal::NONE_AFTER_INTERRUPT),
        _ => None,
    };
    let patterns = if no_patterns.is_some() { Patterns::Skip } else { Patterns::Look };
    let answered = progress
        .during("looking for patterns...", || answer::answer(&table, &reading, &query, &zone, source, patterns));
    let mut answer = answered?;
    answer.notices.extend(no_patterns.map(str::to_owned));
    files::write(args.output.as_deref(), &written(args, &answer))?;
    report(&answer.account, &remarks);
    unknown_workflows(&table, &query, &answer.window).iter().for_each(|hint| say(hint));
    unknown_tags(&table, &query).iter().for_each(|hint| say(hint));
    if is_stopped { Err(Failure::Interrupted) } else { judge(args, &answer) }
}

/// What was read of all files.
struct Read {
    table: Table,
    reading: Reading,
    /// What is to be said of each file: once the readings are one, a line number no longer says which file it is of.
    remarks: Vec<String>,
    /// The system whose rows they were taken for, if there is one.
    system: Option<&'static str>,
    /// An interrupt ended the reading.
    is_stopped: bool,
    /// Memory ended it.
    is_full: bool,
}

/// Reads files into one table.
fn read(args: &AnalyzeArgs, attempts: Attempts, progress: &Progress) -> Result<Read, Failure> {
    let keeps_rows = args.keep_rows == KeepRows::On;
    let deduplicate = match args.deduplicate {
        Deduplicate::On if !keeps_rows => {
            return Err(Failure::Usage("--keep-rows off: it does not go with --deduplicate on".to_owned()));
        }
        Deduplicate::Auto if !keeps_rows => false,
        Deduplicate::Auto => args.files.len() > 1 || attempts == Attempts::Last,
        Deduplicate::On => true,
        Deduplicate::Off => false,
    };
    let opening = reading::opening(&args.reading)?;
    interrupt::watch(progress.stop());
    let settings = Settings::new(opening, deduplicate, keeps_rows).limited_to(args.most_memory);
    let read = parallel::read(&args.files, settings, progress);
    progress.clear();
    let is_stopped = progress.stop().end();
    let parallel::Gathered { table, outcomes, repeated, is_full } = read?;
    let (mut readings, read_files) = (repeated, outcomes.len());
    let (mut remarks, mut system) = (Vec::new(), None);
    for (file, outcome) in args.files.iter().zip(outcomes) {
        let (reading, recognised) = match outcome {
            Outcome::Read { reading, recognised, system: of_file } => {
                system = system.or(of_file);
                (reading, recognised)
            }
            Outcome::Unrecognised(source) => return Err(not_a_log(file, &source)),
        };
        remarks.extend(recognised.map(|what| format!("{}: {what}", files::called(file))));
        remarks.extend(problems_in_words(file, &reading.problems));
        if reading.read == reading.no_start + reading.unreadable {
            remarks.push(without_rows(file, &reading));
        }
        if let Some(why) = &reading.incomplete {
            remarks.push(format!("{} is incomplete: {why}", files::called(file)));
        }
        readings.merge(&reading);
    }
    let left = args.files.len() - read_files;
    if left > 0 {
        let not_read = format!("{} not read", counted(left as u64, "file is", "files are"));
        remarks.push(not_read.clone());
        readings.incomplete.get_or_insert(not_read);
    }
    if is_stopped {
        // The interrupt may have ended the source before it ended the reading.
        readings.incomplete.get_or_insert_with(|| STOPPED.to_owned());
    }
    Ok(Read { table, reading: readings, remarks, system, is_stopped, is_full })
}

/// The first problem of each kind in a file.
pub fn problems_in_words(file: &str, problems: &Problems) -> impl Iterator<Item = String> {
    let file = files::called(file);
    let firsts = problems.firsts().into_iter();
    firsts.map(move |problem| format!("{file}, line {}: {}", problem.line, with_map(&problem.message)))
}

/// What is said of a file in which nothing can be placed.
pub fn without_rows(file: &str, reading: &Reading) -> String {
    let is_unreadable = reading.read > 0 && reading.read == reading.unreadable;
    let what = if is_unreadable { "none of its rows can be read" } else { "no rows with a start" };
    format!("{}: {what}", files::called(file))
}

/// What became of rows of which none can be placed.
fn account(reading: &Reading) -> Account {
    let Reading { read, no_start, duplicates: duplicate, unreadable, .. } = *reading;
    Account { read, no_start, duplicate, unreadable, ..Account::default() }
}

/// The failure of files without any row that lies somewhere in time: there is nothing to show a window of.
fn nothing_to_place(args: &AnalyzeArgs, reading: &Reading, system: Option<&str>) -> Failure {
    let files = match &args.files[..] {
        [one] => files::called(one).to_owned(),
        several => format!("{} files", several.len()),
    };
    let takes = if reading.incomplete.is_some() {
        "it is incomplete".to_owned()
    } else {
        reading::takes(&args.reading, system, &reading.problems)
    };
    Failure::Failed(match reading.read {
        0 if reading.parts + reading.no_executions > 0 => format!(
            "{files}: none of {} is an execution; steps, children and other parts of one count with it alone",
            counted(reading.parts + reading.no_executions, "row", "rows")
        ),
        0 => format!("{files}: no rows; {takes}"),
        rows => format!("{files}: of {} none can be placed; {takes}", counted(rows, "row", "rows")),
    })
}

/// What is said of workflows that are asked for and that no row is of.
fn unknown_workflows(table: &Table, query: &Query, window: &Window) -> Vec<String> {
    let asked = &query.filter.workflows;
    if asked.is_empty() {
        return Vec::new();
    }
    let always = Window { start_ms: Timestamp::MIN.ms(), until: Timestamp::MAX, ..*window };
    let there = table.workflows(&Filter::default(), query.counting, &always);
    asked.any_of.iter().chain(&asked.none_of).filter_map(|id| closest::hint(id, &there)).collect()
}

/// The same of tags.
fn unknown_tags(table: &Table, query: &Query) -> Vec<String> {
    let asked = &query.filter.tags;
    if asked.is_empty() {
        return Vec::new();
    }
    let there = table.tags();
    asked.any_of.iter().chain(&asked.none_of).filter_map(|tag| closest::tag_hint(tag, &there)).collect()
}

/// The failure of a file that is of no form that is read.
pub fn not_a_log(file: &str, Unrecognised { starts_with, hint }: &Unrecognised) -> Failure {
    let hint = match hint {
        // One that begins the file is read; this one lay within a compressed file, or came out of a pipe so.
        Some(_) if starts_with.starts_with(files::PARQUET) => {
            " It holds a Parquet file, compressed as a whole. Parquet is read from a file as it is, since it compresses within itself; unpack it first, such as by `gzip -d` or `zstd -d`.".to_owned()
        }
        hint => hint.map(|hint| format!(" {}", with_map(hint))).unwrap_or_default(),
    };
    Failure::Failed(format!(
        "{file} is not a log this can read. It starts with \"{starts_with}\". It takes NDJSON, JSON, CSV, TSV, SWF, Arrow and Parquet.{hint}"
    ))
}

fn written(args: &AnalyzeArgs, answer: &Answer) -> Vec<u8> {
    let to_terminal = args.output.is_none() && std::io::stdout().is_terminal();
    match args.format {
        Format::Terminal => terminal::picture(answer, &look(args, to_terminal)).into_bytes(),
        Format::Json => {
            let mut json = json::heatmap(answer);
            // The bytes are those of every surface; on a terminal the prompt needs a line of its own.
            if to_terminal {
                json.push('\n');
            }
            json.into_bytes()
        }
        Format::Svg => {
            let scene = picture::lay_out(answer, &PictureOptions { framed: true, ..PictureOptions::default() });
            picture::svg(&scene, answer, Theme::Auto).into_bytes()
        }
    }
}

fn look(args: &AnalyzeArgs, to_terminal: bool) -> Look {
    let screen = &args.screen;
    // A terminal that knows no size of its own says 0.
    let measured =
        || terminal_size::terminal_size().map(|(width, _)| width.0).filter(|width| to_terminal && *width > 0);
    let title = match &args.files[..] {
        [one] if one == files::STANDARD_INPUT => files::called(one).to_owned(),
        [one] => std::path::Path::new(one).file_name().map_or(one.clone(), |name| name.to_string_lossy().into_owned()),
        several => format!("{} files", several.len()),
    };
    Look {
        title,
        width: screen.width.or_else(measured).unwrap_or(DEFAULT_WIDTH).into(),
        colours: colours(screen, to_terminal),
        light: screen.light,
        ascii: screen.ascii || !speaks_utf8(),
    }
}

/// Which colours to use: never where the output is no terminal or `NO_COLOR` is set, unless asked for.
fn colours(screen: &ScreenArgs, to_terminal: bool) -> Colours {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let contains = |name: &str, part: &str| std::env::var(name).is_ok_and(|value| value.contains(part));
    let wanted = match screen.color {
        When::Never => false,
        When::Always => true,
        When::Auto => to_terminal && !is_set("NO_COLOR"),
    };
    if !wanted {
        Colours::None
    } else if contains("COLORTERM", "truecolor") || contains("COLORTERM", "24bit") {
        Colours::True
    } else if screen.color == When::Always || contains("TERM", "256") {
        Colours::Indexed
    } else {
        Colours::None
    }
}

/// False if the locale says in so many words that it is not UTF-8. The first of the three that is set decides; where
/// none is, nothing speaks against it.
fn speaks_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// What was read, in words.
fn report(account: &Account, remarks: &[String]) {
    let mut parts = vec![format!("{} read", counted(account.read, "row", "rows"))];
    let left_out = [
        (account.no_start, "without a start"),
        (account.duplicate, "repeated"),
        (account.outside_window, "outside the window"),
        (account.filtered, "filtered"),
        (account.unreadable, "unreadable"),
    ];
    parts.push(format!("{} placed", terminal::grouped(account.placed)));
    let named = left_out.iter().filter(|(count, _)| *count > 0);
    parts.extend(named.map(|(count, words)| format!("{} {words}", terminal::grouped(*count))));
    say(&parts.join(", "));
    remarks.iter().for_each(|remark| say(remark));
}

fn judge(args: &AnalyzeArgs, answer: &Answer) -> Result<(), Failure> {
    let unreadable = answer.account.unreadable;
    if args.strict && unreadable > 0 {
        return Err(Failure::NotStrict(format!("--strict: {} unreadable", counted(unreadable, "row is", "rows are"))));
    }
    if args.strict && answer.incomplete.is_some() {
        return Err(Failure::NotStrict("--strict: the source is incomplete".to_owned()));
    }
    if args.fail_on_finding && !answer.patterns.is_empty() {
        let found = counted(answer.patterns.len() as u64, "pattern was", "patterns were");
        return Err(Failure::Finding(format!("--fail-on-finding: {found} found")));
    }
    Ok(())
}
