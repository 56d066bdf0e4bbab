//! Tools that the text of a prompt names: a model calls what it reads there, also where no tool has that name.
//!
//! Text has words in back quotes for many things, so one must look like the name of a tool to be taken for it: it begins an
//! item of a list, or a row of a table, in which another one begins with a tool, it stands beside the word `tool`, it has an
//! underscore and stands behind a word like `call`, or it is nearly a tool's name. A heading that is nothing but a name with an
//! underscore is one where another heading of its level is a tool. What inputs, answers and the parameters of tools are
//! called is none.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{nearest, suggestion};
use crate::prompts::source::{place, split};

/// Names shorter than this are near too many words.
const SHORT: usize = 5;
/// Edits after which a name is still meant.
const NEAR: usize = 2;
/// Words before `tool` in front of which a name stands, as in "the `search` tool".
const BEFORE: &[&str] = &["a", "an", "call", "our", "that", "the", "this", "use", "using", "your"];
/// Words behind which a name with an underscore is one to call, as in "call `order_status`".
const CALLS: &[&str] = &["call", "calling", "calls", "invoke", "invoking", "use", "using"];
/// Words behind which it may also be a column, a table or a job: it is a tool where the prompt offers some, and no `FIELDS`.
const MEANS: &[&str] = &["execute", "executing", "run", "running", "through", "trigger", "via"];
/// The same in Chinese.
const MEANS_IN_CHINESE: &[&str] = &["使用", "通过", "运行", "执行"];
/// Words that make a means of what stands behind their `with`, as in "propose with `book_slot`".
const WITH: &[&str] = &[
    "cancel", "check", "confirm", "fetch", "propose", "search", "up", "verify",
];
/// How names of columns, tables and fields end.
const FIELDS: &[&str] = &[
    "_at", "_by", "_code", "_column", "_count", "_date", "_field", "_file", "_flag", "_format", "_id", "_ids", "_key",
    "_list", "_mode", "_name", "_number", "_path", "_schema", "_table", "_text", "_time", "_type", "_url", "_value",
    "_view",
];
/// Words behind `tool` that speak of something else, as in "the `failed` tool calls".
const BEHIND: &[&str] = &["call", "calls", "choice", "result", "results"];

/// What the text of a prompt may name.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The tools that the prompt offers.
    offered: BTreeSet<String>,
    /// All tools of the agent.
    tools: BTreeSet<String>,
    /// Names and values of inputs, answers and parameters.
    others: BTreeSet<String>,
}

/// A name in the text of a prompt that no tool has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// The name.
    pub name: String,
    /// The tool that may be meant.
    pub near: Option<String>,
    /// Its line, from 1.
    pub line: usize,
    /// The column of its back quote, in characters from 1.
    pub column: usize,
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

    fn has(&self, name: &str) -> bool {
        [&self.offered, &self.tools, &self.others]
            .iter()
            .any(|words| words.contains(name))
    }
}

/// The tools that the text of a prompt file names and nobody has, in their order.
pub fn misnamed(text: &str, words: &Words) -> Vec<Misnamed> {
    let source = split(text);
    let body = without_tags(source.body);
    let spans = spans(&body);
    let offers = spans.iter().filter(|span| words.offered.contains(span.name));
    let lists: BTreeSet<usize> = offers.filter_map(|span| span.list).collect();
    let told = spans.iter().filter(|span| !words.has(span.name)).filter_map(|span| {
        let long = words.offered.iter().map(String::as_str);
        let meant = nearest(span.name, long.filter(|name| name.len() >= SHORT), NEAR);
        let is_listed = span.list.is_some_and(|list| lists.contains(&list));
        let (before, after) = (&body[..span.at], &body[span.end..]);
        let is_means = || !words.offered.is_empty() && is_means(span.name, before);
        let is_told = meant.is_some() || is_listed || is_called_tool(span.name, before, after) || is_means();
        let near = meant.or_else(|| suggestion(span.name, words.tools.iter().map(String::as_str)));
        let (line, column) = place(text, source.body_at + span.at);
        is_told.then(|| Misnamed {
            name: span.name.to_owned(),
            near: near.map(str::to_owned),
            line,
            column,
        })
    });
    told.collect()
}

