//! The laws of parts, which one engine hands to another: what is written is read again, and bytes that are no part are
//! refused or read, and are accounted for like any others.

use crate::Seeded;
use crate::source::respond;
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::table::Table;

/// The bytes as the pieces of a part, and as a source of which a part is made.
pub(crate) fn parts(bytes: &[u8]) {
    absorb(unframed(bytes), true);
    let mut intake = Intake::recognising(false);
    intake.extend(bytes);
    intake.finish_stretch();
    let pieces = pieces_of(&intake);
    let again = absorb(pieces.clone(), true);
    intake.finish(None);
    assert_eq!(again, Some(respond(&intake)), "what was handed over is what was read");
    absorb(edited(pieces, &mut Seeded::of(bytes)), true);
    carried(bytes);
    counted(bytes);
}

/// The same of rows that were counted and not kept, those that wait to be counted together among them.
fn counted(bytes: &[u8]) {
    let mut intake = Intake::recognising(false).onto(Table::default().without_rows(), None);
    intake.extend(bytes);
    intake.finish_stretch();
    let pieces = pieces_of(&intake);
    absorb(unframed(bytes), false);
    let again = absorb(pieces.clone(), false);
    intake.finish(None);
    assert_eq!(again, Some(respond(&intake)), "what was counted is what was handed over");
    let together = pieces_of(&intake);
    assert_eq!(absorb(together.clone(), false), again, "however it lay");
    let mut seeded = Seeded::of(bytes);
    [pieces, together].into_iter().for_each(|pieces| _ = absorb(edited(pieces, &mut seeded), false));
}

/// The same of parts that carry what tells repeated rows, and of who looks for these.
fn carried(bytes: &[u8]) {
    absorb_once(unframed(bytes));
    let mut whole = Intake::recognising(false).onto(Table::default(), Some(Duplicates::default()));
    let mut part = Intake::recognising(false).carrying(Duplicates::default().key());
    for intake in [&mut whole, &mut part] {
        intake.extend(bytes);
        intake.finish_stretch();
    }
    whole.finish(None);
    let pieces = pieces_of(&part);
    assert_eq!(absorb_once(pieces.clone()), Some(respond(&whole)), "what repeats is found as in one reading");
    absorb_once(edited(pieces, &mut Seeded::of(bytes)));
}

/// What an engine that looks for repeated rows answers that was given these pieces; `None` if they are no part, or one that
/// does not carry what tells its rows.
fn absorb_once(pieces: Vec<Vec<u8>>) -> Option<String> {
    let mut intake = Intake::recognising(false).onto(Table::default(), Some(Duplicates::default()));
    let mut pieces = pieces.into_iter();
    intake.absorb(&mut || pieces.next(), Range::default()).ok()?;
    intake.finish(None);
    Some(respond(&intake))
}

/// The pieces of a part as one stretch of bytes, which its corpus consists of: each behind its length in four bytes.
pub fn framed(pieces: &[Vec<u8>]) -> Vec<u8> {
    pieces
        .iter()
        .flat_map(|piece| (piece.len() as u32).to_le_bytes().into_iter().chain(piece.iter().copied()))
        .collect()
}

/// The pieces that an intake hands over.
pub fn pieces_of(intake: &Intake) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
    pieces
}

/// The pieces of a stretch of bytes; a length that lies takes what is there.
fn unframed(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (piece, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*length) as usize));
        pieces.push(piece.to_vec());
        bytes = rest;
    }
    pieces
}

/// What an engine answers that was given these pieces and keeps rows or not; `None` if they are no part.
fn absorb(pieces: Vec<Vec<u8>>, keeps: bool) -> Option<String> {
    let empty = || {
        let table = if keeps { Table::default() } else { Table::default().without_rows() };
        Intake::recognising(false).onto(table, None)
    };
    let mut intake = empty();
    let mut pieces = pieces.into_iter();
    intake.absorb(&mut || pieces.next(), Range::default()).ok()?;
    let again = pieces_of(&intake);
    intake.finish(None);
    let response = respond(&intake);
    let mut second = empty();
    let mut pieces = again.into_iter();
    assert_eq!(second.absorb(&mut || pieces.next(), Range::default()), Ok(()), "what was taken is handed on");
    second.finish(None);
    assert_eq!(respond(&second), response, "and says the same");
    Some(response)
}

/// One to four numbers changed somewhere.
fn edited(mut pieces: Vec<Vec<u8>>, seeded: &mut Seeded) -> Vec<Vec<u8>> {
    for _ in 0..1 + seeded.below(4) {
        let piece = seeded.below(pieces.len());
        let Some(piece) = pieces.get_mut(piece).filter(|piece| !piece.is_empty()) else { continue };
        let place = seeded.below(piece.len());
        match seeded.below(4) {
            0 => piece[place] ^= 1 << seeded.below(8),
            1 => piece[place] = 0xff,
            2 => piece[place] = piece[place].wrapping_add(1),
            _ => piece.truncate(place),
        }
    }
    pieces
}
