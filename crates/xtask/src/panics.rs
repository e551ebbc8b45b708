//! Takes the words of panics out of a module of WebAssembly, between wasm-bindgen and wasm-opt: what the standard library
//! calls to panic becomes the machine's own trap, which is what a panic ends in there anyway.
//!
//! Nobody can read those words: a module has no standard error, and a page learns of a panic by the trap alone. They weigh
//! 4 kB gzipped in the plain engine: the writing of numbers that lay out of bounds, and the places in the sources.
//! The compiler leaves them out by itself only in its unstable editions. Changes nothing that returns.

use crate::process::Result;
use std::collections::HashMap;

/// The functions that panic, by the beginnings of their names. None of them returns.
const PANICKING: [&str; 11] = [
    "core::panicking::panic",
    "core::panicking::assert_failed",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
];
/// What every panic with words goes through: where a module has no such function, its names have changed.
const EVERY_PANIC: &str = "core::panicking::panic_fmt";
/// No locals, `unreachable`, `end`.
const TRAP: [u8; 3] = [0, 0, 0x0b];

const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const CODE: u8 = 10;
const DATA: u8 = 11;

/// The module with traps in place of panics. It needs its section of names.
pub fn without_words(module: &[u8]) -> Result<Vec<u8>> {
    let (head, mut sections) = (module.get(..8).ok_or(BROKEN)?, Vec::new());
    let mut reader = Reader { bytes: module, at: 8 };
    while reader.at < module.len() {
        let kind = reader.byte()?;
        let length = reader.number()?;
        sections.push((kind, reader.take(length)?.to_vec()));
    }
    let (mut imported, mut names) = (0, HashMap::new());
    for (kind, section) in &sections {
        match *kind {
            IMPORTS => imported = imported_functions(section)?,
            CUSTOM => names.extend(function_names(section)?),
            _ => {}
        }
    }
    if !names.values().any(|name| name == EVERY_PANIC) {
        return Err(format!("the module names no function {EVERY_PANIC}").into());
    }
    let mut out = head.to_vec();
    for (kind, section) in sections {
        let section = match kind {
            CODE => with_traps(&section, |function| {
                let name = names.get(&(function + imported));
                name.is_some_and(|name| PANICKING.iter().any(|beginning| name.starts_with(beginning)))
            })?,
            DATA => without_places(section)?,
            _ => section,
        };
        out.push(kind);
        push_number(&mut out, section.len());
        out.extend(section);
    }
    Ok(out)
}

const BROKEN: &str = "the module is broken, or of a newer kind than is understood";

/// How many functions a module imports; its own are counted from there.
fn imported_functions(section: &[u8]) -> Result<usize> {
    let mut reader = Reader { bytes: section, at: 0 };
    let mut functions = 0;
    for _ in 0..reader.number()? {
        for _name in ["module", "field"] {
            let length = reader.number()?;
            reader.take(length)?;
        }
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            // A table has the type of its elements before its limits.
            kind @ (1 | 2) => {
                if kind == 1 {
                    reader.byte()?;
                }
                let has_most = reader.byte()? & 1 == 1;
                reader.number()?;
                if has_most {
                    reader.number()?;
                }
            }
            3 => {
                reader.take(2)?;
            }
            _ => return Err(BROKEN.into()),
        }
    }
    Ok(functions)
}

/// The functions' names in the section of names, without the hashes of crates and of functions; none in any other one.
fn function_names(section: &[u8]) -> Result<HashMap<usize, String>> {
    let mut reader = Reader { bytes: section, at: 0 };
    let mut names = HashMap::new();
    let length = reader.number()?;
    if reader.take(length)? != b"name" {
        return Ok(names);
    }
    while reader.at < section.len() {
        let kind = reader.byte()?;
        let length = reader.number()?;
        let mut part = Reader { bytes: reader.take(length)?, at: 0 };
        if kind != 1 {
            continue;
        }
        for _ in 0..part.number()? {
            let function = part.number()?;
            let length = part.number()?;
            names.insert(function, without_hashes(&String::from_utf8_lossy(part.take(length)?)));
        }
    }
    Ok(names)
}

/// `core[c5930c85a12de822]::option` as `core::option`.
fn without_hashes(name: &str) -> String {
    let mut shown = String::new();
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('[') {
        shown.push_str(before);
        match behind.split_once(']') {
            Some((hash, behind)) if hash.len() > 8 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                rest = behind;
            }
            _ => {
                shown.push('[');
                rest = behind;
            }
        }
    }
    shown + rest
}

/// The section of code with a trap as the body of each function that is one.
fn with_traps(section: &[u8], is_trap: impl Fn(usize) -> bool) -> Result<Vec<u8>> {
    let mut reader = Reader { bytes: section, at: 0 };
    let count = reader.number()?;
    let mut out = Vec::new();
    push_number(&mut out, count);
    for function in 0..count {
        let length = reader.number()?;
        let body = reader.take(length)?;
        let body = if is_trap(function) { &TRAP } else { body };
        push_number(&mut out, body.len());
        out.extend(body);
    }
    Ok(out)
}

