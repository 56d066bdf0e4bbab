//! What a name looks like: something that is done, a thing, a field, or nothing that a tool could be called.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Words, put in order once.
pub(super) type Set = LazyLock<BTreeSet<&'static str>>;

/// What a name looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// A locale, a constant, a file, a way of writing: never a tool.
    Never,
    /// A column, a field or a value, as `customer_id` and `is_gift`.
    Field,
    /// One word: anything.
    Word,
    /// More than one word without a verb, as `parcel_history`.
    Thing,
    /// What is done, as `create_ticket` and `schema_lookup`.
    Action,
}

/// How the words of a name are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Plain,
    Snake,
    Kebab,
    Camel,
}

/// Verbs with which names of tools begin.
static ACTIONS: Set = LazyLock::new(|| {
    "add analyse analyze append apply approve archive ask assign browse build calculate cancel check classify compare \
     compute confirm convert create delete describe detect disable download edit enable escalate estimate evaluate \
     execute explain export extract fetch find generate get import initiate insert invite issue load look lookup make \
     merge modify notify parse pay ping prepare propose publish pull put read rebook refund register reject remove \
     rename render replace reserve resolve restart retrieve retry rewrite run save scan schedule search send show \
     simulate start stop store submit subscribe summarise summarize sync translate trigger unblock unlock unsubscribe \
     update upload validate verify write"
        .split(' ')
        .collect()
});
/// Verbs that are as often the first noun of a field, as in `list_price`: the last word tells.
static EITHER: Set = LazyLock::new(|| {
    "block book call change charge close count filter list lock mark move open order post process push query rank \
     record report request reset return review route set ship sort tag track transfer"
        .split(' ')
        .collect()
});
/// Words with which names of tools end, be there a verb in front or not.
static DOERS: Set = LazyLock::new(|| {
    "calculator cancel check checker conversion convert converter create delete executor export fetch fetcher find \
     finder get import interpreter lookup query reader retrieval runner search searcher send sender sync translate \
     translator update validator verification"
        .split(' ')
        .collect()
});
/// Verbs of which even the time of something is the object, as in `get_time`.
static GETTERS: Set = LazyLock::new(|| "compute fetch find get lookup read".split(' ').collect());
/// What belongs to the noun in front of it, though that may be a verb: `update_time`.
static TRAITS: Set = LazyLock::new(|| {
    "at by count date day flag id ids list mode status term terms time type"
        .split(' ')
        .collect()
});
/// Words with which names of fields and values end; also with an `s`.
static FIELDS: Set = LazyLock::new(|| {
    "account address amount at body by bytes category city class code color column comment contact content count \
     country currency customer data date day days description detail digit discount email entry error fee field file \
     flag format free gift group head header height hour id index info input item key kind label language length \
     limit line link list locale log mail message metadata minute mode month name note number off on only order \
     output parameter part password path percent phone place plan policy position prefix price qty quantity query \
     rate rating reason ref reference region remark result role row rule schema sha scope score sku source state step \
     string subject suffix sum summary table tag target tax template tier term text time timestamp title to token \
     total type unit up url uri uuid value variable version view voice week weight width word year zip zone category \
     categories currencies policies entries countries cities queries"
        .split(' ')
        .collect()
});
/// Words with which names of fields and values begin.
static FIRST: Set = LazyLock::new(|| {
    "as can created do does first gross had has have in is last left max maximum min minimum needs net new next no \
     not num of off old on original other out per previous raw same should sold the tmp total updated was"
        .split(' ')
        .collect()
});
/// Ways of writing, as in `snake_case`.
static CASES: Set = LazyLock::new(|| {
    "camel dot kebab lower pascal screaming sentence snake title train upper"
        .split(' ')
        .collect()
});
/// What stands behind the last dot of files.
const ENDINGS: usize = 4;

fn among(words: &Set, word: &str) -> bool {
    words.contains(word)
}

/// How the words of a name are told apart.
pub(super) fn manner(name: &str) -> Manner {
    let is_hump = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    if name.contains('_') {
        Manner::Snake
    } else if name.contains('-') {
        Manner::Kebab
    } else if name.as_bytes().windows(2).any(is_hump) {
        Manner::Camel
    } else {
        Manner::Plain
    }
}

/// What a name looks like.
pub(super) fn looks(name: &str) -> Looks {
    if name.starts_with('_') || name.ends_with('_') || is_locale(name) {
        return Looks::Never;
    }
    if let Some((_, ending)) = name.rsplit_once('.') {
        // a tool of a server, perhaps; nothing in a manifest is called so
        return if ending.len() <= ENDINGS {
            Looks::Never
        } else {
            Looks::Field
        };
    }
    let has_lower = name.contains(|letter: char| letter.is_ascii_lowercase());
    if !has_lower && name.len() > 1 {
        return Looks::Never;
    }
    let words = words(name);
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Looks::Never;
    };
    if words.len() < 2 {
        return Looks::Word;
    }
    if words.len() == 2 && last == "case" && among(&CASES, first) {
        return Looks::Never;
    }
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    let is_field = is_number || among(&FIELDS, last) || last.strip_suffix('s').is_some_and(|one| among(&FIELDS, one));
    let is_trait = words.len() == 2 && among(&TRAITS, last) && !among(&GETTERS, first);
    if among(&ACTIONS, first) && !is_trait && !["only", "up", "on", "off", "free"].contains(&last.as_str()) {
        Looks::Action
    } else if among(&FIRST, first) {
        Looks::Field
    } else if among(&DOERS, last) && !(last == "query" && first == "search") {
        Looks::Action
    } else if is_field || is_trait {
        Looks::Field
    } else if among(&EITHER, first) && words.len() == 2 {
        Looks::Action
    } else {
        Looks::Thing
    }
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        let is_hump = was_lower && letter.is_ascii_uppercase();
        if is_hump || "_-".contains(letter) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| !"_-".contains(letter)) {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a name is that of a locale, as `de_DE`, `pt-br` and `zh_Hans`.
fn is_locale(name: &str) -> bool {
    let mut parts = name.split(['_', '-']);
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let rest: Vec<&str> = parts.take(3).collect();
    let is_place = |part: &&str| {
        let is_upper = part.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_script = part.len() == 4
            && part.starts_with(|first: char| first.is_ascii_uppercase())
            && part[1..].bytes().all(|byte| byte.is_ascii_lowercase());
        let is_small = language.len() == 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_number = part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_script || is_number || part.len() == 2 && (is_upper || is_small)
    };
    is_language && (1..=2).contains(&rest.len()) && rest.iter().all(is_place)
}
