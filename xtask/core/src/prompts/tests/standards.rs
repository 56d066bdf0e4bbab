//! What a case asks and demands: one that lets more pass than it did is noticed.

use serde_json::{Value, json};

use crate::prompts::cases::{Standard, Suite};
use crate::prompts::evaluation::{Roll, RollChange};

/// The first case of a suite that has this besides.
fn standard(suite: Value, case: Value) -> Standard {
    let mut whole = json!({"prompt": "answer", "judge": {"provider": "openai", "name": "gpt-4.1"}});
    whole
        .as_object_mut()
        .unwrap()
        .extend(suite.as_object().unwrap().clone());
    let mut first = json!({"id": "a", "userInput": "Where is it?"});
    first.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
    whole["cases"] = json!([first]);
    let suite: Suite = serde_json::from_value(whole).unwrap();
    Standard::of(&suite, &suite.cases[0])
}

/// `strict` demands all that `loose` does, and not the other way round.
fn stricter(strict: Value, loose: Value) {
    let (strict_one, loose_one) = (standard(json!({}), strict.clone()), standard(json!({}), loose.clone()));
    assert!(strict_one.covers(&loose_one), "{strict} demands all that {loose} does");
    assert!(!loose_one.covers(&strict_one), "{loose} demands less than {strict}");
}

/// Neither demands all that the other one does.
fn other(one: Value, two: Value) {
    let (first, second) = (standard(json!({}), one.clone()), standard(json!({}), two.clone()));
    assert!(!first.covers(&second) && !second.covers(&first), "{one} and {two}");
}

#[test]
fn every_field_that_is_taken_away_or_widened_demands_less() {
    stricter(
        json!({"expectedResponseKeywords": ["a", "b"]}),
        json!({"expectedResponseKeywords": ["B"]}),
    );
    stricter(
        json!({"forbiddenKeywords": ["a", "b"]}),
        json!({"forbiddenKeywords": ["a"]}),
    );
    stricter(json!({"maxTokensLimit": 100}), json!({"maxTokensLimit": 200}));
    stricter(json!({"maxTokensLimit": 100}), json!({}));
    stricter(json!({"maxLatencyMs": 100}), json!({"maxLatencyMs": 101}));
    stricter(json!({"maxCost": 0.1}), json!({"maxCost": 0.2}));
    stricter(json!({"expectedBehavior": "kind"}), json!({}));
    stricter(json!({"expectedTools": []}), json!({}));
    stricter(json!({"tags": ["safety"]}), json!({"tags": ["tone"]}));
    stricter(json!({"weight": 9}), json!({"weight": 2}));
    stricter(json!({"weight": 9}), json!({}));
    stricter(json!({}), json!({"weight": 0.5}));
    stricter(json!({"weight": 0.5}), json!({"weight": 0}));
    let call = json!({"name": "find", "arguments": {"id": 1, "all": true}});
    let less = json!({"name": "find", "arguments": {"id": 1}});
    stricter(json!({"expectedTools": [call]}), json!({"expectedTools": [less]}));
    stricter(json!({"expectedTools": [less]}), json!({"expectedTools": ["find"]}));
    let (ab, ba) = (json!(["a", "b"]), json!(["b", "a"]));
    stricter(
        json!({"expectedTools": ab, "toolOrder": "strict"}),
        json!({"expectedTools": ba}),
    );
    // one tool more is called, or may be
    other(json!({"expectedTools": ab}), json!({"expectedTools": ["a"]}));
    other(
        json!({"userInput": "Where?"}),
        json!({"userInput": "Where is my order?"}),
    );
    other(json!({"vars": {"tier": "plus"}}), json!({"vars": {"tier": "standard"}}));
}

