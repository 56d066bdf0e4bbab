//! JSON that is to be believed: no key twice, no field that nobody knows.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::model::Problem;

/// Reads JSON into a type that denies unknown fields; whatever is wrong with it is `malformed`, unless it is one of the
/// two things that readers let pass.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], malformed: impl FnOnce(String) -> Problem) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        if let Some(problem) = duplicate(bytes) {
            return problem;
        }
        let message = error.to_string();
        if message.starts_with("unknown field") {
            Problem::error("unchecked-field", "", message)
        } else {
            malformed(message)
        }
    })
}

/// The first key that stands twice in a map, where readers disagree on which one counts.
pub(super) fn duplicate(bytes: &[u8]) -> Option<Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let mut path = Vec::new();
    let mut found = None;
    let walk = Walk {
        path: &mut path,
        found: &mut found,
    };
    // what is no JSON has been told already
    let _ = walk.deserialize(&mut reader);
    let (path, key) = found?;
    Some(Problem::error(
        "duplicate-key",
        path,
        format!("the key `{key}` stands here twice"),
    ))
}

/// Walks through a document and notes the first key that stands twice.
struct Walk<'a> {
    path: &'a mut Vec<String>,
    found: &'a mut Option<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalar {
    ($($visit:ident: $type:ty),*) => {
        $(fn $visit<E>(self, _: $type) -> Result<(), E> {
            Ok(())
        })*
    };
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalar!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        loop {
            self.path.push(index.to_string());
            let walk = Walk {
                path: self.path,
                found: self.found,
            };
            let more = items.next_element_seed(walk)?.is_some();
            self.path.pop();
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                let pointer = self.path.iter().map(|part| format!("/{part}")).collect();
                *self.found = Some((pointer, key));
                return Err(A::Error::custom("found"));
            }
            self.path.push(key);
            entries.next_value_seed(Walk {
                path: self.path,
                found: self.found,
            })?;
            self.path.pop();
        }
        Ok(())
    }
}
