//! What the name of a metric says of its numbers: which way is better, and whether they are shares.

use serde::{Deserialize, Serialize};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

impl Better {
    /// As a file says it.
    pub fn word(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
        }
    }

    /// The other one.
    pub fn opposite(self) -> Better {
        match self {
            Better::Higher => Better::Lower,
            Better::Lower => Better::Higher,
        }
    }
}

/// Words of a name by which lower is better, each also with an `s`. The page about prompts lists them.
pub const LOWER: &[&str] = &[
    "bias",
    "complaint",
    "cost",
    "delay",
    "distance",
    "duration",
    "error",
    "escalation",
    "failure",
    "fallback",
    "hallucination",
    "latency",
    "leak",
    "loss",
    "millisecond",
    "minute",
    "mistake",
    "ms",
    "perplexity",
    "price",
    "refusal",
    "rejection",
    "retries",
    "second",
    "time",
    "timeout",
    "tokens",
    "toxicity",
    "violation",
];

/// Words by which higher is better, each also with an `s`: the last word of either list decides, so that more of
/// `errorDetectionRate` is better and less of `successLatencyMs`.
pub const HIGHER: &[&str] = &[
    "accuracy",
    "avoided",
    "caught",
    "detected",
    "detection",
    "free",
    "handled",
    "precision",
    "prevented",
    "recall",
    "recovered",
    "recovery",
    "resolved",
    "saved",
    "saving",
    "success",
    "throughput",
];

/// Words of what is a share, from 0 to 1 or in percent.
const SHARES: &[&str] = &[
    "accuracy",
    "f1",
    "percent",
    "percentage",
    "precision",
    "rate",
    "ratio",
    "recall",
    "share",
];

/// Words of what is counted or has a unit, so that a number above 1 is none but that.
const QUANTITIES: &[&str] = &[
    "cost",
    "count",
    "delay",
    "duration",
    "eur",
    "latency",
    "millisecond",
    "minute",
    "ms",
    "number",
    "per",
    "price",
    "second",
    "throughput",
    "time",
    "tokens",
    "usd",
];

/// Units of time behind `per`: so many in a second are the more the better.
const TIMES: &[&str] = &["second", "minute", "hour", "day"];

/// What numbers of a name are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Shares of a whole.
    Share,
    /// Counts, or numbers with a unit.
    Quantity,
    /// Nobody knows.
    Unknown,
}

/// Words behind which something else is meant than what is measured: `timeToRecovery`, `errorsPerSecond`.
const ASIDE: &[&str] = &["per", "to"];

/// Which way is better, by a metric's name.
pub(super) fn better(name: &str) -> Better {
    let words = words(name);
    let aside = words.iter().position(|word| ASIDE.contains(&word.as_str()));
    let (counted, span) = words.split_at(aside.unwrap_or(words.len()));
    let is_throughput = any(span, TIMES);
    let of = |word: &String| {
        if is_one_of(word, HIGHER) {
            Some(Better::Higher)
        } else {
            let is_lower = is_one_of(word, LOWER) && !(is_throughput && word == "tokens");
            is_lower.then_some(Better::Lower)
        }
    };
    counted.iter().rev().find_map(of).unwrap_or(Better::Higher)
}

/// What the numbers of a metric are, by its name.
pub(super) fn kind(name: &str) -> Kind {
    let words = words(name);
    if any(&words, SHARES) {
        Kind::Share
    } else if any(&words, QUANTITIES) {
        Kind::Quantity
    } else {
        Kind::Unknown
    }
}

fn any(words: &[String], table: &[&str]) -> bool {
    words.iter().any(|word| is_one_of(word, table))
}

fn is_one_of(word: &str, table: &[&str]) -> bool {
    let one = word.strip_suffix('s').unwrap_or(word);
    table.contains(&word) || table.contains(&one)
}

/// The words of a name in any of the usual forms: `p95LatencyMs`, `p95_latency_ms`, `HTTPErrors`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let is_end_of_run = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && before.is_some_and(|before| !before.is_uppercase() || is_end_of_run);
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
