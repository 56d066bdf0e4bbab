//! Schemas that are compiled as far as values reach into them: of the definitions that a Pod or a suite may be made of,
//! most are used by nobody, and compiling them all is what small runs took longest for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use jsonschema::{Keyword, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};

/// The keyword that stands for a reference: its value is the definition's name.
const KEYWORD: &str = "x-lockstep-definition";

/// How references to definitions begin.
const REFERENCE: &str = "#/$defs/";

/// Definitions by name, each compiled when a value first reaches it, and once for all schemas that refer to it.
pub struct Definitions {
    find: Box<dyn Fn(&str) -> Option<Value> + Send + Sync>,
    options: fn() -> ValidationOptions<'static>,
    known: Mutex<BTreeMap<String, Arc<Definition>>>,
}

/// One definition.
pub struct Definition {
    name: String,
    of: Weak<Definitions>,
    /// Nothing where there is no such definition, or it is no schema.
    compiled: OnceLock<Option<Validator>>,
}

impl Definitions {
    /// Those that `find` finds by name, compiled with these options.
    pub fn new(
        find: impl Fn(&str) -> Option<Value> + Send + Sync + 'static,
        options: fn() -> ValidationOptions<'static>,
    ) -> Arc<Definitions> {
        Arc::new(Definitions {
            find: Box::new(find),
            options,
            known: Mutex::default(),
        })
    }

    /// The definition of this name, whether there is one or not.
    pub fn named(self: &Arc<Self>, name: &str) -> Arc<Definition> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(definition) = known.get(name) {
            return Arc::clone(definition);
        }
        let definition = Arc::new(Definition {
            name: name.to_owned(),
            of: Arc::downgrade(self),
            compiled: OnceLock::new(),
        });
        known.insert(name.to_owned(), Arc::clone(&definition));
        definition
    }

    fn compile(self: &Arc<Self>, name: &str) -> Option<Validator> {
        let mut schema = (self.find)(name)?;
        if !replace(&mut schema) {
            return None;
        }
        let all = Arc::downgrade(self);
        let options = (self.options)().with_keyword(KEYWORD, move |_, name, _| {
            let named = all.upgrade().zip(name.as_str());
            let definition = named.map(|(all, name)| all.named(name));
            definition.map_or_else(
                || Err(ValidationError::custom("no definition")),
                |definition| Ok(Box::new(Reached(definition)) as Box<dyn for<'i> Keyword<'i>>),
            )
        });
        options.build(&schema).ok()
    }
}

impl Definition {
    /// Whether a value is what the definition says. A definition that cannot be used fits nothing: compiling the whole
    /// schema tells why.
    pub fn is_valid(&self, value: &Value) -> bool {
        let compiled = self.compiled.get_or_init(|| self.of.upgrade()?.compile(&self.name));
        compiled.as_ref().is_some_and(|validator| validator.is_valid(value))
    }
}

/// Puts the keyword in place of every reference; false where one leads elsewhere.
fn replace(schema: &mut Value) -> bool {
    match schema {
        Value::Object(map) => is_reference_replaced(map) && map.values_mut().all(replace),
        Value::Array(items) => items.iter_mut().all(replace),
        _ => true,
    }
}

/// A property that is called `$ref` is an object, and stays.
fn is_reference_replaced(map: &mut Map<String, Value>) -> bool {
    let Some(Value::String(reference)) = map.get("$ref") else {
        return true;
    };
    let Some(name) = reference.strip_prefix(REFERENCE).map(str::to_owned) else {
        return false;
    };
    map.remove("$ref");
    map.insert(KEYWORD.to_owned(), Value::String(name));
    true
}

/// What is judged by a definition.
struct Reached(Arc<Definition>);

impl<'i> Keyword<'i> for Reached {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.0.is_valid(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("it does not fit the definition"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.0.is_valid(instance)
    }
}
