//! What standards ask of manifests, and which of it the tool judges by itself, across objects.

/// Controls that can be judged from manifests, with what each asks: the Pod Security Standards of Kubernetes, chapter 5
/// of the CIS Kubernetes Benchmark (5.1 to 5.7), the NSA and CISA hardening guide, SLSA.
pub(super) const CONTROLS: &[(&str, &str)] = &[
    ("cis/5.1.1", "`cluster-admin` only where it is needed"),
    ("cis/5.1.2", "little access to secrets"),
    ("cis/5.1.3", "no wildcards in roles"),
    ("cis/5.1.4", "little access to making pods and shells in them"),
    ("cis/5.1.5", "nothing runs as the default ServiceAccount"),
    ("cis/5.1.6", "tokens are mounted only where they are needed"),
    ("cis/5.2.2", "no privileged containers"),
    ("cis/5.2.3", "no sharing of the node's processes"),
    ("cis/5.2.4", "no sharing of the node's memory"),
    ("cis/5.2.5", "no sharing of the node's network"),
    ("cis/5.2.6", "no privilege escalation"),
    ("cis/5.2.7", "nothing runs as root"),
    ("cis/5.2.8", "no NET_RAW capability"),
    ("cis/5.2.9", "no added capabilities"),
    ("cis/5.2.10", "few capabilities assigned"),
    ("cis/5.2.11", "no Windows HostProcess containers"),
    ("cis/5.2.12", "no HostPath volumes"),
    ("cis/5.2.13", "no ports of the node"),
    ("cis/5.3.2", "every namespace has a network policy"),
    (
        "cis/5.4.1",
        "secrets as files rather than as plain environment variables",
    ),
    ("cis/5.4.2", "secrets kept in a store outside the cluster"),
    ("cis/5.5.1", "images only from where they are vouched for"),
    ("cis/5.7.1", "boundaries between resources by namespaces"),
    ("cis/5.7.2", "the seccomp profile RuntimeDefault"),
    ("cis/5.7.4", "the default namespace is not used"),
    ("nsa/image-provenance", "images that are known and of one version"),
    (
        "nsa/immutable-filesystem",
        "containers do not write to their own file system",
    ),
    ("nsa/network-separation", "pods reach only what they need"),
    ("nsa/resource-policies", "limits for what a pod may use"),
    ("nsa/runtime-socket", "no container runtime inside a container"),
    ("pss/baseline", "the Pod Security Standard `baseline`"),
    ("pss/restricted", "the Pod Security Standard `restricted`"),
    ("slsa/pinned-dependencies", "what runs is named by digest"),
];

/// The controls that the tool's own rules over several objects serve, which no admission policy can see.
pub(super) const SERVED: &[(&str, &[&str])] = &[("open-pod", &["cis/5.3.2", "nsa/network-separation"])];
