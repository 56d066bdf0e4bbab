//! Verification refuses each way in which a signed release can be spoilt, each with a finding of its own.

mod bundles;
mod certificates;
mod commits;
mod files;
mod history;
mod images;
mod keyless;
mod keys;
mod provenance;
mod released;
mod reproduce;
mod signers;
