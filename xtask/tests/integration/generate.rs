//! Generated files are what the code says, and editors find the schemas.

use std::collections::BTreeSet;

use lockstep::model::Finding;
use lockstep::reference::rules;
use lockstep::render::FILTERS;
use lockstep::workspace::Workspace;

use super::workbench::{Workbench, tree};

fn paths(findings: &[Finding]) -> Vec<&str> {
    let locations = findings.iter().filter_map(|finding| finding.location.as_ref());
    locations.map(|location| location.file.as_str()).collect()
}

#[test]
fn the_generated_files_of_this_repository_are_up_to_date() {
    let report = Workbench::of_repository().run("generate --check").unwrap();
    let stale = paths(&report.findings);
    assert!(stale.is_empty(), "mend these with `cargo xtask generate`: {stale:?}");
}

#[test]
fn a_fleet_that_cannot_be_read_loses_no_page() {
    let bench = Workbench::of_repository();
    bench.put("environments/staging/environment.yaml", "tier: foo\n");
    let before = bench.files();
    for command in ["generate", "new pipeline --ci github --replace"] {
        assert_eq!(bench.run(command).unwrap().exit_code(), 1, "{command}");
        assert!(bench.files() == before, "{command}");
    }
}

#[test]
fn a_stale_file_is_found_and_mended() {
    let bench = Workbench::of_repository();
    bench.put("schemas/agent.schema.json", "{}\n");
    bench.put("schemas/gone.schema.json", "{}\n");
    bench.put("schemas/kubernetes/1.33.schema.json", "{}\n");
    let before = bench.files();
    let report = bench.run("generate --check").unwrap();
    assert_eq!(
        paths(&report.findings),
        ["schemas/agent.schema.json", "schemas/gone.schema.json"]
    );
    assert_eq!(report.exit_code(), 1);
    assert!(bench.files() == before, "a check writes nothing");
    let report = bench.run("generate").unwrap();
    assert!(report.text.starts_with("1 written, 1 removed, "), "{}", report.text);
    assert_eq!(bench.run("generate --check").unwrap().exit_code(), 0);
    assert!(bench.text("schemas/kubernetes/1.33.schema.json").is_some());
}

#[test]
fn the_pages_of_environments_and_monitoring_follow_the_fleet() {
    let bench = Workbench::of_repository();
    let edit = |path: &str, from: &str, to: &str| {
        let text = bench.text(path).unwrap();
        assert!(text.contains(from), "{path}");
        bench.put(path, &text.replace(from, to));
    };
    edit("environments/production/environment.yaml", "pods: 260", "pods: 261");
    edit(
        "agents/support-rag/agent.yaml",
        "responseSeconds: 15",
        "responseSeconds: 14",
    );
    let report = bench.run("generate --check").unwrap();
    assert_eq!(
        paths(&report.findings),
        ["docs/reference/environments.md", "docs/reference/monitoring.md"]
    );
    bench.run("generate").unwrap();
    let page = |name: &str| bench.text(&format!("docs/reference/{name}.md")).unwrap();
    assert!(page("environments").contains("pods 261"));
    let row = "| [support-rag](../runbooks/support-rag.md) | agent | 5.0 | 14 |";
    assert_eq!(page("monitoring").matches(row).count(), 3);
}

#[test]
fn a_pipeline_for_other_environments_is_found() {
    let bench = Workbench::of_repository();
    for service in ["gitlab", "jenkins", "argo-workflows"] {
        bench.run(&format!("new pipeline --ci {service}")).unwrap();
    }
    assert_eq!(bench.run("generate --check").unwrap().exit_code(), 0);
    let fleet = bench.text("environments/fleet.yaml").unwrap();
    bench.put(
        "environments/fleet.yaml",
        &fleet.replace("dev, staging, canary, production]", "dev, staging, production]"),
    );
    let report = bench.run("generate").unwrap();
    assert_eq!(report.exit_code(), 0);
    let found: Vec<&str> = paths(&report.findings);
    assert_eq!(
        found,
        [
            ".github/workflows/lockstep-hold.yml",
            ".github/workflows/lockstep-promote.yml",
            ".github/workflows/lockstep-rollback.yml",
            ".gitlab-ci.yml",
            "Jenkinsfile",
            "ci/argo-workflows/lockstep-hold.yaml",
            "ci/argo-workflows/lockstep-promote.yaml",
            "ci/argo-workflows/lockstep-rollback.yaml",
        ]
    );
    assert_eq!(
        report.findings[0].message,
        "it is for dev, staging, canary, production; the fleet has dev, staging, production"
    );
    assert_eq!(bench.run("generate --check").unwrap().exit_code(), 1);
}

