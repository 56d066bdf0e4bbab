//! Production samples made into cases: scrubbed, normalised, never twice.

use std::sync::LazyLock;

use fancy_regex::Regex;

/// What gives away a secret, and what it is replaced with.
static SECRETS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    compiled(&[
        (r"(?i)\b(sk|pk|rk|api|key)-[A-Za-z0-9_-]{16,}", "[secret]"),
        (r"\bAKIA[0-9A-Z]{16}\b", "[secret]"),
        (r"\bgh[pousr]_[A-Za-z0-9]{30,}\b", "[secret]"),
        (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "[secret]"),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[secret]"),
        (r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}=*", "Bearer [secret]"),
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----",
            "[secret]",
        ),
        (
            r#"(?i)\b(password|passwd|secret|token)(["']?\s*[:=]\s*["']?)[^\s"',;]{6,}"#,
            "$1$2[secret]",
        ),
    ])
});

fn compiled(patterns: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    let compile = |(pattern, instead): &(&str, &'static str)| {
        (
            Regex::new(pattern).expect("the patterns of this file are regular expressions"),
            *instead,
        )
    };
    patterns.iter().map(compile).collect()
}

/// A text without what looks like a key, a token or a password.
pub fn without_secrets(text: &str) -> String {
    replaced(text, &SECRETS)
}

fn replaced(text: &str, patterns: &[(Regex, &'static str)]) -> String {
    patterns.iter().fold(text.to_owned(), |text, (pattern, instead)| {
        pattern.replace_all(&text, *instead).into_owned()
    })
}
