//! What the page has to know before the engine has loaded, and therefore repeats, is what the engine says: colours,
//! limits, defaults and the vocabulary.

use execution_heatmap::execution::Status;
use execution_heatmap::options::{Metric, Query};
use execution_heatmap::picture::palette::{Ground, Tokens, levels, texts, tokens};
use execution_heatmap::window::{DEFAULT_DAYS, MOST_DAYS, MOST_DAYS_OF_A_FILE};
use std::collections::BTreeSet;

const ELEMENT: &str = include_str!("../js/src/style.ts");
const LIMITS: &str = include_str!("../js/src/limits.ts");
const DASHBOARD: &str = include_str!("../www/dashboard.css");

fn both<T>(of: impl Fn(Ground) -> T) -> (T, T) {
    (of(Ground::Light), of(Ground::Dark))
}

#[test]
fn levels_and_the_text_on_them() {
    for metric in Metric::LEADERS {
        let (light, dark) = both(|ground| levels(metric, ground));
        let ramp: Vec<String> = light.iter().zip(dark).map(|(light, dark)| format!("'{light}/{dark}'")).collect();
        let line = format!("{}: [{}]", metric.name(), ramp.join(", "));
        assert!(ELEMENT.contains(&line), "js/src/style.ts has no {line}");

        let letters =
            |texts: [&str; 4]| texts.map(|text| if text == "#ffffff" { 'w' } else { 'd' }).iter().collect::<String>();
        let (light, dark) = both(|ground| letters(texts(metric, ground)));
        let inks = format!("{}: '{light}/{dark}'", metric.name());
        assert!(ELEMENT.contains(&inks), "js/src/style.ts has no {inks}");
    }
}

#[test]
fn the_tokens() {
    type Token = fn(Tokens) -> &'static str;
    let in_both: [(&str, Token); 6] = [
        ("bg", |tokens| tokens.card),
        ("fg", |tokens| tokens.text),
        ("muted", |tokens| tokens.muted),
        ("line", |tokens| tokens.line),
        ("sub", |tokens| tokens.sub_ground),
        ("accent", |tokens| tokens.accent),
    ];
    let in_element: [(&str, Token); 4] = [
        ("tile", |tokens| tokens.tile),
        ("weekend", |tokens| tokens.weekend),
        ("hatch", |tokens| tokens.hatch),
        ("dot", |tokens| tokens.dot),
    ];
    for (name, token) in in_both {
        let (light, dark) = both(|ground| token(tokens(ground)));
        let declaration = format!("--{name}: light-dark({light}, {dark});");
        assert!(DASHBOARD.contains(&declaration), "www/dashboard.css has no {declaration}");
    }
    for (name, token) in in_both.into_iter().chain(in_element) {
        let (light, dark) = both(|ground| token(tokens(ground)));
        let pair = format!("pair('{light}', '{dark}')");
        let declaration =
            ELEMENT.split_once(&format!("--{name}: ")).map_or("", |(_, rest)| rest.lines().next().unwrap());
        assert!(declaration.contains(&pair), "js/src/style.ts: --{name} is not {pair}");
    }
}

#[test]
fn limits_defaults_and_words() {
    let check = |name: &str, value: String| {
        let declaration = format!("export const {name} = {value};");
        assert!(LIMITS.contains(&declaration), "js/src/limits.ts has no {declaration}");
    };
    check("MOST_DAYS", MOST_DAYS.to_string());
    check("DEFAULT_DAYS", DEFAULT_DAYS.to_string());
    check("MOST_DAYS_OF_A_FILE", MOST_DAYS_OF_A_FILE.to_string());
    check("DEFAULT_METRIC", format!("'{}'", Query::default().metric.name()));
    let listed = |name: &str| -> BTreeSet<&str> {
        let line = LIMITS.lines().find(|line| line.starts_with(&format!("export const {name} = ["))).unwrap();
        line.split('\'').skip(1).step_by(2).collect()
    };
    assert_eq!(listed("METRICS"), Metric::ALL.map(Metric::name).into_iter().collect());
    assert_eq!(listed("STATUSES"), Status::ALL.map(Status::name).into_iter().collect());
}
