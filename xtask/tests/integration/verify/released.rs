//! A really signed release, and the means to spoil it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use git2::Oid;
use lockstep::model::Digest;
use serde_json::Value;
use xtask::adapters::signer::LocalKey;
use xtask::ports::Signer;

use crate::fleet::{Answer, Fleet};
use crate::git::fixture::signature;

/// The branch that is spoilt.
pub const BRANCH: &str = "environment/dev";

/// A fleet whose dev environment is released and signed.
pub struct Released {
    pub fleet: Fleet,
}

impl Released {
    pub fn new() -> Released {
        let fleet = Fleet::small();
        fleet.release(&["dev"]);
        Released { fleet }
    }

    /// Releases `orders` once more, with another image.
    pub fn again(&self, repository: &str) -> &Released {
        let path = "agents/orders/agent.yaml";
        let text = fs::read_to_string(self.fleet.repository.path(path)).unwrap();
        let changed = text.lines().map(|line| match line.split_once("repository: ") {
            Some((indent, _)) => format!("{indent}repository: registry.example.com/{repository}\n"),
            None => format!("{line}\n"),
        });
        self.fleet.put(path, &changed.collect::<String>()).commit(repository);
        self.fleet.release(&["dev"]);
        self
    }

    /// The bytes of a file of the branch.
    pub fn bytes(&self, path: &str) -> Vec<u8> {
        self.fleet.file(BRANCH, path).into_bytes()
    }

    /// Commits to the branch a file, or its removal, as somebody else would.
    pub fn put(&self, path: &str, bytes: Option<&[u8]>) -> &Released {
        self.put_as(path, bytes, 0o100_644)
    }

    /// The same with a mode of one's own.
    pub fn put_as(&self, path: &str, bytes: Option<&[u8]>, mode: i32) -> &Released {
        let git = &self.fleet.repository.git;
        let blob = bytes.map(|bytes| git.blob(bytes).unwrap());
        self.graft(&path.split('/').collect::<Vec<_>>(), blob, mode)
    }

    /// Commits to the branch an entry at a path of raw names, or takes it away.
    pub fn graft(&self, path: &[&str], id: Option<Oid>, mode: i32) -> &Released {
        let git = &self.fleet.repository.git;
        let tip = git.find_commit(self.fleet.tip(BRANCH).unwrap()).unwrap();
        let tree = graft(git, Some(tip.tree_id()), path, id, mode);
        let tree = git.find_tree(tree).unwrap();
        let reference = format!("refs/heads/{BRANCH}");
        git.commit(Some(&reference), &signature(), &signature(), "Spoil", &tree, &[&tip])
            .unwrap();
        self
    }

    /// Where a unit's bundle stands.
    pub fn bundle_path(unit: &str) -> String {
        format!(".lockstep/{unit}/release.sigstore.json")
    }

    /// Changes a unit's bundle as text.
    pub fn edit_bundle(&self, unit: &str, edit: impl FnOnce(String) -> String) -> &Released {
        let path = Released::bundle_path(unit);
        let text = edit(self.fleet.file(BRANCH, &path));
        self.put(&path, Some(text.as_bytes()))
    }

    /// Changes a unit's bundle as JSON.
    pub fn edit_json(&self, unit: &str, edit: impl FnOnce(&mut Value)) -> &Released {
        self.edit_bundle(unit, |text| {
            let mut bundle = serde_json::from_str(&text).unwrap();
            edit(&mut bundle);
            bundle.to_string()
        })
    }

    /// The payload of a unit's bundle.
    pub fn payload(&self, unit: &str) -> Vec<u8> {
        lockstep::artifact::payload(&self.bytes(&Released::bundle_path(unit))).unwrap()
    }

    /// Signs another payload for a unit, with the key that signed the release.
    pub fn sign(&self, unit: &str, payload: &[u8]) -> &Released {
        let bundle = self.key().sign(&[Arc::from(payload)]).unwrap().remove(0);
        self.put(&Released::bundle_path(unit), Some(&bundle))
    }

    /// Changes a unit's statement, and signs it again in canonical form.
    pub fn restate(&self, unit: &str, edit: impl FnOnce(&mut Value)) -> &Released {
        let mut statement: Value = serde_json::from_slice(&self.payload(unit)).unwrap();
        edit(&mut statement);
        self.sign(unit, &lockstep::model::canonical_json(&statement))
    }

