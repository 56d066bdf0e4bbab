//! What of an environment's branch a command may go on from: what somebody who may has signed, of the few units that it is
//! about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lockstep::model::{AgentName, EnvironmentName, Finding};
use lockstep::release::ledger::UnitHistory;
use lockstep::release::verify::{BranchFacts, Judge, Vouched, is_judged_of, verify_units, vouched};
use lockstep::workspace::Workspace;

use super::ledger::{Believer, Ledger};
use super::signing::{EventSigning, SigningArgs};
use super::trust::Trusted;
use super::verify::Certificates;
use crate::context::Context;
use crate::failure::Failure;
use crate::ports::{GitId, Repository};

/// Verifies a few units, in a time that does not grow with the fleet.
pub(super) struct Verifier<'a> {
    context: &'a Context,
    pub(super) trusted: Trusted,
    certificates: Certificates,
}

impl<'a> Verifier<'a> {
    /// Believes the trust file that is given, or that of the branch that people edit.
    pub(super) fn new(
        context: &'a Context,
        repository: &dyn Repository,
        workspace: &Workspace,
        given: Option<&Path>,
    ) -> Result<Verifier<'a>, Failure> {
        let trusted = Trusted::read(context, repository, workspace, given)?.vouched()?;
        Ok(Verifier {
            context,
            certificates: Certificates::new(context, None, &trusted)?,
            trusted,
        })
    }

    /// What is wrong with units at a commit of an environment's branch.
    pub(super) fn findings(
        &self,
        delivery: &dyn Repository,
        environment: &EnvironmentName,
        commit: &GitId,
        units: &[&str],
    ) -> Result<Vec<Finding>, Failure> {
        let units: BTreeSet<&str> = units.iter().copied().collect();
        let wanted = |path: &str| is_judged_of(path, &units);
        let files = delivery.files(commit, &wanted)?;
        let irregular: BTreeMap<_, _> = delivery.irregular(commit, &wanted)?;
        let facts = BranchFacts {
            environment,
            files: &files,
            irregular: &irregular,
            history: None,
        };
        let mut findings = self.trusted.findings.clone();
        findings.extend(self.judged(|judge| verify_units(&facts, judge, &units))?);
        Ok(findings)
    }

    /// What says which events of the ledger count.
    pub(super) fn believer<'b>(&'b self, place: (&'b dyn Repository, &'b Workspace)) -> Believer<'b> {
        Believer::new(self.context, place, &self.trusted, &self.certificates)
    }

    /// What of the ledger counts for an agent, wherever it runs and in each environment, for an environment that it is to
    /// go to.
    pub(super) fn believed_of(
        &self,
        (ledger, delivery): (&Ledger<'_>, &dyn Repository),
        workspace: &Workspace,
        agent: &AgentName,
        reader: &EnvironmentName,
    ) -> Result<(UnitHistory, BTreeMap<EnvironmentName, UnitHistory>), Failure> {
        let view = ledger.whole()?;
        let (everywhere, places) = view.agent(workspace, agent)?;
        let (names, mut histories): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        histories.push(everywhere);
        let mut histories = self.believer((delivery, workspace)).counted(&view, histories, reader)?;
        let everywhere = histories.pop().unwrap_or_default();
        Ok((everywhere, names.into_iter().zip(histories).collect()))
    }

    /// What signs events, by the same trust file.
    pub(super) fn signing(&self, repository: &dyn Repository) -> Result<EventSigning<'a>, Failure> {
        EventSigning::new(self.context, repository, &self.trusted, &SigningArgs::default())
    }

    /// What a unit's signature vouches for.
    pub(super) fn vouched(
        &self,
        environment: &EnvironmentName,
        unit: &str,
        bundle: Option<&[u8]>,
    ) -> Result<Result<Vouched, Box<Finding>>, Failure> {
        self.judged(|judge| vouched(environment, unit, bundle, judge))
    }

    fn judged<T>(&self, judged: impl FnOnce(&Judge<'_>) -> T) -> Result<T, Failure> {
        let certificate = |bundle: &[u8]| self.certificates.check(bundle);
        let answer = judged(&Judge {
            trust: &self.trusted.trust,
            now: self.context.clock.now(),
            certificate: &certificate,
        });
        self.certificates.missed()?;
        Ok(answer)
    }
}
