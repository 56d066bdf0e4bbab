//! What a release writes, and what it leaves alone.

mod abandoned;
mod beside;
mod branch;
mod change;
mod delivery;
mod generations;
mod lost_source;
mod memory;
mod metadata;
mod same;
mod selection;
mod source_branch;
mod unread;
