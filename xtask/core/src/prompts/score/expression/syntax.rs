//! Reads the syntax of JavaScript, with what browsers take beside the standard.

use std::fmt::Write;

use super::class::{boundary, dot, literal, named};
use super::groups::Groups;

pub(super) type Refused = String;

/// The flags in front of an expression, and what comes after them.
pub(super) fn flags(pattern: &str) -> Option<(&str, &str)> {
    let (flags, rest) = pattern.strip_prefix("(?")?.split_once(')')?;
    let known = !flags.is_empty() && flags.chars().all(|flag| "ims".contains(flag));
    known.then_some((flags, rest))
}

/// The expression in the words of the engine that is used here.
pub(super) fn translated(pattern: &str) -> Result<String, Refused> {
    let (flags, pattern) = flags(pattern).unwrap_or(("", pattern));
    let units: Vec<u16> = pattern.encode_utf16().collect();
    let groups = Groups::of(&units)?;
    let mut reader = Reader {
        units: &units,
        at: 0,
        flags,
        groups,
        open: Vec::new(),
        opened: 0,
        behind: 0,
        referred: Vec::new(),
        repeated: Vec::new(),
        written: String::new(),
    };
    reader.all()?;
    let front = if flags.is_empty() {
        String::new()
    } else {
        format!("(?{flags})")
    };
    Ok(front + &reader.written)
}

/// A group that is not closed yet.
struct Open {
    /// Where it begins in what was written.
    start: usize,
    /// Its number, where it counts, and how many groups were opened before.
    number: Option<usize>,
    before: usize,
    /// Whether it may be repeated, whether it looks behind.
    is_atom: bool,
    is_behind: bool,
}

pub(super) struct Reader<'a> {
    pub(super) units: &'a [u16],
    pub(super) at: usize,
    flags: &'a str,
    pub(super) groups: Groups,
    open: Vec<Open>,
    opened: usize,
    /// How many groups look behind here.
    behind: usize,
    /// The groups that are referred to.
    referred: Vec<usize>,
    /// The groups in something that is repeated: JavaScript forgets them each time.
    repeated: Vec<usize>,
    pub(super) written: String,
}

