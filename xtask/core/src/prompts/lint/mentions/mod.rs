//! Tools that the text of a prompt names: a model calls what it reads there, also where no tool has that name.
//!
//! Text has names for many things, so what stands around one decides, and what it looks like. A name that is nearly a
//! tool's, that is called a tool, or that is to be called and looks like something done is told for certain; one that may as
//! well be a field only where the text lists tools, and as likely. What inputs, answers and parameters are called is none.

mod around;
mod lists;
mod looks;
mod spans;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{nearest, suggestion};
use crate::prompts::source::{MARK, split};
use around::Said;
use looks::{Looks, Manner, manner};
use spans::{Place, Span, Spans, Written};

/// Names shorter than this are near too many words.
const SHORT: usize = 5;
/// Edits after which a name is still meant.
const NEAR: usize = 2;
/// A plain word must be as long as this for so many.
const LONG: usize = 9;

/// What the text of a prompt may name.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The tools that the prompt offers.
    offered: BTreeSet<String>,
    /// All tools of the agent.
    tools: BTreeSet<String>,
    /// Tools that other manifests of the agent have.
    former: BTreeSet<String>,
    /// Names and values of inputs, answers and parameters, and of the other parts of the fleet.
    others: BTreeSet<String>,
}

/// A name in the text of a prompt that no tool has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// The name.
    pub name: String,
    /// The tool that may be meant.
    pub near: Option<String>,
    /// Whether the text leaves no doubt that a tool is meant.
    pub certainty: Certainty,
    /// Its line, from 1.
    pub line: usize,
    /// The column of its quote, in characters from 1.
    pub column: usize,
}

/// How sure it is that a tool is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// A field or a table may be meant.
    Likely,
    /// It is nearly a tool's name, is called a tool, or is to be called.
    Certain,
}

impl Words {
    /// Takes in what the prompt offers.
    pub fn offer(&mut self, tools: &[String]) {
        self.offered.extend(tools.iter().cloned());
    }

    /// Takes in a tool of the agent, with what its parameters are called.
    pub fn tool(&mut self, name: &str, parameters: &Value) {
        self.tools.insert(name.to_owned());
        self.schema(parameters);
    }

    /// Takes in a tool of another manifest of the agent: where it is gone, a text that names it was forgotten.
    pub fn former(&mut self, name: &str) {
        self.former.insert(name.to_owned());
    }

    /// Takes in the name of something that is no tool.
    pub fn other(&mut self, name: &str) {
        self.others.insert(name.to_owned());
    }

    /// Takes in the names of properties and the values that are listed, at any depth.
    pub fn schema(&mut self, schema: &Value) {
        match schema {
            Value::Object(map) => {
                let properties = map.get("properties").and_then(Value::as_object);
                self.others
                    .extend(properties.into_iter().flat_map(|named| named.keys().cloned()));
                let listed = map.get("enum").and_then(Value::as_array).into_iter().flatten();
                let values = listed.chain(map.get("const")).filter_map(Value::as_str);
                self.others.extend(values.map(str::to_owned));
                map.values().for_each(|inside| self.schema(inside));
            }
            Value::Array(items) => items.iter().for_each(|inside| self.schema(inside)),
            _ => {}
        }
    }

    /// Takes in all that other words hold.
    pub fn take(&mut self, other: Words) {
        self.offered.extend(other.offered);
        self.tools.extend(other.tools);
        self.former.extend(other.former);
        self.others.extend(other.others);
    }

    fn is_tool(&self, name: &str) -> bool {
        self.offered.contains(name) || self.tools.contains(name)
    }

    /// The tool that a name is meant for, by its letters alone.
    fn meant(&self, name: &str) -> Option<&str> {
        let is_plain = manner(name) == Manner::Plain;
        let most = if is_plain && name.len() < LONG { 1 } else { NEAR };
        let may = |tool: &&str| tool.len() >= SHORT && tool.len().abs_diff(name.len()) <= most;
        let find = |tools: &BTreeSet<String>| {
            let same = tools.iter().find(|tool| !is_plain && letters(tool).eq(letters(name)));
            let near = || nearest(name, tools.iter().map(String::as_str).filter(may), most).map(str::to_owned);
            same.cloned().or_else(near)
        };
        let found = find(&self.offered).or_else(|| find(&self.tools).filter(|_| !is_plain))?;
        self.offered.get(&found).or(self.tools.get(&found)).map(String::as_str)
    }

    /// Whether the agent writes a tool as this name is written.
    fn writes(&self, own: Manner) -> bool {
        own == Manner::Snake || self.offered.iter().chain(&self.tools).any(|tool| manner(tool) == own)
    }
}

/// The letters and digits of a name, all of them small.
fn letters(name: &str) -> impl Iterator<Item = u8> + '_ {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase())
}

