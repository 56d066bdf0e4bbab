//! Cases that say nothing of an environment: they need tools that it does not enable.

use std::collections::BTreeMap;

use lockstep::model::{FileTree, Finding};
use lockstep::prompts::evaluation::SuiteRun;
use lockstep::workspace::{Agent, Environment, layout};
use lockstep::yaml::{Positions, Segment};

/// The tools that cases need and the environment does not enable, each with how many cases were left out for it.
pub(super) fn counted(runs: &[SuiteRun]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (tool, count) in runs.iter().flat_map(|run| &run.withheld) {
        *counts.entry(tool.as_str()).or_default() += count;
    }
    counts
}

/// Says of each such tool where the environment leaves it out.
pub(super) fn findings(
    environment: &Environment,
    agent: &Agent,
    counts: &BTreeMap<&str, usize>,
    sources: &FileTree,
) -> Vec<Finding> {
    let of_agent = environment
        .values
        .get(&agent.name)
        .and_then(|values| values.overrides.tools.as_ref());
    let file = match of_agent.is_some_and(|tools| tools.enabled.is_some()) {
        true => layout::values(&environment.name, &agent.name),
        false => layout::environment(environment.name.as_str()),
    };
    let text = sources.get(&file).map(|bytes| String::from_utf8_lossy(bytes));
    let positions = text.and_then(|text| Positions::of(&text).ok());
    let path = ["overrides", "tools", "enabled"].map(|name| Segment::Key(name.to_owned()));
    let (line, column) = positions.map_or((0, 0), |positions| positions.nearest(&path));
    let name = &environment.name;
    let finding = |(tool, count): (&&str, &usize)| {
        let message = format!("`{name}` does not enable `{tool}`: {count} cases need it and do not count there");
        let help = "where that is meant, the other cases speak for it, also for a promotion; otherwise enable it there. \
                    Without `--environment` and `--for` the candidate is asked all of them";
        Finding::warning("not-evaluated", message)
            .at(&file, line, column)
            .help(help)
    };
    counts.iter().map(finding).collect()
}
