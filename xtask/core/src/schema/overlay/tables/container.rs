//! Containers: images, ports, environment, resources, probes, rights.

use super::meta::BY_NAME;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    Amount, AtMostOne, Distinct, Keys, Lacks, Law, Needs, One, Port, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{INT32, Row, at, table};

/// A container of a pod.
pub(super) const CONTAINER: &[Row] = &[
    at("", &[Needs(&["name", "image"]), Law(laws::container::mounts)]),
    at("name", &[Text(Form::Label)]),
    at("image", &[Text(Form::Image)]),
    at("imagePullPolicy", &[Words(&["Always", "IfNotPresent", "Never"])]),
    at("terminationMessagePolicy", &[Words(&["File", "FallbackToLogsOnError"])]),
    at("restartPolicy", &[Words(&["Always", "OnFailure", "Never"])]),
    at(
        "ports",
        &[
            Distinct(&[("containerPort", ""), ("protocol", "TCP")]),
            Distinct(BY_NAME),
        ],
    ),
    at("ports[]", &[Needs(&["containerPort"])]),
    at("ports[].containerPort", &[Within(1, 65535)]),
    at("ports[].hostPort", &[Within(0, 65535)]),
    at("ports[].name", &[Text(Form::PortName)]),
    at("ports[].protocol", &[Words(&["TCP", "UDP", "SCTP"])]),
    at("ports[].hostIP", &[Text(Form::Ip)]),
    at("env", &[Distinct(BY_NAME)]),
    at("env[]", &[Needs(&["name"]), Law(laws::container::variable)]),
    at(
        "env[].name",
        &[Text(Form::VariableName), Law(laws::container::portable_name)],
    ),
    at(
        "env[].valueFrom",
        &[One(&[
            "configMapKeyRef",
            "fieldRef",
            "fileKeyRef",
            "resourceFieldRef",
            "secretKeyRef",
        ])],
    ),
    at("env[].valueFrom.configMapKeyRef", &[Needs(&["key"])]),
    at("env[].valueFrom.configMapKeyRef.key", &[Text(Form::DataKey)]),
    at("env[].valueFrom.secretKeyRef", &[Needs(&["key"])]),
    at("env[].valueFrom.secretKeyRef.key", &[Text(Form::DataKey)]),
    at("env[].valueFrom.fieldRef", &[Needs(&["fieldPath"])]),
    at("env[].valueFrom.fieldRef.fieldPath", &[Text(Form::PodField)]),
    at("env[].valueFrom.resourceFieldRef", &[Needs(&["resource"])]),
    at("env[].valueFrom.resourceFieldRef.resource", &[Text(Form::OwnResource)]),
    at("envFrom[]", &[One(&["configMapRef", "secretRef"])]),
    at("envFrom[].prefix", &[Text(Form::VariableName)]),
    at("volumeMounts", &[Distinct(&[("mountPath", "")])]),
    at(
        "volumeMounts[]",
        &[Needs(&["name", "mountPath"]), AtMostOne(&["subPath", "subPathExpr"])],
    ),
    at("volumeMounts[].mountPath", &[Law(laws::container::mount_path)]),
    at("volumeMounts[].subPath", &[Text(Form::InnerPath)]),
    at("volumeMounts[].subPathExpr", &[Text(Form::InnerPath)]),
    at(
        "volumeMounts[].mountPropagation",
        &[Words(&["None", "HostToContainer", "Bidirectional"])],
    ),
    at(
        "volumeMounts[].recursiveReadOnly",
        &[Words(&["Disabled", "IfPossible", "Enabled"])],
    ),
    at("resizePolicy[].resourceName", &[Words(&["cpu", "memory"])]),
    at(
        "resizePolicy[].restartPolicy",
        &[Words(&["NotRequired", "RestartContainer"])],
    ),
    at("volumeDevices", &[Distinct(&[("devicePath", "")])]),
    at("volumeDevices[]", &[Needs(&["name", "devicePath"])]),
    at("volumeDevices[].devicePath", &[Text(Form::StraightPath)]),
    table("resources", RESOURCES),
    table("livenessProbe", PROBE),
    at("livenessProbe.successThreshold", &[Within(0, 1)]),
    table("readinessProbe", PROBE),
    at(
        "readinessProbe",
        &[Lacks(
            &["terminationGracePeriodSeconds"],
            "means nothing: a pod that is not ready is not killed",
        )],
    ),
    table("startupProbe", PROBE),
    at("startupProbe.successThreshold", &[Within(0, 1)]),
    table("lifecycle.postStart", HOOK),
    table("lifecycle.preStop", HOOK),
    table("securityContext", RIGHTS),
];

