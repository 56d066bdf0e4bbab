//! What a release of the promotion would find wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::model::{Finding, ObjectId};
use lockstep::policy::{By, Fleet, Judge};
use lockstep::release::{Blocked, taken};
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::layout::{self, Place};
use lockstep::workspace::{Environment, Workspace};
use serde_json::Map;

use super::Promotion;
use super::plan::Plan;
use crate::commands::branches::objects_on;
use crate::commands::judging::released;
use crate::failure::Failure;

impl Promotion<'_> {
    /// What `release` would find wrong with the agents: their files, what they render to, what judges that, objects that
    /// environments beside the target have already, and secrets in what they are judged by. What units ask of each other
    /// else is left to `check`, which knows them all.
    pub(super) fn prove(&self, plan: &mut Plan) -> Result<Vec<Finding>, Failure> {
        if plan.change.is_empty() {
            return Ok(Vec::new());
        }
        // what is found stands in the text that would be written
        let tree = &mut plan.sources;
        for (path, bytes) in &plan.change {
            match bytes {
                Some(bytes) => tree.insert(path.clone(), Arc::clone(bytes)),
                None => tree.remove(path),
            }
        }
        let (workspace, mut findings) = Workspace::load_part(tree, self.part.elsewhere.clone());
        let Some(workspace) = &workspace else {
            return Ok(findings);
        };
        let Some(to) = workspace.environment(self.to.name.as_str()) else {
            return Ok(findings);
        };
        if Blocked::by(&findings).touches(&[self.to], Some(self.agents)) {
            return Ok(findings);
        }
        tree.extend(std::mem::take(&mut plan.leaky));
        let (engines, more) = Engines::compile(workspace);
        findings.extend(more);
        // with what the environment has of its own, which agents are judged beside
        let selection = Selection {
            environments: vec![to],
            agents: None,
            set: Map::new(),
        };
        let (units, more) = render_all(workspace, &engines, &selection);
        findings.extend(more);
        let judges = self.repository.files(&self.target.base.id, &layout::judges)?;
        let (judge, more) = Judge::read(&judges, By::Everything, self.context.clock.now());
        findings.extend(more);
        let is_promoted = |unit: &str| self.agents.iter().any(|agent| agent.as_str() == unit);
        let (before, _) = released(self.context, workspace, &[to], &is_promoted);
        let fleet = Fleet {
            workspace,
            engines: &engines,
            tree,
        };
        let promoted: Vec<&RenderedUnit> = units.iter().filter(|unit| is_promoted(&unit.unit)).collect();
        findings.extend(taken(fleet, &promoted, &self.beside(workspace, to)?));
        let judged = judge.part(fleet, &units, &before, &|| true).findings.into_iter();
        let names: Vec<String> = self.agents.iter().map(|agent| format!("{}/{agent}", to.name)).collect();
        let is_told = |finding: &Finding| match &finding.unit {
            Some(unit) => names.contains(unit),
            None => finding.location.as_ref().is_some_and(|place| is_case(&place.file)),
        };
        findings.extend(judged.filter(is_told));
        judge.admit(&mut findings);
        Ok(findings)
    }

    /// The objects that the branches of environments have which share the target's namespace.
    fn beside(&self, workspace: &Workspace, to: &Environment) -> Result<BTreeMap<ObjectId, String>, Failure> {
        let mut objects = BTreeMap::new();
        for neighbour in workspace.neighbours(to).filter(|neighbour| neighbour.name != to.name) {
            let branch = workspace.branch(&neighbour.name);
            let tip = self.delivery.tip(&branch, &workspace.fleet.delivery.remote)?;
            if let Some(commit) = tip.commit() {
                objects.extend(objects_on(self.delivery, commit, &neighbour.name)?);
            }
        }
        Ok(objects)
    }
}

/// Whether a file is what an agent is judged by; of those that have no secret none is in the tree.
fn is_case(path: &str) -> bool {
    matches!(layout::place(path), Place::Regression(_))
}
