//! Checks of rows of other systems: what each record becomes, and what a source was taken for.
#![allow(dead_code, reason = "each test file uses its own part")]

use execution_heatmap::ingest::{Event, Expected, LeftOut, Reader, Repeats, StartSource};

/// The events of a source whose system is found out, one a line, and what it was taken for.
pub fn read(source: &str) -> (String, String) {
    read_as(Expected::anything(), source)
}

pub fn read_as(expected: Expected, source: &str) -> (String, String) {
    let whole = read_by(Reader::expecting(expected.clone()), source);
    // A reader without forms leaves a source to one with them, or finds in it the same.
    let mut plain = Reader::without_forms(expected);
    plain.extend(source.as_bytes());
    plain.finish();
    let first = plain.next().map(|event| say(&event));
    match plain.needs_forms() {
        true => assert!(first.is_none(), "{first:?} was told of what needs forms: {source}"),
        false => assert_eq!(first.unwrap_or_default(), whole.0.lines().next().unwrap_or_default(), "{source}"),
    }
    whole
}

pub fn read_by(mut reader: Reader, source: &str) -> (String, String) {
    reader.extend(source.as_bytes());
    reader.finish();
    let mut lines = Vec::new();
    while let Some(event) = reader.next() {
        lines.push(say(&event));
    }
    (lines.join("\n"), reader.recognised().unwrap_or("nothing").to_owned() + &reader.remark())
}

/// An event in short: identity, status, start, and what is worth a word.
pub fn say(event: &Event<'_>) -> String {
    let texts = |execution: &execution_heatmap::execution::Execution<'_>| {
        let mut words = vec![
            format!("{}#{}", execution.workflow_id.unwrap_or("-"), execution.id.unwrap_or("-")),
            execution.status.name().to_owned(),
        ];
        words.extend(
            execution.workflow.filter(|name| Some(*name) != execution.workflow_id).map(|name| format!("{name:?}")),
        );
        words.push(execution.started_at.to_text().replace(".000Z", "Z"));
        words.extend(execution.duration_ms.map(|ms| format!("{ms}ms")));
        words.extend(execution.waited_ms.map(|ms| format!("waited {ms}ms")));
        words.extend(execution.tags.iter().map(|tag| format!("+{tag}")));
        words.extend((execution.attempt != 1).then(|| format!("attempt {}", execution.attempt)));
        words.extend(execution.error.map(|error| format!("error {error:?}")));
        words.join(" ")
    };
    match event {
        Event::Row { execution, notes, .. } => {
            let mut words = texts(execution);
            if notes.start_source != StartSource::Start {
                words += &format!(" ({:?})", notes.start_source);
            }
            for (is_noted, note) in [(notes.negative_duration, " (negative)"), (notes.bad_duration, " (bad duration)")]
            {
                words += if is_noted { note } else { "" };
            }
            words += if notes.has_other_end { " (other end)" } else { "" };
            words += match notes.repeats {
                Repeats::Nothing => "",
                Repeats::Retry => " (retry)",
                Repeats::LaterRun => " (later run)",
            };
            words
        }
        Event::Unstarted { execution, .. } => format!("not started: {}", texts(execution)),
        Event::LeftOut { why: LeftOut::Part, .. } => "part".to_owned(),
        Event::LeftOut { why: LeftOut::NoExecution, .. } => "no execution".to_owned(),
        Event::Rejected { kind, message, .. } => format!("{}: {message}", kind.name()),
        other => format!("{other:?}"),
    }
}

/// A check of one system: what each record becomes.
pub fn system(title: &'static str) -> impl Fn(&str, &str) {
    move |source, expected| {
        let (events, recognised) = read(source);
        assert_eq!(events, expected, "{source}");
        assert!(recognised.starts_with(&format!("taken for {title} in ")), "{recognised}: {source}");
        // Records that look alike are read by what is known of the ones before, and mean the same.
        let many = [source; 4].join("\n");
        assert_eq!(read(&many), read_by(Reader::recognising().without_shortcuts(), &many), "{source}");
    }
}

/// A record with some members put in the place of others: `members` are written over a template's `…`.
pub fn with<'a>(template: &'a str) -> impl Fn(&str) -> String + 'a {
    move |members| template.replace('…', members)
}
