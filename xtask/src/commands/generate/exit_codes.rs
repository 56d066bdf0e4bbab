//! The page of exit codes, from the constants and kinds of failure and their doc comments.

use lockstep::reference::{Meaning, cell, choices, page as finish};

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
    let kinds = choices::<FailureKind>("");
    kinds
        .into_iter()
        .filter_map(|kind| Some((serde_json::from_value(kind.word.into()).ok()?, kind.meaning)))
        .collect()
}

/// Exit codes and kinds of failure, as words to explain.
pub(in crate::commands) fn words() -> Vec<Meaning> {
    let codes = constants().into_iter().map(|(code, _, meaning)| Meaning {
        word: code,
        of: "an exit code".to_owned(),
        meaning,
    });
    let mut kinds = choices::<FailureKind>("a kind of failure");
    for (kind, (of, _)) in kinds.iter_mut().zip(self::kinds()) {
        kind.of = format!("a kind of failure, with exit code {}", Failure::new(of, "").exit_code());
    }
    codes.chain(kinds).collect()
}
