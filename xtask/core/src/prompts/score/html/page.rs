//! Builds of a page what decides whether it is HTML, as the standard's tree construction does: which elements are open, and
//! so what text belongs to.

use super::super::{Ungraded, script};
use super::tokens::{Token, after_text, is_space, next};

mod names;
mod open;
mod table;

use names::*;

/// What is known of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Whether it has an element that HTML knows.
    pub(super) has_element: bool,
    /// Whether its body was written, and not only meant.
    pub(super) has_body: bool,
    /// Whether text stands in the body, outside every other element.
    pub(super) has_loose_text: bool,
    part: Part,
    /// The elements that are open inside the body, each with a number.
    open: Vec<(usize, String)>,
    /// Those that format text and come back after what closes them; nothing stands for a border.
    formatting: Vec<Option<(usize, String)>>,
    count: usize,
    has_form: bool,
    is_modern: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
enum Part {
    #[default]
    Start,
    BeforeHead,
    Head,
    AfterHead,
    Body,
    AfterBody,
}

/// What is not built here.
fn unsure(what: &str) -> Ungraded {
    format!("whether HTML with {what} is sound is not judged here")
}

impl Page {
    pub(super) fn of(text: &str) -> Result<Page, Ungraded> {
        let mut page = Page::default();
        let mut rest = text;
        while let Some((token, after)) = next(rest) {
            rest = after;
            match token {
                None => {}
                Some(Token::Doctype(is_modern)) => page.is_modern |= is_modern && page.part == Part::Start,
                Some(Token::Text(text)) => page.text(text)?,
                Some(Token::Closes(name)) => page.closes(&name)?,
                Some(Token::Opens(name)) => {
                    page.opens(&name)?;
                    if RAW.contains(&name.as_str()) {
                        let (inside, after) = after_text(rest, &name);
                        if name == "script" && inside.contains("<!--") {
                            return Err(unsure("a comment in a script"));
                        }
                        rest = after;
                    }
                }
            }
        }
        Ok(page)
    }

    /// Goes on to the body, which nobody wrote.
    fn begin_body(&mut self) {
        self.part = Part::Body;
    }

    fn text(&mut self, text: &str) -> Result<(), Ungraded> {
        let is_blank = text.chars().all(is_space);
        if self.part < Part::Body && is_blank {
            return Ok(());
        }
        if !is_blank || self.part < Part::Body {
            self.begin_body();
        }
        match self.table_part() {
            Some("td" | "th" | "caption") | None => self.reopen(),
            Some("colgroup") if is_blank => return Ok(()),
            Some("colgroup") => {
                self.open.pop();
                return self.text(text);
            }
            Some(_) if is_blank => return Ok(()),
            // it belongs to what is round the table
            Some(_) => {
                let table = self.open.iter().rposition(|(_, name)| name == "table").unwrap_or(0);
                let inside = |entry: &Option<(usize, String)>| entry.is_none();
                if !self.formatting.last().is_none_or(inside) {
                    return Err(unsure("text between the cells of a table"));
                }
                self.has_loose_text |= table == 0 && !is_nothing(text);
                return Ok(());
            }
        }
        self.has_loose_text |= self.open.is_empty() && !is_nothing(text);
        Ok(())
    }

    fn opens(&mut self, name: &str) -> Result<(), Ungraded> {
        if UNSURE.contains(&name) {
            return Err(unsure(&format!("`<{name}>`")));
        }
        if self.part == Part::AfterBody {
            if name == "html" {
                return Ok(());
            }
            self.begin_body();
        }
        match (self.part, name) {
            (Part::Start, "html") => {
                self.part = Part::BeforeHead;
                self.has_element = true;
            }
            (_, "html") => {}
            (Part::Start | Part::BeforeHead, "head") => {
                self.part = Part::Head;
                self.has_element = true;
            }
            (_, "head") => {}
            (Part::Body, _) => self.opens_in_body(name)?,
            (_, "body") => {
                self.begin_body();
                self.has_body = true;
                self.has_element = true;
            }
            (part, name) if HEAD.contains(&name) => {
                if part < Part::Head {
                    self.part = Part::Head;
                }
                self.insert_empty(name);
            }
            _ => {
                self.begin_body();
                self.opens_in_body(name)?;
            }
        }
        Ok(())
    }

