//! The schemas that come with the repository are whole, and everything that the fleet renders passes them.

use lockstep::model::FileTree;
use lockstep::render::{Engines, Selection, render_all};
use lockstep::schema::Catalogue;
use lockstep::workspace::{Workspace, layout};
use serde_json::{Map, Value, json};

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

/// What staging's AppProject asks of commits, with these keys in the trust file and this value.
fn asked(keys: &str, value: &str) -> Value {
    let mut files = tree(layout::wanted);
    files.insert(layout::TRUST, format!("commits:\n  staging:\n{keys}").into_bytes());
    let path = layout::environment("staging");
    let text = String::from_utf8_lossy(files.get(&path).unwrap()).into_owned();
    let values = format!("\nvalues:\n  argocd: {{ sourceIntegrity: {value} }}\n");
    files.insert(path, text.replace("\nvalues:\n", &values).into_bytes());
    let (workspace, findings) = Workspace::load(&files);
    assert_eq!(findings, []);
    let workspace = workspace.unwrap();
    let (engines, _) = Engines::compile(&workspace);
    let selection = Selection {
        environments: workspace
            .environments
            .iter()
            .filter(|one| one.name.as_str() == "staging")
            .collect(),
        agents: None,
        set: Map::new(),
    };
    let (units, findings) = render_all(&workspace, &engines, &selection);
    assert_eq!(findings, []);
    let mut objects = units.iter().flat_map(|unit| unit.all_objects());
    let project = objects.find(|object| object.id.kind == "AppProject").unwrap();
    let (catalogue, _) = Catalogue::read(&schemas());
    assert_eq!(catalogue.check("1.35", &project.object), []);
    let spec = &project.object["spec"];
    json!({"sourceIntegrity": spec["sourceIntegrity"], "signatureKeys": spec["signatureKeys"]})
}

#[test]
fn a_project_holds_commits_to_the_keys_that_argo_cd_can_check() {
    let gpg = "    - gpg: 6A1B F9A0 B4D0 F4C1 A6B2  E7C3 8D9F 0A1B 2C3D 4E5F\n";
    let ssh = "    - ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEOGKTGKu3+4lQp3jUrAUC7MUh6fBBr0kD51rVrC0Nb+\n";
    let url = "https://git.example.com/platform/agent-fleet.git";
    for mode in ["head", "strict"] {
        let policy = json!({"repos": [{"url": url}], "gpg": {"mode": mode, "keys": ["8D9F0A1B2C3D4E5F"]}});
        let expected = json!({"sourceIntegrity": {"git": {"policies": [policy]}}, "signatureKeys": null});
        assert_eq!(asked(gpg, mode), expected);
    }
    let older = json!({"sourceIntegrity": null, "signatureKeys": [{"keyID": "8D9F0A1B2C3D4E5F"}]});
    assert_eq!(asked(gpg, "signatureKeys"), older);
    let nothing = json!({"sourceIntegrity": null, "signatureKeys": null});
    assert_eq!(asked(gpg, "none"), nothing);
    assert_eq!(asked(ssh, "head"), nothing, "Argo CD knows no key of SSH");
    assert_eq!(
        asked(&format!("{gpg}{ssh}"), "head"),
        nothing,
        "it would refuse what SSH signs"
    );
}
