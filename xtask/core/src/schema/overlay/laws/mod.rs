//! What takes several fields to see.

pub(super) mod access;
pub(super) mod admission;
pub(super) mod config;
pub(super) mod container;
pub(super) mod definition;
pub(super) mod expressions;
pub(super) mod ingress;
pub(super) mod meta;
pub(super) mod network;
pub(super) mod pod;
pub(super) mod quota;
pub(super) mod rollout;
pub(super) mod scaling;
pub(super) mod service;
pub(super) mod storage;
pub(super) mod system;
pub(super) mod workload;