/// The tools that the text of a prompt file names and nobody has, in their order.
pub fn misnamed(text: &str, words: &Words) -> Vec<Misnamed> {
    let source = split(text);
    let body = spans::without_tags(source.body);
    let spans = spans::spans(&body);
    let groups = groups(&body, &spans.found, words);
    let reading = Reading::of(words, &spans, &groups);
    let mut meant: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    let mut places = Places::new(text);
    let mut told = Vec::new();
    for (group, members) in &groups {
        for span in *members {
            if words.is_tool(span.name) || words.others.contains(span.name) {
                continue;
            }
            let near = *meant.entry(span.name).or_insert_with(|| words.meant(span.name));
            let Some(certainty) = reading.judge(span, group, near) else {
                continue;
            };
            let (line, column) = places.of(source.body_at + span.at);
            let near = near.or_else(|| suggestion(span.name, words.tools.iter().map(String::as_str)));
            told.push(Misnamed {
                name: span.name.to_owned(),
                near: near.map(str::to_owned),
                certainty,
                line,
                column,
            });
        }
    }
    told
}

/// Names that `and`, `or` or a comma make one of the same.
struct Group {
    said: Said,
    /// Where the first of them stands.
    place: Place,
    /// Whether one is a tool.
    has_tool: bool,
    /// Whether one is a field or a value, or they are used as one.
    has_field: bool,
}

fn groups<'s, 'a>(body: &str, found: &'s [Span<'a>], words: &Words) -> Vec<(Group, &'s [Span<'a>])> {
    let mut groups = Vec::new();
    let mut rest = found;
    while let [first, ..] = rest {
        let is_joined = |pair: &&[Span<'_>]| {
            let is_cell = matches!(pair[1].place, Place::Cell(_));
            pair[0].end <= pair[1].at && !is_cell && around::joins(&body[pair[0].end..pair[1].at])
        };
        let count = 1 + rest.windows(2).take_while(is_joined).count();
        let (members, behind) = rest.split_at(count);
        let lead = &body[..first.at];
        let end = members.last().map_or(first.end, |last| last.end);
        let is_word = || members.iter().all(|span| span.looks == Looks::Word);
        // a heading follows from nothing
        let said = match first.place {
            Place::Heading(_) => Said::Nothing,
            _ => around::before(lead).min(around::behind(&body[end..], lead, &is_word)),
        };
        let is_field =
            |span: &Span<'_>| words.others.contains(span.name) || matches!(span.looks, Looks::Field | Looks::Never);
        let group = Group {
            said,
            place: first.place,
            has_tool: members.iter().any(|span| words.is_tool(span.name)),
            has_field: members.iter().any(is_field) || around::is_value(&body[end..]),
        };
        groups.push((group, members));
        rest = behind;
    }
    groups
}

/// What the whole text says, beside what stands around a name.
struct Reading<'a> {
    words: &'a Words,
    titles: &'a [Said],
    /// Of each list: the items that begin with a tool, and with another name.
    counts: BTreeMap<usize, (usize, usize)>,
    /// What the text calls a field somewhere, or writes as a key.
    fields: BTreeSet<&'a str>,
}

