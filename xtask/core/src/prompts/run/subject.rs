//! What is judged: the prompts, the model and the tools of one tuple in one environment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{RequestModel, ToolCall, ToolSpec};
use crate::model::PlainVersion;
use crate::prompts::Prompt;
use crate::prompts::cases::{Case, Suite};
use crate::prompts::template::Partials;

/// What is judged.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The model.
    pub model: SubjectModel,
    /// The prompts by name, with their versions.
    pub prompts: BTreeMap<String, (PlainVersion, Arc<Prompt>)>,
    /// The tools that may be called.
    pub tools: Vec<ToolSpec>,
    /// The tools of the manifest that the environment does not enable.
    pub withheld: BTreeSet<String>,
    /// The agent's output contract.
    pub contract: Option<Arc<Value>>,
}

/// The model of a subject, and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectModel {
    /// Who is asked.
    pub model: RequestModel,
    /// Sampling temperature.
    pub temperature: f64,
    /// Most tokens of one answer.
    pub max_tokens: u32,
    /// Longest that one call may take, in seconds.
    pub timeout_seconds: u32,
    /// Price of a million tokens of question and of answer, where it is known.
    pub price: Option<(f64, f64)>,
}

impl Subject {
    /// The templates that others put into themselves.
    pub fn partials(&self) -> Partials {
        let template = |prompt: &Arc<Prompt>| Arc::new(prompt.template.clone());
        self.prompts
            .iter()
            .map(|(name, (_, prompt))| (name.clone(), template(prompt)))
            .collect()
    }

    /// Most tokens of one answer to a prompt.
    pub fn most_tokens(&self, prompt: &Prompt) -> u32 {
        let limit = prompt.header.config.get("maxOutputTokens").and_then(Value::as_u64);
        let own = limit.and_then(|limit| u32::try_from(limit).ok());
        let most = self.model.max_tokens;
        own.map_or(most, |own| own.min(most))
    }

    /// The tools that a prompt speaks of; all where it names none.
    pub fn tools_of(&self, prompt: &Prompt) -> Vec<ToolSpec> {
        let wanted = |tool: &&ToolSpec| prompt.header.tools.contains(&tool.name);
        self.tools.iter().filter(wanted).cloned().collect()
    }

    /// Whether there is such a tool, and the arguments are a JSON object.
    pub fn takes(&self, call: &ToolCall) -> bool {
        call.arguments.is_object() && self.tools.iter().any(|tool| tool.name == call.name)
    }

    /// The inputs of a case: what the prompt gives by itself, what the suite gives every case, and its own.
    pub fn inputs(&self, suite: &Suite, case: &Case) -> Map<String, Value> {
        let mut inputs = self.given(suite, case);
        if let Some(name) = &suite.user_variable
            && (!case.user_input.is_empty() || !inputs.contains_key(name))
        {
            inputs.insert(name.clone(), Value::String(case.user_input.clone()));
        }
        inputs
    }

    /// The input that takes what the user says, where a case lets nobody say anything: neither now nor before.
    pub fn unsaid<'a>(&self, suite: &'a Suite, case: &Case) -> Option<&'a str> {
        let name = suite.user_variable.as_deref()?;
        let is_said = !case.user_input.is_empty() || !case.turns.is_empty();
        (!is_said && !self.given(suite, case).contains_key(name)).then_some(name)
    }

    /// The inputs of a case without what the user says.
    fn given(&self, suite: &Suite, case: &Case) -> Map<String, Value> {
        let prompt = self.prompts.get(&suite.prompt).map(|(_, prompt)| prompt);
        let header = prompt.and_then(|prompt| prompt.header.input.as_ref());
        let mut inputs = header.map_or_else(Map::new, |input| input.default.clone());
        inputs.extend(suite.vars.clone());
        inputs.extend(case.vars.clone());
        inputs
    }

    /// Inputs that a case must give: required, and without a default.
    pub fn required_inputs(prompt: &Prompt, given: &Map<String, Value>) -> Vec<String> {
        let required = prompt.input.get("required").and_then(Value::as_array);
        required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|name| !given.contains_key(*name))
            .map(str::to_owned)
            .collect()
    }
}
