//! Who may do what, and how much.

use super::meta::SELECTOR;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    Amount, Different, Distinct, Keys, Law, Longest, Needs, One, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{INT32, Row, at, table};

const GROUP: &[&str] = &["rbac.authorization.k8s.io"];

/// What Argo CD keeps of an application's past, and how it tries again.
pub(super) const APPLICATION: &[Row] = &[
    at("spec.revisionHistoryLimit", &[Within(0, INT32)]),
    at("spec.syncPolicy.retry.backoff.factor", &[Within(1, INT32)]),
];

/// Argo CD refuses a project with windows that it cannot read, and every application of it with the project.
pub(super) const APP_PROJECT: &[Row] = &[
    at("spec.syncWindows[]", &[Needs(&["kind", "schedule", "duration"])]),
    at("spec.syncWindows[].kind", &[Words(&["allow", "deny"])]),
    at("spec.syncWindows[].schedule", &[Law(laws::workload::schedule)]),
    at("spec.syncWindows[].duration", &[Text(Form::Span)]),
    at("spec.syncWindows[].timeZone", &[Text(Form::TimeZone)]),
];

pub(super) const ROLE: &[Row] = &[
    at("rules[]", &[Needs(&["verbs"]), Law(laws::access::resource_rule)]),
    at("rules[].verbs", &[Something]),
];

pub(super) const CLUSTER_ROLE: &[Row] = &[
    at("rules[]", &[Needs(&["verbs"]), Law(laws::access::cluster_rule)]),
    at("rules[].verbs", &[Something]),
];

pub(super) const ROLE_BINDING: &[Row] = &[
    table("", BINDING),
    at("roleRef.kind", &[Words(&["Role", "ClusterRole"])]),
];

pub(super) const CLUSTER_ROLE_BINDING: &[Row] = &[
    table("", BINDING),
    at("roleRef.kind", &[Words(&["ClusterRole"])]),
    at("subjects[]", &[Law(laws::access::cluster_subject)]),
];

const BINDING: &[Row] = &[
    at("", &[Needs(&["roleRef"])]),
    at("roleRef", &[Needs(&["kind", "name"])]),
    at("roleRef.apiGroup", &[Words(GROUP)]),
    at("roleRef.name", &[Text(Form::PathSegment)]),
    at(
        "subjects[]",
        &[Needs(&["kind", "name"]), Law(laws::access::subject_group)],
    ),
    at("subjects[].kind", &[Words(&["User", "Group", "ServiceAccount"])]),
];

pub(super) const RESOURCE_QUOTA: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Law(laws::quota::scopes)]),
    at("spec.hard", &[Keys(Form::Qualified), Law(laws::quota::counted)]),
    at("spec.hard{}", &[Amount]),
    at("spec.scopes[]", &[Words(SCOPES)]),
    at(
        "spec.scopeSelector.matchExpressions[]",
        &[Needs(&["scopeName", "operator"])],
    ),
    at("spec.scopeSelector.matchExpressions[].scopeName", &[Words(SCOPES)]),
    at(
        "spec.scopeSelector.matchExpressions[].operator",
        &[Words(&["In", "NotIn", "Exists", "DoesNotExist"])],
    ),
];

const SCOPES: &[&str] = &[
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

pub(super) const LIMIT_RANGE: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec.limits", &[Distinct(&[("type", "")])]),
    at("spec.limits[]", &[Needs(&["type"]), Law(laws::access::limits_in_order)]),
    at(
        "spec.limits[].type",
        &[Text(Form::Qualified), Law(laws::access::limit_type)],
    ),
    at("spec.limits[].min{}", &[Amount]),
    at("spec.limits[].max{}", &[Amount]),
    at("spec.limits[].default{}", &[Amount]),
    at("spec.limits[].defaultRequest{}", &[Amount]),
    at("spec.limits[].maxLimitRequestRatio{}", &[Law(laws::access::ratio)]),
];

pub(super) const LEASE: &[Row] = &[
    at("spec.leaseDurationSeconds", &[Within(1, INT32)]),
    at("spec.leaseTransitions", &[Within(0, INT32)]),
];

pub(super) const PRIORITY_CLASS: &[Row] = &[
    at("", &[Needs(&["value"]), Law(laws::access::priority)]),
    at("preemptionPolicy", &[Words(&["Never", "PreemptLowerPriority"])]),
];

pub(super) const NAMESPACE: &[Row] = &[at("metadata.labels", &[Law(laws::access::pod_security)])];

pub(super) const CONFIG_MAP: &[Row] = &[
    at("", &[Law(laws::config::size), Law(laws::config::keys_once)]),
    at("data", &[Keys(Form::DataKey)]),
    at("binaryData", &[Keys(Form::DataKey)]),
    at("binaryData{}", &[Text(Form::Base64)]),
];

pub(super) const SECRET: &[Row] = &[
    at(
        "",
        &[
            Law(laws::config::size),
            Law(laws::config::secret_type),
            Law(laws::config::secret_content),
        ],
    ),
    at("data", &[Keys(Form::DataKey)]),
    at("data{}", &[Text(Form::Base64)]),
    at("stringData", &[Keys(Form::DataKey)]),
];

pub(super) const SERVICE_ACCOUNT: &[Row] = &[at("secrets[]", &[Needs(&["name"])])];

