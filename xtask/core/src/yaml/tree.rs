//! A YAML text as nodes that know their places: the full grammar, within limits that no honest file reaches.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::de::IgnoredAny;
use serde_saphyr::granit_parser::{self, Event, Marker, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::{YamlError, characters};

/// Maps and lists inside each other; Kubernetes objects stay below 30.
pub(super) const DEPTH_LIMIT: usize = 64;
/// Bytes of one text; etcd takes 1.5 MB an object, and a unit renders hundreds of them at most.
const SIZE_LIMIT: usize = 64 << 20;
/// Nodes that all aliases of one text stand for, so that ten aliases of ten aliases of ten stay harmless.
const ALIAS_LIMIT: usize = 100_000;

/// A node; line and column count from 1.
pub(super) struct Node {
    pub(super) place: (usize, usize),
    pub(super) tag: Option<Tag>,
    pub(super) kind: Kind,
    /// Nodes in and below this one, aliases counted as what they stand for.
    weight: usize,
    /// Maps and lists from here down to the deepest leaf.
    height: usize,
}

impl Node {
    /// Whether it is a key that merges another map in.
    pub(super) fn is_merge(&self) -> bool {
        self.tag.is_none() && matches!(&self.kind, Kind::Plain(text) if text == "<<")
    }
}

/// What a node is.
pub(super) enum Kind {
    /// Unquoted: its text decides its type.
    Plain(String),
    /// Quoted or a block scalar: always text.
    Text(String),
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<(Rc<Node>, Rc<Node>)>),
}

/// The root node of every document; an empty document is an empty plain scalar.
pub(super) fn documents(text: &str) -> Result<Vec<Rc<Node>>, YamlError> {
    check_size(text)?;
    characters::check(text)?;
    let options = granit_parser::options! { emit_comments: false };
    let mut builder = Builder {
        text,
        documents: Vec::new(),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        expanded: 0,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| second_value(text).unwrap_or_else(|| YamlError::syntax(&error)))?;
        builder.take(event, &span)?;
    }
    Ok(builder.documents)
}

/// That a text holds two values of JSON, one after the other, where the second one begins.
pub(crate) fn second_value(text: &str) -> Option<YamlError> {
    let is_open = |text: &str| text.starts_with(['{', '[']);
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next().filter(|_| is_open(text.trim_start()))?.ok()?;
    let rest = text.get(values.byte_offset()..)?;
    let begin = text.len() - rest.trim_start().len();
    if !is_open(&text[begin..]) {
        return None;
    }
    let line_start = text[..begin].rfind('\n').map_or(0, |end| end + 1);
    let line = text[..begin].matches('\n').count() + 1;
    let place = (line, text[line_start..begin].chars().count() + 1);
    let error = YamlError::new(place, "a second document begins here, and a file of JSON holds one");
    Some(error.help("give each document a file of its own, or make them the `items` of one `List`"))
}

/// Refuses a text above the size limit.
pub(super) fn check_size(text: &str) -> Result<(), YamlError> {
    if text.len() <= SIZE_LIMIT {
        return Ok(());
    }
    let message = format!(
        "the text has {} bytes, more than the {SIZE_LIMIT} that are read",
        text.len()
    );
    Err(YamlError::new((1, 1), message).help("split it into several files"))
}

struct Builder<'a> {
    text: &'a str,
    documents: Vec<Rc<Node>>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Rc<Node>>,
    /// Nodes that aliases stood for so far.
    expanded: usize,
}

