//! Holds a template against the input that it declares: variables, helpers, roles.

mod helpers;
mod known;
mod mentions;
mod partials;

use std::collections::BTreeSet;

use serde_json::Value;

use super::header::PromptHeader;
use super::template::{Block, Call, Expression, HELPERS, Node, Path, Template};
use crate::model::{Finding, suggestion};
use known::{Found, Known, Scope, child, is_list, is_required, items};
pub use mentions::{Certainty, Misnamed, Words, misnamed};
pub use partials::{Others, partial_faults};

/// Who may speak.
pub const ROLES: &[&str] = &["system", "user", "model", "tool"];

/// What markers begin with in a rendered prompt.
const MARKER: &str = "<<<dotprompt:";

/// Where something is wrong.
pub(super) enum Spot {
    /// In the template, at this byte.
    Template(usize),
    /// Where the front matter declares this input.
    Input(String),
    /// Where the template first writes this text.
    Text(&'static str),
}

/// What came of a look at a template.
pub(super) struct Linted {
    /// What is wrong, and where.
    pub(super) notices: Vec<(Spot, Finding)>,
    /// The partials that it names, with byte offsets.
    pub(super) partials: Vec<(String, usize)>,
}

/// Looks at a template.
pub(super) fn lint(template: &Template, input: &Value, header: &PromptHeader) -> Linted {
    let others = Others::new();
    let mut lint = Lint::new(input, header, &others);
    lint.template(template, &Scope::root(input));
    lint.unused();
    lint.linted
}

struct Lint<'a> {
    others: &'a Others<'a>,
    /// The partials that are open, the outermost first.
    open: Vec<String>,
    /// What is wrong inside partials, by the place of the outermost one among those of the prompt.
    of_partials: Vec<(usize, Finding)>,
    linted: Linted,
    root: &'a Value,
    defaults: BTreeSet<String>,
    /// Variables at the top that are used.
    used: BTreeSet<String>,
    uses_all: bool,
    /// Values that are known to be there, by depth of their scope and path.
    guards: Vec<(usize, String)>,
}

impl<'a> Lint<'a> {
    fn new(input: &'a Value, header: &PromptHeader, others: &'a Others<'a>) -> Lint<'a> {
        let defaults = header.input.iter().flat_map(|input| input.default.keys().cloned());
        Lint {
            others,
            open: Vec::new(),
            of_partials: Vec::new(),
            linted: Linted {
                notices: Vec::new(),
                partials: Vec::new(),
            },
            root: input,
            defaults: defaults.collect(),
            used: BTreeSet::new(),
            uses_all: false,
            guards: Vec::new(),
        }
    }

    fn notice(&mut self, at: usize, finding: Finding) {
        self.linted.notices.push((Spot::Template(at), finding));
    }

    fn template(&mut self, template: &Template, scope: &Scope<'_>) {
        for node in &template.nodes {
            match node {
                Node::Text(text) => self.text(text),
                Node::Value(call) => self.value(call, scope),
                Node::Block(block) => self.block(block, scope),
                Node::Partial(partial) => self.partial(partial, scope),
            }
        }
    }

    fn text(&mut self, text: &str) {
        if text.contains(MARKER) {
            let finding = Finding::error("wrong-role", "a marker is written as text")
                .help("write `{{role \"user\"}}`, `{{history}}`, `{{media url=…}}` or `{{section \"name\"}}`");
            self.linted.notices.push((Spot::Text(MARKER), finding));
        }
    }

    fn value(&mut self, call: &Call, scope: &Scope<'_>) {
        match call.simple_name() {
            Some("role") if !call.is_bare() || !self.declares("role") => self.role(call),
            Some("history") if call.is_bare() => {}
            _ => {
                self.inline(call);
                let known = self.call(call, scope);
                if let (Expression::Path(path), true, Some(_)) = (&call.name, call.is_bare(), known) {
                    self.bound(path, scope);
                }
            }
        }
    }

    fn declares(&self, name: &str) -> bool {
        matches!(child(self.root, name), Found::Schema(_))
    }

    fn role(&mut self, call: &Call) {
        let known = ROLES.join("`, `");
        let finding = match call.arguments.first() {
            Some(Expression::Literal(Value::String(role))) if ROLES.contains(&role.as_str()) => return,
            Some(Expression::Literal(Value::String(role))) => {
                let finding = Finding::error("wrong-role", format!("`{role}` is no role"));
                match suggestion(role, ROLES.iter().copied()) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help(format!("roles are `{known}`")),
                }
            }
            Some(_) => Finding::error("wrong-role", "the role is not written out").help(format!(
                "write one of `{known}` in quotes: data must not choose who speaks"
            )),
            None => {
                Finding::error("wrong-role", "`role` does not say which").help("write for example `{{role \"user\"}}`")
            }
        };
        self.notice(call.at, finding);
    }

