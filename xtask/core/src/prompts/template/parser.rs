//! Makes a tree of the tags of a template, and says everything that does not fit.

use super::expression::Reader;
use super::scanner::{Kind, Tag, Token, scan};
use super::{Block, Call, Fault, Node, Template, fault};

/// Blocks inside each other.
const DEPTH_LIMIT: usize = 64;

/// Reads a template, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Template, Vec<Fault>> {
    let (tokens, faults) = scan(text);
    let mut builder = Builder {
        faults,
        open: Vec::new(),
        nodes: Vec::new(),
    };
    for token in tokens {
        match token {
            Token::Text(text) => builder.nodes.push(Node::Text(text)),
            Token::Tag(tag) => {
                if let Err(fault) = builder.take(&tag) {
                    builder.faults.push(fault);
                }
            }
        }
    }
    builder.finish()
}

/// A block whose end has not come yet.
struct Open {
    tag: Tag,
    call: Call,
    parameters: Vec<String>,
    inverse: bool,
    /// Whether `{{else other}}` opened it, so that the end of the outer block ends it too.
    chained: bool,
    body: Option<Vec<Node>>,
    outside: Vec<Node>,
}

struct Builder {
    faults: Vec<Fault>,
    open: Vec<Open>,
    nodes: Vec<Node>,
}

impl Builder {
    fn take(&mut self, tag: &Tag) -> Result<(), Fault> {
        match tag.kind {
            Kind::Comment => Ok(()),
            Kind::Value => {
                let call = Reader::of(tag).whole_call(tag.at)?;
                self.nodes.push(Node::Value(call));
                Ok(())
            }
            Kind::Partial => {
                let partial = Reader::of(tag).partial(tag)?;
                self.nodes.push(Node::Partial(partial));
                Ok(())
            }
            Kind::Open => self.open(tag, false, false, &mut Reader::of(tag)),
            Kind::OpenInverse => self.open(tag, true, false, &mut Reader::of(tag)),
            Kind::Else => self.otherwise(tag),
            Kind::Close => self.close(tag),
        }
    }

    fn open(&mut self, tag: &Tag, inverse: bool, chained: bool, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let call = reader.call(tag.at, 0)?;
        let parameters = reader.block_parameters()?;
        reader.end()?;
        if self.open.len() >= DEPTH_LIMIT {
            return Err(fault(
                tag.at,
                format!("blocks nest deeper than {DEPTH_LIMIT}"),
                "flatten them",
            ));
        }
        self.open.push(Open {
            tag: tag.clone(),
            call,
            parameters,
            inverse,
            chained,
            body: None,
            outside: std::mem::take(&mut self.nodes),
        });
        Ok(())
    }

    fn otherwise(&mut self, tag: &Tag) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            return Err(fault(
                tag.at,
                "`{{else}}` stands in no block",
                "remove it, or open a block before it",
            ));
        };
        if open.body.is_some() {
            return Err(fault(
                tag.at,
                "the block has an `{{else}}` already",
                "remove one of them",
            ));
        }
        open.body = Some(std::mem::take(&mut self.nodes));
        let mut reader = Reader::of(tag);
        reader.skip_word("else");
        if reader.is_at_end() {
            return Ok(());
        }
        self.open(tag, false, true, &mut reader)
    }

    fn close(&mut self, tag: &Tag) -> Result<(), Fault> {
        let name = tag.inside.trim();
        let outer = self.open.iter().rposition(|open| !open.chained);
        let Some(outer) = outer else {
            return Err(fault(
                tag.at,
                format!("`{{{{/{name}}}}}` closes a block that was not opened"),
                format!("open it with `{{{{#{name} …}}}}`, or remove it"),
            ));
        };
        let opened = self.open[outer]
            .tag
            .inside
            .split_whitespace()
            .next()
            .unwrap_or_default();
        let mismatch = (opened != name).then(|| {
            fault(
                tag.at,
                format!("`{{{{/{name}}}}}` closes a block that `{opened}` opened"),
                format!("write `{{{{/{opened}}}}}`"),
            )
        });
        while self.open.len() > outer {
            self.fold();
        }
        mismatch.map_or(Ok(()), Err)
    }

    /// Ends the innermost block.
    fn fold(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let last = std::mem::replace(&mut self.nodes, open.outside);
        let (body, otherwise) = match open.body {
            Some(body) => (body, last),
            None => (last, Vec::new()),
        };
        let (body, otherwise) = if open.inverse {
            (otherwise, body)
        } else {
            (body, otherwise)
        };
        self.nodes.push(Node::Block(Box::new(Block {
            call: open.call,
            parameters: open.parameters,
            body: Template::of(body),
            otherwise: Template::of(otherwise),
        })));
    }

    fn finish(mut self) -> Result<Template, Vec<Fault>> {
        for open in self.open.iter().filter(|open| !open.chained) {
            let name = open.tag.inside.split_whitespace().next().unwrap_or_default();
            self.faults.push(fault(
                open.tag.at,
                format!("the block `{name}` is never closed"),
                format!("close it with `{{{{/{name}}}}}`"),
            ));
        }
        if self.faults.is_empty() {
            return Ok(Template::of(self.nodes));
        }
        self.faults.sort_by_key(|fault| fault.at);
        Err(self.faults)
    }
}
