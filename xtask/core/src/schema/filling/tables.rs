//! What the API server fills into the kinds of Kubernetes itself, whatever its own settings: `SetDefaults_*` below
//! `pkg/apis/*/*/defaults.go` of kubernetes/kubernetes, and what its conversion between versions adds.
//!
//! Left out is what the server makes up (`uid`, `creationTimestamp`, `clusterIP`, `status`), what plugins of a cluster may
//! add (a service account, tolerations, limits of a LimitRange), and two things that would hide a mistake: `serviceAccount`
//! beside `serviceAccountName`, and the metric of an autoscaler that has none.

use super::laws;
use super::row::Row::{Amount, Amounts, Each, Inside, Law, Made, Number, Text, Truth};
use super::row::Rows;

/// What is filled into a kind; nothing where nothing is.
pub(super) fn of(api_version: &str, kind: &str) -> Option<Rows> {
    Some(match (api_version, kind) {
        ("v1", "Namespace") => &[Law(laws::namespace_label)],
        ("v1", "PersistentVolume") => &[Inside("spec", VOLUME)],
        ("v1", "PersistentVolumeClaim") => &[Inside("spec", CLAIM)],
        ("v1", "Pod") => &[Inside("spec", POD), Inside("spec", LONE_POD)],
        ("v1", "PodTemplate") => &[Inside("template", TEMPLATE)],
        ("v1", "ReplicationController") => &[Inside("spec", &[Number("replicas", 1), Inside("template", TEMPLATE)])],
        ("v1", "ResourceQuota") => &[Inside("spec", &[Amounts("hard")])],
        ("v1", "Secret") => &[Text("type", "Opaque")],
        ("v1", "Service") => &[Inside("spec", SERVICE)],
        ("apps/v1", "DaemonSet") => &[Inside("spec", DAEMON_SET)],
        ("apps/v1", "Deployment") => &[Inside("spec", DEPLOYMENT)],
        ("apps/v1", "ReplicaSet") => &[Inside("spec", &[Number("replicas", 1), Inside("template", TEMPLATE)])],
        ("apps/v1", "StatefulSet") => &[Inside("spec", STATEFUL_SET)],
        ("autoscaling/v2", "HorizontalPodAutoscaler") => &[Inside("spec", AUTOSCALER)],
        ("batch/v1", "CronJob") => &[Inside("spec", CRON_JOB)],
        ("batch/v1", "Job") => &[Law(laws::job_labels), Inside("spec", JOB)],
        ("networking.k8s.io/v1", "NetworkPolicy") => &[Inside("spec", NETWORK_POLICY)],
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding" | "RoleBinding") => BINDING,
        ("scheduling.k8s.io/v1", "PriorityClass") => &[Text("preemptionPolicy", "PreemptLowerPriority")],
        ("storage.k8s.io/v1", "StorageClass") => {
            &[Text("reclaimPolicy", "Delete"), Text("volumeBindingMode", "Immediate")]
        }
        _ => return None,
    })
}

const DEPLOYMENT: Rows = &[
    Number("replicas", 1),
    Number("revisionHistoryLimit", 10),
    Number("progressDeadlineSeconds", 600),
    Made(
        "strategy",
        &[Text("type", "RollingUpdate"), Law(laws::rolling_deployment)],
    ),
    Inside("template", TEMPLATE),
];

const STATEFUL_SET: Rows = &[
    Number("replicas", 1),
    Number("revisionHistoryLimit", 10),
    Text("podManagementPolicy", "OrderedReady"),
    Made(
        "updateStrategy",
        &[Text("type", "RollingUpdate"), Law(laws::rolling_stateful_set)],
    ),
    Made(
        "persistentVolumeClaimRetentionPolicy",
        &[Text("whenDeleted", "Retain"), Text("whenScaled", "Retain")],
    ),
    Inside("template", TEMPLATE),
    Each(
        "volumeClaimTemplates",
        &[
            Text("apiVersion", "v1"),
            Text("kind", "PersistentVolumeClaim"),
            Inside("spec", CLAIM),
        ],
    ),
];

const DAEMON_SET: Rows = &[
    Number("revisionHistoryLimit", 10),
    Made(
        "updateStrategy",
        &[Text("type", "RollingUpdate"), Law(laws::rolling_daemon_set)],
    ),
    Inside("template", TEMPLATE),
];

const JOB: Rows = &[
    Law(laws::job_counts),
    Text("completionMode", "NonIndexed"),
    Truth("suspend", false),
    Inside("template", TEMPLATE),
];

