//! The messages in the objects by which rows say what went wrong. Most rows that fail say one of a few things, so where the
//! message lay in an object is remembered. An object of other bytes is read anew; what a message means is not known here.

use super::Value;
use super::classify::member;
use super::memo::FACTOR;
use super::text::Text;

/// The objects that are remembered.
const SLOTS: usize = 32;
/// The longest that is.
const MOST_BYTES: usize = 256;
const WORD: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Messages {
    /// None before the first object.
    slots: Vec<Slot>,
}

/// An object, and where in it its message lies.
#[derive(Debug, Default)]
struct Slot {
    object: String,
    start: usize,
    end: usize,
    /// True if it reads as it lies.
    is_plain: bool,
}

impl Messages {
    /// The member `message` of an object that was checked.
    #[inline(never)]
    pub(super) fn read<'a>(&mut self, object: &'a str) -> Value<'a> {
        let middle = object.len() / 2;
        let word = object.as_bytes().get(middle..).and_then(|rest| rest.first_chunk::<WORD>());
        let hash = word.map_or(0, |word| (u64::from_le_bytes(*word) ^ object.len() as u64).wrapping_mul(FACTOR) >> 32);
        self.slots.resize_with(SLOTS, Slot::default);
        let Some(slot) = self.slots.get_mut(hash as usize % SLOTS) else { return Value::Absent };
        if slot.start > 0
            && slot.object == object
            && let Some(text) = object.get(slot.start..slot.end)
        {
            return Value::Text(if slot.is_plain { Text::Plain(text) } else { Text::Json(text) });
        }
        let message = member(object, "message");
        if let Value::Text(text @ (Text::Plain(piece) | Text::Json(piece))) = message
            && object.len() <= MOST_BYTES
        {
            slot.object.clear();
            slot.object.push_str(object);
            slot.start = (piece.as_ptr() as usize).wrapping_sub(object.as_ptr() as usize);
            slot.end = slot.start.wrapping_add(piece.len());
            slot.is_plain = matches!(text, Text::Plain(_));
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever was read before, an object's message is the one that reading it anew gives.
    #[test]
    fn what_was_read_before_makes_no_difference() {
        let mut messages = Messages::default();
        let mut objects = vec![String::new(), "{}".to_owned(), "{\"message\":7,\"code\":\"E\"}".to_owned()];
        for number in 0..40 {
            objects.push(format!("{{\"message\":\"refused {number}\",\"code\":\"ECONNREFUSED\"}}"));
            objects.push(format!("{{\"code\":\"{}\",\"message\":\"\\u00e9 {number} €\"}}", "long ".repeat(number)));
            objects.push(format!("{{\"message\":\"{number}\",\"message\":\"the last one counts\"}}"));
        }
        for round in 0..3 {
            for object in objects.iter().chain(objects.iter().rev()) {
                // Each is read twice, as it comes and as it is remembered.
                for _ in 0..2 {
                    assert_eq!(messages.read(object), member(object, "message"), "{object} in round {round}");
                }
            }
        }
        assert!(messages.slots.iter().all(|slot| slot.object.len() <= MOST_BYTES));
        assert!(messages.slots.iter().filter(|slot| !slot.object.is_empty()).count() > SLOTS / 2);
    }
}
