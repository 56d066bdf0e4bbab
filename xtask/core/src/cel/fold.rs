//! The macros that go through a list or a map.

use std::collections::BTreeMap;

use super::evaluate::insert;
use super::node::{Fold, FoldKind};
use super::ordering::compare;
use super::{Error, Evaluation, Key, List, Map, Value};

impl<'a> Evaluation<'a, '_> {
    /// What a macro makes of a list or a map.
    pub(super) fn fold(&mut self, fold: &'a Fold) -> Result<Value<'a>, Error> {
        let range = Items::of(fold, self.value(&fold.range)?)?;
        let depth = self.locals.len();
        let result = match fold.kind {
            FoldKind::All => self.decide(fold, &range, false),
            FoldKind::Exists => self.decide(fold, &range, true),
            FoldKind::ExistsOne => self.exactly_one(fold, &range),
            FoldKind::List => self.transformed(fold, &range),
            FoldKind::Map | FoldKind::MapEntry => self.transformed_map(fold, &range),
            FoldKind::SortBy => self.sorted(fold, &range),
        };
        self.locals.truncate(depth);
        result
    }

    /// `all` and `exists`: an item that decides makes errors of others no matter.
    fn decide(&mut self, fold: &'a Fold, range: &Items<'a>, decides: bool) -> Result<Value<'a>, Error> {
        let depth = self.locals.len();
        let mut pending = None;
        for index in 0..range.len() {
            self.locals.truncate(depth);
            self.decisive = None;
            let item = self.bind(fold, range, index)?;
            match self.meets(fold) {
                Ok(bool) if bool == decides => {
                    // an item further in says more
                    self.decisive.get_or_insert(item);
                    return Ok(Value::Bool(decides));
                }
                Ok(_) => {}
                Err(error) if error.is_out_of_budget() => return Err(error),
                // a cluster might know what decides
                Err(_) if pending.as_ref().is_some_and(Error::is_unknowable) => {}
                Err(error) => pending = Some(error),
            }
        }
        self.decisive = None;
        match pending {
            Some(error) => Err(error),
            None => Ok(Value::Bool(!decides)),
        }
    }

    fn exactly_one(&mut self, fold: &'a Fold, range: &Items<'a>) -> Result<Value<'a>, Error> {
        let depth = self.locals.len();
        let mut found = 0;
        for index in 0..range.len() {
            self.locals.truncate(depth);
            self.bind(fold, range, index)?;
            found += usize::from(self.meets(fold)?);
        }
        Ok(Value::Bool(found == 1))
    }

    fn transformed(&mut self, fold: &'a Fold, range: &Items<'a>) -> Result<Value<'a>, Error> {
        let depth = self.locals.len();
        let mut items = Vec::new();
        for index in 0..range.len() {
            self.locals.truncate(depth);
            let item = self.bind(fold, range, index)?;
            if !self.meets(fold)? {
                continue;
            }
            items.push(match &fold.body {
                Some(body) => self.value(body)?,
                None => item,
            });
        }
        Ok(Value::list(items))
    }

    fn transformed_map(&mut self, fold: &'a Fold, range: &Items<'a>) -> Result<Value<'a>, Error> {
        let depth = self.locals.len();
        let mut map = BTreeMap::new();
        for index in 0..range.len() {
            self.locals.truncate(depth);
            self.bind(fold, range, index)?;
            let key = self.locals[depth].clone();
            if !self.meets(fold)? {
                continue;
            }
            let Some(body) = &fold.body else { continue };
            match (self.value(body)?, fold.kind) {
                (value, FoldKind::Map) => insert(&mut map, key, value)?,
                (Value::Map(entries), _) => {
                    for (key, value) in entries.entries() {
                        insert(&mut map, key.value(), value)?;
                    }
                }
                (other, _) => return Err(Error::no_overload("transformMapEntry", &[other])),
            }
        }
        Ok(Value::Map(Map::shared(map)))
    }

    fn sorted(&mut self, fold: &'a Fold, range: &Items<'a>) -> Result<Value<'a>, Error> {
        let depth = self.locals.len();
        let mut items = Vec::new();
        for index in 0..range.len() {
            self.locals.truncate(depth);
            let item = self.bind(fold, range, index)?;
            let key = match &fold.body {
                Some(body) => self.value(body)?,
                None => item.clone(),
            };
            if let Some((first, _)) = items.first() {
                compare(first, &key)
                    .ok_or_else(|| Error::no_overload("sortBy", &[Value::clone(first), key.clone()]))?;
            }
            items.push((key, item));
        }
        self.spend(items.len() as u64)?;
        items.sort_by(|(left, _), (right, _)| compare(left, right).unwrap_or(std::cmp::Ordering::Equal));
        Ok(Value::list(items.into_iter().map(|(_, item)| item).collect()))
    }

    /// Whether the item that is bound meets the condition.
    fn meets(&mut self, fold: &'a Fold) -> Result<bool, Error> {
        match &fold.condition {
            Some(condition) => self.truth(condition, "macro"),
            None => Ok(true),
        }
    }

    /// Gives the macro's variables the item at a place, and returns the item itself.
    fn bind(&mut self, fold: &'a Fold, range: &Items<'a>, index: usize) -> Result<Value<'a>, Error> {
        self.spend(1)?;
        let (key, item) = match range {
            Items::List(list) => {
                let item = list.get(index).unwrap_or(Value::Null);
                if !fold.is_pairwise {
                    self.locals.push(item.clone());
                    return Ok(item);
                }
                (Value::Int(i64::try_from(index).unwrap_or(i64::MAX)), item)
            }
            Items::Map(entries) => (entries[index].0.value(), entries[index].1.clone()),
        };
        self.locals.push(key.clone());
        if fold.is_pairwise {
            self.locals.push(item.clone());
            return Ok(item);
        }
        Ok(key)
    }
}

/// What a macro goes through.
enum Items<'a> {
    List(List<'a>),
    Map(Vec<(Key<'a>, Value<'a>)>),
}

impl<'a> Items<'a> {
    fn of(fold: &Fold, range: Value<'a>) -> Result<Items<'a>, Error> {
        match range {
            Value::List(list) => Ok(Items::List(list)),
            Value::Map(map) => Ok(Items::Map(map.entries())),
            other => Err(Error::no_overload(fold.kind.name(), &[other])),
        }
    }

    fn len(&self) -> usize {
        match self {
            Items::List(list) => list.len(),
            Items::Map(entries) => entries.len(),
        }
    }
}
