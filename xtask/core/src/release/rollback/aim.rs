//! Which releases a rollback may go back to: one answer for the rollback and for who only asks.

use std::collections::BTreeMap;

use crate::model::{AgentName, EnvironmentName, Finding, Version};
use crate::release::judged;
use crate::release::ledger::{Recorded, UnitHistory, Verdict};

/// Which release to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The last one that was verified here; where none ever was, the one before.
    Earlier,
    /// The last one that was verified here, and no other.
    LastVerified,
    /// The one of this label, tuple or commit.
    Named(String),
    /// As [`Aim::Earlier`], also from what a rollback has just brought back: what would be left to go back to.
    Further,
}

/// Why a release is none to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It runs already.
    Runs,
    /// It was rolled back itself.
    RolledBack,
    /// It was blocked itself.
    Blocked,
    /// Its tuple was blocked, as this release of this environment.
    BlockedTuple(EnvironmentName, Version),
}

/// The releases of an agent in an environment, and what is thought of their tuples wherever they ran.
#[derive(Clone, Debug)]
pub struct Past<'a> {
    /// The earliest first; the last one runs.
    pub releases: Vec<Recorded>,
    environment: &'a EnvironmentName,
    places: &'a BTreeMap<EnvironmentName, UnitHistory>,
}

impl<'a> Past<'a> {
    /// The releases in one of the environments that there are or were.
    pub fn new(places: &'a BTreeMap<EnvironmentName, UnitHistory>, environment: &'a EnvironmentName) -> Past<'a> {
        Past {
            releases: places.get(environment).map(UnitHistory::releases).unwrap_or_default(),
            environment,
            places,
        }
    }

    /// What speaks against going back to a release. A block is on the tuple, as for a promotion.
    pub fn unfit(&self, release: &Recorded) -> Option<Unfit> {
        if self.runs(release) || self.is_like_what_runs(release) {
            return Some(Unfit::Runs);
        }
        match release.verdict {
            Verdict::Blocked => Some(Unfit::Blocked),
            Verdict::Rollbacked => Some(Unfit::RolledBack),
            Verdict::Watching | Verdict::Verified | Verdict::ManualReview => {
                let (environment, version) = self.block(release)?;
                Some(Unfit::BlockedTuple(environment.clone(), version))
            }
        }
    }

    /// The last release that a commit wrote.
    pub fn find(&self, commit: &str) -> Option<&Recorded> {
        self.releases.iter().rfind(|release| release.release.commit == commit)
    }

    /// What is thought of a release: a block of its tuple is one of it.
    pub fn verdict(&self, release: &Recorded) -> Verdict {
        match release.verdict {
            Verdict::Watching | Verdict::Verified | Verdict::ManualReview if self.block(release).is_some() => {
                Verdict::Blocked
            }
            verdict => verdict,
        }
    }

    /// Where the tuple of a release was blocked, and what it was called there.
    pub fn block(&self, release: &Recorded) -> Option<(&'a EnvironmentName, Version)> {
        judged::blocked_in(self.places, self.environment, release.release.tuple)
    }

    /// Whether it is the last release, or what that one brought back.
    fn runs(&self, release: &Recorded) -> bool {
        let commit = &release.release.commit;
        self.releases.last().is_some_and(|current| {
            let back = current.brought_back.as_ref();
            current.release.commit == *commit || back.is_some_and(|back| back.commit == *commit)
        })
    }

    /// Whether it was made of the same as what runs: it came back by another way.
    fn is_like_what_runs(&self, release: &Recorded) -> bool {
        let made_of = |recorded: &Recorded| {
            let name = &recorded.release;
            Some((name.version.to_string(), name.tuple, recorded.input_digest?))
        };
        let current = self.releases.last().and_then(made_of);
        current.is_some() && made_of(release) == current
    }
}

/// The releases that a rollback looks at, the best first.
#[derive(Clone, Debug)]
pub struct Aims(Vec<(Recorded, Option<Unfit>)>);

impl Aims {
    /// One alone.
    pub fn only(release: Recorded) -> Aims {
        Aims(vec![(release, None)])
    }

    /// Those to go back to: whether one can be believed is for its signature to say.
    pub fn fit(&self) -> Vec<Recorded> {
        let fit = self.0.iter().filter(|(_, unfit)| unfit.is_none());
        fit.map(|(release, _)| release.clone()).collect()
    }

    /// Those before the one that was chosen, whose tuples were blocked elsewhere or under another label: nobody who looks at
    /// the releases alone would know why they are left out.
    pub fn passed_over(&self, target: &Recorded) -> Vec<Finding> {
        let before = self.0.iter().take_while(|(release, _)| release != target);
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (release, unfit) in before {
            if let Some(Unfit::BlockedTuple(environment, version)) = unfit {
                let reason = format!("the tuple was blocked in `{environment}` as {version}");
                told.entry(reason)
                    .or_default()
                    .push(release.release.version.to_string());
            }
        }
        let finding = |(reason, versions): (String, Vec<String>)| {
            Finding::warning(
                "blocked-release",
                format!("passed over {}: {reason}", versions.join(", ")),
            )
        };
        told.into_iter().map(finding).collect()
    }
}

