//! What an agent is judged by: its suites, read and held against its parts, and what of it is judged.

use super::files::Follows;
use super::{Agent, Environment, Workspace, check, layout};
use crate::model::{Digest, Finding, ModelComponent, Overrides, PlainVersion, PromptChoice, Tuple};
use crate::prompts::run::{Mock, MockFile, RequestModel, Subject, SubjectModel, ToolSpec};
use crate::yaml::{Positions, Segment};

/// An agent's tuple somewhere, and what of it is judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The tuple's id.
    pub tuple_id: Digest,
    /// What the environment replaces in it.
    pub overrides: Overrides,
    /// What is judged.
    pub subject: Subject,
}

impl Workspace {
    /// What is judged of an agent: its candidate, or what an environment runs; with the overrides of `place` where one
    /// is named, of that environment otherwise.
    pub fn judged(
        &self,
        agent: &Agent,
        environment: Option<&Environment>,
        place: Option<&Environment>,
    ) -> Result<Judged, Vec<Finding>> {
        let tuple = match environment {
            Some(environment) if environment.file.follows == Follows::Releases => {
                let release = environment.releases.get(&agent.name).ok_or_else(|| {
                    let message = format!("`{}` does not run `{}`", environment.name, agent.name);
                    vec![
                        Finding::error("missing-baseline", message)
                            .in_file(layout::release(&environment.name, &agent.name)),
                    ]
                })?;
                release.tuple.clone()
            }
            _ => {
                let (tuple, findings) = agent.candidate(self);
                tuple.ok_or(findings)?
            }
        };
        let place = place.or(environment);
        let overrides = place.map_or_else(Overrides::default, |place| place.overrides(&agent.name));
        self.judged_tuple(agent, &tuple, overrides)
    }

    /// What is judged of an agent's tuple, with what an environment replaces in it.
    pub fn judged_tuple(&self, agent: &Agent, tuple: &Tuple, overrides: Overrides) -> Result<Judged, Vec<Finding>> {
        let mut findings = Vec::new();
        let Some(model) = &tuple.model else {
            let finding = Finding::error("nothing-to-judge", format!("`{}` calls no model", agent.name))
                .in_file(layout::agent(agent.name.as_str()))
                .help("name an agent with a model and prompts");
            return Err(vec![finding]);
        };
        let mut subject = Subject {
            model: self.model(model, &overrides),
            prompts: std::collections::BTreeMap::new(),
            tools: Vec::new(),
            withheld: std::collections::BTreeSet::new(),
            contract: tuple
                .contract
                .as_ref()
                .and_then(|part| agent.contracts.get(&part.version))
                .map(|component| std::sync::Arc::clone(&component.file)),
        };
        for (name, part) in &tuple.prompts {
            let versions = agent.prompts.get(name);
            let chosen: Option<PlainVersion> = match overrides.prompts {
                Some(PromptChoice::Latest) => versions
                    .and_then(|all| all.last_key_value())
                    .map(|(version, _)| *version),
                _ => Some(part.version),
            };
            let found = chosen.and_then(|version| Some((version, versions?.get(&version)?)));
            match found.and_then(|(version, component)| Some((version, component.file.clone()?))) {
                Some(prompt) => {
                    subject.prompts.insert(name.clone(), prompt);
                }
                None => findings.push(
                    Finding::error(
                        "missing-component",
                        format!("the prompt `{name}` {} cannot be read", part.version),
                    )
                    .in_file(layout::prompt(&agent.name, name, part.version))
                    .help("mend what is said of it"),
                ),
            }
        }
        let manifest = tuple.tools.as_ref().and_then(|part| agent.tools.get(&part.version));
        let enabled = overrides.tools.as_ref().and_then(|tools| tools.enabled.as_ref());
        for tool in manifest.iter().flat_map(|manifest| &manifest.file.tools) {
            if enabled.is_none_or(|enabled| enabled.contains(&tool.name)) {
                subject.tools.push(ToolSpec {
                    name: tool.name.to_string(),
                    description: tool.description.clone(),
                    parameters: tool.parameters.clone(),
                });
            } else {
                subject.withheld.insert(tool.name.to_string());
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(Judged {
            tuple_id: tuple.id(),
            overrides,
            subject,
        })
    }

    /// A model as it is asked, with its price where that is known.
    fn model(&self, model: &ModelComponent, overrides: &Overrides) -> SubjectModel {
        let other = overrides.model.clone().unwrap_or_default();
        let moved = other.name.is_some();
        let provider = other.provider.unwrap_or_else(|| model.provider.clone());
        let name = other.name.unwrap_or_else(|| model.name.clone());
        SubjectModel {
            price: self.price(&provider, &name),
            model: RequestModel {
                provider,
                name,
                version: model.version.clone().filter(|_| !moved),
            },
            temperature: other.temperature.unwrap_or(model.temperature),
            max_tokens: other.max_tokens.unwrap_or(model.max_tokens),
            timeout_seconds: other.timeout_seconds.unwrap_or(model.timeout_seconds),
        }
    }

    /// Price of a million tokens of question and of answer.
    pub fn price(&self, provider: &str, name: &str) -> Option<(f64, f64)> {
        let price = self.models.as_ref()?.model(provider, name)?.price?;
        Some((price.input_per_million, price.output_per_million))
    }
}

/// Reads a mock.
pub fn read_mock(path: &str, bytes: &[u8], findings: &mut Vec<Finding>) -> Option<Mock> {
    let file: MockFile = check::read(path, bytes, findings)?;
    match Mock::new(file) {
        Ok(mock) => Some(mock),
        Err(faults) => {
            let text = check::text(path, bytes, findings)?;
            let positions = Positions::of(text).ok();
            findings.extend(faults.into_iter().map(|(rule, message)| {
                let place = [Segment::Key("rules".to_owned()), Segment::Index(rule)];
                let place = positions.as_ref().map(|positions| positions.nearest(&place));
                let (line, column) = place.unwrap_or_default();
                Finding::error("invalid-value", message).at(path, line, column)
            }));
            None
        }
    }
}