/// The section of data with zeros for the places in sources that panics name, and for the names of those sources. A place
/// is four numbers: where the name of a source lies and how long it is, line and column.
fn without_places(mut section: Vec<u8>) -> Result<Vec<u8>> {
    let mut cleared = Vec::new();
    let mut reader = Reader { bytes: &section, at: 0 };
    for _ in 0..reader.number()? {
        // Only segments of the one memory, at a constant address.
        if reader.byte()? != 0 || reader.byte()? != 0x41 {
            return Err(BROKEN.into());
        }
        let address = reader.number()?;
        if reader.byte()? != 0x0b {
            return Err(BROKEN.into());
        }
        let length = reader.number()?;
        let begin = reader.at;
        let bytes = reader.take(length)?;
        let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(|word| u32::from_le_bytes(word) as usize);
        for at in (address.wrapping_neg() % 4..length).step_by(4) {
            let place = (|| {
                let name = number(at)?.checked_sub(address)?..number(at + 4)?;
                let name = name.start..name.start.checked_add(name.end)?;
                let is_line = (1..100_000).contains(&number(at + 8)?) && (1..1000).contains(&number(at + 12)?);
                bytes.get(name.clone()).filter(|text| is_line && text.ends_with(b".rs")).map(|_| name)
            })();
            if let Some(name) = place {
                cleared.extend([begin + at..begin + at + 16, begin + name.start..begin + name.end]);
            }
        }
    }
    for range in cleared {
        section.get_mut(range).ok_or(BROKEN)?.fill(0);
    }
    Ok(section)
}

/// Reads what modules consist of.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// A number in LEB128. Addresses of data are positive and read the same, since they have a byte to spare.
    fn number(&mut self) -> Result<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BROKEN.into())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(length).ok_or(BROKEN)?;
        let taken = self.bytes.get(self.at..end).ok_or(BROKEN)?;
        self.at = end;
        Ok(taken)
    }
}

fn push_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut out = vec![kind];
        push_number(&mut out, content.len());
        [out, content].concat()
    }

    fn named(functions: &[(u8, &str)]) -> Vec<u8> {
        let mut list = vec![functions.len() as u8];
        for (function, name) in functions {
            list.extend([*function, name.len() as u8]);
            list.extend(name.bytes());
        }
        let mut length = Vec::new();
        push_number(&mut length, list.len());
        section(CUSTOM, &[b"\x04name\x01", &length, &list])
    }

    const HEAD: &[u8] = b"\0asm\x01\0\0\0";
    /// One imported function; the module's own begin at 1.
    const IMPORT: &[u8] = b"\x01\x01m\x01f\x00\x00";

    #[test]
    fn what_panics_becomes_a_trap_and_the_rest_stays() {
        let names = named(&[(1, "core[c5930c85a12de822]::panicking::panic_fmt"), (2, "core::option::Option<T>::map")]);
        let module = |first: &[u8]| {
            let code = section(CODE, &[b"\x02", &[first.len() as u8], first, b"\x04\x00\x41\x01\x0b"]);
            [HEAD, &section(IMPORTS, &[IMPORT]), &code, &names].concat()
        };
        assert_eq!(without_words(&module(b"\x00\x41\x07\x1a\x00\x0b")).unwrap(), module(&TRAP));
    }

    #[test]
    fn names_lose_their_hashes_only() {
        let check = |name: &str, expected: &str| assert_eq!(without_hashes(name), expected);
        check("core[c5930c85a12de822]::slice::fail", "core::slice::fail");
        check("<[u8]>::eq", "<[u8]>::eq");
        check("<alloc[3ca501edff3f0c7c]::vec::Vec<[u8]>>::f", "<alloc::vec::Vec<[u8]>>::f");
    }

    #[test]
    fn places_in_sources_are_cleared_and_other_data_stays() {
        let place = |at: u32, length: u32, line: u32| [at, length, line, 9].map(u32::to_le_bytes).concat();
        let data = |bytes: &[u8]| [b"\x01\x00\x41\x80\x08\x0b", &[bytes.len() as u8][..], bytes].concat();
        // At 1024 a name of eight bytes, behind it what points there.
        let check = |rest: &[u8], expected: &[u8]| {
            assert_eq!(without_places(data(rest)).unwrap(), data(expected));
        };
        check(&[b"src/a.rs".to_vec(), place(1024, 8, 3)].concat(), &[0; 24]);
        for other in [place(1024, 7, 3), place(1024, 8, 0), place(1020, 8, 3), place(1024, 800, 3), place(0, 8, 3)] {
            let bytes = [b"src/a.rs".to_vec(), other].concat();
            check(&bytes, &bytes);
        }
    }

    #[test]
    fn a_module_whose_names_have_changed_is_refused() {
        let module = [HEAD, &section(CODE, &[b"\x00"]), &named(&[(0, "core::panicking::other")])].concat();
        assert!(without_words(&module).is_err());
        assert!(without_words(b"\0asm").is_err());
        assert!(without_words(&[HEAD, b"\x0a\x7f"].concat()).is_err());
    }
}
