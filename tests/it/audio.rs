//! Time-coded speech through all that a telephone network does to it.

mod alone;
mod among_others;
mod nobody;
mod scene;
