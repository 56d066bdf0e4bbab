//! Every assertion that is supported, holding once and failing once.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::prompts::cases::{Assertion, Case, Suite, UNSUPPORTED, support};
use crate::prompts::run::{Attempt, RequestModel, Subject, SubjectModel, ToolCall, ToolSpec, Usage};
use crate::prompts::score::{Score, Scorer, sound};

pub(super) fn subject() -> Subject {
    let parameters = json!({"type": "object", "required": ["q"], "properties": {"q": {"type": "string"}}});
    Subject {
        model: SubjectModel {
            model: RequestModel {
                provider: "p".to_owned(),
                name: "m".to_owned(),
                version: None,
            },
            temperature: 0.0,
            max_tokens: 100,
            timeout_seconds: 1,
            price: Some((1.0, 2.0)),
        },
        prompts: BTreeMap::new(),
        withheld: Default::default(),
        tools: vec![ToolSpec {
            name: "search".to_owned(),
            description: String::new(),
            parameters: parameters.as_object().unwrap().clone(),
        }],
        contract: None,
    }
}

fn answer(text: &str) -> Attempt {
    Attempt {
        text: text.to_owned(),
        calls: vec![ToolCall {
            id: "1".to_owned(),
            name: "search".to_owned(),
            arguments: json!({"q": "tents", "limit": 2}),
        }],
        finish: "stop".to_owned(),
        usage: Usage {
            input: 1_000_000,
            output: 500_000,
        },
        latency_ms: 120,
        steps: 2,
    }
}

fn score(case: &Case, text: &str) -> Result<Score, String> {
    let (subject, suite) = (subject(), Suite::default());
    let scorer = Scorer::new(&subject, &suite).unwrap();
    let judge = |expected: &str| if expected == "good" { Ok(0.9) } else { Ok(0.1) };
    let scored = scorer.score(case, &answer(text), &judge);
    scored.map_err(|unscored| unscored.reason)
}

fn assertion(value: Value) -> Assertion {
    serde_json::from_value(value).unwrap()
}

fn holds(value: Value, text: &str) -> bool {
    let case = Case {
        assertions: vec![assertion(value)],
        vars: Map::from_iter([("name".to_owned(), json!("Ada"))]),
        ..Case::default()
    };
    score(&case, text).unwrap().passed
}

