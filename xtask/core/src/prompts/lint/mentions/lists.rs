//! The lists, tables and headings of a text, line by line.

use super::around::{self, Said};

/// The lists that are open at a line, the outermost first.
#[derive(Default)]
pub(super) struct Lists {
    open: Vec<Open>,
    /// What is said of each list, by its number: headings of one level under one heading are a list too.
    pub(super) titles: Vec<Said>,
    /// Whether the line before was empty, so that the next one does not go on with a paragraph.
    is_apart: bool,
    /// What the line before says of a list that it introduces.
    lead: Option<Said>,
    /// Of the open headings, the outermost first: the level, what it says, and the list of the headings right below it.
    headings: Vec<(usize, Said, Option<usize>)>,
    /// What the columns of the open table are.
    columns: Vec<Said>,
    /// The list of the headings that stand below none.
    top: Option<usize>,
}

struct Open {
    list: usize,
    marker: char,
    /// The column at which the text of its last item begins.
    column: usize,
}

/// What a line is.
pub(super) enum Line {
    /// Text, or an empty line.
    Text,
    /// An item: where its text begins, and its list.
    Item { at: usize, list: usize },
    /// A row of a table, with what its columns are.
    Row { at: usize, list: usize, columns: Vec<Said> },
    /// The first row of a table: its columns' titles.
    Titles,
}

impl Lists {
    /// What a line is that is no heading.
    pub(super) fn line(&mut self, line: &str) -> Line {
        let rest = line.trim_start();
        if rest.is_empty() {
            self.is_apart = true;
            return Line::Text;
        }
        let before = &line[..line.len() - rest.len()];
        let indent: usize = before.chars().map(|space| if space == '\t' { 4 } else { 1 }).sum();
        let is_apart = std::mem::take(&mut self.is_apart);
        let lead = self.lead.take();
        let depth = self.open.iter().position(|open| indent < open.column);
        let depth = depth.unwrap_or(self.open.len());
        let Some((marker, length)) = marker(rest) else {
            if is_apart {
                self.open.truncate(depth);
            }
            let shown = rest.trim_end();
            self.lead = shown.ends_with([':', '：']).then(|| around::title(shown));
            return Line::Text;
        };
        // an empty line ends a table, and no list
        let ends = is_apart && marker == '|' || lead.is_some();
        let same = self.open.get(depth).filter(|open| open.marker == marker && !ends);
        let list = same.map(|open| open.list);
        let is_first = list.is_none();
        let list = list.unwrap_or_else(|| {
            let heading = self.headings.last().map(|(_, said, _)| *said);
            let inner = depth > 0 && lead.is_none();
            self.titles
                .push(lead.or(heading.filter(|_| !inner)).unwrap_or(Said::Nothing));
            self.titles.len() - 1
        });
        self.open.truncate(depth);
        self.open.push(Open {
            list,
            marker,
            column: indent + length,
        });
        // a box, a link or stress may stand around what an item begins with
        let text = rest[length..].trim_start_matches(['[', ']', ' ']);
        let at = line.len() - text.len();
        if marker != '|' {
            let shown = rest.trim_end();
            self.lead = shown.ends_with([':', '：']).then(|| around::title(&shown[length..]));
            return Line::Item { at, list };
        }
        if is_first {
            let titles = rest.trim_end().trim_matches('|').split('|').take(64);
            self.columns = titles.map(around::title).collect();
            return Line::Titles;
        }
        Line::Row {
            at,
            list,
            columns: self.columns.clone(),
        }
    }

    /// Takes in a heading: the list that it is of.
    pub(super) fn heading(&mut self, level: usize, text: &str) -> usize {
        self.open.clear();
        self.lead = None;
        self.is_apart = false;
        self.headings.retain(|(open, ..)| *open < level);
        let titles = &mut self.titles;
        let (said, below) = match self.headings.last_mut() {
            Some((_, said, below)) => (*said, below),
            None => (Said::Nothing, &mut self.top),
        };
        let list = *below.get_or_insert_with(|| {
            titles.push(said);
            titles.len() - 1
        });
        let title = match around::title(text) {
            Said::Call | Said::Use => Said::Nothing,
            title => title,
        };
        self.headings.push((level, title, None));
        list
    }

    /// Somebody else speaks: nothing before it belongs to what follows.
    pub(super) fn restart(&mut self) {
        let titles = std::mem::take(&mut self.titles);
        *self = Lists {
            titles,
            ..Lists::default()
        };
    }
}

/// The level of a heading, and where its text begins and ends without the marks around it.
pub(super) fn heading(line: &str) -> Option<(usize, usize, usize)> {
    let shown = line.trim_end().trim_end_matches('#').trim_end();
    let text = shown.trim_start_matches('#');
    let level = shown.len() - text.len();
    let text = text
        .strip_prefix(' ')
        .filter(|_| (1..=6).contains(&level))?
        .trim_start();
    Some((level, shown.len() - text.len(), shown.len()))
}

/// What makes a line an item of a list, and how many bytes it takes with the white space behind it.
fn marker(rest: &str) -> Option<(char, usize)> {
    let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let marker = rest[digits..].chars().next()?;
    let is_marker = match digits {
        0 => "-*+".contains(marker),
        _ => ".)".contains(marker),
    };
    let behind = &rest[digits..].get(marker.len_utf8()..)?;
    let space = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    // a row of a table is an item like those above it
    let is_row = digits == 0 && marker == '|';
    (is_row || is_marker && space > 0).then_some((marker, digits + 1 + space))
}