impl Reader<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.units.get(self.at).map(|one| super::unit(*one))
    }

    pub(super) fn takes(&mut self, text: &str) -> bool {
        let wanted: Vec<u16> = text.encode_utf16().collect();
        let found = self.units[self.at..].starts_with(&wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn all(&mut self) -> Result<(), Refused> {
        while let Some(next) = self.peek() {
            let start = self.written.len();
            let is_atom = match next {
                '(' => {
                    self.group()?;
                    continue;
                }
                ')' => {
                    self.at += 1;
                    let open = self.open.pop().ok_or("a bracket is closed that was not opened")?;
                    self.behind -= usize::from(open.is_behind);
                    self.written.push(')');
                    self.quantified(open.start, open.is_atom, open.number.unwrap_or(open.before))?;
                    continue;
                }
                '|' => {
                    self.at += 1;
                    self.written.push('|');
                    continue;
                }
                '^' | '$' => {
                    self.at += 1;
                    let lines = self.flags.contains('m');
                    self.written.push_str(match (next, lines) {
                        ('^', true) => "^",
                        ('^', _) => "\\A",
                        (_, true) => "$",
                        _ => "\\z",
                    });
                    false
                }
                '*' | '+' | '?' => return Err("there is nothing to repeat".to_owned()),
                '{' if self.counts().is_some() => return Err("there is nothing to repeat".to_owned()),
                '.' => {
                    self.at += 1;
                    let any = if self.flags.contains('s') {
                        "(?s:.)".to_owned()
                    } else {
                        dot()
                    };
                    self.written.push_str(&any);
                    true
                }
                '[' => {
                    self.at += 1;
                    self.set()?;
                    true
                }
                '\\' => {
                    self.at += 1;
                    self.escape()?
                }
                _ => {
                    self.written.push_str(&literal(self.units[self.at]));
                    self.at += 1;
                    true
                }
            };
            self.quantified(start, is_atom, self.opened)?;
        }
        if !self.open.is_empty() {
            return Err("a bracket is not closed".to_owned());
        }
        match self.referred.iter().any(|number| self.repeated.contains(number)) {
            true => Err("a group inside something that is repeated is referred to".to_owned()),
            false => Ok(()),
        }
    }

    fn group(&mut self) -> Result<(), Refused> {
        let start = self.written.len();
        self.at += 1;
        let mut open = Open {
            start,
            number: None,
            before: self.opened,
            is_atom: true,
            is_behind: false,
        };
        let head = ["?:", "?=", "?!", "?<=", "?<!"]
            .into_iter()
            .find(|head| self.takes(head));
        if let Some(head) = head {
            open.is_atom = head == "?:";
            open.is_behind = head.starts_with("?<");
            self.written.push('(');
            self.written.push_str(head);
        } else if self.takes("?<") {
            while self.peek() != Some('>') {
                self.at += 1;
                self.peek().ok_or("the name of a group has no end")?;
            }
            self.at += 1;
            open.number = Some(self.opened + 1);
        } else if self.peek() == Some('?') {
            return Err("`(?` begins nothing that JavaScript knows".to_owned());
        } else {
            open.number = Some(self.opened + 1);
        }
        if let Some(number) = open.number {
            self.opened = number;
            let _ = write!(self.written, "(?<g{number}>");
        }
        self.behind += usize::from(open.is_behind);
        self.open.push(open);
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,3}` here: how it is written, and its length.
    fn counts(&self) -> Option<(String, usize)> {
        let rest = self.units[self.at..].iter().map(|one| super::unit(*one));
        let inside: String = rest.skip(1).take_while(|c| *c != '}').take(20).collect();
        let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_closed = self.units.get(self.at + 1 + inside.len()) == Some(&u16::from(b'}'));
        (is_closed && is_number(least) && (most.is_empty() || is_number(most)))
            .then(|| (format!("{{{inside}}}"), inside.len() + 2))
    }

    /// Repeats what was written from `start` on where that is wanted; groups after that number are inside it.
    fn quantified(&mut self, start: usize, is_atom: bool, number: usize) -> Result<(), Refused> {
        let quantifier = match self.peek() {
            Some(sign @ ('*' | '+' | '?')) => Some((sign.to_string(), 1)),
            Some('{') => self.counts(),
            _ => None,
        };
        let Some((text, length)) = quantifier else {
            return Ok(());
        };
        if !is_atom {
            return Err("what only looks cannot be repeated".to_owned());
        }
        if let Some((least, most)) = text.trim_matches(['{', '}']).split_once(',')
            && let (Ok(least), Ok(most)) = (least.parse::<u32>(), most.parse::<u32>())
            && least > most
        {
            return Err("the numbers of a repetition are the wrong way round".to_owned());
        }
        self.at += length;
        self.repeated.extend(number + 1..=self.opened);
        let atom = self.written.split_off(start);
        let _ = write!(self.written, "(?:{atom}){text}");
        if self.takes("?") {
            self.written.push('?');
        }
        match self.peek() {
            Some('*' | '+' | '?') => Err("there is nothing to repeat".to_owned()),
            Some('{') if self.counts().is_some() => Err("there is nothing to repeat".to_owned()),
            _ => Ok(()),
        }
    }

    /// What follows a backslash; whether it may be repeated.
    fn escape(&mut self) -> Result<bool, Refused> {
        let next = self.peek().ok_or("a backslash ends it")?;
        match next {
            'b' | 'B' => {
                self.at += 1;
                self.written.push_str(&boundary(next == 'b'));
                return Ok(false);
            }
            'k' if self.groups.are_named() => {
                self.at += 1;
                let rest = self.units[self.at..].iter().map(|one| super::unit(*one));
                let name: String = rest.skip(1).take_while(|c| *c != '>').collect();
                if self.peek() != Some('<') {
                    return Err("`\\k` names no group".to_owned());
                }
                let found = self.groups.names.iter().position(|other| other.as_ref() == Some(&name));
                let number = found.ok_or_else(|| format!("there is no group `{name}`"))? + 1;
                self.at += name.encode_utf16().count() + 2;
                self.reference(number)?;
            }
            '1'..='9' => {
                let rest = self.units[self.at..].iter().map(|one| super::unit(*one));
                let digits: String = rest.take_while(char::is_ascii_digit).take(4).collect();
                match digits.parse::<usize>() {
                    Ok(number) if number <= self.groups.names.len() => {
                        self.at += digits.len();
                        self.reference(number)?;
                    }
                    _ => self.character(false),
                }
            }
            _ => match named(next) {
                Some(set) => {
                    self.at += 1;
                    self.written.push_str(&set);
                }
                None => self.character(false),
            },
        }
        Ok(true)
    }

    /// What a group found; nothing at all where it found nothing yet.
    fn reference(&mut self, number: usize) -> Result<(), Refused> {
        if self.behind > 0 || self.open.iter().any(|open| open.number == Some(number)) {
            return Err("a group is referred to from inside itself, or looking behind".to_owned());
        }
        self.referred.push(number);
        let _ = write!(self.written, "(?(<g{number}>)\\k<g{number}>|)");
        Ok(())
    }

    fn character(&mut self, in_set: bool) {
        let one = self.escaped(in_set);
        self.written.push_str(&literal(one));
    }

    /// The unit that an escape stands for, from after the backslash on.
    pub(super) fn escaped(&mut self, in_set: bool) -> u16 {
        let next = self.units[self.at];
        let hexadecimal = |reader: &Self, length: usize| {
            let digits = reader.units.get(reader.at + 1..reader.at + 1 + length)?;
            let digits = String::from_utf16(digits).ok()?;
            let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
            all.then(|| u16::from_str_radix(&digits, 16).ok()).flatten()
        };
        let (one, length) = match super::unit(next) {
            'f' => (0xc, 1),
            'n' => (0xa, 1),
            'r' => (0xd, 1),
            't' => (0x9, 1),
            'v' => (0xb, 1),
            'b' if in_set => (0x8, 1),
            'x' => hexadecimal(self, 2).map_or((next, 1), |found| (found, 3)),
            'u' => hexadecimal(self, 4).map_or((next, 1), |found| (found, 5)),
            'c' => {
                let letter = self.units.get(self.at + 1).map(|one| super::unit(*one));
                let is_control = |c: char| c.is_ascii_alphabetic() || (in_set && (c.is_ascii_digit() || c == '_'));
                match letter {
                    Some(letter) if is_control(letter) => (self.units[self.at + 1] % 32, 2),
                    // the backslash means itself, and the letter is read again
                    _ => (u16::from(b'\\'), 0),
                }
            }
            '0'..='7' => {
                let most = if next <= u16::from(b'3') { 3 } else { 2 };
                let digits = self.units[self.at..].iter().take(most);
                let digits: Vec<u16> = digits
                    .map(|one| one.wrapping_sub(u16::from(b'0')))
                    .take_while(|one| *one < 8)
                    .collect();
                (digits.iter().fold(0, |sum, one| sum * 8 + one), digits.len())
            }
            _ => (next, 1),
        };
        self.at += length;
        one
    }
}