/// A map or list whose end has not come yet.
struct Open {
    place: (usize, usize),
    tag: Option<Tag>,
    anchor: usize,
    is_mapping: bool,
    children: Vec<Rc<Node>>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), YamlError> {
        let place = place(&span.start);
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let kind = match style {
                    ScalarStyle::Plain => Kind::Plain(text.into_owned()),
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Kind::Text(text.into_owned()),
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        Kind::Text(self.block_scalar(text.into_owned(), span))
                    }
                };
                let tag = tag.map(|tag| tag.into_owned());
                let node = Rc::new(Node {
                    place,
                    tag,
                    kind,
                    weight: 1,
                    height: 0,
                });
                self.finish(node, anchor)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                let place = if style == StructureStyle::Block {
                    self.first_dash(span)
                } else {
                    place
                };
                let tag = tag.map(|tag| tag.into_owned());
                self.open(Open {
                    place,
                    tag,
                    anchor,
                    is_mapping: false,
                    children: Vec::new(),
                })?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = tag.map(|tag| tag.into_owned());
                self.open(Open {
                    place,
                    tag,
                    anchor,
                    is_mapping: true,
                    children: Vec::new(),
                })?;
            }
            Event::SequenceEnd => self.close(Kind::Sequence)?,
            Event::MappingEnd => self.close(|children| {
                let mut entries = Vec::with_capacity(children.len() / 2);
                let mut children = children.into_iter();
                while let (Some(key), Some(value)) = (children.next(), children.next()) {
                    entries.push((key, value));
                }
                Kind::Mapping(entries)
            })?,
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).map(Rc::clone) else {
                    return Err(YamlError::new(place, "the alias stands inside what it stands for"));
                };
                self.expanded = self.expanded.saturating_add(node.weight);
                if self.expanded > ALIAS_LIMIT {
                    let message = format!("the aliases stand for more than {ALIAS_LIMIT} values");
                    return Err(YamlError::new(place, message).help("write the values out instead of nesting aliases"));
                }
                self.add(node, place)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A block scalar whose last line the text ends in, without a newline, has none either: so read libyaml and Go.
    fn block_scalar(&self, mut text: String, span: &Span) -> String {
        let is_last = span.byte_range().is_some_and(|range| range.end == self.text.len());
        let Some(body) = text.strip_suffix('\n').filter(|_| is_last) else {
            return text;
        };
        let last = self.text.rsplit('\n').next().unwrap_or("");
        let written = last.trim_start_matches(' ');
        // A folded line is part of a longer one; a line of spaces only is recognised by what it adds.
        let folded = !written.is_empty() && body.ends_with(written);
        let tail = body.rsplit('\n').next().unwrap_or("");
        if folded || (!tail.is_empty() && last.ends_with(tail)) {
            text.pop();
        }
        text
    }

    /// The parser puts a list at its key's column behind its first dash, any other list before it.
    fn first_dash(&self, span: &Span) -> (usize, usize) {
        let (line, column) = place(&span.start);
        let before = span
            .byte_range()
            .and_then(|range| self.text.get(..range.start))
            .unwrap_or("");
        let line_before = before.rsplit('\n').next().unwrap_or("");
        let dash = line_before.len() - line_before.trim_start_matches(' ').len() + 1;
        // In a list that starts on the line of another, the dash before is the other's.
        let is_own = self
            .open
            .last()
            .is_some_and(|parent| parent.is_mapping && parent.place.1 == dash);
        if is_own && line_before.trim_start_matches(' ').starts_with('-') {
            (line, dash)
        } else {
            (line, column)
        }
    }

    fn open(&mut self, collection: Open) -> Result<(), YamlError> {
        if self.open.len() == DEPTH_LIMIT {
            return Err(too_deep(collection.place));
        }
        self.open.push(collection);
        Ok(())
    }

    fn close(&mut self, kind: impl FnOnce(Vec<Rc<Node>>) -> Kind) -> Result<(), YamlError> {
        let Some(Open {
            place,
            tag,
            anchor,
            children,
            ..
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let weight = children
            .iter()
            .fold(1usize, |sum, child| sum.saturating_add(child.weight));
        let height = children.iter().map(|child| child.height).max().unwrap_or(0) + 1;
        self.finish(
            Rc::new(Node {
                place,
                tag,
                kind: kind(children),
                weight,
                height,
            }),
            anchor,
        )
    }

    fn finish(&mut self, node: Rc<Node>, anchor: usize) -> Result<(), YamlError> {
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        let place = node.place;
        self.add(node, place)
    }

    fn add(&mut self, node: Rc<Node>, place: (usize, usize)) -> Result<(), YamlError> {
        // An alias can put a deep value into a deep place.
        if self.open.len() + node.height > DEPTH_LIMIT {
            return Err(too_deep(place));
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.documents.push(node),
        }
        Ok(())
    }
}

pub(super) fn too_deep(place: (usize, usize)) -> YamlError {
    YamlError::new(place, format!("maps and lists nest deeper than {DEPTH_LIMIT} levels"))
        .help("flatten the value, or keep it as text in a block scalar")
}

fn place(marker: &Marker) -> (usize, usize) {
    (marker.line().max(1), marker.col() + 1)
}
