//! Promotion: what must hold before a tuple moves on, and the release file that moves it.

use std::collections::{BTreeMap, BTreeSet};

use super::committed::Committed;
use super::ledger::{Override, ReleaseKind, UnitHistory};
use super::unpromoted::is_admitted;
use super::{demands, judged};
use crate::artifact::{ComponentChange, TupleRecord, component_changes};
use crate::model::{AgentName, Digest, EnvironmentName, Finding, Severity, Stage, Version, one_line};
use crate::workspace::files::{Follows, HoldFile, PreviousRelease, PromotedFrom, ReleaseFile};
use crate::workspace::{Environment, Workspace, layout};
use crate::yaml;

/// One agent on its way from an environment to another.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    /// The agent.
    pub agent: &'a AgentName,
    /// What runs where it comes from.
    pub source: &'a TupleRecord,
    /// The commit of that environment's branch.
    pub commit: &'a str,
    /// What it is to be called.
    pub version: Version,
    /// How regular it is.
    pub kind: ReleaseKind,
    /// What the ledger knows of it where it comes from.
    pub there: &'a UnitHistory,
    /// What the ledger knows of it where it goes to.
    pub here: &'a UnitHistory,
    /// What the ledger knows of it wherever it runs.
    pub everywhere: &'a UnitHistory,
    /// What the ledger knows of it in every environment that there is or was.
    pub places: &'a BTreeMap<EnvironmentName, UnitHistory>,
    /// What it is judged by at the commit that the promotion goes on from.
    pub committed: &'a Committed,
    /// What stops it where it goes to.
    pub hold: Option<&'a HoldFile>,
}

/// The kind of a release by its label, where nobody says otherwise.
pub fn kind_of(version: &Version) -> ReleaseKind {
    match version {
        Version::Tagged(_, Stage::Gray(_)) => ReleaseKind::Gray,
        Version::Tagged(..) | Version::DevLatest => ReleaseKind::Regular,
    }
}

/// The environments between two, which a release from one to the other never ran in. Nothing where the second does not
/// come after the first.
pub fn skipped(workspace: &Workspace, from: &EnvironmentName, to: &EnvironmentName) -> Option<Vec<EnvironmentName>> {
    let place = |name| workspace.fleet.environments.iter().position(|listed| listed == name);
    let (from, to) = (place(from)?, place(to)?);
    let between = workspace.fleet.environments.get(from + 1..to)?;
    Some(between.to_vec())
}

/// Everything that speaks against a promotion.
pub fn objections(workspace: &Workspace, from: &Environment, to: &Environment, step: &Move<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(out_of_order(workspace, from, to, step));
    findings.extend(step.hold.map(|hold| held(&to.name, step.agent, hold)));
    findings.extend(judged::against(&from.name, step));
    findings.extend(judged::unknown(&from.name, step));
    findings.extend(reused(to, step));
    findings.extend(lower(to, step));
    findings.extend(demands::unmet(workspace, from, to, step));
    findings.extend(demands::open_lessons(step));
    for history in step.places.values().chain([step.everywhere]) {
        findings.extend(history.findings.iter().cloned());
    }
    for finding in &mut findings {
        finding.unit = Some(format!("{}/{}", to.name, step.agent));
    }
    findings
}

fn out_of_order(workspace: &Workspace, from: &Environment, to: &Environment, step: &Move<'_>) -> Option<Finding> {
    let (message, help) = match skipped(workspace, &from.name, &to.name) {
        None => (
            format!("`{}` does not come after `{}`", to.name, from.name),
            format!(
                "promote it to one that comes later in `environments:`; to go back: \
                 `cargo xtask rollback {} --environment {} --reason \"…\"`",
                step.agent, to.name
            ),
        ),
        Some(missed) if missed.is_empty() || step.kind == ReleaseKind::Hotfix => return None,
        Some(missed) => {
            let names: Vec<String> = missed.iter().map(|name| format!("`{name}`")).collect();
            let message = format!(
                "`{}` would not run in {} before `{}`",
                step.agent,
                names.join(" and "),
                to.name
            );
            let help =
                "promote it step by step; a hotfix (`--kind hotfix`) may skip environments, and that is recorded";
            (message, help.to_owned())
        }
    };
    Some(
        Finding::error("skipped-environment", message)
            .in_file(layout::FLEET)
            .help(help),
    )
}

