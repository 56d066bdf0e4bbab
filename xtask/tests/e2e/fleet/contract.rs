//! The environment branch as git sees it: files, message, notes, and what a second release adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use expect_test::expect;
use serde_json::Value;

use super::{ENVIRONMENTS, Fleet, write_prompt};
use crate::shell::sh;

/// What a branch has once, beside its agents.
const OWN: [&str; 4] = [
    ".gitattributes",
    "argocd/_environment.yaml",
    "argocd/_project.yaml",
    "argocd/_root.yaml",
];

#[test]
fn git_finds_no_fault_and_every_branch_holds_exactly_what_the_contract_says() {
    let fleet = Fleet::new();
    let clone = fleet.released();
    assert_eq!(sh(&clone, "git fsck --strict --full 2>&1"), "");
    assert_eq!(sh(&clone, "git status --porcelain"), "");
    for environment in ENVIRONMENTS {
        let listing = sh(&clone, &format!("git ls-tree -r environment/{environment}"));
        let (modes, files): (BTreeSet<&str>, BTreeSet<&str>) = listing
            .lines()
            .map(|line| (&line[..11], line.split_once('\t').unwrap().1))
            .unzip();
        assert_eq!(modes, BTreeSet::from(["100644 blob"]), "no links, no executables");
        let units = sh(
            &clone,
            &format!("git ls-tree --name-only environment/{environment}:apps"),
        );
        assert!(units.lines().count() > 8);
        let mut expected: BTreeSet<String> = units.lines().flat_map(unit_files).collect();
        if environment == "dev" {
            // the development key signs for environments that follow the candidate
            let bundle = |unit| format!(".lockstep/{unit}/release.sigstore.json");
            expected.extend(units.lines().map(bundle));
        }
        assert_eq!(files, expected.iter().map(String::as_str).collect());
        for unit in units.lines() {
            check_inventory(&fleet.files(environment), unit);
        }
    }
}

/// The files of a unit.
fn unit_files(unit: &str) -> Vec<String> {
    let mut files: Vec<String> = ["README.md", "hydrator.metadata", "manifest.yaml"]
        .map(|file| format!("apps/{unit}/{file}"))
        .into();
    files.extend(["inventory.json", "tuple.json"].map(|file| format!(".lockstep/{unit}/{file}")));
    if unit == "_environment" {
        files.extend(OWN.map(str::to_owned));
    } else {
        files.push(format!("argocd/{unit}.yaml"));
    }
    files
}

/// Every file of the unit but the inventory itself is in the inventory, with the digest that `sha256sum` computes.
fn check_inventory(files: &Path, unit: &str) {
    let inventory = fs::read(files.join(format!(".lockstep/{unit}/inventory.json"))).unwrap();
    let inventory: Value = serde_json::from_slice(&inventory).unwrap();
    let recorded: BTreeMap<String, String> = serde_json::from_value(inventory["files"].clone()).unwrap();
    let expected: BTreeSet<String> = unit_files(unit)
        .into_iter()
        .filter(|file| !file.ends_with("inventory.json"))
        .collect();
    assert_eq!(recorded.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let list: String = recorded
        .iter()
        .map(|(file, digest)| format!("{}  {file}\n", digest.strip_prefix("sha256:").unwrap()))
        .collect();
    fs::write(files.join("list"), list).unwrap();
    sh(files, "sha256sum --check --strict --quiet list && rm list");
}

#[test]
fn git_reads_every_trailer_and_the_note_names_the_dry_commit() {
    let fleet = Fleet::new();
    let clone = fleet.released();
    let dry = sh(&clone, "git rev-parse HEAD");
    for environment in ENVIRONMENTS {
        let message = sh(&clone, &format!("git log -1 --format=%B environment/{environment}"));
        let trailers = sh(
            &clone,
            &format!("git log -1 --format=%B environment/{environment} | git interpret-trailers --parse"),
        );
        let (_, last) = message.rsplit_once("\n\n").unwrap();
        assert_eq!(trailers, last, "the last paragraph is trailers and nothing else");
        let count = |key: &str| trailers.lines().filter(|line| line.starts_with(key)).count();
        let agents = sh(
            &clone,
            &format!("git ls-tree --name-only environment/{environment}:apps | grep -vc ^_"),
        );
        assert_eq!(count("Tuple-id: ").to_string(), agents);
        assert_eq!(count("Input-digest: ").to_string(), agents);
        assert!(trailers.contains(&format!("Dry-sha: {dry}\n")));
        assert_eq!(count("Argocd-reference-commit-sha: "), 1);

        let note = sh(
            &clone,
            &format!("git notes --ref=hydrator.metadata show environment/{environment}"),
        );
        let note: Value = serde_json::from_str(&note).unwrap();
        assert_eq!(note["drySha"], dry.as_str());
    }
}

#[test]
fn a_release_without_a_change_makes_no_commit_and_moves_the_note() {
    let fleet = Fleet::new();
    let clone = fleet.released();
    let tips = "git for-each-ref --format='%(refname) %(objectname)' refs/heads/environment";
    let before = sh(&clone, tips);
    let text = sh(&clone, "$XTASK release dev staging canary production");
    assert_eq!(text.matches("nothing to change").count(), 4, "{text}");
    sh(
        &clone,
        "git commit -q --allow-empty -m 'Nothing that is rendered' && $XTASK release dev",
    );
    assert_eq!(sh(&clone, tips), before);
    let note = sh(&clone, "git notes --ref=hydrator.metadata show environment/dev");
    assert!(note.contains(&sh(&clone, "git rev-parse HEAD")), "{note}");
}

#[test]
fn a_new_prompt_changes_one_agent_in_the_environment_that_follows_the_candidate() {
    let fleet = Fleet::new();
    let clone = fleet.released();
    write_prompt(&clone, "9.0.0");
    let text = sh(&clone, "$XTASK release dev staging canary production");
    assert_eq!(text.matches("nothing to change").count(), 3, "{text}");
    expect![[r#"
        .lockstep/_environment/inventory.json
        .lockstep/_environment/release.sigstore.json
        .lockstep/support-rag/inventory.json
        .lockstep/support-rag/release.sigstore.json
        .lockstep/support-rag/tuple.json
        apps/_environment/README.md
        apps/_environment/hydrator.metadata
        apps/support-rag/README.md
        apps/support-rag/hydrator.metadata
        apps/support-rag/manifest.yaml"#]]
    .assert_eq(&sh(&clone, "git diff --name-only environment/dev~1 environment/dev"));
    // The previous ConfigMap stays for the pods that still mount it.
    let generations =
        "git show environment/dev:apps/support-rag/manifest.yaml | grep -c '^  name: support-rag-prompts-'";
    assert_eq!(sh(&clone, generations), "2");
}
