//! What peers told, as their programs wrote it: for each peer a line with its settings, the first of them its default, and
//! for each history and input a line with the claims that each setting makes.

use super::corpora::Group;
use serde_json::Value;
use std::collections::BTreeMap;

/// A claim, as [`super::corpora::Case`] has it.
pub type Claim = Vec<usize>;

/// What a peer told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Peer {
    /// Its name.
    pub name: String,
    /// What was run, at which version.
    pub version: String,
    /// Its settings in words.
    pub settings: Vec<String>,
    /// What it was given, in words.
    pub inputs: Vec<String>,
    /// The claims of each setting, by input, corpus and number.
    pub told: BTreeMap<(usize, usize, usize), Vec<Vec<Claim>>>,
    /// Milliseconds of all histories with one setting, by input.
    pub ms: Vec<f64>,
}

/// The peers of a group in what a program wrote.
///
/// # Errors
/// A line that is not as described, in words.
pub fn read(text: &str, group: Group) -> Result<Vec<Peer>, String> {
    let mut peers: Vec<Peer> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let value: Value = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        if value["group"] != group.name() {
            continue;
        }
        take(&mut peers, &value).ok_or_else(|| format!("line {number} is not what a peer tells: {line}"))?;
    }
    Ok(peers)
}

fn take(peers: &mut Vec<Peer>, line: &Value) -> Option<()> {
    let name = line["peer"].as_str()?;
    if let Some(settings) = line["settings"].as_array() {
        let settings = settings.iter().map(|setting| setting.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        let version = line["version"].as_str()?.to_owned();
        peers.push(Peer { name: name.to_owned(), version, settings, ..Peer::default() });
        return Some(());
    }
    let peer = peers.iter_mut().find(|peer| peer.name == name)?;
    let told = claims_of_settings(&line["told"])?;
    if told.len() != peer.settings.len() {
        return None;
    }
    let input = peer.input(line["input"].as_str()?);
    peer.ms[input] += line["ms"].as_f64()?;
    peer.told.insert((input, index(&line["corpus"])?, index(&line["number"])?), told);
    Some(())
}

impl Peer {
    /// The place of an input, a new one if it was not met.
    fn input(&mut self, name: &str) -> usize {
        self.inputs.iter().position(|input| input == name).unwrap_or_else(|| {
            self.inputs.push(name.to_owned());
            self.ms.push(0.0);
            self.inputs.len() - 1
        })
    }

    /// Histories of each corpus that it looked at.
    pub fn histories(&self) -> usize {
        self.told.keys().map(|(_, _, number)| number + 1).max().unwrap_or(0)
    }

    /// Milliseconds a history.
    pub fn ms_of_one(&self, input: usize) -> f64 {
        let histories = self.told.keys().filter(|(of, _, _)| *of == input).count();
        self.ms.get(input).copied().unwrap_or(0.0) / histories.max(1) as f64
    }
}

/// What is planted in histories, by corpus and number.
pub type Truth = BTreeMap<(usize, usize), Claim>;

/// What is planted, and the engine as a peer with one setting.
///
/// # Errors
/// A line that is not as the export writes it, in words.
pub fn read_truth(text: &str) -> Result<(Truth, Peer), String> {
    let (mut truth, mut ours) = (Truth::new(), Peer { settings: vec![String::new()], ..Peer::default() });
    ours.input("");
    for (number, line) in (1..).zip(text.lines()) {
        let value: Value = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        let taken = || {
            let (corpus, number) = (index(&value["corpus"])?, index(&value["number"])?);
            Some((corpus, number, claim(&value["truth"])?, claims(&value["ours"])?, value["ms"].as_f64()?))
        };
        let (corpus, number, planted, told, ms) = taken().ok_or_else(|| format!("line {number} is not a truth"))?;
        truth.insert((corpus, number), planted);
        ours.told.insert((0, corpus, number), vec![told]);
        ours.ms[0] += ms;
    }
    Ok((truth, ours))
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn claim(value: &Value) -> Option<Claim> {
    value.as_array()?.iter().map(index).collect()
}

fn claims(value: &Value) -> Option<Vec<Claim>> {
    value.as_array()?.iter().map(claim).collect()
}

fn claims_of_settings(value: &Value) -> Option<Vec<Vec<Claim>>> {
    value.as_array()?.iter().map(claims).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"group":"changes","peer":"p","version":"p 1","settings":["default","loud"]}"#;

    #[test]
    fn what_a_peer_told_is_read_by_input() {
        let text = format!(
            "{HEAD}\n{}\n{}\n{}\n",
            r#"{"group":"changes","peer":"p","input":"raw","corpus":0,"number":0,"ms":2.0,"told":[[],[[7]]]}"#,
            r#"{"group":"changes","peer":"p","input":"raw","corpus":0,"number":1,"ms":4.0,"told":[[[1],[2]],[]]}"#,
            r#"{"group":"bursts","peer":"q","input":"raw","corpus":0,"number":0,"ms":1.0,"told":[]}"#,
        );
        let peers = read(&text, Group::Changes).unwrap();
        assert_eq!(peers.len(), 1);
        assert_eq!((peers[0].histories(), peers[0].ms_of_one(0)), (2, 3.0));
        assert_eq!(peers[0].told[&(0, 0, 1)], [vec![vec![1], vec![2]], vec![]]);
    }

    #[test]
    fn what_no_peer_tells_is_refused() {
        let check = |line: &str| assert!(read(&format!("{HEAD}\n{line}"), Group::Changes).is_err(), "{line}");
        check("{");
        check(r#"{"group":"changes","peer":"other","input":"raw","corpus":0,"number":0,"ms":1,"told":[[],[]]}"#);
        check(r#"{"group":"changes","peer":"p","input":"raw","corpus":0,"number":0,"ms":1,"told":[[]]}"#);
        check(r#"{"group":"changes","peer":"p","input":"raw","corpus":0,"number":0,"ms":1,"told":[[[-1]],[]]}"#);
        check(r#"{"group":"changes","peer":"p","input":"raw","corpus":0,"ms":1,"told":[[],[]]}"#);
    }
}
