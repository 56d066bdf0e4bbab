//! Trace: which release a digest, a commit or a label leads to.

use super::ledger::{Event, Fact, Recorded, Released, UnitHistory};
use crate::artifact::TupleRecord;
use crate::model::{AgentName, PlainVersion};
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

    /// Whether a text holds it whole, such as the digest of a prompt.
    pub fn stands_in(&self, text: &str) -> bool {
        self.hex
            .as_deref()
            .is_some_and(|hex| hex.len() >= 40 && text.contains(hex))
    }
}

/// What the ledger says of the release that a commit wrote.
pub fn released<'a>(history: &'a UnitHistory, release: &Recorded) -> Option<&'a Released> {
    let commit = release.brought_back.as_ref().unwrap_or(&release.release).commit.clone();
    history.facts().find_map(|(_, fact)| match fact {
        Fact::Released(released) if released.release.commit == commit => Some(&**released),
        _ => None,
    })
}

/// The events that speak of a release: those about its tuple, here and wherever it runs.
pub fn evidence<'a>(histories: &[&'a UnitHistory], release: &Recorded) -> Vec<&'a Event> {
    let about = |(event, fact): (&'a Event, &'a Fact)| (fact.tuple() == Some(release.release.tuple)).then_some(event);
    histories
        .iter()
        .flat_map(|history| history.facts().filter_map(about))
        .collect()
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
