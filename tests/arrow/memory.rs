//! An allocator that counts what a thread asks for, so that a test can hold it under a bound.
#![expect(unsafe_code, reason = "an allocator is one; it passes every call on to the system's and counts in between")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Bytes that this thread has asked for.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator with the same arguments; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ASKED.try_with(|asked| asked.set(asked.get() + layout.size()));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Calls, and fails if that asked for more than so many bytes, all in all.
pub fn within<T>(most: usize, call: impl FnOnce() -> T) -> T {
    let before = ASKED.get();
    let result = call();
    let asked = ASKED.get() - before;
    assert!(asked <= most, "{asked} bytes were asked for, at most {most} are allowed");
    result
}
