//! The pure core of Lockstep: it takes data and returns data, and sees no clock, disk, environment, network or git.

pub mod model;

pub mod artifact;
pub mod cel;
pub mod policy;
pub mod prompts;
pub mod reference;
pub mod release;
pub mod render;
pub mod report;
pub mod schema;
pub mod secrets;
pub mod values;
pub mod workspace;
pub mod yaml;
