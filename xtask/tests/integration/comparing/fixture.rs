//! Two agents in two environments, of which one follows the candidate.

use std::fs;
use std::path::PathBuf;

use crate::fleet::schemas;
use clap::Parser;
use git2::{IndexAddOption, Signature, Time};
use lockstep::model::{AgentName, Version};
use lockstep::workspace::Workspace;
use lockstep::workspace::files::ReleaseFile;
use lockstep::workspace::layout;
use lockstep::yaml;
use tempfile::TempDir;
use xtask::adapters::environment::Environment;
use xtask::adapters::files::Disk;
use xtask::cli::{Cli, Command};
use xtask::commands;
use xtask::context::Context;
use xtask::failure::Failure;
use xtask::ports::Files;
use xtask::report::Report;

pub struct Fleet {
    pub folder: TempDir,
    git: git2::Repository,
}

const FILES: &[(&str, &str)] = &[
    ("environments/fleet.yaml", "\
name: test
environments: [dev, staging]
delivery: {repoURL: https://git.example.com/fleet.git}
values: {generations: 2, logLevel: INFO, scratch: 64Mi, env: {A: fleet}}
"),
    ("environments/dev/environment.yaml", "\
description: Dev.
tier: dev
follows: candidate
cluster: {name: c, server: https://c.example.com, version: \"1.35\", region: eu}
namespace: agents-dev
values: {logLevel: DEBUG, scratch: null}
"),
    ("environments/staging/environment.yaml", "\
description: Staging.
tier: staging
cluster: {name: c, server: https://c.example.com, version: \"1.35\", region: eu}
namespace: agents-staging
overrides: {model: {temperature: 0.05}}
"),
    ("environments/staging/values/a.yaml", "values: {replicas: 3}\n"),
    ("agents/a/agent.yaml", "\
description: Answers.
owner: {team: t, contact: c}
criticality: low
profile: agent
values: {env: {A: agent}}
candidate:
  blueprint: agent-service
  code: {repository: registry.example.com/a, digest: \"sha256:0000000000000000000000000000000000000000000000000000000000000001\"}
  model: {provider: p, name: m, temperature: 0.1, maxTokens: 10, timeoutSeconds: 5, postTraining: {strategy: none}}
  prompts: {answer: 1.0.0}
"),
    ("agents/a/prompts/answer/1.0.0.prompt", "---\nmodel: m\n---\nBe kind.\nBe short.\n"),
    ("agents/b/agent.yaml", "\
description: Calls.
owner: {team: t, contact: c}
criticality: low
profile: agent
dependencies: [{name: a, agent: a}]
candidate:
  blueprint: agent-service
  code: {repository: registry.example.com/b, digest: \"sha256:0000000000000000000000000000000000000000000000000000000000000001\"}
"),
    ("templates/agent-service/blueprint.yaml", "description: An agent.\n"),
    ("templates/agent-service/values.yaml", "replicas: 1\nlogLevel: INFO\n"),
    ("templates/agent-service/workload.yaml.tera", "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ agent.resourceName | quote }}
  namespace: {{ environment.namespace | quote }}
  annotations: {lockstep.dev/version: {{ release.version | quote }}}
spec:
  replicas: {{ values.replicas }}
  selector: {matchLabels: {app: {{ agent.name | quote }}}}
  template:
    metadata:
      labels: {app: {{ agent.name | quote }}}
      annotations: {lockstep.dev/tuple: {{ release.tupleId | quote }}}
    spec:
      containers:
        - name: agent
          image: {{ agent.image | quote }}
          env: [{name: LOG_LEVEL, value: {{ values.logLevel | quote }}}]
      {%- if agent.prompts %}
      volumes: [{name: prompts, configMap: {name: {{ (agent.resourceName ~ \"-prompts\") | quote }}}}]
      {%- endif %}
"),
    ("templates/agent-service/prompts.yaml.tera", "\
{% if agent.prompts -%}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ (agent.resourceName ~ \"-prompts\") | quote }}
  namespace: {{ environment.namespace | quote }}
  labels: {app: x}
  annotations: {lockstep.dev/hashed: \"true\"}
data:
  {%- for name in agent.prompts | keys | sort %}
  {{ (name ~ \".prompt\") | quote }}: {{ agent.prompts[name].text | quote }}
  {%- endfor %}
{% endif %}
"),
    ("templates/environment/blueprint.yaml", "description: An environment.\n"),
    ("templates/environment/namespace.yaml.tera", "\
apiVersion: v1
kind: Namespace
metadata: {name: {{ environment.namespace | quote }}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: {{ environment.namespace | quote }}}
spec: {podSelector: {}}
"),
    ("templates/argocd/blueprint.yaml", "description: Argo CD.\n"),
    ("templates/argocd/application.yaml.tera", "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ (agent.name ~ \"-\" ~ environment.name) | quote }}
  namespace: argocd
spec:
  project: test
  destination: {server: {{ environment.cluster.server | quote }}, namespace: {{ environment.namespace | quote }}}
  source: {repoURL: {{ environment.repoURL | quote }}, path: {{ (\"apps/\" ~ agent.name) | quote }}}
"),
];

impl Fleet {
    /// The fleet, committed; `staging` runs what the candidates are.
    pub fn new() -> Fleet {
        let folder = TempDir::new().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let git = git2::Repository::init_opts(folder.path(), &options).unwrap();
        let fleet = Fleet { folder, git };
        for (path, text) in FILES.iter().copied().chain(schemas()) {
            fleet.put(path, text);
        }
        fleet.promote("a", "v1.0.0-rc1");
        fleet.promote("b", "v1.0.0-rc1");
        fleet.commit("First");
        fleet
    }

    /// The fleet with both environments released.
    pub fn released() -> Fleet {
        let fleet = Fleet::new();
        let report = fleet.run(&["release", "dev", "staging"]).unwrap();
        assert_eq!(report.exit_code(), 0, "{:#?}", report.findings);
        fleet
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text that the file has.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap();
        assert!(text.contains(from), "{path} has no `{from}`");
        self.put(path, &text.replace(from, to));
    }

    pub fn remove(&self, path: &str) {
        fs::remove_dir_all(self.path(path)).unwrap();
    }

    /// Writes the release file by which `staging` runs what the agent's files describe.
    pub fn promote(&self, agent: &str, version: &str) {
        let tree = Disk.tree(self.folder.path(), &layout::wanted).unwrap();
        let workspace = Workspace::load(&tree).0.unwrap();
        let (tuple, findings) = workspace.agents[&AgentName::new(agent).unwrap()].candidate(&workspace);
        let tuple = tuple.unwrap_or_else(|| panic!("{findings:#?}"));
        let release = ReleaseFile {
            version: Version::parse(version).unwrap(),
            id: tuple.id(),
            promoted_from: None,
            tuple,
            previous: Vec::new(),
        };
        self.put(
            &format!("environments/staging/releases/{agent}.yaml"),
            &yaml::write_typed(&release),
        );
    }

    /// Commits everything onto HEAD.
    pub fn commit(&self, message: &str) {
        let mut index = self.git.index().unwrap();
        index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = self.git.find_tree(index.write_tree().unwrap()).unwrap();
        let parent = self.git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let author = Signature::new("Robot", "robot@example.com", &Time::new(1_700_000_000, 0)).unwrap();
        self.git
            .commit(Some("HEAD"), &author, &author, message, &tree, &parents)
            .unwrap();
    }

    /// Runs a command line.
    pub fn run(&self, arguments: &[&str]) -> Result<Report, Failure> {
        let environment = Environment {
            program: String::new(),
            arguments: Vec::new(),
            current_folder: self.folder.path().to_owned(),
            output_is_terminal: false,
            error_is_terminal: false,
            columns: 100,
            no_color: true,
            key_passphrase: None,
            ci: false,
            source_branch: None,
            identity: None,
        };
        let context = Context::of_process(environment, None);
        let cli = Cli::try_parse_from(["cargo xtask"].iter().chain(arguments)).unwrap();
        match cli.command {
            Command::Release(args) => commands::release::run(&context, args),
            Command::Diff(args) => commands::diff::run(&context, args),
            Command::Affected(args) => commands::affected::run(&context, args),
            Command::Explain(args) => commands::explain::run(&context, args),
            other => panic!("{other:?} is not tested here"),
        }
    }

    /// What a command prints, without findings.
    pub fn text(&self, arguments: &[&str]) -> String {
        let report = self.run(arguments).unwrap_or_else(|failure| panic!("{failure:#?}"));
        assert_eq!(report.findings, [], "{:#?}", report.findings);
        report.text
    }
}
