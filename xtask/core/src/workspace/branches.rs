//! The branches that people work on: whether the fleet file's map of them can be meant, and what may be released from one.

use super::files::{FleetFile, Follows, SourceBranch};
use super::layout;
use super::{Environment, Workspace};
use crate::model::{EnvironmentName, FileTree, Finding, Severity, suggestion};
use crate::yaml::{Positions, Segment};

/// The check that a release or a promotion is made from a branch that may; a person can set it aside.
pub const WRONG_BRANCH: &str = "wrong-branch";

/// What a placeholder and a star stand for when a name is looked at as git would.
const EXAMPLE: (&str, &str) = ("v1.0.0", "x");

/// What is wrong with the map.
pub(super) fn findings(tree: &FileTree, fleet: &FleetFile) -> Vec<Finding> {
    let map = Map::new(tree);
    let mut findings = Vec::new();
    for (index, branch) in fleet.branches.iter().enumerate() {
        let faults = [
            illegal(&branch.name),
            shadowed(branch, &fleet.branches[..index]),
            reserved(branch, fleet),
        ];
        let fault = faults.into_iter().flatten().next();
        findings.extend(fault.map(|fault| map.at(fault, index, &[Segment::Key("name".to_owned())])));
        for (place, name) in branch.releases.iter().enumerate() {
            if fleet.environments.contains(name) {
                continue;
            }
            let known = fleet.environments.iter().map(|environment| environment.as_str());
            let help = match suggestion(name.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one of `environments:`, or add it there".to_owned(),
            };
            let message = format!("`{}` releases to `{name}`, which the fleet does not list", branch.name);
            let finding = Finding::error("unlisted-environment", message).help(help);
            let path = [Segment::Key("releases".to_owned()), Segment::Index(place)];
            findings.push(map.at(finding, index, &path));
        }
    }
    findings.extend(unreleased(fleet, &map));
    findings
}

/// Whether a finding is about `branches:`, of which no unit knows anything.
pub fn of_branches(finding: &Finding) -> bool {
    let rules = [
        "invalid-branch-name",
        "reserved-branch",
        "shadowed-branch",
        "unlisted-environment",
    ];
    let place = finding.location.as_ref();
    rules.contains(&&*finding.rule) && place.is_some_and(|place| place.file == layout::FLEET)
}

/// Environments that can be released from nowhere, which the first release of one would tell too late.
fn unreleased(fleet: &FleetFile, map: &Map) -> Vec<Finding> {
    if fleet.branches.is_empty() {
        return Vec::new();
    }
    let is_released = |name: &EnvironmentName| fleet.branches.iter().any(|branch| branch.releases.contains(name));
    let listed = fleet.environments.iter().enumerate();
    let finding = |(index, name): (usize, &EnvironmentName)| {
        let message = format!("no entry of `branches:` releases `{name}`, so nobody can release it");
        let finding = Finding::warning("unreleased-environment", message).help(format!(
            "add `{name}` to the `releases:` of the branch that it is released from"
        ));
        map.nearest(
            finding,
            &[Segment::Key("environments".to_owned()), Segment::Index(index)],
        )
    };
    listed.filter(|(_, name)| !is_released(name)).map(finding).collect()
}

/// Where the map's entries stand.
struct Map(Option<Positions>);

impl Map {
    fn new(tree: &FileTree) -> Map {
        let text = tree.get(layout::FLEET).map(|bytes| String::from_utf8_lossy(bytes));
        Map(text.and_then(|text| Positions::of(&text).ok()))
    }

    fn at(&self, finding: Finding, index: usize, inside: &[Segment]) -> Finding {
        let mut path = vec![Segment::Key("branches".to_owned()), Segment::Index(index)];
        path.extend_from_slice(inside);
        self.nearest(finding, &path)
    }

    fn nearest(&self, finding: Finding, path: &[Segment]) -> Finding {
        let (line, column) = self.0.as_ref().map_or((0, 0), |positions| positions.nearest(path));
        finding.at(layout::FLEET, line, column)
    }
}

/// A name that no branch can have.
fn illegal(name: &str) -> Option<Finding> {
    let unknown = |part: &&str| *part != "<version>" && part.contains(['<', '>']);
    let (message, help) = if let Some(part) = name.split('/').find(unknown) {
        (
            format!("`{part}` in `{name}` stands for nothing"),
            "write `<version>` for a version, `*` for any text without a slash".to_owned(),
        )
    } else if let Some(part) = name.split('/').find(|part| part.matches('*').count() > 1) {
        (
            format!("`{part}` in `{name}` has more than one `*`"),
            "write one `*` between two slashes; a name with more slashes is an entry of its own".to_owned(),
        )
    } else {
        let example = name.replace("<version>", EXAMPLE.0).replace('*', EXAMPLE.1);
        let why = no_branch(&example)?;
        (
            format!("no branch can be called `{name}`: {why}"),
            "write it as `git branch` would take it".to_owned(),
        )
    };
    Some(Finding::error("invalid-branch-name", message).help(help))
}

