//! Rules of units, environments and the fleet: what passes and what fails.

mod environments;
mod history;
mod projects;
mod scene;
mod units;
