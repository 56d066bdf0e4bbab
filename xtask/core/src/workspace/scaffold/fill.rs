//! The places in a pipeline's text, `@LIKE_THIS@`, that shared pieces and the fleet fill.

use crate::model::{PipelineStage, Tier};
use crate::workspace::files::{Follows, SourceBranch};
use crate::workspace::{Environment, Workspace};

/// What every workflow of Argo has, on the second level of a file.
const GROUND: &str = include_str!("pipelines/argo-workflows/ground.part");

/// Pieces that several files share.
const PIECES: [(&str, &str); 8] = [
    ("@CREDENTIALS@", include_str!("pipelines/github/credentials.part")),
    ("@GROUND@", GROUND),
    ("@INPUTS@", include_str!("pipelines/argo-workflows/inputs.part")),
    ("@ENV@", include_str!("pipelines/argo-workflows/env.part")),
    ("@BUILDER@", include_str!("pipelines/argo-workflows/builder.part")),
    (
        "@READING_SECRET@",
        include_str!("pipelines/argo-workflows/reading-secret.part"),
    ),
    (
        "@WRITING_SECRET@",
        include_str!("pipelines/argo-workflows/writing-secret.part"),
    ),
    (
        "@REGISTRY_SECRET@",
        include_str!("pipelines/argo-workflows/registry-secret.part"),
    ),
];

/// A text with shared pieces and the fleet's names in the places that ask for them.
pub(super) fn filled(workspace: &Workspace, text: &str) -> String {
    let fleet = &workspace.fleet;
    let names: Vec<&str> = fleet.environments.iter().map(|name| name.as_str()).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let inside: Vec<String> = GROUND.lines().map(|line| format!("  {line}")).collect();
    let mut text = text.replace("@GROUND_INSIDE@", &inside.join("\n"));
    for (place, piece) in PIECES {
        text = text.replace(place, piece.trim_end());
    }
    text.replace("@RELEASE_JOBS@", &gitlab_jobs(workspace))
        .replace("@RELEASE_RULE@", &gitlab_rule(&releasing(workspace, None)))
        .replace("@RELEASE_STAGES@", jenkins_stages(workspace).trim_end())
        .replace("@RELEASE_GLOBS@", &jenkins_globs(&releasing(workspace, None)))
        .replace("@RELEASE_TASKS@", argo_tasks(workspace).trim_end())
        .replace("@RELEASE_BRANCHES@", &github_branches(&releasing(workspace, None)))
        .replace("@CANDIDATE_LIST@", &candidate_list(workspace))
        .replace("@DEPLOY_STAGES@", github_stages(workspace).trim_end())
        .replace("@ENVIRONMENTS@", &names.join(", "))
        .replace("@QUOTED_ENVIRONMENTS@", &quoted.join(", "))
        .replace("@FIRST_ENVIRONMENT@", names.first().unwrap_or(&""))
        .replace("@REPOSITORY@", &fleet.delivery.repo_url)
        .replace("@PREFIX@", &fleet.delivery.branch_prefix.replace('/', "\\/"))
        .replace("@DRY@", &fleet.delivery.dry_branch)
}

/// The branches that something is released from, or those that may release to an environment; without a map, the one that
/// people edit.
fn releasing(workspace: &Workspace, to: Option<&Environment>) -> Vec<String> {
    let fleet = &workspace.fleet;
    if fleet.branches.is_empty() {
        return vec![fleet.delivery.dry_branch.clone()];
    }
    let may = |branch: &&SourceBranch| match to {
        None => !branch.releases.is_empty(),
        Some(environment) => branch.releases.contains(&environment.name),
    };
    let names = fleet.branches.iter().filter(may);
    names.map(|branch| branch.name.replace("<version>", "*")).collect()
}

/// Branches as patterns of GitHub.
fn github_branches(names: &[String]) -> String {
    let quoted = names.iter().map(|name| match name.contains('*') {
        true => format!("\"{name}\""),
        false => name.clone(),
    });
    quoted.collect::<Vec<_>>().join(", ")
}

/// Branches as a condition of GitLab.
fn gitlab_rule(names: &[String]) -> String {
    let condition = |name: &String| match name.contains('*') {
        true => {
            let pattern = name.replace('.', "\\.").replace('/', "\\/").replace('*', "[^\\/]+");
            format!("$CI_COMMIT_BRANCH =~ /^{pattern}$/")
        }
        false => format!("$CI_COMMIT_BRANCH == \"{name}\""),
    };
    names.iter().map(condition).collect::<Vec<_>>().join(" || ")
}

