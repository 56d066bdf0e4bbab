//! What promptfoo says of SQL, by the rows of the file of verdicts; judged where the parser is built in.

use serde_json::Value;

use crate::prompts::cases::{Assertion, Case, Suite};
use crate::prompts::run::Attempt;
use crate::prompts::score::Scorer;

use super::assertions::subject;

const VERDICTS: &str = include_str!("../../../../tests/promptfoo/verdicts.jsonl");

#[test]
fn sql_is_what_it_is_to_promptfoo_or_not_judged() {
    let (subject, suite) = (subject(), Suite::default());
    let scorer = Scorer::new(&subject, &suite).unwrap();
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in VERDICTS.lines().filter(|line| line.contains("-sql\"")) {
        let row: Value = serde_json::from_str(line).unwrap();
        let assertions: Vec<Assertion> = serde_json::from_value(row["assert"].clone()).unwrap();
        let case = Case {
            assertions,
            ..Case::default()
        };
        let attempt = Attempt {
            text: row["answer"].as_str().unwrap().to_owned(),
            ..Attempt::default()
        };
        rows += 1;
        let says = match scorer.score(&case, &attempt, &|_| Ok(1.0)) {
            Ok(score) if score.passed => "pass",
            Ok(_) => "fail",
            Err(_) => "refused",
        };
        let expected = row.get("here").unwrap_or(&row["says"]).as_str().unwrap();
        if says != expected.replace("error", "refused") {
            wrong.push(format!("{says}: {line}"));
        }
    }
    assert!(rows > 400, "{rows} rows");
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