#[test]
fn assertions_and_their_thresholds() {
    let one = |assertion: Value| json!({"assert": [assertion]});
    stricter(one(json!({"type": "regex", "value": "a"})), json!({}));
    stricter(
        one(json!({"type": "regex", "value": "a"})),
        one(json!({"type": "regex", "value": "a", "weight": 0})),
    );
    other(
        one(json!({"type": "regex", "value": "a"})),
        one(json!({"type": "regex", "value": "b"})),
    );
    // the usual bound of a type counts as if it were written
    stricter(
        one(json!({"type": "llm-rubric", "value": "kind", "threshold": 0.8})),
        one(json!({"type": "llm-rubric", "value": "kind"})),
    );
    stricter(
        one(json!({"type": "levenshtein", "value": "kind", "threshold": 2})),
        one(json!({"type": "levenshtein", "value": "kind"})),
    );
    stricter(
        one(json!({"type": "not-bleu", "value": "kind", "threshold": 0.2})),
        one(json!({"type": "not-bleu", "value": "kind", "threshold": 0.4})),
    );
    stricter(
        one(json!({"type": "cost", "threshold": 0.2})),
        one(json!({"type": "cost", "threshold": 0.4})),
    );
    let all = |value: Value| one(json!({"type": "contains-all", "value": value}));
    stricter(all(json!(["a", "b"])), all(json!(["a"])));
    let none = |value: Value| one(json!({"type": "not-icontains-any", "value": value}));
    stricter(none(json!(["a", "b"])), none(json!(["a"])));
    other(
        one(json!({"type": "contains-any", "value": ["a", "b"]})),
        one(json!({"type": "contains-any", "value": ["a"]})),
    );
    let set =
        |threshold: f64| one(json!({"type": "assert-set", "threshold": threshold, "assert": [{"type": "is-json"}]}));
    other(set(0.5), set(0.6));
}

#[test]
fn where_a_score_decides_one_thing_more_makes_up_for_another_one() {
    let words = |words: Value| json!({"expectedResponseKeywords": words, "threshold": 0.5});
    other(words(json!(["a", "b"])), words(json!(["a"])));
    stricter(
        json!({"expectedResponseKeywords": ["a"], "threshold": 0.8}),
        words(json!(["a"])),
    );
    stricter(json!({"expectedResponseKeywords": ["a", "b"]}), words(json!(["a"])));
    // how much the case counts among others is nothing that makes up for something
    stricter(
        json!({"expectedResponseKeywords": ["a"], "threshold": 0.5, "weight": 2}),
        words(json!(["a"])),
    );
}

#[test]
fn what_the_suite_demands_of_all_is_demanded_of_each() {
    let bare = standard(json!({}), json!({}));
    let of_all = [json!({"assert": [{"type": "is-json"}]}), json!({"contract": true})];
    for suite in of_all {
        let strict = standard(suite, json!({}));
        assert!(strict.covers(&bare) && !bare.covers(&strict));
    }
    let judged = |threshold: f64| {
        let judge = json!({"judge": {"provider": "openai", "name": "gpt-4.1", "threshold": threshold}});
        standard(judge, json!({"expectedBehavior": "kind"}))
    };
    assert!(judged(0.8).covers(&judged(0.7)) && !judged(0.7).covers(&judged(0.8)));
    // what a name in it stands for decides what it demands
    let filled = |tier: &str| {
        let suite = json!({"vars": {"tier": tier}, "assert": [{"type": "contains", "value": "{{tier}}"}]});
        standard(suite, json!({}))
    };
    assert!(!filled("plus").covers(&filled("standard")));
}

/// Cases that hold, by their ids and weights.
fn weighing(cases: &[(&str, f64)]) -> Roll {
    let each = || cases.iter().map(|(id, weight)| ((*id).to_owned(), *weight));
    Roll {
        held: each().map(|(id, _)| (id.clone(), id)).collect(),
        standards: each()
            .map(|(id, weight)| (id, standard(json!({}), json!({"weight": weight}))))
            .collect(),
        ..Roll::default()
    }
}

#[test]
fn a_case_that_others_outweigh_is_loosened() {
    let before = weighing(&[("a", 1.0), ("b", 1.0)]);
    let loosened = |now: &[(&str, f64)]| RollChange::of(&[&weighing(now)], &before).loosened;
    for fair in [
        &[("a", 1.0), ("b", 1.0)][..],
        &[("a", 3.0), ("b", 3.0)],
        &[("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 0.5)],
    ] {
        assert_eq!(loosened(fair), [] as [&str; 0], "{fair:?}");
    }
    assert_eq!(loosened(&[("a", 1.0), ("b", 9.0)]), ["a"]);
    assert_eq!(loosened(&[("a", 1.0), ("b", 1.0), ("c", 9.0)]), ["a", "b"]);
    // as heavy as the heaviest is one more case, and no more than that
    assert_eq!(loosened(&[("a", 3.0), ("b", 3.0), ("c", 3.0)]), [""; 0]);
    assert_eq!(loosened(&[("a", 0.0), ("b", 0.0), ("c", 1.0)]), ["a", "b"]);
}
