//! The evaluator: walks the tree of an expression, borrows what it can, counts every step.

use std::collections::BTreeMap;

use super::arithmetic::{self, negate};
use super::node::Node;
use super::ordering::{equal, holds};
use super::{Budget, Error, Expression, Key, List, Map, Text, Value};

/// Where the variables of an expression come from.
pub trait Scope<'a> {
    /// The variable at a place of the declared names. What it costs to make is charged to the expression that asks.
    fn variable(&self, place: usize, budget: &mut Budget) -> Result<Value<'a>, Error>;
}

/// One evaluation.
pub struct Evaluation<'a, 's> {
    scope: &'s dyn Scope<'a>,
    budget: &'s mut Budget,
    pub(super) locals: Vec<Value<'a>>,
    pub(super) decisive: Option<Value<'a>>,
}

impl<'a, 's> Evaluation<'a, 's> {
    /// An evaluation that has not begun.
    pub fn new(scope: &'s dyn Scope<'a>, budget: &'s mut Budget) -> Evaluation<'a, 's> {
        Evaluation {
            scope,
            budget,
            locals: Vec::new(),
            decisive: None,
        }
    }

    /// The value of an expression.
    pub fn run(&mut self, expression: &'a Expression) -> Result<Value<'a>, Error> {
        self.value(&expression.root)
    }

    /// The item that decided the last `all` or `exists` before its end: the one to blame.
    pub fn decisive(&self) -> Option<&Value<'a>> {
        self.decisive.as_ref()
    }

    pub(super) fn value(&mut self, node: &'a Node) -> Result<Value<'a>, Error> {
        self.budget.spend(1)?;
        Ok(match node {
            Node::Json(json) => Value::from(json),
            Node::Uint(uint) => Value::Uint(*uint),
            Node::Double(double) => Value::Double(*double),
            Node::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Node::Type(name) => Value::Type(name),
            Node::Variable(place) => self.scope.variable(*place, self.budget)?,
            Node::Local(index) => self.locals[*index].clone().known()?,
            Node::Select(operand, field) => select(self.value(operand)?, field)?,
            Node::Has(operand, field) => Value::Bool(has(self.value(operand)?, field)?),
            Node::OptionalSelect(operand, field) => optional_select(self.value(operand)?, field)?,
            Node::Index(operand, index) => {
                let operand = self.value(operand)?;
                index_of(operand, self.value(index)?)?
            }
            Node::OptionalIndex(operand, index) => {
                let operand = self.value(operand)?;
                optional_index(operand, self.value(index)?)?
            }
            Node::And(left, right) => self.logical(left, right, false)?,
            Node::Or(left, right) => self.logical(left, right, true)?,
            Node::Not(operand) => match self.value(operand)? {
                Value::Bool(bool) => Value::Bool(!bool),
                other => return Err(Error::no_overload("!", &[other])),
            },
            Node::Negate(operand) => negate(self.value(operand)?)?,
            Node::Conditional(condition, then, otherwise) => {
                if self.truth(condition, "?:")? {
                    self.value(then)?
                } else {
                    self.value(otherwise)?
                }
            }
            Node::Equal(left, right) => Value::Bool(self.same(left, right)?),
            Node::NotEqual(left, right) => Value::Bool(!self.same(left, right)?),
            Node::Compare(comparison, left, right) => {
                let left = self.value(left)?;
                Value::Bool(holds(*comparison, left, self.value(right)?)?)
            }
            Node::Arithmetic(operator, left, right) => {
                let left = self.value(left)?;
                let result = arithmetic::apply(*operator, left, self.value(right)?)?;
                self.budget.spend(result.weight())?;
                result
            }
            Node::In(item, container) => {
                let item = self.value(item)?;
                Value::Bool(self.contains(item, container)?)
            }
            Node::List(items) => self.list(items)?,
            Node::Map(entries) => self.map(entries)?,
            Node::Matches(operand, pattern) => match self.value(operand)? {
                Value::String(text) => {
                    self.budget.spend(text.len() as u64 / 10)?;
                    Value::Bool(pattern.is_match(&text))
                }
                other => return Err(Error::no_overload("matches", &[other, Value::text("")])),
            },
            Node::Call(function, arguments) => {
                let arguments = self.all(arguments)?;
                self.budget.spend(arguments.iter().map(Value::weight).sum())?;
                let result = function.call(&arguments)?;
                self.budget.spend(result.weight())?;
                result
            }
            Node::OptionalMap(operand, body, is_flat) => match self.value(operand)? {
                Value::Optional(None) => Value::Optional(None),
                Value::Optional(Some(value)) => {
                    let result = self.with((*value).clone(), body)?;
                    if *is_flat {
                        result
                    } else {
                        Value::optional(Some(result))
                    }
                }
                other => return Err(Error::no_overload("optMap", &[other])),
            },
            Node::OptionalOr(operand, other) => match self.value(operand)? {
                Value::Optional(None) => self.value(other)?,
                there @ Value::Optional(Some(_)) => there,
                other => return Err(Error::no_overload("or", &[other])),
            },
            Node::OptionalOrValue(operand, other) => match self.value(operand)? {
                Value::Optional(None) => self.value(other)?,
                Value::Optional(Some(value)) => (*value).clone(),
                other => return Err(Error::no_overload("orValue", &[other])),
            },
            Node::Fold(fold) => self.fold(fold)?,
        })
    }

    /// A value that has to be true or false.
    pub(super) fn truth(&mut self, node: &'a Node, operator: &str) -> Result<bool, Error> {
        match self.value(node)? {
            Value::Bool(bool) => Ok(bool),
            other => Err(Error::no_overload(operator, &[other])),
        }
    }

    /// Spends steps of the budget.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Error> {
        self.budget.spend(steps)
    }

