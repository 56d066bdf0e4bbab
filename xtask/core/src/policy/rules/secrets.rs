//! What looks like a secret in a text: forms that providers give their keys, and values of telling names that look made
//! by a machine.

/// Something that looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// How many bytes it has.
    pub(super) length: usize,
    /// What it looks like.
    pub(super) kind: &'static str,
}

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
/// Words in a name that say what its value is.
const TELLING: [&str; 12] = [
    "accesskey",
    "access_key",
    "apikey",
    "api_key",
    "auth_token",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
];
/// Ends of names that say that the value is a name, a place or a number, not the secret itself.
const INNOCENT: [&str; 17] = [
    "count",
    "cost",
    "file",
    "id",
    "key_name",
    "limit",
    "name",
    "path",
    "ref",
    "reference",
    "size",
    "tokens",
    "url",
    "tokenizer",
    "usage",
    "version",
    "mount",
];
/// Words in a name that say that its value is no secret: what is hashed, signed or published.
const PUBLIC: [&str; 9] = [
    "bundle",
    "cert",
    "checksum",
    "digest",
    "fingerprint",
    "hash",
    "public",
    "sha",
    "sig",
];
/// How public keys and certificates begin in base64.
const DER: [&str; 3] = ["MCow", "MFkw", "MII"];
/// Words in a value that say that it stands for a secret.
const STANDING_IN: [&str; 14] = [
    "changeme",
    "change-me",
    "dummy",
    "example",
    "fake",
    "insert",
    "placeholder",
    "redacted",
    "replace",
    "sample",
    "todo-",
    "xxxx",
    "your-",
    "your_",
];
/// Least length of a value of a telling name.
const LEAST: usize = 8;
/// Least bits of information a character, in a value of a telling name.
const LEAST_BITS: f64 = 2.8;
/// Least length of a provider's key.
const SHORTEST: usize = 20;
/// Least length and least bits a character of a value that nothing tells about.
const UNTOLD: (usize, f64) = (40, 4.6);

/// Everything in a text that looks like a secret, by place.
pub(super) fn scan(text: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut start = 0;
    // certificates and public keys are for everyone
    let mut public = false;
    for line in text.split_inclusive('\n') {
        public |= line.contains("-----BEGIN ") && !line.contains("PRIVATE");
        let found = if public { Vec::new() } else { in_line(line) };
        hits.extend(found.into_iter().map(|hit| Hit {
            start: start + hit.start,
            ..hit
        }));
        public &= !line.contains("-----END ");
        start += line.len();
    }
    hits
}

/// What a name and its value look like, as in an environment variable.
pub(super) fn of_value(name: &str, value: &str) -> Option<&'static str> {
    if value.len() < LEAST {
        return None;
    }
    let told = || looks_made(value) && is_telling(name);
    let hit = in_line(value).first().map(|hit| hit.kind);
    hit.or_else(|| told().then_some(TOLD))
}

const TOLD: &str = "a value that only a machine would choose, under a telling name";

fn in_line(line: &str) -> Vec<Hit> {
    let signs = Signs::of(line);
    let mut hits = Vec::new();
    if signs.dashes
        && let Some(at) = line
            .find("-----BEGIN ")
            .filter(|at| line[*at..].contains("PRIVATE KEY-----"))
    {
        hits.push(hit(at, line[at..].trim_end().len(), "a private key"));
        return hits;
    }
    let long = words(line).filter(|(_, word)| word.len() >= SHORTEST);
    for (at, word) in long.take_while(|_| signs.word) {
        let public = || name_of(line).is_some_and(|(name, _)| is_public(name));
        let kind = form(word).or_else(|| web_token(word));
        let kind = kind.or_else(|| untold(word).filter(|_| !public()));
        hits.extend(kind.map(|kind| hit(at, word.len(), kind)));
    }
    if signs.address {
        hits.extend(credentials(line));
    }
    hits.extend(assignment(line).filter(|told| !hits.iter().any(|hit| overlap(hit, told))));
    hits.sort_by_key(|hit| hit.start);
    hits
}

/// What a line has at all: most have nothing that is worth a closer look.
#[derive(Default)]
struct Signs {
    /// Whether one of its words is as long as a key.
    word: bool,
    /// Whether it has something like an address.
    address: bool,
    /// Whether it has a row of dashes.
    dashes: bool,
}

impl Signs {
    fn of(line: &str) -> Signs {
        let mut signs = Signs::default();
        let (mut word, mut dashes, mut slashes) = (0, 0, 0);
        for byte in line.bytes() {
            word = if is_part(byte) { word + 1 } else { 0 };
            dashes = if byte == b'-' { dashes + 1 } else { 0 };
            slashes = if byte == b'/' { slashes + 1 } else { 0 };
            signs.word |= word >= SHORTEST;
            signs.dashes |= dashes >= 5;
            signs.address |= slashes >= 2;
        }
        signs
    }
}

fn hit(start: usize, length: usize, kind: &'static str) -> Hit {
    Hit { start, length, kind }
}

fn overlap(left: &Hit, right: &Hit) -> bool {
    left.start < right.start + right.length && right.start < left.start + left.length
}

/// The runs of characters that keys are made of, with their places.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + line[rest..].bytes().position(is_part)?;
        let end = line[start..]
            .bytes()
            .position(|byte| !is_part(byte))
            .map_or(line.len(), |length| start + length);
        rest = end;
        Some((start, &line[start..end]))
    })
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=')
}

