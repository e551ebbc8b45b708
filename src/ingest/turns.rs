//! Where values lead: from a choice between values and the number of the one that a row says to what is behind. Knows
//! nothing of what these are. What finds no place near that of its hash is not kept, so that no choice of numbers makes
//! looking slow or the places many; that may leave turns that nothing leads to, which have a limit as all have.

use super::memo::FACTOR;
use super::places::MOST_TRIES;
use std::num::NonZeroU32;

/// There are at least so many places for each turn, and at most four times as many, however turns are in each other's way.
const LEAST_ROOM: usize = 2;
/// So many places there are at first.
const FIRST_PLACES: usize = 64;
/// The most turns; they take twelve bytes each, and up to four times that with the places that are free.
pub(super) const MOST_TURNS: usize = 1 << 18;

/// The turns at choices.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// A power of two of places.
    turns: Vec<Option<Turn>>,
    /// How many turns were put there.
    count: usize,
    /// How many numbers were given for what rows say before their last value.
    states: u32,
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    /// The number of the choice, one more, so that a place that is free needs no mark of its own.
    from: NonZeroU32,
    value: u32,
    to: u32,
}

impl Turns {
    /// The bytes of the turns; places that are free come on top.
    pub(super) fn held_bytes(&self) -> usize {
        self.count * size_of::<Option<Turn>>()
    }

    /// What a value leads to from a choice, if it did before.
    #[inline(always)]
    pub(super) fn to(&self, from: u32, value: u32) -> Option<u32> {
        let last = self.turns.len().wrapping_sub(1);
        let first = place_of(from, value);
        for attempt in 0..MOST_TRIES {
            let turn = self.turns.get(first.wrapping_add(attempt) & last)?.as_ref()?;
            if turn.value == value && turn.from.get() == from.wrapping_add(1) {
                return Some(turn.to);
            }
        }
        None
    }

    /// What so many values lead on from that come behind a first number.
    #[inline(always)]
    pub(super) fn first(&self, number: u32, values: usize) -> Option<u32> {
        self.to(choice_of_first(values), number)
    }

    /// From now on, values that come behind a first number lead one by one to what is said; false if one of them finds no
    /// place.
    pub(super) fn lead(&mut self, number: u32, values: &[u32], to: u32) -> bool {
        let mut turn = (choice_of_first(values.len()), number);
        for value in values {
            let state = match self.to(turn.0, turn.1) {
                Some(state) => state,
                None => {
                    let state = self.states;
                    if !self.put(turn, state) {
                        return false;
                    }
                    // There are no more states than turns, so that none is ever the choice of a first number.
                    self.states += 1;
                    state
                }
            };
            turn = (state, *value);
        }
        self.put(turn, to)
    }

    /// From now on a value leads so from a choice, whose number is not the last one there is; false if that finds no place.
    pub(super) fn put(&mut self, (from, value): (u32, u32), to: u32) -> bool {
        let Some(from) = NonZeroU32::new(from.wrapping_add(1)) else { return false };
        let turn = Turn { from, value, to };
        if self.count >= MOST_TURNS {
            return false;
        }
        if self.turns.len() <= LEAST_ROOM * (self.count + 1) {
            self.grow();
        }
        let mut place = turn.place(&self.turns);
        if place.is_none() && self.turns.len() <= 2 * LEAST_ROOM * (self.count + 1) {
            self.grow();
            place = turn.place(&self.turns);
        }
        let Some(place) = place.and_then(|place| self.turns.get_mut(place)) else { return false };
        self.count += usize::from(place.is_none());
        *place = Some(turn);
        true
    }

    fn grow(&mut self) {
        let count = (self.turns.len() * 2).max(FIRST_PLACES);
        for turn in std::mem::replace(&mut self.turns, vec![None; count]).into_iter().flatten() {
            // One that finds no place any more is not known from now on.
            if let Some(place) = turn.place(&self.turns).and_then(|place| self.turns.get_mut(place)) {
                *place = Some(turn);
            }
        }
    }
}