    /// `&&` and `||`: an operand that decides makes the other's error no matter.
    fn logical(&mut self, left: &'a Node, right: &'a Node, decides: bool) -> Result<Value<'a>, Error> {
        let operator = if decides { "||" } else { "&&" };
        let left = self.truth(left, operator);
        match left {
            Ok(bool) if bool == decides => return Ok(Value::Bool(decides)),
            Err(error) if error.is_out_of_budget() => return Err(error),
            _ => {}
        }
        match (left, self.truth(right, operator)) {
            (_, Ok(bool)) if bool == decides => Ok(Value::Bool(decides)),
            // a cluster might know what decides
            (Err(_), Err(error)) if error.is_unknowable() => Err(error),
            (Err(error), _) | (Ok(_), Err(error)) => Err(error),
            (Ok(_), Ok(_)) => Ok(Value::Bool(!decides)),
        }
    }

    fn same(&mut self, left: &'a Node, right: &'a Node) -> Result<bool, Error> {
        let left = self.value(left)?;
        let right = self.value(right)?;
        self.budget.spend(left.weight().min(right.weight()))?;
        Ok(equal(&left, &right))
    }

    fn contains(&mut self, item: Value<'a>, container: &'a Node) -> Result<bool, Error> {
        match self.value(container)? {
            Value::List(list) => {
                self.budget.spend(list.len() as u64)?;
                Ok(list.iter().any(|other| equal(&item, &other)))
            }
            Value::Map(map) => Ok(Key::of(&item).is_some_and(|key| map.get(&key).is_some())),
            other => Err(Error::no_overload("in", &[item, other])),
        }
    }

    fn all(&mut self, nodes: &'a [Node]) -> Result<Vec<Value<'a>>, Error> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn with(&mut self, value: Value<'a>, body: &'a Node) -> Result<Value<'a>, Error> {
        self.locals.push(value);
        let result = self.value(body);
        self.locals.pop();
        result
    }

    fn list(&mut self, items: &'a [(Node, bool)]) -> Result<Value<'a>, Error> {
        let mut list = Vec::with_capacity(items.len());
        for (node, is_optional) in items {
            match (self.value(node)?, is_optional) {
                (value, false) => list.push(value),
                (Value::Optional(value), true) => list.extend(value.map(|value| (*value).clone())),
                (other, true) => return Err(Error::no_overload("[?_]", &[other])),
            }
        }
        Ok(Value::list(list))
    }

    fn map(&mut self, entries: &'a [(Node, Node, bool)]) -> Result<Value<'a>, Error> {
        let mut map = BTreeMap::new();
        for (key, value, is_optional) in entries {
            let key = self.value(key)?;
            let value = match (self.value(value)?, is_optional) {
                (value, false) => value,
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(value)), true) => (*value).clone(),
                (other, true) => return Err(Error::no_overload("{?_:_}", &[other])),
            };
            insert(&mut map, key, value)?;
        }
        Ok(Value::Map(Map::shared(map)))
    }
}

