//! Partials against what the prompt that names them declares.

use std::collections::{BTreeMap, BTreeSet};

use super::known::{Known, Scope, is_required};
use super::{Lint, Spot};
use crate::model::Finding;
use crate::prompts::prompt::Prompt;
use crate::prompts::template::Partial;

/// Other prompts of the agent, by name, as they may be put into this one.
pub type Others<'a> = BTreeMap<&'a str, &'a Prompt>;

/// What is wrong with the inputs of the partials that a prompt names: what they read and is not there. Each with the line
/// and column of the tag.
pub fn partial_faults(prompt: &Prompt, others: &Others<'_>) -> Vec<(Finding, usize, usize)> {
    let mut lint = Lint::new(&prompt.input, &prompt.header, others);
    lint.template(&prompt.template, &Scope::root(&prompt.input));
    let mut found = lint.of_partials;
    // what a partial reads twice is told once
    let mut seen = BTreeSet::new();
    found.retain(|(index, finding)| seen.insert((*index, finding.message.clone())));
    let place = |(index, finding)| {
        let (_, line, column) = prompt.partials.get(index)?;
        Some((finding, *line, *column))
    };
    found.into_iter().filter_map(place).collect()
}

impl Lint<'_> {
    /// Looks at a partial, and where it is known, into it.
    pub(super) fn partial(&mut self, partial: &Partial, scope: &Scope<'_>) {
        if self.open.is_empty() {
            self.linted.partials.push((partial.name.clone(), partial.at));
        }
        // without a context it sees what is seen here, and may use any of it
        self.uses_all |= partial.context.is_none();
        let context = partial.context.as_ref();
        let context = context.map(|context| self.expression(context, scope).unwrap_or(Known::Anything));
        let mut named = Vec::new();
        for (name, value) in &partial.named {
            let value = self.expression(value, scope);
            named.push((name.as_str(), value.unwrap_or(Known::Anything)));
        }
        let others = self.others;
        // one that comes back to itself is told as such
        if let Some(other) = others
            .get(partial.name.as_str())
            .filter(|_| !self.open.contains(&partial.name))
        {
            let before = self.linted.notices.len();
            self.open.push(partial.name.clone());
            self.template(&other.template, &scope.partial(context, named));
            self.open.pop();
            let found = self.linted.notices.split_off(before);
            self.take_over(partial, found);
        }
    }

    /// Whether the partial that is looked into says that it does without this input. A default of its own is not used where
    /// another prompt names it.
    pub(super) fn may_be_left_out(&self, input: &str) -> bool {
        let other = self.open.last().and_then(|name| self.others.get(name.as_str()));
        other.is_some_and(|other| {
            let own = other.header.input.as_ref();
            let has_default = own.is_some_and(|own| own.default.contains_key(input));
            !is_required(&other.input, input) && !has_default
        })
    }

    /// Tells where a prompt names a partial what is not there for that; what else is wrong in it, its own file tells.
    fn take_over(&mut self, partial: &Partial, found: Vec<(Spot, Finding)>) {
        if !self.open.is_empty() {
            // for the partial that is named by the prompt itself
            self.linted.notices.extend(found);
            return;
        }
        let index = self.linted.partials.len() - 1;
        let name = &partial.name;
        for (_, finding) in found {
            if matches!(&*finding.rule, "undeclared-variable" | "unbound-variable") {
                let message = format!("in the partial `{name}`: {}", finding.message);
                let help = format!(
                    "a partial sees the inputs of the prompt that names it: declare it under `input.schema` here as well, or \
                     give it, `{{{{> {name} input=…}}}}`"
                );
                let finding = Finding { message, ..finding };
                self.of_partials.push((index, finding.help(help)));
            }
        }
    }
}
