//! The edge of Lockstep: ports, their adapters, and one command a file.

pub mod failure;
pub mod ports;

pub mod adapters;

pub mod outputs;

pub mod context;
pub mod report;

pub mod documents;

pub mod builds;

pub mod commands;

pub mod cli;

/// Rendering allocates many small values on all threads: a quarter of its time with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
