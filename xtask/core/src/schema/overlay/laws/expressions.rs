//! The rules in CEL that a definition gives its objects.

use serde_json::Value;

use crate::cel::Expression;
use crate::model::Problem;
use crate::schema::overlay::view::{items, text};
use crate::schema::overlay::walk::Problems;

/// Where a schema has its rules.
pub(crate) const VALIDATIONS: &str = "x-kubernetes-validations";
/// Names that a rule may use.
const NAMES: [&str; 2] = ["self", "oldSelf"];

/// A cluster takes no definition with a rule that it cannot compile.
pub(super) fn compilable(schema: &Value, at: &str, problems: &mut Problems<'_>) {
    for (index, rule) in items(schema, VALIDATIONS).iter().enumerate() {
        for key in ["rule", "messageExpression"] {
            let errors = text(rule, key).and_then(|text| Expression::compile_escaped(text, &NAMES).err());
            let Some(error) = errors.as_ref().and_then(|errors| errors.first()) else {
                continue;
            };
            let message = format!("{}, at {}:{} of the rule", error.message, error.line, error.column);
            let problem = Problem::error("malformed-text", format!("{at}/{VALIDATIONS}/{index}/{key}"), message);
            problems.add(match &error.help {
                Some(help) => problem.help(help.clone()),
                None => problem.help("mend the expression: a cluster takes no such definition"),
            });
        }
    }
}
