//! A fleet of any size, made up from the templates of this repository and judged by its schemas and policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockstep::model::{
    AgentName, BlueprintComponent, CodeComponent, Digest, EnvironmentName, FileComponent, FileTree, PlainVersion,
    Tuple, Version,
};
use lockstep::workspace::files::ReleaseFile;
use lockstep::workspace::{Workspace, layout};
use lockstep::yaml;

/// The environments of the fleet and their tiers.
const ENVIRONMENTS: [(&str, &str); 4] = [
    ("dev", "dev"),
    ("staging", "staging"),
    ("canary", "canary"),
    ("production", "production"),
];

/// The file that the incremental measurement changes.
pub fn changed_file() -> String {
    layout::values(
        &EnvironmentName::new("dev").expect("`dev` is a name"),
        &AgentName::new("agent-00001").expect("the name fits"),
    )
}

/// What the incremental measurement writes there. All units of an environment must agree on the number of pods: they
/// share a quota; nobody else has to know of the zone.
pub fn changed_text(replicas: usize, zone: usize) -> String {
    format!("values:\n  replicas: {replicas}\n  configuration:\n    zone: zone-{zone}\n")
}

/// A fleet of this many agents in four environments, with the templates, schemas and policies of a repository.
pub fn files(agents: usize, repository: &FileTree) -> FileTree {
    let mut tree = FileTree::default();
    let folders = [layout::TEMPLATES, layout::SCHEMAS, layout::ADMISSION];
    for (path, bytes) in folders.iter().flat_map(|folder| repository.below(folder)) {
        tree.insert(path, Arc::clone(bytes));
    }
    tree.insert(layout::FLEET, FLEET.as_bytes());
    for (name, tier) in ENVIRONMENTS {
        tree.insert(layout::environment(name), environment(name, tier).into_bytes());
    }
    let (workspace, _) = Workspace::load(&tree);
    let blueprint = workspace.and_then(|workspace| workspace.blueprints.get("agent-service").map(|found| found.digest));
    let blueprint = BlueprintComponent {
        name: "agent-service".to_owned(),
        sha256: blueprint.unwrap_or_else(|| Digest::of(b"")),
    };
    for index in 0..agents {
        agent(index, &blueprint, &mut tree);
    }
    tree
}

fn environment(name: &str, tier: &str) -> String {
    let follows = if name == "dev" { "candidate" } else { "releases" };
    format!(
        "description: The {name} environment\ntier: {tier}\nfollows: {follows}\ncluster:\n  name: {name}\n  \
         server: https://{name}.example.com\n  version: \"1.35\"\n  region: eu-central-1\nnamespace: agents-{name}\n\
         values:\n  env:\n    AGENT_ENV_NAME: {name}\n"
    )
}

const FLEET: &str = "name: bench
environments:
- dev
- staging
- canary
- production
delivery:
  repoURL: https://git.example.com/bench/fleet.git
values:
  monitoring:
    enabled: false
  autoscaling:
    enabled: false
  argocd:
    rootProject: bench
  secrets:
  - env: LLM_API_KEY
    secret: model-gateway
    key: api-key
";

const VERSION: PlainVersion = PlainVersion {
    major: 1,
    minor: 0,
    patch: 0,
};

