//! Cases about SQL, judged by the tool as it is built with a parser of it.

use std::fs;
use std::path::Path;

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
    // where the settings of cargo are that the tool under test was built with
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    sh(root, "cargo build --quiet --locked --features sql --bin xtask-sql");
    let plain = env!("CARGO_BIN_EXE_xtask");
    let built = Path::new(plain).with_file_name("xtask-sql").display().to_string();
    let put = |assertion: &str| fs::write(clone.join(SUITE), suite(assertion)).unwrap();
    // no answer of the agent is SQL
    put("{type: not-is-sql, value: {databaseType: PostgreSQL}}");
    sh(&clone, &format!("'{built}' evaluate support-rag --case a-query"));
    put("{type: contains-sql}");
    for tool in [&built[..], plain] {
        let line = format!("'{tool}' evaluate support-rag --case a-query");
        refused(&clone, &line, 1, "error[failed-evaluation]");
    }
    put("{type: is-sql, value: {databaseType: Oracle}}");
    let said = "`is-sql` does not read the SQL of `Oracle`";
    refused(
        &clone,
        &format!("'{built}' evaluate support-rag --case a-query"),
        1,
        said,
    );
}
