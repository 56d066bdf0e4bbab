//! Versions: labels of releases with a total order of our own, and the plain X.Y.Z of component files.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Tier;

/// X.Y.Z of a prompt, a tool manifest, a retrieval configuration or a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlainVersion {
    /// X: what uses it must change too.
    pub major: u32,
    /// Y: more than before.
    pub minor: u32,
    /// Z: mended.
    pub patch: u32,
}

impl PlainVersion {
    /// Reads X.Y.Z, without leading zeros.
    pub fn parse(text: &str) -> Option<PlainVersion> {
        let mut parts = text.split('.').map(number);
        let version = PlainVersion {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next()??,
        };
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for PlainVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// How far a version has come; the order is the order of release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// `-rcN`: a candidate for staging.
    ReleaseCandidate(u32),
    /// `-gray-<phase>`: shown to a share of the traffic; phases compare without case.
    Gray(String),
    /// No suffix: released.
    Release,
    /// `-rN`: a rebuild after a rollback, later than the release it repairs.
    Rebuild(u32),
}

/// The label of a release: `dev-latest`, `v3.3.0-rc1`, `v3.3.0-gray-A`, `v3.3.0` or `v3.3.0-r1`.
#[derive(Clone, Debug)]
pub enum Version {
    /// `dev-latest`: whatever the candidate is.
    DevLatest,
    /// A tagged version.
    Tagged(PlainVersion, Stage),
}

impl Version {
    /// Reads a version, or says why the text is none.
    pub fn parse(text: &str) -> Result<Version, String> {
        if text == "dev-latest" {
            return Ok(Version::DevLatest);
        }
        let tagged = text.strip_prefix('v').and_then(parse_tagged);
        tagged.ok_or_else(|| refusal(text))
    }

    /// Whether environments of this tier may run it: `dev-latest` only in dev, candidates up to staging, gray up to canary.
    pub fn admitted_in(&self, tier: Tier) -> bool {
        match self {
            Version::DevLatest => tier == Tier::Dev,
            Version::Tagged(_, Stage::ReleaseCandidate(_)) => tier <= Tier::Staging,
            Version::Tagged(_, Stage::Gray(_)) => tier <= Tier::Canary,
            Version::Tagged(_, Stage::Release | Stage::Rebuild(_)) => true,
        }
    }
}

fn parse_tagged(text: &str) -> Option<Version> {
    let (plain, suffix) = match text.split_once('-') {
        Some((plain, suffix)) => (plain, Some(suffix)),
        None => (text, None),
    };
    let stage = match suffix {
        None => Stage::Release,
        Some(suffix) => {
            if let Some(phase) = suffix.strip_prefix("gray-") {
                let valid = !phase.is_empty() && phase.chars().all(|c| c.is_ascii_alphanumeric());
                Stage::Gray(valid.then(|| phase.to_owned())?)
            } else if let Some(count) = suffix.strip_prefix("rc") {
                Stage::ReleaseCandidate(number(count)?)
            } else {
                Stage::Rebuild(number(suffix.strip_prefix('r')?)?)
            }
        }
    };
    Some(Version::Tagged(PlainVersion::parse(plain)?, stage))
}

fn refusal(text: &str) -> String {
    let forms = "expected `vX.Y.Z`, `vX.Y.Z-rcN`, `vX.Y.Z-gray-<phase>`, `vX.Y.Z-rN` or `dev-latest`";
    if is_time(text) {
        return format!("`{text}` is a time, which leads back to no commit; {forms}");
    }
    if text == "latest" {
        return format!("`latest` names whatever is newest, which cannot be repeated; {forms}");
    }
    format!("`{text}` is no version; {forms}")
}

/// Whether a text is a day or a time of this century, as tags have them: `20260101`, `v20260101120000`, `2026-01-01T12:00Z`.
fn is_time(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let digits: String = text.chars().filter(|c| !"-_:TZ".contains(*c)).collect();
    let is_long_enough = matches!(digits.len(), 8 | 10 | 12 | 14);
    is_long_enough && digits.starts_with("20") && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Why a text that does not match a schema's pattern is none of our versions; nothing where the pattern is not theirs.
pub fn version_refusal(pattern: &str, text: &str) -> Option<String> {
    match pattern {
        Version::PATTERN => Version::parse(text).err(),
        PlainVersion::PATTERN => plain_version(text).err(),
        _ => None,
    }
}

fn plain_version(text: &str) -> Result<PlainVersion, String> {
    PlainVersion::parse(text).ok_or_else(|| format!("`{text}` is no version: expected X.Y.Z"))
}

/// A decimal number without leading zeros.
fn number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    (canonical && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        match (self, other) {
            (Version::DevLatest, Version::DevLatest) => Ordering::Equal,
            (Version::DevLatest, Version::Tagged(..)) => Ordering::Less,
            (Version::Tagged(..), Version::DevLatest) => Ordering::Greater,
            (Version::Tagged(left, stage), Version::Tagged(right, other)) => {
                left.cmp(right).then_with(|| compare_stages(stage, other))
            }
        }
    }
}

fn compare_stages(left: &Stage, right: &Stage) -> Ordering {
    match (left, right) {
        (Stage::Gray(left), Stage::Gray(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        _ => left.cmp(right),
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Version::DevLatest => f.write_str("dev-latest"),
            Version::Tagged(plain, Stage::Release) => write!(f, "v{plain}"),
            Version::Tagged(plain, Stage::ReleaseCandidate(count)) => {
                write!(f, "v{plain}-rc{count}")
            }
            Version::Tagged(plain, Stage::Gray(phase)) => write!(f, "v{plain}-gray-{phase}"),
            Version::Tagged(plain, Stage::Rebuild(count)) => write!(f, "v{plain}-r{count}"),
        }
    }
}

macro_rules! text_form {
    ($type:ident, $pattern:literal, $parse:expr) => {
        impl $type {
            const PATTERN: &str = $pattern;
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                $parse(&*text).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": Self::PATTERN })
            }
        }
    };
}

text_form!(
    Version,
    r"^(dev-latest|v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-rc\d+|-gray-[A-Za-z0-9]+|-r\d+)?)$",
    Version::parse
);
text_form!(
    PlainVersion,
    r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$",
    plain_version
);