/// The template with spaces where its tags are, so that all places stay. Who speaks next begins a new text, as a heading does.
fn without_tags(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("{{") {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let inside = tag.trim_start_matches(['{', '~']);
        let ends: &[&str] = if inside.starts_with("!--") {
            &["--}}", "--~}}"]
        } else {
            &["}}"]
        };
        let end = ends.iter().filter_map(|end| Some(tag.find(end)? + end.len())).min();
        let length = end.unwrap_or(tag.len());
        let (tag, behind) = tag.split_at(length);
        let mark = if inside.starts_with("role ") { '#' } else { ' ' };
        text.push(mark);
        text.extend(tag.bytes().skip(1).map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = behind;
    }
    text + rest
}

/// A name in back quotes.
struct Span<'a> {
    name: &'a str,
    /// Byte offsets of its first back quote, and behind its last.
    at: usize,
    end: usize,
    /// The list of which it begins an item.
    list: Option<usize>,
}

fn spans(body: &str) -> Vec<Span<'_>> {
    let (mut found, mut lists, mut fence) = (Vec::new(), Lists::default(), None);
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let shown = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| shown.starts_with(mark));
        match (mark.filter(|mark| !shown[mark.len()..].contains('`')), fence) {
            (Some(mark), None) => fence = Some(mark),
            (Some(mark), Some(open)) if mark == open => fence = None,
            (_, Some(_)) => {}
            (None, None) => {
                let item = lists.item(line);
                match heading(line, at) {
                    Some(heading) => found.push(heading),
                    None => in_line(line, at, item, &mut found),
                }
            }
        }
        at += line.len();
    }
    found
}

/// A heading that is nothing but a name with an underscore, with back quotes or without; headings of one level are a list.
fn heading(line: &str, line_at: usize) -> Option<Span<'_>> {
    let shown = line.trim_end().trim_end_matches('#').trim_end();
    let text = shown.trim_start_matches('#');
    let level = shown.len() - text.len();
    let text = text
        .strip_prefix(' ')
        .map(str::trim_start)
        .filter(|_| (1..=6).contains(&level))?;
    let inside = text
        .strip_prefix('`')
        .and_then(|inside| inside.strip_suffix('`'))
        .unwrap_or(text);
    let name = name(inside).filter(|name| name.contains('_'))?;
    Some(Span {
        name,
        at: line_at + shown.len() - text.len(),
        end: line_at + shown.len(),
        // other lists have small numbers
        list: Some(usize::MAX - level),
    })
}

/// Takes the names in back quotes out of a line; `item` says where the text of an item begins, and in which list.
fn in_line<'a>(line: &'a str, line_at: usize, item: Option<(usize, usize)>, found: &mut Vec<Span<'a>>) {
    let mut from = 0;
    while let Some(open) = line[from..].find('`').map(|at| from + at) {
        let inside = &line[open..];
        let quotes = &inside[..inside.len() - inside.trim_start_matches('`').len()];
        let begin = open + quotes.len();
        let Some(close) = line[begin..].find(quotes).map(|at| begin + at) else {
            from = begin;
            continue;
        };
        let end = close + quotes.len();
        if let Some(name) = name(line[begin..close].trim()) {
            let begins =
                |(text_at, _): &(usize, usize)| line[*text_at..].find('`').is_some_and(|at| text_at + at == open);
            found.push(Span {
                name,
                at: line_at + open,
                end: line_at + end,
                list: item.filter(begins).map(|(_, list)| list),
            });
        }
        from = end;
    }
}

