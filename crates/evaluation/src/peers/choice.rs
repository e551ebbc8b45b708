//! Which setting of a peer stands for it: its default, the best that speaks as seldom where nothing is there as is asked of
//! the engine, and, kinder still, the best for each kind of noise, as nobody could choose it who does not know the noise.

use super::judge::{Count, Judge, Way};
use super::told::Peer;
use crate::measure::MOST_OF_A_ROW;
use crate::scores::interval;

/// The best way that keeps to what is asked of the engine in every corpus without anything to be found (the lower end of
/// the interval of its share is at most 5 %), and to 5 % over all of them; to the engine's share where that is more.
pub fn best(judge: &Judge, peer: &Peer, ours: &Peer) -> Option<Way> {
    let nulls = judge.places(|corpus| corpus.is_null);
    let planted = judge.places(|corpus| !corpus.is_null);
    let most = most_false(judge, ours, &nulls);
    let is_kept = |way: &Way| {
        let is_row_kept = |null: &usize| {
            let Count { hits, of } = judge.count(peer, *way, &[*null]);
            interval(hits, of).0 <= most_false(judge, ours, &[*null])
        };
        judge.count(peer, *way, &nulls).share() <= most && nulls.iter().all(is_row_kept)
    };
    best_of(judge, peer, is_kept, &nulls, &planted)
}

/// The best way in one corpus, by what is said of histories with the same noise.
pub fn best_in(judge: &Judge, peer: &Peer, ours: &Peer, corpus: usize) -> Option<Way> {
    let noise = &judge.corpora().get(corpus)?.noise;
    let nulls = judge.places(|other| other.is_null && other.noise == *noise);
    let most = most_false(judge, ours, &nulls);
    best_of(judge, peer, |way| judge.count(peer, *way, &nulls).share() <= most, &nulls, &[corpus])
}

/// All ways of a peer.
pub fn ways(peer: &Peer) -> impl Iterator<Item = Way> {
    let settings = peer.settings.len();
    (0..peer.inputs.len()).flat_map(move |input| (0..settings).map(move |setting| Way { input, setting }))
}

/// The engine's one way.
pub const OURS: Way = Way { input: 0, setting: 0 };

fn most_false(judge: &Judge, ours: &Peer, nulls: &[usize]) -> f64 {
    judge.count(ours, OURS, nulls).share().max(MOST_OF_A_ROW)
}

fn best_of(
    judge: &Judge,
    peer: &Peer,
    is_kept: impl Fn(&Way) -> bool,
    nulls: &[usize],
    planted: &[usize],
) -> Option<Way> {
    let measured = |way: &Way| {
        let (wrong, right) = (judge.count(peer, *way, nulls), judge.count(peer, *way, planted));
        (wrong.of > 0 && is_kept(way)).then_some((right, wrong, *way))
    };
    // The first of those that are alike, so that nothing but the counts decides.
    let better = |one: (Count, Count, Way), other: (Count, Count, Way)| {
        let key = |(right, wrong, _): &(Count, Count, Way)| (right.hits, std::cmp::Reverse(wrong.hits));
        if key(&other) > key(&one) { other } else { one }
    };
    ways(peer).filter_map(|way| measured(&way)).reduce(better).map(|(_, _, way)| way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::corpora::{Case, Corpus, Given, Group};
    use crate::peers::told::Truth;

    /// Two noises, in each nothing and a change at day 40.
    fn judge() -> Judge {
        let corpus = |noise: &str, is_null| Corpus {
            group: Group::Changes,
            column: String::new(),
            noise: noise.to_owned(),
            is_null,
            make: Box::new(|_| Case { given: Given::Hours(Vec::new()), truth: Vec::new(), ours: Vec::new(), ms: 0.0 }),
        };
        let corpora = vec![corpus("a", true), corpus("b", true), corpus("a", false), corpus("b", false)];
        let truth: Truth = (0..20).flat_map(|number| [((2, number), vec![40]), ((3, number), vec![40])]).collect();
        Judge::new(Group::Changes, corpora, truth)
    }

    /// A peer that finds the change in the first `found` of 20 histories and speaks in the first `wrong` of nothing.
    fn peer(settings: &[[usize; 4]]) -> Peer {
        let mut peer = Peer { inputs: vec![String::new()], ms: vec![0.0], ..Peer::default() };
        peer.settings = settings.iter().map(|counts| format!("{counts:?}")).collect();
        for corpus in 0..4 {
            for number in 0..20 {
                let claims = |counts: &[usize; 4]| if number < counts[corpus] { vec![vec![41]] } else { Vec::new() };
                peer.told.insert((0, corpus, number), settings.iter().map(claims).collect());
            }
        }
        peer
    }

    #[test]
    fn the_best_setting_speaks_no_more_than_the_engine() {
        let check = |ours: [usize; 4], settings: &[[usize; 4]], together: Option<usize>, alone: [Option<usize>; 2]| {
            let (judge, ours, peer) = (judge(), peer(&[ours]), peer(settings));
            let setting = |way: Option<Way>| way.map(|way| way.setting);
            assert_eq!(setting(best(&judge, &peer, &ours)), together, "{settings:?}");
            assert_eq!([2, 3].map(|corpus| setting(best_in(&judge, &peer, &ours, corpus))), alone, "{settings:?}");
        };
        // Loud where days cling together, so that only the quiet setting stays within one in twenty over both.
        let settings = [[1, 9, 19, 18], [0, 2, 15, 12], [0, 1, 9, 8]];
        check([0, 0, 20, 20], &settings, Some(1), [Some(0), Some(2)]);
        // An engine that speaks more often lets its peers speak as often.
        check([1, 9, 20, 20], &settings, Some(0), [Some(0), Some(0)]);
        check([0, 0, 20, 20], &[[9, 9, 20, 20]], None, [None, None]);
    }
}
