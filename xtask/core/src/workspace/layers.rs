//! Which layers of values a unit has.

use serde_json::{Map, Value};

use super::{Agent, Blueprint, Environment, Workspace, layout};
use crate::values::Layer;

impl Workspace {
    /// The layers of a unit, the weakest first: blueprint, fleet, agent, environment, environment and agent.
    /// Without an agent, those of what the environment has of its own.
    pub fn layers<'a>(
        &'a self,
        environment: &'a Environment,
        agent: Option<&'a Agent>,
        blueprint: &'a Blueprint,
    ) -> Vec<Layer<'a>> {
        let defaults = blueprint.values.iter().map(|(file, values)| Layer {
            name: "blueprint",
            file: file.clone(),
            base: None,
            values,
        });
        let mut layers: Vec<Layer<'a>> = defaults.collect();
        let mut add = |name, file: String, values: &'a Map<String, Value>| {
            layers.push(Layer {
                name,
                file,
                base: Some("values"),
                values,
            });
        };
        add("fleet", layout::FLEET.to_owned(), &self.fleet.values);
        if let Some(agent) = agent {
            add("agent", layout::agent(agent.name.as_str()), &agent.file.values);
        }
        add(
            "environment",
            layout::environment(environment.name.as_str()),
            &environment.file.values,
        );
        if let Some(agent) = agent
            && let Some(values) = environment.values.get(&agent.name)
        {
            add(
                "environment/agent",
                layout::values(&environment.name, &agent.name),
                &values.values,
            );
        }
        layers
    }
}
