//! Commands that an evaluation tells as next ask as it did: of the same places, as often, in the same bounds.

use xtask::report::Report;

use super::server::Server;
use crate::workbench::Workbench;

const CASSETTE: &str = "agents/agent-router/regression/cassettes/route.jsonl";

/// What the first finding of a rule helps with.
fn help(report: &Report, rule: &str) -> String {
    let mut findings = report.findings.iter().filter(|finding| finding.rule == rule);
    findings
        .next()
        .and_then(|finding| finding.help.clone())
        .unwrap_or_default()
}

#[test]
fn what_was_not_answered_is_recorded_for_the_place_and_part_that_was_asked() {
    let bench = Workbench::of_repository();
    bench.put(CASSETTE, "");
    let told = |line: &str| help(&bench.run(line).unwrap(), "not-evaluated");
    for (asked, options) in [
        ("", ""),
        ("-e staging --for canary", " --environment staging --for canary"),
        ("--for canary --repeat 3 --max-cost 2", " --for canary --repeat 3"),
        ("--case gas --tag safety", " --tag safety --case gas"),
    ] {
        let bounds = if asked.contains("cost") { " --max-cost 2" } else { "" };
        assert_eq!(
            told(&format!("evaluate agent-router --no-mock {asked}")),
            format!("record their answers: `cargo xtask evaluate agent-router{options} --live{bounds} --record`")
        );
    }
}

#[test]
fn what_is_not_answered_for_the_other_one_is_recorded_beside_it() {
    let bench = Workbench::of_repository();
    let text = bench.text(CASSETTE).unwrap();
    // the candidate is another one, so that all that is recorded answers it alone
    let own = bench
        .run("evaluate agent-router --no-mock --against production --for canary")
        .unwrap();
    assert_eq!(help(&own, "not-evaluated"), "");
    bench.put(CASSETTE, text.lines().next().unwrap());
    let report = bench
        .run("evaluate agent-router --no-mock --against production --for canary")
        .unwrap();
    let helps: Vec<&str> = report
        .findings
        .iter()
        .filter_map(|finding| finding.help.as_deref())
        .collect();
    let wanted = "`cargo xtask evaluate agent-router --for canary --against production --live --record`";
    assert!(helps.iter().any(|help| help.contains(wanted)), "{helps:?}");
}

#[test]
fn what_no_variant_answered_leaves_it_open_and_is_recorded_beside_it() {
    let bench = Workbench::of_repository();
    let asked = "evaluate agent-router --no-mock --versus model=openai/gpt-4.1-mono";
    let report = bench.run(asked).unwrap();
    let told: Vec<(&str, &str)> = report
        .findings
        .iter()
        .map(|finding| (&*finding.rule, &*finding.message))
        .collect();
    assert_eq!(
        told,
        [
            (
                "not-evaluated",
                "agent-router: 12 cases were not evaluated for model=openai/gpt-4.1-mono"
            ),
            ("unknown-model", "nothing is known of the model `openai/gpt-4.1-mono`"),
        ]
    );
    assert_eq!(
        help(&report, "not-evaluated"),
        "record their answers: `cargo xtask evaluate agent-router --versus model=openai/gpt-4.1-mono --live --record`"
    );
    let verdict = &report.result["evaluations"][0]["verdict"]["outcome"];
    assert_eq!((verdict.as_str(), report.exit_code()), (Some("incomplete"), 0));
    assert!(
        report.text.contains(": unknown here, unknown there over 0 cases"),
        "{}",
        report.text
    );
    assert_eq!(bench.run(&format!("{asked} --strict")).unwrap().exit_code(), 1);
}

#[test]
fn what_the_mock_answered_is_recorded_where_it_was_asked() {
    let bench = Workbench::of_repository();
    bench.put("agents/support-rag/regression/cassettes/answer.jsonl", "");
    let report = bench.run("evaluate support-rag -e staging --for canary").unwrap();
    assert_eq!(
        help(&report, "stale-cassette"),
        "record them with `cargo xtask evaluate support-rag --environment staging --for canary --record`"
    );
    bench.put("agents/support-rag/regression/cassettes/answer.jsonl", "no recording\n");
    let report = bench.run("evaluate support-rag --for canary").unwrap();
    assert_eq!(
        help(&report, "broken-cassette"),
        "remove the line, and record what is missing with `cargo xtask evaluate support-rag --for canary --record`"
    );
}

#[test]
fn one_case_is_looked_at_with_who_answered_it() {
    let bench = Workbench::of_repository();
    let server = Server::saying("no JSON");
    let live = format!("--live --endpoint {}", server.url);
    let next = |line: &str| bench.run(line).unwrap().next;
    let asked = next(&format!(
        "evaluate agent-router --for canary {live} --max-tokens 900000 --case gas"
    ));
    assert_eq!(asked, [""; 0], "it is one case already");
    let asked = next(&format!(
        "evaluate agent-router --for canary {live} --max-tokens 900000 --tag safety"
    ));
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].starts_with(&format!(
            "cargo xtask evaluate agent-router --for canary {live} --max-tokens 900000 --case "
        )),
        "{asked:?}"
    );
}
