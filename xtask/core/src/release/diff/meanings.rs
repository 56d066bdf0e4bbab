//! What another contract, other tools or another index mean for those who rely on them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{Meaning, RiskClass};
use crate::prompts::{breaks, wider};
use crate::workspace::files::{RetrievalFile, Tool, ToolsFile};

/// What readers of answers find after a change of the contract.
pub(super) fn contract(before: &Value, after: &Value) -> Vec<Meaning> {
    let found = breaks(before, after);
    if found.is_empty() {
        let wider = wider(before, after).into_iter().map(|what| {
            let text =
                format!("wider: {what}; a reader that validates by the old one may refuse what the new one admits");
            meaning("contract", text, RiskClass::Medium)
        });
        let wider: Vec<Meaning> = wider.collect();
        return match wider.is_empty() {
            false => wider,
            true => vec![meaning(
                "contract",
                "compatible: who reads the old one can read the new one",
                RiskClass::Low,
            )],
        };
    }
    let broken = found.into_iter();
    broken
        .map(|change| meaning("contract", format!("breaking: {}", change.message), RiskClass::High))
        .collect()
}

/// What is found, and with what, after a change of the retrieval configuration.
pub(super) fn retrieval(before: &RetrievalFile, after: &RetrievalFile) -> Vec<Meaning> {
    let shown = |file: &RetrievalFile| format!("{} ({} dimensions)", file.embedding.model, file.embedding.dimension);
    let mut found = Vec::new();
    if before.embedding != after.embedding {
        let text = format!(
            "another embedding, {} → {}: vectors of the one mean nothing to the other",
            shown(before),
            shown(after)
        );
        found.push(meaning("retrieval", text, RiskClass::High));
    }
    let chunks = |file: &RetrievalFile| format!("{} tokens, {} shared", file.chunking.tokens, file.chunking.overlap);
    let place = |file: &RetrievalFile| format!("{}:{}", file.host, file.port);
    let fields = [
        ("index", before.index.clone(), after.index.clone(), RiskClass::High),
        ("host", place(before), place(after), RiskClass::High),
        (
            "snapshot",
            before.snapshot.clone(),
            after.snapshot.clone(),
            RiskClass::Medium,
        ),
        ("chunks", chunks(before), chunks(after), RiskClass::Medium),
        (
            "chunks of an answer",
            before.top_k.to_string(),
            after.top_k.to_string(),
            RiskClass::Medium,
        ),
    ];
    let differs = fields.into_iter().filter(|(_, before, after, _)| before != after);
    found.extend(
        differs.map(|(name, before, after, risk)| meaning("retrieval", format!("{name}: {before} → {after}"), risk)),
    );
    if found.is_empty() {
        found.push(meaning(
            "retrieval",
            "the same index, found and cut in the same way",
            RiskClass::Low,
        ));
    }
    found
}

/// How the model may call each tool after a change of the manifest. Which tools there are is told with what they permit.
pub(super) fn tools(before: &ToolsFile, after: &ToolsFile) -> Vec<Meaning> {
    let by_name = |file: &'_ ToolsFile| -> BTreeMap<String, Tool> {
        let tools = file.tools.iter();
        tools.map(|tool| (tool.name.to_string(), tool.clone())).collect()
    };
    let (old, new) = (by_name(before), by_name(after));
    let both = old.iter().filter_map(|(name, tool)| Some((name, tool, new.get(name)?)));
    both.flat_map(|(name, old, new)| {
        let mut found = parameters(&old.parameters.clone().into(), &new.parameters.clone().into());
        if old.description != new.description {
            found.push(("is described in other words".to_owned(), RiskClass::Medium));
        }
        let found = found.into_iter();
        found.map(move |(text, risk)| meaning("tools", format!("`{name}` {text}"), risk))
    })
    .collect()
}

/// What differs in the parameters of a tool; the model has to fill them in anew.
fn parameters(before: &Value, after: &Value) -> Vec<(String, RiskClass)> {
    let properties = |schema: &Value| -> BTreeMap<String, Value> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        properties
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect()
    };
    let required = |schema: &Value| -> BTreeSet<String> {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    };
    let (old, new) = (properties(before), properties(after));
    let (was, is) = (required(before), required(after));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).chain(&was).chain(&is).collect();
    let mut found = Vec::new();
    for name in names {
        let needs = match (was.contains(name), is.contains(name)) {
            (false, true) => Some(true),
            (true, false) => Some(false),
            _ => None,
        };
        let (text, risk) = match (old.get(name), new.get(name), needs) {
            (None, Some(_), Some(true)) => ("takes a parameter more, and requires it", RiskClass::High),
            (None, Some(_), _) => ("takes a parameter more", RiskClass::Medium),
            (Some(_), None, _) => ("takes a parameter less", RiskClass::High),
            (_, _, Some(true)) => ("requires a parameter now", RiskClass::High),
            (_, _, Some(false)) => ("does not require a parameter any more", RiskClass::Low),
            (Some(old), Some(new), None) if old != new => ("takes other values of a parameter", RiskClass::Medium),
            _ => continue,
        };
        found.push((format!("{text}: `{name}`"), risk));
    }
    if found.is_empty() && before != after {
        found.push(("takes its parameters in another form".to_owned(), RiskClass::Medium));
    }
    found
}

/// That files of one side are gone, so that nobody can say what the change means.
pub(super) fn untold(component: &str) -> Meaning {
    let text = "what it means cannot be told: a file of one side is not in the tree any more";
    meaning(component, text, RiskClass::High)
}

fn meaning(component: &str, text: impl Into<String>, risk: RiskClass) -> Meaning {
    Meaning {
        component: component.to_owned(),
        text: text.into(),
        risk,
    }
}
