//! The page's colours are the palette's. The element needs them before the engine has loaded, so they stand in its
//! sheet too; here the two are held together.

use execution_heatmap::options::Metric;
use execution_heatmap::picture::palette::{Ground, Tokens, levels, texts, tokens};

const ELEMENT: &str = include_str!("../js/src/style.ts");
const DASHBOARD: &str = include_str!("../www/dashboard.css");

fn both<T>(of: impl Fn(Ground) -> T) -> (T, T) {
    (of(Ground::Light), of(Ground::Dark))
}

#[test]
fn levels_and_the_text_on_them() {
    for metric in Metric::ALL {
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
