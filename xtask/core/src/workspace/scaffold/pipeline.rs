//! Pipelines: what a CI service runs, made of the fleet's environments and branches.

use super::Plan;
use crate::model::{PipelineStage, Tier};
use crate::workspace::files::Follows;
use crate::workspace::{Environment, Workspace, layout};

/// A CI service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiService {
    /// GitHub Actions: one workflow for each thing that is done.
    Github,
    /// GitLab CI/CD.
    Gitlab,
    /// Jenkins, as a declarative pipeline.
    Jenkins,
    /// Argo Workflows, as a template.
    ArgoWorkflows,
}

/// The workflows of GitHub Actions by file name.
const GITHUB: &[(&str, &str)] = &[
    (
        "lockstep-approval.yml",
        include_str!("pipelines/github/lockstep-approval.yml"),
    ),
    (
        "lockstep-check.yml",
        include_str!("pipelines/github/lockstep-check.yml"),
    ),
    ("lockstep-hold.yml", include_str!("pipelines/github/lockstep-hold.yml")),
    (
        "lockstep-image.yml",
        include_str!("pipelines/github/lockstep-image.yml"),
    ),
    (
        "lockstep-nightly.yml",
        include_str!("pipelines/github/lockstep-nightly.yml"),
    ),
    (
        "lockstep-promote.yml",
        include_str!("pipelines/github/lockstep-promote.yml"),
    ),
    (
        "lockstep-release.yml",
        include_str!("pipelines/github/lockstep-release.yml"),
    ),
    (
        "lockstep-rollback.yml",
        include_str!("pipelines/github/lockstep-rollback.yml"),
    ),
];

const GITLAB: &str = ".gitlab-ci.yml";
const JENKINS: &str = "Jenkinsfile";
const ARGO_WORKFLOWS: &str = "ci/argo-workflows.yaml";

impl CiService {
    /// All of them.
    pub const ALL: [CiService; 4] = [
        CiService::Github,
        CiService::Gitlab,
        CiService::Jenkins,
        CiService::ArgoWorkflows,
    ];

    /// The paths of its pipeline's files.
    pub fn paths(self) -> Vec<String> {
        match self {
            CiService::Github => GITHUB
                .iter()
                .map(|(name, _)| format!("{}/{name}", layout::WORKFLOWS))
                .collect(),
            CiService::Gitlab => vec![GITLAB.to_owned()],
            CiService::Jenkins => vec![JENKINS.to_owned()],
            CiService::ArgoWorkflows => vec![ARGO_WORKFLOWS.to_owned()],
        }
    }

    /// The command that writes its pipeline again.
    pub fn replacing(self) -> String {
        let word = match self {
            CiService::Github => "github",
            CiService::Gitlab => "gitlab",
            CiService::Jenkins => "jenkins",
            CiService::ArgoWorkflows => "argo-workflows",
        };
        format!("cargo xtask new pipeline --ci {word} --replace")
    }
}

/// The files of a pipeline.
pub fn new_pipeline(workspace: &Workspace, service: CiService) -> Plan {
    let fill = |text: &str| filled(workspace, text);
    match service {
        CiService::Github => {
            let file = |(name, text): &(&str, &str)| (format!("{}/{name}", layout::WORKFLOWS), fill(text));
            GITHUB.iter().map(file).collect()
        }
        CiService::Gitlab => Plan::from([(GITLAB.to_owned(), fill(include_str!("pipelines/gitlab.yml")))]),
        CiService::Jenkins => Plan::from([(JENKINS.to_owned(), fill(include_str!("pipelines/Jenkinsfile")))]),
        CiService::ArgoWorkflows => {
            let text = fill(include_str!("pipelines/argo-workflows.yaml"));
            Plan::from([(ARGO_WORKFLOWS.to_owned(), text)])
        }
    }
}

