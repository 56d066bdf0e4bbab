//! The page of every rule that a finding can name.

use super::cell;
use crate::model::{self, Rule};
use crate::release::{self, verify};
use crate::{artifact, policy, prompts, schema};

/// The rules of every room, by id.
pub fn rules() -> Vec<&'static Rule> {
    let rooms: &[&[Rule]] = &[
        model::RULES,
        artifact::RULES,
        policy::RULES,
        prompts::RULES,
        schema::RULES,
        release::RULES,
        schema::overlay::RULES,
        verify::RULES,
    ];
    let mut rules: Vec<&Rule> = rooms.iter().chain(policy::rules::RULES).copied().flatten().collect();
    rules.sort_by_key(|rule| rule.id);
    rules
}

pub(super) fn page() -> String {
    let mut text = "# Findings

A finding is something wrong in the fleet's files or in what they render, with file, line and column. An error stops a
release, a warning stops nothing.

| rule | why it is wrong | what to do |
|---|---|---|
"
    .to_owned();
    for rule in rules() {
        text += &format!("| `{}` | {} | {} |\n", rule.id, cell(rule.reason), cell(rule.remedy));
    }
    text
}
