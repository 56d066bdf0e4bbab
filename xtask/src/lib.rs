//! The edge of Lockstep: ports, their adapters, and one command a file.

pub mod adapters;
pub mod failure;
pub mod ports;
