//! Forms by which a word shows that it is a key, whatever it is called.

use super::shape::SHORTEST;
use super::{LEAST_BITS, bits, stands_in};

/// Forms that providers give their keys: how one begins, the fewest characters after that, and what it is.
const FORMS: &[(&str, usize, &str)] = &[
    ("AGE-SECRET-KEY-1", 50, "an age key"),
    ("AIza", 35, "a Google API key"),
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("GOCSPX-", 24, "a Google OAuth secret"),
    ("SG.", 60, "a SendGrid key"),
    ("dckr_pat_", 20, "a Docker token"),
    ("dop_v1_", 60, "a DigitalOcean token"),
    ("gho_", 36, "a GitHub token"),
    ("ghp_", 36, "a GitHub token"),
    ("ghr_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("ghu_", 36, "a GitHub token"),
    ("github_pat_", 50, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("glsa_", 32, "a Grafana token"),
    ("hf_", 30, "a Hugging Face token"),
    ("hvs.", 24, "a Vault token"),
    ("lin_api_", 32, "a Linear key"),
    ("npm_", 36, "an npm token"),
    ("pypi-", 80, "a PyPI token"),
    ("rk_live_", 20, "a Stripe key"),
    ("shpat_", 32, "a Shopify token"),
    ("sk-ant-", 20, "an Anthropic key"),
    ("sk-proj-", 20, "an OpenAI key"),
    ("sk-", 40, "an OpenAI key"),
    ("sk_live_", 20, "a Stripe key"),
    ("xoxa-", 20, "a Slack token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xoxr-", 20, "a Slack token"),
    ("xoxs-", 20, "a Slack token"),
    ("ya29.", 30, "a Google token"),
];
/// How public keys and certificates begin in base64: those of DER, then those of SSH.
const PUBLIC_KEYS: [&str; 8] = [
    "MCow",
    "MFkw",
    "MII",
    "AAAAB3NzaC1",
    "AAAAC3NzaC1",
    "AAAAE2VjZHNh",
    "AAAAGnNrLX",
    "AAAAInNrLW",
];
/// Least length and least bits a character of a value that nothing tells about.
const UNTOLD: (usize, f64) = (40, 4.6);

/// What a word is that begins like a provider's keys and goes on as a machine would.
pub(super) fn form(word: &str) -> Option<&'static str> {
    // `Bearer=ghp_…` and `key/ghp_…` are one word: the form may begin inside
    let inner = word.match_indices(['=', '/', '+']).map(|(at, _)| at + 1);
    std::iter::once(0).chain(inner).find_map(|at| form_at(word, at))
}

fn form_at(word: &str, at: usize) -> Option<&'static str> {
    // most words begin like none of them, and keys are never short
    let begun = word.as_bytes().get(at)?;
    let forms = FORMS.iter().filter(|(start, _, _)| start.as_bytes()[0] == *begun);
    forms
        .filter(|_| word.len() - at >= SHORTEST)
        .find_map(|(start, least, kind)| {
            let rest = word[at..].strip_prefix(start)?;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || (c == '.' && *start != "AKIA");
            let length = rest.find(|c| !plain(c)).unwrap_or(rest.len());
            let body = &rest[..length];
            let cases = body.chars().any(|c| c.is_ascii_uppercase()) && body.chars().any(|c| c.is_ascii_lowercase());
            let varied = bits(body) >= LEAST_BITS && (cases || body.chars().any(|c| c.is_ascii_digit()));
            (length >= *least && varied && !stands_in(word)).then_some(*kind)
        })
}

/// A JSON Web Token: three parts, the first two of them JSON.
pub(super) fn web_token(word: &str) -> Option<&'static str> {
    let json = |part: &str| part.starts_with("eyJ") && part.len() >= 16;
    let parts: Vec<&str> = Some(word).filter(|word| json(word))?.split('.').collect();
    matches!(parts[..], [head, body, signature] if json(head) && json(body) && signature.len() >= 16)
        .then_some("a signed token")
}

/// A long word of capitals, small letters and digits without any order; digests, paths and names have one.
pub(super) fn untold(word: &str) -> Option<&'static str> {
    let body = word.trim_end_matches('=');
    if body.len() < UNTOLD.0 {
        return None;
    }
    let has = |test: fn(&char) -> bool| body.chars().any(|c| test(&c));
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    // words show, whatever stands between them; in random letters hardly three runs of four small ones do
    let runs = body
        .split(|c: char| !c.is_ascii_lowercase())
        .filter(|run| run.len() > 3);
    let ordered = runs.count() > 2;
    let public = PUBLIC_KEYS.iter().any(|start| word.starts_with(start));
    (!public && mixed && !ordered && bits(body) >= UNTOLD.1 && !stands_in(word))
        .then_some("a long value without any order")
}
