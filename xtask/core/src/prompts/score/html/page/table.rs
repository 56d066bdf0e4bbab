//! What happens between the cells of a table.

use super::super::super::Ungraded;
use super::names::*;
use super::{Page, unsure};

impl Page {
    /// The part of a table that is worked on.
    pub(super) fn table_part(&self) -> Option<&str> {
        let names = self.open.iter().rev().map(|(_, name)| name.as_str());
        names.into_iter().find(|name| TABLE.contains(name))
    }

    pub(super) fn close_cell(&mut self) {
        self.close_implied("");
        self.pop_until(&["td", "th"]);
        self.forget_formatting();
    }

    pub(super) fn opens_in_table(&mut self, part: &str, name: &str) -> Result<(), Ungraded> {
        match (part, name) {
            ("colgroup", "col") => self.insert_empty("col"),
            ("colgroup", _) => {
                self.open.pop();
                return self.opens_in_body(name);
            }
            ("tr", "td" | "th") => {
                self.pop_to(&["tr"]);
                self.insert(name);
                self.formatting.push(None);
            }
            ("tr", name) if TABLE_PARTS.contains(&name) => {
                self.pop_until(&["tr"]);
                return self.opens_in_body(name);
            }
            ("tbody" | "tfoot" | "thead", "tr") => {
                self.pop_to(SECTIONS);
                self.insert(name);
            }
            ("tbody" | "tfoot" | "thead", "td" | "th") => {
                self.pop_to(SECTIONS);
                self.insert("tr");
                return self.opens_in_body(name);
            }
            ("tbody" | "tfoot" | "thead", name) if TABLE_PARTS.contains(&name) => {
                self.pop_until(SECTIONS);
                return self.opens_in_body(name);
            }
            (_, "caption") => {
                self.pop_to(&["table"]);
                self.formatting.push(None);
                self.insert(name);
            }
            (_, "colgroup" | "tbody" | "tfoot" | "thead") => {
                self.pop_to(&["table"]);
                self.insert(name);
            }
            (_, "col" | "td" | "th" | "tr") => {
                self.pop_to(&["table"]);
                self.insert(if name == "col" { "colgroup" } else { "tbody" });
                return self.opens_in_body(name);
            }
            (_, "table") => {
                self.pop_until(&["table"]);
                return self.opens_in_body(name);
            }
            (_, "style" | "script") => self.insert_empty(name),
            _ => return Err(unsure(&format!("`<{name}>` between the cells of a table"))),
        }
        Ok(())
    }

    pub(super) fn closes_in_table(&mut self, part: &str, name: &str) -> Result<(), Ungraded> {
        match (part, name) {
            ("colgroup", "colgroup") => {
                self.open.pop();
            }
            ("colgroup", "col") => {}
            ("colgroup", _) => {
                self.open.pop();
                return self.closes_in_body(name);
            }
            ("tr", "tr") => self.pop_until(&["tr"]),
            ("tr", "table" | "tbody" | "tfoot" | "thead") => {
                if self.in_scope(&[name], TABLE_BORDERS) || name == "table" {
                    self.pop_until(&["tr"]);
                    return self.closes_in_body(name);
                }
            }
            ("tbody" | "tfoot" | "thead", "tbody" | "tfoot" | "thead") => {
                if self.in_scope(&[name], TABLE_BORDERS) {
                    self.pop_until(SECTIONS);
                }
            }
            ("tbody" | "tfoot" | "thead", "table") => {
                self.pop_until(SECTIONS);
                return self.closes_in_body(name);
            }
            (_, "table") => self.pop_until(&["table"]),
            (_, name) if TABLE_PARTS.contains(&name) || name == "body" || name == "html" => {}
            _ => return Err(unsure(&format!("`</{name}>` between the cells of a table"))),
        }
        Ok(())
    }
}
