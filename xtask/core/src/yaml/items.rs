//! A document with a long list in it, read item by item, so that not all of it is in memory.

use serde_json::Value;
use serde_saphyr::granit_parser::{self, Event, Parser, Span, StructureStyle};

use super::tree::check_size;
use super::{Positions, Segment, YamlError, characters, read_value};

/// The key under which a block is read on its own.
const BLOCK: &str = "item";

/// Where the items of a list stand in a text, and all but them.
#[derive(Debug)]
pub struct Items {
    head: Value,
    items: Vec<Item>,
}

/// Where an item stands: bytes of the text, and how far a block is indented, which its other lines depend on.
#[derive(Clone, Copy, Debug)]
struct Item {
    begin: u32,
    end: u32,
    indent: Option<u32>,
}

impl Items {
    /// Finds the items of the list under a key of the document. Nothing where the text is no such document, or where its
    /// parts cannot be read on their own: then the whole of it says more.
    pub fn of(text: &str, key: &str) -> Option<Items> {
        check_size(text).ok()?;
        characters::check(text).ok()?;
        // what stands before the document may hold for all of it
        if text.starts_with(['%', '\u{feff}']) {
            return None;
        }
        let options = granit_parser::options! { emit_comments: false };
        let mut search = Search::new(key);
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.ok()?;
            search.take(text, event, &span)?;
        }
        let (begin, end) = search.list?;
        let head = format!("{} []\n{}", text.get(..begin)?, text.get(end..)?);
        let mut head = read_value(&head).ok()?;
        *head.get_mut(key)? = Value::Array(Vec::new());
        search.items.shrink_to_fit();
        Some(Items {
            head,
            items: search.items,
        })
    }

    /// The document with an empty list.
    pub fn head(&self) -> &Value {
        &self.head
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// An item of the text that was searched.
    pub fn item(&self, text: &str, index: usize) -> Result<Value, YamlError> {
        let item = self.items[index];
        let mut value = read_value(&item.text(text))?;
        Ok(match item.indent {
            Some(_) => value[BLOCK].take(),
            None => value,
        })
    }

    /// Line and column of what is shown for a path in an item.
    pub fn place(&self, text: &str, index: usize, path: &[Segment]) -> (usize, usize) {
        let item = self.items[index];
        let before = &text[..item.begin as usize];
        let (above, begun) = (
            before.matches('\n').count(),
            before.rsplit('\n').next().unwrap_or_default(),
        );
        let positions = Positions::of(&item.text(text)).ok();
        let nearest = |path: &[Segment]| positions.as_ref().map_or((1, 1), |positions| positions.nearest(path));
        if item.indent.is_some() {
            let (line, column) = nearest(&[&[Segment::Key(BLOCK.to_owned())], path].concat());
            return (above + line - 1, column);
        }
        let (line, column) = nearest(path);
        (above + line, column + if line == 1 { begun.chars().count() } else { 0 })
    }
}

impl Item {
    /// It as a document; a block stays where it is, below a key that makes it one.
    fn text(self, text: &str) -> String {
        let own = &text[self.begin as usize..self.end as usize];
        let Some(indent) = self.indent else {
            return own.to_owned();
        };
        // behind its last line the next dash is indented
        let own = own.trim_end_matches(' ');
        format!("{BLOCK}:\n{}{own}", " ".repeat(indent as usize))
    }
}

/// The way through a document to one of its lists.
struct Search<'k> {
    key: &'k str,
    /// Maps and lists that are open.
    depth: usize,
    /// Whether the next node in the outermost map is a key.
    at_key: bool,
    /// Whether what is open there is the list.
    inside: bool,
    list: Option<(usize, usize)>,
    items: Vec<Item>,
}

impl Search<'_> {
    fn new(key: &str) -> Search<'_> {
        Search {
            key,
            depth: 0,
            at_key: true,
            inside: false,
            list: None,
            items: Vec::new(),
        }
    }

    /// Takes the next event; nothing where the document cannot be taken apart.
    fn take(&mut self, text: &str, event: Event<'_>, span: &Span) -> Option<()> {
        let bytes = span.byte_range()?;
        match event {
            Event::Scalar(scalar, _, 0, None) => {
                if self.depth == 1 && self.at_key && scalar == self.key {
                    if self.list.is_some() {
                        return None;
                    }
                    self.inside = true;
                } else if self.depth == 1 && !self.at_key && self.inside {
                    return None;
                }
                self.begin(text, bytes.start, StructureStyle::Flow)?;
                self.end(bytes.end)?;
            }
            Event::SequenceStart(_, 0, None) => {
                if self.depth == 0 {
                    return None;
                }
                if self.depth == 1 && self.inside {
                    // the list begins behind its key, whatever stands between them
                    self.list = Some((bytes.start, bytes.start));
                }
                self.begin(text, bytes.start, StructureStyle::Flow)?;
                self.depth += 1;
            }
            Event::MappingStart(style, 0, None) => {
                if self.depth == 1 && self.inside {
                    return None;
                }
                self.begin(text, bytes.start, style)?;
                self.depth += 1;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.depth -= 1;
                self.end(bytes.end)?;
            }
            // an anchor elsewhere in the text may be what a part stands for, and a tag what it is
            Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) | Event::Alias(..) => return None,
            Event::DocumentEnd if self.depth == 0 && self.list.is_none() => return None,
            _ => {}
        }
        Some(())
    }

    /// A node begins; of blocks only maps are read on their own.
    fn begin(&mut self, text: &str, at: usize, style: StructureStyle) -> Option<()> {
        if self.inside && self.depth == 2 {
            let before = text[..at].rsplit('\n').next().unwrap_or_default();
            let indent = u32::try_from(before.chars().count()).ok()?;
            self.items.push(Item {
                begin: u32::try_from(at).ok()?,
                end: 0,
                indent: (style == StructureStyle::Block).then_some(indent),
            });
        }
        Some(())
    }

    /// A node ends.
    fn end(&mut self, at: usize) -> Option<()> {
        if self.inside && self.depth == 2 {
            self.items.last_mut()?.end = u32::try_from(at).ok()?;
        }
        if self.depth == 1 {
            if self.inside && !self.at_key {
                self.list.as_mut()?.1 = at;
                self.inside = false;
            }
            self.at_key = !self.at_key;
        }
        Some(())
    }
}
