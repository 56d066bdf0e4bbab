//! Kinds that keep pods running, and those that run them to an end.

use super::meta::{SELECTOR, WORKLOAD_SELECTOR};
use super::pod::{JOB_TEMPLATE, MOUNTING, SERVING_TEMPLATE};
use super::storage::CLAIM;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    Distinct, Law, Longest, Needs, OneBeside, Part, Share, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{INT32, Row, at, table};

/// What the kinds that keep pods running have in common.
const SERVING: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at(
        "spec",
        &[Needs(&["selector", "template"]), Law(laws::workload::selected_template)],
    ),
    at("spec.replicas", &[Within(0, INT32)]),
    at("spec.minReadySeconds", &[Within(0, INT32)]),
    at("spec.revisionHistoryLimit", &[Within(0, INT32)]),
    table("spec.selector", WORKLOAD_SELECTOR),
    table("spec.template", SERVING_TEMPLATE),
];

pub(super) const DEPLOYMENT: &[Row] = &[
    table("", SERVING),
    table("spec.template.spec", MOUNTING),
    at("spec", &[Law(laws::workload::progress_deadline)]),
    at("spec.progressDeadlineSeconds", &[Within(1, INT32)]),
    at("spec.strategy", &[Law(laws::workload::rolling_only)]),
    at("spec.strategy.type", &[Words(&["RollingUpdate", "Recreate"])]),
    at("spec.strategy.rollingUpdate", &[Law(laws::workload::some_progress)]),
    at("spec.strategy.rollingUpdate.maxSurge", &[Share]),
    at("spec.strategy.rollingUpdate.maxUnavailable", &[Part]),
];

pub(super) const STATEFUL_SET: &[Row] = &[
    table("", SERVING),
    at("spec", &[Law(laws::pod::mounted_claims)]),
    at("spec.serviceName", &[Text(Form::Subdomain)]),
    at("spec.podManagementPolicy", &[Words(&["OrderedReady", "Parallel"])]),
    at("spec.updateStrategy", &[Law(laws::workload::rolling_only)]),
    at("spec.updateStrategy.type", &[Words(&["RollingUpdate", "OnDelete"])]),
    at("spec.updateStrategy.rollingUpdate.partition", &[Within(0, INT32)]),
    at(
        "spec.updateStrategy.rollingUpdate.maxUnavailable",
        &[Part, Within(1, INT32)],
    ),
    at("spec.ordinals.start", &[Within(0, INT32)]),
    at(
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
        &[Words(&["Retain", "Delete"])],
    ),
    at(
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
        &[Words(&["Retain", "Delete"])],
    ),
    at("spec.volumeClaimTemplates[].metadata", &[Needs(&["name"])]),
    table("spec.volumeClaimTemplates[].spec", CLAIM),
];

pub(super) const DAEMON_SET: &[Row] = &[
    table("", SERVING),
    table("spec.template.spec", MOUNTING),
    at("spec.updateStrategy", &[Law(laws::workload::rolling_only)]),
    at("spec.updateStrategy.type", &[Words(&["RollingUpdate", "OnDelete"])]),
    at(
        "spec.updateStrategy.rollingUpdate",
        &[Law(laws::workload::surge_or_unavailable)],
    ),
    at("spec.updateStrategy.rollingUpdate.maxSurge", &[Part]),
    at("spec.updateStrategy.rollingUpdate.maxUnavailable", &[Part]),
];

pub(super) const REPLICA_SET: &[Row] = &[table("", SERVING), table("spec.template.spec", MOUNTING)];

/// Argo Rollouts: its controller refuses what its schema lets through.
pub(super) const ROLLOUT: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at(
        "spec",
        &[Law(laws::rollout::workload), Law(laws::workload::progress_deadline)],
    ),
    at("spec.replicas", &[Within(0, INT32)]),
    at("spec.minReadySeconds", &[Within(0, INT32)]),
    at("spec.revisionHistoryLimit", &[Within(0, INT32)]),
    at("spec.progressDeadlineSeconds", &[Within(1, INT32)]),
    table("spec.selector", WORKLOAD_SELECTOR),
    table("spec.template", SERVING_TEMPLATE),
    table("spec.template.spec", MOUNTING),
    at("spec.strategy", &[Law(laws::rollout::strategy)]),
    at(
        "spec.strategy.blueGreen",
        &[Needs(&["activeService"]), Law(laws::rollout::two_services)],
    ),
    at("spec.strategy.blueGreen.maxUnavailable", &[Part]),
    at("spec.strategy.blueGreen.previewReplicaCount", &[Within(0, INT32)]),
    at("spec.strategy.blueGreen.scaleDownDelaySeconds", &[Within(0, INT32)]),
    at(
        "spec.strategy.canary",
        &[
            Law(laws::workload::some_progress),
            Law(laws::rollout::two_services),
            Law(laws::rollout::traffic),
        ],
    ),
    table("spec.strategy.blueGreen.prePromotionAnalysis", ANALYSIS_ARGUMENTS),
    table("spec.strategy.blueGreen.postPromotionAnalysis", ANALYSIS_ARGUMENTS),
    table("spec.strategy.canary.analysis", ANALYSIS_ARGUMENTS),
    table("spec.strategy.canary.steps[].analysis", ANALYSIS_ARGUMENTS),
    at("spec.strategy.canary.scaleDownDelaySeconds", &[Within(0, INT32)]),
    at(
        "spec.strategy.canary.trafficRouting.plugins.argoproj-labs/gatewayAPI",
        &[Needs(&["namespace"]), Law(laws::rollout::gateway_plugin)],
    ),
    at("spec.strategy.canary.maxSurge", &[Share]),
    at("spec.strategy.canary.maxUnavailable", &[Part]),
    at("spec.strategy.canary.steps[]", &[Law(laws::rollout::step)]),
    at("spec.strategy.canary.steps[].setWeight", &[Within(0, 100)]),
    at(
        "spec.strategy.canary.steps[].setCanaryScale.replicas",
        &[Within(0, INT32)],
    ),
    at("spec.strategy.canary.steps[].setCanaryScale.weight", &[Within(0, 100)]),
    at(
        "spec.strategy.canary.steps[].pause.duration",
        &[Law(laws::rollout::duration)],
    ),
];

