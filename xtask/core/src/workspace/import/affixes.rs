//! What all names of an environment begin and end with, where that is all in which the names of environments differ.

use std::collections::{BTreeMap, BTreeSet};

use super::objects::{Side, Source, carried, flatten, rename, stem, text};

/// What stands before and behind all names of an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affixes {
    /// Before them.
    pub before: String,
    /// Behind them, and before the hash of a generated name.
    pub behind: String,
}

impl Affixes {
    /// A name without them, where it has them.
    fn strip<'a>(&self, name: &'a str) -> Option<&'a str> {
        let rest = name.strip_prefix(self.before.as_str())?;
        let rest = rest.strip_suffix(self.behind.as_str())?;
        (!rest.is_empty()).then_some(rest)
    }

    /// All names without them, where all have them.
    fn strip_all<'a>(&self, names: &'a BTreeSet<String>) -> Option<BTreeSet<&'a str>> {
        names.iter().map(|name| self.strip(name)).collect()
    }
}

/// Takes off what all names of an environment begin and end with, where the environments have the same names without it.
pub fn drop_affixes(sides: &mut [Side], source: Source) {
    let names: Vec<BTreeSet<String>> = sides
        .iter()
        .map(|side| {
            let keys = carried(side, source).objects.into_keys();
            keys.map(|(_, name, _)| name).collect()
        })
        .collect();
    let Some(affixes) = affixes(&names) else { return };
    for (side, affixes) in sides.iter_mut().zip(affixes) {
        let mut flat = Vec::new();
        side.objects.iter().for_each(|object| flatten(object, &mut flat));
        let shorter: BTreeMap<String, String> = flat
            .iter()
            .filter_map(|object| {
                let name = text(object, "/metadata/name");
                // what Kustomize puts behind a name stands before the hash
                let end = match source {
                    Source::Kustomize => stem(&name).map_or(name.len(), str::len),
                    Source::Manifests | Source::Helm => name.len(),
                };
                let shorter = affixes
                    .strip(&name[..end])
                    .map(|short| format!("{short}{}", &name[end..]));
                let shorter = shorter.or_else(|| affixes.strip(&name).map(str::to_owned))?;
                Some((name, shorter))
            })
            .collect();
        side.objects.iter_mut().for_each(|object| rename(object, &shorter));
        side.affixes = affixes;
    }
}

/// What to take off the names of each environment so that all have the same, the least that does; one may have more names
/// than another. Nothing where none has such names.
fn affixes(names: &[BTreeSet<String>]) -> Option<Vec<Affixes>> {
    let (first, others) = names.split_first()?;
    candidates(first).iter().find_map(|own| {
        let wanted = own.strip_all(first)?;
        let found = others.iter().map(|names| {
            let is_same = |rest: &BTreeSet<&str>| rest.is_subset(&wanted) || rest.is_superset(&wanted);
            let mut candidates = candidates(names).into_iter();
            candidates.find(|affixes| affixes.strip_all(names).is_some_and(|rest| is_same(&rest)))
        });
        let mut all: Vec<Affixes> = found.collect::<Option<_>>()?;
        all.insert(0, own.clone());
        Some(all)
    })
}

/// What names may begin and end with, the shortest first: the first words of one of them, each with the `-` behind it, and
/// the last, each with the `-` before it.
fn candidates(names: &BTreeSet<String>) -> Vec<Affixes> {
    let name = names.first().map_or("", String::as_str);
    let dashes = || name.match_indices('-').map(|(at, _)| at);
    let begins: Vec<&str> = std::iter::once("").chain(dashes().map(|at| &name[..=at])).collect();
    let ends = || std::iter::once("").chain(dashes().map(|at| &name[at..]));
    let mut all: Vec<Affixes> = begins
        .iter()
        .flat_map(|before| {
            ends().map(|behind| Affixes {
                before: (*before).to_owned(),
                behind: behind.to_owned(),
            })
        })
        .collect();
    all.sort_by_key(|affixes| (affixes.before.len() + affixes.behind.len(), affixes.behind.len()));
    all
}