/// Why git would take no branch of this name, by the rules of `git check-ref-format --branch`.
pub fn no_branch(name: &str) -> Option<&'static str> {
    let is_forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let mut parts = name.split('/');
    if name.chars().any(is_forbidden) {
        Some("it has a space or a sign that git does not take")
    } else if parts.clone().any(str::is_empty) {
        Some("a part between slashes is empty")
    } else if parts.any(|part| part.starts_with('.') || part.ends_with(".lock")) {
        Some("a part begins with a dot or ends with `.lock`")
    } else if name.contains("..") || name.contains("@{") || name.ends_with('.') {
        Some("it has `..` or `@{`, or ends with a dot")
    } else if name.starts_with('-') || name == "@" || name == "HEAD" {
        Some("git means something else by that")
    } else {
        None
    }
}

/// An entry that never decides anything, since one before it has all its names.
fn shadowed(branch: &SourceBranch, before: &[SourceBranch]) -> Option<Finding> {
    let earlier = before.iter().find(|earlier| earlier.covers(branch))?;
    let message = match earlier.name == branch.name {
        true => format!("`{}` is there twice, and the first entry decides", branch.name),
        false => format!(
            "every branch of `{}` is one of `{}`, which stands before it and decides",
            branch.name, earlier.name
        ),
    };
    Some(Finding::error("shadowed-branch", message).help("remove it, or put the narrower name first"))
}

/// A name that branches have which only the tool writes.
fn reserved(branch: &SourceBranch, fleet: &FleetFile) -> Option<Finding> {
    let prefix = &fleet.delivery.branch_prefix;
    let environments = fleet.environments.iter();
    let own = environments.flat_map(|name| {
        [
            format!("{prefix}{name}"),
            format!("{prefix}{name}{}", layout::branch::PROPOSED),
        ]
    });
    let taken = own
        .chain([layout::ledger::BRANCH.to_owned()])
        .find(|own| branch.is(own))?;
    let message = format!(
        "`{}` is also the name of `{taken}`, which only Lockstep writes",
        branch.name
    );
    Some(Finding::error("reserved-branch", message).help("give the branches that people work on other names"))
}

/// Where the result of a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentOn {
    /// The result stays in this clone.
    Here,
    /// The result is pushed.
    Away,
}

/// What speaks against releasing these environments from a branch. Where no branch is known, that is said and nothing is
/// judged. As long as nobody else gets it, what follows the candidate may be tried from any branch, and everything from one
/// of whose name the map says nothing.
pub fn released_from(
    workspace: &Workspace,
    tree: &FileTree,
    branch: Option<&str>,
    environments: &[&Environment],
    sent_on: SentOn,
) -> Vec<Finding> {
    if workspace.fleet.branches.is_empty() {
        return Vec::new();
    }
    let map = Map::new(tree);
    let all = [Segment::Key("branches".to_owned())];
    let Some(branch) = branch else {
        let names: Vec<String> = environments.iter().map(|to| format!("`{}`", to.name)).collect();
        let message = format!(
            "no branch is checked out, so it was not judged whether one may release {}",
            names.join(", ")
        );
        let finding = Finding::warning("wrong-branch", message).help("check out a branch of `branches:`");
        return vec![map.nearest(finding, &all)];
    };
    let is_unknown = workspace.fleet.source_branch(branch).is_none();
    let judge = |to: &&Environment| {
        let finding = objection(workspace, &map, branch, to)?;
        let is_tried = sent_on == SentOn::Here && (is_unknown || to.file.follows == Follows::Candidate);
        Some(if is_tried { tried(finding) } else { finding })
    };
    environments.iter().filter_map(judge).collect()
}

/// What may be done here, and would be refused where it is pushed.
fn tried(mut finding: Finding) -> Finding {
    finding.severity = Severity::Warning;
    finding.help = Some("that is fine to try it; it would not be pushed".to_owned());
    finding
}

/// What speaks against committing a release file of an environment to a branch. A branch that releases nothing proposes:
/// what it holds gets anywhere by a merge alone; of one of whose name the map says nothing it is said.
pub fn promoted_on(workspace: &Workspace, tree: &FileTree, branch: &str, to: &Environment) -> Option<Finding> {
    let fleet = &workspace.fleet;
    let proposes = |entry: &SourceBranch| entry.releases.is_empty();
    let known = fleet.source_branch(branch);
    if fleet.branches.is_empty() || known.is_some_and(proposes) {
        return None;
    }
    let finding = objection(workspace, &Map::new(tree), branch, to)?;
    Some(if known.is_none() { tried(finding) } else { finding })
}

fn objection(workspace: &Workspace, map: &Map, branch: &str, to: &Environment) -> Option<Finding> {
    let entries = &workspace.fleet.branches;
    let index = entries.iter().position(|entry| entry.is(branch));
    let message = match index {
        Some(index) if entries[index].releases.contains(&to.name) => return None,
        Some(_) => format!("`{}` is not released from `{branch}`", to.name),
        None => format!(
            "`{branch}` is no name for a branch here, so `{}` is not released from it",
            to.name
        ),
    };
    let from = entries.iter().filter(|entry| entry.releases.contains(&to.name));
    let from: Vec<String> = from.map(|entry| format!("`{}`", entry.name)).collect();
    let help = match &from[..] {
        [] => format!(
            "`branches:` in `{}` releases it from nowhere: add it to one",
            layout::FLEET
        ),
        from => format!(
            "release it from {}, or set this aside: `--override {WRONG_BRANCH} --reason \"…\"`",
            from.join(" or ")
        ),
    };
    let finding = Finding::error("wrong-branch", message).help(help);
    Some(match index {
        Some(index) => map.at(finding, index, &[]),
        None => map.nearest(finding, &[Segment::Key("branches".to_owned())]),
    })
}
