//! What an evaluation may spend: steps, since a clock would give a slow machine another answer.

use super::Error;

/// Steps that are left.
#[derive(Clone, Debug)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// So many steps.
    pub fn new(steps: u64) -> Budget {
        Budget { left: steps }
    }

    /// Spends steps, or fails when there are not so many left.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Error> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Error::out_of_budget())
            }
        }
    }

    /// How many are left.
    pub fn left(&self) -> u64 {
        self.left
    }
}
