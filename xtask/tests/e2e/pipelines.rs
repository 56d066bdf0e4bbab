//! The pipelines of GitLab, Jenkins and Argo Workflows: what other programs make of them, and what their stages do.

use std::path::{Path, PathBuf};

use crate::fleet::Fleet;
use crate::shell::{refused, run, sh};

/// Stands in for the tool's alias and for the programs that build and scan an image.
const PROGRAMS: &str = r#"
mkdir -p ../programs && cd ../programs
cat > cargo <<'END'
#!/bin/sh
[ "$1" = xtask ] || exit 127
shift
exec "$XTASK" "$@"
END
cat > docker <<'END'
#!/bin/bash
echo "$*" >> ../docker.log
while [ $# -gt 0 ]; do
  [ "$1" != --metadata-file ] || printf '{"containerimage.digest":"sha256:%064d"}' 7 > "$2"
  shift
done
END
printf '#!/bin/sh\n[ ! -e ../holes ]\n' > grype
chmod +x cargo docker grype
"#;

/// A clone of a fleet that has the pipeline of a service on its main branch.
pub fn clone(fleet: &Fleet, service: &str) -> PathBuf {
    let clone = fleet.clone("clone", "");
    sh(&clone, PROGRAMS);
    sh(&clone, &format!("$XTASK new pipeline --ci {service} && git add -A"));
    sh(&clone, "git commit -qm Pipeline && git push -q origin HEAD:main");
    clone
}

/// A command line that runs a stage, with these variables.
pub fn stage(variables: &str, words: &str) -> String {
    format!("PATH=\"$PWD/../programs:$PATH\" LOCKSTEP_ACTOR=anna {variables} bash ci/lockstep.sh {words}")
}

#[test]
fn gitlab_knows_every_key_of_its_pipeline() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "gitlab");
    let check = "check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci";
    sh(&clone, &format!("{check} .gitlab-ci.yml"));
    sh(&clone, "sed -i 's/^  needs:/  neads:/' .gitlab-ci.yml");
    refused(&clone, &format!("{check} .gitlab-ci.yml"), 1, "neads");
}

#[test]
fn groovy_reads_the_pipeline_of_jenkins() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "jenkins");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/jenkinsfile.groovy");
    // where Java is installed without the package that names a default
    let java = "JAVA_HOME=${JAVA_HOME:-$(dirname \"$(dirname \"$(readlink -f \"$(command -v java)\")\")\")}";
    let check = format!("export {java}; groovy '{}' Jenkinsfile", program.display());
    assert_eq!(
        sh(&clone, &check),
        "Prepare, Nightly, Check, Evaluate, Evidence, Release dev, Release staging, Release canary, Release production, \
         Image, Look up, Unit tests, Build, Scan, Candidate, Promote, Hold, Resume, Rollback"
    );
    sh(&clone, "sed -i 's/anyOf/anyof/' Jenkinsfile");
    refused(&clone, &check, 1, "`when` has no `anyof`");
    sh(&clone, "git checkout -q Jenkinsfile && sed -i '$d' Jenkinsfile");
    refused(&clone, &check, 1, "expecting '}'");
}

#[test]
fn shellcheck_finds_nothing_in_the_stages() {
    let fleet = Fleet::new();
    sh(&clone(&fleet, "gitlab"), "shellcheck ci/lockstep.sh ci/propose.sh");
}

#[test]
fn a_merge_is_released_with_its_evidence() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "jenkins");
    sh(&clone, &stage("", "prepare"));
    sh(&clone, &stage("LOCKSTEP_BASE=main", "check"));
    sh(&clone, &stage("LOCKSTEP_BASE=main", "evaluate"));
    sh(
        &clone,
        "test -s .stages/junit.xml && test -s .stages/lockstep.sarif && test -s .stages/comment.md",
    );
    sh(&clone, &stage("", "evidence"));
    let summary = sh(&clone, "cat .stages/summary-support-rag.md");
    assert!(summary.contains("2 of 2 stages passed"), "{summary}");
    sh(&clone, &stage("", "release dev"));
    let analyse = stage("LOCKSTEP_AGENT=support-rag", "analyse production");
    assert_eq!(sh(&clone, &analyse), "production: proceed true, strategy blue-green");
    let other = stage(
        "LOCKSTEP_AGENT=support-rag LOCKSTEP_STRATEGY=rolling",
        "analyse production",
    );
    refused(
        &clone,
        &other,
        2,
        "the values ask for `blue-green`, and not for `rolling`",
    );
    let release = stage(
        "LOCKSTEP_AGENT=support-rag LOCKSTEP_STRATEGY=blue-green",
        "release production production_deploy",
    );
    sh(&clone, &release);
    assert_eq!(sh(&clone, &analyse), "production: proceed false, strategy rolling");
    let stages = sh(
        &clone,
        "$XTASK stage summary --agent support-rag --environment production",
    );
    assert!(stages.contains("production_deploy"), "{stages}");
    // what was sent stands on the remote
    sh(
        &clone,
        "git -C ../remote.git rev-parse environment/production lockstep/ledger",
    );
}

