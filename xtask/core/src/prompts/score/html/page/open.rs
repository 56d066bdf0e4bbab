//! The elements that are open, and those that format text and come back.

use super::super::super::Ungraded;
use super::super::KNOWN;
use super::names::*;
use super::{Page, unsure};

impl Page {
    pub(super) fn is_open(&self, name: &str) -> bool {
        self.open.iter().any(|(_, other)| other == name)
    }

    pub(super) fn current(&self) -> &str {
        self.open.last().map_or("body", |(_, name)| name)
    }

    /// Whether an element of these names is open, with no border between.
    pub(super) fn in_scope(&self, names: &[&str], borders: &[&str]) -> bool {
        let found = self.open.iter().rev().map(|(_, name)| name.as_str());
        let found = found.take_while(|name| names.contains(name) || !borders.contains(name));
        found.into_iter().any(|name| names.contains(&name))
    }

    pub(super) fn in_usual_scope(&self, names: &[&str]) -> bool {
        self.in_scope(names, BORDERS)
    }

    pub(super) fn insert(&mut self, name: &str) {
        self.count += 1;
        self.has_element |= KNOWN.contains(&name) || name.contains('-');
        self.open.push((self.count, name.to_owned()));
    }

    pub(super) fn insert_empty(&mut self, name: &str) {
        self.insert(name);
        self.open.pop();
    }

    pub(super) fn pop_until(&mut self, names: &[&str]) {
        while let Some((_, name)) = self.open.pop() {
            if names.contains(&name.as_str()) {
                return;
            }
        }
    }

    pub(super) fn pop_to(&mut self, names: &[&str]) {
        while !self.open.is_empty() && !names.contains(&self.current()) {
            self.open.pop();
        }
    }

    pub(super) fn close_implied(&mut self, but: &str) {
        while self.current() != but && IMPLIED.contains(&self.current()) {
            self.open.pop();
        }
    }

    pub(super) fn close_paragraph(&mut self) {
        if self.in_scope(&["p"], BUTTON_BORDERS) {
            self.pop_until(&["p"]);
        }
    }

    /// Opens again what formats text and was closed by something else.
    pub(super) fn reopen(&mut self) {
        let is_there = |page: &Page, entry: &Option<(usize, String)>| match entry {
            None => true,
            Some((number, _)) => page.open.iter().any(|(other, _)| other == number),
        };
        let from = self
            .formatting
            .iter()
            .rposition(|entry| is_there(self, entry))
            .map_or(0, |at| at + 1);
        for at in from..self.formatting.len() {
            if let Some((_, name)) = self.formatting[at].clone() {
                self.insert(&name);
                self.formatting[at] = self.open.last().cloned();
            }
        }
    }

    pub(super) fn forget_formatting(&mut self) {
        while let Some(Some(_)) = self.formatting.pop() {}
    }

    pub(super) fn close_other(&mut self, name: &str) {
        for at in (0..self.open.len()).rev() {
            let other = self.open[at].1.as_str();
            if other == name {
                self.open.truncate(at);
                return;
            }
            if is_special(other) {
                return;
            }
        }
    }

    /// Where an element that formats text stands among those that do.
    pub(super) fn formatted(&self, name: &str) -> Option<usize> {
        let mut entries = self.formatting.iter().enumerate().rev();
        let found = entries.find(|(_, entry)| entry.as_ref().is_none_or(|(_, other)| other == name))?;
        found.1.as_ref().map(|_| found.0)
    }

    /// Closes an element that formats text.
    pub(super) fn unformat(&mut self, name: &str) -> Result<(), Ungraded> {
        let Some(at) = self.formatted(name) else {
            self.close_other(name);
            return Ok(());
        };
        let number = self.formatting[at].as_ref().map(|(number, _)| *number);
        let Some(place) = self.open.iter().position(|(other, _)| Some(*other) == number) else {
            self.formatting.remove(at);
            return Ok(());
        };
        if !self.in_usual_scope(&[name]) {
            return Ok(());
        }
        if self.open[place..].iter().any(|(_, other)| is_special(other)) {
            return Err(unsure(&format!("`</{name}>` outside what it formats")));
        }
        self.open.truncate(place);
        self.formatting.remove(at);
        Ok(())
    }
}