impl Turn {
    /// A place that is free, or that of the same choice and value.
    fn place(&self, turns: &[Option<Turn>]) -> Option<usize> {
        let last = turns.len().wrapping_sub(1);
        let first = place_of(self.from.get().wrapping_sub(1), self.value);
        let is_free = |turn: &Option<Turn>| turn.is_none_or(|turn| (turn.from, turn.value) == (self.from, self.value));
        let mut tried = (0..MOST_TRIES).map(|attempt| first.wrapping_add(attempt) & last);
        tried.find(|place| turns.get(*place).is_some_and(is_free))
    }
}

/// The choice that a first number is looked for in: none that a value leads to, and another one for each count of values, so
/// that what is the last one for some is never one between for others.
#[inline(always)]
fn choice_of_first(values: usize) -> u32 {
    (u32::MAX - 1).wrapping_sub(values as u32)
}

/// A number of a choice and a value.
#[inline(always)]
fn place_of(from: u32, value: u32) -> usize {
    ((u64::from(from) << 32 | u64::from(value)).wrapping_mul(FACTOR) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn what_was_put_is_found_and_there_are_not_many_places(
            asked in prop::collection::vec((prop_oneof![0..20_u32, any::<u32>()], 0..200_u32), 0..3000),
        ) {
            let mut turns = Turns::default();
            let mut put = HashMap::new();
            for (to, turn) in (0_u32..).zip(&asked) {
                // One that was put may be lost where there are more places, but none leads elsewhere.
                match (put.get(turn), turns.to(turn.0, turn.1)) {
                    (Some(to), Some(known)) => prop_assert_eq!(known, *to),
                    (None, Some(known)) => prop_assert!(false, "{turn:?} leads to {known}"),
                    (_, None) if turns.put(*turn, to) => {
                        prop_assert_eq!(turns.to(turn.0, turn.1), Some(to));
                        put.insert(*turn, to);
                    }
                    (_, None) => _ = put.remove(turn),
                }
                let most = (4 * LEAST_ROOM * (turns.count + 1)).max(FIRST_PLACES);
                prop_assert!(turns.turns.len() <= most, "{} places for {}", turns.turns.len(), turns.count);
            }
            let lost = put.keys().filter(|turn| turns.to(turn.0, turn.1).is_none()).count();
            prop_assert!(lost <= 2 + put.len() / 100, "{lost} of {} are lost", put.len());
            let count = turns.count;
            for turn in put.keys().filter(|turn| turns.to(turn.0, turn.1).is_some()).copied().collect::<Vec<_>>() {
                prop_assert!(turns.put(turn, 7));
                prop_assert_eq!((turns.to(turn.0, turn.1), turns.count), (Some(7), count));
            }
        }
    }

    #[test]
    fn what_is_refused_takes_no_room_beyond_the_limit() {
        let mut turns = Turns::default();
        // Chains that share nothing, many more than there is room for.
        let led = (0..40_000_u32)
            .filter(|kind| turns.lead(1, &[0, 1, 2, 3, 4, 5, 6, 7].map(|key| kind * 8 + key), *kind))
            .count();
        assert!((30_000..33_000).contains(&led), "{led}");
        assert_eq!((turns.count, turns.held_bytes()), (MOST_TURNS, MOST_TURNS * 12));
        assert!(turns.states as usize <= MOST_TURNS && turns.turns.len() <= 4 * MOST_TURNS);
        // Others that end sooner or later begin elsewhere.
        assert_eq!(turns.first(1, 7), None);
    }

    #[test]
    fn turns_of_many_choices_and_values_are_all_found() {
        let mut turns = Turns::default();
        let each = || (0..200_u32).flat_map(|from| (0..100_u32).map(move |value| (from, value)));
        assert!(each().zip(0..).all(|(turn, to)| turns.put(turn, to)));
        assert!(each().zip(0..).all(|(turn, to)| turns.to(turn.0, turn.1) == Some(to)));
        assert_eq!((turns.to(200, 0), turns.to(0, 100), turns.to(u32::MAX, 0)), (None, None, None));
        assert!(!turns.put((u32::MAX, 0), 0), "the last number stands for no choice");
    }
}