#[test]
fn an_image_that_was_scanned_is_proposed_and_recorded_on_its_own_tuple() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "argo-workflows");
    let code =
        "git init -q ../code && cd ../code && echo FROM scratch > Dockerfile && git add . && git commit -qm Code";
    sh(&clone, code);
    let revision = sh(&clone, "git -C ../code rev-parse HEAD");
    let image = |words: &str| {
        let variables = format!(
            "GIT_ALLOW_PROTOCOL=file LOCKSTEP_SOURCE=\"file://$PWD/../code\" LOCKSTEP_AGENT=support-rag LOCKSTEP_REVISION={revision}"
        );
        stage(&variables, words)
    };
    refused(&clone, &image("look_up tagged"), 2, "no tag names");
    sh(&clone, "git -C ../code tag v1");
    for words in ["look_up tagged", "unit_test"] {
        sh(&clone, &image(words));
    }
    // nothing was built, so nothing is said of any tuple
    let none = sh(&clone, &image("record"));
    assert!(none.contains("no image of support-rag"), "{none}");
    sh(&clone, &image("build_image"));
    sh(&clone, "touch ../holes");
    assert_eq!(run(&clone, &image("security_scan")).code, 1);
    assert_eq!(sh(&clone, "cut -d' ' -f1 .stages/security_scan"), "failed");
    sh(&clone, "rm ../holes");
    for words in ["security_scan", "candidate", "record"] {
        sh(&clone, &image(words));
    }
    let proposed = sh(
        &clone,
        "git -C ../remote.git log -1 --format=%B --branches='candidate/*'",
    );
    assert!(
        proposed.starts_with("Take support-rag's image of") && proposed.ends_with("Requested-by: anna"),
        "{proposed}"
    );
    let summary = sh(&clone, "cat .stages/summary-support-rag.md");
    assert!(summary.contains("3 of 3 stages passed"), "{summary}");
    let log = sh(&clone, "cat ../docker.log");
    assert!(
        log.contains("--target test") && log.contains(&format!(":{revision}")),
        "{log}"
    );
}

#[test]
fn what_is_done_by_hand_is_proposed_and_what_was_typed_runs_nowhere() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "gitlab");
    sh(&clone, &stage("", "release dev"));
    sh(&clone, &stage("", "release staging"));
    let hand = |run: u32, words: &str, environment: &str| {
        let reason = "LOCKSTEP_REASON='slow $(touch ../typed) \"; touch ../typed #'";
        let variables =
            format!("LOCKSTEP_RUN={run} {reason} LOCKSTEP_AGENT=support-rag LOCKSTEP_ENVIRONMENT={environment}");
        stage(&variables, words)
    };
    sh(&clone, &hand(1, "hold", "staging"));
    refused(
        &clone,
        &stage("LOCKSTEP_AGENT=support-rag", "release staging"),
        3,
        "held",
    );
    // its file was never merged, so there is none to take away
    let resumed = sh(&clone, &hand(2, "resume", "staging"));
    assert!(resumed.contains("nothing is proposed"), "{resumed}");
    sh(
        &clone,
        &hand(3, "promote", "staging")
            .replace("LOCKSTEP_RUN", "LOCKSTEP_FROM=dev LOCKSTEP_RELEASE=v9.9.9 LOCKSTEP_RUN"),
    );
    refused(&clone, &hand(4, "rollback", "staging"), 1, "no-earlier-release");
    refused(&clone, &hand(5, "hold", ""), 2, "no environment is named");
    refused(&clone, &stage("", "anything"), 2, "there is no stage `anything`");
    let proposed = sh(
        &clone,
        "git -C ../remote.git branch --list 'hold/*' 'promote/*' 'rollback/*' --format='%(refname:short)'",
    );
    assert_eq!(proposed, "hold/staging-1\npromote/staging-3");
    sh(&clone, "test ! -e ../typed");
}
