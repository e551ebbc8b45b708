//! What a run told: times, facts, who took no part. The programs of `benches/` print a line each, this reads them.

use std::collections::BTreeMap;

/// Everything that was told, by part and peer.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    times: BTreeMap<(String, String), Vec<f64>>,
    processor: BTreeMap<(String, String), Vec<f64>>,
    facts: BTreeMap<String, String>,
    absent: BTreeMap<(String, String), String>,
    /// Whose cells were compared, in the order of comparing.
    same: Vec<(String, String)>,
    /// Every line that was understood, as it came.
    lines: String,
}

impl Measures {
    /// Takes a line; gives back words for a person who waits where it tells of progress.
    pub fn take(&mut self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split('\t').collect();
        if matches!(words.first(), Some(&("time" | "processor" | "fact" | "same" | "absent"))) {
            self.lines.push_str(line);
            self.lines.push('\n');
        }
        match words.as_slice() {
            [kind @ ("time" | "processor"), part, peer, time] => {
                let all = if *kind == "time" { &mut self.times } else { &mut self.processor };
                let time = time.parse().ok()?;
                all.entry(((*part).to_owned(), (*peer).to_owned())).or_default().push(time);
                None
            }
            ["fact", name, value] => {
                self.facts.insert((*name).to_owned(), (*value).to_owned());
                None
            }
            ["same", part, peer] => {
                self.same.push(((*part).to_owned(), (*peer).to_owned()));
                Some(format!("{part}: the same cells: {peer}"))
            }
            ["absent", part, peer, why] => {
                self.absent.insert(((*part).to_owned(), (*peer).to_owned()), (*why).to_owned());
                Some(format!("{part}: without {peer}: {why}"))
            }
            _ => Some(line.to_owned()),
        }
    }

    /// The least time of a peer in a part, by the clock on the wall.
    pub fn least(&self, part: &str, peer: &str) -> Option<f64> {
        least(of(&self.times, part, peer)?)
    }

    /// The median of the times of a peer in a part, by the clock on the wall.
    pub fn median(&self, part: &str, peer: &str) -> Option<f64> {
        median(of(&self.times, part, peer)?)
    }

    /// What a peer takes in a part: the least of its own time on a processor where that was told, else of the wall's.
    pub fn work(&self, part: &str, peer: &str) -> Option<f64> {
        of(&self.processor, part, peer).and_then(least).or_else(|| self.least(part, peer))
    }

    /// The median of what a peer takes in a part.
    pub fn median_work(&self, part: &str, peer: &str) -> Option<f64> {
        of(&self.processor, part, peer).and_then(median).or_else(|| self.median(part, peer))
    }

    /// How many times as fast the second is as the first, by what they take.
    pub fn ratio(&self, part: &str, slow: &str, fast: &str) -> Option<f64> {
        Some(self.work(part, slow)? / self.work(part, fast)?)
    }

    /// The peers of a part with the least time first.
    pub fn peers(&self, part: &str) -> Vec<&str> {
        let mut peers: Vec<&str> =
            self.times.keys().filter(|(of, _)| of == part).map(|(_, peer)| peer.as_str()).collect();
        peers.sort_by(|one, other| {
            let work = |peer| self.work(part, peer).unwrap_or(f64::INFINITY);
            work(one).total_cmp(&work(other))
        });
        peers
    }

    /// Who took no part in a part, and why.
    pub fn absent(&self, part: &str) -> impl Iterator<Item = (&str, &str)> {
        self.absent.iter().filter(move |((of, _), _)| of == part).map(|((_, peer), why)| (peer.as_str(), why.as_str()))
    }

    /// A fact that was told.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(String::as_str)
    }

    /// A fact that is a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.fact(name)?.parse().ok()
    }

    /// Takes a fact that xtask found itself.
    pub fn tell(&mut self, name: &str, value: impl std::fmt::Display) {
        self.take(&format!("fact\t{name}\t{value}"));
    }

    /// Every line that was understood: another [`Measures`] that takes them knows the same.
    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// How many results were held to another one's and were the same.
    pub fn compared(&self) -> usize {
        self.same.len()
    }
}

fn of<'a>(all: &'a BTreeMap<(String, String), Vec<f64>>, part: &str, peer: &str) -> Option<&'a [f64]> {
    // The keys are owned; looking one up costs nothing beside what was measured.
    all.get(&(part.to_owned(), peer.to_owned())).map(Vec::as_slice)
}

fn least(times: &[f64]) -> Option<f64> {
    times.iter().copied().reduce(f64::min)
}

fn median(times: &[f64]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let mut measures = Measures::default();
        for time in ["3", "1", "8"] {
            assert_eq!(measures.take(&format!("time\tread\tJS loop\t{time}")), None);
        }
        measures.take("time\tread\tengine\t0.5");
        measures.take("processor\tfilter\tengine\t2");
        measures.take("time\tfilter\tengine\t9");
        assert_eq!((measures.work("filter", "engine"), measures.least("filter", "engine")), (Some(2.0), Some(9.0)));
        assert_eq!(measures.median("read", "JS loop"), Some(3.0));
        assert_eq!(measures.ratio("read", "JS loop", "engine"), Some(2.0));
        assert_eq!(measures.peers("read"), ["engine", "JS loop"]);
        assert_eq!(measures.ratio("read", "nobody", "engine"), None);
        assert!(measures.take("absent\tread\tx\tnot installable").is_some());
        assert_eq!(measures.absent("read").collect::<Vec<_>>(), [("x", "not installable")]);
        assert!(measures.take("what is this").is_some(), "what is not understood is shown");
    }
}
