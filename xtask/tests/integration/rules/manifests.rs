//! What is rendered is broken on purpose, and counted by who notices.

use std::collections::BTreeMap;

use expect_test::expect;
use lockstep::policy::exercise::manifests::{Operator, Score, mutate};
use lockstep::policy::{By, Fleet, Judge};
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::Workspace;

use super::small_fleet;

/// What becomes of the objects that an environment has of its own.
fn scores(seed: u64) -> BTreeMap<Operator, Score> {
    let mut tree = small_fleet();
    for (path, text) in crate::fleet::schemas() {
        tree.insert(path, text.as_bytes());
    }
    let (workspace, _) = Workspace::load(&tree);
    let workspace = workspace.unwrap();
    let (engines, _) = Engines::compile(&workspace);
    let selection = Selection {
        environments: workspace.environments.iter().collect(),
        agents: None,
        set: serde_json::Map::new(),
    };
    let (units, _) = render_all(&workspace, &engines, &selection);
    let units: Vec<RenderedUnit> = units.into_iter().filter(|unit| unit.unit == "_environment").collect();
    let (judge, _) = Judge::read(&tree, By::Everything, 0);
    let fleet = Fleet {
        workspace: &workspace,
        engines: &engines,
        tree: &tree,
    };
    mutate(&judge, fleet, &units, seed)
}

#[test]
fn every_operator_is_scored_by_layer_and_each_run_says_the_same() {
    let scores = scores(1);
    let line = |(operator, score): (&Operator, &Score)| {
        format!(
            "{operator:?} {} of {} {:?} {:?}\n",
            score.found, score.made, score.by, score.survivors
        )
    };
    let text: String = scores.iter().map(line).collect();
    expect![[r#"
        Rename 23 of 23 {Rendering: 12, Schemas: 11, Server: 1} []
        Retype 25 of 25 {Rendering: 12, Schemas: 13} []
        Misspell 3 of 4 {Schemas: 3} ["AppProject spec.clusterResourceWhitelist.*.kind"]
        Drop 15 of 19 {Rendering: 12, Schemas: 2, Server: 1} ["AppProject metadata.namespace", "AppProject spec.destinations.*.namespace", "NetworkPolicy metadata.namespace", "NetworkPolicy spec.podSelector"]
    "#]].assert_eq(&text);
    let again: String = self::scores(1).iter().map(line).collect();
    assert_eq!(text, again);
}
