//! What holds between the fields of a Service.

use std::net::IpAddr;

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::check::{missing, shown};
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::{field, items, number, text};
use crate::schema::overlay::walk::Problems;

/// A Service has ports, and names for them where it has several.
pub(in crate::schema::overlay) fn ports(spec: &Value, problems: &mut Problems<'_>) {
    let ports = items(spec, "ports");
    let headless = text(spec, "clusterIP") == Some("None");
    if ports.is_empty() && !headless && text(spec, "type") != Some("ExternalName") {
        problems.add(missing("spec", "ports"));
    }
    for (index, port) in ports.iter().enumerate() {
        if ports.len() > 1 && text(port, "name").is_none() {
            let message = "one of several ports needs a name";
            problems.add(Problem::error("missing-field", format!("/ports/{index}"), message).help("add `name:`"));
        }
        let opened = |port: &Value| number(port, "nodePort").filter(|port| *port != 0);
        let protocol = |port: &Value| text(port, "protocol").unwrap_or("TCP").to_owned();
        let Some(node_port) = opened(port) else { continue };
        let taken = ports[..index]
            .iter()
            .any(|other| opened(other) == Some(node_port) && protocol(other) == protocol(port));
        if taken {
            let message = format!("the node port `{node_port}` is taken twice");
            problems.add(Problem::error(
                "duplicate-item",
                format!("/ports/{index}/nodePort"),
                message,
            ));
        }
    }
}

/// Some fields go with some types only.
pub(in crate::schema::overlay) fn fields_of_type(spec: &Value, problems: &mut Problems<'_>) {
    let kind = text(spec, "type").unwrap_or("ClusterIP");
    let outside = matches!(kind, "NodePort" | "LoadBalancer");
    let mut refuse = |pointer: String, name: &str, kinds: &str| {
        let message = format!("`{name}` goes with {kinds} only, the type is `{kind}`");
        problems.add(Problem::error("conflicting-fields", pointer, message).on_key());
    };
    if !outside {
        for (index, port) in items(spec, "ports").iter().enumerate() {
            if number(port, "nodePort").is_some_and(|port| port != 0) {
                refuse(
                    format!("/ports/{index}/nodePort"),
                    "nodePort",
                    "the types `NodePort` and `LoadBalancer`",
                );
            }
        }
        if field(spec, "externalTrafficPolicy").is_some() && items(spec, "externalIPs").is_empty() {
            refuse(
                "/externalTrafficPolicy".to_owned(),
                "externalTrafficPolicy",
                "the types `NodePort` and `LoadBalancer`",
            );
        }
    }
    if kind != "LoadBalancer" {
        for name in [
            "allocateLoadBalancerNodePorts",
            "loadBalancerClass",
            "loadBalancerSourceRanges",
        ] {
            let given = field(spec, name).is_some_and(|value| value.as_array().is_none_or(|items| !items.is_empty()));
            if given {
                refuse(format!("/{name}"), name, "the type `LoadBalancer`");
            }
        }
    }
    if field(spec, "sessionAffinityConfig").is_some() && text(spec, "sessionAffinity") != Some("ClientIP") {
        refuse(
            "/sessionAffinityConfig".to_owned(),
            "sessionAffinityConfig",
            "`sessionAffinity: ClientIP`",
        );
    }
    if outside && text(spec, "clusterIP") == Some("None") {
        refuse("/clusterIP".to_owned(), "clusterIP: None", "the type `ClusterIP`");
    }
}

/// A node answers whether it has pods of the Service only where requests from outside stay on the node.
pub(in crate::schema::overlay) fn health_port(spec: &Value, problems: &mut Problems<'_>) {
    let is_local = text(spec, "type") == Some("LoadBalancer") && text(spec, "externalTrafficPolicy") == Some("Local");
    if !is_local && number(spec, "healthCheckNodePort").is_some_and(|port| port != 0) {
        let message = "`healthCheckNodePort` goes with `type: LoadBalancer` and `externalTrafficPolicy: Local` only";
        let problem = Problem::error("conflicting-fields", "/healthCheckNodePort", message).on_key();
        problems.add(problem.help("take it out"));
    }
}

/// A Service has one address of each family at most.
pub(in crate::schema::overlay) fn families(addresses: &Value, problems: &mut Problems<'_>) {
    let parsed = |item: &Value| item.as_str().and_then(|text| text.parse::<IpAddr>().ok());
    let [first, second] = addresses.as_array().map_or(&[][..], Vec::as_slice) else {
        return;
    };
    if let (Some(first), Some(second)) = (parsed(first), parsed(second))
        && first != second
        && first.is_ipv4() == second.is_ipv4()
    {
        let message = format!("`{first}` and `{second}` are of one family");
        let problem = Problem::error("conflicting-fields", "/1", message);
        problems.add(problem.help("keep one address of IPv4 and one of IPv6"));
    }
}

/// An endpoint has addresses of the slice's family that others can reach.
pub(in crate::schema::overlay) fn endpoints(slice: &Value, problems: &mut Problems<'_>) {
    let wanted = match text(slice, "addressType") {
        Some("IPv4") => Form::Ipv4,
        Some("IPv6") => Form::Ipv6,
        _ => return,
    };
    for (index, endpoint) in items(slice, "endpoints").iter().enumerate() {
        for (at, address) in items(endpoint, "addresses").iter().enumerate() {
            let Some(text) = address.as_str().filter(|text| !wanted.fits(text)) else {
                continue;
            };
            let message = format!("`{text}` is no {}, which `addressType` promises", wanted.name());
            let problem = Problem::error("malformed-text", format!("/endpoints/{index}/addresses/{at}"), message);
            problems.add(problem.help(format!("write {}", wanted.rule())));
        }
    }
}

/// A Service that is another name for a host has that host's, and no address.
pub(in crate::schema::overlay) fn external_name(spec: &Value, problems: &mut Problems<'_>) {
    if text(spec, "type") != Some("ExternalName") {
        return;
    }
    if text(spec, "externalName").is_none() {
        problems.add(missing("spec", "externalName"));
    }
    if text(spec, "clusterIP").is_some() {
        let message = "a Service of the type `ExternalName` has no address";
        problems.add(Problem::error("conflicting-fields", "/clusterIP", message).on_key());
    }
}

/// An address, or `None`.
pub(in crate::schema::overlay) fn cluster_address(address: &Value, problems: &mut Problems<'_>) {
    let known = |text: &str| text.is_empty() || text == "None" || Form::Ip.fits(text);
    if address.as_str().is_some_and(|text| !known(text)) {
        let message = format!("`{}` is neither an address nor `None`", shown(address));
        problems.add(Problem::error("malformed-text", "", message));
    }
}

/// Requests from outside go to an address that the outside can have.
pub(in crate::schema::overlay) fn outer_address(address: &Value, problems: &mut Problems<'_>) {
    let Some(ip) = address.as_str().and_then(|text| text.parse::<IpAddr>().ok()) else {
        return;
    };
    let is_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.segments()[0] & 0xff0f == 0xff02,
    };
    if ip.is_unspecified() || ip.is_loopback() || is_local {
        let message = format!("`{ip}` is an address of each machine alone");
        problems.add(Problem::error("out-of-range", "", message).help("write an address that others can reach"));
    }
}
