//! The command line: verbs and flags. What a view may be asked for is parsed by the engine, so that a flag takes what
//! the HTTP parameter of its name takes; here such values stay text.

use crate::failure::Failure;
use crate::{verbs, voice};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// When workflows run, fail and slow down: a heatmap and the patterns that recur, out of logs of executions.
#[derive(Debug, Parser)]
#[command(name = "execution-heatmap", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the heatmap and the patterns of exported rows
    #[command(after_help = ANALYZE_EXAMPLES)]
    Analyze(Box<AnalyzeArgs>),
    /// Store exported rows in a database; the same rows twice are the same rows once
    Import(ImportArgs),
    /// Serve a database over HTTP on this machine
    Serve(ServeArgs),
    /// Serve real rows to look at, in a workspace named demo
    Demo(DemoArgs),
    /// Write the completions of a shell to standard output
    Completions(CompletionsArgs),
}

const ANALYZE_EXAMPLES: &str = "Examples:
  execution-heatmap analyze executions.ndjson
  execution-heatmap analyze executions.csv --metric duration --days 30 --time-zone Europe/Berlin
  execution-heatmap analyze monday.ndjson tuesday.ndjson.gz --format svg --output heatmap.svg
  export-runs | execution-heatmap analyze - --status '!cancelled' --format json

Exit status: 0 done, 1 failed, 2 wrong use, 3 --strict and rows were unreadable or the source incomplete,
4 --fail-on-finding and there is a finding, 130 interrupted (--format terminal shows what was read until then).";

/// Whether to look for repeated rows, which costs memory for every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deduplicate {
    /// Where there are several files.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Whether rows are kept or only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeepRows {
    /// Every row is kept, 16 bytes of each.
    On,
    /// Rows are counted by kind and quarter of an hour: 8 bytes a quarter and 8 of a row that is alone of its kind there.
    Off,
}

/// What `analyze` takes.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Files of rows, compressed with gzip or zstd or not; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub files: Vec<String>,
    /// The view
    #[command(flatten)]
    pub view: ViewArgs,
    /// What the rows are
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Look for rows that repeat another one (workflow, id and attempt); auto does where there are several files
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Deduplicate::Auto)]
    pub deduplicate: Deduplicate,
    /// Keep rows; off only counts them as they come, by workflow, status, tags and quarter of an hour, which takes
    /// half the memory of many kinds of rows, and much less where many of a kind fall together. Then no repeated rows are
    /// looked for, and rows are placed by their start alone
    #[arg(long, value_name = "WHETHER", value_enum, default_value_t = KeepRows::On)]
    pub keep_rows: KeepRows,
    /// The most memory that rows may take, names apart, in bytes or with K, M or G (powers of 1,024) behind: what comes
    /// beyond is not read, and the source is incomplete
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "1G")]
    pub most_memory: u64,
    /// What to write
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// End with 3 if a row could not be read or the source is incomplete
    #[arg(long)]
    pub strict: bool,
    /// End with 4 if a pattern is found
    #[arg(long)]
    pub fail_on_finding: bool,
    /// How the picture is drawn
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// What rows are read as.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// The form of the rows
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Input::Auto)]
    pub input: Input,
    /// The system that the rows come from, such as github, n8n or airflow [default: auto, by their fields]
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    pub preset: String,
    /// A JSON file that says which field of a row means what
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// The most that a compressed file is decompressed to, or a Parquet file as pages or as lines, in bytes or with K, M
    /// or G (powers of 1,024) behind: what comes beyond is not read, and the source is incomplete
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "64G")]
    pub most_decompressed: u64,
}

/// A number of bytes, as a flag takes it.
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((end, 'K' | 'k')) => (text.get(..end), 10),
        Some((end, 'M' | 'm')) => (text.get(..end), 20),
        Some((end, 'G' | 'g')) => (text.get(..end), 30),
        _ => (Some(text), 0),
    };
    let number = digits.and_then(|digits| digits.parse::<u64>().ok()).and_then(|number| number.checked_mul(1 << shift));
    number.filter(|number| *number > 0).ok_or_else(|| "it takes a number of bytes such as 500M or 64G".to_owned())
}

/// One view of the rows. Every value goes to the engine as it came.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// success_rate, volume, duration, error_count, p50_duration, p95_duration, p99_duration, max_duration or queue_wait
    /// [default: success_rate]
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,
    /// hourly or daily [default: hourly up to 90 days, daily beyond]
    #[arg(long, value_name = "GRANULARITY")]
    granularity: Option<String>,
    /// Days before the last date, 1 to 1096 [default: what the rows span, at most 365]
    #[arg(long, value_name = "N")]
    days: Option<String>,
    /// The first date, such as 2026-01-31; --to has to stand beside it
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last date, which is in the window; --from has to stand beside it
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Where the window ends, such as 2026-02-19T00:00:00Z [default: just after the newest start]
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// An IANA time zone, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Only this workflow; !ID leaves one out
    #[arg(long, value_name = "ID")]
    workflow: Vec<String>,
    /// Only this status; !STATUS leaves one out
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only rows that bear this tag; !TAG leaves one out
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Where levels 2, 3 and 4 begin, in the metric's unit: A,B,C
    #[arg(long, value_name = "A,B,C", allow_hyphen_values = true)]
    thresholds: Option<String>,
    /// Which moment places an execution: start, end or scheduled [default: start]
    #[arg(long, value_name = "MOMENT")]
    by: Option<String>,
    /// Which attempts of one execution count: each or last [default: each]
    #[arg(long, value_name = "ATTEMPTS")]
    attempts: Option<String>,
    /// Which patterns are told: first (those that matter most) or all [default: first]
    #[arg(long, value_name = "PATTERNS")]
    patterns: Option<String>,
}

