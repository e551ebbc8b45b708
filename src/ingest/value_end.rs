//! Finds where a value of JSON ends, over any number of chunks. Checks nothing: what lies between is checked once it has
//! come whole.

use super::find;

/// Looks for the end of a value, over any number of chunks. Counts brackets and does not check them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ValueEnd {
    depth: usize,
    has_begun: bool,
    is_in_text: bool,
    is_escaped: bool,
}

impl ValueEnd {
    /// True while the value is a number or a literal, which end where something else begins.
    pub(super) fn is_at_scalar(&self) -> bool {
        self.has_begun && self.depth == 0 && !self.is_in_text
    }

    /// Moves `at` behind the value; false if it goes on.
    pub(super) fn seek(&mut self, bytes: &[u8], at: &mut usize, line: &mut u64) -> bool {
        while let Some(byte) = bytes.get(*at) {
            if self.is_in_text {
                if std::mem::take(&mut self.is_escaped) {
                    *line += u64::from(*byte == b'\n');
                    *at += 1;
                    continue;
                }
                let Some(stop) = find::text_break(bytes, *at) else {
                    *at = bytes.len();
                    return false;
                };
                *at = stop + 1;
                match bytes.get(stop) {
                    Some(b'"') => {
                        self.is_in_text = false;
                        if self.depth == 0 {
                            return true;
                        }
                    }
                    Some(b'\\') => self.is_escaped = true,
                    Some(b'\n') => *line += 1,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' if self.depth == 0 && self.has_begun => return true,
                b'"' => self.is_in_text = true,
                b'{' | b'[' if self.depth == 0 && self.has_begun => return true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return true,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        *at += 1;
                        return true;
                    }
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return true,
                b'\n' => *line += 1,
                _ => {}
            }
            self.has_begun = true;
            *at += 1;
        }
        false
    }
}
