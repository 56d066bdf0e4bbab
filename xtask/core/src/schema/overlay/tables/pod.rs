//! Pods: what every kind that makes pods has in common.

use super::container::{CONTAINER, IDENTITY, RESOURCES};
use super::meta::{BY_NAME, LABELLED, NODE_TERM, SELECTOR};
use super::volume::VOLUME;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    AtMostOne, Distinct, Keys, Lacks, Law, Longest, Needs, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{INT32, Row, at, table};

/// What a pod is made of.
pub(super) const POD: &[Row] = &[
    at(
        "",
        &[
            Needs(&["containers"]),
            Law(laws::pod::container_names),
            Law(laws::pod::host_ports),
            Law(laws::pod::init_containers),
            Law(laws::pod::pre_stop),
            Law(laws::pod::name_servers),
            Law(laws::pod::claims),
            Law(laws::system::system),
            Lacks(&["ephemeralContainers"], "is added to a running pod, never written"),
        ],
    ),
    at("containers", &[Something, Distinct(BY_NAME)]),
    table("containers[]", CONTAINER),
    at("initContainers", &[Distinct(BY_NAME)]),
    table("initContainers[]", CONTAINER),
    at("volumes", &[Distinct(BY_NAME)]),
    table("volumes[]", VOLUME),
    table("resources", RESOURCES),
    table("securityContext", IDENTITY),
    at("restartPolicy", &[Words(&["Always", "OnFailure", "Never"])]),
    at(
        "dnsPolicy",
        &[Words(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])],
    ),
    at("dnsConfig.nameservers", &[Longest(3)]),
    at("dnsConfig.nameservers[]", &[Text(Form::Ip)]),
    at("dnsConfig.searches", &[Longest(32)]),
    at("dnsConfig.searches[]", &[Law(laws::pod::search)]),
    at("dnsConfig.options[]", &[Needs(&["name"])]),
    at("preemptionPolicy", &[Words(&["Never", "PreemptLowerPriority"])]),
    at("terminationGracePeriodSeconds", &[Within(0, i64::MAX)]),
    at("activeDeadlineSeconds", &[Within(1, INT32)]),
    at("serviceAccountName", &[Text(Form::Subdomain)]),
    at("priorityClassName", &[Text(Form::Subdomain)]),
    at("runtimeClassName", &[Text(Form::Subdomain)]),
    at("nodeName", &[Text(Form::Subdomain)]),
    at("nodeSelector", &[Keys(Form::Qualified)]),
    at("nodeSelector{}", &[Text(Form::LabelValue)]),
    at("hostname", &[Text(Form::Label)]),
    at("subdomain", &[Text(Form::Label)]),
    at("os", &[Needs(&["name"])]),
    at("os.name", &[Words(&["linux", "windows"])]),
    at("hostAliases[]", &[Needs(&["ip"])]),
    at("hostAliases[].ip", &[Text(Form::Ip)]),
    at("hostAliases[].hostnames[]", &[Text(Form::Subdomain)]),
    at("readinessGates[].conditionType", &[Text(Form::Qualified)]),
    at("schedulingGates", &[Distinct(BY_NAME)]),
    at("schedulingGates[].name", &[Text(Form::Qualified)]),
    at("resourceClaims", &[Distinct(BY_NAME)]),
    at(
        "resourceClaims[]",
        &[AtMostOne(&["resourceClaimName", "resourceClaimTemplateName"])],
    ),
    at("tolerations[]", &[Law(laws::pod::toleration)]),
    at("tolerations[].key", &[Law(laws::pod::toleration_key)]),
    at("tolerations[].operator", &[Words(&["", "Exists", "Equal", "Lt", "Gt"])]),
    at(
        "tolerations[].effect",
        &[Words(&["", "NoSchedule", "PreferNoSchedule", "NoExecute"])],
    ),
    at(
        "topologySpreadConstraints",
        &[Distinct(&[("topologyKey", ""), ("whenUnsatisfiable", "")])],
    ),
    table("topologySpreadConstraints[]", SPREAD),
    table("affinity", AFFINITY),
];

/// A pod template.
pub(super) const TEMPLATE: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    table("metadata", LABELLED),
    table("spec", POD),
];

/// Mounts name volumes of the pod; a StatefulSet looks among its claims, too.
pub(super) const MOUNTING: &[Row] = &[at("", &[Law(laws::pod::mounted_volumes)])];

/// A pod template whose pods run until they are told to stop.
pub(super) const SERVING_TEMPLATE: &[Row] = &[
    table("", TEMPLATE),
    at("spec.restartPolicy", &[Words(&["Always"])]),
    at(
        "spec",
        &[Lacks(
            &["activeDeadlineSeconds"],
            "would end pods that are meant to stay",
        )],
    ),
];

/// A pod template whose pods come to an end.
pub(super) const JOB_TEMPLATE: &[Row] = &[
    table("", TEMPLATE),
    table("spec", MOUNTING),
    at("spec", &[Needs(&["restartPolicy"])]),
    at("spec.restartPolicy", &[Words(&["OnFailure", "Never"])]),
];

const SPREAD: &[Row] = &[
    at(
        "",
        &[
            Needs(&["maxSkew", "topologyKey", "whenUnsatisfiable"]),
            Law(laws::pod::least_domains),
        ],
    ),
    at("maxSkew", &[Within(1, INT32)]),
    at("minDomains", &[Within(1, INT32)]),
    at("topologyKey", &[Text(Form::Qualified)]),
    at("whenUnsatisfiable", &[Words(&["DoNotSchedule", "ScheduleAnyway"])]),
    at("nodeAffinityPolicy", &[Words(&["Honor", "Ignore"])]),
    at("nodeTaintsPolicy", &[Words(&["Honor", "Ignore"])]),
    table("labelSelector", SELECTOR),
];

const AFFINITY: &[Row] = &[
    at(
        "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution",
        &[Needs(&["nodeSelectorTerms"])],
    ),
    at(
        "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
        &[Something],
    ),
    table(
        "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]",
        NODE_TERM,
    ),
    at(
        "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight",
        &[Within(1, 100)],
    ),
    table(
        "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference",
        NODE_TERM,
    ),
    table("podAffinity", POD_AFFINITY),
    table("podAntiAffinity", POD_AFFINITY),
];

const POD_AFFINITY: &[Row] = &[
    table("requiredDuringSchedulingIgnoredDuringExecution[]", POD_TERM),
    at(
        "preferredDuringSchedulingIgnoredDuringExecution[].weight",
        &[Within(1, 100)],
    ),
    table(
        "preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
        POD_TERM,
    ),
];

const POD_TERM: &[Row] = &[
    at("", &[Needs(&["topologyKey"])]),
    at("topologyKey", &[Text(Form::Qualified)]),
    at("namespaces[]", &[Text(Form::Label)]),
    table("labelSelector", SELECTOR),
    table("namespaceSelector", SELECTOR),
];
