//! Autoscalers: what is measured, and how fast they react.

use super::meta::SELECTOR;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{Law, Needs, Positive, Something, Text, Within, Words};
use crate::schema::overlay::row::{INT32, Row, at, table};

pub(super) const AUTOSCALER: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at(
        "spec",
        &[Needs(&["scaleTargetRef", "maxReplicas"]), Law(laws::scaling::bounds)],
    ),
    at("spec.minReplicas", &[Within(0, INT32)]),
    at("spec.maxReplicas", &[Within(1, INT32)]),
    at("spec.targetCPUUtilizationPercentage", &[Within(1, INT32)]),
    at("spec.scaleTargetRef", &[Needs(&["kind", "name"])]),
    at("spec.scaleTargetRef.name", &[Text(Form::PathSegment)]),
    at("spec.scaleTargetRef.kind", &[Text(Form::PathSegment)]),
    at("spec.metrics[]", &[Needs(&["type"]), Law(laws::scaling::metric)]),
    at(
        "spec.metrics[].type",
        &[Words(&["Resource", "Pods", "Object", "External", "ContainerResource"])],
    ),
    table("spec.metrics[].resource", METRIC),
    table("spec.metrics[].containerResource", METRIC),
    table("spec.metrics[].pods", METRIC),
    table("spec.metrics[].object", METRIC),
    table("spec.metrics[].external", METRIC),
    table("spec.behavior.scaleUp", SCALING),
    table("spec.behavior.scaleDown", SCALING),
];

const METRIC: &[Row] = &[
    at("", &[Needs(&["target"])]),
    at("target", &[Needs(&["type"]), Law(laws::scaling::target)]),
    at("target.type", &[Words(&["Utilization", "Value", "AverageValue"])]),
    at("target.averageUtilization", &[Within(1, INT32)]),
    at("target.value", &[Positive]),
    at("target.averageValue", &[Positive]),
    at("metric", &[Needs(&["name"])]),
    at("metric.name", &[Text(Form::PathSegment)]),
    table("metric.selector", SELECTOR),
    at("describedObject", &[Needs(&["kind", "name"])]),
];

const SCALING: &[Row] = &[
    at("stabilizationWindowSeconds", &[Within(0, 3600)]),
    at("selectPolicy", &[Words(&["Max", "Min", "Disabled"])]),
    at("policies", &[Something]),
    at("policies[]", &[Needs(&["type", "value", "periodSeconds"])]),
    at("policies[].type", &[Words(&["Pods", "Percent"])]),
    at("policies[].value", &[Within(1, INT32)]),
    at("policies[].periodSeconds", &[Within(1, 1800)]),
];
