//! What changes for whom: tuples, permissions, environments, those nearest to users first.

use std::collections::BTreeMap;

use super::page::Page;
use super::text::{code, inline};
use crate::model::{ChangeKind, ComponentChange, FleetChange, UnitDifference, named};
use crate::report::results::counted_are;
use crate::report::values::short_digests;

/// Most changes of one unit that are shown in its row.
const MOST: usize = 8;
/// Most units that are named as not compared.
const MOST_NAMED: usize = 20;

pub(super) fn write(change: &FleetChange, page: &mut Page) {
    if change.units.is_empty() {
        let begin = match change.not_compared.is_empty() {
            true => "Nothing changes in any environment; ",
            false => "",
        };
        let same = counted_are(change.unchanged, "unit");
        if change.unchanged > 0 || !begin.is_empty() {
            page.line(&format!("\n{begin}{same} the same."));
        }
        not_compared(change, page);
        return;
    }
    let units = nearest_first(change);
    page.line("\n### What changes\n");
    page.line("| environment | agent | change | what |\n|---|---|---|---|");
    let mut left_out = 0;
    // what a model may do weighs as much as all that differs
    page.within(2, 3, |page| left_out = page.lines(units.iter().map(|unit| row(unit))));
    let mut rest = format!("{} the same", counted_are(change.unchanged, "unit"));
    if left_out > 0 {
        rest = format!("{left_out} more units change; {rest}");
    }
    if !change.held.is_empty() {
        rest = format!("{rest}; held and so not released: {}", inline(&change.held.join(", ")));
    }
    page.line(&format!("\n{rest}."));
    not_compared(change, page);
    permissions(&units, page);
}

/// Units of which nobody can say whether they change.
fn not_compared(change: &FleetChange, page: &mut Page) {
    let units = &change.not_compared;
    if units.is_empty() {
        return;
    }
    let units: Vec<String> = units.iter().map(|unit| code(unit)).collect();
    page.line(&format!(
        "\n**Not compared**, since what is wrong in files bears on them: {}.",
        named(&units, MOST_NAMED)
    ));
}

/// The units of the last environment of the fleet's order come first.
fn nearest_first(change: &FleetChange) -> Vec<&UnitDifference> {
    let mut environments = Vec::new();
    for unit in &change.units {
        if !environments.contains(&&unit.environment) {
            environments.push(&unit.environment);
        }
    }
    let mut units: Vec<&UnitDifference> = change.units.iter().collect();
    let rank = |unit: &UnitDifference| environments.iter().position(|name| **name == unit.environment);
    units.sort_by_key(|unit| std::cmp::Reverse(rank(unit)));
    units
}

fn row(unit: &UnitDifference) -> String {
    let environment = match &unit.other_environment {
        Some(other) => format!("{other} → {}", unit.environment),
        None => unit.environment.to_string(),
    };
    format!(
        "| {environment} | {} | {} | {} |",
        inline(&unit.unit),
        unit.change.word(),
        what(unit)
    )
}

/// The components that differ, then how many objects.
fn what(unit: &UnitDifference) -> String {
    let mut words = match unit.change {
        ChangeKind::Added | ChangeKind::Removed => version(unit).into_iter().collect(),
        ChangeKind::Changed => components(unit),
    };
    if words.len() > MOST {
        let more = words.split_off(MOST).len();
        words.push(format!("{more} more"));
    }
    let count = |kind| unit.objects.iter().filter(|object| object.change == kind).count();
    let signs = [
        (ChangeKind::Added, '+'),
        (ChangeKind::Changed, '~'),
        (ChangeKind::Removed, '-'),
    ];
    let objects: Vec<String> = signs
        .into_iter()
        .filter(|(kind, _)| count(*kind) > 0)
        .map(|(kind, sign)| format!("{sign}{}", count(kind)))
        .collect();
    if !objects.is_empty() {
        words.push(format!("objects {}", inline(&objects.join(" "))));
    }
    words.join("; ")
}

/// The label of a new or removed unit.
fn version(unit: &UnitDifference) -> Option<String> {
    let label = unit.components.iter().find(|change| change.component == "version")?;
    label
        .after
        .as_ref()
        .or(label.before.as_ref())
        .map(|version| code(version))
}

fn components(unit: &UnitDifference) -> Vec<String> {
    // where a version says it, the digest beside it says nothing more
    let said = |change: &ComponentChange| {
        let version = change.field.strip_suffix("sha256").map(|stem| format!("{stem}version"));
        let same =
            |other: &ComponentChange| other.component == change.component && Some(&other.field) == version.as_ref();
        version.is_some() && unit.components.iter().any(same)
    };
    let shown = |value: &Option<String>| match value {
        None => "none".to_owned(),
        Some(value) => code(&short_digests(value)),
    };
    let both = unit.components.iter().chain(&unit.overrides);
    both.filter(|change| !said(change))
        .map(|change| {
            let field = change.field.strip_suffix(".version").unwrap_or(&change.field);
            let name = match field {
                "" | "version" => change.component.clone(),
                field => format!("{}.{field}", change.component),
            };
            format!("{} {} → {}", inline(&name), shown(&change.before), shown(&change.after))
        })
        .collect()
}

/// What tools permit more or less, once for an agent, with the environments.
fn permissions(units: &[&UnitDifference], page: &mut Page) {
    let mut grants: BTreeMap<(&str, &str, ChangeKind, &str), Vec<&str>> = BTreeMap::new();
    for unit in units {
        for change in &unit.permissions {
            let key = (
                unit.unit.as_str(),
                change.tool.as_str(),
                change.change,
                change.permission.as_str(),
            );
            grants.entry(key).or_default().push(unit.environment.as_str());
        }
    }
    if grants.is_empty() {
        return;
    }
    page.line("\n### Permissions\n");
    let line = |((agent, tool, change, permission), environments): (&(&str, &str, ChangeKind, &str), &Vec<&str>)| {
        let word = match change {
            ChangeKind::Removed => "may no longer",
            ChangeKind::Added | ChangeKind::Changed => "**may now**",
        };
        let environments = environments.join(", ");
        format!(
            "- {} in {environments}: {} {word} {}",
            code(agent),
            code(tool),
            code(permission)
        )
    };
    let left_out = page.lines(grants.iter().map(line));
    if left_out > 0 {
        page.line(&format!("- {left_out} more permissions change"));
    }
}
