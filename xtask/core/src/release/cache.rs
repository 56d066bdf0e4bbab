//! What a run remembers for the next one: which inputs gave which files on a branch. Only ever a short cut: whatever
//! it does not know, or what the branch does not confirm, is rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};

use crate::model::{AgentName, Digest, EnvironmentName, ObjectId};
use crate::workspace::Dependencies;

/// First line of the file; another format is another line, and then nothing is remembered.
const HEADER: &str = "lockstep cache 6";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// The program that wrote it: another one may render differently.
    pub tool: String,
    /// The agents' folders by git id, and what they depend on.
    pub agents: BTreeMap<AgentName, CachedAgent>,
    /// The copies of blueprints that releases may name, by digest, and their git ids.
    pub copies: BTreeMap<String, String>,
    /// The branches on which every unit of theirs below stands as remembered.
    pub tips: BTreeMap<EnvironmentName, CachedTip>,
    /// The digest of what was told of an environment's own, by its name, and under `*` of the fleet's; nothing where all was
    /// well.
    pub told: BTreeMap<String, String>,
    /// The units that were on the branches after the run.
    pub units: BTreeMap<(EnvironmentName, AgentName), CachedUnit>,
}

/// What is remembered of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedTip {
    /// The commit that it stood at.
    pub commit: String,
    /// The digest of what the rules of environments know of `_environment`.
    pub facts: String,
}

/// What is remembered of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedAgent {
    /// The git id of its folder.
    pub folder: String,
    /// The agents that it depends on.
    pub dependencies: Vec<AgentName>,
}

/// What is remembered of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedUnit {
    /// The key of its inputs; nothing matches that of a unit that has to be judged each time.
    pub key: String,
    /// The digest of what the rules of its environment know of it.
    pub facts: String,
    /// The version that it runs.
    pub version: String,
    /// The git ids of its folders and file on the branch, in one word.
    pub place: String,
    /// The identities of its objects.
    pub objects: Vec<u64>,
}

impl Cache {
    /// Reads the file; anything unexpected means that nothing is remembered.
    pub fn parse(text: &str, tool: &str) -> Cache {
        Cache::try_parse(text)
            .filter(|cache| cache.tool == tool)
            .unwrap_or_default()
    }

    fn try_parse(text: &str) -> Option<Cache> {
        let mut lines = text.lines();
        if lines.next()? != HEADER {
            return None;
        }
        let mut cache = Cache {
            tool: lines.next()?.to_owned(),
            ..Cache::default()
        };
        let mut whole = false;
        for line in lines {
            let mut words = line.split(' ');
            match words.next()? {
                "agent" => {
                    let name = AgentName::new(words.next()?).ok()?;
                    let folder = words.next()?.to_owned();
                    let dependencies = words.map(|word| AgentName::new(word).ok()).collect::<Option<_>>()?;
                    cache.agents.insert(name, CachedAgent { folder, dependencies });
                }
                "copy" => {
                    let mut text = || words.next().map(str::to_owned);
                    cache.copies.insert(text()?, text()?);
                }
                "told" => {
                    let mut text = || words.next().map(str::to_owned);
                    cache.told.insert(text()?, text()?);
                }
                "tip" => {
                    let environment = EnvironmentName::new(words.next()?).ok()?;
                    let mut text = || words.next().map(str::to_owned);
                    let (commit, facts) = (text()?, text()?);
                    cache.tips.insert(environment, CachedTip { commit, facts });
                }
                "unit" => {
                    let place = (
                        EnvironmentName::new(words.next()?).ok()?,
                        AgentName::new(words.next()?).ok()?,
                    );
                    let mut text = || words.next().map(str::to_owned);
                    let (key, facts, version, git) = (text()?, text()?, text()?, text()?);
                    let objects = words
                        .map(|word| u64::from_str_radix(word, 16).ok())
                        .collect::<Option<_>>()?;
                    cache.units.insert(
                        place,
                        CachedUnit {
                            key,
                            facts,
                            version,
                            place: git,
                            objects,
                        },
                    );
                }
                "end" => whole = true,
                _ => return None,
            }
        }
        // a file that was cut short says nothing
        whole.then_some(cache)
    }

    /// The file.
    pub fn text(&self) -> String {
        let objects: usize = self.units.values().map(|unit| unit.objects.len()).sum();
        let lines = self.agents.len() + self.copies.len() + self.told.len() + self.tips.len() + self.units.len();
        let mut text = String::with_capacity(256 * (1 + lines) + 17 * objects);
        self.write(&mut text).expect("a text takes whatever is written to it");
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        write!(text, "{HEADER}\n{}\n", self.tool)?;
        for (name, agent) in &self.agents {
            write!(text, "agent {name} {}", agent.folder)?;
            for dependency in &agent.dependencies {
                write!(text, " {dependency}")?;
            }
            text.push('\n');
        }
        for (digest, id) in &self.copies {
            writeln!(text, "copy {digest} {id}")?;
        }
        for (name, digest) in &self.told {
            writeln!(text, "told {name} {digest}")?;
        }
        for (environment, tip) in &self.tips {
            writeln!(text, "tip {environment} {} {}", tip.commit, tip.facts)?;
        }
        for ((environment, agent), unit) in &self.units {
            write!(
                text,
                "unit {environment} {agent} {} {} {} {}",
                unit.key, unit.facts, unit.version, unit.place
            )?;
            for object in &unit.objects {
                write!(text, " {object:x}")?;
            }
            text.push('\n');
        }
        text.push_str("end\n");
        Ok(())
    }

    /// What the agents depend on.
    pub fn dependencies(&self) -> Dependencies {
        self.agents
            .iter()
            .map(|(name, agent)| (name.clone(), agent.dependencies.clone()))
            .collect()
    }

    /// Whether any of these objects is one of a remembered unit of other places than `except`.
    pub fn has_object(&self, objects: &BTreeSet<u64>, except: &BTreeSet<(EnvironmentName, AgentName)>) -> bool {
        let units = self.units.iter().filter(|(place, _)| !except.contains(*place));
        units
            .flat_map(|(_, unit)| &unit.objects)
            .any(|object| objects.contains(object))
    }
}

/// An object of a cluster in 64 bits: two objects with the same number are looked at closely, no more.
pub fn object_number(server: &str, id: &ObjectId) -> u64 {
    let mut hash = Sha256::new();
    for part in [server, &id.namespace, &id.name, &id.group, &id.kind] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The key of everything that a unit is rendered from: the program, and git ids of what it reads.
pub fn unit_key(parts: &[&str]) -> String {
    let mut text = parts.join("\0");
    text.push('\0');
    let mut key = Digest::of(text.as_bytes()).hex();
    key.truncate(32);
    key
}
