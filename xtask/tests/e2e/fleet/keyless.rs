//! Releases signed with certificates: by the services of Sigstore on loopback, for whom a job's token names.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Fleet;
use crate::shell::{refused, run, sh};

const SERVICES: &str = include_str!("sigstore.py");
/// The tool as it is built to make and check certificates, which it would build by itself when it first needs to.
const TOOL: &str = concat!(
    "cargo run --quiet --locked --features sigstore --bin xtask-sigstore --manifest-path '",
    env!("CARGO_MANIFEST_DIR"),
    "/Cargo.toml' --"
);
const WORKFLOW: &str = "https://github.com/example/agent-fleet/.github/workflows/lockstep-release.yml@refs/heads/main";

/// A Sigstore of our own, which certifies whoever its tokens name.
struct Sigstore {
    folder: PathBuf,
    address: String,
    services: Child,
}

impl Sigstore {
    fn start(folder: &Path, identity: &str) -> Sigstore {
        fs::create_dir_all(folder).unwrap();
        let mut services = Command::new("python3")
            .args(["-c", SERVICES])
            .arg(folder)
            .arg(identity)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let output = services.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Sigstore {
            folder: folder.to_owned(),
            address: address.trim().to_owned(),
            services,
        }
    }

    /// How often a path was asked for.
    fn asked(&self, path: &str) -> usize {
        let requests = fs::read_to_string(self.folder.join("requests")).unwrap_or_default();
        requests.lines().filter(|line| line.contains(path)).count()
    }

    /// What GitHub Actions tells a job that may ask for a token.
    fn job(&self) -> String {
        let url = format!("{}/token?api-version=2.0", self.address);
        format!("ACTIONS_ID_TOKEN_REQUEST_URL='{url}' ACTIONS_ID_TOKEN_REQUEST_TOKEN=job GITHUB_ACTIONS=true")
    }
}

impl Drop for Sigstore {
    fn drop(&mut self) {
        // one that has ended needs no end
        let _ = self.services.kill();
        let _ = self.services.wait();
    }
}

/// A clone whose trust file lets the workflow sign, by the services of a Sigstore.
fn clone(fleet: &Fleet, sigstore: &Sigstore) -> PathBuf {
    let clone = fleet.clone("clone", "");
    let trust = format!(
        "signers:\n  - name: ci\n    identity: {WORKFLOW}\n    issuer: https://token.actions.githubusercontent.com\n    environments: [dev, staging]\n"
    );
    fs::write(clone.join("environments/trust.yaml"), trust).unwrap();
    let folder = sigstore.folder.display();
    sh(
        &clone,
        &format!(
            "mkdir environments/sigstore && cp {folder}/trusted_root.json {folder}/signing_config.json environments/sigstore
             git add environments && git commit -qm 'Let the workflow sign' && git push -q origin HEAD:main"
        ),
    );
    clone
}

#[test]
fn a_job_signs_with_one_certificate_and_anybody_can_verify_it() {
    let fleet = Fleet::new();
    let sigstore = Sigstore::start(&fleet.remote().with_file_name("sigstore"), WORKFLOW);
    let clone = clone(&fleet, &sigstore);
    sh(&clone, &format!("{} $XTASK release dev staging --push", sigstore.job()));
    let bundles = sh(
        &clone,
        "for e in dev staging; do git ls-tree -r --name-only environment/$e; done | grep -c 'release.sigstore.json$'",
    );
    let bundles: usize = bundles.parse().unwrap();
    assert!(bundles > 20, "{bundles} units");
    // the log stumbles at the first statement, which is signed and sent once more; events are one for each environment
    let asked = (sigstore.asked("signingCert"), sigstore.asked("log/entries"));
    assert_eq!(asked, (1, bundles + 1 + 2));

    drop(sigstore);
    let auditor = fleet.clone("auditor", "");
    let holds = sh(&auditor, &format!("{TOOL} verify"));
    assert!(holds.contains("holds") && holds.contains("ci"), "{holds}");
    let refused = |first: &str, rule: &str| {
        let line = format!("{first} && {TOOL} verify --trust environments/trust.yaml");
        let outcome = run(&auditor, &line);
        assert!(
            outcome.code == 1 && outcome.errors.contains(rule),
            "{line}: {}",
            outcome.errors
        );
    };
    refused(
        "sed -i 's/release.yml@/other.yml@/' environments/trust.yaml",
        "wrong-identity",
    );
    refused("git checkout -q . && rm -r environments/sigstore", "wrong-log-entry");
}

#[test]
fn a_job_promotes_and_rolls_back_as_who_it_is() {
    let fleet = Fleet::new();
    let sigstore = Sigstore::start(&fleet.remote().with_file_name("sigstore"), WORKFLOW);
    let clone = clone(&fleet, &sigstore);
    let job = |line: &str| sh(&clone, &format!("{} {TOOL} {line}", sigstore.job()));
    job("release dev staging --push");
    let before = sh(&clone, "git show environment/staging:apps/support-rag/manifest.yaml");
    job("promote support-rag --from dev --to staging --as v9.1.0");
    sh(&clone, "git push -q origin HEAD:main");
    job("release staging --push");
    let asked = sigstore.asked("signingCert");
    job("rollback support-rag --environment staging --reason slow --push");
    assert_eq!(sigstore.asked("signingCert"), asked + 1);
    let after = sh(&clone, "git show environment/staging:apps/support-rag/manifest.yaml");
    assert_eq!(after, before);

    drop(sigstore);
    let auditor = fleet.clone("auditor", "");
    let holds = sh(&auditor, &format!("{TOOL} verify --format json"));
    let answer: serde_json::Value = serde_json::from_str(&holds).unwrap();
    let staging = &answer["result"]["environments"][1];
    assert_eq!((&staging["holds"], &staging["chain"]), (&true.into(), &3.into()));
    let units = staging["units"].as_array().unwrap();
    let unit = units.iter().find(|unit| unit["unit"] == "support-rag").unwrap();
    assert_eq!((&unit["kind"], &unit["signer"]), (&"rollback".into(), &"ci".into()));
    // another identity may read the release, and promotes nothing of it
    sh(
        &auditor,
        "sed -i 's/release.yml@/other.yml@/' environments/trust.yaml && git commit -qam 'Trust another workflow'
         git push -q origin HEAD:main",
    );
    let promote = format!("{TOOL} promote support-rag --from dev --to staging --as v9.2.0");
    refused(&auditor, &promote, 1, "wrong-identity");
}

#[test]
fn an_identity_that_may_not_sign_reaches_no_log() {
    let fleet = Fleet::new();
    let sigstore = Sigstore::start(
        &fleet.remote().with_file_name("sigstore"),
        "https://github.com/other/repository",
    );
    let clone = clone(&fleet, &sigstore);
    let line = format!(
        "$XTASK release staging --identity-token {}/token",
        sigstore.folder.display()
    );
    refused(&clone, &line, 2, "is not in the trust file");
    assert_eq!((sigstore.asked("signingCert"), sigstore.asked("log/entries")), (1, 0));
    assert_eq!(sh(&clone, "git branch --list 'environment/*'"), "");
}