/// Branches as conditions of Jenkins.
fn jenkins_globs(names: &[String]) -> String {
    let condition = |name: &String| format!("branch '{name}'");
    names.iter().map(condition).collect::<Vec<_>>().join("; ")
}

/// The environments that follow the candidate, as a list in JSON.
fn candidate_list(workspace: &Workspace) -> String {
    let follow = workspace.environments.iter();
    let follow = follow.filter(|environment| environment.file.follows == Follows::Candidate);
    let names: Vec<String> = follow.map(|environment| format!("\"{}\"", environment.name)).collect();
    format!("[{}]", names.join(", "))
}

/// The stage that a release to an environment is; none in dev.
fn stage(environment: &Environment) -> Option<PipelineStage> {
    match environment.file.tier {
        Tier::Dev => None,
        Tier::Staging => Some(PipelineStage::DeployStaging),
        Tier::Canary => Some(PipelineStage::CanaryDeploy),
        Tier::Production => Some(PipelineStage::ProductionDeploy),
    }
}

/// The name of that stage, or nothing.
fn stage_name(environment: &Environment) -> String {
    stage(environment).map(|stage| stage.to_string()).unwrap_or_default()
}

/// The stage that a release to each environment is, as cases of a shell.
fn github_stages(workspace: &Workspace) -> String {
    let case = |environment: &Environment| {
        let stage = stage(environment)?;
        Some(format!("            {}) stage={stage} ;;\n", environment.name))
    };
    workspace.environments.iter().filter_map(case).collect()
}

/// A job for each environment; those that do not follow the candidate wait for a person, and all for the one before.
fn gitlab_jobs(workspace: &Workspace) -> String {
    let mut text = String::new();
    let mut before: Option<&Environment> = None;
    for environment in &workspace.environments {
        let name = &environment.name;
        let rule = gitlab_rule(&releasing(workspace, Some(environment)));
        if rule.is_empty() {
            continue;
        }
        let needs = before.map(|before| format!(", {{job: release-{}, optional: true}}", before.name));
        let person = match environment.file.follows {
            Follows::Releases => "      when: manual\n",
            Follows::Candidate => "",
        };
        text.push_str(&format!(
            "
release-{name}:
  extends: .release
  environment: {{name: {name}}}
  needs: [check, evidence{}]
  script:
    - bash ci/lockstep.sh release {name} {}
  rules:
    - if: ({rule}) && ($CI_PIPELINE_SOURCE == \"push\" || $LOCKSTEP_ACTION == \"release\")
{person}",
            needs.unwrap_or_default(),
            stage_name(environment),
        ));
        before = Some(environment);
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A stage for each environment; those that do not follow the candidate wait for a person.
fn jenkins_stages(workspace: &Workspace) -> String {
    let stage = |environment: &Environment| {
        let name = &environment.name;
        let globs = jenkins_globs(&releasing(workspace, Some(environment)));
        if globs.is_empty() {
            return String::new();
        }
        let input = match environment.file.follows {
            Follows::Candidate => String::new(),
            Follows::Releases => format!("      input {{ message 'Release to {name}?' }}\n"),
        };
        let recorded = stage_name(environment);
        let words = format!("release {name} {recorded}");
        format!(
            "    stage('Release {name}') {{
      when {{
        beforeInput true
        not {{ triggeredBy 'TimerTrigger' }}
        expression {{ params.ACTION == 'none' }}
        anyOf {{ {globs} }}
      }}
{input}      steps {{
        signing('{}')
      }}
    }}
",
            words.trim_end()
        )
    };
    workspace.environments.iter().map(stage).collect()
}

/// A task for each environment, after the one before.
fn argo_tasks(workspace: &Workspace) -> String {
    let mut text = String::new();
    let mut before = "check.Succeeded && evidence.Succeeded".to_owned();
    for environment in &workspace.environments {
        let (name, recorded) = (&environment.name, stage_name(environment));
        let approval = environment.file.follows == Follows::Releases;
        text.push_str(&format!(
            "          - name: {name}
            depends: {before}
            template: environment
            arguments:
              parameters:
                - {{name: environment, value: {name}}}
                - {{name: recorded, value: \"{recorded}\"}}
                - {{name: approval, value: \"{approval}\"}}
"
        ));
        before = format!("{name}.Succeeded");
    }
    text
}