/// A text with the fleet's names in the places that ask for them.
fn filled(workspace: &Workspace, text: &str) -> String {
    let delivery = &workspace.fleet.delivery;
    let names: Vec<&str> = workspace
        .environments
        .iter()
        .map(|environment| environment.name.as_str())
        .collect();
    let credentials = include_str!("pipelines/github/credentials.part");
    text.replace("@CREDENTIALS@", credentials.trim_end())
        .replace("@RELEASE_JOBS@", &gitlab_jobs(workspace))
        .replace("@RELEASE_STAGES@", jenkins_stages(workspace).trim_end())
        .replace("@RELEASE_BRANCHES@", &release_branches(workspace))
        .replace("@CANDIDATE_LIST@", &candidate_list(workspace))
        .replace("@DEPLOY_STAGES@", deploy_stages(workspace).trim_end())
        .replace("@ENVIRONMENTS@", &names.join(", "))
        .replace("@REPOSITORY@", &delivery.repo_url)
        .replace("@PREFIX@", &delivery.branch_prefix.replace('/', "\\/"))
        .replace("@DRY@", &delivery.dry_branch)
}

/// The branches that something is released from, as patterns of the code host.
fn release_branches(workspace: &Workspace) -> String {
    let fleet = &workspace.fleet;
    let releasing = fleet.branches.iter().filter(|branch| !branch.releases.is_empty());
    let names: Vec<String> = match fleet.branches.is_empty() {
        true => vec!["@DRY@".to_owned()],
        false => releasing.map(|branch| branch.name.replace("<version>", "*")).collect(),
    };
    let quoted = names.iter().map(|name| match name.contains('*') {
        true => format!("\"{name}\""),
        false => name.clone(),
    });
    quoted.collect::<Vec<_>>().join(", ")
}

/// The environments that follow the candidate, as a list in JSON.
fn candidate_list(workspace: &Workspace) -> String {
    let follow = workspace.environments.iter();
    let follow = follow.filter(|environment| environment.file.follows == Follows::Candidate);
    let names: Vec<String> = follow.map(|environment| format!("\"{}\"", environment.name)).collect();
    format!("[{}]", names.join(", "))
}

/// The stage that a release to each environment is, as cases of a shell.
fn deploy_stages(workspace: &Workspace) -> String {
    let case = |environment: &Environment| {
        let stage = match environment.file.tier {
            Tier::Dev => return None,
            Tier::Staging => PipelineStage::DeployStaging,
            Tier::Canary => PipelineStage::CanaryDeploy,
            Tier::Production => PipelineStage::ProductionDeploy,
        };
        Some(format!("            {}) stage={stage} ;;\n", environment.name))
    };
    workspace.environments.iter().filter_map(case).collect()
}

/// A job for each environment; those that do not follow the candidate wait for a person and for the one before.
fn gitlab_jobs(workspace: &Workspace) -> String {
    let mut text = String::new();
    let mut before: Option<&Environment> = None;
    for environment in &workspace.environments {
        let name = &environment.name;
        text.push_str(&format!(
            "\nrelease-{name}:\n  extends: .release\n  environment: {{name: {name}}}\n"
        ));
        if let Some(before) = before {
            text.push_str(&format!("  needs: [release-{}]\n", before.name));
        }
        text.push_str("  rules:\n    - if: $CI_COMMIT_BRANCH == \"@DRY@\" && $CI_PIPELINE_SOURCE != \"schedule\"\n");
        if environment.file.follows == Follows::Releases {
            text.push_str("      when: manual\n");
        }
        before = Some(environment);
    }
    text
}

/// A stage for each environment; those that do not follow the candidate wait for a person.
fn jenkins_stages(workspace: &Workspace) -> String {
    let stage = |environment: &Environment| {
        let name = &environment.name;
        let input = match environment.file.follows {
            Follows::Candidate => String::new(),
            Follows::Releases => format!("      input {{ message 'Release to {name}?' }}\n"),
        };
        format!(
            "    stage('Release {name}') {{
      when {{
        beforeInput true
        branch '@DRY@'
      }}
{input}      steps {{
        withCredentials([gitUsernamePassword(credentialsId: 'lockstep-git')]) {{
          sh 'cargo xtask release {name} --push'
        }}
      }}
    }}
"
        )
    };
    workspace.environments.iter().map(stage).collect()
}