#[test]
fn each_holds_and_fails_where_it_should() {
    let rows = [
        (json!({"type": "equals", "value": "a b"}), "a b", "a c"),
        (
            json!({"type": "equals", "value": {"a": 1}}),
            r#"{ "a" : 1 }"#,
            r#"{"a": 2}"#,
        ),
        (
            json!({"type": "contains", "value": "Hello {{name}}"}),
            "Hello Ada!",
            "Hello Eve!",
        ),
        (json!({"type": "icontains", "value": "ADA"}), "ada", "eve"),
        (json!({"type": "not-contains", "value": "x"}), "y", "x"),
        (json!({"type": "contains-all", "value": ["a", "b"]}), "b a", "b"),
        (json!({"type": "contains-any", "value": "a, b"}), "xb", "x"),
        (json!({"type": "icontains-all", "value": ["A"]}), "a", "b"),
        (json!({"type": "icontains-any", "value": ["A"]}), "a", "b"),
        (json!({"type": "starts-with", "value": "ab"}), "abc", "cab"),
        (json!({"type": "regex", "value": "^(?!no)\\w+$"}), "yes", "no"),
        (json!({"type": "word-count", "value": {"min": 2, "max": 3}}), "a b", "a"),
        (json!({"type": "word-count", "value": 1}), "a", "a b"),
        (
            json!({"type": "levenshtein", "value": "kitten", "threshold": 3}),
            "sitting",
            "something",
        ),
        (
            json!({"type": "bleu", "value": "the cat sat on the mat"}),
            "the cat sat on the mat",
            "a dog",
        ),
        (
            json!({"type": "gleu", "value": "the cat sat on the mat"}),
            "the cat sat on the mat.",
            "a dog",
        ),
        (json!({"type": "rouge-n", "value": "the cat"}), "the cat", "a dog"),
        #[cfg(feature = "sql")]
        (
            json!({"type": "is-sql", "value": {"databaseType": "PostgreSQL"}}),
            "SELECT a::int FROM t",
            "SELECT a::int FROM",
        ),
        #[cfg(feature = "sql")]
        (
            json!({"type": "contains-sql"}),
            "So:\n```sql\nSELECT a FROM t\n```",
            "So:\n```sql\nSELECT a FRM t u v\n```",
        ),
        (json!({"type": "is-refusal"}), "I'm sorry, but I cannot do that", "Sure"),
        (
            json!({"type": "is-json", "value": {"required": ["a"]}}),
            r#"{"a":1}"#,
            r#"{"b":1}"#,
        ),
        (
            json!({"type": "contains-json"}),
            "so {\"a\": [1]} it is",
            "so [1] it is",
        ),
        (json!({"type": "is-xml"}), "<a x='1'><b/>t</a>", "<a><b></a>"),
        (json!({"type": "contains-xml"}), "see <a>1</a>", "see <a>1"),
        (json!({"type": "is-html"}), "<p>x</p>", "plain"),
        (json!({"type": "contains-html"}), "x <br> y", "x < y > z"),
        (json!({"type": "finish-reason", "value": "stop"}), "", "\u{0}"),
        (json!({"type": "latency", "threshold": 200}), "", "\u{0}"),
        (json!({"type": "cost", "threshold": 2.0}), "", "\u{0}"),
        (json!({"type": "llm-rubric", "value": "good"}), "", "\u{0}"),
        (json!({"type": "tool-call-f1", "value": ["search"]}), "", "\u{0}"),
        (json!({"type": "trajectory:tool-used", "value": "sea*"}), "", "\u{0}"),
        (
            json!({"type": "trajectory:tool-sequence", "value": {"steps": ["search"], "mode": "exact"}}),
            "",
            "\u{0}",
        ),
        (
            json!({"type": "trajectory:step-count", "value": {"max": 1}}),
            "",
            "\u{0}",
        ),
        (
            json!({"type": "trajectory:tool-args-match", "value": {"name": "search", "args": {"q": "tents"}}}),
            "",
            "\u{0}",
        ),
    ];
    for (value, good, bad) in rows {
        assert!(holds(value.clone(), good), "{value} of {good}");
        // what does not look at the text is turned round instead
        let turned = json!({"type": format!("not-{}", value["type"].as_str().unwrap()), "value": value["value"], "threshold": value["threshold"]});
        let fails = if bad == "\u{0}" {
            !holds(turned, good)
        } else {
            !holds(value.clone(), bad)
        };
        assert!(fails, "{value} of {bad}");
    }
}

#[test]
fn calls_are_held_against_the_schemas_of_their_tools() {
    assert!(holds(json!({"type": "is-valid-openai-tools-call"}), ""));
    let (subject, suite) = (subject(), Suite::default());
    let scorer = Scorer::new(&subject, &suite).unwrap();
    let case = Case {
        assertions: vec![assertion(json!({"type": "is-valid-openai-tools-call"}))],
        ..Case::default()
    };
    let uncalled = Attempt {
        calls: Vec::new(),
        ..answer("")
    };
    let score = scorer.score(&case, &uncalled, &|_| Ok(1.0)).unwrap();
    assert_eq!(score.violations[0].got, "no tool was called");
}

