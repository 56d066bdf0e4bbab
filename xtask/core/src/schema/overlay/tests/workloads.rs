//! Workloads that the server admits, with the odd things that people write.

pub(super) const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  creationTimestamp: null
  labels: { app.kubernetes.io/name: web, empty: '' }
  annotations: { Example.com/Note: anything at all }
  finalizers: [example.com/cleanup, orphan]
spec:
  replicas: 3
  minReadySeconds: 10
  progressDeadlineSeconds: 300
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 150%, maxUnavailable: 0 } }
  selector:
    matchLabels: { app: web }
    matchExpressions: [{ key: tier, operator: In, values: [front, back] }, { key: legacy, operator: DoesNotExist }]
  template:
    metadata: { labels: { app: web, tier: front } }
    spec:
      restartPolicy: Always
      dnsPolicy: None
      dnsConfig: { nameservers: [10.0.0.10], options: [{ name: ndots, value: '2' }] }
      terminationGracePeriodSeconds: 40
      serviceAccountName: web
      priorityClassName: system-cluster-critical
      nodeSelector: { kubernetes.io/os: linux }
      hostAliases: [{ ip: '::1', hostnames: [local.example] }]
      tolerations:
        - { operator: Exists }
        - { key: example.com/gpu, operator: Equal, value: 'true', effect: NoSchedule }
        - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300 }
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2 }
        - { maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway }
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{ matchExpressions: [{ key: cores, operator: Gt, values: ['4'] }] }]
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }
      securityContext:
        runAsUser: 65532
        fsGroup: 0
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: { type: Localhost, localhostProfile: profiles/web.json }
        sysctls: [{ name: net.ipv4.tcp_syncookies, value: '1' }]
      initContainers:
        - { name: migrate, image: 'migrate:1', env: null }
        - name: mesh
          image: mesh@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          restartPolicy: Always
          startupProbe: { exec: { command: [ok] } }
      containers:
        - name: web
          image: registry.example.com:5000/team/web_app/x--y:v1.0.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          imagePullPolicy: IfNotPresent
          terminationMessagePolicy: FallbackToLogsOnError
          command: [web]
          ports:
            - { name: http, containerPort: 8080 }
            - { name: http-udp, containerPort: 8080, protocol: UDP }
          env:
            - { name: MODE, value: '' }
            - { name: legacy.name-x }
            - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
            - { name: TIER, value: '', valueFrom: { fieldRef: { fieldPath: \"metadata.labels['tier']\" } } }
            - { name: CPU, valueFrom: { resourceFieldRef: { resource: limits.cpu, divisor: '0' } } }
            - { name: KEY, valueFrom: { secretKeyRef: { name: keys, key: api_key.v1 } } }
          envFrom: [{ configMapRef: { name: web } }, { prefix: X_, secretRef: { name: more } }]
          resources:
            requests: { cpu: 0.5, memory: 512Mi, example.com/gpu: 1 }
            limits: { cpu: 500m, memory: 1Gi, example.com/gpu: '1', ephemeral-storage: 1e9 }
          livenessProbe: { httpGet: { path: /, port: http, httpHeaders: [{ name: X-A, value: b }] }, successThreshold: 1 }
          readinessProbe: { grpc: { port: 8080 }, successThreshold: 3 }
          startupProbe: { tcpSocket: { port: 8080 }, terminationGracePeriodSeconds: 5 }
          lifecycle: { preStop: { sleep: { seconds: 40 } }, postStart: { exec: { command: [touch, /tmp/x] } } }
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] }
            seccompProfile: { type: RuntimeDefault }
          volumeMounts:
            - { name: scratch, mountPath: /tmp }
            - { name: scratch, mountPath: /cache, subPath: cache/web, readOnly: true }
            - { name: config, mountPath: /etc/web }
      volumes:
        - { name: scratch, emptyDir: {} }
        - { name: config, configMap: { name: web, defaultMode: 0644, items: [{ key: a, path: b/c, mode: 0400 }] } }
        - name: token
          projected:
            sources:
              - { serviceAccountToken: { path: token, expirationSeconds: 3600, audience: models } }
              - { downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] } }
        - { name: claim, persistentVolumeClaim: { claimName: web.data } }
        - name: fresh
          ephemeral:
            volumeClaimTemplate:
              spec: { accessModes: [ReadWriteOnce], storageClassName: '', resources: { requests: { storage: 1Gi } } }
";

pub(super) const ROLLOUT: &str = "
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
  strategy:
    canary:
      stableService: web
      canaryService: web-preview
      maxSurge: 1
      maxUnavailable: 0
      trafficRouting: { nginx: { stableIngress: web } }
      steps: [{ setCanaryScale: { replicas: 1 } }, { pause: {} }, { setWeight: 5 }, { pause: { duration: 10m } }]
";

pub(super) const WORKLOADS: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  serviceName: store
  replicas: 0
  podManagementPolicy: Parallel
  updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 1, maxUnavailable: 25% } }
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain, whenScaled: Delete }
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      containers: [{ name: store, image: store, volumeMounts: [{ name: data, mountPath: /data }] }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOncePod], resources: { requests: { storage: 10Gi } } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: watch.node }
spec:
  updateStrategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  selector: { matchLabels: { app: watch } }
  template:
    metadata: { labels: { app: watch } }
    spec:
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      containers:
        - { name: watch, image: watch, ports: [{ containerPort: 9100, hostPort: 9100 }, { containerPort: 9101 }] }
        - { name: other, image: watch, ports: [{ containerPort: 9100, hostPort: 9100, protocol: UDP }] }
      volumes: [{ name: logs, hostPath: { path: /var/log, type: '' } }]
---
apiVersion: batch/v1
kind: Job
metadata: { generateName: once- }
spec:
  backoffLimit: 0
  completions: 2
  completionMode: Indexed
  ttlSecondsAfterFinished: 0
  podFailurePolicy:
    rules: [{ action: FailJob, onExitCodes: { operator: In, values: [42] } }]
  template: { spec: { restartPolicy: Never, containers: [{ name: once, image: once }] } }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: '*/15 0-6/2 1,15 * MON-FRI'
  timeZone: America/Argentina/Buenos_Aires
  concurrencyPolicy: Forbid
  jobTemplate:
    spec: { template: { spec: { restartPolicy: OnFailure, containers: [{ name: a, image: a }] } } }
---
apiVersion: v1
kind: Pod
metadata: { name: single }
spec:
  restartPolicy: OnFailure
  activeDeadlineSeconds: 60
  containers: [{ name: a, image: a, securityContext: { privileged: true, allowPrivilegeEscalation: true } }]
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: old }
spec:
  selector: { matchExpressions: [{ key: app, operator: Exists }] }
  template: { metadata: { labels: { app: old } }, spec: { containers: [{ name: a, image: a }] } }
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: referring }
spec:
  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  strategy: { blueGreen: { activeService: web } }
";
