//! What an interrupt from the keyboard does to a verb that reads files. It ends at once, leaves no passing line on the
//! terminal, and says so by its exit code; unless what is read is to be seen: then the first interrupt ends the reading,
//! and only the next one, or a source that is waited for, the process.

use crate::voice;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

/// What a shell, too, makes of a program that an interrupt ended.
pub const INTERRUPTED: u8 = 130;
/// How long a source is waited for once reading is to end: it may never give anything more. Half of the 200 ms within
/// which an interrupt has to show.
const SOON: Duration = Duration::from_millis(100);

/// An interrupt ends the process.
const ENDS: u8 = 0;
/// Something is read that is to be seen as far as it was read.
const READING: u8 = 1;
/// The reading is to end, or has ended so.
const STOPPED: u8 = 2;

/// Whether a reading is to end before its time.
#[derive(Debug)]
pub struct Stop {
    state: AtomicU8,
    /// Threads that wait for bytes.
    waiting: AtomicUsize,
}

impl Stop {
    /// Never: an interrupt ends the process.
    pub const fn never() -> Self {
        Self { state: AtomicU8::new(ENDS), waiting: AtomicUsize::new(0) }
    }

    /// By the first interrupt.
    pub const fn by_interrupt() -> Self {
        Self { state: AtomicU8::new(READING), waiting: AtomicUsize::new(0) }
    }

    /// True if the reading is to end where it is, or has ended so.
    pub fn is_asked(&self) -> bool {
        self.state.load(Ordering::Relaxed) == STOPPED
    }

    /// An interrupt; false if the process is to end.
    fn ask(&self) -> bool {
        self.state.compare_exchange(READING, STOPPED, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The reading has ended: from now on an interrupt ends the process. True if it was stopped.
    pub fn end(&self) -> bool {
        self.state.compare_exchange(READING, ENDS, Ordering::Relaxed, Ordering::Relaxed).is_err() && self.is_asked()
    }
}

/// A source that gives nothing more once reading is to end.
pub struct Stoppable<'a, R> {
    source: R,
    stop: &'a Stop,
}

impl<'a, R> Stoppable<'a, R> {
    /// What is read until then.
    pub const fn new(source: R, stop: &'a Stop) -> Self {
        Self { source, stop }
    }
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_asked() {
            return Ok(0);
        }
        self.stop.waiting.fetch_add(1, Ordering::Relaxed);
        let read = self.source.read(into);
        self.stop.waiting.fetch_sub(1, Ordering::Relaxed);
        read
    }
}

/// Lets an interrupt end the process, whatever its threads do, or first the reading. Where the signal cannot be watched it
/// ends the process by itself.
pub fn watch(stop: &'static Stop) {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let interrupted = async || tokio::signal::ctrl_c().await.is_ok();
            if !interrupted().await {
                return;
            }
            if stop.ask() {
                let again = tokio::time::timeout(SOON, interrupted()).await;
                let is_waited_for = stop.waiting.load(Ordering::Relaxed) > 0;
                if again.is_err() && !is_waited_for && !interrupted().await {
                    return;
                }
            }
            voice::show("");
            std::process::exit(INTERRUPTED.into());
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_interrupt_ends_the_reading_and_the_second_the_process() {
        let stop = Stop::by_interrupt();
        assert!(!stop.is_asked() && stop.ask() && stop.is_asked() && !stop.ask(), "reading ends first");
        assert!(stop.end() && stop.is_asked());
        let whole = Stop::by_interrupt();
        assert!(!whole.end() && !whole.ask() && !whole.is_asked(), "what was read to its end was not stopped");
        assert!(!Stop::never().ask(), "no picture is waited for");
    }

    #[test]
    fn a_source_ends_where_reading_is_to_end() {
        let stop = Stop::by_interrupt();
        let mut source = Stoppable::new(io::repeat(7), &stop);
        let mut four = [0; 4];
        assert_eq!((source.read(&mut four).unwrap(), four), (4, [7; 4]));
        assert!(stop.ask());
        assert_eq!(source.read(&mut four).unwrap(), 0);
        assert_eq!(stop.waiting.load(Ordering::Relaxed), 0);
    }
}
