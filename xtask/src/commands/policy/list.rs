//! `policy list` and `policy explain`: what the rules are.

use lockstep::model::{FileTree, Finding};
use lockstep::policy::catalogue::{Catalogue, Entry};
use lockstep::report::Table;

use super::read;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// List the rules.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// List the controls of the standards instead, and which rules serve each.
    #[arg(long)]
    coverage: bool,
}

/// Say why a rule is there, what breaks it and what to do.
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// The rule's id.
    #[arg(value_name = "RULE")]
    pub(super) rule: String,
}

pub(super) fn list(context: &Context, args: &ListArgs) -> Result<Report, Failure> {
    let (tree, policies, findings) = read(context)?;
    let catalogue = Catalogue::of(&policies, &tree);
    if args.coverage {
        let coverage = catalogue.coverage();
        let mut table = Table::new(&["control", "what it asks", "rules"]);
        for control in &coverage.controls {
            let rules = if control.rules.is_empty() {
                "none".to_owned()
            } else {
                control.rules.join(", ")
            };
            table.row(vec![control.id.clone(), control.asks.clone(), rules]);
        }
        let (covered, all) = (coverage.covered, coverage.controls.len());
        let share = covered as f64 * 100.0 / all.max(1) as f64;
        let text = format!(
            "{}\n{covered} of {all} controls are served by a rule ({share:.0} %)\n",
            context.table(&table)
        );
        return Ok(Report::new(coverage, text).with_findings(findings, tree));
    }
    let mut table = Table::new(&["rule", "severity", "category", "in dev", "elsewhere", "by"]);
    for entry in &catalogue.entries {
        table.row(vec![
            entry.about.rule.clone(),
            entry.severity(),
            entry.about.category.clone(),
            entry.in_dev.clone(),
            entry.elsewhere.clone(),
            entry.by.to_owned(),
        ]);
    }
    let text = format!("{}\n{} rules\n", context.table(&table), catalogue.entries.len());
    Ok(Report::new(&catalogue, text).with_findings(findings, tree))
}

/// The rules of the policies of a work tree, and those that the tool judges beside them.
pub(in crate::commands) struct PolicyRules {
    entries: Vec<Entry>,
    tree: FileTree,
    findings: Vec<Finding>,
}

/// Reads them.
pub(in crate::commands) fn rules(context: &Context) -> Result<PolicyRules, Failure> {
    let (tree, policies, findings) = read(context)?;
    Ok(PolicyRules {
        entries: Catalogue::of(&policies, &tree).entries,
        tree,
        findings,
    })
}

impl PolicyRules {
    /// Their ids.
    pub(in crate::commands) fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.about.rule.as_str())
    }

    /// The policies of an id, and what they say of themselves.
    pub(in crate::commands) fn sharing(&self, id: &str) -> (Vec<Entry>, String) {
        let policies = self
            .entries
            .iter()
            .filter(|entry| entry.about.rule == id && !entry.is_own());
        let policies: Vec<Entry> = policies.cloned().collect();
        let texts: Vec<String> = policies.iter().map(shown).collect();
        (policies, texts.join("\n"))
    }

    /// What one says of itself.
    pub(in crate::commands) fn told(&self, id: &str) -> Option<Report> {
        let entry = self.entries.iter().find(|entry| entry.about.rule == id)?;
        let report = Report::new(entry, shown(entry));
        Some(report.with_findings(self.findings.clone(), self.tree.clone()))
    }
}

fn shown(entry: &Entry) -> String {
    let about = &entry.about;
    let mut text = format!("{}\n", about.rule);
    let said = [("Why", &about.reason), ("Do", &about.remediation)];
    let said: Vec<_> = said.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if !said.is_empty() {
        text.push('\n');
    }
    for (what, value) in said {
        text += &format!("{what}: {value}\n");
    }
    let indented = |lines: &str| lines.lines().map(|line| format!("    {line}\n")).collect::<String>();
    if !about.bad.is_empty() {
        text += &format!("\nBreaks it:\n{}", indented(&about.bad));
    }
    if !about.good.is_empty() {
        text += &format!("Mended:\n{}", indented(&about.good));
    }
    text += &format!(
        "\nSeverity: {}; in dev {}, elsewhere {}\n",
        entry.severity(),
        entry.in_dev,
        entry.elsewhere
    );
    for (what, value) in [
        ("Serves", about.controls.join(", ")),
        ("Read more", about.docs.clone()),
        ("Needs Kubernetes", about.min_kubernetes.clone()),
        ("File", entry.file.clone()),
    ] {
        if !value.is_empty() {
            text += &format!("{what}: {value}\n");
        }
    }
    for expression in &entry.expressions {
        text += &format!("\nHas to hold:\n{}", indented(expression));
    }
    text
}
