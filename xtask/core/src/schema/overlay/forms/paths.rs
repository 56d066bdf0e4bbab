//! Paths in volumes, and base64.

/// No part of the path is `..`.
pub(super) fn straight(text: &str) -> bool {
    !text.split('/').any(|part| part == "..")
}

/// Relative, and never above where it starts.
pub(super) fn inner(text: &str) -> bool {
    !text.starts_with('/') && straight(text)
}

/// Base64 with padding; line breaks are left out, as Go leaves them out.
pub(super) fn base64(text: &str) -> bool {
    let digits = || text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r'));
    let padding = digits().rev().take_while(|byte| *byte == b'=').count();
    let count = digits().count();
    padding <= 2
        && count % 4 == 0
        && digits()
            .take(count - padding)
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
