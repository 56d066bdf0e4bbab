//! The page of every rule that a finding can name.

use std::collections::BTreeMap;

use super::cell;
use crate::model::{self, FileTree, Rule};
use crate::policy::admission::{About, Policies, Resources};
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

/// The page: the rules of the tool, then those of a tree's policies.
pub(super) fn page(tree: &FileTree) -> String {
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
    let (policies, _) = Policies::read(tree, Resources::of_tree(tree));
    let of_policies: BTreeMap<&str, &About> = policies
        .iter()
        .map(|policy| (policy.about.rule.as_str(), &policy.about))
        .collect();
    if of_policies.is_empty() {
        return text;
    }
    text += "
## Of policies

What the policies below `policies/` find, which every fleet may change; `cargo xtask explain rule <rule>` says more.

| rule | why it is wrong | what to do |
|---|---|---|
";
    for (id, about) in of_policies {
        text += &format!("| `{id}` | {} | {} |\n", cell(&about.reason), cell(&about.remediation));
    }
    text
}