/// The releases to go back to, the best first.
pub fn aims(past: &Past<'_>, agent: &AgentName, aim: &Aim) -> Result<Aims, Box<Finding>> {
    let environment = past.environment;
    let (current, earlier) = match past.releases.split_last() {
        Some((current, earlier)) => (Some(current), earlier),
        None => (None, &[][..]),
    };
    if let Aim::Named(name) = aim {
        let named = |release: &&Recorded| is_named(release, name);
        let mut found = earlier.iter().rev().filter(named);
        if let Some(release) = found.clone().find(|release| !past.runs(release)) {
            return Ok(Aims::only(release.clone()));
        }
        let message = match found.next().or(current.filter(named)) {
            Some(_) => format!("`{name}` is what runs of `{agent}` in `{environment}` already"),
            None => format!("there is no earlier release `{name}` of `{agent}` in `{environment}`"),
        };
        return Err(none(environment, agent, message));
    }
    let judged: Vec<(&Recorded, Option<Unfit>)> = earlier
        .iter()
        .rev()
        .map(|release| (release, past.unfit(release)))
        .filter(|(_, unfit)| *unfit != Some(Unfit::Runs))
        .collect();
    let of = |is_wanted: &dyn Fn(&Recorded) -> bool| -> Aims {
        let wanted = judged.iter().filter(|(release, _)| is_wanted(release));
        let is_told = |unfit: &Option<Unfit>| matches!(unfit, None | Some(Unfit::BlockedTuple(..)));
        let wanted = wanted.filter(|(_, unfit)| is_told(unfit));
        Aims(
            wanted
                .map(|(release, unfit)| ((*release).clone(), unfit.clone()))
                .collect(),
        )
    };
    let verified = of(&|release| release.verdict == Verdict::Verified);
    let is_left = |aims: &Aims| aims.0.iter().any(|(_, unfit)| unfit.is_none());
    let found = match aim {
        _ if is_left(&verified) => verified,
        Aim::LastVerified => verified,
        _ => of(&|_| true),
    };
    if is_left(&found) {
        return Ok(found);
    }
    let elsewhere = found.0.iter().find_map(|(release, unfit)| match unfit {
        Some(Unfit::BlockedTuple(place, version)) => Some(format!(
            "; {} is the tuple that was blocked in `{place}` as {version}",
            release.release.version
        )),
        _ => None,
    });
    let elsewhere = elsewhere.unwrap_or_default();
    let message = match aim {
        Aim::LastVerified => {
            format!("there is no earlier release that was verified, of `{agent}` in `{environment}`{elsewhere}")
        }
        _ if !judged.is_empty() => {
            let message = format!("every earlier release of `{agent}` in `{environment}` was blocked or taken back");
            let mut finding = none(environment, agent, format!("{message}{elsewhere}"));
            finding.help = finding.help.map(|help| {
                format!(
                    "{help}; to bring one back all the same: `cargo xtask rollback {agent} --environment {environment} \
                     --to <release> --override blocked-release --reason \"…\"`"
                )
            });
            return Err(finding);
        }
        _ if earlier.iter().any(|release| !past.runs(release)) => alike(environment, agent),
        _ => format!("there is no earlier release of `{agent}` in `{environment}`"),
    };
    Err(none(environment, agent, message))
}

/// What is said where nothing earlier differs from what runs.
pub fn nothing_differs(environment: &EnvironmentName, agent: &AgentName) -> Finding {
    *none(environment, agent, alike(environment, agent))
}

fn alike(environment: &EnvironmentName, agent: &AgentName) -> String {
    format!("no earlier release of `{agent}` in `{environment}` differs from what runs")
}

fn none(environment: &EnvironmentName, agent: &AgentName, message: String) -> Box<Finding> {
    let help = format!("see what there is: `cargo xtask history {agent} --environment {environment}`");
    Box::new(
        Finding::error("no-earlier-release", message)
            .unit(environment.as_str(), agent.as_str())
            .help(help),
    )
}

/// Whether a release has this label, or a tuple or commit that begins so.
pub fn is_named(release: &Recorded, name: &str) -> bool {
    let hex = name.strip_prefix("sha256:").unwrap_or(name);
    let is_hex = hex.len() >= 7 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    release.release.version.to_string() == name
        || is_hex && (release.release.tuple.hex().starts_with(hex) || release.release.commit.starts_with(hex))
}

/// A release that must not go on is none to go back to.
pub fn blocked_target(past: &Past<'_>, agent: &AgentName, target: &Recorded) -> Option<Finding> {
    let (environment, version) = (past.environment, &target.release.version);
    let message = match past.unfit(target)? {
        Unfit::Runs => return None,
        Unfit::Blocked => format!("`{agent}` {version} was blocked in `{environment}` itself"),
        Unfit::RolledBack => format!("`{agent}` {version} was rolled back in `{environment}` itself"),
        Unfit::BlockedTuple(place, label) => {
            format!("`{agent}` {version} is the tuple that was blocked in `{place}` as {label}")
        }
    };
    Some(
        Finding::error("blocked-release", message)
            .unit(environment.as_str(), agent.as_str())
            .help("go back to another release: `--to <release>`; or to this one all the same: `--override blocked-release`"),
    )
}
