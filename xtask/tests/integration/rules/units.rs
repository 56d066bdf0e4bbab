//! The fleet of this repository is clean under the rules of units and environments.

use std::collections::BTreeMap;

use lockstep::model::Manifest;
use lockstep::policy::rules::environment::{self, EnvironmentScene, UnitFacts};
use lockstep::policy::rules::fleet::FleetScene;
use lockstep::policy::rules::unit::{self, UnitScene};
use lockstep::workspace::layout::ENVIRONMENT_UNIT;

use super::fleet;
use crate::workbench::Workbench;

#[test]
fn every_unit_of_the_fleet_is_clean() {
    let fleet = fleet::read();
    let mut wrong = Vec::new();
    for (environment, units) in fleet.by_environment() {
        let tier = fleet.workspace.environment(environment).unwrap().file.tier;
        let own: Vec<&Manifest> = units[ENVIRONMENT_UNIT].rendered.objects.iter().collect();
        for (name, rendered) in units {
            let objects: Vec<&Manifest> = rendered.all_objects().collect();
            let scene = UnitScene {
                unit: name,
                tier,
                objects: &objects,
                environment_objects: if name == ENVIRONMENT_UNIT { &[] } else { &own },
                previous: Some(&rendered.rendered.objects),
                values: None,
            };
            for (index, problem) in unit::check(&scene) {
                wrong.push(format!("{environment}/{name}: {}: {problem:?}", objects[index].id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_environment_of_the_fleet_is_clean() {
    let fleet = fleet::read();
    let all = fleet.by_environment();
    let facts = |environment: &str| -> BTreeMap<String, UnitFacts> {
        let facts = |unit: &lockstep::render::RenderedUnit| {
            let facts = UnitFacts::of(unit.all_objects());
            let text = serde_json::to_string(&facts).unwrap();
            assert_eq!(
                serde_json::from_str::<UnitFacts>(&text).unwrap(),
                facts,
                "facts can be kept"
            );
            facts
        };
        let units = all[environment].iter();
        units.map(|(name, unit)| ((*name).to_owned(), facts(unit))).collect()
    };
    let mut wrong = Vec::new();
    for environment in &fleet.workspace.environments {
        let units = facts(environment.name.as_str());
        let neighbours = fleet.workspace.neighbours(environment).skip(1);
        let neighbours = neighbours
            .map(|other| (other.name.to_string(), facts(other.name.as_str())))
            .collect();
        let scene = EnvironmentScene {
            units: &units,
            neighbours: &neighbours,
        };
        for problem in environment::check(&scene) {
            wrong.push(format!("{}: {problem:?}", environment.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_of_the_fleet_are_clean() {
    let fleet = fleet::read();
    let scene = FleetScene {
        workspace: &fleet.workspace,
        tree: &fleet.tree,
    };
    assert_eq!(lockstep::policy::rules::fleet::check(&scene), []);
}

/// The name of an environment is free: what its policies demand follows from its tier.
#[test]
fn an_environment_of_any_name_is_judged_as_its_tier_demands() {
    let bench = Workbench::of_repository();
    let found = || {
        let report = bench.run("policy --environment dev").unwrap();
        report.findings.iter().any(|finding| finding.rule == "misplaced-mock")
    };
    assert!(!found());
    let path = "environments/dev/environment.yaml";
    let file = bench.text(path).unwrap();
    bench.put(path, &file.replace("tier: dev", "tier: production"));
    assert!(found());
}
