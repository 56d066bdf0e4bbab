//! Services, what leads to them, and what may pass.

use super::meta::{BY_NAME, SELECTOR};
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    Different, Distinct, Keys, Law, Longest, Needs, One, Port, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{INT32, Row, at, table};

pub(super) const SERVICE: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at(
        "spec",
        &[
            Law(laws::service::ports),
            Law(laws::service::fields_of_type),
            Law(laws::service::external_name),
            Law(laws::service::health_port),
        ],
    ),
    at(
        "spec.type",
        &[Words(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])],
    ),
    at("spec.selector", &[Keys(Form::Qualified)]),
    at("spec.selector{}", &[Text(Form::LabelValue)]),
    at(
        "spec.ports",
        &[Distinct(BY_NAME), Distinct(&[("port", ""), ("protocol", "TCP")])],
    ),
    at("spec.ports[]", &[Needs(&["port"])]),
    at("spec.ports[].name", &[Text(Form::Label)]),
    at("spec.ports[].port", &[Within(1, 65535)]),
    at("spec.ports[].targetPort", &[Port]),
    at("spec.ports[].nodePort", &[Within(0, 65535)]),
    at("spec.ports[].protocol", &[Words(&["TCP", "UDP", "SCTP"])]),
    at("spec.ports[].appProtocol", &[Text(Form::Qualified)]),
    at("spec.sessionAffinity", &[Words(&["None", "ClientIP"])]),
    at(
        "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
        &[Within(1, 86_400)],
    ),
    at("spec.externalName", &[Text(Form::ExternalName)]),
    at("spec.externalTrafficPolicy", &[Words(&["Cluster", "Local"])]),
    at("spec.internalTrafficPolicy", &[Words(&["Cluster", "Local"])]),
    at(
        "spec.ipFamilyPolicy",
        &[Words(&["SingleStack", "PreferDualStack", "RequireDualStack"])],
    ),
    at("spec.ipFamilies", &[Different, Longest(2)]),
    at("spec.ipFamilies[]", &[Words(&["IPv4", "IPv6"])]),
    at("spec.clusterIP", &[Law(laws::service::cluster_address)]),
    at(
        "spec.clusterIPs",
        &[Different, Longest(2), Law(laws::service::families)],
    ),
    at("spec.clusterIPs[]", &[Law(laws::service::cluster_address)]),
    at(
        "spec.externalIPs[]",
        &[Text(Form::Ip), Law(laws::service::outer_address)],
    ),
    at("spec.loadBalancerIP", &[Text(Form::Ip)]),
    at("spec.loadBalancerSourceRanges[]", &[Text(Form::Cidr)]),
    at("spec.loadBalancerClass", &[Text(Form::Qualified)]),
    at("spec.healthCheckNodePort", &[Within(0, 65535)]),
    at(
        "spec.trafficDistribution",
        &[Words(&["PreferClose", "PreferSameZone", "PreferSameNode"])],
    ),
];

pub(super) const ENDPOINT_SLICE: &[Row] = &[
    at("", &[Needs(&["addressType"]), Law(laws::service::endpoints)]),
    at("addressType", &[Words(&["IPv4", "IPv6", "FQDN"])]),
    at("endpoints", &[Longest(1000)]),
    at("endpoints[].addresses", &[Something, Longest(100)]),
    at("endpoints[].addresses[]", &[Law(laws::service::outer_address)]),
    at("ports", &[Distinct(&[("name", "")])]),
    at("ports[].port", &[Within(1, 65535)]),
    at("ports[].protocol", &[Words(&["TCP", "UDP", "SCTP"])]),
];

pub(super) const INGRESS: &[Row] = &[
    at("", &[Needs(&["spec"]), Law(laws::ingress::one_class)]),
    at("spec", &[Law(laws::ingress::leads_somewhere)]),
    at("spec.ingressClassName", &[Text(Form::Subdomain)]),
    table("spec.defaultBackend", BACKEND),
    at("spec.rules[].host", &[Law(laws::ingress::host)]),
    at("spec.rules[].http", &[Needs(&["paths"])]),
    at("spec.rules[].http.paths", &[Something]),
    at(
        "spec.rules[].http.paths[]",
        &[Needs(&["pathType", "backend"]), Law(laws::ingress::path)],
    ),
    at(
        "spec.rules[].http.paths[].pathType",
        &[Words(&["Exact", "Prefix", "ImplementationSpecific"])],
    ),
    table("spec.rules[].http.paths[].backend", BACKEND),
    at("spec.tls[].hosts[]", &[Law(laws::ingress::host)]),
];

const BACKEND: &[Row] = &[
    at("", &[One(&["service", "resource"])]),
    at("service", &[Needs(&["name", "port"])]),
    at("service.name", &[Text(Form::LetterLabel)]),
    at("service.port", &[One(&["name", "number"])]),
    at("service.port.name", &[Text(Form::PortName)]),
    at("service.port.number", &[Within(1, 65535)]),
    at("resource", &[Needs(&["kind", "name"])]),
];

pub(super) const INGRESS_CLASS: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Needs(&["controller"])]),
    at("spec.controller", &[Text(Form::DomainPath)]),
    at(
        "spec.parameters",
        &[Needs(&["kind", "name"]), Law(laws::ingress::parameters)],
    ),
    at("spec.parameters.scope", &[Words(&["Cluster", "Namespace"])]),
    at("spec.parameters.namespace", &[Text(Form::Label)]),
];

pub(super) const NETWORK_POLICY: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec.policyTypes", &[Different, Longest(2)]),
    at("spec.policyTypes[]", &[Words(&["Ingress", "Egress"])]),
    table("spec.podSelector", SELECTOR),
    table("spec.ingress[]", PASSAGE),
    table("spec.ingress[].from[]", PEER),
    table("spec.egress[]", PASSAGE),
    table("spec.egress[].to[]", PEER),
];

const PASSAGE: &[Row] = &[
    at("ports[]", &[Law(laws::network::port_range)]),
    at("ports[].protocol", &[Words(&["TCP", "UDP", "SCTP"])]),
    at("ports[].port", &[Port]),
    at("ports[].endPort", &[Within(1, 65535)]),
];

const PEER: &[Row] = &[
    at("", &[Law(laws::network::peer)]),
    table("podSelector", SELECTOR),
    table("namespaceSelector", SELECTOR),
    at("ipBlock", &[Needs(&["cidr"]), Law(laws::network::exceptions)]),
    at("ipBlock.cidr", &[Text(Form::Cidr)]),
    at("ipBlock.except[]", &[Text(Form::Cidr)]),
];

/// Istio's own rule about where requests go.
pub(super) const VIRTUAL_SERVICE: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec.http[].route[].weight", &[Within(0, INT32)]),
];

/// Istio's own rule about how they get there.
pub(super) const DESTINATION_RULE: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at("spec", &[Needs(&["host"])]),
    at(
        "spec.trafficPolicy.outlierDetection.maxEjectionPercent",
        &[Within(0, 100)],
    ),
];
