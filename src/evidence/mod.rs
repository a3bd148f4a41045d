//! (to be written)

pub mod pcapng;
