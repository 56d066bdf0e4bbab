//! `explain rule`: why a rule is there, what breaks it, and what to do.

use std::collections::BTreeSet;

use lockstep::model::Rule;
use lockstep::policy::catalogue::Entry;
use lockstep::reference::{Shown, example, rules};
use lockstep::report::Style;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::policy::{self, PolicyRules};
use super::super::selection;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// Say why a rule of the tool or of a policy is there, what breaks it, and what to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rule, as a finding names it: `unpinned-image`.
    #[arg(value_name = "RULE")]
    rule: String,
}

/// What a rule is for.
#[derive(Serialize, JsonSchema)]
pub(in crate::commands) struct RuleHelp {
    /// The id.
    rule: &'static str,
    /// Why it is there.
    reason: &'static str,
    /// What to do about it.
    remedy: &'static str,
    /// A few lines that break it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bad: Option<String>,
    /// The same lines mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    good: Option<String>,
    /// Where all rules stand.
    page: &'static str,
    /// The policies of the tree that have the same id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<Entry>,
}

/// Where all rules stand.
const PAGE: &str = "docs/reference/findings.md";

/// Explains a rule.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    explain(context, &args.rule)
}

/// Explains a rule of the tool or of a policy. Outside of a fleet there are no policies.
pub(in crate::commands) fn explain(context: &Context, id: &str) -> Result<Report, Failure> {
    let rules = rules();
    let Some(rule) = rules.iter().find(|rule| rule.id == id) else {
        let policies = policy::rules(context).ok();
        if let Some(told) = policies.as_ref().and_then(|policies| policies.told(id)) {
            return Ok(told);
        }
        let of_policies = policies.iter().flat_map(PolicyRules::ids);
        let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id).chain(of_policies).collect();
        return Err(
            selection::unknown_of_many("rule", id, known.iter().copied()).hint(format!("`{PAGE}` has all of them"))
        );
    };
    let shown = example(rule);
    let mut text = text(rule, shown.as_ref(), context.style);
    // a tree that cannot be read has its own commands to say so
    let (policies, same) = policy::rules(context)
        .map(|policies| policies.sharing(id))
        .unwrap_or_default();
    if !policies.is_empty() {
        text.push_str(&format!("\nThe tree has a policy of the same name:\n\n{same}"));
    }
    let (bad, good) = shown.map(|shown| (shown.bad, shown.good)).unzip();
    let answer = RuleHelp {
        rule: rule.id,
        reason: rule.reason,
        remedy: rule.remedy,
        bad,
        good,
        page: PAGE,
        policies,
    };
    Ok(Report::new(answer, text))
}

fn text(rule: &Rule, shown: Option<&Shown>, style: Style) -> String {
    let mut text = format!("{}\n  {}\n  {}\n", style.strong(rule.id), rule.reason, rule.remedy);
    if let Some(shown) = shown {
        for (word, lines) in [(style.error("wrong"), &shown.bad), (style.good("right"), &shown.good)] {
            text.push_str(&format!("\n{word}\n"));
            lines.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    text.push_str(&format!("\n{}\n", style.faint(PAGE)));
    text
}
