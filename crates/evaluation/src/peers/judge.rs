//! Judges claims, whoever makes them, by the rules by which the evaluation judges the engine's.

use super::corpora::{Corpus, DAY, Group};
use super::told::{Claim, Peer, Truth};
use crate::changes::NEAR;
use crate::failures::LEAST_OVERLAP;
use crate::histories::WEEK;
use crate::scores::overlap;

/// A period of a day is told by one that is at most so many hours longer or shorter.
const NEAR_PERIOD: usize = 1;

/// What a group's claims are judged against.
pub struct Judge {
    group: Group,
    corpora: Vec<Corpus>,
    truth: Truth,
}

/// How many of some histories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that are meant.
    pub hits: usize,
    /// All of them.
    pub of: usize,
}

impl Count {
    /// The share; 0 of none.
    pub fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }
}

/// What a peer does at one setting, with one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The input, by its place.
    pub input: usize,
    /// The setting, by its place.
    pub setting: usize,
}

impl Judge {
    /// A judge of a group.
    pub fn new(group: Group, corpora: Vec<Corpus>, truth: Truth) -> Self {
        Self { group, corpora, truth }
    }

    /// The corpora, in their order.
    pub fn corpora(&self) -> &[Corpus] {
        &self.corpora
    }

    /// Which corpora are meant, by their places.
    pub fn places(&self, is_meant: impl Fn(&Corpus) -> bool) -> Vec<usize> {
        (0..self.corpora.len()).filter(|place| is_meant(&self.corpora[*place])).collect()
    }

    /// Histories of a corpus without anything to be found in which something is claimed, of others in which a claim is
    /// right.
    pub fn count(&self, peer: &Peer, way: Way, corpora: &[usize]) -> Count {
        let mut count = Count::default();
        for corpus in corpora {
            for (_, is_hit) in self.hits(peer, way, *corpus) {
                count.of += 1;
                count.hits += usize::from(is_hit);
            }
        }
        count
    }

    /// The same, history by history.
    pub fn hits<'a>(&'a self, peer: &'a Peer, way: Way, corpus: usize) -> impl Iterator<Item = (usize, bool)> + 'a {
        let is_null = self.corpora[corpus].is_null;
        let told = peer.told.range((way.input, corpus, 0)..=(way.input, corpus, usize::MAX));
        told.map(move |((_, _, number), settings)| {
            let claims = settings.get(way.setting).map_or(&[][..], Vec::as_slice);
            let planted = self.truth.get(&(corpus, *number));
            let is_right = |claim: &Claim| planted.is_some_and(|truth| is_right(self.group, truth, claim));
            (*number, if is_null { !claims.is_empty() } else { claims.iter().any(is_right) })
        })
    }
}

/// True if the claim is of what is planted.
pub fn is_right(group: Group, truth: &[usize], claim: &[usize]) -> bool {
    let (Some(planted), Some(told)) = (truth.first(), claim.first()) else { return false };
    match group {
        Group::Failures => overlap(&held(claim), &held(truth)) >= LEAST_OVERLAP,
        Group::Changes => told.abs_diff(*planted) <= NEAR,
        Group::Trends => true,
        Group::Bursts => truth.contains(told),
        Group::Seasons => told.abs_diff(DAY) <= NEAR_PERIOD,
    }
}

/// For each hour of the week, whether it is among those.
fn held(hours: &[usize]) -> Vec<bool> {
    let mut held = vec![false; WEEK];
    hours.iter().filter_map(|hour| held.get_mut(*hour).map(|held| *held = true)).count();
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_right_as_the_engines_are() {
        let check = |group, truth: &[usize], claim: &[usize], expected| {
            assert_eq!(is_right(group, truth, claim), expected, "{group:?} {truth:?} {claim:?}");
        };
        check(Group::Failures, &[9, 10], &[9], true);
        check(Group::Failures, &[9, 10], &[9, 10, 11, 12], true);
        check(Group::Failures, &[9, 10], &[10, 11], false);
        check(Group::Failures, &[9, 10], &[], false);
        check(Group::Failures, &[], &[9], false);
        check(Group::Changes, &[40], &[45], true);
        check(Group::Changes, &[40], &[46], false);
        check(Group::Trends, &[0], &[0], true);
        check(Group::Trends, &[], &[0], false);
        check(Group::Bursts, &[40, 41], &[41], true);
        check(Group::Bursts, &[40, 41], &[42], false);
        check(Group::Seasons, &[24], &[23], true);
        check(Group::Seasons, &[24], &[12], false);
        check(Group::Seasons, &[24], &[0], false);
    }
}
