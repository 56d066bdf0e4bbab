//! Every case of an evaluation in the forms that machines read.

use expect_test::expect;
use serde_json::{Value, json};
use xtask::documents::document;
use xtask::outputs::Format;

use crate::workbench::Workbench;

const SUITE: &str = "agents/order-triage/regression/cases/triage.yaml";

/// A suite of two cases; the first one fails.
fn with_a_failure() -> Workbench {
    let bench = Workbench::of_repository();
    let text = bench.text(SUITE).unwrap();
    let (two, _) = text.split_once("  - id: held-by-fraud-check").unwrap();
    bench.put(SUITE, &two.replace("[reship, arranging]", "[reship, singing]"));
    bench
}

#[test]
fn json_has_every_case_in_full_where_it_is_asked_for() {
    let bench = with_a_failure();
    let report = bench
        .run("evaluate order-triage --no-mock --format json --output answer.json")
        .unwrap();
    let evaluation = &report.result["evaluations"][0];
    let cases = evaluation["details"]["triage"].as_array().unwrap();
    let ended: Vec<&Value> = cases.iter().map(|case| &case["outcome"]).collect();
    assert_eq!(ended, ["failed", "passed"]);
    assert!(cases[1]["responsePreview"].as_str().unwrap().len() > 10);
    // nobody reads details of what holds in a terminal
    let report = bench.run("evaluate order-triage --no-mock").unwrap();
    let evaluation = &report.result["evaluations"][0];
    assert_eq!(
        (&evaluation["details"], &evaluation["failures"][0]["outcome"]),
        (&Value::Null, &json!("failed"))
    );
}

#[test]
fn junit_lists_every_case_once() {
    let bench = with_a_failure();
    let report = bench
        .run("evaluate order-triage --no-mock --format junit --output answer.xml")
        .unwrap();
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="lockstep">
          <testsuite name="lockstep evaluate" tests="3" failures="2" errors="0" skipped="0">
            <testcase classname="order-triage.triage" name="lost-parcel" file="agents/order-triage/regression/cases/triage.yaml">
              <failure type="failed-case" message="`expectedResponseKeywords` expected `singing`, got {&quot;action&quot;:&quot;reship&quot;,&quot;cause&quot;:&quot;carrier&quot;,&quot;customerMessage&quot;:&quot;We are sorry, your parcel has gone missing. We are arranging a new one and write to you tomorrow.&quot;,&quot;explanation&quot;:&quot;The carrier has had no scan si…"/>
            </testcase>
            <testcase classname="order-triage.triage" name="moving-parcel" file="agents/order-triage/regression/cases/triage.yaml"/>
            <testcase classname="agents/order-triage/agent.yaml" name="failed-evaluation agents/order-triage/agent.yaml" file="agents/order-triage/agent.yaml">
              <failure type="failed-evaluation" message="order-triage: 50.0 % of the cases hold, and more than 90.0 % must">order-triage: 50.0 % of the cases hold, and more than 90.0 % must
        agents/order-triage/agent.yaml</failure>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&document(Format::Junit, "evaluate", Ok(&report)));
}

#[test]
fn a_veto_is_shown_at_its_case_and_in_the_verdict_of_every_form() {
    let bench = Workbench::of_repository();
    let text = bench.text(SUITE).unwrap();
    let (two, _) = text.split_once("  - id: held-by-fraud-check").unwrap();
    let tagged = two.replacen("  - id: lost-parcel\n", "  - id: lost-parcel\n    tags: [payment]\n", 1);
    assert_ne!(tagged, two);
    bench.put(
        SUITE,
        &tagged.replace("[reship, arranging]", "[reship, singing]").replacen(
            "cases:\n",
            "mustHold: [payment]\ncases:\n",
            1,
        ),
    );
    let report = bench
        .run("evaluate order-triage --no-mock --pass-rate 0.4 --format junit --output answer.xml")
        .unwrap();
    let junit = document(Format::Junit, "evaluate", Ok(&report));
    let at_case =
        "message=\"fails the verdict alone, since it has the tag `payment`: `expectedResponseKeywords` expected";
    assert!(junit.contains(at_case), "{junit}");
    let why = "what has the tag `payment` must hold, and does not: lost-parcel";
    for format in [
        Format::Junit,
        Format::Sarif,
        Format::Markdown,
        Format::Github,
        Format::Gitlab,
    ] {
        let shown = document(format, "evaluate", Ok(&report));
        assert!(shown.contains(why), "{shown}");
    }
    assert!(
        report.text.contains(", must hold by its tag `payment`"),
        "{}",
        report.text
    );
}
