//! Kubernetes YAML and our own, in and out.
