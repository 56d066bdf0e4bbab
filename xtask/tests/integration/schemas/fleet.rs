//! The schemas that come with the repository are whole, and everything that the fleet renders passes them.

use lockstep::model::FileTree;
use lockstep::render::{Engines, Selection, render_all};
use lockstep::schema::Catalogue;
use lockstep::workspace::{Workspace, layout};
use serde_json::Map;

use crate::workbench::tree;

fn schemas() -> FileTree {
    tree(layout::is_object_schema)
}

#[test]
fn every_schema_file_can_be_used() {
    let (catalogue, findings) = Catalogue::read(&schemas());
    assert_eq!(findings, []);
    assert_eq!(catalogue.audit(), []);
}

#[test]
fn every_kind_that_people_ask_for_has_a_schema() {
    let (catalogue, _) = Catalogue::read(&schemas());
    let kinds = [
        ("argoproj.io/v1alpha1", "AnalysisTemplate"),
        ("argoproj.io/v1alpha1", "AppProject"),
        ("argoproj.io/v1alpha1", "Application"),
        ("argoproj.io/v1alpha1", "ApplicationSet"),
        ("argoproj.io/v1alpha1", "ClusterAnalysisTemplate"),
        ("argoproj.io/v1alpha1", "Rollout"),
        ("argoproj.io/v1alpha1", "Workflow"),
        ("gateway.networking.k8s.io/v1", "Gateway"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("networking.istio.io/v1", "DestinationRule"),
        ("networking.istio.io/v1", "VirtualService"),
    ];
    for (api_version, kind) in kinds {
        let found = catalogue.kind("1.35", api_version, kind);
        assert!(found.is_some_and(|found| found.schema().is_some()), "{kind}");
    }
}

#[test]
fn every_object_of_the_fleet_passes_the_schemas_of_its_cluster() {
    let (workspace, _) = Workspace::load(&tree(layout::wanted));
    let workspace = workspace.unwrap();
    let (engines, _) = Engines::compile(&workspace);
    let selection = Selection {
        environments: workspace.environments.iter().collect(),
        agents: None,
        set: Map::new(),
    };
    let (units, _) = render_all(&workspace, &engines, &selection);
    let (catalogue, _) = Catalogue::read(&schemas());
    let mut wrong = Vec::new();
    let mut count = 0;
    for unit in &units {
        let environment = workspace
            .environments
            .iter()
            .find(|environment| environment.name == unit.environment);
        let version = &environment.unwrap().file.cluster.version;
        for manifest in &unit.rendered.objects {
            count += 1;
            for problem in catalogue.check(version, &manifest.object) {
                wrong.push(format!("{}: {}: {}", manifest.id, problem.rule, problem.message));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 300, "{count}");
}
