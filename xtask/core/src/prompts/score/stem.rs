//! The stem of an English word, by the algorithm that Martin Porter published in 1980.

/// Endings of the second step and what stands for them, a longer one before one that it ends with.
const SECOND: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("logi", "log"),
];
const THIRD: &[(&str, &str)] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];
const FOURTH: &[&str] = &[
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al",
    "er", "ic", "ou",
];

/// The stem of a word in lower case.
pub(super) fn stem(word: &str) -> String {
    if word.chars().count() < 3 {
        return word.to_owned();
    }
    let word = endings(plural(word.to_owned()));
    let word = exchanged(exchanged(word, SECOND), THIRD);
    last(dropped(word))
}

/// Whether each letter is a consonant: `y` is one where none stands before it.
fn consonants(word: &str) -> Vec<bool> {
    let mut consonants: Vec<bool> = Vec::new();
    for letter in word.chars() {
        let is_one = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' => false,
            'y' => consonants.last().is_none_or(|before| !before),
            _ => true,
        };
        consonants.push(is_one);
    }
    consonants
}

/// How often consonants follow vowels.
fn measure(word: &str) -> usize {
    let consonants = consonants(word);
    consonants.windows(2).filter(|pair| !pair[0] && pair[1]).count()
}

fn has_vowel(word: &str) -> bool {
    consonants(word).contains(&false)
}

/// Whether it ends with consonant, vowel and consonant, the last not `w`, `x` or `y`.
fn is_short(word: &str) -> bool {
    consonants(word).ends_with(&[true, false, true]) && !word.ends_with(['w', 'x', 'y'])
}

fn without_last(word: &str) -> &str {
    let mut letters = word.chars();
    letters.next_back();
    letters.as_str()
}

fn plural(word: String) -> String {
    match () {
        () if word.ends_with("sses") || word.ends_with("ies") => word[..word.len() - 2].to_owned(),
        () if word.ends_with('s') && !word.ends_with("ss") => without_last(&word).to_owned(),
        () => word,
    }
}

/// `-eed`, `-ed`, `-ing`, and `y` at the end.
fn endings(word: String) -> String {
    let stripped = ["ed", "ing"].iter().find_map(|ending| word.strip_suffix(ending));
    let word = match (word.strip_suffix("eed"), stripped) {
        (Some(stem), _) if measure(stem) > 0 => format!("{stem}ee"),
        (None, Some(stem)) if has_vowel(stem) => completed(stem),
        _ => word,
    };
    match word.strip_suffix('y') {
        Some(stem) if has_vowel(stem) => format!("{stem}i"),
        _ => word,
    }
}

/// What is left of a word without `-ed` or `-ing`, as the word would be written alone.
fn completed(stem: &str) -> String {
    if ["at", "bl", "iz"].iter().any(|ending| stem.ends_with(ending)) {
        return format!("{stem}e");
    }
    let mut letters = stem.chars().rev();
    let (last, before) = (letters.next(), letters.next());
    let is_double = last == before && consonants(stem).last() == Some(&true);
    match () {
        () if is_double && !stem.ends_with(['l', 's', 'z']) => without_last(stem).to_owned(),
        () if !is_double && measure(stem) == 1 && is_short(stem) => format!("{stem}e"),
        () => stem.to_owned(),
    }
}

fn exchanged(word: String, endings: &[(&str, &str)]) -> String {
    let found = endings
        .iter()
        .find_map(|(ending, instead)| Some((word.strip_suffix(ending)?, instead)));
    match found {
        Some((stem, instead)) if measure(stem) > 0 => format!("{stem}{instead}"),
        _ => word,
    }
}

fn dropped(word: String) -> String {
    let ion = word.strip_suffix("ion").filter(|stem| stem.ends_with(['s', 't']));
    let found = FOURTH.iter().find_map(|ending| word.strip_suffix(ending)).or(ion);
    match found {
        Some(stem) if measure(stem) > 1 => stem.to_owned(),
        _ => word,
    }
}

/// An `e` at the end, and one of two `l`.
fn last(word: String) -> String {
    let word = match word.strip_suffix('e') {
        Some(stem) if measure(stem) > 1 || (measure(stem) == 1 && !is_short(stem)) => stem.to_owned(),
        _ => word,
    };
    match word.ends_with("ll") && measure(&word) > 1 {
        true => without_last(&word).to_owned(),
        false => word,
    }
}