fn agent(index: usize, blueprint: &BlueprintComponent, tree: &mut FileTree) {
    let name = AgentName::new(&format!("agent-{index:05}")).expect("the name fits");
    let code = Digest::of(name.as_str().as_bytes());
    let mut add = |path: String, text: String| {
        let digest = Digest::of(text.as_bytes());
        tree.insert(path, text.into_bytes());
        digest
    };
    let prompt = add(layout::prompt(&name, "system", VERSION), prompt(index));
    let tools = add(layout::tools(&name, VERSION), tools(index));
    let contract = add(layout::contract(&name, VERSION), CONTRACT.to_owned());
    let dependency = match index % 10 {
        0 => String::new(),
        _ => format!(
            "dependencies:\n- name: upstream\n  agent: agent-{:05}\n",
            index - index % 10
        ),
    };
    add(layout::agent(name.as_str()), agent_file(index, code, &dependency));
    let tuple = Tuple {
        agent: name.clone(),
        blueprint: blueprint.clone(),
        code: CodeComponent {
            repository: format!("registry.example.com/agents/{name}"),
            digest: code,
        },
        contract: Some(FileComponent {
            version: VERSION,
            sha256: contract,
        }),
        model: Some(model()),
        prompts: BTreeMap::from([(
            "system".to_owned(),
            FileComponent {
                version: VERSION,
                sha256: prompt,
            },
        )]),
        retrieval: None,
        tools: Some(FileComponent {
            version: VERSION,
            sha256: tools,
        }),
    };
    for (environment, _) in &ENVIRONMENTS[1..] {
        let file = ReleaseFile {
            version: Version::parse("v1.0.0").expect("a version"),
            id: tuple.id(),
            promoted_from: None,
            tuple: tuple.clone(),
            previous: Vec::new(),
        };
        let environment = EnvironmentName::new(environment).expect("a name");
        add(layout::release(&environment, &name), yaml::write_typed(&file));
    }
    if index.is_multiple_of(4) {
        let environment = EnvironmentName::new("production").expect("a name");
        let text = format!(
            "values:\n  replicas: {}\n  configuration:\n    region: zone-{}\n",
            3 + index % 5,
            index % 7
        );
        add(layout::values(&environment, &name), text);
    }
}

fn model() -> lockstep::model::ModelComponent {
    lockstep::model::ModelComponent {
        provider: "anthropic".to_owned(),
        name: "claude-opus-4".to_owned(),
        version: None,
        temperature: 0.0,
        max_tokens: 4096,
        timeout_seconds: 60,
        post_training: lockstep::model::PostTraining {
            strategy: "none".to_owned(),
            dataset: None,
        },
    }
}

fn agent_file(index: usize, code: Digest, dependency: &str) -> String {
    format!(
        "description: Answers questions about area {index}\nowner:\n  team: team-{team}\n  contact: team-{team}@example.com\n\
         criticality: medium\nprofile: agent\n{dependency}values:\n  configuration:\n    area: \"{index}\"\n    \
         language: en\ncandidate:\n  blueprint: agent-service\n  code:\n    repository: \
         registry.example.com/agents/agent-{index:05}\n    digest: {code}\n  contract: 1.0.0\n  model:\n    provider: \
         anthropic\n    name: claude-opus-4\n    temperature: 0.0\n    maxTokens: 4096\n    timeoutSeconds: 60\n    \
         postTraining:\n      strategy: none\n  prompts:\n    system: 1.0.0\n  tools: 1.0.0\n",
        team = index % 25
    )
}

fn prompt(index: usize) -> String {
    let mut text = String::from(
        "---\nmodel: anthropic/claude-opus-4\ninput:\n  schema:\n    question: string\n---\n{{role \"system\"}}\n",
    );
    for line in 0..8 {
        text.push_str(&format!("Rule {line} of area {index}: answer only from what the tools return, and say so when they return nothing.\n"));
    }
    text.push_str("{{role \"user\"}}\n{{question}}\n");
    text
}

fn tools(index: usize) -> String {
    let tool = |name: &str, host: &str| {
        format!(
            "- name: {name}\n  version: 1.0.0\n  description: Looks things up for area {index}\n  parameters:\n    type: object\n    \
             properties:\n      query:\n        type: string\n    required:\n    - query\n  permissions:\n  - documents:read\n  \
             egress:\n  - host: {host}\n    port: 443\n    cidr: 203.0.113.0/24\n"
        )
    };
    format!(
        "tools:\n{}{}",
        tool("search", "search.example.com"),
        tool("calculator", "math.example.com")
    )
}

const CONTRACT: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["answer"],
  "properties": { "answer": { "type": "string" }, "sources": { "type": "array", "items": { "type": "string" } } }
}
"#;
