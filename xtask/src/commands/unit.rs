//! One agent in one environment, as the commands about it see it: the outline of the fleet, the ledger, and where
//! commits go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockstep::model::{AgentName, EnvironmentName, Finding};
use lockstep::release::ledger::{Recorded, UnitHistory};
use lockstep::release::promotion::takes_releases;
use lockstep::release::rollback::is_named;
use lockstep::workspace::files::ReleaseFile;
use lockstep::workspace::{Workspace, layout};
use lockstep::yaml;

use super::branches::{commit_of, delivery_repository};
use super::dry::is_outline;
use super::ledger::{Ledger, PushArgs, Recorder, Recording, operator};
use super::remote::Remote;
use super::selection;
use super::signing::{EventSigning, SigningArgs};
use super::trust::Trusted;
use super::verified::Verifier;
use crate::context::{Context, Loaded};
use crate::failure::{Failure, FailureKind};
use crate::ports::{Commit, GitId, Repository};
use crate::report::Report;

/// What a command about one unit works with. Only the outline of the fleet is read, so that it is as quick in a fleet
/// of a thousand agents as in a small one.
pub(super) struct UnitOf {
    pub(super) repository: Arc<dyn Repository>,
    pub(super) delivery: Arc<dyn Repository>,
    loaded: Loaded,
    environment: EnvironmentName,
    pub(super) agent: AgentName,
}

impl UnitOf {
    /// The unit of these names, for who judges what ran: in the fleet that is checked out, or in the ledger where the agent
    /// or the environment left the fleet.
    pub(super) fn recorded(
        context: &Context,
        agent: &str,
        environment: &str,
    ) -> Result<Result<UnitOf, Box<Report>>, Failure> {
        let repository = context.repository()?;
        let head = repository.head()?;
        let is_recorded = |unit: &UnitOf| unit.is_recorded(context);
        UnitOf::read_where(context, repository, &head, (agent, environment), &is_recorded)
    }

    /// The unit of these names, in the fleet of a commit; what is wrong with a fleet that cannot be read.
    pub(super) fn read(
        context: &Context,
        repository: Arc<dyn Repository>,
        base: &Commit,
        agent: &str,
        environment: &str,
    ) -> Result<Result<UnitOf, Box<Report>>, Failure> {
        UnitOf::read_where(context, repository, base, (agent, environment), &|_| Ok(false))
    }

    /// The same; where it is held, also of an agent that left the fleet.
    pub(super) fn read_held(
        context: &Context,
        repository: Arc<dyn Repository>,
        base: &Commit,
        agent: &str,
        environment: &str,
    ) -> Result<Result<UnitOf, Box<Report>>, Failure> {
        let is_held = |unit: &UnitOf| Ok(unit.is_listed() && unit.is_held(context, base)?);
        UnitOf::read_where(context, repository, base, (agent, environment), &is_held)
    }

    /// The same of an agent and an environment that are in the fleet, or that are admitted all the same.
    fn read_where(
        context: &Context,
        repository: Arc<dyn Repository>,
        base: &Commit,
        (agent, place): (&str, &str),
        is_admitted: &dyn Fn(&UnitOf) -> Result<bool, Failure>,
    ) -> Result<Result<UnitOf, Box<Report>>, Failure> {
        let loaded = context.load_commit(&*repository, base, &is_outline)?;
        let Some(workspace) = &loaded.workspace else {
            return Ok(Err(Box::new(Report::of_findings(loaded.findings, loaded.tree))));
        };
        let environment = EnvironmentName::new(place).map_err(|_| selection::unknown_environment(workspace, place))?;
        let delivery = delivery_repository(context, &repository, workspace)?;
        let known = repository.folder(&base.id, layout::AGENTS)?;
        let unknown = || selection::unknown("agent", agent, known.keys().map(String::as_str));
        let unit = UnitOf {
            environment,
            repository,
            delivery,
            loaded,
            agent: AgentName::new(agent).map_err(|_| unknown())?,
        };
        let is_here = unit.is_listed() && known.contains_key(agent);
        match is_here || is_admitted(&unit)? {
            true => Ok(Ok(unit)),
            false if !unit.is_listed() => Err(selection::unknown_environment(unit.workspace(), place)),
            false if unit.is_recorded(context)? => Err(unit.left()),
            false => Err(unknown()),
        }
    }

