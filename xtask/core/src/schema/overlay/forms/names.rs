//! Names, labels and keys.

/// Longest subdomain.
const MOST_SUBDOMAIN: usize = 253;
/// Longest label, and longest name after a domain.
const MOST_LABEL: usize = 63;
/// Finalizers that need no domain.
const FINALIZERS: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];
/// Fields that a pod may read of itself, beside single labels and annotations.
const POD_FIELDS: [&str; 11] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Lower-case letters, digits and `-`, with none of the latter at either end; of any length.
fn part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| small(*byte));
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(|byte| small(*byte) || *byte == b'-')
}

pub(super) fn label(text: &str) -> bool {
    text.len() <= MOST_LABEL && part(text)
}

pub(super) fn subdomain(text: &str) -> bool {
    text.len() <= MOST_SUBDOMAIN && text.split('.').all(part)
}

/// The name behind the domain: also what a label's value is made of.
pub(super) fn bare(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    bytes.len() <= MOST_LABEL
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

pub(super) fn qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => subdomain(domain) && bare(name),
        None => bare(text),
    }
}

pub(super) fn annotation_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) if domain.bytes().any(|b| b.is_ascii_uppercase()) => {
            subdomain(&domain.to_ascii_lowercase()) && bare(name)
        }
        _ => qualified(text),
    }
}

pub(super) fn domain_path(text: &str) -> bool {
    let path = |path: &str| {
        !path.is_empty()
            && path
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/-_.:~!$&'()*+,;=%@".contains(&b))
    };
    text.split_once('/')
        .is_some_and(|(domain, rest)| subdomain(domain) && path(rest))
}

pub(super) fn finalizer(text: &str) -> bool {
    qualified(text) && (text.contains('/') || FINALIZERS.contains(&text))
}

pub(super) fn path_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '%'])
}

pub(super) fn data_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MOST_SUBDOMAIN
        && text != "."
        && !text.starts_with("..")
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

pub(super) fn port(text: &str) -> bool {
    text.len() <= 15 && part(text) && !text.contains("--") && text.bytes().any(|b| b.is_ascii_lowercase())
}

pub(super) fn container_resource(text: &str) -> bool {
    match text.split_once('/') {
        Some(_) => qualified(text),
        None => ["cpu", "memory", "ephemeral-storage"].contains(&text) || text.starts_with("hugepages-"),
    }
}

pub(super) fn own_resource(text: &str) -> bool {
    let resource = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
    resource.is_some_and(|resource| !resource.contains('/') && container_resource(resource))
}

pub(super) fn pod_field(text: &str) -> bool {
    let subscript = |prefix: &str| text.strip_prefix(prefix)?.strip_prefix("['")?.strip_suffix("']");
    POD_FIELDS.contains(&text)
        || subscript("metadata.labels").is_some_and(qualified)
        || subscript("metadata.annotations").is_some_and(annotation_key)
}

pub(super) fn sysctl(text: &str) -> bool {
    let inner = |byte: u8| small(byte) || matches!(byte, b'-' | b'_');
    let word = |word: &str| {
        let bytes = word.as_bytes();
        let ends = |byte: Option<&u8>| byte.is_some_and(|byte| small(*byte));
        ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(|byte| inner(*byte))
    };
    text.len() <= MOST_SUBDOMAIN && text.split(['.', '/']).all(word)
}