/// The finding about a hold.
pub fn held(environment: &EnvironmentName, agent: &AgentName, hold: &HoldFile) -> Finding {
    let message = format!(
        "`{agent}` is held in `{environment}` since {} by {}: {}",
        hold.since, hold.by, hold.reason
    );
    Finding::error("held-unit", message).help(format!(
        "when it may go on: `cargo xtask resume {agent} --environment {environment} --reason \"…\"`"
    ))
}

fn reused(to: &Environment, step: &Move<'_>) -> Option<Finding> {
    let released = step.here.releases();
    let file = to.releases.get(step.agent);
    let named = file.into_iter().flat_map(|file| {
        let previous = file.previous.iter().map(|release| (&release.version, release.id));
        previous.chain([(&file.version, file.id)])
    });
    let known = released
        .iter()
        .map(|recorded| (&recorded.release.version, recorded.release.tuple));
    let is_other = |(version, tuple): &(&Version, Digest)| **version == step.version && *tuple != step.source.id;
    let (version, tuple) = named.chain(known).find(is_other)?;
    Some(
        Finding::error(
            "reused-version",
            format!(
                "`{version}` is another tuple of `{}` in `{}`: `{tuple}`",
                step.agent, to.name
            ),
        )
        .in_file(layout::release(&to.name, step.agent))
        .help("give it a label of its own: `--as v…`"),
    )
}

/// A label below the one that runs: who goes back means a rollback, and who does not has mistyped. A hotfix may mend an
/// older line than the one that is shown to a few.
fn lower(to: &Environment, step: &Move<'_>) -> Option<Finding> {
    let named = &to.releases.get(step.agent)?.version;
    if step.version >= *named {
        return None;
    }
    let released = step.here.releases();
    let (how, back) = match released.iter().any(|recorded| recorded.release.version == *named) {
        true => (
            "runs",
            format!(
                "to go back: `cargo xtask rollback {} --environment {} --reason \"…\"`",
                step.agent, to.name
            ),
        ),
        false => (
            "is to run by its release file",
            "to take that promotion back: `git revert` of its commit".to_owned(),
        ),
    };
    let message = format!(
        "`{}` of `{}` comes before `{named}`, which `{}` {how}: -rc, -gray, the release itself, -r is the order of one version",
        step.version, step.agent, to.name
    );
    let finding = Finding {
        severity: match step.kind {
            ReleaseKind::Hotfix => Severity::Warning,
            ReleaseKind::Regular | ReleaseKind::Gray => Severity::Error,
        },
        ..Finding::error("lower-version", message)
    };
    let help = format!("{back}; otherwise give it a higher label: `--as v…`");
    Some(finding.in_file(layout::release(&to.name, step.agent)).help(help))
}

/// The release file after a promotion; nothing where it says so already.
pub fn release_file(
    old: Option<&ReleaseFile>,
    from: &EnvironmentName,
    step: &Move<'_>,
    kept: usize,
) -> Option<ReleaseFile> {
    let unchanged =
        |old: &&ReleaseFile| old.id == step.source.id && old.version.to_string() == step.version.to_string();
    if old.is_some_and(|old| unchanged(&old)) {
        return None;
    }
    let promoted_from = PromotedFrom {
        environment: from.clone(),
        commit: step.commit.to_owned(),
    };
    Some(ReleaseFile {
        version: step.version.clone(),
        id: step.source.id,
        promoted_from: Some(promoted_from),
        tuple: step.source.tuple.clone(),
        previous: previous(old, kept),
    })
}

/// Where the tuple of a release file comes from that names it already, if the ledger tells of no promotion of it: a run was
/// stopped between the two, or the file was written past the promotion.
pub fn unrecorded(file: &ReleaseFile, from: &EnvironmentName, step: &Move<'_>) -> Option<PromotedFrom> {
    let own = PromotedFrom {
        environment: from.clone(),
        commit: step.commit.to_owned(),
    };
    let told = file.promoted_from.clone().filter(|origin| origin.environment == *from);
    (!is_admitted(step.here, file.id)).then(|| told.unwrap_or(own))
}

