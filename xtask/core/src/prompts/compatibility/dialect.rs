//! The dialect in which a contract is written.

use serde_json::Value;

use super::Break;

/// The dialect of a schema that names none.
const LATEST: &str = "https://json-schema.org/draft/2020-12/schema";

/// The dialects that there are.
const KNOWN: &[&str] = &[
    "https://json-schema.org/draft-04/schema",
    "https://json-schema.org/draft-06/schema",
    "https://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft/2019-09/schema",
    LATEST,
];

/// The dialect that a schema names, where no validator knows it.
pub fn unknown_dialect(schema: &Value) -> Option<&str> {
    let named = schema.get("$schema")?.as_str()?;
    (!KNOWN.contains(&&*plain(named))).then_some(named)
}

/// The same keywords ask for something else in another dialect, also where nobody changed them.
pub(super) fn changed(before: &Value, after: &Value) -> Option<Break> {
    let (was, is) = (of(before), of(after));
    (plain(was) != plain(is)).then(|| Break {
        pointer: "/$schema".to_owned(),
        place: "/$schema".to_owned(),
        message: format!("the dialect was `{was}` and is `{is}`, where keywords mean something else"),
    })
}

fn of(contract: &Value) -> &str {
    contract.get("$schema").and_then(Value::as_str).unwrap_or(LATEST)
}

/// An address as all ways to write it have it.
fn plain(dialect: &str) -> String {
    let dialect = dialect.trim_end_matches('#').replacen("http://", "https://", 1);
    match dialect.as_str() {
        "https://json-schema.org/schema" => LATEST.to_owned(),
        _ => dialect,
    }
}