pub(super) const WEBHOOKS: &[Row] = &[
    at("webhooks", &[Distinct(&[("name", "")])]),
    at(
        "webhooks[]",
        &[Needs(&[
            "name",
            "clientConfig",
            "sideEffects",
            "admissionReviewVersions",
        ])],
    ),
    at(
        "webhooks[].name",
        &[Text(Form::Subdomain), Law(laws::admission::webhook_name)],
    ),
    at("webhooks[].failurePolicy", &[Words(&["Fail", "Ignore"])]),
    at("webhooks[].matchPolicy", &[Words(&["Exact", "Equivalent"])]),
    at("webhooks[].reinvocationPolicy", &[Words(&["Never", "IfNeeded"])]),
    at("webhooks[].sideEffects", &[Words(&["None", "NoneOnDryRun"])]),
    at("webhooks[].timeoutSeconds", &[Within(1, 30)]),
    at("webhooks[].admissionReviewVersions", &[Something]),
    at("webhooks[].clientConfig", &[One(&["url", "service"])]),
    at("webhooks[].clientConfig.url", &[Law(laws::admission::webhook_url)]),
    at("webhooks[].clientConfig.service.port", &[Within(1, 65535)]),
    table("webhooks[].rules[]", RULE),
];

pub(super) const ADMISSION_POLICY: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Law(laws::admission::policy)]),
    at("spec.failurePolicy", &[Words(&["Fail", "Ignore"])]),
    at("spec.matchConstraints", &[Needs(&["resourceRules"])]),
    at("spec.matchConstraints.resourceRules", &[Something]),
    table("spec.matchConstraints", MATCHES),
    at("spec.matchConditions", &[Distinct(&[("name", "")]), Longest(64)]),
    at("spec.matchConditions[]", &[Needs(&["name", "expression"])]),
    at("spec.matchConditions[].name", &[Text(Form::Qualified)]),
    at("spec.variables", &[Distinct(&[("name", "")])]),
    at("spec.variables[]", &[Needs(&["name", "expression"])]),
    at("spec.variables[].name", &[Law(laws::admission::variable_name)]),
    at("spec.validations[]", &[Needs(&["expression"])]),
    at("spec.validations[].message", &[Law(laws::admission::message)]),
    at(
        "spec.validations[].reason",
        &[Words(&["Forbidden", "Invalid", "RequestEntityTooLarge"])],
    ),
    at("spec.auditAnnotations", &[Distinct(&[("key", "")])]),
];

pub(super) const ADMISSION_BINDING: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Needs(&["policyName", "validationActions"])]),
    at(
        "spec.validationActions",
        &[Something, Different, Law(laws::access::actions)],
    ),
    at("spec.validationActions[]", &[Words(&["Deny", "Warn", "Audit"])]),
    at(
        "spec.paramRef",
        &[One(&["name", "selector"]), Needs(&["parameterNotFoundAction"])],
    ),
    at("spec.paramRef.parameterNotFoundAction", &[Words(&["Allow", "Deny"])]),
    table("spec.paramRef.selector", SELECTOR),
    table("spec.matchResources", MATCHES),
];

/// What a policy or a binding is about.
const MATCHES: &[Row] = &[
    at("matchPolicy", &[Words(&["Exact", "Equivalent"])]),
    table("namespaceSelector", SELECTOR),
    table("objectSelector", SELECTOR),
    table("resourceRules[]", RULE),
    table("excludeResourceRules[]", RULE),
];

const RULE: &[Row] = &[
    at(
        "",
        &[
            Needs(&["apiGroups", "apiVersions", "resources", "operations"]),
            Law(laws::admission::all_alone),
        ],
    ),
    at("apiGroups", &[Something]),
    at("apiVersions", &[Something]),
    at("resources", &[Something, Law(laws::admission::resources_once)]),
    at("operations", &[Something]),
    at(
        "operations[]",
        &[Words(&["CREATE", "UPDATE", "DELETE", "CONNECT", "*"])],
    ),
    at("scope", &[Words(&["Cluster", "Namespaced", "*"])]),
];

pub(super) const CUSTOM_RESOURCE_DEFINITION: &[Row] = &[
    at("", &[Needs(&["spec"]), Law(laws::definition::definition)]),
    at("spec", &[Needs(&["group", "names", "scope", "versions"])]),
    at("spec.scope", &[Words(&["Namespaced", "Cluster"])]),
    at("spec.group", &[Text(Form::Subdomain)]),
    at("spec.names.plural", &[Text(Form::LetterLabel)]),
    at("spec.versions", &[Something, Distinct(&[("name", "")])]),
    at("spec.versions[]", &[Needs(&["name", "schema"])]),
    at("spec.versions[].schema", &[Needs(&["openAPIV3Schema"])]),
    at(
        "spec.versions[].schema.openAPIV3Schema",
        &[Law(laws::definition::structure)],
    ),
    at(
        "spec.versions[].additionalPrinterColumns[]",
        &[Needs(&["jsonPath", "name", "type"])],
    ),
    at(
        "spec.versions[].additionalPrinterColumns[].type",
        &[Words(&["integer", "number", "string", "boolean", "date"])],
    ),
    at("spec.names", &[Law(laws::definition::names)]),
    at("spec.names.singular", &[Text(Form::LetterLabel)]),
    at("spec.names.shortNames[]", &[Text(Form::LetterLabel)]),
    at("spec.names.categories[]", &[Text(Form::LetterLabel)]),
    at(
        "spec.conversion",
        &[Needs(&["strategy"]), Law(laws::definition::conversion)],
    ),
    at("spec.conversion.strategy", &[Words(&["None", "Webhook"])]),
    at("spec.versions[].name", &[Text(Form::LetterLabel)]),
];