/// The releases before a new one, newest first: the one that ran, and those before it.
pub fn previous(old: Option<&ReleaseFile>, kept: usize) -> Vec<PreviousRelease> {
    let Some(old) = old else { return Vec::new() };
    let ran = PreviousRelease {
        version: old.version.clone(),
        id: old.id,
        tuple: old.tuple.clone(),
    };
    let mut seen = BTreeSet::new();
    [ran]
        .into_iter()
        .chain(old.previous.iter().cloned())
        .filter(|release| seen.insert((release.version.to_string(), release.id)))
        .take(kept)
        .collect()
}

/// A release file's text, with the line by which an editor checks it.
pub fn release_text(file: &ReleaseFile) -> String {
    let text = yaml::write_typed(file);
    format!("# yaml-language-server: $schema=../../../schemas/release.schema.json\n{text}")
}

/// What a promotion changes, for the message and for the answer.
pub fn changes(old: Option<&ReleaseFile>, environment: &EnvironmentName, new: &ReleaseFile) -> Vec<ComponentChange> {
    let record = |version: &Version, id: Digest, tuple: &crate::model::Tuple| TupleRecord {
        environment: environment.clone(),
        agent: tuple.agent.clone(),
        version: version.clone(),
        id,
        input_digest: id,
        tuple: tuple.clone(),
        overrides: crate::model::Overrides::default(),
        latest: std::collections::BTreeMap::new(),
    };
    let before = old.map(|old| record(&old.version, old.id, &old.tuple));
    component_changes(before.as_ref(), Some(&record(&new.version, new.id, &new.tuple)))
}

/// One promotion, as a message tells it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The agent.
    pub agent: AgentName,
    /// What ran before.
    pub before: Option<Version>,
    /// What runs now.
    pub file: ReleaseFile,
    /// What differs.
    pub changes: Vec<ComponentChange>,
    /// The checks that a person set aside.
    pub overrides: Vec<Override>,
}

/// The message of the commit that writes release files; `skipped` are the environments that they never ran in.
pub fn message(
    (from, to): (&EnvironmentName, &EnvironmentName),
    skipped: &[EnvironmentName],
    kind: ReleaseKind,
    reason: Option<&str>,
    told: &[Told],
) -> String {
    let kind = match kind {
        ReleaseKind::Regular => String::new(),
        other => format!(" ({})", other.word()),
    };
    let subject = match told {
        [one] => format!("Promote {} {} from {from} to {to}{kind}", one.agent, one.file.version),
        more => format!("Promote {} agents from {from} to {to}{kind}", more.len()),
    };
    let mut text = format!("{subject}\n");
    if let Some(reason) = reason {
        text.push_str(&format!("\n{reason}\n"));
    }
    if !skipped.is_empty() {
        let names: Vec<&str> = skipped.iter().map(EnvironmentName::as_str).collect();
        text.push_str(&format!("\nIt never ran in {}.\n", names.join(" and ")));
    }
    for one in told {
        let before = one.before.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        text.push_str(&format!("\n{}: {before} -> {}\n", one.agent, one.file.version));
        let first = one.before.is_none();
        let shown = one
            .changes
            .iter()
            .filter(|change| !first && change.component != "version");
        shown.for_each(|change| text.push_str(&format!("  {change}\n")));
    }
    text.push('\n');
    for one in told {
        text.push_str(&format!("Tuple-id: {}={}\n", one.agent, one.file.id));
    }
    for one in told {
        if let Some(origin) = &one.file.promoted_from {
            text.push_str(&format!(
                "Promoted-from: {}={}@{}\n",
                one.agent, origin.environment, origin.commit
            ));
        }
        for aside in &one.overrides {
            let (check, message) = (&aside.check, one_line(&aside.message));
            text.push_str(&format!("Overridden: {}={check} {message}\n", one.agent));
        }
    }
    text
}

/// Whether promotion may write to an environment: only those that run what release files say.
pub fn takes_releases(environment: &Environment) -> bool {
    environment.file.follows == Follows::Releases
}
