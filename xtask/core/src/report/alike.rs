//! The same finding in many units, as one: a mistake in a template is told once.

use std::collections::{BTreeMap, BTreeSet};

use super::results::{see, waiver_words};
use crate::model::{Finding, Location, Related, Severity, named};

/// Most units that are named with a finding.
pub(super) const MOST_UNITS: usize = 5;

/// What is the same in them.
type Key<'a> = (bool, Severity, &'a str, Option<&'a Location>, &'a str, Option<&'a str>);

/// Findings that differ in nothing but the unit that has them.
pub(super) struct Alike<'a> {
    findings: Vec<&'a Finding>,
}

impl<'a> Alike<'a> {
    /// Each finding by itself, or with all that are like it, where the first of them stands.
    pub(super) fn of(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Alike<'a>> {
        let mut places: BTreeMap<Key<'a>, usize> = BTreeMap::new();
        let mut groups: Vec<Alike<'a>> = Vec::new();
        for finding in findings {
            let key = (
                finding.waiver.is_some(),
                finding.severity,
                &*finding.rule,
                finding.location.as_ref(),
                finding.message.as_str(),
                finding.help.as_deref(),
            );
            match places.get(&key) {
                Some(place) => groups[*place].findings.push(finding),
                None => {
                    places.insert(key, groups.len());
                    groups.push(Alike {
                        findings: vec![finding],
                    });
                }
            }
        }
        groups
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.findings.len()
    }

    /// The first of them.
    pub(super) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    /// The units that have them, each by `show`, with the word for one or for several.
    pub(super) fn units(&self, most: usize, show: impl Fn(&str) -> String) -> Option<(&'static str, String)> {
        let units = self.each(|finding| finding.unit.as_deref());
        let word = if units.len() == 1 { "unit" } else { "units" };
        (!units.is_empty()).then(|| (word, named(&units.into_iter().map(show).collect::<Vec<_>>(), most)))
    }

    /// The objects that they are about, where those of one unit or of none are.
    fn objects(&self, most: usize) -> Option<(&'static str, String)> {
        let objects = self.each(|finding| finding.object.as_deref());
        match objects.len() {
            0 => None,
            1 => Some(("object", objects[0].to_owned())),
            _ if self.each(|finding| finding.unit.as_deref()).len() > 1 => None,
            _ => Some(("objects", named(&objects, most))),
        }
    }

    /// What they have of something, once each, as it comes.
    fn each(&self, of: impl Fn(&'a Finding) -> Option<&'a str>) -> Vec<&'a str> {
        let mut seen = BTreeSet::new();
        let all = self.findings.iter().filter_map(|finding| of(finding));
        all.filter(|value| seen.insert(*value)).collect()
    }

    /// The other places that belong to all of them: the first would not speak for the others.
    pub(super) fn related(&self) -> impl Iterator<Item = &'a Related> {
        let shared = |related: &&Related| self.findings.iter().all(|other| other.related.contains(related));
        self.first().related.iter().filter(shared)
    }

    /// What there is to say of them beside the message: the word for it, and the text; up to `most` units are named.
    pub(super) fn facts(&self, most: usize) -> Vec<(&'static str, String)> {
        let mut facts: Vec<(&'static str, String)> = self.units(most, str::to_owned).into_iter().collect();
        facts.extend(self.objects(most));
        facts.extend(self.related().map(|related| ("see", see(related))));
        facts.extend(self.first().help.iter().map(|help| ("help", help.clone())));
        facts.extend(self.first().waiver.iter().map(|waiver| ("", waiver_words(waiver))));
        facts
    }
}
