//! Every form of the same results, and what happens to them at the limits.

mod findings;
mod forms;
mod limits;
mod markdown;
mod results;
mod sarif;
mod tables;
