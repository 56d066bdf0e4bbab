//! The page of exit codes, from the constants and kinds of failure and their doc comments.

use lockstep::reference::{cell, page as finish};
use schemars::schema_for;
use serde_json::Value;

use crate::failure::{Failure, FailureKind};

/// The constants with their doc comments, which are the page's text.
const SOURCE: &str = include_str!("../../failure.rs");

/// The page.
pub(super) fn page() -> String {
    let mut text = "# Exit codes

| code | constant | meaning |
|---|---|---|
"
    .to_owned();
    for (code, name, meaning) in constants() {
        text += &format!("| {code} | `{name}` | {} |\n", cell(&meaning));
    }
    text += "
A failure is something that Lockstep could not do. With `--format json` it is one document with `exit` and `failure`:
`kind`, `message`, `hints`.

| kind | code | what stood in the way |
|---|---|---|
";
    for (kind, meaning) in kinds() {
        let word = serde_json::to_value(kind).unwrap_or_default();
        let code = Failure::new(kind, "").exit_code();
        text += &format!(
            "| `{}` | {code} | {} |\n",
            word.as_str().unwrap_or_default(),
            cell(&meaning)
        );
    }
    finish(&text)
}

/// Code, name and meaning of every constant.
fn constants() -> Vec<(String, String, String)> {
    let lines: Vec<&str> = SOURCE.lines().collect();
    lines
        .windows(2)
        .filter_map(|pair| {
            let meaning = pair[0].strip_prefix("/// ")?;
            let (name, code) = pair[1].strip_prefix("pub const ")?.split_once(": u8 = ")?;
            Some((
                code.trim_end_matches(';').to_owned(),
                name.to_owned(),
                meaning.to_owned(),
            ))
        })
        .collect()
}

/// Every kind of failure and its meaning.
fn kinds() -> Vec<(FailureKind, String)> {
    let schema = schema_for!(FailureKind).to_value();
    let variants = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    variants
        .into_iter()
        .filter_map(|variant| {
            let kind = serde_json::from_value(variant.get("const")?.clone()).ok()?;
            let meaning = variant.get("description")?.as_str()?.to_owned();
            Some((kind, meaning))
        })
        .collect()
}
