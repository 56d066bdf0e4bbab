//! Variants of what is judged: another version of a prompt, another model, or both.

use lockstep::model::{Finding, PlainVersion};
use lockstep::prompts::run::RequestModel;
use lockstep::workspace::{Agent, Judged, Workspace, layout};

use crate::failure::{Failure, FailureKind};

/// What is judged, with parts replaced: `<prompt>@<version>` and `model=<provider>/<name>`, separated by commas.
/// A prompt that cannot be read is a finding.
pub(super) fn variant(
    workspace: &Workspace,
    agent: &Agent,
    judged: &Judged,
    text: &str,
) -> Result<Result<Judged, Vec<Finding>>, Failure> {
    let mut variant = judged.clone();
    for part in text.split(',').map(str::trim) {
        match replaced(workspace, agent, &variant, part)? {
            Ok(other) => variant = other,
            Err(unreadable) => return Ok(Err(vec![unreadable])),
        }
    }
    Ok(Ok(variant))
}

/// The variants that are asked for; crossed, each prompt also with each model.
pub(super) fn asked(variants: &[String], cross: bool) -> Vec<String> {
    let mut asked = variants.to_vec();
    if cross {
        let is_model = |text: &&String| text.starts_with("model=");
        for prompt in variants.iter().filter(|text| !is_model(text)) {
            let models = variants.iter().filter(is_model);
            asked.extend(models.map(|model| format!("{prompt},{model}")));
        }
    }
    asked
}

fn replaced(
    workspace: &Workspace,
    agent: &Agent,
    judged: &Judged,
    text: &str,
) -> Result<Result<Judged, Finding>, Failure> {
    let mut other = judged.clone();
    let usage = |message: String| {
        Failure::new(FailureKind::Usage, message)
            .hint("write `<prompt>@<version>`, for example `answer@2.2.0`, or `model=<provider>/<name>`")
    };
    if let Some(named) = text.strip_prefix("model=") {
        let (provider, name) = named
            .split_once('/')
            .ok_or_else(|| usage(format!("`{named}` is no model")))?;
        other.subject.model.model = RequestModel {
            provider: provider.to_owned(),
            name: name.to_owned(),
            version: None,
        };
        other.subject.model.price = workspace.price(provider, name);
        return Ok(Ok(other));
    }
    let (name, version) = text
        .split_once('@')
        .ok_or_else(|| usage(format!("`{text}` is no variant")))?;
    // versions of other tools carry the environment in front: `prod-2.0.0`
    let plain = version.rsplit_once('-').map_or(version, |(_, plain)| plain);
    let parsed = PlainVersion::parse(plain);
    let found = parsed.and_then(|version| Some((version, agent.prompts.get(name)?.get(&version)?)));
    let Some((version, component)) = found else {
        return Err(usage(format!("`{}` has no prompt `{name}` {plain}", agent.name)));
    };
    let Some(prompt) = component.file.clone() else {
        let message = format!("the prompt `{name}` {version} cannot be read, which `--versus` names");
        let finding = Finding::error("missing-component", message).in_file(layout::prompt(&agent.name, name, version));
        return Ok(Err(finding.help("mend what is said of it")));
    };
    if other
        .subject
        .prompts
        .insert(name.to_owned(), (version, prompt))
        .is_none()
    {
        return Err(usage(format!("`{}` does not use the prompt `{name}`", agent.name)));
    }
    Ok(Ok(other))
}