#[test]
fn what_is_not_understood_is_refused_and_never_ignored() {
    let inputs = json!({"name": "Ada", "empty": ""});
    for value in [
        json!({"type": "contains", "value": ""}),
        json!({"type": "contains", "value": "{{empty}}"}),
        json!({"type": "contains", "value": "{{nobody}}"}),
        json!({"type": "contains", "value": "{{name.first}}"}),
        json!({"type": "contains", "value": "{{#if name}}x{{/if}}"}),
        json!({"type": "contains", "value": "{{name | upper}}"}),
        json!({"type": "not-contains"}),
        json!({"type": "contains-any", "value": "\"a, b"}),
        json!({"type": "contains-all", "value": []}),
        json!({"type": "regex", "value": ""}),
        json!({"type": "regex", "value": "("}),
        json!({"type": "regex", "value": "(?:(a)|b)*\\1"}),
        json!({"type": "not-is-valid-openai-tools-call"}),
        json!({"type": "contains", "value": "a", "weight": -1}),
        json!({"type": "is-json", "value": {"format": "hostname"}}),
        json!({"type": "starts-with", "value": ""}),
        json!({"type": "word-count", "value": {"min": 2.5}}),
        json!({"type": "word-count", "value": {"min": 3, "max": 2}}),
        json!({"type": "is-json", "value": {"type": "nope"}}),
        json!({"type": "is-xml", "value": {"required": ["a"]}}),
        json!({"type": "trajectory:step-count", "value": {"type": "command", "min": 1}}),
        json!({"type": "trajectory:tool-used", "value": {"name": "a", "times": 1}}),
        json!({"type": "trajectory:tool-sequence", "value": {"steps": []}}),
        json!({"type": "trajectory:tool-sequence", "value": {"steps": ["a"], "mode": "any"}}),
        json!({"type": "trajectory:tool-args-match", "value": {"name": "a", "args": {}, "ignored": "x"}}),
        json!({"type": "tool-call-f1", "value": []}),
        json!({"type": "assert-set"}),
        json!({"type": "assert-set", "assert": [{"type": "assert-set", "assert": [{"type": "contains", "value": "a"}]}]}),
        json!({"type": "latency"}),
        json!({"type": "llm-rubric", "value": ""}),
        json!({"type": "unsupported", "value": {"reason": "it was code"}}),
    ] {
        let assertion = assertion(value.clone());
        assert!(sound(&assertion, &inputs).is_err(), "{value}");
    }
    let filled = assertion(json!({"type": "contains-all", "value": ["{{name}}"]}));
    assert_eq!(sound(&filled, &inputs), Ok(()));
}

#[test]
fn sets_weights_and_thresholds_add_up() {
    let case = |threshold: Option<f64>, assertions: Vec<Value>| Case {
        assertions: assertions.into_iter().map(assertion).collect(),
        threshold,
        ..Case::default()
    };
    let (yes, no) = (
        json!({"type": "contains", "value": "a"}),
        json!({"type": "contains", "value": "z", "weight": 3}),
    );
    let result = score(&case(None, vec![yes.clone(), no.clone()]), "a").unwrap();
    assert_eq!((result.passed, result.score), (false, 0.25));
    assert!(
        score(&case(Some(0.25), vec![yes.clone(), no.clone()]), "a")
            .unwrap()
            .passed
    );
    let little = json!({"type": "rouge-n", "value": "a b c", "threshold": 0.1});
    let below = score(&case(Some(0.9), vec![little]), "a").unwrap();
    assert_eq!((below.passed, &*below.violations[0].assertion), (false, "threshold"));
    let only_reports = json!({"type": "contains", "value": "z", "weight": 0});
    assert!(score(&case(None, vec![yes.clone(), only_reports]), "a").unwrap().passed);
    let set = json!({"type": "assert-set", "threshold": 0.2, "assert": [yes, no]});
    assert!(score(&case(None, vec![set]), "a").unwrap().passed);
}

#[test]
fn what_is_not_supported_is_refused() {
    for (kind, reason) in UNSUPPORTED {
        assert!(support(kind).unwrap_err().contains(reason));
        let case = Case {
            assertions: vec![assertion(json!({"type": kind}))],
            ..Case::default()
        };
        assert!(score(&case, "anything").is_err(), "{kind}");
    }
    assert!(support("contain").is_err());
}

