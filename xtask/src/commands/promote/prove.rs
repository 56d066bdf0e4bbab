//! What a release of the promotion would find wrong with it.

use std::sync::Arc;

use lockstep::model::Finding;
use lockstep::policy::{By, Fleet, Judge};
use lockstep::release::Blocked;
use lockstep::render::{Engines, Selection, render_all};
use lockstep::workspace::{Workspace, layout};
use serde_json::Map;

use super::Promotion;
use super::plan::Plan;
use crate::commands::judging::released;
use crate::failure::Failure;

impl Promotion<'_> {
    /// What `release` would find wrong with the agents: their files, what they render to, and what judges that. What
    /// units ask of each other is left to `check`, which knows them all.
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
        let judged = judge.part(fleet, &units, &before, &|| true).findings.into_iter();
        let names: Vec<String> = self.agents.iter().map(|agent| format!("{}/{agent}", to.name)).collect();
        findings.extend(judged.filter(|finding| finding.unit.as_ref().is_some_and(|unit| names.contains(unit))));
        judge.admit(&mut findings);
        Ok(findings)
    }
}
