//! `bench-memory FILE COPIES`: reads a file so many times into one table and prints how many bytes are then held, how
//! many were held at the most while reading, and how many rows there are.
//!
//! Unsafe: an allocator that counts has to implement `GlobalAlloc`. It hands every call on to the system's allocator
//! as it came and only adds up sizes, so it is as sound as that one.
#![allow(unsafe_code)]

use execution_heatmap::intake::Intake;
use std::alloc::{GlobalAlloc, Layout, System};
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PIECE_BYTES: usize = 1 << 20;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn grown(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

// SAFETY: every method calls the system's allocator with exactly what it was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    // A block that moves while it grows is there twice for a moment, as in a browser, which cannot remap memory.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grown(size);
        // SAFETY: the caller's promise is handed on.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        HELD.fetch_sub(layout.size(), Relaxed);
        moved
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, copies] = arguments.as_slice() else { return Err("usage: bench-memory FILE COPIES".into()) };
    let copies: usize = copies.parse()?;
    let before = HELD.load(Relaxed);
    let mut intake = Intake::recognising(false);
    for _ in 0..copies {
        let mut file = File::open(path)?;
        loop {
            let length = file.read(intake.buffer(PIECE_BYTES))?;
            if length == 0 {
                break;
            }
            intake.filled(length);
        }
    }
    intake.finish(None);
    let rows = intake.table().rows();
    let (held, most) = (HELD.load(Relaxed) - before, MOST.load(Relaxed) - before);
    println!("{held} {most} {rows}");
    Ok(())
}