#[test]
fn every_field_of_a_case_is_checked() {
    let wrong = |case: Case| score(&case, "Hello there").unwrap().violations[0].assertion.clone();
    let case = Case::default;
    let tools = |value: Value| serde_json::from_value(value).unwrap();
    assert_eq!(
        wrong(Case {
            expected_tools: Some(Vec::new()),
            ..case()
        }),
        "expectedTools"
    );
    assert_eq!(
        wrong(Case {
            expected_tools: tools(json!([{"name": "search", "arguments": {"q": "x"}}])),
            ..case()
        }),
        "expectedTools"
    );
    assert_eq!(
        wrong(Case {
            expected_response_keywords: vec!["bye".into()],
            ..case()
        }),
        "expectedResponseKeywords"
    );
    assert_eq!(
        wrong(Case {
            forbidden_keywords: vec!["HELLO".into()],
            ..case()
        }),
        "forbiddenKeywords"
    );
    assert_eq!(
        wrong(Case {
            max_tokens_limit: Some(10),
            ..case()
        }),
        "maxTokensLimit"
    );
    assert_eq!(
        wrong(Case {
            max_latency_ms: Some(100),
            ..case()
        }),
        "maxLatencyMs"
    );
    assert_eq!(
        wrong(Case {
            max_cost: Some(1.5),
            ..case()
        }),
        "maxCost"
    );
}

#[test]
fn a_name_in_a_keyword_is_filled_as_in_an_assertion() {
    let case = |word: &str| Case {
        expected_response_keywords: vec!["dear".into()],
        forbidden_keywords: vec![word.into()],
        vars: Map::from_iter([("name".to_owned(), json!("Ada")), ("nobody".to_owned(), json!(" "))]),
        ..Case::default()
    };
    let said = score(&case("Dr {{name}}"), "Dear DR ADA").unwrap();
    assert_eq!(said.violations[0].expected, "no `Dr Ada`");
    assert!(score(&case("Dr {{name}}"), "Dear {{name}}").unwrap().passed);
    for wrong in ["{{other}}", "{{nobody}}", "{% if name %}"] {
        assert!(score(&case(wrong), "Dear Ada").is_err(), "{wrong}");
    }
}

#[test]
fn words_of_one_stem_are_near_and_synonyms_are_not_known() {
    let near = json!({"type": "meteor", "value": "the parcels are delivered tomorrow"});
    assert!(holds(near.clone(), "The parcel is delivering tomorrow."));
    assert!(!holds(near.clone(), "tomorrow"));
    let turned = json!({"type": "not-meteor", "value": "the purchase arrived"});
    assert!(support("not-meteor").unwrap_err().contains("synonyms"));
    assert!(sound(&assertion(turned), &json!({})).is_err());
    assert_eq!(support("meteor"), Ok(()));
}

#[cfg(not(feature = "sql"))]
#[test]
fn without_its_parser_nothing_is_sql() {
    for kind in ["is-sql", "not-is-sql", "contains-sql", "not-contains-sql"] {
        let message = support(kind).unwrap_err();
        assert!(message.contains("the feature `sql`"), "{message}");
        let case = Case {
            assertions: vec![assertion(json!({"type": kind}))],
            ..Case::default()
        };
        assert!(score(&case, "SELECT 1").is_err());
    }
}

#[test]
fn a_weight_and_a_threshold_are_numbers_that_can_be_added_up() {
    for (weight, is_sound) in [
        (0.0, true),
        (1_000_000.0, true),
        (1_000_001.0, false),
        (1e308, false),
        (-1.0, false),
        (f64::INFINITY, false),
        (f64::NAN, false),
    ] {
        let mut weighed = assertion(json!({"type": "equals", "value": "a"}));
        weighed.weight = Some(weight);
        assert_eq!(sound(&weighed, &json!({})).is_ok(), is_sound, "{weight}");
    }
    for threshold in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let mut bounded = assertion(json!({"type": "bleu", "value": "a b c d"}));
        bounded.threshold = Some(threshold);
        assert!(sound(&bounded, &json!({})).is_err(), "{threshold}");
    }
}
