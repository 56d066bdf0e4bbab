//! Objects without pods that the server admits, with the odd things that people write.

pub(super) const NETWORK: &str = "
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  sessionAffinity: ClientIP
  sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }
  ipFamilyPolicy: PreferDualStack
  ipFamilies: [IPv4, IPv6]
  trafficDistribution: PreferClose
  ports:
    - { name: http, port: 80, targetPort: http, appProtocol: kubernetes.io/h2c }
    - { name: http-udp, port: 80, protocol: UDP }
---
apiVersion: v1
kind: Service
metadata: { name: headless }
spec: { clusterIP: None, selector: { app: web } }
---
apiVersion: v1
kind: Service
metadata: { name: elsewhere }
spec: { type: ExternalName, externalName: db.example.com. }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  loadBalancerSourceRanges: [10.0.0.0/8]
  ports: [{ port: 443, nodePort: 30443 }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  ingressClassName: nginx
  tls: [{ hosts: ['*.example.com', shop.example.com], secretName: tls }]
  rules:
    - host: '*.example.com'
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: web, port: { name: http } } } }
          - { path: '/api(/|$)(.*)', pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }
          - { pathType: ImplementationSpecific, backend: { resource: { kind: Bucket, name: static } } }
    - http: { paths: [{ path: /exact, pathType: Exact, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{}, { from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { name: shop } } }] }]
  egress:
    - to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 169.254.169.254/32] } }, { ipBlock: { cidr: 'fd00::/8' } }]
      ports: [{ protocol: UDP, port: 53 }, { port: https }, { port: 32000, endPort: 32768 }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-abc }
addressType: IPv4
endpoints: [{ addresses: [10.1.2.3] }]
ports: [{ name: '', port: 80 }]
";

pub(super) const SCALING: &str = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }
    - { type: Pods, pods: { metric: { name: latency_p99 }, target: { type: AverageValue, averageValue: 500m } } }
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 300
      selectPolicy: Min
      policies: [{ type: Percent, value: 10, periodSeconds: 60 }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { maxUnavailable: 25%, unhealthyPodEvictionPolicy: AlwaysAllow, selector: { matchLabels: { app: web } } }
";

pub(super) const STORAGE: &str = "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteMany], volumeMode: Filesystem, resources: { requests: { storage: 1.5Gi } } }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: data }
spec:
  accessModes: [ReadOnlyMany]
  capacity: { storage: 1Ti }
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ''
  nfs: { server: nfs.example.com, path: /export }
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data: { app.yaml: 'a: 1', UPPER_case-1: '' }
binaryData: { logo: iVBORw0KGgo= }
---
apiVersion: v1
kind: Secret
metadata: { name: tls }
type: kubernetes.io/tls
data: { tls.crt: YQ==, tls.key: YQ== }
---
apiVersion: v1
kind: Secret
metadata: { name: any }
stringData: { password: x }
";

pub(super) const ACCESS: &str = "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: all }
spec: { hard: { requests.cpu: '10', count/jobs.batch: '5', pods: 0 }, scopes: [NotTerminating] }
---
apiVersion: v1
kind: LimitRange
metadata: { name: all }
spec:
  limits:
    - { type: Container, min: { cpu: 10m }, defaultRequest: { cpu: 100m }, default: { cpu: 500m }, max: { cpu: '2' } }
    - { type: PersistentVolumeClaim, max: { storage: 1Ti } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: 'system:shop:reader' }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: health }
rules: [{ nonResourceURLs: [/healthz], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: 'system:shop:reader' }
subjects: [{ kind: ServiceAccount, name: web }, { kind: Group, apiGroup: rbac.authorization.k8s.io, name: readers }]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: high }
value: 1000000
preemptionPolicy: Never
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: replicas.example.com }
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }]
  validations: [{ expression: object.spec.replicas > 1 }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: replicas.example.com }
spec: { policyName: replicas.example.com, validationActions: [Deny, Audit] }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: shops, kind: Shop }
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }
    - { name: v1beta1, served: true, storage: false, schema: { openAPIV3Schema: { type: object } } }
---
apiVersion: example.com/v1
kind: Shop
metadata: { name: harbour, finalizers: [anything] }
spec: { anything: 1 }
";
