//! Where each key and value of a YAML text stands.

use std::collections::BTreeMap;

use super::YamlError;
use super::path::Segment;
use super::tree::{self, Kind, Node};

/// Where each key and value of a YAML text stands; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    places: BTreeMap<Vec<Segment>, Place>,
    /// Where the first key stands that merges another map in.
    merge: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    key: Option<(usize, usize)>,
    value: (usize, usize),
    is_leaf: bool,
}

impl Positions {
    /// The places in a text of one document; duplicate keys are an error.
    pub fn of(text: &str) -> Result<Positions, YamlError> {
        let documents = tree::documents(text)?;
        if let Some(second) = documents.get(1) {
            return Err(YamlError::new(second.place, "more than one document in the file")
                .help("remove the `---` between them"));
        }
        let mut positions = Positions {
            places: BTreeMap::new(),
            merge: None,
        };
        if let Some(root) = documents.first() {
            positions.add(&mut Vec::new(), None, root)?;
        }
        Ok(positions)
    }

    /// The places in every document of a stream, as `read_manifests` reads it: empty documents are left out.
    pub fn of_stream(text: &str) -> Result<Vec<Positions>, YamlError> {
        let mut stream = Vec::new();
        for root in tree::documents(text)? {
            if !is_empty(&root) {
                let mut positions = Positions {
                    places: BTreeMap::new(),
                    merge: None,
                };
                positions.add(&mut Vec::new(), None, &root)?;
                stream.push(positions);
            }
        }
        Ok(stream)
    }

    /// Line and column of the key at the end of the path; none for the root and for list items.
    pub fn key(&self, path: &[Segment]) -> Option<(usize, usize)> {
        self.places.get(path)?.key
    }

    /// Line and column of the first key that merges another map in: `<<` without quotes.
    pub fn merge_key(&self) -> Option<(usize, usize)> {
        self.merge
    }

    /// Line and column where the value at the path starts; for a map on lines of its own, that is its first key.
    pub fn value(&self, path: &[Segment]) -> Option<(usize, usize)> {
        self.places.get(path).map(|place| place.value)
    }

    /// The place to show for a path: its scalar; else the key, or value, of the nearest existing ancestor.
    pub fn nearest(&self, path: &[Segment]) -> (usize, usize) {
        (0..=path.len())
            .rev()
            .find_map(|length| self.places.get(&path[..length]).map(|place| (length, place)))
            .map_or((1, 1), |(length, place)| match place.key {
                Some(key) if !(place.is_leaf && length == path.len()) => key,
                _ => place.value,
            })
    }

    fn add(&mut self, path: &mut Vec<Segment>, key: Option<(usize, usize)>, node: &Node) -> Result<(), YamlError> {
        let is_leaf = matches!(node.kind, Kind::Plain(_) | Kind::Text(_));
        self.places.insert(
            path.clone(),
            Place {
                key,
                value: node.place,
                is_leaf,
            },
        );
        match &node.kind {
            Kind::Plain(_) | Kind::Text(_) => {}
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Segment::Index(index));
                    self.add(path, None, item)?;
                    path.pop();
                }
            }
            Kind::Mapping(entries) => {
                for (key, value) in entries {
                    let (Kind::Plain(text) | Kind::Text(text)) = &key.kind else {
                        return Err(YamlError::new(key.place, "a key is not text").help("write the key in quotes"));
                    };
                    if key.is_merge() {
                        self.merge = self.merge.or(Some(key.place));
                    }
                    path.push(Segment::Key(text.clone()));
                    if let Some(Place { key: Some(first), .. }) = self.places.get(path) {
                        return Err(YamlError::duplicate_key(text, key.place, *first));
                    }
                    self.add(path, Some(key.place), value)?;
                    path.pop();
                }
            }
        }
        Ok(())
    }
}

fn is_empty(root: &Node) -> bool {
    matches!(&root.kind, Kind::Plain(text) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
}
