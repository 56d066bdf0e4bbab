//! The names in a text: in back quotes, in other quotes, in bold, and what begins a heading, an item or a cell.

use super::around::Said;
use super::lists::{Line, Lists, heading};
use super::looks::{Looks, looks};

/// Names are shorter than this, in bytes.
const LONGEST: usize = 100;
/// How far a closing back quote is looked for, in bytes: a longer span holds no name.
const FARTHEST: usize = 2048;
/// Stands where somebody else begins to speak.
const RESTART: char = '\u{1}';

/// How a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In back quotes.
    Code,
    /// In bold, or in other quotes.
    Quoted,
    /// As any word.
    Bare,
}

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a sentence.
    Text,
    /// It begins an item, or a row of a table.
    Item(usize),
    /// It is a heading.
    Heading(usize),
    /// It begins a cell of a column with a title.
    Cell(Said),
}

/// A name in a text.
pub(super) struct Span<'a> {
    pub(super) name: &'a str,
    pub(super) looks: Looks,
    /// Byte offsets of its first quote, and behind its last.
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) written: Written,
    pub(super) place: Place,
}

/// What a text holds.
pub(super) struct Spans<'a> {
    pub(super) found: Vec<Span<'a>>,
    /// What is said of each list.
    pub(super) titles: Vec<Said>,
    /// Keys of the objects in blocks of code.
    pub(super) keys: Vec<&'a str>,
}

/// The names in a text whose tags are taken out.
pub(super) fn spans(body: &str) -> Spans<'_> {
    let (mut lists, mut fence) = (Lists::default(), None);
    let mut spans = Spans {
        found: Vec::new(),
        titles: Vec::new(),
        keys: Vec::new(),
    };
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let shown = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| shown.starts_with(mark));
        match (mark.filter(|mark| !shown[mark.len()..].contains('`')), fence) {
            (Some(mark), None) => fence = Some(mark),
            (Some(mark), Some(open)) if mark == open => fence = None,
            (_, Some(_)) => keys(shown, &mut spans.keys),
            (None, None) => {
                let mut reader = Reader {
                    line,
                    line_at: at,
                    found: &mut spans.found,
                };
                if shown.starts_with(RESTART) {
                    lists.restart();
                }
                match heading(line) {
                    Some((level, from, to)) => reader.heading(&mut lists, level, from, to),
                    None => reader.line(&mut lists),
                }
            }
        }
        at += line.len();
    }
    // cells without quotes were taken before what else their row holds
    spans.found.sort_by_key(|span| span.at);
    spans.titles = lists.titles;
    spans
}

/// The template with spaces where its tags are, so that all places stay. Who speaks next begins a new text.
pub(super) fn without_tags(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("{{") {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let inside = tag.trim_start_matches(['{', '~']);
        let end = if inside.starts_with("!--") {
            // one search for both ends: each alone would read on to the end of the text
            tag.match_indices("--").find_map(|(at, _)| {
                let behind = tag[at + 2..].strip_prefix('~').unwrap_or(&tag[at + 2..]);
                Some(tag.len() - behind.strip_prefix("}}")?.len())
            })
        } else {
            tag.find("}}").map(|at| at + 2)
        };
        let (tag, behind) = tag.split_at(end.unwrap_or(tag.len()));
        text.push(if inside.starts_with("role ") { RESTART } else { ' ' });
        text.extend(tag.bytes().skip(1).map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = behind;
    }
    text + rest
}

/// The keys in a line of a block of code, as in `"total": 1` and `total: 1`.
fn keys<'a>(line: &'a str, keys: &mut Vec<&'a str>) {
    let mut pieces = line.split(':');
    let Some(mut piece) = pieces.next() else { return };
    for next in pieces {
        let shown = piece.trim_end_matches(['"', '\'', ' ']);
        let from = shown
            .rfind(|letter: char| !letter.is_ascii_alphanumeric() && !"_-".contains(letter))
            .map_or(0, |at| at + shown[at..].chars().next().map_or(1, char::len_utf8));
        let is_quoted = shown[..from].ends_with(['"', '\'']);
        if from < shown.len() && (is_quoted || shown[..from].trim_end_matches([' ', '{', ',', '-']).is_empty()) {
            keys.push(&shown[from..]);
        }
        piece = next;
    }
}

struct Reader<'l, 'a> {
    line: &'a str,
    line_at: usize,
    found: &'l mut Vec<Span<'a>>,
}

