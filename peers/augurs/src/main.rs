//! What augurs says of histories: changes of daily series and periods of hourly counts, at its defaults and at other
//! settings. Reads the files that the evaluation writes and writes lines as `peers/README.md` describes them; judges
//! nothing.

mod detect;

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// A peer: its group, its name, its settings in words, and what it says of a series at each of them.
struct Peer {
    group: &'static str,
    name: &'static str,
    settings: Vec<String>,
    inputs: &'static [(&'static str, &'static str)],
    look: fn(&[f64]) -> Vec<Vec<usize>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, output, histories] = words.as_slice() else { return Err("FOLDER OUTPUT HISTORIES".into()) };
    let histories: u64 = histories.parse()?;
    let mut output = std::io::BufWriter::new(std::fs::File::create(output)?);
    for peer in detect::peers() {
        let version = format!("augurs {}", detect::VERSION);
        let head = json!({"group": peer.group, "peer": peer.name, "version": version, "settings": peer.settings});
        writeln!(output, "{head}")?;
        let text = std::fs::read_to_string(Path::new(folder).join(format!("{}.ndjson", peer.group)))?;
        for line in text.lines() {
            let history: Value = serde_json::from_str(line)?;
            if history["number"].as_u64().is_some_and(|number| number < histories) {
                tell(&peer, &history, &mut output)?;
            }
        }
    }
    Ok(output.flush()?)
}

fn tell(peer: &Peer, history: &Value, output: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    for (input, field) in peer.inputs {
        let values: Vec<f64> = serde_json::from_value(history[field].clone())?;
        let start = Instant::now();
        let told = (peer.look)(&values);
        let ms = start.elapsed().as_secs_f64() * 1000.0 / peer.settings.len() as f64;
        let place = |place: usize| history["places"].get(place).map_or(json!(place), Clone::clone);
        let claims = |places: Vec<usize>| places.into_iter().map(|at| json!([place(at)])).collect::<Vec<_>>();
        let told: Vec<Vec<Value>> = told.into_iter().map(claims).collect();
        let line = json!({"group": peer.group, "peer": peer.name, "input": input, "corpus": history["corpus"],
            "number": history["number"], "ms": ms, "told": told});
        writeln!(output, "{line}")?;
    }
    Ok(())
}
