//! What may not be spent, and who is to blame.

use serde_json::json;

use super::Object;
use crate::cel::{Budget, EXPRESSION_BUDGET, Evaluation, Expression};

#[test]
fn an_expression_that_would_run_for_ever_runs_out_of_steps() {
    let object = json!({"items": (0..200).collect::<Vec<_>>()});
    let nested = "object.items.all(a, object.items.all(b, object.items.all(c, a + b + c >= 0)))";
    let expression = Expression::compile(nested, &["object"]).unwrap();
    let error = expression
        .evaluate(&Object(&object), &mut Budget::new(EXPRESSION_BUDGET))
        .unwrap_err();
    assert!(error.is_out_of_budget());
    // nothing in the expression can take that back
    let absorbed = Expression::compile(&format!("{nested} || true"), &["object"]).unwrap();
    assert!(
        absorbed
            .evaluate(&Object(&object), &mut Budget::new(EXPRESSION_BUDGET))
            .is_err()
    );
}

#[test]
fn the_item_that_decided_is_known() {
    let object = json!({"containers": [{"name": "a", "ports": []}, {"name": "b", "ports": [{"p": 1}, {"p": 99}]}]});
    let check = |text: &str, expected: Option<&str>| {
        let expression = Expression::compile(text, &["object"]).unwrap();
        let (scope, mut budget) = (Object(&object), Budget::new(EXPRESSION_BUDGET));
        let mut evaluation = Evaluation::new(&scope, &mut budget);
        evaluation.run(&expression).unwrap();
        let pointer = evaluation.decisive().and_then(|value| value.pointer_in(&object));
        assert_eq!(pointer.as_deref(), expected, "{text}");
    };
    check("object.containers.all(c, c.name != 'b')", Some("/containers/1"));
    check(
        "object.containers.all(c, c.ports.all(p, p.p < 90))",
        Some("/containers/1/ports/1"),
    );
    check("!object.containers.exists(c, c.name == 'a')", Some("/containers/0"));
    check("object.containers.all(c, c.name != 'z')", None);
}

#[test]
fn fields_that_an_expression_reads_are_known() {
    let expression = Expression::compile("has(object.spec.replicas) && object.spec.replicas > 2", &["object"]).unwrap();
    assert_eq!(expression.paths()[0], ["object", "spec", "replicas"]);
    let expression = Expression::compile("object.?spec.?type.orValue('x') == 'x'", &["object"]).unwrap();
    assert_eq!(expression.paths()[0], ["object", "spec", "type"]);
}
