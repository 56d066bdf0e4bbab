//! `cargo xtask`: the edge of Lockstep, which reads the world, runs the core and applies its plans.

fn main() {}
