//! Policies that follow what they refuse less strictly than before.

use std::collections::BTreeMap;

use super::{Policies, Policy};
use crate::model::{Finding, Tier};

/// What may follow from breaking a policy, the strongest first.
const CONSEQUENCES: [&str; 4] = ["error", "warning", "note", "-"];

impl Policies {
    /// The policies that follow less strictly what `base` has them refuse, and those that are gone.
    pub fn weakened(&self, before: &Policies, base: &str) -> Vec<Finding> {
        // that nothing guards any more is told as such
        if self.iter().next().is_none() {
            return Vec::new();
        }
        let known = |name: &str| self.iter().find(|policy| policy.name == name);
        let weakened = before.iter().filter_map(|old| weaker(old, known(&old.name), base));
        weakened.collect()
    }
}

fn weaker(old: &Policy, new: Option<&Policy>, base: &str) -> Option<Finding> {
    let strength = |word: &str| CONSEQUENCES.iter().position(|known| *known == word);
    let mut changes: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for tier in Tier::ALL {
        let was = old.consequence(tier);
        let is = new.map_or_else(|| "-".to_owned(), |new| new.consequence(tier));
        if strength(&was) < strength(&is) {
            changes.entry((was, is)).or_default().push(tier.as_str());
        }
    }
    if changes.is_empty() {
        return None;
    }
    let Some(new) = new else {
        let message = format!("policy `{}` of `{base}` is gone", old.name);
        let finding = Finding::warning("weakened-policy", message).in_file(old.file());
        return Some(finding.help("say in the change why nothing has to hold it any more"));
    };
    let changes = changes.into_iter().map(|((was, is), tiers)| {
        let is = if is == "-" { "nothing" } else { &is };
        format!("{was} became {is} in {}", tiers.join(", "))
    });
    let changes: Vec<String> = changes.collect();
    let message = format!(
        "policy `{}` is weaker than in `{base}`: {}",
        new.name,
        changes.join("; ")
    );
    let (file, line, column) = &new.place;
    let finding = Finding::warning("weakened-policy", message).at(file, *line, *column);
    Some(finding.help("say in the change why; else give its bindings their `validationActions` and selectors back"))
}
