//! The workspace: a file tree read into types, with every problem a finding.

pub mod files;
