//! What an interrupt from the keyboard does to a verb that reads files: it ends at once, leaves no passing line on the
//! terminal, and says so by its exit code.

use crate::voice;

/// What a shell, too, makes of a program that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// Lets an interrupt end the process, whatever its threads do. Where the signal cannot be watched it ends the process by
/// itself.
pub fn ends_the_process() {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            voice::show("");
            std::process::exit(INTERRUPTED);
        }
    });
}
