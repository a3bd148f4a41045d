//! Media: streams put together, sessions of two, and rubbish.

mod playout;
mod rubbish;
mod session;
mod skew;
