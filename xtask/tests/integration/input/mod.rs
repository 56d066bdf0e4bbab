//! Bad input: each gives one clear finding or failure, the right exit code, and writes nothing.

mod agents;
mod agreement;
mod command_line;
mod files;
mod manifests;
mod objects;
mod paths;
mod releases;
mod repositories;
mod spelling;
mod templates;
