//! How near two texts are: edits, and shared runs of words.

use std::collections::BTreeMap;

/// Most characters of a text whose edits are counted.
const MOST_CHARACTERS: usize = 20_000;

/// Insertions, deletions and replacements between two texts, in characters.
pub(super) fn levenshtein(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(MOST_CHARACTERS).collect();
    let right: Vec<char> = right.chars().take(MOST_CHARACTERS).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',', '!', '?', ';', ':']).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn runs(tokens: &[String], length: usize) -> BTreeMap<&[String], usize> {
    let mut runs = BTreeMap::new();
    for run in tokens.windows(length) {
        *runs.entry(run).or_insert(0) += 1;
    }
    runs
}

/// Runs of a length that two texts share, and how many each has.
fn shared(left: &[String], right: &[String], length: usize) -> (usize, usize, usize) {
    let (own, other) = (runs(left, length), runs(right, length));
    let both = own
        .iter()
        .map(|(run, count)| (*count).min(other.get(run).copied().unwrap_or_default()))
        .sum();
    (both, own.values().sum(), other.values().sum())
}

#[expect(clippy::cast_precision_loss, reason = "an answer has few words")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// BLEU-4: geometric mean of the precisions of runs of one to four words, with the brevity penalty; the best of the
/// references counts.
pub(super) fn bleu(answer: &str, references: &[String]) -> f64 {
    best(references, |reference| {
        let (own, other) = (tokens(answer), tokens(reference));
        if own.is_empty() || other.is_empty() {
            return 0.0;
        }
        let mut sum = 0.0;
        for length in 1..=4 {
            let (both, all, _) = shared(&own, &other, length);
            // a run that is never met counts a little, so that short answers are not worth nothing
            let precision = if both > 0 { ratio(both, all) } else { 1e-7 };
            sum += precision.ln() / 4.0;
        }
        let brevity = (1.0 - ratio(other.len(), own.len())).min(0.0);
        (brevity + sum).exp()
    })
}

/// Google's BLEU: the smaller of precision and recall over runs of one to four words.
pub(super) fn gleu(answer: &str, references: &[String]) -> f64 {
    best(references, |reference| {
        let (own, other) = (tokens(answer), tokens(reference));
        let sums = (1..=4).fold((0, 0, 0), |sums, length| {
            let found = shared(&own, &other, length);
            (sums.0 + found.0, sums.1 + found.1, sums.2 + found.2)
        });
        ratio(sums.0, sums.1).min(ratio(sums.0, sums.2))
    })
}

/// ROUGE-1: harmonic mean of precision and recall of single words.
pub(super) fn rouge(answer: &str, references: &[String]) -> f64 {
    best(references, |reference| {
        let (both, own, other) = shared(&tokens(answer), &tokens(reference), 1);
        let (precision, recall) = (ratio(both, own), ratio(both, other));
        if precision + recall > 0.0 {
            2.0 * precision * recall / (precision + recall)
        } else {
            0.0
        }
    })
}

fn best(references: &[String], score: impl Fn(&String) -> f64) -> f64 {
    references.iter().map(score).fold(0.0, f64::max)
}
