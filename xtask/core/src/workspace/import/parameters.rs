//! What differs between environments, as values that templates read, each under a name that says what it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Values under `custom:`: what holds unless an environment says otherwise, and what each environment says.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    /// What holds by default: what the first environment has.
    pub(super) defaults: Map<String, Value>,
    /// What an environment has instead, by its place.
    differing: BTreeMap<usize, Map<String, Value>>,
    /// The leaves of the values that the objects were rendered from, by the environment's place.
    leaves: Vec<BTreeMap<String, Value>>,
}

impl Parameters {
    /// Parameters that take over the names of these values.
    pub(super) fn of(values: &[Option<&Value>]) -> Parameters {
        let leaves = values.iter().map(|values| {
            let mut leaves = BTreeMap::new();
            if let Some(values) = values {
                flatten(values, &mut String::new(), &mut leaves);
            }
            leaves
        });
        Parameters {
            leaves: leaves.collect(),
            ..Parameters::default()
        }
    }

    /// A value that environments differ in, and the expression by which a template reads it.
    pub(super) fn add(&mut self, values: &[(usize, Value)], place: &str) -> String {
        let name = self.name(values, place, |_| true);
        self.take(name, values)
    }

    /// A value that is the same in all of them. It has the name of the chart's only where that ends alike: many a number
    /// is the same by chance.
    pub(super) fn add_fixed(&mut self, values: &[(usize, Value)], place: &str) -> String {
        let key = place.rsplit('.').next().unwrap_or(place);
        let name = self.name(values, place, |path| path.rsplit('.').next() == Some(key));
        self.take(name, values)
    }

    fn take(&mut self, name: String, values: &[(usize, Value)]) -> String {
        for (environment, value) in values {
            // an environment that lacks the place may have said already what holds by default
            let default = self.defaults.entry(name.clone()).or_insert_with(|| value.clone());
            if default != value {
                let differing = self.differing.entry(*environment).or_default();
                differing.insert(name.clone(), value.clone());
            }
        }
        format!("values.custom.{name}")
    }

    /// What each environment says on top of what holds by default, by its place.
    pub(super) fn layers(&self) -> BTreeMap<usize, Map<String, Value>> {
        let layer = |wanted: &Map<String, Value>| {
            let said = wanted
                .iter()
                .map(|(name, value)| (name.clone(), change(self.defaults.get(name), value)));
            said.collect()
        };
        self.differing
            .iter()
            .map(|(side, wanted)| (*side, layer(wanted)))
            .collect()
    }

    /// The values that the objects were rendered from, and that no template reads under their names.
    pub(super) fn unread(&self) -> Vec<&str> {
        let leaves = self.leaves.first().into_iter().flat_map(BTreeMap::keys);
        let paths = leaves.filter(|path| !self.defaults.contains_key(&identifier(path)));
        paths.map(|path| path.trim_start_matches('.')).collect()
    }

    /// The name of the value in the chart, where exactly one that may be it has these values everywhere; else one made of
    /// the place.
    fn name(&self, values: &[(usize, Value)], place: &str, may_be: impl Fn(&str) -> bool) -> String {
        let same = |path: &&String| {
            let has = |(environment, value): &(usize, Value)| {
                let leaf = self.leaves.get(*environment).and_then(|leaves| leaves.get(*path));
                leaf.is_some_and(|leaf| leaf == value || shown(leaf) == shown(value))
            };
            values.iter().all(has)
        };
        let first = values
            .first()
            .and_then(|(environment, _)| self.leaves.get(*environment));
        let named = first.into_iter().flat_map(BTreeMap::keys).filter(same);
        let named: Vec<&String> = named.filter(|path| may_be(path)).collect();
        let wanted = match named[..] {
            [path] => identifier(path),
            _ => identifier(place),
        };
        let is_same = |name: &str| {
            let value = |environment: &usize| {
                let differing = self.differing.get(environment).and_then(|map| map.get(name));
                differing.or_else(|| self.defaults.get(name))
            };
            values
                .iter()
                .all(|(environment, wanted)| value(environment) == Some(wanted))
        };
        let mut name = wanted.clone();
        for number in 2.. {
            if !self.defaults.contains_key(&name) || is_same(&name) {
                break;
            }
            name = format!("{wanted}{number}");
        }
        name
    }
}

/// What makes one value of another when it is merged over it: of a map what differs, with a null for what it lacks.
fn change(from: Option<&Value>, to: &Value) -> Value {
    let (Some(Value::Object(old)), Value::Object(new)) = (from, to) else {
        return to.clone();
    };
    let lacking = old
        .keys()
        .filter(|key| !new.contains_key(*key))
        .map(|key| (key.clone(), Value::Null));
    let other = new.iter().filter(|(key, value)| old.get(*key) != Some(*value));
    let other = other.map(|(key, value)| (key.clone(), change(old.get(key), value)));
    Value::Object(lacking.chain(other).collect())
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn flatten(value: &Value, path: &mut String, leaves: &mut BTreeMap<String, Value>) {
    let Value::Object(map) = value else {
        leaves.insert(path.clone(), value.clone());
        return;
    };
    for (key, value) in map {
        let length = path.len();
        path.push('.');
        path.push_str(key);
        flatten(value, path, leaves);
        path.truncate(length);
    }
}

/// Words of a place that every object has.
const USUAL: [&str; 3] = ["metadata", "spec", "template"];

/// A text as a key that templates can read with a dot: its words, each but the first with a capital.
fn identifier(text: &str) -> String {
    let mut name = String::new();
    for word in text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty() && !USUAL.contains(word))
    {
        let mut characters = word.chars();
        let first = characters.next().unwrap_or_default();
        if name.is_empty() {
            name.push(first.to_ascii_lowercase());
        } else {
            name.push(first.to_ascii_uppercase());
        }
        name.push_str(characters.as_str());
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'v');
    }
    name
}
