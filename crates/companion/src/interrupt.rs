//! What an interrupt from the keyboard does to a verb that reads files. It ends at once, leaves no passing line on the
//! terminal, and says so by its exit code; unless what is read is to be seen: then the first interrupt ends the reading,
//! and only the next one, or a reading that cannot end soon, the process.

use crate::voice;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// What a shell, too, makes of a program that an interrupt ended.
pub const INTERRUPTED: u8 = 130;
/// How long a reading may take to end: one that waits for bytes may wait for ever.
const SOON: Duration = Duration::from_millis(200);

/// An interrupt ends the process.
const ENDS: u8 = 0;
/// Something is read that is to be seen as far as it was read.
const READING: u8 = 1;
/// The reading is to end.
const STOPPED: u8 = 2;
/// It has ended so.
const WAS_STOPPED: u8 = 3;

/// Whether a reading is to end before its time.
#[derive(Debug)]
pub struct Stop(AtomicU8);

impl Stop {
    /// Never: an interrupt ends the process.
    pub const fn never() -> Self {
        Self(AtomicU8::new(ENDS))
    }

    /// By the first interrupt.
    pub const fn by_interrupt() -> Self {
        Self(AtomicU8::new(READING))
    }

    /// True if the reading is to end where it is.
    pub fn is_asked(&self) -> bool {
        matches!(self.0.load(Ordering::Relaxed), STOPPED | WAS_STOPPED)
    }

    /// True if the reading is to end and has not.
    fn is_awaited(&self) -> bool {
        self.0.load(Ordering::Relaxed) == STOPPED
    }

    /// An interrupt; false if the process is to end.
    fn ask(&self) -> bool {
        self.0.compare_exchange(READING, STOPPED, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// No more is read, if reading was to end: what is still to be done of it may take its time.
    pub fn is_met(&self) {
        let _ = self.0.compare_exchange(STOPPED, WAS_STOPPED, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The reading has ended: from now on an interrupt ends the process. True if it was stopped.
    pub fn end(&self) -> bool {
        self.is_met();
        self.0.compare_exchange(READING, ENDS, Ordering::Relaxed, Ordering::Relaxed).is_err() && self.is_asked()
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
                if again.is_err() && !stop.is_awaited() && !interrupted().await {
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
        assert!(!stop.is_asked() && stop.ask() && stop.is_asked() && stop.is_awaited(), "reading ends first");
        stop.is_met();
        assert!(stop.is_asked() && !stop.is_awaited() && stop.end() && !stop.ask(), "nothing is waited for any more");
        let whole = Stop::by_interrupt();
        whole.is_met();
        assert!(!whole.end() && !whole.ask() && !whole.is_asked(), "what was read to its end was not stopped");
        assert!(!Stop::never().ask(), "no picture is waited for");
    }
}