    fn opens_in_body(&mut self, name: &str) -> Result<(), Ungraded> {
        let part = self.table_part().map(str::to_owned);
        match (part.as_deref(), name) {
            (Some("td" | "th"), name) if TABLE_PARTS.contains(&name) => {
                self.close_cell();
                return self.opens_in_body(name);
            }
            (Some("caption"), name) if TABLE_PARTS.contains(&name) => {
                self.pop_until(&["caption"]);
                self.forget_formatting();
                return self.opens_in_body(name);
            }
            (Some("td" | "th" | "caption") | None, _) => {}
            (Some(part), name) => return self.opens_in_table(part, name),
        }
        match name {
            "body" => {}
            name if HEAD.contains(&name) => self.insert_empty(name),
            name if TABLE_PARTS.contains(&name) || name == "frame" => {}
            name if BLOCKS.contains(&name) => {
                self.close_paragraph();
                if HEADINGS.contains(&name) && HEADINGS.contains(&self.current()) {
                    self.open.pop();
                }
                self.insert(name);
            }
            "form" if self.has_form => {}
            "form" => {
                self.close_paragraph();
                self.insert(name);
                self.has_form = true;
            }
            "li" | "dd" | "dt" => {
                let same: &[&str] = if name == "li" { &["li"] } else { &["dd", "dt"] };
                let names = self.open.iter().rev().map(|(_, name)| name.as_str());
                let border = |name: &str| is_special(name) && !["address", "div", "p"].contains(&name);
                let found = names
                    .into_iter()
                    .find(|name| same.contains(name) || border(name))
                    .map(str::to_owned);
                if let Some(found) = found.filter(|found| same.contains(&found.as_str())) {
                    self.close_implied(&found);
                    self.pop_until(&[&found]);
                }
                self.close_paragraph();
                self.insert(name);
            }
            "button" => {
                if self.in_usual_scope(&["button"]) {
                    self.close_implied("");
                    self.pop_until(&["button"]);
                }
                self.reopen();
                self.insert(name);
            }
            name if FORMATTING.contains(&name) => {
                if name == "a" && self.formatted("a").is_some() {
                    self.unformat("a")?;
                }
                self.reopen();
                self.insert(name);
                self.formatting.push(self.open.last().cloned());
            }
            "table" => {
                if self.is_modern {
                    self.close_paragraph();
                }
                self.insert(name);
            }
            "hr" => {
                self.close_paragraph();
                self.insert_empty(name);
            }
            "xmp" => {
                self.close_paragraph();
                self.reopen();
                self.insert_empty(name);
            }
            "param" | "source" | "track" | "textarea" | "iframe" | "noembed" | "noscript" => self.insert_empty(name),
            "image" => {
                self.reopen();
                self.insert_empty("img");
            }
            name if VOID.contains(&name) => {
                self.reopen();
                self.insert_empty(name);
            }
            "optgroup" | "option" => {
                if self.current() == "option" {
                    self.open.pop();
                }
                self.reopen();
                self.insert(name);
            }
            "rb" | "rtc" | "rp" | "rt" => {
                if self.in_usual_scope(&["ruby"]) {
                    self.close_implied(if name.len() == 2 && name != "rb" { "rtc" } else { "" });
                }
                self.insert(name);
            }
            _ => {
                self.reopen();
                self.insert(name);
            }
        }
        Ok(())
    }

    fn closes(&mut self, name: &str) -> Result<(), Ungraded> {
        if UNSURE.contains(&name) && self.is_open("table") {
            return Err(unsure(&format!("`</{name}>`")));
        }
        match self.part {
            Part::Head if name == "head" => self.part = Part::AfterHead,
            Part::Start | Part::BeforeHead if name == "head" => self.part = Part::AfterHead,
            part if part < Part::Body && !["body", "html", "br"].contains(&name) => {}
            Part::AfterBody if name == "html" => {}
            _ => {
                self.begin_body();
                return self.closes_in_body(name);
            }
        }
        Ok(())
    }

    fn closes_in_body(&mut self, name: &str) -> Result<(), Ungraded> {
        let part = self.table_part().map(str::to_owned);
        match (part.as_deref(), name) {
            (Some("td" | "th"), "td" | "th") => {
                if self.in_scope(&[name], TABLE_BORDERS) {
                    self.close_implied("");
                    self.pop_until(&[name]);
                    self.forget_formatting();
                }
                return Ok(());
            }
            (Some("td" | "th"), "table" | "tbody" | "tfoot" | "thead" | "tr") => {
                if self.in_scope(&[name], TABLE_BORDERS) {
                    self.close_cell();
                    return self.closes_in_body(name);
                }
                return Ok(());
            }
            (Some("caption"), "caption" | "table") => {
                self.pop_until(&["caption"]);
                self.forget_formatting();
                return if name == "table" {
                    self.closes_in_body(name)
                } else {
                    Ok(())
                };
            }
            (Some("td" | "th" | "caption"), "body" | "html") => return Ok(()),
            (Some("td" | "th" | "caption"), name) if TABLE_PARTS.contains(&name) => return Ok(()),
            (Some("td" | "th" | "caption") | None, _) => {}
            (Some(part), name) => return self.closes_in_table(part, name),
        }
        match name {
            "body" | "html" => self.part = Part::AfterBody,
            "p" => {
                if !self.in_scope(&["p"], BUTTON_BORDERS) {
                    self.insert("p");
                }
                self.pop_until(&["p"]);
            }
            "br" => {
                self.reopen();
                self.insert_empty("br");
            }
            "form" => {
                let had_form = std::mem::take(&mut self.has_form);
                if had_form && self.in_usual_scope(&["form"]) {
                    self.close_implied("");
                    let at = self.open.iter().rposition(|(_, other)| other == "form");
                    at.map(|at| self.open.remove(at));
                }
            }
            name if HEADINGS.contains(&name) => {
                if self.in_usual_scope(HEADINGS) {
                    self.pop_until(HEADINGS);
                }
            }
            "li" => {
                if self.in_scope(&["li"], LIST_BORDERS) {
                    self.pop_until(&["li"]);
                }
            }
            name if BLOCKS.contains(&name) || ["dd", "dt", "button"].contains(&name) => {
                if self.in_usual_scope(&[name]) {
                    self.pop_until(&[name]);
                }
            }
            name if FORMATTING.contains(&name) => self.unformat(name)?,
            name => self.close_other(name),
        }
        Ok(())
    }
}

/// Whether a text is white space once its references are read.
fn is_nothing(text: &str) -> bool {
    let mut text = text.to_owned();
    for reference in [
        "&nbsp;",
        "&nbsp",
        "&#160;",
        "&#xa0;",
        "&#xA0;",
        "&#32;",
        "&Tab;",
        "&NewLine;",
    ] {
        text = text.replace(reference, " ");
    }
    script::trimmed(&text).is_empty()
}