    /// Whether the fleet still lists its environment.
    pub(super) fn is_listed(&self) -> bool {
        self.workspace().fleet.environments.contains(&self.environment)
    }

    /// Whether the ledger tells of it.
    fn is_recorded(&self, context: &Context) -> Result<bool, Failure> {
        let known = self.ledger(context).view()?.names(Some(self.environment()))?;
        Ok(known.iter().any(|name| name == self.agent.as_str()))
    }

    /// What is to be said where only an agent of the fleet will do.
    fn left(&self) -> Failure {
        let agent = &self.agent;
        let folder = layout::agent(agent.as_str());
        let folder = folder.rsplit_once('/').map_or(folder.as_str(), |(folder, _)| folder);
        let message = format!("`{agent}` left the fleet, and the next release would take away again what comes back");
        Failure::new(FailureKind::Usage, message)
            .hint(format!(
                "bring its folder back first: `git log --diff-filter=D --oneline -- {folder}` names the commit that took it away, \
                 and `git checkout <commit>~1 -- {folder}` undoes that"
            ))
            .hint("what ran of it can still be judged: `mark`, `incident`, `retro`")
    }

    /// Whether the ledger or a file of the commit holds it.
    fn is_held(&self, context: &Context, base: &Commit) -> Result<bool, Failure> {
        let environment = self.environment();
        let file = layout::hold(environment, &self.agent);
        let held = self.ledger(context).view()?.held(environment)?;
        Ok(held.units.contains_key(&self.agent) || self.repository.read(&base.id, &[file])?.remove(0).is_some())
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.loaded
            .workspace
            .as_ref()
            .expect("a unit is read only where there is a workspace")
    }

    pub(super) fn environment(&self) -> &EnvironmentName {
        &self.environment
    }

    /// Whether the environment runs what release files say. Where its own file cannot be read, a commit tells it by
    /// having some.
    pub(super) fn takes_releases(&self, base: &Commit) -> Result<bool, Failure> {
        match self.workspace().environment(self.environment.as_str()) {
            Some(environment) => Ok(takes_releases(environment)),
            None => {
                let folder = layout::releases(&self.environment);
                Ok(!self.repository.folder(&base.id, &folder)?.is_empty())
            }
        }
    }

    pub(super) fn ledger<'a>(&'a self, context: &'a Context) -> Ledger<'a> {
        Ledger::new(context, &*self.delivery, self.workspace())
    }

