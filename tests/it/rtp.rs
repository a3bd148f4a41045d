//! Media: sessions of two, and streams that belong together.

mod session;
mod skew;
