//! Cases about SQL, judged by the tool as it is built with a parser of it.

use std::fs;

use crate::builds::with_rego_and_sql;
use crate::fleet::Fleet;
use crate::shell::{refused, sh};

const SUITE: &str = "agents/support-rag/regression/cases/queries.yaml";

/// A suite of one case, answered by the mock, that asks for this.
fn suite(assertion: &str) -> String {
    format!(
        "prompt: answer
userVariable: question
vars: {{customer: {{firstName: Ada, locale: en, tier: standard}}, articles: []}}
cases:
  - {{id: a-query, userInput: Hello, assert: [{assertion}]}}
"
    )
}

#[test]
fn sql_is_judged_by_the_build_that_can() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    let judged = format!("'{}' evaluate support-rag --case a-query", with_rego_and_sql());
    let put = |assertion: &str| fs::write(clone.join(SUITE), suite(assertion)).unwrap();
    // no answer of the agent is SQL
    put("{type: not-is-sql, value: {databaseType: PostgreSQL}}");
    sh(&clone, &judged);
    for (assertion, said) in [
        ("{type: contains-sql}", "error[failed-evaluation]"),
        (
            "{type: is-sql, value: {databaseType: Oracle}}",
            "`is-sql` does not read the SQL of `Oracle`",
        ),
    ] {
        put(assertion);
        refused(&clone, &judged, 1, said);
    }
}
