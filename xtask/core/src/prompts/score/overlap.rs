//! How near two texts are: edits, and shared runs of words.

use std::collections::BTreeMap;

use super::script::split;
use super::stem::stem;
use super::{Ungraded, treebank};

/// Most UTF-16 units of a text whose edits are counted.
const MOST_UNITS: usize = 20_000;

/// Insertions, deletions and replacements between two texts, in UTF-16 units.
pub(super) fn levenshtein(left: &str, right: &str) -> Result<usize, Ungraded> {
    let left: Vec<u16> = left.encode_utf16().take(MOST_UNITS + 1).collect();
    let right: Vec<u16> = right.encode_utf16().take(MOST_UNITS + 1).collect();
    if left.len().max(right.len()) > MOST_UNITS {
        return Err(format!(
            "the edits of texts of more than {MOST_UNITS} characters are not counted"
        ));
    }
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
    Ok(row[right.len()])
}

/// The words of a text, lower case.
fn words(text: &str) -> Vec<String> {
    split(&text.to_lowercase()).into_iter().map(str::to_owned).collect()
}

/// The same, without the full stops at their ends.
fn words_without_stops(text: &str) -> Vec<String> {
    let words = words(text).into_iter();
    words.map(|word| word.trim_end_matches('.').to_owned()).collect()
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

/// BLEU-4: geometric mean of the precisions of runs of one to four words, as far as the answer is that long, with the
/// brevity penalty for the reference that is nearest in length.
pub(super) fn bleu(answer: &str, references: &[String]) -> f64 {
    let own = words(answer);
    let others: Vec<Vec<String>> = references.iter().map(|reference| words(reference)).collect();
    let lengths = others.iter().map(Vec::len);
    let Some(nearest) = lengths.min_by_key(|length| (length.abs_diff(own.len()), *length)) else {
        return 0.0;
    };
    if own == [""] {
        return 0.0;
    }
    let orders = own.len().min(4);
    // a bound is met or missed by the last bit: the sum is taken as promptfoo takes it
    let weight = 0.25 / (0.25 * ratio(orders, 1));
    let mut sum = 0.0;
    for length in 1..=orders {
        let both = others.iter().map(|other| shared(&own, other, length).0).max();
        let precision = ratio(both.unwrap_or_default(), own.len() + 1 - length);
        // a run that is never met counts a little, so that short answers are not worth nothing
        sum += weight * if precision == 0.0 { 1e-7 } else { precision }.ln();
    }
    let brevity = match own.len() > nearest {
        true => 1.0,
        false => (1.0 - ratio(nearest, own.len())).exp(),
    };
    brevity * sum.exp()
}

/// Google's BLEU: the smaller of precision and recall over runs of one to four words.
pub(super) fn gleu(answer: &str, references: &[String]) -> Result<f64, Ungraded> {
    if answer.is_empty() {
        return Err("`gleu` says nothing of an empty answer".to_owned());
    }
    let own = words_without_stops(answer);
    let score = |reference: &String| {
        let other = words_without_stops(reference);
        let sums = (1..=4).fold((0, 0, 0), |sums, length| {
            let found = shared(&own, &other, length);
            (sums.0 + found.0, sums.1 + found.1, sums.2 + found.2)
        });
        ratio(sums.0, sums.1).min(ratio(sums.0, sums.2))
    };
    Ok(references.iter().map(score).fold(0.0, f64::max))
}

/// ROUGE-1: harmonic mean of precision and recall of single words and punctuation marks.
pub(super) fn rouge(answer: &str, reference: &str) -> f64 {
    let (own, other) = (
        treebank::tokens(&answer.to_lowercase()),
        treebank::tokens(&reference.to_lowercase()),
    );
    let (both, own, other) = shared(&own, &other, 1);
    harmonic(ratio(both, own), ratio(both, other))
}

/// The harmonic mean, in the steps that promptfoo's library takes.
fn harmonic(precision: f64, recall: f64) -> f64 {
    let (least, most) = (precision.min(recall), precision.max(recall));
    if least == most || least == 0.0 {
        return least;
    }
    most.min(least * (2.0 / (1.0 + least / most)))
}

/// METEOR, with words that are the same and words of the same stem; promptfoo's also takes synonyms from a dictionary.
/// A match more is never worth less, so that this is at most what promptfoo says.
pub(super) fn meteor(answer: &str, references: &[String]) -> Result<f64, Ungraded> {
    if answer.is_empty() {
        return Err("`meteor` says nothing of an empty answer".to_owned());
    }
    let own = words_without_stops(answer);
    let scores = references
        .iter()
        .map(|reference| aligned(&own, &words_without_stops(reference)));
    Ok(scores.fold(0.0, f64::max))
}

/// How much the precision counts beside the recall, how steeply runs that are torn apart cost, and how much at most.
const ALPHA: f64 = 0.9;
const BETA: i32 = 3;
const GAMMA: f64 = 0.5;

fn aligned(own: &[String], other: &[String]) -> f64 {
    let mut matches = vec![None; own.len()];
    let mut taken = vec![false; other.len()];
    let stems = |words: &[String]| words.iter().map(|word| stem(word)).collect::<Vec<_>>();
    // from the end, as promptfoo goes: which of two twins is taken decides how many runs there are
    for (own, other) in [(own, other), (&stems(own)[..], &stems(other)[..])] {
        for at in (0..own.len()).rev() {
            let twin = |place: &usize| !taken[*place] && other[*place] == own[at];
            if matches[at].is_none()
                && let Some(place) = (0..other.len()).rev().find(twin)
            {
                matches[at] = Some(place);
                taken[place] = true;
            }
        }
    }
    let found: Vec<(usize, usize)> = (0..)
        .zip(&matches)
        .filter_map(|(at, place)| Some((at, (*place)?)))
        .collect();
    if found.is_empty() {
        return 0.0;
    }
    let follows = |pair: &&[(usize, usize)]| pair[1].0 == pair[0].0 + 1 && pair[1].1 == pair[0].1 + 1;
    let runs = found.len() - found.windows(2).filter(follows).count();
    let (precision, recall) = (ratio(found.len(), own.len()), ratio(found.len(), other.len()));
    let mean = precision * recall / (ALPHA * precision + (1.0 - ALPHA) * recall);
    (1.0 - GAMMA * ratio(runs, found.len()).powi(BETA)) * mean
}