    /// Makes another release of a unit in the place of the last one, as its signer could: one file differs, the statement
    /// may, and every list and signature fits.
    pub fn forge(&self, unit: &str, path: &str, bytes: &[u8], edit: impl FnOnce(&mut Value)) -> &Released {
        let git = &self.fleet.repository.git;
        let parents = git
            .find_commit(self.fleet.tip(BRANCH).unwrap())
            .unwrap()
            .parent_ids()
            .collect::<Vec<_>>();
        let (before, statement) = (Digest::of(&self.bytes(path)), Digest::of(&self.payload(unit)));
        self.put(path, Some(bytes));
        let inventory = format!(".lockstep/{unit}/inventory.json");
        let listed = self.relist(&inventory, before, Digest::of(bytes));
        self.restate(unit, |statement| {
            subject(statement, path, bytes);
            subject(statement, &inventory, &listed);
            edit(statement);
        });
        let own = ".lockstep/_environment/inventory.json";
        let listed = self.relist(own, statement, Digest::of(&self.payload(unit)));
        self.restate("_environment", |statement| subject(statement, own, &listed));
        let tip = git.find_commit(self.fleet.tip(BRANCH).unwrap()).unwrap();
        let parents: Vec<_> = parents.into_iter().map(|id| git.find_commit(id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        let forged = git
            .commit(
                None,
                &signature(),
                &signature(),
                "Forge",
                &tip.tree().unwrap(),
                &parents,
            )
            .unwrap();
        self.fleet.repository.set(&format!("refs/heads/{BRANCH}"), forged);
        self.fleet.record_again();
        self
    }

    /// Puts another digest into an inventory, and returns its new bytes.
    fn relist(&self, path: &str, before: Digest, after: Digest) -> Vec<u8> {
        let text = self.fleet.file(BRANCH, path);
        let text = text.replace(&before.to_string(), &after.to_string());
        self.put(path, Some(text.as_bytes()));
        text.into_bytes()
    }

    /// The key that signed the release.
    pub fn key(&self) -> LocalKey {
        let pem = fs::read_to_string(self.fleet.repository.path(".git/lockstep/keys/development.key")).unwrap();
        LocalKey::from_pem(&pem).unwrap().unwrap()
    }

    /// Verifies the branch.
    pub fn verify(&self) -> Answer {
        self.fleet.run(&["verify", "--environment", "dev"])
    }

    /// Verifies with a trust file that holds the release's key under these further lines.
    pub fn verify_with(&self, entry: &str) -> Answer {
        let pem = self.key().public().to_pem().replace('\n', "\n      ");
        let text = format!("signers:\n  - name: ours\n    key: |\n      {pem}\n{entry}");
        let path = self.fleet.repository.path(".git/trust.yaml");
        fs::write(&path, text).unwrap();
        self.fleet
            .run(&["verify", "--environment", "dev", "--trust", path.to_str().unwrap()])
    }

    /// Verification refuses it by this rule, at this file, and says so in the message.
    #[track_caller]
    pub fn refused(&self, rule: &str, file: &str, said: &str) {
        refused(&self.verify(), rule, file, said);
    }
}

/// Lets a statement name these bytes under a path.
fn subject(statement: &mut Value, path: &str, bytes: &[u8]) {
    let subjects = statement["subject"].as_array_mut().unwrap();
    let subject = subjects.iter_mut().find(|subject| subject["name"] == path).unwrap();
    subject["digest"]["sha256"] = Digest::of(bytes).hex().into();
}

/// An answer with exactly this finding.
#[track_caller]
pub fn refused(answer: &Answer, rule: &str, file: &str, said: &str) {
    assert_eq!((answer.exit, answer.rules()), (1, vec![rule]), "{}", answer.text());
    let finding = &answer.json["findings"][0];
    assert_eq!(finding["location"]["file"], file, "{}", answer.text());
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains(said), "`{said}` is not in: {message}");
}

/// Base64 as bundles have it.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// What base64 stands for.
pub fn unbase64(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn graft(git: &git2::Repository, tree: Option<Oid>, path: &[&str], id: Option<Oid>, mode: i32) -> Oid {
    let (name, rest) = path.split_first().unwrap();
    let mut entries: BTreeMap<Vec<u8>, (i32, Oid)> = BTreeMap::new();
    if let Some(tree) = tree {
        for entry in &git.find_tree(tree).unwrap() {
            entries.insert(entry.name_bytes().to_vec(), (entry.filemode_raw(), entry.id()));
        }
    }
    let old = entries.remove(name.as_bytes()).map(|(_, id)| id);
    let new = match rest {
        [] => id.map(|id| (mode, id)),
        _ => Some((0o040_000, graft(git, old, rest, id, mode))),
    };
    if let Some(new) = new {
        entries.insert(name.as_bytes().to_vec(), new);
    }
    let mut sorted: Vec<_> = entries.into_iter().collect();
    sorted.sort_by_key(|(name, (mode, _))| {
        let end: &[u8] = if *mode == 0o040_000 { b"/" } else { b"" };
        [name.as_slice(), end].concat()
    });
    let mut raw = Vec::new();
    for (name, (mode, id)) in sorted {
        raw.extend(format!("{mode:o} ").into_bytes());
        raw.extend(name);
        raw.push(0);
        raw.extend(id.as_bytes());
    }
    git.odb().unwrap().write(git2::ObjectType::Tree, &raw).unwrap()
}
