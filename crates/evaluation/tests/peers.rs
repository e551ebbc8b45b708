//! What peers are given are the histories of the evaluation, and what is judged of the engine beside them is what the
//! evaluation counts. No peer is run.

use execution_heatmap::pattern::FEW;
use execution_heatmap_evaluation::histories::{Failures, Noise, Shape, Volume};
use execution_heatmap_evaluation::measure::{CLAIMED, each};
use execution_heatmap_evaluation::peers::choice::OURS;
use execution_heatmap_evaluation::peers::corpora::{self, Corpus, Group};
use execution_heatmap_evaluation::peers::judge::Judge;
use execution_heatmap_evaluation::peers::{document, export, told};
use execution_heatmap_evaluation::singles::Rhythm;
use execution_heatmap_evaluation::table::Measured;
use execution_heatmap_evaluation::volume::Told;
use execution_heatmap_evaluation::{changes, events, failures, volume};
use serde_json::Value;

/// Histories of each corpus: few, for every number is compared exactly.
const HISTORIES: usize = 6;

fn corpora_of(group: Group, is_meant: fn(&Corpus) -> bool) -> Vec<Corpus> {
    corpora::of(group).into_iter().filter(is_meant).collect()
}

/// What is judged of the engine after the way through the files, for each of these corpora.
fn judged(group: Group, corpora: Vec<Corpus>) -> Vec<usize> {
    let (_, truth) = export::lines(&corpora, HISTORIES);
    let (truth, ours) = told::read_truth(&truth).unwrap();
    let judge = Judge::new(group, corpora, truth);
    let counts = (0..judge.corpora().len()).map(|corpus| judge.count(&ours, OURS, &[corpus]));
    counts.inspect(|count| assert_eq!(count.of, HISTORIES)).map(|count| count.hits).collect()
}

fn hits(measured: Measured) -> usize {
    let Measured::Share { hits, of } = measured else { panic!("{measured:?}") };
    assert_eq!(of, HISTORIES);
    hits
}

fn silent(row: execution_heatmap_evaluation::measure::Null) -> usize {
    each(HISTORIES, row.1).into_iter().filter(|chance| *chance <= CLAIMED).count()
}

#[test]
fn the_engine_is_judged_as_the_evaluation_counts_it() {
    let kind = |corpus: &Corpus| corpus.noise == "Autoregressive";
    let expected = [
        silent(failures::null(13, 20.0, Volume::Office, Failures::Autoregressive)),
        hits(failures::found(13, 20.0, Failures::Autoregressive, failures::FLAGSHIP, HISTORIES)),
        hits(failures::found(13, 20.0, Failures::Autoregressive, failures::NIGHTLY, HISTORIES)),
        hits(failures::found(13, 20.0, Failures::Autoregressive, failures::FAINT, HISTORIES)),
        hits(failures::found(13, 20.0, Failures::Autoregressive, failures::AFTERNOONS, HISTORIES)),
        hits(failures::found(13, 20.0, Failures::Autoregressive, failures::SATURDAYS, HISTORIES)),
    ];
    assert_eq!(judged(Group::Failures, corpora_of(Group::Failures, kind)), expected);
    assert!(expected[1] > expected[0], "{expected:?}");
    let noise = |corpus: &Corpus| corpus.noise == "91 days, 0.6 kept" && !corpus.is_null;
    let expected = [1.5, 2.5].map(|step| hits(changes::steps_found(91, 0.6, step, HISTORIES)));
    assert_eq!(judged(Group::Changes, corpora_of(Group::Changes, noise)), expected);
    let expected = hits(changes::slides_found(91, 0.6, 1.5, HISTORIES));
    assert_eq!(judged(Group::Trends, corpora_of(Group::Trends, noise)), [expected]);
    let rhythm = |corpus: &Corpus| corpus.noise == "Batches";
    let expected = [
        silent(events::quiet("burst", 8, 10.0, Rhythm::Batches, events::of_burst)),
        hits(events::bursts_found(10.0, Rhythm::Batches, 20.0, HISTORIES)),
        hits(events::bursts_found(10.0, Rhythm::Batches, 10.0, HISTORIES)),
    ];
    assert_eq!(judged(Group::Bursts, corpora_of(Group::Bursts, rhythm)), expected);
    let sine = |corpus: &Corpus| corpus.noise == "Bursts" && corpus.column.starts_with("sine");
    let told = volume::peaks_found(Shape::Sine(0.6), 28, 1000.0, Noise::Bursts, HISTORIES);
    let expected = told.iter().filter(|told| **told == Told::Right).count();
    assert_eq!(judged(Group::Seasons, corpora_of(Group::Seasons, sine)), [expected]);
    assert_eq!(FEW, 299, "a change of the shuffles changes what is judged");
}

