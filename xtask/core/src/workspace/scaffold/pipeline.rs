//! Pipelines: what a CI service runs, made of the fleet's environments and branches.

use super::Plan;
use super::fill::filled;
use crate::workspace::{Workspace, layout};

/// A CI service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CiService {
    /// GitHub Actions: one workflow for each thing that is done.
    Github,
    /// GitLab CI/CD.
    Gitlab,
    /// Jenkins, as a declarative pipeline.
    Jenkins,
    /// Argo Workflows: one template for each thing that is done.
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

/// The templates of Argo Workflows by file name.
const ARGO_WORKFLOWS: &[(&str, &str)] = &[
    ("access.yaml", include_str!("pipelines/argo-workflows/access.yaml")),
    (
        "lockstep-check.yaml",
        include_str!("pipelines/argo-workflows/lockstep-check.yaml"),
    ),
    (
        "lockstep-hold.yaml",
        include_str!("pipelines/argo-workflows/lockstep-hold.yaml"),
    ),
    (
        "lockstep-image.yaml",
        include_str!("pipelines/argo-workflows/lockstep-image.yaml"),
    ),
    (
        "lockstep-nightly.yaml",
        include_str!("pipelines/argo-workflows/lockstep-nightly.yaml"),
    ),
    (
        "lockstep-promote.yaml",
        include_str!("pipelines/argo-workflows/lockstep-promote.yaml"),
    ),
    (
        "lockstep-release.yaml",
        include_str!("pipelines/argo-workflows/lockstep-release.yaml"),
    ),
    (
        "lockstep-rollback.yaml",
        include_str!("pipelines/argo-workflows/lockstep-rollback.yaml"),
    ),
    (
        "lockstep-steps.yaml",
        include_str!("pipelines/argo-workflows/lockstep-steps.yaml"),
    ),
];

/// Folder of the templates of Argo Workflows.
const TEMPLATES: &str = "ci/argo-workflows";

/// Folder of what every service but GitHub's runs.
const CI: &str = "ci";

/// What every service but GitHub's runs, stage by stage, and how it opens pull requests: there each step is a part of its
/// workflow.
const STAGES: &[(&str, &str)] = &[
    ("lockstep.sh", include_str!("pipelines/lockstep.sh")),
    ("propose.sh", include_str!("pipelines/propose.sh")),
];

/// The path of a file in a folder below the root, or at the root.
fn path(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

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
        let files = self.files().into_iter();
        files.map(|(folder, (name, _))| path(folder, name)).collect()
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

    /// The folder of each file, its name there and its text, with the places that the fleet fills.
    fn files(self) -> Vec<(&'static str, (&'static str, &'static str))> {
        let folder = |folder, files: &'static [_]| files.iter().map(move |file| (folder, *file)).collect();
        let mut own: Vec<_> = match self {
            CiService::Github => return folder(layout::WORKFLOWS, GITHUB),
            CiService::Gitlab => vec![("", (".gitlab-ci.yml", include_str!("pipelines/gitlab.yml")))],
            CiService::Jenkins => vec![("", ("Jenkinsfile", include_str!("pipelines/Jenkinsfile")))],
            CiService::ArgoWorkflows => folder(TEMPLATES, ARGO_WORKFLOWS),
        };
        own.extend(folder(CI, STAGES));
        own
    }
}

/// The files of a pipeline.
pub fn new_pipeline(workspace: &Workspace, service: CiService) -> Plan {
    let files = service.files().into_iter();
    files
        .map(|(folder, (name, text))| (path(folder, name), filled(workspace, text)))
        .collect()
}