impl<'a> Reading<'a> {
    fn of(words: &'a Words, spans: &'a Spans<'_>, groups: &[(Group, &'a [Span<'_>])]) -> Reading<'a> {
        let mut reading = Reading {
            words,
            titles: &spans.titles,
            counts: BTreeMap::new(),
            fields: spans.keys.iter().copied().collect(),
        };
        for (group, members) in groups {
            if group.said == Said::Field || group.place == Place::Cell(Said::Field) {
                reading.fields.extend(members.iter().map(|span| span.name));
            }
            for span in *members {
                if let Place::Item(list) | Place::Heading(list) = span.place {
                    let count = reading.counts.entry(list).or_default();
                    if words.offered.contains(span.name) {
                        count.0 += 1;
                    } else {
                        count.1 += 1;
                    }
                }
            }
        }
        reading
    }

    /// How sure it is that a name which nobody has is to be a tool.
    fn judge(&self, span: &Span<'_>, group: &Group, near: Option<&str>) -> Option<Certainty> {
        let looks = match span.looks {
            Looks::Never => return None,
            looks if self.fields.contains(span.name) && looks != Looks::Word => Looks::Field,
            looks => looks,
        };
        if group.said == Said::Field || group.place == Place::Cell(Said::Field) {
            return None;
        }
        let is_code = span.written == Written::Code;
        let is_fit = is_code || looks != Looks::Word && span.written == Written::Quoted;
        if near.is_some() && is_fit && !self.fields.contains(span.name) {
            return Some(Certainty::Certain);
        }
        let said = self.said(span, group, looks);
        let is_first = span.place == group.place;
        let listed = match group.place {
            Place::Item(_) if !is_first && group.has_field => None,
            Place::Item(list) => self.listed(span, list, looks),
            Place::Heading(list) => self.headed(span, list, looks),
            Place::Cell(Said::Tool | Said::Tools) => Some(Certainty::Certain),
            Place::Cell(_) | Place::Text => None,
        };
        let told = said.max(listed);
        let is_former = self.words.former.contains(span.name);
        let is_meant = looks != Looks::Word || told.is_some();
        if is_former && is_fit && is_meant {
            return Some(Certainty::Certain);
        }
        told
    }

    /// What the words around a name make of it.
    fn said(&self, span: &Span<'_>, group: &Group, looks: Looks) -> Option<Certainty> {
        use Certainty::{Certain, Likely};
        let offers = !self.words.offered.is_empty();
        let is_code = span.written == Written::Code;
        let is_own = self.words.writes(manner(span.name));
        let is_name = matches!(looks, Looks::Thing | Looks::Action);
        if span.written == Written::Bare {
            return None;
        }
        match group.said {
            Said::Tool | Said::Tools if is_name => Some(Certain),
            Said::Tool if looks == Looks::Word => is_code.then_some(Certain),
            Said::Tool => Some(Likely),
            Said::Tools if looks == Looks::Word => (is_code && group.has_tool).then_some(Certain),
            Said::Function if is_name => Some(if offers && is_own { Certain } else { Likely }),
            Said::Call if is_name && is_own => Some(Certain),
            Said::Call if looks == Looks::Action => Some(Likely),
            Said::Use | Said::By if is_own && looks == Looks::Action => Some(if offers { Certain } else { Likely }),
            Said::Use | Said::By if is_own && looks == Looks::Thing && group.has_tool => Some(Certain),
            Said::Use if is_own && looks == Looks::Thing => (offers && is_code && !group.has_field).then_some(Likely),
            Said::Nothing if is_own && looks == Looks::Action => (group.has_tool && is_code).then_some(Likely),
            _ => None,
        }
    }

    /// What the list makes of a name that begins one of its items.
    fn listed(&self, span: &Span<'_>, list: usize, looks: Looks) -> Option<Certainty> {
        use Certainty::{Certain, Likely};
        let (tools, others) = self.counts.get(&list).copied().unwrap_or_default();
        let title = self.titles.get(list).copied().unwrap_or(Said::Nothing);
        let begins = matches!(span.place, Place::Item(_));
        let is_titled = matches!(title, Said::Tool | Said::Tools | Said::Call);
        if title == Said::Field && tools == 0 || tools == 0 && !is_titled && title != Said::Use {
            return None;
        }
        let is_own = self.words.writes(manner(span.name));
        match (looks, span.written) {
            (Looks::Action, _) if is_own => Some(Certain),
            (Looks::Action, Written::Code) => Some(Likely),
            (Looks::Thing, Written::Bare) => (is_own && tools >= others).then_some(Likely),
            (Looks::Thing, _) if title == Said::Use && tools == 0 => Some(Likely),
            (Looks::Thing, _) => Some(if is_own { Certain } else { Likely }),
            (Looks::Word, Written::Code) if begins && tools > 0 => {
                Some(if tools * 2 >= others { Certain } else { Likely })
            }
            _ => None,
        }
    }

    /// What the headings beside it make of a heading.
    fn headed(&self, span: &Span<'_>, list: usize, looks: Looks) -> Option<Certainty> {
        use Certainty::{Certain, Likely};
        let (tools, others) = self.counts.get(&list).copied().unwrap_or_default();
        let is_titled = matches!(self.titles.get(list), Some(Said::Tool | Said::Tools));
        let is_own = self.words.writes(manner(span.name));
        if tools == 0 && !is_titled || !is_own {
            return None;
        }
        match (looks, span.written) {
            (Looks::Action, _) | (Looks::Thing, Written::Code | Written::Quoted) => Some(Certain),
            (Looks::Thing, _) => (is_titled || tools >= others).then_some(Likely),
            _ => None,
        }
    }
}

/// Lines and columns of offsets that only grow, so that a text is read once.
struct Places<'a> {
    text: &'a str,
    read: usize,
    line: usize,
    column: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Places<'a> {
        Places {
            text,
            read: 0,
            line: 1,
            column: 1,
        }
    }

    fn of(&mut self, at: usize) -> (usize, usize) {
        let passed = &self.text[self.read..at];
        self.line += passed.matches('\n').count();
        let behind = passed.rsplit_once('\n').map(|(_, behind)| behind);
        if behind.is_some() {
            self.column = 1;
        }
        let counted = behind.unwrap_or(passed).chars().filter(|letter| *letter != MARK);
        self.column += counted.count();
        self.read = at;
        (self.line, self.column)
    }
}
