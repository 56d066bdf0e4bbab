//! Variables that a template reads and nothing sets. The engine stops at the first; with something in its place the template
//! is rendered again, so that one run tells all of them.

use serde_json::{Map, Value};

use super::engine::{Engine, Input};
use crate::model::{Finding, suggestion};

/// Most variables that are told of one template.
const MOST: usize = 50;

/// Where and why the engine stopped.
pub(super) struct Stop {
    /// What it says, in its own words.
    pub(super) finding: Finding,
    /// The dotted path that stands there.
    pub(super) path: Option<String>,
}

impl Stop {
    /// For a reason that no variable has to do with.
    pub(super) fn at(finding: Finding) -> Stop {
        Stop { finding, path: None }
    }
}

/// Why a template gives no object.
#[derive(Clone)]
pub struct Trouble {
    /// What is told.
    pub(super) finding: Finding,
    /// The variable that nothing sets, by its keys.
    pub(super) unknown: Option<Vec<String>>,
}

impl Trouble {
    /// The keys below `values`, where a value is what nothing sets.
    pub(super) fn value(&self) -> Option<Vec<&str>> {
        match self.unknown.as_deref()? {
            [root, path @ ..] if root == "values" && !path.is_empty() => {
                Some(path.iter().map(String::as_str).collect())
            }
            _ => None,
        }
    }
}

impl From<Finding> for Trouble {
    fn from(finding: Finding) -> Trouble {
        Trouble { finding, unknown: None }
    }
}

/// The variables that nothing sets; or what else stopped the engine first. What it stops at later, with something in
/// the place of variables, may come of that, and is not told.
pub(super) fn troubles(engine: &Engine, template: &str, input: &Input, stop: Stop) -> Vec<Trouble> {
    let context = input.plain();
    let mut found: Vec<Trouble> = Vec::new();
    let mut stops = vec![(input.clone(), stop)];
    while found.len() < MOST {
        let told = stops.iter().find_map(|(input, stop)| {
            let keys: Vec<&str> = stop.path.as_deref()?.split('.').collect();
            let next = next_stops(engine, template, (input, stop), &keys)?;
            let unknown: Vec<String> = keys.into_iter().map(str::to_owned).collect();
            let (message, help) = names_help(&unknown, &context)?;
            let finding = Finding {
                message,
                ..stop.finding.clone()
            };
            let finding = finding.help(help);
            let unknown = Some(unknown);
            Some((Trouble { finding, unknown }, next))
        });
        let Some((trouble, next)) = told else { break };
        found.push(trouble);
        stops = next;
    }
    match (found.is_empty(), stops.pop()) {
        (true, Some((_, stop))) => vec![Trouble::from(stop.finding)],
        _ => found,
    }
}

/// Where the engine stops with something in the place of a variable, by what that is; none where it comes to its end with
/// one of them. That makes a difference exactly where nothing sets the variable: a name that a loop or `set` gives goes
/// before it, and the engine stops as it did.
fn next_stops(
    engine: &Engine,
    template: &str,
    (input, stop): (&Input, &Stop),
    keys: &[&str],
) -> Option<Vec<(Input, Stop)>> {
    if keys.iter().any(|key| key.is_empty()) || input.has(keys) {
        return None;
    }
    let mut differs = false;
    let mut stops = Vec::new();
    for stand_in in stand_ins() {
        let input = input.with(keys, stand_in);
        let Err(next) = engine.attempt(template, &input) else {
            return Some(Vec::new());
        };
        differs |= next.finding != stop.finding;
        if next.finding.location != stop.finding.location {
            stops.push((input, next));
        }
    }
    differs.then_some(stops)
}

/// What stands in for a variable: something of each type, since a template may take no other, and of what holds
/// something first, so that an `if` goes the longer way.
fn stand_ins() -> [Value; 4] {
    [
        "stand-in".into(),
        1.into(),
        Value::Array(Vec::new()),
        Value::Object(Map::new()),
    ]
}

/// For an unknown variable: a message that names it, and the names that exist where it was looked for; nothing where what
/// stands above it has no names.
fn names_help(keys: &[String], context: &Value) -> Option<(String, String)> {
    let mut place = context;
    for (depth, key) in keys.iter().enumerate() {
        if let Some(next) = place.get(key) {
            place = next;
            continue;
        }
        let names: Vec<&str> = place.as_object()?.keys().map(String::as_str).collect();
        let list = names.join("`, `");
        let scope = match depth {
            0 => "a template sees".to_owned(),
            depth => format!("`{}` has", keys[..depth].join(".")),
        };
        let help = match suggestion(key, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? {scope} `{list}`"),
            None => format!("{scope} `{list}`"),
        };
        return Some((format!("unknown variable `{}`", keys.join(".")), help));
    }
    None
}
