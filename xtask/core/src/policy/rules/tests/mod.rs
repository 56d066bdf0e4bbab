//! Rules of units, environments and the fleet: what passes and what fails.

mod environments;
mod history;
mod scene;
mod units;
