//! What the recorder of a bench keeps.

use std::sync::{Arc, Mutex};

use tallylight::role::recorder::{Keep, Recording};

/// Keeps recordings where a test can look at them.
#[derive(Clone, Debug, Default)]
pub struct Shelf(Arc<Mutex<Vec<Recording>>>);

impl Shelf {
    /// Takes them all.
    pub fn take(&self) -> Vec<Recording> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Keep for Shelf {
    fn keep(&mut self, recording: Recording) {
        self.0.lock().unwrap().push(recording);
    }
}