impl ViewArgs {
    /// The flags that were given, as the engine's parameters.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let single = [
            ("metric", &self.metric),
            ("granularity", &self.granularity),
            ("days", &self.days),
            ("from", &self.from),
            ("to", &self.to),
            ("until", &self.until),
            ("time_zone", &self.time_zone),
            ("thresholds", &self.thresholds),
            ("by", &self.by),
            ("attempts", &self.attempts),
            ("patterns", &self.patterns),
        ];
        let repeatable = [("workflow_id", &self.workflow), ("status", &self.status), ("tag", &self.tag)];
        let single = single.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let repeated =
            repeatable.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, &**value)));
        single.chain(repeated)
    }
}

/// How the terminal's picture is drawn.
#[derive(Debug, Args)]
pub struct ScreenArgs {
    /// Columns of the picture in the terminal, 10 or more [default: the terminal's, else 80]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(10..))]
    pub width: Option<u16>,
    /// Whether to use colours
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// Only characters of ASCII
    #[arg(long)]
    pub ascii: bool,
    /// Colours for a light ground
    #[arg(long)]
    pub light: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal that has them, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Input {
    /// What the first bytes show
    Auto,
    /// One JSON object a line
    Ndjson,
    /// JSON documents: an array of rows, or an object that holds one
    Json,
    /// A header line and values between commas, semicolons or bars
    Csv,
    /// The same between tabs
    Tsv,
    /// The Standard Workload Format
    Swf,
    /// Arrow IPC, a stream or a file, without compression
    Arrow,
    /// A Parquet file
    Parquet,
    /// Counts that a database made instead of rows, in any form but SWF
    Cube,
}

/// The forms that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A picture of characters
    Terminal,
    /// The response of the HTTP interface
    Json,
    /// A picture
    Svg,
}

/// The forms by name; of counts, which `import` refuses in words, its help says nothing.
fn forms_of_rows() -> impl TypedValueParser<Value = Input> {
    let forms = Input::value_variants().iter().filter_map(|form| {
        let value = form.to_possible_value()?;
        Some(value.hide(*form == Input::Cube))
    });
    PossibleValuesParser::new(forms).try_map(|name| Input::from_str(&name, false))
}

/// What `import` takes.
#[derive(Debug, Args)]
#[command(mut_arg("input", |input| input.value_parser(forms_of_rows())))]
pub struct ImportArgs {
    /// Files of rows, compressed with gzip or zstd or not; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// What the rows are
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The workspace that the rows belong to; it is made if it is not there
    #[arg(long, value_name = "NAME")]
    pub workspace: String,
    /// sqlite:PATH or a path; the file is made if it is not there
    #[arg(long, value_name = "URL", env = "EXECUTION_HEATMAP_DATABASE")]
    pub database: String,
}

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// sqlite:PATH or a path
    #[arg(long, value_name = "URL", env = "EXECUTION_HEATMAP_DATABASE")]
    pub database: Option<String>,
    /// A loopback address and a port; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "EXECUTION_HEATMAP_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// A file with lines such as `database = "sqlite:runs.sqlite"`; flags and environment come before it
    #[arg(long, value_name = "FILE", env = "EXECUTION_HEATMAP_CONFIG")]
    pub config: Option<PathBuf>,
}

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// A loopback address and a port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "EXECUTION_HEATMAP_LISTEN", default_value_t = verbs::DEFAULT_LISTEN)]
    pub listen: SocketAddr,
}

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// Runs the binary: parses the command line, does what it says, puts failures into words on standard error.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.verb {
        Verb::Analyze(args) => verbs::analyze::run(args),
        Verb::Import(args) => verbs::import::run(args),
        Verb::Serve(args) => verbs::serve::run(args),
        Verb::Demo(args) => verbs::demo::run(args),
        Verb::Completions(args) => verbs::completions::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure @ (Failure::ClosedPipe | Failure::Interrupted)) => failure.code(),
        Err(failure) => {
            voice::say(&format!("execution-heatmap: {failure}"));
            failure.code()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_are_read() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(bytes(text).ok(), expected, "{text}");
        check("1", Some(1));
        check("10k", Some(10 << 10));
        check("500M", Some(500 << 20));
        check("64G", Some(64 << 30));
        for text in ["", "0", "G", "1T", "-1", "1.5G", "1 G", "99999999999G", "é"] {
            check(text, None);
        }
    }
}
