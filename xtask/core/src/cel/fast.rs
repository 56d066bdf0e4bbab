//! Reads what most expressions are written in without the grammar of crate `cel`, which took most of the time of reading
//! policies, and declines everything else: whatever it reads, that parser reads as the same tree, and what is wrong is that
//! one's to say.

mod tokens;

use cel::common::ast::{
    CallExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, ListExpr, LiteralValue, MapEntryExpr, MapExpr, SelectExpr,
    SourceInfo, operators,
};

use self::tokens::{Kind, Token, tokens, unescaped};
use super::escape::RESERVED;

/// How deep expressions may stand in each other; the grammar's own limit, which is an error there, is 96.
const DEEPEST: usize = 40;
/// Operators of one rank each, the weakest first; those of a rank are taken from the left.
const RELATIONS: &[(&str, &str)] = &[
    ("==", operators::EQUALS),
    ("!=", operators::NOT_EQUALS),
    ("<=", operators::LESS_EQUALS),
    (">=", operators::GREATER_EQUALS),
    ("<", operators::LESS),
    (">", operators::GREATER),
    ("in", operators::IN),
];
const SUMS: &[(&str, &str)] = &[("+", operators::ADD), ("-", operators::SUBSTRACT)];
const PRODUCTS: &[(&str, &str)] = &[
    ("*", operators::MULTIPLY),
    ("/", operators::DIVIDE),
    ("%", operators::MODULO),
];
const RANKS: [&[(&str, &str)]; 3] = [RELATIONS, SUMS, PRODUCTS];

/// The tree of an expression without macros, and where its nodes stand; nothing where the grammar has to look at it.
pub(super) fn read(text: &str) -> Option<(IdedExpr, SourceInfo)> {
    // one byte is one character then, by which places are counted
    if !text.is_ascii() || text.contains('\r') {
        return None;
    }
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        ids: 0,
        source: SourceInfo::default(),
    };
    let root = reader.expression()?;
    (reader.at == reader.tokens.len()).then_some((root, reader.source))
}

/// Takes tokens one after the other; numbers its nodes in the grammar's order.
struct Reader<'t> {
    tokens: Vec<Token<'t>>,
    at: usize,
    depth: usize,
    ids: u64,
    source: SourceInfo,
}

