//! Image references, in the grammar of container registries.

/// `[registry[:port]/]name[/name…][:tag][@algorithm:digest]`.
pub(super) fn reference(text: &str) -> bool {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (path, tag) = match rest.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (rest, None),
    };
    digest.is_none_or(is_digest) && tag.is_none_or(is_tag) && is_path(path)
}

fn is_path(path: &str) -> bool {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let registry = !rest.is_empty() && (first.contains(['.', ':']) || first == "localhost" || has_capital(first));
    if registry {
        return is_registry(first) && rest.split('/').all(is_component);
    }
    path.split('/').all(is_component)
}

fn has_capital(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_registry(text: &str) -> bool {
    if let Some((address, port)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_number));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let word = |word: &str| {
        let bytes = word.as_bytes();
        let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    host.split('.').all(word) && port.is_none_or(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| plain(*byte));
    if !ends(bytes.first()) || !ends(bytes.last()) {
        return false;
    }
    bytes
        .split(|byte| plain(*byte))
        .filter(|gap| !gap.is_empty())
        .all(|gap| matches!(gap, b"." | b"_" | b"__") || gap.iter().all(|byte| *byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    (1..=128).contains(&bytes.len())
        && word(bytes[0])
        && bytes.iter().all(|byte| word(*byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => hex.len() == 64,
        "sha512" => hex.len() == 128,
        _ => hex.len() >= 32 && !algorithm.is_empty(),
    };
    length && hex.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
}
