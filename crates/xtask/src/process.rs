//! Running other programs: quietly into a log, openly, or openly while their words are kept. And saying how long it took.
//!
//! All words of xtask's own go to standard error, so that standard output stays with the programs it runs.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What everything in xtask returns: a failure is a sentence for the person at the terminal.
pub type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// A failure whose words have been printed already.
#[derive(Debug)]
pub struct Reported;

impl std::fmt::Display for Reported {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("what failed is told above")
    }
}

impl Error for Reported {}

/// How often a program that writes to a log shows that it is still at work.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// How often a program is asked whether it has ended.
const POLL: Duration = Duration::from_millis(50);
/// How many lines of a log are shown when its program fails.
const LOG_TAIL_LINES: usize = 40;

/// Numbered steps with their times, as a person who waits wants to see them.
pub struct Steps {
    done: usize,
    total: usize,
}

impl Steps {
    /// A sequence of `total` steps.
    pub fn new(total: usize) -> Steps {
        Steps { done: 0, total }
    }

    /// Says what comes, does it, says how long it took.
    pub fn run<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        eprintln!("[{}/{}] {what}", self.done, self.total);
        let start = Instant::now();
        let result = work()?;
        eprintln!("      {}", seconds(start.elapsed()));
        Ok(result)
    }
}

/// A time as text: `0.4 s`, `74.0 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// The command as one would type it.
pub fn command_line(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _ = write!(text, " {}", argument.to_string_lossy());
    }
    text
}

/// Runs a program whose output goes to a log; when it fails, the log's end is in the error.
pub fn run_logged(command: &mut Command, log: &Path) -> Result {
    if let Some(directory) = log.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let output = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let errors = output.try_clone()?;
    let mut child = spawn(command.stdin(Stdio::null()).stdout(output).stderr(errors))?;
    let start = Instant::now();
    let mut next_sign = SIGN_OF_LIFE;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() >= next_sign {
            eprintln!("      … still at it, {} s", next_sign.as_secs());
            next_sign += SIGN_OF_LIFE;
        }
        std::thread::sleep(POLL);
    };
    if status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&std::fs::read(log)?).into_owned();
    Err(format!("`{}` failed: {status}\n{}\n(the end of {})", command_line(command), tail(&text), log.display()).into())
}

/// Runs a program that shares this terminal.
pub fn run_shown(command: &mut Command) -> Result {
    let status = spawn(command)?.wait()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` failed: {status}", command_line(command)).into())
}

/// What a program wrote to standard output, and whether it ended well.
pub struct Output {
    /// True when the program ended with status 0.
    pub success: bool,
    /// Everything it wrote to standard output.
    pub text: String,
}

/// Runs a program that shares this terminal and keeps what it writes to standard output.
pub fn run_kept(command: &mut Command) -> Result<Output> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let mut text = String::new();
    if let Some(pipe) = child.stdout.take() {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            std::io::stdout().write_all(&line)?;
            text.push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    Ok(Output { success: child.wait()?.success(), text })
}

/// Runs a program silently and gives its standard output, or `None` when it is missing or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first file of that name in the folders of `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|candidate| candidate.is_file())
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().map_err(|error| format!("cannot start `{}`: {error}", command_line(command)).into())
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(LOG_TAIL_LINES);
    lines.iter().skip(start).map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_the_end_of_its_log() {
        let log = std::env::temp_dir().join(format!("execution-heatmap-xtask-{}.log", std::process::id()));
        let error = run_logged(Command::new("sh").args(["-c", "echo first; echo last >&2; exit 3"]), &log);
        let message = error.expect_err("exit 3 is a failure").to_string();
        assert!(message.contains("first") && message.contains("last") && message.contains('3'), "{message}");
        std::fs::remove_file(&log).expect("the log was written");
    }

    #[test]
    fn output_is_kept_whether_it_ended_well_or_not() {
        let kept = run_kept(Command::new("sh").args(["-c", "echo one; exit 1"])).expect("sh starts");
        assert_eq!((kept.success, kept.text.as_str()), (false, "one\n"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run_shown(&mut Command::new("no-such-program-here")).expect_err("it does not exist");
        assert!(error.to_string().contains("no-such-program-here"), "{error}");
    }

    #[test]
    fn a_tail_is_the_last_lines() {
        let text = (0..100).map(|number| number.to_string()).collect::<Vec<_>>().join("\n");
        assert!(tail(&text).starts_with("    60\n") && tail(&text).ends_with("99"));
    }
}
