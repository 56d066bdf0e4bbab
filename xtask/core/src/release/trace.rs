//! Trace: which release a digest, a commit or a label leads to.

use std::collections::BTreeMap;

use super::ledger::{Event, Fact, Recorded, Released, UnitHistory};
use crate::artifact::TupleRecord;
use crate::model::{AgentName, Digest, PlainVersion};
use crate::workspace::layout;

/// What somebody found on a pod, in a commit or in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    text: String,
    /// Hexadecimal digits, where it is a digest or a commit, or the beginning of one.
    hex: Option<String>,
}

impl Clue {
    /// Takes what was found: `lockstep.dev/tuple: "sha256:…"`, `sha256:…`, digits of a commit, or a label.
    pub fn new(text: &str) -> Clue {
        let text = text.trim().rsplit([' ', '=']).next().unwrap_or_default();
        let text = text.trim_matches(['"', '\'']).to_owned();
        let hex = text.rsplit("sha256:").next().unwrap_or_default().to_ascii_lowercase();
        let is_hex = hex.len() >= 7 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        Clue {
            hex: is_hex.then_some(hex),
            text,
        }
    }

    /// What was found, without what stands around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is a digest or a commit, or the beginning of one.
    pub fn is_digest(&self) -> bool {
        self.hex.is_some()
    }

    fn begins(&self, hex: &str) -> bool {
        self.hex.as_deref().is_some_and(|own| hex.starts_with(own))
    }

    /// Whether it leads to a release by what the ledger says of it.
    pub fn leads_to(&self, release: &Recorded, released: Option<&Released>) -> bool {
        let named = |recorded: &super::ledger::ReleaseName| {
            recorded.version.to_string() == self.text
                || self.begins(&recorded.tuple.hex())
                || self.begins(&recorded.commit)
        };
        let told = |released: &Released| {
            self.begins(&released.input_digest.hex())
                || self.begins(&released.inventory.hex())
                || self.begins(&released.dry_commit)
                || released
                    .image
                    .rsplit("sha256:")
                    .next()
                    .is_some_and(|digest| self.begins(digest))
        };
        named(&release.release) || released.is_some_and(told)
    }

    /// Whether a text holds a digest that begins so, such as that of a prompt.
    pub fn stands_in(&self, text: &str) -> bool {
        let begins = |hex: &str| text.contains(&format!("sha256:{hex}"));
        self.hex.as_deref().is_some_and(begins)
    }
}

/// What the ledger says of a unit's releases, each looked up at once.
#[derive(Debug)]
pub struct Told<'a> {
    here: &'a UnitHistory,
    released: BTreeMap<&'a str, &'a Released>,
    /// The commits that a rollback brought back, by its own.
    back: BTreeMap<&'a str, &'a str>,
}

impl<'a> Told<'a> {
    /// What the history of a unit says where it runs.
    pub fn new(here: &'a UnitHistory) -> Told<'a> {
        let released = here.facts().filter_map(|(_, fact)| match fact {
            Fact::Released(released) => Some((released.release.commit.as_str(), &**released)),
            _ => None,
        });
        let back = here.facts().filter_map(|(_, fact)| match fact {
            Fact::RolledBack(rollback) => Some((rollback.commit.as_str(), rollback.to.commit.as_str())),
            _ => None,
        });
        Told {
            here,
            released: released.collect(),
            back: back.collect(),
        }
    }

    /// What it says of the release that a commit wrote, or wrote first before rollbacks brought it back.
    pub fn released(&self, release: &Recorded) -> Option<&'a Released> {
        let mut commit = release.release.commit.as_str();
        // each brings back what was there before it, so that none is met twice
        for _ in 0..=self.back.len() {
            match self.back.get(commit) {
                Some(earlier) => commit = earlier,
                None => break,
            }
        }
        self.released.get(commit).copied()
    }

    /// The events that speak of each of these releases, the earliest first, here and in the history of the agent wherever
    /// it runs. An event about a commit goes to its
    /// release; one about a tuple is told once, with the last of the releases that have the tuple.
    pub fn evidence(&self, everywhere: &'a UnitHistory, releases: &[&Recorded]) -> Vec<Vec<&'a (Digest, Event)>> {
        let last: BTreeMap<Digest, usize> = releases
            .iter()
            .enumerate()
            .map(|(index, release)| (release.release.tuple, index))
            .collect();
        let by_commit: BTreeMap<&str, usize> = releases
            .iter()
            .enumerate()
            .map(|(index, release)| (release.release.commit.as_str(), index))
            .collect();
        let mut evidence = vec![Vec::new(); releases.len()];
        for told in everywhere.events.iter().chain(&self.here.events) {
            let fact = &told.1.fact;
            let Some(last) = fact.tuple().and_then(|tuple| last.get(&tuple)) else {
                continue;
            };
            let own = commit(fact).and_then(|commit| by_commit.get(commit));
            if let Some(events) = evidence.get_mut(*own.unwrap_or(last)) {
                events.push(told);
            }
        }
        evidence
    }
}

/// The commit of the environment's branch that a fact is about.
fn commit(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Marked(mark) => Some(&mark.release.commit),
        Fact::Gated(gated) => Some(&gated.release.commit),
        _ => fact.commit(),
    }
}

/// The files that a release was made of, by what they are.
pub fn files(record: &TupleRecord) -> Vec<(String, String)> {
    let (agent, tuple): (&AgentName, _) = (&record.agent, &record.tuple);
    let mut found: Vec<(String, String)> = record
        .prompts()
        .map(|(name, part)| (format!("prompt {name}"), layout::prompt(agent, name, part.version)))
        .collect();
    type Path = fn(&AgentName, PlainVersion) -> String;
    let parts = [
        ("tools", &tuple.tools, layout::tools as Path),
        ("retrieval", &tuple.retrieval, layout::retrieval),
        ("contract", &tuple.contract, layout::contract),
    ];
    for (name, part, path) in parts {
        found.extend(part.iter().map(|part| (name.to_owned(), path(agent, part.version))));
    }
    found
}