/// What a word is that begins like a provider's keys and goes on as a machine would.
fn form(word: &str) -> Option<&'static str> {
    // `Bearer=ghp_…` and `key/ghp_…` are one word: the form may begin inside
    let inner = word.match_indices(['=', '/', '+']).map(|(at, _)| at + 1);
    std::iter::once(0).chain(inner).find_map(|at| form_at(word, at))
}

fn form_at(word: &str, at: usize) -> Option<&'static str> {
    FORMS.iter().find_map(|(start, least, kind)| {
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
fn web_token(word: &str) -> Option<&'static str> {
    let parts: Vec<&str> = word.split('.').collect();
    let json = |part: &str| part.starts_with("eyJ") && part.len() >= 16;
    matches!(parts[..], [head, body, signature] if json(head) && json(body) && signature.len() >= 16)
        .then_some("a signed token")
}

/// A long word of capitals, small letters and digits without any order; digests, paths and names have one.
fn untold(word: &str) -> Option<&'static str> {
    let body = word.trim_end_matches('=');
    let has = |test: fn(&char) -> bool| body.chars().any(|c| test(&c));
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    // words show, whatever stands between them; in random letters hardly three runs of four small ones do
    let runs = body
        .split(|c: char| !c.is_ascii_lowercase())
        .filter(|run| run.len() > 3);
    let ordered = runs.count() > 2;
    let public = DER.iter().any(|start| word.starts_with(start));
    (body.len() >= UNTOLD.0 && !public && mixed && !ordered && bits(body) >= UNTOLD.1 && !stands_in(word))
        .then_some("a long value without any order")
}

/// `scheme://user:password@host`
fn credentials(line: &str) -> Option<Hit> {
    let scheme = line.find("://")? + 3;
    let rest = &line[scheme..];
    let end = rest.find(['/', ' ', '"', '\'', '\n', '?']).unwrap_or(rest.len());
    let (user, _) = rest[..end].rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let stated = !password.is_empty() && !password.contains(['$', '{', '<', '*', '%']) && !stands_in(password);
    let known = ["password", "pass", "secret", "user", name];
    (stated && !known.contains(&password)).then_some(hit(scheme, user.len(), "a password in an address"))
}

/// The name that a line gives to something, and where the name ends.
fn name_of(line: &str) -> Option<(&str, usize)> {
    let at = line.find([':', '='])?;
    let name = line[..at].trim_matches(|c: char| !c.is_ascii_alphanumeric());
    Some((name.rsplit([' ', ',', '{', '"', '\'']).next()?, at))
}

/// Whether a name says that its value may be seen by everyone.
fn is_public(name: &str) -> bool {
    PUBLIC.iter().any(|word| has_word(name, word))
}

/// `password: value`, `"password": "value"` or `PASSWORD=value`
fn assignment(line: &str) -> Option<Hit> {
    let (name, at) = name_of(line)?;
    let rest = &line[at + 1..];
    let start = at + 1 + (rest.len() - rest.trim_start_matches([' ', '"', '\'', '=']).len());
    let value = &line[start..];
    let value = &value[..value
        .find(['"', '\'', ',', ' ', '}', '\n', '\r'])
        .unwrap_or(value.len())];
    (value.len() >= LEAST && looks_made(value) && is_telling(name)).then_some(hit(start, value.len(), TOLD))
}

/// Whether a name says that its value is a secret.
fn is_telling(name: &str) -> bool {
    let ends = |end: &str| name.len() >= end.len() && is_same(&name.as_bytes()[name.len() - end.len()..], end);
    TELLING.iter().any(|word| has_word(name, word)) && !INNOCENT.iter().any(|end| ends(end))
}

/// Whether a name has a word in it, in any case, with `-` for `_`.
fn has_word(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| is_same(part, word))
}

fn is_same(part: &[u8], word: &str) -> bool {
    let plain = |byte: &u8| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() };
    part.iter().map(plain).eq(word.bytes())
}

/// Whether a value looks made by a machine, or chosen as a password is.
fn looks_made(value: &str) -> bool {
    let has = |test: fn(&char) -> bool| value.chars().any(|c| test(&c));
    let mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let symbols = value.chars().any(|c| "!@#^&*+?~".contains(c)) && has(char::is_ascii_alphabetic);
    let templated = value.contains(['{', '<', '(']) || value.starts_with(['$', '/', '.', '%', '*']);
    let digest = value.starts_with("sha256:") || value.starts_with("sha512:");
    value.len() >= LEAST
        && (mixed || symbols)
        && !templated
        && !digest
        && !value.contains("://")
        && !is_name(value)
        && !stands_in(value)
        && bits(value) >= LEAST_BITS
}

/// Whether a value is a name: words with `-`, `_`, `.` or `/` between them, each of letters or with a short number.
fn is_name(value: &str) -> bool {
    let mut parts = value.split(['-', '_', '.', '/', ':', '#']);
    value.contains(['-', '_', '.', '/', ':']) && parts.all(is_word)
}

/// Whether a text is a word: letters of one case, perhaps with a short number after them.
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - letters.len();
    let one_case = |test: fn(&u8) -> bool| letters.bytes().all(|byte| test(&byte));
    digits <= 4 && (one_case(u8::is_ascii_lowercase) || one_case(u8::is_ascii_uppercase))
}

/// Whether a value says that it stands for a secret.
fn stands_in(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    STANDING_IN.iter().any(|word| value.contains(word))
}

/// Shannon's entropy: bits of information a character.
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}
