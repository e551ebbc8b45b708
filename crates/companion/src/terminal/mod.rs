//! stub
/// x
pub fn printable(t:&str)->String{t.to_owned()}
/// x
pub fn grouped(n:u64)->String{n.to_string()}
/// x
#[derive(Debug)]
pub enum Colours{/// x
None,/// x
True,/// x
Indexed}
/// x
#[derive(Debug)]
pub struct Look{/// x
pub title:String,/// x
pub width:usize,/// x
pub colours:Colours,/// x
pub light:bool,/// x
pub ascii:bool}
/// x
pub fn picture(_:&execution_heatmap::answer::Answer,_:&Look)->String{String::new()}
