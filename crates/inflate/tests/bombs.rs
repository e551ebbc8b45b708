//! Little data that stands for much: it costs time up to the limit, never memory. What a decoder holds at most is
//! measured by an allocator that counts.

#[path = "../../../tests/hostile/memory.rs"]
mod memory;
mod support;

use execution_heatmap_inflate::{Cause, Form, Limits};
use memory::most_held;
use std::io::Write;
use support::{decode_into, gzip};

const MIB: u64 = 1 << 20;
/// A window, its slack and a copy while it grows; far below the 64 MiB that reading may take natively.
const MOST_HELD: usize = 24 << 20;

/// Decodes a bomb; says how many bytes it gave and why it ended.
fn defuse(data: &[u8], limits: Limits) -> (u64, Option<Cause>) {
    let mut length = 0;
    let (problem, most) = most_held(|| decode_into(data, 64 * 1024, limits, |piece| length += piece.len() as u64));
    assert!(most < MOST_HELD, "{most} bytes were held");
    (length, problem.map(|problem| problem.cause))
}

fn limited(output_bytes: u64) -> Limits {
    Limits { output_bytes, ..Limits::default() }
}

/// A frame whose window descriptor is this, of runs of one byte: four bytes stand for 128 KiB.
fn runs(window_descriptor: u8, blocks: u32) -> Vec<u8> {
    let mut data = vec![0x28, 0xb5, 0x2f, 0xfd, 0, window_descriptor];
    for block in (0..blocks).rev() {
        let header = (128 * 1024) << 3 | 1 << 1 | u32::from(block == 0);
        data.extend_from_slice(&header.to_le_bytes()[..3]);
        data.push(b'\n');
    }
    data
}

/// Window descriptors: 10 in the upper five bits is a mebibyte, each one more doubles it.
const WINDOW_1_MIB: u8 = 10 << 3;
const WINDOW_8_MIB: u8 = 13 << 3;
const WINDOW_2_GIB: u8 = 21 << 3;

#[test]
fn thirty_three_kilobytes_of_zstd_stand_for_a_gibibyte() {
    let bomb = runs(WINDOW_8_MIB, 8192);
    assert!(bomb.len() < 33_000);
    assert_eq!(defuse(&bomb, Limits::default()), (1024 * MIB, None));
    assert_eq!(defuse(&bomb, limited(3 * MIB + 5)), (3 * MIB + 5, Some(Cause::TooMuch { limit: 3 * MIB + 5 })));
}

#[test]
fn a_megabyte_of_gzip_stands_for_a_gibibyte() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let mebibyte = vec![b'\n'; MIB as usize];
    (0..1024).for_each(|_| encoder.write_all(&mebibyte).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1_100_000);
    assert_eq!(defuse(&bomb, Limits::default()), (1024 * MIB, None));
    assert_eq!(defuse(&bomb, limited(MIB)), (MIB, Some(Cause::TooMuch { limit: MIB })));
}

#[test]
fn the_limit_itself_is_allowed() {
    assert_eq!(defuse(&runs(WINDOW_1_MIB, 8), limited(MIB)), (MIB, None));
    assert_eq!(defuse(&gzip(&[b' '; 5000]), limited(5000)), (5000, None));
    // What is cut within the last piece is told as well, though no further piece comes.
    for most in [1, 4999] {
        let expected = (most, Some(Cause::TooMuch { limit: most }));
        assert_eq!(defuse(&gzip(&[b' '; 5000]), limited(most)), expected);
        assert_eq!(defuse(&runs(WINDOW_1_MIB, 1), limited(most)), expected);
    }
}

#[test]
fn a_window_above_the_limit_is_refused_before_memory_is_given() {
    let wanted = |window| Some(Cause::Window { wanted: window, limit: 8 * MIB });
    assert_eq!(defuse(&runs(WINDOW_2_GIB, 1), Limits::default()), (0, wanted(2048 * MIB)));
    assert_eq!(defuse(&runs(WINDOW_8_MIB + 1, 1), Limits::default()), (0, wanted(9 * MIB)));
    let second = [runs(WINDOW_1_MIB, 1), runs(WINDOW_2_GIB, 1)].concat();
    assert_eq!(defuse(&second, Limits::default()), (MIB / 8, wanted(2048 * MIB)));
    // A single segment is its own window.
    let single = [&[0x28, 0xb5, 0x2f, 0xfd, 0b1110_0000][..], &(1u64 << 40).to_le_bytes()].concat();
    assert_eq!(defuse(&single, Limits::default()), (0, wanted(1 << 40)));
    let words = decode_into(&runs(WINDOW_2_GIB, 1), 64, Limits::default(), |_| ()).unwrap().to_string();
    assert!(words.contains("a window of 2 GiB, at most 8 MiB"), "{words}");
}

#[test]
fn a_hundred_thousand_members_and_a_million_empty_ones() {
    let (row, empty) = (gzip(b"a row\n"), gzip(b""));
    assert_eq!(defuse(&row.repeat(100_000), Limits::default()), (600_000, None));
    assert_eq!(defuse(&empty.repeat(1_000_000), Limits::default()), (0, None));
}

#[test]
fn many_frames_and_empty_ones() {
    let frame = runs(WINDOW_8_MIB, 1);
    assert_eq!(defuse(&frame.repeat(5_000), Limits::default()), (5_000 * MIB / 8, None));
    let skippable = *b"\x50\x2a\x4d\x18\0\0\0\0";
    assert_eq!(defuse(&skippable.repeat(1_000_000), Limits::default()), (0, None));
}

#[test]
fn a_bomb_in_a_bomb_goes_off_once() {
    let inner = runs(WINDOW_8_MIB, 8192);
    let (length, problem) = defuse(&gzip(&inner), Limits::default());
    assert_eq!((length, problem), (inner.len() as u64, None));
    assert_eq!(Form::of(&inner), Some(Form::Zstd));
}