/// The name in a code span, where it is one; a call may stand behind it, as in `search(query)`.
fn name(span: &str) -> Option<&str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let end = span.find(|letter| !is_part(letter)).unwrap_or(span.len());
    let (name, behind) = span.split_at(end);
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_');
    (is_name && (behind.is_empty() || behind.starts_with('(') && behind.ends_with(')'))).then_some(name)
}

/// Whether the words around a span say that it is a tool.
fn is_called_tool(name: &str, before: &str, after: &str) -> bool {
    // a name in a paragraph of its own belongs to nothing before it
    let is_near = |gap: &str| gap.matches('\n').count() <= 1;
    let shown = before.trim_end_matches(['*', '_']).trim_end();
    let is_beside = is_near(&before[shown.len()..]);
    let last = shown
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_word = |word: &str, known: &[&str]| known.contains(&word.to_lowercase().as_str());
    if is_beside && (is_word(last, &["tool", "tools"]) || shown.ends_with("工具")) {
        return true;
    }
    let is_call = is_word(last, CALLS) || shown.ends_with("调用");
    if is_beside && is_call && name.contains('_') {
        return true;
    }
    let behind = after.trim_start_matches(['*', '_']).trim_start();
    if !is_near(&after[..after.len() - behind.len()]) {
        return false;
    }
    if let Some(rest) = behind.strip_prefix("工具") {
        return !["调用", "选择", "结果"].iter().any(|other| rest.starts_with(other));
    }
    let mut words = behind.split(|letter: char| !letter.is_alphanumeric());
    let (word, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    is_word(word, &["tool"]) && !is_word(next, BEHIND) && is_beside && is_word(last, BEFORE)
}

/// Whether the words before a name say that something is done by it.
fn is_means(name: &str, before: &str) -> bool {
    let shown = before.trim_end_matches(['*', '_']).trim_end();
    let is_near = before[shown.len()..].matches('\n').count() <= 1;
    let is_field = FIELDS.iter().any(|end| name.to_lowercase().ends_with(end));
    if !is_near || is_field || !name.contains('_') {
        return false;
    }
    let mut words = shown
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .map(str::to_lowercase);
    let (last, first) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    MEANS.contains(&last.as_str())
        || MEANS_IN_CHINESE.iter().any(|word| shown.ends_with(word))
        || last == "with" && WITH.contains(&first.as_str())
}

/// The lists that are open at a line, the outermost first.
#[derive(Default)]
struct Lists {
    open: Vec<Open>,
    count: usize,
    /// Whether the line before was empty, so that the next one does not go on with a paragraph.
    is_apart: bool,
}

struct Open {
    list: usize,
    marker: char,
    /// The column at which the text of its last item begins.
    column: usize,
}

impl Lists {
    /// Where the text of an item begins in its line, and which list it is of, where the line begins an item.
    fn item(&mut self, line: &str) -> Option<(usize, usize)> {
        let rest = line.trim_start();
        if rest.is_empty() {
            self.is_apart = true;
            return None;
        }
        let before = &line[..line.len() - rest.len()];
        let indent: usize = before.chars().map(|space| if space == '\t' { 4 } else { 1 }).sum();
        let is_apart = std::mem::take(&mut self.is_apart);
        let depth = self.open.iter().position(|open| indent < open.column);
        let depth = depth.unwrap_or(self.open.len());
        let Some((marker, length)) = marker(rest) else {
            if is_apart || rest.starts_with('#') {
                self.open.truncate(depth);
            }
            return None;
        };
        // an empty line ends a table, and no list
        let ends = is_apart && marker == '|';
        let same = self.open.get(depth).filter(|open| open.marker == marker && !ends);
        let list = same.map(|open| open.list).unwrap_or_else(|| {
            self.count += 1;
            self.count
        });
        self.open.truncate(depth);
        self.open.push(Open {
            list,
            marker,
            column: indent + length,
        });
        // a box, a link or stress may stand around what an item begins with
        let text = rest[length..].trim_start_matches(['*', '_', '[', ']', ' ']);
        text.starts_with('`').then_some((line.len() - text.len(), list))
    }
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