pub(super) const JOB: &[Row] = &[at("", &[Needs(&["spec"])]), table("spec", JOB_SPEC)];

const JOB_SPEC: &[Row] = &[
    at("", &[Needs(&["template"]), Law(laws::workload::job)]),
    at("parallelism", &[Within(0, INT32)]),
    at("completions", &[Within(0, INT32)]),
    at("backoffLimit", &[Within(0, INT32)]),
    at("backoffLimitPerIndex", &[Within(0, INT32)]),
    at("maxFailedIndexes", &[Within(0, INT32)]),
    at("activeDeadlineSeconds", &[Within(0, i64::MAX)]),
    at("ttlSecondsAfterFinished", &[Within(0, INT32)]),
    at("completionMode", &[Words(&["NonIndexed", "Indexed"])]),
    at("podReplacementPolicy", &[Words(&["TerminatingOrFailed", "Failed"])]),
    at("podFailurePolicy.rules", &[Longest(20)]),
    at(
        "podFailurePolicy.rules[].action",
        &[Words(&["FailJob", "FailIndex", "Ignore", "Count"])],
    ),
    at(
        "podFailurePolicy.rules[].onExitCodes",
        &[Law(laws::workload::exit_codes)],
    ),
    at(
        "podFailurePolicy.rules[].onExitCodes.operator",
        &[Words(&["In", "NotIn"])],
    ),
    at(
        "podFailurePolicy.rules[].onExitCodes.values",
        &[Something, Longest(255)],
    ),
    at("managedBy", &[Text(Form::DomainPath)]),
    table("selector", SELECTOR),
    table("template", JOB_TEMPLATE),
];

/// What a Rollout hands to an analysis.
const ANALYSIS_ARGUMENTS: &[Row] = &[at(
    "args[].valueFrom.podTemplateHashValue",
    &[Words(&["Stable", "Latest"])],
)];

/// Argo Rollouts makes Jobs of the jobs in its metrics.
pub(super) const ANALYSIS: &[Row] = &[
    at("spec", &[Law(laws::rollout::measured)]),
    at("spec.metrics", &[Something, Distinct(&[("name", "")])]),
    at("spec.metrics[]", &[Law(laws::rollout::metric)]),
    at("spec.metrics[].count", &[Within(0, INT32)]),
    at("spec.metrics[].failureLimit", &[Within(0, INT32)]),
    at("spec.metrics[].inconclusiveLimit", &[Within(0, INT32)]),
    at("spec.metrics[].consecutiveErrorLimit", &[Within(0, INT32)]),
    at("spec.metrics[].provider", &[OneBeside(&[])]),
    at("spec.metrics[].provider.job", &[Needs(&["spec"])]),
    table("spec.metrics[].provider.job.spec", JOB_SPEC),
];

pub(super) const CRON_JOB: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("metadata", &[Law(laws::workload::cron_job_name)]),
    at("spec", &[Needs(&["schedule", "jobTemplate"])]),
    at("spec.schedule", &[Law(laws::workload::schedule)]),
    at("spec.timeZone", &[Text(Form::TimeZone)]),
    at("spec.concurrencyPolicy", &[Words(&["Allow", "Forbid", "Replace"])]),
    at("spec.startingDeadlineSeconds", &[Within(0, i64::MAX)]),
    at("spec.successfulJobsHistoryLimit", &[Within(0, INT32)]),
    at("spec.failedJobsHistoryLimit", &[Within(0, INT32)]),
    at("spec.jobTemplate", &[Needs(&["spec"])]),
    at("spec.jobTemplate.spec", &[Law(laws::workload::repeated_job)]),
    table("spec.jobTemplate.spec", JOB_SPEC),
];

pub(super) const POD_DISRUPTION_BUDGET: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Law(laws::workload::budget)]),
    at("spec.minAvailable", &[Part]),
    at("spec.maxUnavailable", &[Part]),
    at(
        "spec.unhealthyPodEvictionPolicy",
        &[Words(&["IfHealthyBudget", "AlwaysAllow"])],
    ),
    table("spec.selector", SELECTOR),
];
