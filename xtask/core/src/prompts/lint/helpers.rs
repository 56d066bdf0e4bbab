//! Helpers of a template: what they are given, and whether it can make a difference.

use serde_json::Value;

use super::known::{Found, Known, Scope, child};
use super::{Call, Expression, HELPERS, Lint};
use crate::model::{Finding, suggestion};

/// Helpers that stand in a tag of their own.
const INLINE: &[&str] = &["history", "json", "log", "lookup", "media", "role", "section"];
/// Helpers that have a value, for another one to take.
const VALUES: &[&str] = &["json", "lookup"];

impl Lint<'_> {
    /// A helper that writes something where it stands.
    pub(super) fn inline(&mut self, call: &Call) {
        let help = |name: &str| format!("write `{{{{#{name} value}}}} … {{{{/{name}}}}}`");
        self.only(call, INLINE, "opens a block and writes nothing itself", &help);
    }

    /// A helper inside brackets.
    pub(super) fn inside(&mut self, call: &Call) {
        let help = |_: &str| format!("inside brackets stand `{}`", VALUES.join("` and `"));
        self.only(call, VALUES, "has no value", &help);
    }

    fn only(&mut self, call: &Call, allowed: &[&str], what: &str, help: &dyn Fn(&str) -> String) {
        let name = call
            .simple_name()
            .filter(|name| !call.is_bare() && HELPERS.contains(name));
        if let Some(name) = name.filter(|name| !allowed.contains(name)) {
            let finding = Finding::error("unknown-helper", format!("`{name}` {what}"));
            self.notice(call.at, finding.help(help(name)));
        }
    }

    /// What a helper with a value leads to.
    pub(super) fn helper<'s>(&mut self, name: &str, call: &Call, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        let wanted = match name {
            "json" => 1,
            "lookup" => 2,
            _ => return Some(Known::Anything),
        };
        if call.arguments.len() != wanted {
            let plural = if wanted == 1 { "" } else { "s" };
            let finding = Finding::error("unknown-helper", format!("`{name}` takes {wanted} argument{plural}"));
            let example = if wanted == 1 {
                "json value"
            } else {
                "lookup value \"name\""
            };
            self.notice(call.at, finding.help(format!("write for example `{{{{{example}}}}}`")));
            return None;
        }
        let [subject, Expression::Literal(key)] = &call.arguments[..] else {
            return Some(Known::Anything);
        };
        let Some(Known::Schema(schema)) = self.quietly(subject, scope) else {
            return Some(Known::Anything);
        };
        let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        match child(schema, &key) {
            Found::Schema(next) => Some(Known::Schema(next)),
            Found::Anything => Some(Known::Anything),
            Found::Nothing(names) => {
                let finding = Finding::error("undeclared-variable", format!("there is no `{key}` to look up"));
                let help = match suggestion(&key, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("declare it under `input.schema`; here are `{}`", names.join("`, `")),
                };
                self.notice(call.at, finding.help(help));
                None
            }
        }
    }

    /// A condition that never comes out in another way.
    pub(super) fn condition(&mut self, name: &str, call: &Call, scope: &Scope<'_>) {
        let literal = |expression: &Expression| match expression {
            Expression::Literal(value) => Some(value.clone()),
            _ => None,
        };
        let literals: Vec<Option<Value>> = call.arguments.iter().map(literal).collect();
        if literals.iter().all(Option::is_some) && name != "each" && name != "with" {
            let message = format!("`{name}` compares nothing but constants, and always comes out alike");
            let finding = Finding::warning("idle-condition", message);
            self.notice(call.at, finding.help("compare an input, or leave the condition out"));
            return;
        }
        let ([first, second], ["ifEquals" | "unlessEquals"]) = (&call.arguments[..], [name]) else {
            return;
        };
        let (subject, constant) = match (&literals[0], &literals[1]) {
            (None, Some(constant)) => (first, constant),
            (Some(constant), None) => (second, constant),
            _ => return,
        };
        let Some(Known::Schema(schema)) = self.quietly(subject, scope) else {
            return;
        };
        let Some(listed) = schema.get("enum").and_then(Value::as_array) else {
            return;
        };
        if !listed.contains(constant) {
            let finding = Finding::error("idle-condition", format!("the input is never {constant}"));
            let names: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
            let near = constant
                .as_str()
                .and_then(|text| suggestion(text, names.iter().copied()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it is one of `{}`", names.join("`, `")),
            };
            self.notice(call.at, finding.help(help));
        }
    }
}
