//! One stable sort for everything: it is compiled once and looks at items through a function, where the standard
//! library's is compiled anew, 4 kB each time, for every type and every order. For lists of thousands, not of millions.

/// The positions of `count` items in their order; equal ones stay as they were. `is_before` says whether the first of
/// two positions has to come before the second.
pub fn order(count: usize, is_before: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for runs in positions.chunks(2 * width) {
            merge(runs.split_at(width.min(runs.len())), is_before, &mut merged);
        }
        std::mem::swap(&mut positions, &mut merged);
        merged.clear();
        width *= 2;
    }
    positions
}

fn merge((mut left, mut right): (&[usize], &[usize]), is_before: &dyn Fn(usize, usize) -> bool, out: &mut Vec<usize>) {
    while let ([first_left, rest_left @ ..], [first_right, rest_right @ ..]) = (left, right) {
        if is_before(*first_right, *first_left) {
            out.push(*first_right);
            right = rest_right;
        } else {
            out.push(*first_left);
            left = rest_left;
        }
    }
    out.extend_from_slice(left);
    out.extend_from_slice(right);
}

/// Sorts items; equal ones stay as they were.
pub fn sort<T>(items: &mut [T], is_before: &dyn Fn(&T, &T) -> bool) {
    let mut order = order(items.len(), &|one, other| match (items.get(one), items.get(other)) {
        (Some(one), Some(other)) => is_before(one, other),
        _ => false,
    });
    carry(&mut order, &mut |one, other| items.swap(one, other));
}

/// Has every item carried to its place, where `order` says for each place which item comes there. Along each cycle of
/// places, every exchange brings one item home.
fn carry(order: &mut [usize], exchange: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut place = start;
        while let Some(from) = order.get_mut(place) {
            let from = std::mem::replace(from, place);
            // The end of a cycle, or a place that is done.
            if from == start || from == place {
                break;
            }
            exchange(place, from);
            place = from;
        }
    }
}

/// Puts numbers in such an order that at `place` stands the one that sorting would put there, with none above it before
/// and none below it behind. `place` is below their count; else nothing may be relied on.
pub fn select(numbers: &mut [f64], place: usize) {
    let is_below = |one: &f64, other: &f64| one.total_cmp(other).is_lt();
    let (mut first, mut end) = (0, numbers.len());
    // Pivots that are the least or the most of all come in rows only where someone has laid them out so.
    let mut left = 2 * usize::BITS.saturating_sub(numbers.len().leading_zeros());
    while let Some(among) = numbers.get_mut(first..end).filter(|among| among.len() > 1) {
        let Some(next) = left.checked_sub(1) else { return sort_numbers(among) };
        left = next;
        let pivot = match (among.first(), among.get(among.len() / 2), among.last()) {
            (Some(one), Some(two), Some(three)) => middle(*one, *two, *three),
            _ => return,
        };
        // Those below the pivot come first, then those that are it, then those above.
        let (mut below, mut at, mut above) = (0, 0, among.len());
        while at < above {
            let Some(number) = among.get(at) else { return };
            if is_below(number, &pivot) {
                among.swap(below, at);
                below += 1;
                at += 1;
            } else if is_below(&pivot, number) {
                above -= 1;
                among.swap(at, above);
            } else {
                at += 1;
            }
        }
        if place < first + below {
            end = first + below;
        } else if place >= first + above {
            first += above;
        } else {
            return;
        }
    }
}

/// The one of three numbers that is neither the least nor the most.
fn middle(one: f64, two: f64, three: f64) -> f64 {
    let is_below = |one: f64, other: f64| one.total_cmp(&other).is_lt();
    let (low, high) = if is_below(one, two) { (one, two) } else { (two, one) };
    if is_below(three, low) {
        low
    } else if is_below(high, three) {
        high
    } else {
        three
    }
}

/// From so many numbers on, looking eight times at each byte is less than comparing.
const MANY: usize = 200;

/// Sorts numbers from the least, −0 before 0 and what is no number at the ends.
pub fn sort_numbers(numbers: &mut [f64]) {
    if numbers.len() < MANY {
        return sort(numbers, &|one, other| one.total_cmp(other).is_lt());
    }
    // Bits that rise as the numbers do.
    const SIGN: u64 = 1 << 63;
    let key_of = |number: &f64| if number.to_bits() < SIGN { number.to_bits() | SIGN } else { !number.to_bits() };
    let mut keys: Vec<u64> = numbers.iter().map(key_of).collect();
    let mut sorted = vec![0; keys.len()];
    for shift in (0..u64::BITS).step_by(8) {
        let byte = |key: u64| (key >> shift) as u8 as usize;
        let mut places = [0_usize; 256];
        for key in &keys {
            if let Some(count) = places.get_mut(byte(*key)) {
                *count += 1;
            }
        }
        if places.contains(&keys.len()) {
            continue;
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for key in &keys {
            let Some(place) = places.get_mut(byte(*key)) else { continue };
            if let Some(to) = sorted.get_mut(*place) {
                *to = *key;
            }
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut sorted);
    }
    let number_of = |key: u64| f64::from_bits(if key >= SIGN { key ^ SIGN } else { !key });
    numbers.iter_mut().zip(keys).for_each(|(number, key)| *number = number_of(key));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(keys in prop::collection::vec(0_u8..20, 0..200)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort(&mut items, &|(one, _), (other, _)| one < other);
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn numbers_are_sorted_whatever_they_are(bits in prop::collection::vec(any::<u64>(), 0..400)) {
            let mut numbers: Vec<f64> = bits.into_iter().map(f64::from_bits).chain([-0.0, 0.0, f64::NAN]).collect();
            let mut expected = numbers.clone();
            expected.sort_by(f64::total_cmp);
            sort_numbers(&mut numbers);
            let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&numbers), bits(&expected));
        }

        #[test]
        fn numbers_that_are_laid_out_against_it_are_selected_too(length in 1_usize..3000, shape in 0..4, at: prop::sample::Index) {
            let number = |place: usize| match shape {
                0 => place.abs_diff(length / 2),
                1 => length - place.abs_diff(length / 2),
                2 => place % 7 * length + place,
                _ => place,
            };
            let mut numbers: Vec<f64> = (0..length).map(|place| number(place) as f64).collect();
            let mut expected = numbers.clone();
            sort_numbers(&mut expected);
            let place = at.index(length);
            select(&mut numbers, place);
            prop_assert_eq!(numbers[place].to_bits(), expected[place].to_bits());
        }

        #[test]
        fn what_is_selected_stands_where_sorting_puts_it(bits in prop::collection::vec(prop_oneof![any::<u64>(), 0..4u64], 1..300), at: prop::sample::Index) {
            let mut numbers: Vec<f64> = bits.into_iter().map(f64::from_bits).collect();
            let mut expected = numbers.clone();
            sort_numbers(&mut expected);
            let place = at.index(numbers.len());
            select(&mut numbers, place);
            prop_assert_eq!(numbers[place].to_bits(), expected[place].to_bits());
            let (before, behind) = numbers.split_at(place);
            prop_assert!(before.iter().all(|number| number.total_cmp(&expected[place]).is_le()));
            prop_assert!(behind.iter().all(|number| number.total_cmp(&expected[place]).is_ge()));
            sort_numbers(&mut numbers);
            prop_assert!(numbers.iter().zip(&expected).all(|(one, other)| one.to_bits() == other.to_bits()));
        }
    }
}
