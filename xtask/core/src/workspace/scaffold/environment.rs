//! The files of a new environment: its own, and its entry in the fleet's list, which keeps the list's formatting.

use serde_json::{Map, Value, json};

use super::{Plan, block, modeline, scalar};
use crate::model::{EnvironmentName, Tier};
use crate::workspace::files::{EnvironmentFile, Follows, LimitRange, Quota};
use crate::workspace::{Environment, Workspace, layout};
use crate::yaml::{self, Positions, Segment};

/// What is known of a new environment.
#[derive(Clone, Debug)]
pub struct NewEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// The environment that comes before it.
    pub after: EnvironmentName,
    /// How near it is to users; as near as the one before where nothing is said.
    pub tier: Option<Tier>,
    /// Where its tuples come from; the candidate in dev and releases elsewhere where nothing is said.
    pub follows: Option<Follows>,
    /// Its namespace; `agent-<name>` where nothing is said.
    pub namespace: Option<String>,
    /// What it is for, in a sentence.
    pub description: Option<String>,
}

/// The files of a new environment; `fleet` is the fleet file's text. Says what stands in the way where the entry
/// cannot be put into the list.
pub fn new_environment(workspace: &Workspace, fleet: &str, new: &NewEnvironment) -> Result<Plan, String> {
    let index = workspace.fleet.environments.iter().position(|name| *name == new.after);
    let before = workspace.environment(new.after.as_str());
    let (Some(index), Some(before)) = (index, before) else {
        return Err(format!("there is no environment `{}`", new.after));
    };
    Ok(Plan::from([
        (layout::FLEET.to_owned(), listed(fleet, index, workspace, new)?),
        (layout::environment(new.name.as_str()), environment_file(before, new)),
    ]))
}

fn environment_file(before: &Environment, new: &NewEnvironment) -> String {
    let (name, after, file) = (&new.name, &new.after, &before.file);
    let tier = new.tier.unwrap_or(file.tier);
    let follows = new.follows.unwrap_or(match tier {
        Tier::Dev => Follows::Candidate,
        Tier::Staging | Tier::Canary | Tier::Production => Follows::Releases,
    });
    let description = new
        .description
        .clone()
        .unwrap_or_else(|| format!("Says in a sentence what {name} is for."));
    let namespace = new.namespace.clone().unwrap_or_else(|| format!("agent-{name}"));
    let mut text = modeline("environment", 2);
    text += &format!("description: {}\n", scalar(&description));
    text += "# How near it is to users: dev, staging, canary or production. It decides which versions and mocks may run here.\n";
    text += &block("tier", &tier);
    text += "# `candidate`: what each agent.yaml describes now. `releases`: what was promoted to here; none yet.\n";
    text += &block("follows", &follows);
    text += &format!("\n# Taken over from {after}.\n");
    text += &block("cluster", &file.cluster);
    text += "# Its own; environments that share one have a `suffix:` each, and one of them `namespaceOwner: true`.\n";
    text += &format!("namespace: {}\nnamespaceOwner: true\n", scalar(&namespace));
    text += "\n# Most that all its agents together may ask for.\n";
    text += &block("quota", file.quota.as_ref().unwrap_or(&quota()));
    text += "# What a container gets that asks for nothing, and the most that one may ask for.\n";
    text += &block("limitRange", file.limit_range.as_ref().unwrap_or(&limit_range()));
    text += "# Labels of the nodes that its pods run on.\n";
    text += &block("nodeSelector", &file.node_selector);
    text += "\n# Who may do what in its AppProject.\n";
    text += &block("roles", &file.roles);
    text += "\n# What it deliberately replaces in every tuple that it runs; recorded with each release.\n";
    text += &overrides(tier, follows);
    text +=
        "\n# What differs here for every agent; what differs for one stands in values/<agent>.yaml beside this file.\n";
    text += "# docs/reference/values.md lists what there is, `cargo xtask render` shows what it does.\n";
    text + &block("values", &values(tier, file))
}

/// Mocks as far as the tier admits them.
fn overrides(tier: Tier, follows: Follows) -> String {
    let mut overrides = match tier {
        Tier::Dev => json!({ "model": { "mock": true }, "tools": { "mock": true } }),
        Tier::Staging => json!({ "tools": { "mock": true } }),
        Tier::Canary | Tier::Production => json!({}),
    };
    if tier == Tier::Dev && follows == Follows::Candidate {
        overrides["prompts"] = json!("latest");
    }
    block("overrides", &overrides)
}

