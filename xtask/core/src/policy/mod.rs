//! What is allowed: rules over several objects, over time and over the files of the fleet.

pub mod rules;
