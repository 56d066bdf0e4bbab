//! Texts that an expression matches, or refuses where others do not: taken from how it is built.

use fancy_regex::{AstNode, Expr, LookAround, Regex};

use super::Expression;

/// Most texts that are tried of one part.
const MOST: usize = 32;

/// The longest text that is repeated: what asks for more is not tried.
const LONGEST: usize = 1_000;

/// Characters that a set may have, beside those that it names.
const COMMON: &str = "a0A _-.,:/\n\té中я";

impl Expression {
    /// Whether some text matches; also where that is not known.
    pub(in super::super) fn can_match(&self) -> bool {
        let matches = |looks: Looks| {
            let (samples, sampler) = self.samples(looks)?;
            let mut texts = samples.iter().flat_map(|sample| around(sample));
            Some(texts.any(|text| self.takes(&text)) || (looks == Looks::Followed && sampler.is_unsure))
        };
        // most match without what is only looked for
        matches(Looks::Skipped).unwrap_or(true) || matches(Looks::Followed).unwrap_or(true)
    }

    /// Whether it matches each text that is made against it: of the characters that it names, and of what it looks for in
    /// order to refuse it.
    pub(in super::super) fn takes_its_own(&self) -> bool {
        let Some((_, sampler)) = self.samples(Looks::Followed) else {
            return false;
        };
        let all: String = sampler.named.iter().collect();
        let denied = sampler.denied.iter().flat_map(|sample| around(sample));
        !sampler.is_unsure && denied.chain([all]).all(|text| self.takes(&text))
    }

    fn samples(&self, looks: Looks) -> Option<(Vec<String>, Sampler)> {
        let tree = Expr::parse_tree(self.compiled.as_str()).ok()?;
        let mut sampler = Sampler {
            looks,
            named: named(self.compiled.as_str()),
            denied: Vec::new(),
            is_unsure: false,
        };
        let samples = sampler.of(&tree.expr);
        Some((samples, sampler))
    }

    /// Whether a text matches whose characters are UTF-16 units already. What cannot be told counts as a match.
    fn takes(&self, units: &str) -> bool {
        self.compiled.is_match(units).unwrap_or(true)
    }
}

/// A text, and the same one with something around it.
fn around(text: &str) -> impl Iterator<Item = String> + use<> {
    ["", " ", "a", "0", "\n"]
        .map(|edge| format!("{edge}{text}{edge}"))
        .into_iter()
}

/// The characters that a translated expression writes by their numbers, and those beside them: of any set that has
/// something, one of these or of the common ones is in it.
fn named(pattern: &str) -> Vec<char> {
    let written = pattern.split("\\x{").skip(1).filter_map(|rest| rest.split_once('}'));
    let numbers = written.filter_map(|(number, _)| u32::from_str_radix(number, 16).ok());
    let beside = numbers.flat_map(|number| [number, number.saturating_sub(1), number + 1]);
    beside.filter_map(char::from_u32).collect()
}

/// What becomes of parts that only look ahead or behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Skipped,
    Followed,
}

/// Collects texts.
struct Sampler {
    looks: Looks,
    /// Characters of which each set that has something has one, or one of the common ones.
    named: Vec<char>,
    /// What it looks for in order not to match.
    denied: Vec<String>,
    /// Whether there are others that nobody tried.
    is_unsure: bool,
}

impl Sampler {
    /// Texts that a part may match, the plainest first.
    fn of(&mut self, part: &Expr) -> Vec<String> {
        let nothing = || vec![String::new()];
        match part {
            Expr::Empty | Expr::Assertion(_) | Expr::KeepOut => nothing(),
            Expr::Any { .. } => vec!["a".to_owned(), "0".to_owned()],
            Expr::Literal { val, .. } => vec![val.clone()],
            Expr::Concat(parts) => {
                let mut texts = nothing();
                for part in parts {
                    let next = self.of(part);
                    let both = texts
                        .iter()
                        .flat_map(|text| next.iter().map(move |more| format!("{text}{more}")));
                    texts = self.first(both.collect());
                }
                texts
            }
            Expr::Alt(parts) => {
                let texts = parts.iter().flat_map(|part| self.of(part)).collect();
                self.first(texts)
            }
            Expr::Group(part) => self.of(part),
            Expr::AtomicGroup(part) => self.of(part),
            Expr::AstNode(AstNode::AstGroup { inner, .. }, _) => self.of(inner),
            Expr::LookAround(..) if self.looks == Looks::Skipped => nothing(),
            Expr::LookAround(part, LookAround::LookAhead | LookAround::LookBehind) => {
                let mut texts = nothing();
                texts.extend(self.of(part));
                self.first(texts)
            }
            Expr::LookAround(part, LookAround::LookAheadNeg | LookAround::LookBehindNeg) => {
                let denied = self.of(part);
                self.denied.extend(denied);
                nothing()
            }
            Expr::Repeat { child, lo, .. } => {
                let once = self.of(child);
                let times = (*lo).max(1);
                if once.iter().any(|text| text.len().saturating_mul(times) > LONGEST) {
                    self.is_unsure = true;
                    return nothing();
                }
                let mut texts: Vec<String> = once.iter().map(|text| text.repeat(times)).collect();
                if *lo == 0 {
                    texts.push(String::new());
                }
                self.first(texts)
            }
            Expr::Delegate { inner, .. } => self.one_of(inner),
            _ => {
                self.is_unsure = true;
                nothing()
            }
        }
    }

    /// Some characters of a set.
    fn one_of(&mut self, set: &str) -> Vec<String> {
        let Ok(compiled) = Regex::new(&format!("\\A(?:{set})\\z")) else {
            self.is_unsure = true;
            return vec![String::new()];
        };
        let tried = COMMON.chars().chain(self.named.iter().copied()).map(String::from);
        tried
            .filter(|one| compiled.is_match(one).unwrap_or(false))
            .take(3)
            .collect()
    }

    fn first(&mut self, mut texts: Vec<String>) -> Vec<String> {
        self.is_unsure |= texts.len() > MOST;
        texts.truncate(MOST);
        texts
    }
}
