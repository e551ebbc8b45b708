//! Numbers by the hashes of what they stand for. Knows nothing of what that is: whoever asks says which number it is. What
//! finds no place near that of its hash is not kept, so that no choice of values makes looking slow or the places many.

/// The most places that are looked at for one number.
pub(super) const MOST_TRIES: usize = 8;
/// There are at least so many places for each number, and at most four times as many, however numbers are in each other's
/// way.
const LEAST_ROOM: usize = 4;
/// So many places there are at first.
const FIRST_PLACES: usize = 256;

/// Numbers by hash.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// A power of two of them.
    places: Vec<Place>,
    /// How many numbers were put there.
    count: usize,
}

/// A number, or 0 for none, and the hash of what it stands for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) hash: u32,
    pub(super) number: u32,
}

impl Places {
    /// What lies at a place at which a number of this hash may lie, of which there are [`MOST_TRIES`]: behind one that is
    /// free there is none. Callers go from try to try themselves, since what they compare has to be compiled into the loop.
    #[inline(always)]
    pub(super) fn at(&self, hash: u32, attempt: usize) -> Option<&Place> {
        let last = self.places.len().wrapping_sub(1);
        self.places.get((hash as usize).wrapping_add(attempt) & last)
    }

    /// Puts a number, which is not 0, where it is found by its hash; false if it finds no place.
    pub(super) fn put(&mut self, hash: u32, number: u32) -> bool {
        let place = Place { hash, number };
        if self.places.len() <= LEAST_ROOM * (self.count + 1) {
            self.grow();
        }
        let mut is_put = place.put(&mut self.places);
        if !is_put && self.places.len() <= 2 * LEAST_ROOM * (self.count + 1) {
            self.grow();
            is_put = place.put(&mut self.places);
        }
        self.count += usize::from(is_put);
        is_put
    }

    fn grow(&mut self) {
        let grown = vec![Place::default(); (self.places.len() * 2).max(FIRST_PLACES)];
        for place in std::mem::replace(&mut self.places, grown) {
            // One that finds no place is met as a new one.
            if place.number != 0 {
                place.put(&mut self.places);
            }
        }
    }
}

impl Place {
    /// Takes a place that is free; false if there is none.
    fn put(self, places: &mut [Place]) -> bool {
        let last = places.len().wrapping_sub(1);
        let mut tried = (0..MOST_TRIES).map(|attempt| (self.hash as usize).wrapping_add(attempt) & last);
        let free = tried.find(|place| places.get(*place).is_some_and(|place| place.number == 0));
        let Some(place) = free.and_then(|free| places.get_mut(free)) else { return false };
        *place = self;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Places {
        /// The first number of this hash of which it is true that it is the one.
        fn seek(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
            let met = (0..MOST_TRIES).map_while(|attempt| self.at(hash, attempt));
            let met = met.take_while(|place| place.number != 0);
            met.filter(|place| place.hash == hash).map(|place| place.number).find(|number| is_it(*number))
        }
    }

    proptest! {
        #[test]
        fn what_was_put_is_found_and_there_are_not_many_places(
            hashes in prop::collection::vec(prop_oneof![0..3_u32, 250..260_u32, any::<u32>()], 0..3000),
        ) {
            let mut places = Places::default();
            for (number, hash) in (1..).zip(&hashes) {
                let is_put = places.put(*hash, number);
                prop_assert_eq!(places.seek(*hash, |met| met == number), is_put.then_some(number));
                let most = (4 * LEAST_ROOM * (places.count + 1)).max(FIRST_PLACES);
                prop_assert!(places.places.len() <= most, "{} places for {}", places.places.len(), places.count);
            }
            for hash in &hashes {
                prop_assert_eq!(places.seek(*hash, |met| hashes[met as usize - 1] != *hash), None);
            }
        }
    }

    #[test]
    fn numbers_of_different_hashes_are_all_found() {
        let mut places = Places::default();
        let hash = |number: u32| number.wrapping_mul(0x9e37_79b9);
        assert!((1..=20_000).all(|number| places.put(hash(number), number)));
        assert!((1..=20_000).all(|number| places.seek(hash(number), |_| true) == Some(number)));
    }

    #[test]
    fn numbers_of_one_hash_take_no_room() {
        let mut places = Places::default();
        let put = (1..=1000).filter(|number| places.put(5, *number)).count();
        assert_eq!((put, places.places.len()), (MOST_TRIES, FIRST_PLACES));
    }
}
