//! What the name of a metric says of its numbers: which way is better, and whether they are shares.

use serde::{Deserialize, Serialize};

use super::vocabulary::{
    ANSWERS, ASIDE, CHANGES, COUNTED, HEADS, HIGHER, LOWER, MILD, PLAIN, QUANTITIES, SHARES, TIMES, TOGETHER, TURNING,
    UNCLEAR, UNCLEAR_TOGETHER, WORK, WRONGLY,
};

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

/// What one word says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// A quantity of which less is better, where it is the last word that says anything.
    Head,
    /// It says this.
    Says(Better),
    /// It is done against something, or turns it round.
    Turns,
    /// It says this where no other word says anything.
    Mildly(Better),
}

/// Which way is better, by a metric's name; nothing where its words say nothing, or do not agree.
pub(super) fn better(name: &str) -> Option<Better> {
    let words = words(name);
    let aside = words.iter().position(|word| is_one_of(word, ASIDE));
    let (counted, span) = words.split_at(aside.unwrap_or(words.len()));
    // what lies between failures, or comes before one, is the better the longer it is
    let is_unclear = words.windows(2).any(|pair| {
        let known = UNCLEAR_TOGETHER.iter();
        known
            .into_iter()
            .any(|(one, other)| is_one_of(&pair[0], one) && is_one_of(&pair[1], other))
    });
    if any(span, LOWER) || any(&words, UNCLEAR) || is_unclear {
        return None;
    }
    let mut said = said(counted);
    if span.first().is_some_and(|word| word == "per") && any(span, TIMES) {
        let is_throughput = !said
            .iter()
            .any(|word| matches!(word, Word::Head | Word::Says(_) | Word::Turns));
        if is_throughput {
            let is_work = any(counted, WORK);
            return is_work.then_some(Better::Higher);
        }
    }
    let is_answered = counted.iter().any(|word| is_one_of(word, ANSWERS));
    let unwanted = |word: &String| is_one_of(word, LOWER) && !is_one_of(word, ANSWERS) && !is_one_of(word, WRONGLY);
    if is_answered && counted.iter().any(unwanted) {
        return None;
    }
    if said.iter().any(|word| !matches!(word, Word::Mildly(_))) {
        said.retain(|word| !matches!(word, Word::Mildly(_)));
    } else if said.contains(&Word::Mildly(Better::Higher)) {
        let is_plain = |word: &String| [MILD, COUNTED, PLAIN].iter().any(|table| is_one_of(word, table));
        let is_number = |word: &String| word.contains(|letter: char| letter.is_ascii_digit());
        if !counted.iter().all(|word| is_plain(word) || is_number(word)) {
            return None;
        }
    }
    if said.last() == Some(&Word::Head) && !any(counted, CHANGES) {
        return Some(Better::Lower);
    }
    let turns = said.contains(&Word::Turns);
    let mut ways = said.iter().filter_map(|word| match word {
        Word::Head => Some(Better::Lower),
        Word::Says(better) | Word::Mildly(better) => Some(*better),
        Word::Turns => None,
    });
    match (ways.next(), turns) {
        // what is done against nothing in particular is done against what nobody wants
        (None, true) => (!any(counted, CHANGES)).then_some(Better::Higher),
        (Some(Better::Higher), true) if !any(counted, CHANGES) => {
            ways.all(|way| way == Better::Higher).then_some(Better::Higher)
        }
        (Some(_), true) => None,
        (way, false) => way.filter(|way| ways.all(|other| other == *way)),
    }
}

/// What the words say one by one, and two of them together.
fn said(words: &[String]) -> Vec<Word> {
    let mut said = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1);
        let pair = TOGETHER
            .iter()
            .find(|(one, other, _)| is_one_of(word, one) && next.is_some_and(|next| is_one_of(next, other)));
        if let Some((_, _, better)) = pair {
            said.push(Word::Says(*better));
            at += 2;
            continue;
        }
        let tables = [
            (HEADS, Word::Head),
            (LOWER, Word::Says(Better::Lower)),
            (HIGHER, Word::Says(Better::Higher)),
            (TURNING, Word::Turns),
            (COUNTED, Word::Mildly(Better::Lower)),
            (MILD, Word::Mildly(Better::Higher)),
        ];
        said.extend(
            tables
                .iter()
                .find(|(table, _)| is_one_of(word, table))
                .map(|(_, says)| *says),
        );
        at += 1;
    }
    said
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

fn any(words: &[String], table: &str) -> bool {
    words.iter().any(|word| is_one_of(word, table))
}

fn is_one_of(word: &str, table: &str) -> bool {
    let one = word.strip_suffix('s').unwrap_or(word);
    let crash = word.strip_suffix("es").unwrap_or(word);
    [word, one, crash]
        .iter()
        .any(|form| table.split_whitespace().any(|one| one == *form))
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
