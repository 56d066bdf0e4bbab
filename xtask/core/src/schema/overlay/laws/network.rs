//! What holds between the fields of a NetworkPolicy.

use serde_json::Value;

use crate::model::Problem;
use crate::schema::overlay::forms::network;
use crate::schema::overlay::view::{field, items, number, text};
use crate::schema::overlay::walk::Problems;

/// Ports from one to another: both are numbers, in order.
pub(in crate::schema::overlay) fn port_range(port: &Value, problems: &mut Problems<'_>) {
    let Some(end) = number(port, "endPort") else { return };
    match field(port, "port") {
        Some(Value::Number(start)) if start.as_i64().is_some_and(|start| start > end) => {
            let message = format!("`endPort` is {end}, less than `port`, which is {start}");
            problems.add(Problem::error("out-of-range", "/endPort", message));
        }
        Some(Value::Number(_)) => {}
        _ => {
            let message = "`endPort` needs a `port` that is a number";
            problems.add(Problem::error("conflicting-fields", "/endPort", message).on_key());
        }
    }
}

/// A peer is pods or a network.
pub(in crate::schema::overlay) fn peer(peer: &Value, problems: &mut Problems<'_>) {
    let selected = field(peer, "podSelector").is_some() || field(peer, "namespaceSelector").is_some();
    match (selected, field(peer, "ipBlock").is_some()) {
        (true, true) => {
            let message = "`ipBlock` excludes `podSelector` and `namespaceSelector`";
            problems.add(Problem::error("conflicting-fields", "/ipBlock", message).on_key());
        }
        (false, false) => {
            let message = "a peer needs `podSelector`, `namespaceSelector` or `ipBlock`";
            problems.add(Problem::error("missing-field", "", message));
        }
        _ => {}
    }
}

/// What is left out of a network lies in it.
pub(in crate::schema::overlay) fn exceptions(block: &Value, problems: &mut Problems<'_>) {
    let Some((text, outer)) = text(block, "cidr").and_then(|text| Some((text, network(text)?))) else {
        return;
    };
    for (index, except) in items(block, "except").iter().enumerate() {
        let inner = except.as_str().and_then(network);
        if inner.is_some_and(|inner| !outer.holds(inner)) {
            let message = format!("`{}` lies not in `{text}`", except.as_str().unwrap_or_default());
            problems.add(Problem::error("out-of-range", format!("/except/{index}"), message));
        }
    }
}
