//! Sets in brackets.

use super::class::{literal, named, range};
use super::syntax::{Reader, Refused};

impl Reader<'_> {
    /// A set, from after its bracket on.
    pub(super) fn set(&mut self) -> Result<(), Refused> {
        let is_rest = self.takes("^");
        let mut items = String::new();
        loop {
            let next = self.peek().ok_or("a set is not closed")?;
            if next == ']' {
                self.at += 1;
                break;
            }
            let first = self.member()?;
            let is_range =
                self.peek() == Some('-') && self.units.get(self.at + 1).is_some_and(|one| *one != u16::from(b']'));
            if !is_range {
                items.push_str(&first.text());
                continue;
            }
            self.at += 1;
            match (first, self.member()?) {
                (Member::One(from), Member::One(to)) if from > to => {
                    return Err("a range is the wrong way round".to_owned());
                }
                (Member::One(from), Member::One(to)) => items.push_str(&range(from, to)),
                (first, last) => {
                    items.push_str(&first.text());
                    items.push_str(&literal(u16::from(b'-')));
                    items.push_str(&last.text());
                }
            }
        }
        let text = match (items.is_empty(), is_rest) {
            (true, true) => "(?s:.)".to_owned(),
            (true, false) => "(?!)".to_owned(),
            (false, true) => format!("[^{items}]"),
            (false, false) => format!("[{items}]"),
        };
        self.written.push_str(&text);
        Ok(())
    }

    fn member(&mut self) -> Result<Member, Refused> {
        let next = self.peek().ok_or("a set is not closed")?;
        if next != '\\' {
            self.at += 1;
            return Ok(Member::One(self.units[self.at - 1]));
        }
        self.at += 1;
        let escape = self.peek().ok_or("a backslash ends it")?;
        if let Some(set) = named(escape) {
            self.at += 1;
            return Ok(Member::Set(set));
        }
        if escape == 'k' && self.groups.are_named() {
            return Err("`\\k` names no group inside a set".to_owned());
        }
        Ok(Member::One(self.escaped(true)))
    }
}

/// What may stand in a set.
enum Member {
    One(u16),
    Set(String),
}

impl Member {
    fn text(self) -> String {
        match self {
            Member::One(one) => literal(one),
            Member::Set(set) => set,
        }
    }
}
