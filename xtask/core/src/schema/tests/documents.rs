//! Four documents that an API server takes as they are; the tests break them one place at a time.

use serde_json::Value;

use crate::yaml;

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: agent
  namespace: agents
  labels: {app: agent}
spec:
  replicas: 3
  selector: {matchLabels: {app: agent}}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}
  template:
    metadata:
      labels: {app: agent}
    spec:
      serviceAccountName: agent
      restartPolicy: Always
      securityContext: {runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001}
      containers:
      - name: agent
        image: registry.example.com/agent:1.4.0
        imagePullPolicy: IfNotPresent
        command: [serve]
        args: [--port, '8080']
        ports:
        - {name: http, containerPort: 8080, protocol: TCP}
        - {name: metrics, containerPort: 9090, protocol: TCP}
        env:
        - {name: MODE, value: live}
        - name: TOKEN
          valueFrom: {secretKeyRef: {name: agent, key: token}}
        resources:
          requests: {cpu: 250m, memory: 512Mi}
          limits: {cpu: '1.5', memory: 1Gi}
        readinessProbe:
          httpGet: {path: /ready, port: http}
          periodSeconds: 10
        volumeMounts:
        - {name: cache, mountPath: /cache}
      - name: proxy
        image: registry.example.com/proxy:2.0.1
        ports:
        - {containerPort: 15001}
        livenessProbe: {tcpSocket: {port: 15001}}
      - name: reporter
        image: registry.example.com/reporter:0.9.0
        resources: {limits: {memory: 128M}}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumes:
      - {name: cache, emptyDir: {sizeLimit: 1Gi}}
      tolerations:
      - {key: pool, operator: Equal, value: agents, effect: NoSchedule}
";

const AUTOSCALER: &str = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: agent}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: agent}
  minReplicas: 2
  maxReplicas: 10
  metrics:
  - type: Resource
    resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
  - type: Pods
    pods:
      metric: {name: requests_in_flight}
      target: {type: AverageValue, averageValue: '20'}
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
      policies: [{type: Percent, value: 10, periodSeconds: 60}]
";

const NETWORK_POLICY: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: agent}
spec:
  podSelector: {matchLabels: {app: agent}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {name: gateway}}
    ports: [{port: http, protocol: TCP}]
  egress:
  - to:
    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
    ports: [{port: 443}, {port: 8000, endPort: 8100}]
";

const INGRESS: &str = "
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: agent
  annotations: {nginx.ingress.kubernetes.io/limit-rps: '20'}
spec:
  ingressClassName: nginx
  tls: [{hosts: [agent.example.com], secretName: agent-tls}]
  rules:
  - host: agent.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: agent, port: {name: http}}}
      - path: /metrics
        pathType: Exact
        backend: {service: {name: agent, port: {number: 9090}}}
";

/// A document by its kind.
pub(super) fn document(kind: &str) -> Value {
    let text = match kind {
        "Deployment" => DEPLOYMENT,
        "HorizontalPodAutoscaler" => AUTOSCALER,
        "NetworkPolicy" => NETWORK_POLICY,
        "Ingress" => INGRESS,
        other => panic!("there is no document of kind {other}"),
    };
    yaml::read_value(text).expect("the documents are YAML")
}