impl<'a> Reader<'_, 'a> {
    fn add(&mut self, name: &'a str, at: usize, end: usize, written: Written, place: Place) {
        self.found.push(Span {
            name,
            looks: looks(name),
            at: self.line_at + at,
            end: self.line_at + end,
            written,
            place,
        });
    }

    /// A heading that is a name, be there a number before it and a few words behind it.
    fn heading(&mut self, lists: &mut Lists, level: usize, from: usize, to: usize) {
        let list = lists.heading(level, &self.line[from..to]);
        let text = &self.line[from..to];
        let number = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let behind = number.strip_prefix(')').unwrap_or(number);
        let text = if number.len() < text.len() && behind.starts_with(' ') {
            behind.trim_start()
        } else {
            text
        };
        let from = to - text.len();
        let found = self.name_at(from).or_else(|| self.bare(from, to));
        match found.filter(|(_, end, _)| is_ended(&self.line[*end..to])) {
            Some((name, end, written)) => self.add(name, from, end, written, Place::Heading(list)),
            None => self.text(from, None, &[]),
        }
    }

    fn line(&mut self, lists: &mut Lists) {
        match lists.line(self.line) {
            Line::Text => self.text(0, None, &[]),
            Line::Item { at, list } => {
                let to = self.line.trim_end().len();
                let bare = self.bare(at, to).filter(|(_, end, _)| is_ended(&self.line[*end..to]));
                if let Some((name, end, written)) = bare.filter(|_| self.name_at(at).is_none()) {
                    self.add(name, at, end, written, Place::Item(list));
                }
                self.text(at, Some((at, list)), &[]);
            }
            Line::Row { at, list, columns } => {
                self.cells(&columns);
                self.text(at, Some((at, list)), &columns);
            }
            Line::Titles => {}
        }
    }

    /// Names without quotes that fill a cell of a column for tools.
    fn cells(&mut self, columns: &[Said]) {
        let mut at = self.line.len() - self.line.trim_start().len();
        for (index, cell) in self.line[at + 1..].trim_end().split('|').enumerate() {
            if index == 0 {
                at += 1;
            }
            let from = at + cell.len() - cell.trim_start().len();
            let to = at + cell.trim_end().len();
            let is_tools = matches!(columns.get(index), Some(Said::Tools | Said::Tool));
            if let Some((name, end, written)) = self.bare(from, to).filter(|(_, end, _)| is_tools && *end == to) {
                self.add(name, from, end, written, Place::Cell(Said::Tools));
            }
            at += cell.len() + 1;
        }
    }

    /// Takes the names out of a line; `item` says where the text of an item begins, and in which list.
    fn text(&mut self, from: usize, item: Option<(usize, usize)>, columns: &[Said]) {
        // stress may stand around the first name
        let begins = |at: usize, from: usize| {
            let lead = self.line.get(from..at);
            lead.is_some_and(|lead| lead.chars().all(|letter| "*_[ ".contains(letter)))
        };
        let (mut at, mut column, mut cell_at) = (from, 0, from);
        let mut found = Vec::new();
        while let Some(next) = self.line[at..].find(is_opening).map(|next| at + next) {
            if self.line[next..].starts_with('|') {
                column += 1;
                at = next + 1;
                cell_at = at;
                continue;
            }
            let Some((name, end, written)) = self.name_at(next) else {
                at = self.skip(next);
                continue;
            };
            let place = match (columns.get(column).copied(), item) {
                (Some(said), _) if said != Said::Nothing && begins(next, cell_at) => Place::Cell(said),
                (_, Some((item_at, list))) if begins(next, item_at) => Place::Item(list),
                _ => Place::Text,
            };
            found.push((name, next, end, written, place));
            at = end;
        }
        for (name, at, end, written, place) in found {
            self.add(name, at, end, written, place);
        }
    }

    /// A quote that holds no name: where to read on.
    fn skip(&self, at: usize) -> usize {
        let rest = &self.line[at..];
        let quotes = rest.len() - rest.trim_start_matches('`').len();
        if quotes == 0 {
            return at + rest.chars().next().map_or(1, char::len_utf8);
        }
        let inside = within(&rest[quotes..]);
        let closed = inside.find(&rest[..quotes]);
        at + closed.map_or(quotes, |close| close + 2 * quotes)
    }

    /// The name that a quote opens here, where it ends, and how it is written.
    fn name_at(&self, at: usize) -> Option<(&'a str, usize, Written)> {
        let rest = self.line.get(at..)?;
        if rest.starts_with('`') {
            let quotes = rest.len() - rest.trim_start_matches('`').len();
            let inside = within(&rest[quotes..]);
            let close = inside.find(&rest[..quotes])?;
            let name = name(inside[..close].trim())?;
            return Some((name, at + close + 2 * quotes, Written::Code));
        }
        let (open, close) = PAIRS.iter().find(|(open, _)| rest.starts_with(open))?;
        // an apostrophe opens nothing
        if self.line[..at].ends_with(char::is_alphanumeric) && open.is_ascii() && *open != "**" {
            return None;
        }
        let inside = &rest[open.len()..];
        let name = leading(inside)?;
        let is_closed = inside[name.len()..]
            .strip_prefix([':', '：'])
            .unwrap_or(&inside[name.len()..]);
        let end = self.line.len() - is_closed.len() + close.len();
        is_closed.starts_with(close).then_some((name, end, Written::Quoted))
    }

    /// The word with an underscore or a hyphen that begins here.
    fn bare(&self, from: usize, to: usize) -> Option<(&'a str, usize, Written)> {
        let name = leading(self.line.get(from..to)?)?;
        Some((name, from + name.len(), Written::Bare))
    }
}

/// Quotes beside the back quote, and bold.
const PAIRS: &[(&str, &str)] = &[
    ("**", "**"),
    ("\"", "\""),
    ("'", "'"),
    ("“", "”"),
    ("„", "“"),
    ("‘", "’"),
    ("«", "»"),
    ("「", "」"),
    ("『", "』"),
];

fn is_opening(letter: char) -> bool {
    "`*\"'“„‘«「『|".contains(letter)
}

/// Whether a heading or the name of an item ends here: with nothing, or with what is said of it behind a mark.
fn is_ended(rest: &str) -> bool {
    let shown = rest.trim_start_matches(['*', ' ']);
    shown.is_empty() || shown.starts_with([':', '：', '–', '—', '(', '（']) || shown.starts_with("- ")
}

/// As much of a line as a span may be long.
fn within(text: &str) -> &str {
    let mut to = text.len().min(FARTHEST);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    &text[..to]
}

/// The name with which a text begins.
fn leading(text: &str) -> Option<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let name = text[..end].trim_end_matches(['.', '-']);
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        .then_some(name)
        .filter(|name| name.len() <= LONGEST)
}

/// The name in a code span, where it is one; a call may stand behind it, as in `search(query)`.
fn name(span: &str) -> Option<&str> {
    let name = leading(span)?;
    let behind = &span[name.len()..];
    (behind.is_empty() || behind.starts_with('(') && behind.ends_with(')')).then_some(name)
}