/// What a container asks for and may use.
pub(super) const RESOURCES: &[Row] = &[
    at("", &[Law(laws::container::resources)]),
    at("requests", &[Keys(Form::ContainerResource)]),
    at("requests{}", &[Amount]),
    at("limits", &[Keys(Form::ContainerResource)]),
    at("limits{}", &[Amount]),
    at("claims", &[Distinct(&[("name", ""), ("request", "")])]),
];

const PROBE: &[Row] = &[
    at("", &[One(&["exec", "grpc", "httpGet", "tcpSocket"])]),
    at("initialDelaySeconds", &[Within(0, INT32)]),
    at("timeoutSeconds", &[Within(0, INT32)]),
    at("periodSeconds", &[Within(0, INT32)]),
    at("successThreshold", &[Within(0, INT32)]),
    at("failureThreshold", &[Within(0, INT32)]),
    at("terminationGracePeriodSeconds", &[Within(1, i64::MAX)]),
    at("grpc", &[Needs(&["port"])]),
    at("grpc.port", &[Within(1, 65535)]),
    table("", HANDLER),
];

const HOOK: &[Row] = &[
    at("", &[One(&["exec", "httpGet", "sleep", "tcpSocket"])]),
    at("sleep.seconds", &[Within(0, i64::MAX)]),
    table("", HANDLER),
];

const HANDLER: &[Row] = &[
    at("exec", &[Needs(&["command"])]),
    at("exec.command", &[Something]),
    at("httpGet", &[Needs(&["port"])]),
    at("httpGet.port", &[Port]),
    at("httpGet.scheme", &[Words(&["HTTP", "HTTPS"])]),
    at("httpGet.httpHeaders[].name", &[Text(Form::HeaderName)]),
    at("tcpSocket", &[Needs(&["port"])]),
    at("tcpSocket.port", &[Port]),
];

const RIGHTS: &[Row] = &[
    at("", &[Law(laws::container::escalation)]),
    at("procMount", &[Words(&["Default", "Unmasked"])]),
    table("", IDENTITY),
];

/// Who a process is and what guards it: the same in a pod and in a container.
pub(super) const IDENTITY: &[Row] = &[
    at("runAsUser", &[Within(0, INT32)]),
    at("runAsGroup", &[Within(0, INT32)]),
    at("fsGroup", &[Within(0, INT32)]),
    at("supplementalGroups[]", &[Within(0, INT32)]),
    at("supplementalGroupsPolicy", &[Words(&["Merge", "Strict"])]),
    at("fsGroupChangePolicy", &[Words(&["OnRootMismatch", "Always"])]),
    at("sysctls", &[Distinct(BY_NAME)]),
    at("sysctls[].name", &[Text(Form::Sysctl)]),
    at(
        "seccompProfile",
        &[Needs(&["type"]), Law(laws::container::local_profile)],
    ),
    at(
        "seccompProfile.type",
        &[Words(&["RuntimeDefault", "Localhost", "Unconfined"])],
    ),
    at("seccompProfile.localhostProfile", &[Text(Form::InnerPath)]),
    at(
        "appArmorProfile",
        &[Needs(&["type"]), Law(laws::container::local_profile)],
    ),
    at(
        "appArmorProfile.type",
        &[Words(&["RuntimeDefault", "Localhost", "Unconfined"])],
    ),
];