/// Every YAML file that a person writes, and every one that the tool writes for people, names its schema.
#[test]
fn every_yaml_file_names_a_schema_that_exists() {
    let tree = tree(|path| {
        ["agents/", "environments/", "templates/", "schemas/"]
            .iter()
            .any(|root| path.starts_with(root))
    });
    // pinned blueprints are copies, byte for byte, of files that stood elsewhere
    let is_own = |path: &str| path.ends_with(".yaml") && !path.starts_with("environments/blueprints/");
    let mut wrong = Vec::new();
    for (path, _) in tree.entries().filter(|(path, _)| is_own(path)) {
        let text = String::from_utf8_lossy(tree.get(path).unwrap());
        let schema = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        let up = "../".repeat(path.matches('/').count());
        let found = schema
            .and_then(|schema| schema.strip_prefix(&up))
            .is_some_and(|schema| tree.get(schema).is_some());
        if !found {
            wrong.push(path);
        }
    }
    assert!(
        wrong.is_empty(),
        "the first line of these names no schema that exists: {wrong:?}"
    );
}

/// What an editor says and what the tool says is the same: the committed schemas admit every file of the fleet.
#[test]
fn the_fleet_loads_without_findings() {
    let (workspace, findings) = Workspace::load(&tree(lockstep::workspace::layout::wanted));
    assert_eq!(findings, []);
    assert!(workspace.is_some_and(|workspace| workspace.agents.len() >= 8));
}

/// The words in quotes that follow a marker in the source, white space between them aside.
fn literals_after(marker: &str, text: &str) -> Vec<String> {
    text.split(marker)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The source texts of the tool.
fn sources() -> Vec<(String, String)> {
    let tree =
        tree(|path| (path.starts_with("xtask/src/") || path.starts_with("xtask/core/src/")) && path.ends_with(".rs"));
    let text = |path: &str| String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    tree.entries().map(|(path, _)| (path.to_owned(), text(path))).collect()
}

#[test]
fn the_table_of_rules_holds_every_rule_that_the_code_names_and_no_other() {
    let mut named = BTreeSet::new();
    for (_, text) in sources() {
        for marker in [
            "Finding::error(",
            "Finding::warning(",
            "Problem::error(",
            "Problem::warning(",
        ] {
            named.extend(literals_after(marker, &text));
        }
        // a rule that depends on something is chosen in `let rule = if … { "a" } else { "b" };`
        for choice in text
            .split("let rule = ")
            .skip(1)
            .filter_map(|rest| rest.split(';').next())
        {
            named.extend(literals_after("{", choice));
        }
    }
    let listed: Vec<&str> = rules().iter().map(|rule| rule.id).collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    assert_eq!(listed, named, "mend the RULES of the module that names it");
}

#[test]
fn the_table_of_filters_holds_every_filter_that_templates_have() {
    let registered: BTreeSet<String> = sources()
        .iter()
        .flat_map(|(_, text)| literals_after("register_filter(", text))
        .collect();
    let listed: Vec<&str> = FILTERS
        .iter()
        .filter_map(|filter| filter.usage.split('(').next())
        .collect();
    let registered: Vec<&str> = registered.iter().map(String::as_str).collect();
    assert_eq!(listed, registered, "mend the table in xtask/core/src/render/filters.rs");
}
