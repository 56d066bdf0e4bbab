//! What environments run, as promotion sees it: by the tips of their branches, and by their release files where there is
//! none.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::artifact::TupleRecord;
use lockstep::model::{AgentName, EnvironmentName, Finding};
use lockstep::workspace::files::Follows;
use lockstep::workspace::{Agent, Environment, Judged, Workspace};

use crate::commands::branches::{commit_of, delivery_repository, units};
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::Repository;

/// What the branches of the environments say that agents run there.
#[derive(Default)]
pub(super) struct Running {
    /// Of each environment whose branch is here: its agents.
    branches: BTreeMap<EnvironmentName, BTreeMap<AgentName, TupleRecord>>,
}

impl Running {
    /// Reads the tips of all environments that run releases. Files alone can be judged as well.
    pub(super) fn read(context: &Context, workspace: &Workspace, agents: &[&Agent]) -> Result<Running, Failure> {
        let Some(delivery) = delivery(context, workspace) else {
            return Ok(Running::default());
        };
        let mut branches = BTreeMap::new();
        let released = workspace.environments.iter().filter(|one| runs_releases(one));
        for environment in released {
            let Some(tip) = commit_of(&*delivery, workspace, &workspace.branch(&environment.name)) else {
                continue;
            };
            let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
            let found = agents.iter().zip(units(&*delivery, &tip, &names)?);
            let records = found.filter_map(|(agent, unit)| Some((agent.name.clone(), unit.record()?)));
            branches.insert(environment.name.clone(), records.collect());
        }
        Ok(Running { branches })
    }

    /// The environment that `--against` means for an agent: the one that is named, or the last that runs it. Nothing where
    /// it runs nowhere yet.
    pub(super) fn baseline<'a>(&self, workspace: &'a Workspace, agent: &Agent, named: &str) -> Option<&'a Environment> {
        if !named.is_empty() {
            return workspace.environment(named);
        }
        let names = workspace.fleet.environments.iter().rev();
        let mut listed = names.filter_map(|name| workspace.environment(name.as_str()));
        let runs = |environment: &&Environment| match self.branches.get(&environment.name) {
            Some(agents) => agents.contains_key(&agent.name),
            None => environment.releases.contains_key(&agent.name),
        };
        // what nobody released yet is at least promoted
        listed
            .find(runs)
            .or_else(|| workspace.last_release(&agent.name).ok().flatten())
    }

    /// What is judged of an agent: its candidate, or what an environment runs; with the overrides of `place` where one is
    /// named.
    pub(super) fn judged(
        &self,
        workspace: &Workspace,
        agent: &Agent,
        environment: Option<&Environment>,
        place: Option<&Environment>,
    ) -> Result<Judged, Vec<Finding>> {
        match environment.and_then(|environment| Some((environment, self.record(environment, agent)?))) {
            Some((environment, record)) => {
                let place = place.unwrap_or(environment);
                workspace.judged_tuple(agent, &record.tuple, place.overrides(&agent.name))
            }
            None => workspace.judged(agent, environment, place),
        }
    }

    /// What is to be said of which of both counts: nothing where branch and release file agree.
    pub(super) fn told(&self, environment: &Environment, agent: &Agent) -> Option<String> {
        let (place, name) = (&environment.name, &agent.name);
        let promoted = environment.releases.get(name).filter(|_| runs_releases(environment))?;
        let next = format!(
            "its release file names {}, which `cargo xtask release {place}` brings there",
            promoted.version
        );
        Some(match (self.branches.get(place), self.record(environment, agent)) {
            (_, Some(runs)) if runs.id == promoted.id => return None,
            (_, Some(runs)) => format!(
                "`{place}` runs {} of `{name}` by its branch, and that counts here; {next}",
                runs.version
            ),
            (Some(_), None) => format!("`{place}` does not run `{name}` yet: {next}, and that counts here"),
            (None, None) => format!(
                "this clone has no branch of `{place}`: {} of `{name}` counts here, which its release file names",
                promoted.version
            ),
        })
    }

    fn record(&self, environment: &Environment, agent: &Agent) -> Option<&TupleRecord> {
        self.branches.get(&environment.name)?.get(&agent.name)
    }
}

/// Whether it runs what was released, and not whatever the candidate is.
fn runs_releases(environment: &Environment) -> bool {
    environment.file.follows == Follows::Releases
}

fn delivery(context: &Context, workspace: &Workspace) -> Option<Arc<dyn Repository>> {
    let repository = context.repository().ok()?;
    delivery_repository(context, &repository, workspace).ok()
}
