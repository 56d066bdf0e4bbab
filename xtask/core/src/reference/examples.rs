//! Examples of the rules: lines that break one, and what to write or do instead. Those of rules about lines of a file stand
//! with the rule; the others in a text file a room.

use crate::model::Rule;

/// The examples by room, rule by rule: the id, lines that break it behind `- `, lines that mend it behind `+ `.
const ROOMS: [&str; 4] = [
    include_str!("examples/files.txt"),
    include_str!("examples/objects.txt"),
    include_str!("examples/prompts.txt"),
    include_str!("examples/releases.txt"),
];

/// What breaks a rule, and what to write or do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Lines that break it.
    pub bad: String,
    /// Lines that mend it.
    pub good: String,
}

/// The example of a rule.
pub fn example(rule: &Rule) -> Option<Shown> {
    if let Some(example) = rule.example {
        return Some(Shown {
            bad: example.bad.to_owned(),
            good: example.good.to_owned(),
        });
    }
    let told = told().find(|(id, _)| *id == rule.id)?.1;
    let lines = |mark: &str| {
        let lines: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix(mark)).collect();
        lines.join("\n")
    };
    Some(Shown {
        bad: lines("- "),
        good: lines("+ "),
    })
}

/// The rules of the text files, each with its lines.
pub fn told() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = ROOMS.into_iter().flat_map(|room| room.split("\n\n"));
    blocks.filter_map(|block| block.trim_matches('\n').split_once('\n'))
}