    /// The same, whose new events are signed where somebody here may.
    pub(super) fn signed_ledger<'a>(
        &'a self,
        context: &'a Context,
        trusted: &Trusted,
        args: &SigningArgs,
    ) -> Result<Ledger<'a>, Failure> {
        let signing = EventSigning::new(context, &*self.repository, trusted, args)?;
        Ok(self.ledger(context).signed_by(signing))
    }

    pub(super) fn remote(&self, context: &Context) -> Remote<'_> {
        Remote::of(&*self.delivery, self.workspace(), context.clock.now())
    }

    /// Begins to record something about the unit.
    pub(super) fn recording<'a>(&'a self, context: &'a Context, with: PushArgs) -> Result<Recording<'a>, Failure> {
        Recording::begin(context, &*self.repository, &*self.delivery, self.workspace(), with)
    }

    /// The same about one of its releases: the last one, where none is named.
    pub(super) fn recording_of<'a>(
        &'a self,
        context: &'a Context,
        with: PushArgs,
        named: Option<&String>,
    ) -> Result<Result<(Recording<'a>, Recorded), Box<Report>>, Failure> {
        let recording = self.recording(context, with)?;
        let environment = self.environment();
        let history = recording.ledger.view()?.unit(Some(environment), self.agent.as_str())?;
        Ok(match self.release(&history, named)? {
            Ok(release) => Ok((recording, release)),
            Err(finding) => Err(Box::new(Report::of_findings(vec![*finding], Default::default()))),
        })
    }

    /// What of the ledger counts for the unit.
    pub(super) fn believed(&self, context: &Context, verifier: &Verifier<'_>) -> Result<UnitHistory, Failure> {
        let history = self.history(context)?;
        let view = self.ledger(context).view()?;
        let believer = verifier.believer((&*self.delivery, self.workspace()));
        let mut believed = believer.counted(&view, vec![history], self.environment())?;
        Ok(believed.pop().unwrap_or_default())
    }

    /// The same with what counts for its agent in each other environment that there is or was.
    pub(super) fn believed_everywhere(
        &self,
        context: &Context,
        verifier: &Verifier<'_>,
    ) -> Result<BTreeMap<EnvironmentName, UnitHistory>, Failure> {
        let view = self.ledger(context).whole()?;
        let (_, mut places) = view.agent(self.workspace(), &self.agent)?;
        places.insert(self.environment.clone(), self.history(context)?);
        let (names, histories): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let believer = verifier.believer((&*self.delivery, self.workspace()));
        let counted = believer.counted(&view, histories, self.environment())?;
        Ok(names.into_iter().zip(counted).collect())
    }

    /// What the ledger knows of the unit, and what it would if an earlier run had got so far as to say so.
    pub(super) fn history(&self, context: &Context) -> Result<UnitHistory, Failure> {
        let ledger = self.ledger(context);
        let recorder = Recorder {
            by: operator(&*self.repository, self.workspace())?,
            started: ledger.now(),
            own: BTreeSet::new(),
        };
        let environment = [self.environment()];
        let view = ledger.whole()?;
        let missing = ledger.missing(&view, self.workspace(), &environment, &recorder)?;
        view.unit_with(environment[0], self.agent.as_str(), missing)
    }

    /// The release file that a commit of the branch that people edit has of the unit; none where the environment takes
    /// none, or where it cannot be read.
    pub(super) fn release_file(&self, base: &Commit) -> Result<Option<ReleaseFile>, Failure> {
        if !self.takes_releases(base)? {
            return Ok(None);
        }
        let path = layout::release(self.environment(), &self.agent);
        let bytes = self.repository.read(&base.id, &[path])?.remove(0);
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        Ok(text.and_then(|text| yaml::read_typed(text).ok()))
    }

    /// A release by label, tuple or environment commit; the last one where none is named.
    pub(super) fn release(
        &self,
        history: &UnitHistory,
        named: Option<&String>,
    ) -> Result<Result<Recorded, Box<Finding>>, Failure> {
        let mut releases = history.releases();
        let found = match named {
            Some(name) => {
                let name = self.release_name(&releases, name)?;
                releases.iter().rposition(|release| is_named(release, &name))
            }
            None => releases.len().checked_sub(1),
        };
        Ok(match found {
            Some(position) => Ok(releases.swap_remove(position)),
            None => Err(Box::new(self.no_release(&releases, named))),
        })
    }

    fn no_release(&self, releases: &[Recorded], named: Option<&String>) -> Finding {
        /// How many of the latest are named.
        const SHOWN: usize = 5;
        let what = named.map_or("release".to_owned(), |name| format!("release `{name}`"));
        let (agent, environment) = (&self.agent, self.environment());
        let message = format!("the ledger knows no {what} of `{agent}` in `{environment}`");
        let commit = |release: &Recorded| release.release.commit.get(..7).unwrap_or_default().to_owned();
        let name = |release: &Recorded| format!("{} ({})", release.release.version, commit(release));
        let known: Vec<String> = releases.iter().rev().take(SHOWN).map(name).collect();
        let more = match releases.len() > SHOWN {
            true => format!(", and earlier ones: `cargo xtask history {agent} --environment {environment}`"),
            false => String::new(),
        };
        let help = match known.is_empty() {
            true => format!("cargo xtask release {environment}"),
            false => format!("it knows {}{more}", known.join(", ")),
        };
        self.about(Finding::error("unreleased-unit", message).help(help))
    }

    /// The name of a release as the ledger has it. Of any other name that git knows, for example
    /// `environment/staging~1`, it is what the environment ran at that commit.
    pub(super) fn release_name(&self, releases: &[Recorded], name: &str) -> Result<String, Failure> {
        let known = releases.iter().any(|release| is_named(release, name));
        let Some(commit) = (!known)
            .then(|| commit_of(&*self.delivery, self.workspace(), name))
            .flatten()
        else {
            return Ok(name.to_owned());
        };
        let mut commits = releases.iter().map(|release| GitId(release.release.commit.clone()));
        let ran = self.delivery.ancestors(&commit, &commits.clone().collect())?;
        let last = commits.rfind(|commit| ran.contains(commit));
        Ok(last.map_or_else(|| name.to_owned(), |commit| commit.0))
    }

    /// The finding, as one about this unit.
    pub(super) fn about(&self, finding: Finding) -> Finding {
        finding.unit(self.environment().as_str(), self.agent.as_str())
    }
}
