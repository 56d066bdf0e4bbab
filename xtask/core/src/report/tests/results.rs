//! Results to show: three findings of which one is waived, with hostile and foreign characters.

use crate::model::{FileTree, Finding, FleetChange, Rule, Waiver};
use crate::report::{Described, Results, Sources, Table};

/// Of the rule that images have digests.
pub const FLOATING: &str = "floating-image";
/// Of the rule that there are owners.
pub const OWNERLESS: &str = "missing-owner";

pub const RULES: &[Rule] = &[
    Rule::new(FLOATING, "a tag moves", "name the image by digest").example("image: a:1\n", "image: a@sha256:…\n"),
    Rule::new(OWNERLESS, "nobody answers", "add `owner:`"),
];

/// What a command found, with the files that it is about.
pub struct Found {
    pub findings: Vec<Finding>,
    pub tree: FileTree,
    pub unchecked: Vec<String>,
    pub known: usize,
    pub change: Option<FleetChange>,
    pub tables: Vec<(String, Table)>,
    pub rules: Vec<Described<'static>>,
}

impl Found {
    pub fn nothing() -> Found {
        Found {
            findings: Vec::new(),
            tree: FileTree::default(),
            unchecked: Vec::new(),
            known: 0,
            change: None,
            tables: Vec::new(),
            rules: RULES.iter().map(Described::of).collect(),
        }
    }

    /// An error in a file with a space and Chinese characters, a warning about the fleet, an error that is waived.
    pub fn three() -> Found {
        let file = "agents/客服 助手/agent.yaml";
        let mut found = Found::nothing();
        found
            .tree
            .insert(file, "name: 助手\nimage: \"a:1\" # 标签\n".as_bytes());
        found.findings = vec![
            Finding::error(FLOATING, "`a:1` <b>is</b> a tag, 100% @ops")
                .at(file, 2, 8)
                .unit("production", "客服")
                .object("apps/Deployment a")
                .help("name it by digest"),
            Finding::warning(OWNERLESS, "nobody answers\nfor it"),
            Finding::error(FLOATING, "`b:2` is a tag")
                .at("agents/b/agent.yaml", 3, 1)
                .waived(Waiver {
                    reason: "vendor has no digest".to_owned(),
                    owner: "platform".to_owned(),
                    expires: "2026-12-31".to_owned(),
                }),
        ];
        found
    }

    /// One error in each of many lines.
    pub fn many(count: usize) -> Found {
        let mut found = Found::nothing();
        found
            .tree
            .insert("agents/a/agent.yaml", "image: a:1\n".repeat(count).as_bytes());
        let finding = |line| Finding::error(FLOATING, "`a:1` is a tag").at("agents/a/agent.yaml", line, 8);
        found.findings = (1..=count).map(finding).collect();
        found
    }

    pub fn results(&self) -> Results<'_> {
        Results {
            command: "check",
            version: "0.1.0",
            findings: &self.findings,
            known: self.known,
            base: None,
            notes: &[],
            unchecked: &self.unchecked,
            failure: None,
            text: "",
            tested: &[],
            change: self.change.as_ref(),
            tables: &self.tables,
            rules: &self.rules,
            sources: Sources::of(&self.tree),
            home: "environments/fleet.yaml",
        }
    }
}