    /// Looks at a call; what is known of its value, unless it was refused.
    fn call<'s>(&mut self, call: &Call, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        for argument in &call.arguments {
            self.expression(argument, scope);
        }
        for (_, argument) in &call.named {
            self.expression(argument, scope);
        }
        if call.is_bare() {
            return self.expression(&call.name, scope);
        }
        let name = call.simple_name().unwrap_or_default();
        if !HELPERS.contains(&name) {
            let finding = Finding::error("unknown-helper", format!("there is no helper `{name}`"));
            let finding = match suggestion(name, HELPERS.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help(format!("helpers are `{}`", HELPERS.join("`, `"))),
            };
            self.notice(call.at, finding);
            return None;
        }
        self.helper(name, call, scope)
    }

    fn expression<'s>(&mut self, expression: &Expression, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        match expression {
            Expression::Literal(_) => Some(Known::Anything),
            Expression::Call(call) => {
                self.inside(call);
                self.call(call, scope)
            }
            Expression::Path(path) => self.path(path, scope),
        }
    }

    /// Where a path leads; a path that leads nowhere is a finding.
    fn path<'s>(&mut self, path: &Path, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        if path.is_data {
            return self.data(path, scope);
        }
        let mut parts = &path.parts[..];
        let known = match scope.parameter(parts.first().map_or("", String::as_str)) {
            Some(known) if path.up == 0 => {
                parts = &parts[1..];
                known
            }
            _ => {
                let Some(target) = scope.up(path.up) else {
                    let finding = Finding::error("undeclared-variable", "`../` leads above the prompt's input")
                        .help("take one `../` out");
                    self.notice(path.at, finding);
                    return None;
                };
                if target.parent.is_none() {
                    self.used.extend(parts.first().cloned());
                    self.uses_all |= parts.is_empty();
                }
                target.schema
            }
        };
        self.walk(path, known, parts, scope)
    }

    /// Where a path behind `@` leads. Of `@root` everything is known, and nothing of what else a program may hand in.
    fn data<'s>(&mut self, path: &Path, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        let Some(parts) = path.parts.strip_prefix(&["root".to_owned()]) else {
            return Some(Known::Anything);
        };
        self.uses_all |= parts.is_empty();
        self.used.extend(parts.first().cloned());
        let root = scope.up(scope.depth)?.schema;
        self.walk(path, root, parts, scope)
    }

    /// Where these parts of a path lead from a value.
    fn walk<'s>(
        &mut self,
        path: &Path,
        mut known: Known<'s>,
        parts: &[String],
        scope: &Scope<'_>,
    ) -> Option<Known<'s>> {
        for (index, part) in parts.iter().enumerate() {
            let Known::Schema(schema) = known else {
                return Some(Known::Anything);
            };
            match child(schema, part) {
                Found::Schema(next) => known = Known::Schema(next),
                Found::Anything => return Some(Known::Anything),
                Found::Nothing(names) => {
                    self.undeclared(path, &parts[..=index], &names, scope);
                    return None;
                }
            }
        }
        Some(known)
    }

    fn undeclared(&mut self, path: &Path, parts: &[String], names: &[&str], scope: &Scope<'_>) {
        if parts.len() == 1 && self.may_be_left_out(&parts[0]) {
            return;
        }
        let name = parts.join(".");
        let last = parts.last().map_or("", String::as_str);
        let outside = (1..=scope.depth).find(|levels| {
            let target = scope.up(*levels).map(|scope| scope.schema);
            matches!(target, Some(Known::Schema(schema)) if matches!(child(schema, &parts[0]), Found::Schema(_)))
        });
        let help = match (outside, suggestion(last, names.iter().copied())) {
            (Some(levels), _) if path.up == 0 && !path.is_data => format!("write `{}{name}`", "../".repeat(levels)),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            _ if names.is_empty() => format!("declare `{name}` under `input.schema`"),
            _ => format!("declare it under `input.schema`; here are `{}`", names.join("`, `")),
        };
        let finding = Finding::error("undeclared-variable", format!("no input is called `{name}`")).help(help);
        self.notice(path.at, finding);
    }

    /// A value that may be missing reads as nothing, in silence.
    fn bound(&mut self, path: &Path, scope: &Scope<'_>) {
        let Some(target) = scope.up(path.up).filter(|_| !path.is_data) else {
            return;
        };
        if scope.parameter(path.parts.first().map_or("", String::as_str)).is_some() {
            return;
        }
        let mut known = target.schema;
        for (index, part) in path.parts.iter().enumerate() {
            let Known::Schema(schema) = known else { return };
            let Found::Schema(next) = child(schema, part) else {
                return;
            };
            let shown = path.parts[..=index].join(".");
            let has_default = target.parent.is_none() && index == 0 && self.defaults.contains(part);
            let guarded = self.guards.contains(&(target.depth, shown.clone()));
            if !is_required(schema, part) && !has_default && !guarded {
                let finding = Finding::warning(
                    "unbound-variable",
                    format!("`{shown}` may be missing, and reads as nothing then"),
                );
                let help = format!("put it inside `{{{{#if {shown}}}}} … {{{{/if}}}}`, or give it a default");
                self.notice(path.at, finding.help(help));
                return;
            }
            known = Known::Schema(next);
        }
    }

    fn block(&mut self, block: &Block, scope: &Scope<'_>) {
        let call = &block.call;
        let known = self.call(call, scope);
        let subject = call.arguments.first();
        let name = call.simple_name().filter(|_| !call.is_bare());
        if let Some(name) = name.filter(|name| HELPERS.contains(name)) {
            let wanted = match name {
                "if" | "unless" | "each" | "with" => 1,
                "ifEquals" | "unlessEquals" => 2,
                _ => 0,
            };
            if wanted == 0 || call.arguments.len() != wanted {
                let message = match wanted {
                    0 => format!("`{name}` opens no block"),
                    _ => format!("`{name}` takes {wanted} argument{}", if wanted == 1 { "" } else { "s" }),
                };
                let help = format!("write for example `{{{{#{name} value}}}}`, or leave the `#` out");
                self.notice(call.at, Finding::error("unknown-helper", message).help(help));
                return;
            }
        }
        if let Some(name) = name.filter(|name| HELPERS.contains(name)) {
            self.condition(name, call, scope);
        }
        let guard = |expression: Option<&Expression>| match expression {
            Some(Expression::Path(path)) if !path.is_data => {
                scope.up(path.up).map(|target| (target.depth, path.parts.join(".")))
            }
            _ => None,
        };
        let of_subject = |lint: &mut Self, scope| subject.and_then(|subject| lint.quietly(subject, scope));
        match name {
            Some("if") => self.guarded(&block.body, scope, guard(subject)),
            Some("unless" | "ifEquals" | "unlessEquals") => self.template(&block.body, scope),
            Some("each") => {
                let items = of_subject(self, scope).map_or(Known::Anything, items);
                self.template(&block.body, &scope.inside(items, &block.parameters, true));
            }
            Some(_) => {
                let value = of_subject(self, scope).unwrap_or(Known::Anything);
                self.template(&block.body, &scope.inside(value, &block.parameters, false));
            }
            None => {
                let known = known.unwrap_or(Known::Anything);
                let (inner, is_list) = match known {
                    Known::Schema(schema) if is_list(schema) => (items(known), true),
                    Known::Schema(schema) if schema.get("properties").is_some() => (known, false),
                    _ => (Known::Anything, false),
                };
                self.template(&block.body, &scope.inside(inner, &block.parameters, is_list));
            }
        }
        let otherwise = if name == Some("unless") { guard(subject) } else { None };
        self.guarded(&block.otherwise, scope, otherwise);
    }

    fn guarded(&mut self, template: &Template, scope: &Scope<'_>, guard: Option<(usize, String)>) {
        let before = self.guards.len();
        self.guards.extend(guard);
        self.template(template, scope);
        self.guards.truncate(before);
    }

    /// What an expression leads to, without saying again what is wrong with it.
    fn quietly<'s>(&mut self, expression: &Expression, scope: &'s Scope<'_>) -> Option<Known<'s>> {
        let before = self.linted.notices.len();
        let known = self.expression(expression, scope);
        self.linted.notices.truncate(before);
        known
    }

    fn unused(&mut self) {
        if self.uses_all {
            return;
        }
        let properties = self.root.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(|properties| properties.keys()) {
            if !self.used.contains(name) {
                let finding = Finding::warning("unused-variable", format!("the input `{name}` is never used"))
                    .help("use it in the template, or take it out of `input.schema`");
                self.linted.notices.push((Spot::Input(name.clone()), finding));
            }
        }
    }
}
