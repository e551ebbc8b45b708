//! Sentences tell workflows apart: by their names, and where several bear one, by their ids too.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::zone::Zone;

/// Two workflows that run every hour for eight weeks, of these names; the first one stops a week before the other.
fn check(names: [&str; 2], expected: &str) {
    let mut lines = String::new();
    for hour in 0..56 * 24u64 {
        for (id, name) in [("7", names[0]), ("8", names[1])] {
            if id == "8" || hour < 49 * 24 {
                let start = 1_770_004_800_000 + hour * 3_600_000;
                lines += &format!(
                    "{{\"workflow_id\":\"{id}\",\"workflow\":\"{name}\",\"status\":\"completed\",\"started_at\":{start}}}\n"
                );
            }
        }
    }
    let mut intake = Intake::new(Form::Ndjson, false);
    intake.extend(lines.as_bytes());
    intake.finish(None);
    let query = Query::from_pairs([("patterns", "all")]).unwrap();
    let (zone, source) = (Zone::utc(), Source::File);
    let answer = answer::answer(intake.table(), intake.reading(), &query, &zone, source, Patterns::Look).unwrap();
    let told: Vec<&str> = answer.patterns.iter().map(|finding| finding.sentence.as_str()).collect();
    assert!(told.iter().any(|sentence| sentence.starts_with(expected)), "{expected}: {told:#?}");
}

#[test]
fn a_name_of_several_workflows_is_told_with_the_id() {
    check(["sync", "etl"], "'sync' has not run");
    check(["sync", "sync"], "'sync (7)' has not run");
}