/// The Job of a CronJob gets its own defaults when it is made.
const CRON_JOB: Rows = &[
    Text("concurrencyPolicy", "Allow"),
    Truth("suspend", false),
    Number("successfulJobsHistoryLimit", 3),
    Number("failedJobsHistoryLimit", 1),
    Inside("jobTemplate", &[Inside("spec", &[Inside("template", TEMPLATE)])]),
];

const TEMPLATE: Rows = &[Inside("spec", POD)];

const POD: Rows = &[
    Text("restartPolicy", "Always"),
    Text("dnsPolicy", "ClusterFirst"),
    Number("terminationGracePeriodSeconds", 30),
    Text("schedulerName", "default-scheduler"),
    Made("securityContext", &[]),
    Each("initContainers", CONTAINER),
    Each("containers", CONTAINER),
    Each("volumes", MOUNTED),
];

/// What only a Pod gets, not the template of one.
const LONE_POD: Rows = &[
    Truth("enableServiceLinks", true),
    Each("initContainers", &[Law(laws::requests_of_limits)]),
    Each("containers", &[Law(laws::requests_of_limits)]),
    Law(laws::host_ports),
];

const CONTAINER: Rows = &[
    Law(laws::pull_policy),
    Text("terminationMessagePath", "/dev/termination-log"),
    Text("terminationMessagePolicy", "File"),
    Made("resources", RESOURCES),
    Each("ports", PORT),
    Each("env", &[Inside("valueFrom", FIELD)]),
    Inside("livenessProbe", PROBE),
    Inside("readinessProbe", PROBE),
    Inside("startupProbe", PROBE),
    Inside("lifecycle", &[Inside("postStart", ACTION), Inside("preStop", ACTION)]),
];

const RESOURCES: Rows = &[Amounts("limits"), Amounts("requests")];

const PORT: Rows = &[Text("protocol", "TCP")];

/// A field of the pod, or an amount of the container.
const FIELD: Rows = &[
    Inside("fieldRef", &[Text("apiVersion", "v1")]),
    Inside("resourceFieldRef", &[Text("divisor", "0"), Amount("divisor")]),
];

const PROBE: Rows = &[
    Number("timeoutSeconds", 1),
    Number("periodSeconds", 10),
    Number("successThreshold", 1),
    Number("failureThreshold", 3),
    Inside("httpGet", HTTP),
    Inside("grpc", &[Text("service", "")]),
];

const ACTION: Rows = &[Inside("httpGet", HTTP)];

const HTTP: Rows = &[Text("path", "/"), Text("scheme", "HTTP")];

const MOUNTED: Rows = &[
    Law(laws::empty_volume),
    Inside("configMap", FILES),
    Inside("secret", FILES),
    Inside("downwardAPI", FIELD_FILES),
    Inside(
        "projected",
        &[
            Number("defaultMode", 0o644),
            Each(
                "sources",
                &[
                    Inside("serviceAccountToken", &[Number("expirationSeconds", 3600)]),
                    Inside("downwardAPI", &[Each("items", FIELD)]),
                ],
            ),
        ],
    ),
    Inside("hostPath", &[Text("type", "")]),
    Inside("emptyDir", &[Amount("sizeLimit")]),
    Inside("ephemeral", &[Inside("volumeClaimTemplate", &[Inside("spec", CLAIM)])]),
];

const FILES: Rows = &[Number("defaultMode", 0o644)];

const FIELD_FILES: Rows = &[Number("defaultMode", 0o644), Each("items", FIELD)];

const CLAIM: Rows = &[Text("volumeMode", "Filesystem"), Made("resources", RESOURCES)];

const VOLUME: Rows = &[
    Text("persistentVolumeReclaimPolicy", "Retain"),
    Text("volumeMode", "Filesystem"),
    Amounts("capacity"),
];

const SERVICE: Rows = &[
    Text("sessionAffinity", "None"),
    Text("type", "ClusterIP"),
    Each("ports", &[Text("protocol", "TCP"), Law(laws::target_port)]),
    Law(laws::traffic),
];

const AUTOSCALER: Rows = &[Number("minReplicas", 1), Inside("behavior", &[Law(laws::scaling)])];

const NETWORK_POLICY: Rows = &[
    Law(laws::policy_types),
    Each("ingress", &[Each("ports", PORT)]),
    Each("egress", &[Each("ports", PORT)]),
];

const BINDING: Rows = &[
    Inside("roleRef", &[Text("apiGroup", "rbac.authorization.k8s.io")]),
    Each("subjects", &[Law(laws::subject_group)]),
];