#[test]
fn peers_are_given_the_histories_that_the_rows_are_made_of() {
    let corpora = corpora_of(Group::Failures, |corpus| corpus.noise == "Incidents" && !corpus.is_null);
    let (given, truth) = export::lines(&corpora[..1], 2);
    let lines: Vec<Value> = given.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for (number, line) in lines.iter().enumerate() {
        let history = failures::planted(13, 20.0, Failures::Incidents, &failures::FLAGSHIP, number);
        assert_eq!(line["executions"], serde_json::to_value(&history.executions).unwrap());
        assert_eq!(line["failures"], serde_json::to_value(&history.failures).unwrap());
        assert_eq!(line["number"], number);
    }
    assert!(!given.contains("truth") && truth.lines().all(|line| line.contains("\"truth\":[9,10]")), "{truth}");
    let corpora = corpora_of(Group::Changes, |corpus| corpus.is_null);
    let given: Value = serde_json::from_str(export::lines(&corpora[..1], 1).0.trim()).unwrap();
    let length = |name: &str| given[name].as_array().unwrap().len();
    // Five in a hundred days are not known, and a peer is given the same days both ways.
    assert!(
        (70..91).contains(&length("raw")) && length("raw") == length("adjusted") && length("raw") == length("places")
    );
}

#[test]
fn what_was_told_becomes_a_table_and_what_is_missing_a_sentence() {
    let folder = std::env::temp_dir().join(format!("execution-heatmap-told-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("told")).unwrap();
    Group::ALL.iter().for_each(|group| std::fs::write(folder.join(export::truth_file(*group)), "").unwrap());
    let of_each = |line: &dyn Fn(usize, usize) -> String| -> String {
        (0..12).flat_map(|corpus| (0..HISTORIES).map(move |number| (corpus, number))).map(|(c, n)| line(c, n)).collect()
    };
    let trends = corpora::of(Group::Trends);
    assert_eq!(trends.iter().map(|corpus| corpus.is_null).collect::<Vec<_>>(), [[true; 6], [false; 6]].concat());
    let truth = of_each(&|corpus, number| {
        let planted = if trends[corpus].is_null { "[]" } else { "[0]" };
        format!("{{\"corpus\":{corpus},\"number\":{number},\"truth\":{planted},\"ours\":[],\"ms\":2.0}}\n")
    });
    std::fs::write(folder.join(export::truth_file(Group::Trends)), truth).unwrap();
    let head = r#"{"group":"trends","peer":"a peer","version":"peer 1.0","settings":["loud","quiet"]}"#;
    // Loud, it speaks everywhere; quiet, where there is something.
    let told = of_each(&|corpus, number| {
        let told = if trends[corpus].is_null { "[[[0]],[]]" } else { "[[[0]],[[0]]]" };
        format!(
            "{{\"group\":\"trends\",\"peer\":\"a peer\",\"input\":\"raw\",\"corpus\":{corpus},\"number\":{number},\
             \"ms\":0.5,\"told\":{told}}}\n"
        )
    });
    std::fs::write(folder.join("told/a.ndjson"), format!("{head}\n{told}")).unwrap();
    std::fs::write(folder.join("told/augurs.missing"), "no index").unwrap();
    let text = document::text(&folder).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(text.contains("| a peer | default: loud, raw | 6 | 100 / 100 / 100 |"), "{text}");
    assert!(text.contains("| a peer | best: quiet, raw | 6 | 0 / 0 / 0 | 0 / 0 / 0 | 100 / 100 / 100 |"), "{text}");
    assert!(text.contains("| **ours** | its only one | 6 | 0 / 0 / 0 |"), "{text}");
    assert!(text.contains("the engine finds fewer in 6; in 6 of these"), "{text}");
    assert!(text.contains("Not measured: augurs, which could not be installed or run"), "{text}");
    assert!(text.contains("6 histories of each corpus") && text.contains("Faster than the engine: a peer."), "{text}");
    let lost = text.find("What we lose").unwrap();
    assert!(lost < text.find("#### Failure windows").unwrap(), "{text}");
}