/// Puts an entry into a map that is being made; a key may stand there once.
pub(super) fn insert<'a>(
    map: &mut BTreeMap<Key<'a>, Value<'a>>,
    key: Value<'a>,
    value: Value<'a>,
) -> Result<(), Error> {
    let Some(key) = Key::of(&key).filter(|_| !matches!(key, Value::Double(_))) else {
        return Err(Error::new(format!("a {} is no key of a map", key.type_name())));
    };
    match map.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(Error::new("a map has the same key twice")),
    }
}

fn select<'a>(operand: Value<'a>, field: &'a str) -> Result<Value<'a>, Error> {
    match operand {
        Value::Map(map) => map.field(field).ok_or_else(|| Error::no_such_key(field))?.known(),
        Value::Optional(_) => optional_select(operand, field),
        other => Err(Error::no_overload(".", &[other, Value::String(Text::Borrowed(field))])),
    }
}

fn has(operand: Value<'_>, field: &str) -> Result<bool, Error> {
    match operand {
        Value::Map(map) => Ok(map.field(field).is_some()),
        Value::Optional(None) => Ok(false),
        Value::Optional(Some(value)) => has((*value).clone(), field),
        other => Err(Error::no_overload("has", &[other])),
    }
}

fn optional_select<'a>(operand: Value<'a>, field: &'a str) -> Result<Value<'a>, Error> {
    match operand {
        Value::Map(map) => Ok(Value::optional(map.field(field).map(Value::known).transpose()?)),
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => optional_select((*value).clone(), field),
        other => Err(Error::no_overload(".?", &[other])),
    }
}

fn index_of<'a>(operand: Value<'a>, index: Value<'a>) -> Result<Value<'a>, Error> {
    match operand {
        Value::Optional(_) => optional_index(operand, index),
        Value::List(list) => {
            let place = place(&index).ok_or_else(|| Error::no_overload("[_]", &[Value::List(list.clone()), index]))?;
            item(&list, place).ok_or_else(|| Error::new(format!("index {place} is out of range")))
        }
        Value::Map(map) => {
            let Some(key) = Key::of(&index) else {
                return Err(Error::no_overload("[_]", &[Value::Map(map), index]));
            };
            let value = map.get(&key).ok_or_else(|| match &key {
                Key::String(name) => Error::no_such_key(name),
                Key::Bool(bool) => Error::no_such_key(&bool.to_string()),
                Key::Number(number, _) => Error::no_such_key(&number.to_string()),
            });
            value?.known()
        }
        other => Err(Error::no_overload("[_]", &[other, index])),
    }
}

fn optional_index<'a>(operand: Value<'a>, index: Value<'a>) -> Result<Value<'a>, Error> {
    match operand {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => optional_index((*value).clone(), index),
        Value::List(list) => Ok(Value::optional(place(&index).and_then(|place| item(&list, place)))),
        Value::Map(map) => {
            let value = Key::of(&index).and_then(|key| map.get(&key));
            Ok(Value::optional(value.map(Value::known).transpose()?))
        }
        other => Err(Error::no_overload("[?_]", &[other, index])),
    }
}

fn place(index: &Value<'_>) -> Option<i128> {
    match Key::of(index) {
        Some(Key::Number(number, _)) => Some(number),
        _ => None,
    }
}

fn item<'a>(list: &List<'a>, place: i128) -> Option<Value<'a>> {
    list.get(usize::try_from(place).ok()?)
}