impl<'t> Reader<'t> {
    fn next(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.at)
    }

    fn is_next(&self, sign: &str) -> bool {
        self.next()
            .is_some_and(|token| token.kind == Kind::Sign && token.text == sign)
    }

    /// Where a sign stands, if it comes next; then it is taken.
    fn sign(&mut self, sign: &str) -> Option<usize> {
        let taken = self.is_next(sign).then_some(self.at)?;
        self.at += 1;
        Some(taken)
    }

    fn of_kind(&mut self, kind: Kind) -> Option<usize> {
        let taken = self.next().filter(|token| token.kind == kind).map(|_| self.at)?;
        self.at += 1;
        Some(taken)
    }

    /// A number for a node whose place is told later.
    fn number(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn place(&mut self, id: u64, token: usize) {
        let token = &self.tokens[token];
        let [start, stop] = [token.start, token.start + token.text.len() - 1];
        if let (Ok(start), Ok(stop)) = (u32::try_from(start), u32::try_from(stop)) {
            self.source.add_offset(id, start, stop);
        }
    }

    fn id(&mut self, token: usize) -> u64 {
        let id = self.number();
        self.place(id, token);
        id
    }

    fn expression(&mut self) -> Option<IdedExpr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let condition = self.either()?;
        let read = match self.sign("?") {
            None => condition,
            Some(sign) => {
                let id = self.id(sign);
                let then = self.either()?;
                self.sign(":")?;
                call(id, operators::CONDITIONAL, vec![condition, then, self.expression()?])
            }
        };
        self.depth -= 1;
        Some(read)
    }

    fn either(&mut self) -> Option<IdedExpr> {
        self.chain("||", operators::LOGICAL_OR, Reader::both)
    }

    fn both(&mut self) -> Option<IdedExpr> {
        self.chain("&&", operators::LOGICAL_AND, |reader| reader.ranked(0))
    }

    fn chain(
        &mut self,
        sign: &str,
        name: &str,
        part: impl Fn(&mut Reader<'t>) -> Option<IdedExpr>,
    ) -> Option<IdedExpr> {
        let mut parts = vec![part(self)?];
        let mut ids = Vec::new();
        while let Some(sign) = self.sign(sign) {
            parts.push(part(self)?);
            ids.push(self.id(sign));
        }
        Some(balanced(name, parts, &ids))
    }

    /// Operators of this rank and those that bind more.
    fn ranked(&mut self, rank: usize) -> Option<IdedExpr> {
        let Some(signs) = RANKS.get(rank) else {
            return self.unary();
        };
        let mut left = self.ranked(rank + 1)?;
        while let Some((sign, name)) = signs.iter().find(|(sign, _)| self.is_next(sign)) {
            let sign = self.sign(sign)?;
            let id = self.id(sign);
            left = call(id, name, vec![left, self.ranked(rank + 1)?]);
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<IdedExpr> {
        let (sign, name) = match self.next()?.text {
            "!" => ("!", operators::LOGICAL_NOT),
            // of a number it is a part
            "-" if self.tokens.get(self.at + 1)?.kind != Kind::Number => ("-", operators::NEGATE),
            _ => return self.member(),
        };
        let sign = self.sign(sign)?;
        // the grammar takes two of them for none
        if self.is_next("!") || self.is_next("-") {
            return None;
        }
        let id = self.id(sign);
        Some(call(id, name, vec![self.member()?]))
    }

    fn member(&mut self) -> Option<IdedExpr> {
        let mut operand = self.primary()?;
        loop {
            if let Some(dot) = self.sign(".") {
                let is_optional = self.sign("?").is_some();
                let field = self.of_kind(Kind::Name)?;
                let field = self.tokens[field].text;
                if is_optional {
                    operand = self.optional(operand, dot, field);
                    continue;
                }
                operand = match self.sign("(") {
                    Some(open) => {
                        let id = self.id(open);
                        let mut call = call(id, field, self.arguments()?);
                        if let Expr::Call(call) = &mut call.expr {
                            call.target = Some(Box::new(operand));
                        }
                        call
                    }
                    None => IdedExpr {
                        id: self.id(dot),
                        expr: Expr::Select(SelectExpr {
                            operand: Box::new(operand),
                            field: field.to_owned(),
                            test: false,
                        }),
                    },
                };
            } else if let Some(open) = self.sign("[") {
                let id = self.id(open);
                let name = match self.sign("?") {
                    Some(_) => operators::OPT_INDEX,
                    None => operators::INDEX,
                };
                operand = call(id, name, vec![operand, self.expression()?]);
                self.sign("]")?;
            } else {
                return Some(operand);
            }
        }
    }

    /// A field that need not be there, after its dot.
    fn optional(&mut self, operand: IdedExpr, dot: usize, field: &str) -> IdedExpr {
        let field = IdedExpr {
            id: self.id(dot),
            expr: Expr::Literal(LiteralValue::String(field.to_owned().into())),
        };
        let id = self.id(dot);
        call(id, operators::OPT_SELECT, vec![operand, field])
    }

    /// What stands between parentheses, the first of which is taken.
    fn arguments(&mut self) -> Option<Vec<IdedExpr>> {
        if self.sign(")").is_some() {
            return Some(Vec::new());
        }
        let mut arguments = vec![self.expression()?];
        while self.sign(",").is_some() {
            arguments.push(self.expression()?);
        }
        self.sign(")")?;
        Some(arguments)
    }

    fn primary(&mut self) -> Option<IdedExpr> {
        let at = self.at;
        self.at += 1;
        let token = self.tokens.get(at)?;
        let (kind, text) = (token.kind, token.text);
        let literal = match (kind, text) {
            (Kind::Name, name) => return self.name(at, name),
            (Kind::Number, digits) => LiteralValue::Int(digits.parse::<i64>().ok()?.into()),
            (Kind::String, literal) => LiteralValue::String(unescaped(literal).into()),
            (Kind::Sign, "-") => return self.negative(),
            (Kind::Sign, "true") => LiteralValue::Boolean(true.into()),
            (Kind::Sign, "false") => LiteralValue::Boolean(false.into()),
            (Kind::Sign, "null") => LiteralValue::Null,
            (Kind::Sign, "(") => {
                let inner = self.expression()?;
                self.sign(")")?;
                return Some(inner);
            }
            (Kind::Sign, "[") => return self.list(at),
            (Kind::Sign, "{") => return self.map(at),
            (Kind::Sign, _) => return None,
        };
        let id = self.id(at);
        Some(IdedExpr {
            id,
            expr: Expr::Literal(literal),
        })
    }

    fn negative(&mut self) -> Option<IdedExpr> {
        let digits = self.of_kind(Kind::Number)?;
        let number: i64 = format!("-{}", self.tokens[digits].text).parse().ok()?;
        let id = self.id(digits);
        Some(IdedExpr {
            id,
            expr: Expr::Literal(LiteralValue::Int(number.into())),
        })
    }

    fn name(&mut self, at: usize, name: &str) -> Option<IdedExpr> {
        if RESERVED.contains(&name) {
            return None;
        }
        if let Some(open) = self.sign("(") {
            let id = self.id(open);
            return Some(call(id, name, self.arguments()?));
        }
        let id = self.id(at);
        Some(IdedExpr {
            id,
            expr: Expr::Ident(name.to_owned()),
        })
    }

    fn list(&mut self, open: usize) -> Option<IdedExpr> {
        let id = self.id(open);
        let (mut elements, mut optional) = (Vec::new(), Vec::new());
        while self.sign("]").is_none() {
            optional.extend(self.sign("?").map(|_| elements.len()));
            elements.push(self.expression()?);
            if self.sign(",").is_none() {
                self.sign("]")?;
                break;
            }
        }
        let expr = Expr::List(ListExpr::new_with_optionals(elements, optional));
        Some(IdedExpr { id, expr })
    }

    fn map(&mut self, open: usize) -> Option<IdedExpr> {
        let id = self.id(open);
        let mut entries = Vec::new();
        while self.sign("}").is_none() {
            // numbered by its colon, before the key
            let entry = self.number();
            let optional = self.sign("?").is_some();
            let key = self.expression()?;
            let colon = self.sign(":")?;
            self.place(entry, colon);
            let value = self.expression()?;
            entries.push(IdedEntryExpr {
                id: entry,
                expr: EntryExpr::MapEntry(MapEntryExpr { key, value, optional }),
            });
            if self.sign(",").is_none() {
                self.sign("}")?;
                break;
            }
        }
        let expr = Expr::Map(MapExpr { entries });
        Some(IdedExpr { id, expr })
    }
}

fn call(id: u64, name: &str, arguments: Vec<IdedExpr>) -> IdedExpr {
    IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: name.to_owned(),
            target: None,
            args: arguments,
        }),
    }
}

/// A chain of one operator as the grammar's tree has it: halved, so that it is not deep.
fn balanced(name: &str, mut parts: Vec<IdedExpr>, ids: &[u64]) -> IdedExpr {
    if ids.is_empty() {
        return parts.pop().unwrap_or_default();
    }
    let middle = ids.len() / 2;
    let right = parts.split_off(middle + 1);
    let left = balanced(name, parts, &ids[..middle]);
    call(ids[middle], name, vec![left, balanced(name, right, &ids[middle + 1..])])
}
