//! The files of the smallest fleet that has everything: two agents, four environments, three blueprints.

/// Every file by path. Production and canary share a namespace; release files are written by `Fleet::promote`.
pub const FILES: &[(&str, &str)] = &[
    ("environments/fleet.yaml", FLEET),
    ("environments/dev/environment.yaml", DEV),
    ("environments/staging/environment.yaml", STAGING),
    ("environments/canary/environment.yaml", CANARY),
    ("environments/production/environment.yaml", PRODUCTION),
    ("agents/assistant/agent.yaml", ASSISTANT),
    ("agents/assistant/prompts/greet/1.0.0.prompt", "Greet the customer.\n"),
    ("agents/assistant/prompts/refuse/1.0.0.prompt", "Decline politely.\n"),
    ("agents/assistant/tools/1.0.0.yaml", TOOLS),
    (
        "agents/assistant/contract/1.0.0.schema.json",
        "{\"type\": \"object\"}\n",
    ),
    ("agents/orders/agent.yaml", ORDERS),
    ("templates/agent-service/blueprint.yaml", "description: An agent.\n"),
    (
        "templates/agent-service/values.yaml",
        "replicas: 6\nports: { http: 8080, metrics: 9090 }\ngenerations: 2\nimagePullSecrets: []\nenv: {}\n",
    ),
    ("templates/agent-service/budget.yaml.tera", BUDGET),
    ("templates/agent-service/prompts.yaml.tera", PROMPTS),
    ("templates/agent-service/service.yaml.tera", SERVICE),
    ("templates/agent-service/workload.yaml.tera", WORKLOAD),
    (
        "templates/environment/blueprint.yaml",
        "description: What an environment has of its own.\n",
    ),
    ("templates/environment/namespace.yaml.tera", NAMESPACE),
    ("templates/environment/network.yaml.tera", NETWORK),
    ("templates/argocd/blueprint.yaml", "description: What Argo CD reads.\n"),
    ("templates/argocd/_project.yaml.tera", PROJECT),
    ("templates/argocd/application.yaml.tera", APPLICATION),
];

const FLEET: &str = "\
name: shop
environments: [dev, staging, canary, production]
delivery:
  repoURL: https://git.example.com/shop.git
values:
  env:
    FLEET: shop
";

const DEV: &str = "\
description: Every commit.
tier: dev
follows: candidate
cluster: { name: dev, server: https://dev.example.com, version: '1.33', region: eu }
namespace: shop-dev
";

const STAGING: &str = "\
description: Release candidates.
tier: staging
cluster: { name: staging, server: https://staging.example.com, version: '1.33', region: eu }
namespace: shop-staging
";

const CANARY: &str = "\
description: A small share of real traffic.
tier: canary
cluster: { name: main, server: https://main.example.com, version: '1.33', region: eu }
namespace: shop
namespaceOwner: false
suffix: -canary
";

const PRODUCTION: &str = "\
description: Real traffic.
tier: production
cluster: { name: main, server: https://main.example.com, version: '1.33', region: eu }
namespace: shop
";

const ASSISTANT: &str = "\
description: Answers customers.
owner: { team: care, contact: '#care' }
criticality: high
profile: agent
dependencies:
  - { name: orders, agent: orders }
candidate:
  blueprint: agent-service
  code:
    repository: registry.example.com/assistant
    digest: sha256:1111111111111111111111111111111111111111111111111111111111111111
  contract: 1.0.0
  model:
    provider: anthropic
    name: claude
    temperature: 0.2
    maxTokens: 1000
    timeoutSeconds: 30
    postTraining: { strategy: none }
  prompts:
    greet: 1.0.0
    refuse: 1.0.0
  tools: 1.0.0
";

const TOOLS: &str = "\
tools:
  - name: find-order
    version: 1.0.0
    description: Finds an order by its number.
    parameters: { type: object }
";

const ORDERS: &str = "\
description: Keeps orders.
owner: { team: shop, contact: '#shop' }
criticality: critical
profile: web-service
candidate:
  blueprint: agent-service
  code:
    repository: registry.example.com/orders
    digest: sha256:2222222222222222222222222222222222222222222222222222222222222222
";

const BUDGET: &str = r#"apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ agent.resourceName | quote }}
  namespace: {{ environment.namespace | quote }}
spec:
  minAvailable: 1
  selector:
    matchLabels: { app: {{ agent.resourceName | quote }} }
"#;

const PROMPTS: &str = r#"{% if agent.prompts -%}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ (agent.resourceName ~ "-prompts") | quote }}
  namespace: {{ environment.namespace | quote }}
  annotations: { lockstep.dev/hashed: "true" }
data:
  {%- for name in agent.prompts | keys | sort %}
  {{ name | quote }}: {{ agent.prompts[name].text | quote }}
  {%- endfor %}
{% endif %}
"#;

const SERVICE: &str = r#"apiVersion: v1
kind: Service
metadata:
  name: {{ agent.resourceName | quote }}
  namespace: {{ environment.namespace | quote }}
spec:
  selector: { app: {{ agent.resourceName | quote }} }
  ports: [{ port: {{ values.ports.http }} }]
"#;

const WORKLOAD: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ agent.resourceName | quote }}
  namespace: {{ environment.namespace | quote }}
spec:
  replicas: {{ values.replicas }}
  selector:
    matchLabels: { app: {{ agent.resourceName | quote }} }
  template:
    metadata:
      labels: { app: {{ agent.resourceName | quote }} }
      annotations:
        lockstep.dev/tuple: {{ release.tupleId | quote }}
    spec:
      imagePullSecrets:
      {%- for name in values.imagePullSecrets %}
        - { name: {{ name | quote }} }
      {%- endfor %}
      containers:
        - name: agent
          image: {{ agent.image | quote }}
          env:
          {%- for name, value in values.env %}
            - { name: {{ name | quote }}, value: {{ value | quote }} }
          {%- endfor %}
      {%- if agent.prompts %}
      volumes:
        - name: prompts
          configMap: { name: {{ (agent.resourceName ~ "-prompts") | quote }} }
      {%- endif %}
"#;

const NAMESPACE: &str = r#"{% if environment.namespaceOwner -%}
apiVersion: v1
kind: Namespace
metadata:
  name: {{ environment.namespace | quote }}
{% endif %}
"#;

const NETWORK: &str = r#"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ ("default-deny" ~ environment.suffix) | quote }}
  namespace: {{ environment.namespace | quote }}
spec:
  podSelector: {}
"#;

const PROJECT: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: {{ ("shop-" ~ environment.name) | quote }}
  namespace: {{ environment.argocdNamespace | quote }}
spec: { destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '', kind: Namespace }] }
"#;

const APPLICATION: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ (agent.name ~ "-" ~ environment.name) | quote }}
  namespace: {{ environment.argocdNamespace | quote }}
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: {{ ("shop-" ~ environment.name) | quote }}
  destination: { server: {{ environment.cluster.server | quote }}, namespace: {{ environment.namespace | quote }} }
  source:
    repoURL: {{ environment.repoURL | quote }}
    targetRevision: {{ environment.targetRevision | quote }}
    path: {{ ("apps/" ~ agent.name) | quote }}
"#;
