//! An expression: its text, compiled once.

use std::collections::BTreeSet;

use super::lower::Lowering;
use super::node::Node;
use super::types;
use super::{Budget, CompileError, Error, Evaluation, Scope, Value};

/// An expression, compiled once and evaluated any number of times, by any number of threads.
#[derive(Debug)]
pub struct Expression {
    pub(super) root: Node,
    text: String,
    variables: BTreeSet<usize>,
    paths: Vec<Vec<String>>,
    mixed: Vec<CompileError>,
}

impl Expression {
    /// Compiles a text in which these variables are declared. A name may have dots: `variables.containers` is one
    /// variable.
    pub fn compile(text: &str, variables: &[&str]) -> Result<Expression, Vec<CompileError>> {
        Expression::lowered(Lowering::new(text, variables), text)
    }

    /// Compiles a rule of a custom resource, where a field that is no identifier is written escaped: `__namespace__`,
    /// `app__dash__name`.
    pub fn compile_escaped(text: &str, variables: &[&str]) -> Result<Expression, Vec<CompileError>> {
        Expression::lowered(Lowering::new(text, variables).with_escaped_fields(), text)
    }

    fn lowered(mut lowering: Lowering<'_>, text: &str) -> Result<Expression, Vec<CompileError>> {
        let root = lowering.compile()?;
        Ok(Expression {
            root,
            text: text.to_owned(),
            variables: lowering.used,
            paths: lowering.paths,
            mixed: lowering.mixed,
        })
    }

    /// Evaluates it; a variable is asked of the scope when it is needed.
    pub fn evaluate<'a>(&'a self, scope: &dyn Scope<'a>, budget: &mut Budget) -> Result<Value<'a>, Error> {
        Evaluation::new(scope, budget).run(self)
    }

    /// The text that it was compiled from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names the variable at this place of the declared names.
    pub fn uses(&self, variable: usize) -> bool {
        self.variables.contains(&variable)
    }

    /// Its lists and maps of literals of several types: the language has them, a policy must not.
    pub fn mixed_literals(&self) -> &[CompileError] {
        &self.mixed
    }

    /// Why it cannot decide, where its type is evidently not `bool`.
    pub fn undecided(&self) -> Option<CompileError> {
        let kind = types::evident(&self.root).filter(|kind| *kind != "bool")?;
        Some(CompileError {
            line: 1,
            column: 1,
            message: format!("it is of the type `{kind}`, and only `bool` decides"),
            help: Some("compare it with something".to_owned()),
        })
    }

    /// Why it says nothing, where its type is evidently neither `string` nor one of some others.
    pub fn unsayable(&self, or: &[&str]) -> Option<CompileError> {
        let kind = types::evident(&self.root).filter(|kind| *kind != "string" && !or.contains(kind))?;
        Some(CompileError {
            line: 1,
            column: 1,
            message: format!("it is of the type `{kind}`, and what it says has to be a `string`"),
            help: Some("write it as `string(…)`, or in quotes of its own".to_owned()),
        })
    }

    /// Every path of fields that it reads, each starting with the name of a variable, the longest first.
    pub fn paths(&self) -> &[Vec<String>] {
        &self.paths
    }
}