/// One small pod of each agent, and the addresses of the environment before.
fn values(tier: Tier, before: &EnvironmentFile) -> Map<String, Value> {
    let level = if tier == Tier::Dev { "DEBUG" } else { "INFO" };
    let mut values = Map::from_iter([
        ("replicas".to_owned(), json!(1)),
        ("logLevel".to_owned(), json!(level)),
        ("trafficWeight".to_owned(), json!(0.0)),
        ("autoscaling".to_owned(), json!({ "enabled": false })),
        ("disruption".to_owned(), json!({ "enabled": false })),
        ("monitoring".to_owned(), json!({ "enabled": tier != Tier::Dev })),
    ]);
    for key in ["configuration", "resources"] {
        if let Some(value) = before.values.get(key) {
            values.insert(key.to_owned(), value.clone());
        }
    }
    values
}

fn quota() -> Quota {
    Quota {
        requests_cpu: "20".to_owned(),
        requests_memory: "40Gi".to_owned(),
        limits_cpu: "40".to_owned(),
        limits_memory: "80Gi".to_owned(),
        pods: 100,
    }
}

fn limit_range() -> LimitRange {
    LimitRange {
        default_request_cpu: "50m".to_owned(),
        default_request_memory: "64Mi".to_owned(),
        default_cpu: "250m".to_owned(),
        default_memory: "256Mi".to_owned(),
        max_cpu: "4".to_owned(),
        max_memory: "8Gi".to_owned(),
    }
}

/// The fleet file with the new name behind each mention of the environment before it: in `environments:`, and in the
/// `releases:` of every branch that releases that one. Everything else stays as it is.
fn listed(fleet: &str, index: usize, workspace: &Workspace, new: &NewEnvironment) -> Result<String, String> {
    let key = |key: &str| Segment::Key(key.to_owned());
    let mut places = vec![vec![key("environments"), Segment::Index(index)]];
    for (branch, entry) in workspace.fleet.branches.iter().enumerate() {
        let place = entry.releases.iter().position(|name| *name == new.after);
        places.extend(place.map(|place| {
            let entry = [key("branches"), Segment::Index(branch)];
            [&entry[..], &[key("releases"), Segment::Index(place)]].concat()
        }));
    }
    let mut edited = fleet.to_owned();
    let mut expected = yaml::read_value(fleet).map_err(|error| error.message)?;
    for place in places {
        let (list, index) = list_and_index(&place);
        let could_not = || {
            let (after, file) = (&new.after, layout::FLEET);
            format!(
                "could not write `{}` behind `{after}` at `{list}` of `{file}`",
                new.name
            )
        };
        edited = inserted(&edited, &place, new).ok_or_else(could_not)?;
        let items = expected.pointer_mut(&list).and_then(Value::as_array_mut);
        items.ok_or_else(could_not)?.insert(index + 1, json!(new.name));
        if yaml::read_value(&edited).ok().as_ref() != Some(&expected) {
            return Err(could_not());
        }
    }
    Ok(edited)
}

/// The JSON pointer of a list, and the place in it that a path leads to.
fn list_and_index(place: &[Segment]) -> (String, usize) {
    match place {
        [list @ .., Segment::Index(index)] => (yaml::pointer(list), *index),
        _ => (yaml::pointer(place), 0),
    }
}

/// The text with the new name as an item of its own behind the one at a path.
fn inserted(text: &str, place: &[Segment], new: &NewEnvironment) -> Option<String> {
    let (line, column) = Positions::of(text).ok()?.value(place)?;
    let (start, end) = item(text, line, column, new.after.as_str())?;
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let lead = &text[line_start..start];
    let mut edited = text.to_owned();
    if lead.trim() != "-" {
        edited.insert_str(end, &format!(", {}", new.name));
        return Some(edited);
    }
    let line_end = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
    let ending = if text[..line_end].ends_with('\r') { "\r\n" } else { "\n" };
    let (at, item) = if line_end == text.len() {
        (line_end, format!("{ending}{lead}{}", new.name))
    } else {
        (line_end + 1, format!("{lead}{}{ending}", new.name))
    };
    edited.insert_str(at, &item);
    Some(edited)
}

/// Where the item at a line and column, plain or in quotes, starts and ends.
fn item(text: &str, line: usize, column: usize, name: &str) -> Option<(usize, usize)> {
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[line_start..];
    let start = line_start + rest.char_indices().nth(column - 1)?.0;
    let quoted = [name.to_owned(), format!("\"{name}\""), format!("'{name}'")];
    let found = quoted.iter().find(|form| text[start..].starts_with(form.as_str()))?;
    Some((start, start + found.len()))
}
