//! What an editor underlines by a file's schema is what the tool says of it, once, and nothing that only follows from it.

use expect_test::expect;

use crate::workbench::Workbench;

/// What a command says of the fleet of this repository once a file is edited, a line each.
fn said(line: &str, path: &str, (from, to): (&str, &str)) -> String {
    let bench = Workbench::of_repository();
    let text = bench.text(path).unwrap_or_default();
    assert!(text.contains(from), "{from} in {text}");
    bench.put(path, &text.replacen(from, to, 1));
    let findings = bench
        .run(line)
        .unwrap()
        .findings
        .into_iter()
        .filter(|finding| finding.is_error());
    let lines = findings.map(|finding| {
        let place = finding.location.map(|place| format!("{}:{}", place.file, place.line));
        format!("{} {}: {}\n", place.unwrap_or_default(), finding.rule, finding.message)
    });
    lines.collect()
}

#[test]
fn a_number_that_no_field_holds_is_said_where_it_stands() {
    let edit = ("contextTokens: 200000", "contextTokens: 1000000000000");
    expect![[r#"
        environments/models.yaml:8 invalid-value: `models[0].contextTokens` is wrong: 1000000000000 is greater than the maximum of 4294967295
    "#]].assert_eq(&said("validate --agent agent-infer", "environments/models.yaml", edit));
}

#[test]
fn a_part_that_cannot_be_read_is_not_said_to_be_missing() {
    for (path, from, to) in [
        ("agents/support-rag/tools/1.1.0.yaml", "permissions", "permission"),
        ("agents/support-rag/retrieval/3.1.0.yaml", "topK", "topk"),
    ] {
        let told = said("validate --agent support-rag", path, (from, to));
        let rules: Vec<&str> = told.lines().filter_map(|line| line.split([' ', ':']).nth(2)).collect();
        assert!(rules.contains(&"unknown-key"), "{told}");
        let follows = |rule: &&str| !["unknown-key", "missing-key", "changed-component"].contains(rule);
        assert!(!rules.iter().any(follows), "{told}");
    }
}

#[test]
fn a_rule_of_a_mock_answers_in_one_way() {
    let path = "agents/support-rag/regression/mock.yaml";
    let first = "    json: {reply: \"Please tell me your card number and the code on the back.\"";
    let both = format!("    answer: Hello.\n{first}");
    let none = "    # {reply: \"Please tell me your card number and the code on the back.\"";
    let null = format!("    json: null\n{none}");
    let told = [&both, none, &null].map(|to| said("evaluate support-rag --case return-period", path, (first, to)));
    let about = |told: &str| {
        told.lines()
            .filter(|line| line.starts_with(path))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    expect![[r#"
        agents/support-rag/regression/mock.yaml:23 invalid-value: `rules[2]` may have only one of `answer`, `json`, `call`
        agents/support-rag/regression/mock.yaml:23 invalid-value: `rules[2]` has none of `answer`, `json`, `call`
        agents/support-rag/regression/mock.yaml:27 invalid-value: `rules[2].json` is wrong: null is not of types "boolean", "number", "string", "array", "object"
    "#]].assert_eq(&told.iter().map(|told| -> String { about(told) }).collect::<String>());
}

#[test]
fn a_moment_is_written_as_one() {
    let bench = Workbench::of_repository();
    let hold = "reason: Slow.\nby: Ada\nsince: yesterday\n";
    bench.put("environments/production/holds/agent-infer.yaml", hold);
    let signer = "{name: ci, identity: a, issuer: b, environments: [dev], validFrom: 2026-01-31}";
    bench.put("environments/trust.yaml", &format!("signers: [{signer}]\n"));
    let findings = bench.run("validate --agent agent-infer").unwrap().findings;
    let told = findings.iter().filter(|finding| finding.is_error());
    let told = told.map(|finding| format!("{}: {}\n", finding.rule, finding.message));
    expect![[r#"
        invalid-value: `since` is wrong: `yesterday` is no moment such as 2026-01-31T00:00:00Z
        invalid-value: `signers[0].validFrom` is wrong: `2026-01-31` is no moment such as 2026-01-31T00:00:00Z
    "#]]
    .assert_eq(&told.collect::<String>());
}

#[test]
fn a_waiver_by_name_admits_an_object_of_a_file_too() {
    let bench = Workbench::of_repository();
    let object = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-root, namespace: argocd}\n\
                  spec: {project: default, destination: {server: a, namespace: b}, source: {repoURL: c}}\n";
    bench.put("sent/root.yaml", object);
    let told = || {
        let findings = bench.run("policy --path sent").unwrap().findings;
        let about = findings.iter().filter(|finding| finding.rule == "open-project");
        let about = about.map(|finding| (finding.object.clone().unwrap_or_default(), finding.is_error()));
        about.collect::<Vec<_>>()
    };
    let name = "argocd/Application shop-root (argoproj.io)";
    assert_eq!(told(), [(name.to_owned(), true)]);
    let waiver = "rule: open-project\nmatch: {kind: Application, namespace: argocd, name: shop-*}\n\
                  reason: It makes the project that all others are in.\nowner: shop, shop@example.com\n\
                  ticket: https://example.com/1\ncreated: \"2026-11-21\"\nexpires: \"2027-02-01\"\n";
    bench.put("policies/waivers/shop.yaml", waiver);
    assert_eq!(told(), [(name.to_owned(), false)]);
}
