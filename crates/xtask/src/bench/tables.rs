//! stub
use super::*;
pub fn report(_o: &Options, _m: &Measures) -> Result { for p in ["reading small","reading large","native ndjson","native csv","native arrow"] { for q in _m.peers(p) { println!("{p} {q} {:?} {:?}", _m.least(p,q), _m.median(p,q)); } } Ok(()) }
