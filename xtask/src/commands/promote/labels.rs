//! What promoted releases are to be called, as the command line says it.

use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, Version, suggestion};

use crate::failure::{Failure, FailureKind};

/// The labels that these words give: `<agent>=<version>`, or `<version>` for the one agent that no other word names.
pub(super) fn labels(words: &[String], agents: &BTreeSet<AgentName>) -> Result<BTreeMap<AgentName, Version>, Failure> {
    let usage = |message: String| Failure::new(FailureKind::Usage, message);
    let version = |text: &str| Version::parse(text).map_err(usage);
    let mut labels = BTreeMap::new();
    let mut plain = Vec::new();
    for word in words {
        let Some((name, label)) = word.split_once('=') else {
            plain.push(version(word)?);
            continue;
        };
        let Some(agent) = agents.iter().find(|agent| agent.as_str() == name) else {
            let failure = usage(format!("`--as {word}` names an agent that is not promoted"));
            let near = suggestion(name, agents.iter().map(AgentName::as_str));
            return Err(match near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("name the agent as well, or leave the label out"),
            });
        };
        if labels.insert(agent.clone(), version(label)?).is_some() {
            return Err(usage(format!("`--as` gives `{agent}` two labels")).hint("leave one of them out"));
        }
    }
    let mut others = agents.iter().filter(|agent| !labels.contains_key(*agent));
    match (plain.pop(), others.next(), others.next()) {
        (None, ..) => {}
        (Some(label), Some(agent), None) if plain.is_empty() => {
            labels.insert(agent.clone(), label);
        }
        _ => {
            return Err(usage("`--as <version>` names the release of one agent".to_owned())
                .hint("of several, say which: `--as <agent>=<version>`"));
        }
    }
    Ok(labels)
}
