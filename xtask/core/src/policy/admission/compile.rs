//! A policy whose expressions are compiled.

use super::bindings::Binding;
use super::metadata::About;
use super::spec::{self, Action, FailurePolicy, MatchResources, ParamKind};
use crate::cel::{ADMISSION_NAMES, CompileError, Expression};
use crate::model::Tier;

// places of `ADMISSION_NAMES` in a scope
pub(super) const OBJECT: usize = 0;
pub(super) const OLD_OBJECT: usize = 1;
pub(super) const REQUEST: usize = 2;
pub(super) const PARAMS: usize = 3;
pub(super) const NAMESPACE_OBJECT: usize = 4;
pub(super) const AUTHORIZER: usize = 5;

/// A policy, compiled, with its bindings.
#[derive(Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What people want to know of it.
    pub about: About,
    /// The file that it stands in, and where.
    pub(super) place: (String, usize, usize),
    pub(super) constraints: MatchResources,
    pub(super) param_kind: Option<ParamKind>,
    pub(super) conditions: Vec<Expression>,
    pub(super) variables: Vec<Expression>,
    pub(super) variable_names: Vec<String>,
    pub(super) validations: Vec<Validation>,
    pub(super) audit: Vec<Expression>,
    pub(super) failure: FailurePolicy,
    /// What cannot be known before a cluster answers, in words.
    pub(super) unknowable: Vec<String>,
    /// Whether its expressions read more of an object than the metadata and the kind.
    pub(super) reads_fields: bool,
    /// Whether it could not be compiled: then it decides by its failure policy alone.
    pub(super) is_broken: bool,
    pub(super) bindings: Vec<Binding>,
}

/// One condition that has to hold.
#[derive(Debug)]
pub(super) struct Validation {
    pub(super) expression: Expression,
    pub(super) message: String,
    pub(super) message_expression: Option<Expression>,
    /// Whether it asks what only a cluster knows.
    pub(super) is_unknowable: bool,
}

/// An expression that cannot be compiled, by its JSON pointer in the policy.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) pointer: String,
    pub(super) error: CompileError,
}

impl Policy {
    /// The file that it stands in.
    pub fn file(&self) -> &str {
        &self.place.0
    }

    /// The text of every validation.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        self.validations.iter().map(|validation| validation.expression.text())
    }

    /// What follows from breaking it in an environment of a tier: `error`, `warning`, `note`, or `-` for nothing.
    pub fn consequence(&self, tier: Tier) -> String {
        let actions = self.bindings.iter().filter(|binding| binding.is_for(tier));
        let word = actions.map(Binding::action).min().map(|action| match action {
            Action::Deny => "error",
            Action::Warn => "warning",
            Action::Audit => "note",
        });
        word.unwrap_or("-").to_owned()
    }

    /// Compiles what an object says; what cannot be compiled is listed, and leaves the policy broken.
    pub(super) fn of(object: spec::PolicyObject, place: (String, usize, usize), about: About) -> (Policy, Vec<Wrong>) {
        let spec = object.spec;
        let mut compiler = Compiler {
            names: ADMISSION_NAMES.map(str::to_owned).to_vec(),
            wrong: Vec::new(),
        };
        // a cluster does not know the name either
        if spec.param_kind.is_none() {
            compiler.names[PARAMS].clear();
        }
        // conditions come before variables and see none of them
        let texts = spec.match_conditions.iter().map(|condition| &condition.expression);
        let texts = texts.enumerate();
        let conditions = texts
            .filter_map(|(index, text)| compiler.decisive(&format!("/spec/matchConditions/{index}/expression"), text))
            .collect();
        let mut variables = Vec::new();
        for (index, variable) in spec.variables.iter().enumerate() {
            let pointer = format!("/spec/variables/{index}/expression");
            // the place stays taken, so that later names keep theirs
            let compiled = compiler.one(&pointer, &variable.expression);
            variables
                .push(compiled.unwrap_or_else(|| Expression::compile("null", &[]).expect("`null` is an expression")));
            compiler.names.push(format!("variables.{}", variable.name));
        }
        let validations = spec.validations.iter().enumerate();
        let validations = validations
            .filter_map(|(index, validation)| compiler.validation(index, validation))
            .collect();
        let audit = spec.audit_annotations.iter().map(|audit| &audit.value_expression);
        let audit = compiler.without_authorizer(|compiler| compiler.annotations(audit));
        let wrong = compiler.wrong;
        let mut policy = Policy {
            name: object.metadata.name,
            about,
            place,
            constraints: spec.match_constraints.unwrap_or_default(),
            param_kind: spec.param_kind,
            conditions,
            variables,
            variable_names: spec.variables.into_iter().map(|variable| variable.name).collect(),
            validations,
            audit,
            failure: spec.failure_policy,
            unknowable: Vec::new(),
            reads_fields: true,
            is_broken: !wrong.is_empty(),
            bindings: Vec::new(),
        };
        policy.find_unknowable();
        let reads_fields = policy.compiled().any(reads_fields);
        policy.reads_fields = reads_fields;
        (policy, wrong)
    }

    fn compiled(&self) -> impl Iterator<Item = &Expression> {
        let validations = self.validations.iter();
        let said = validations.flat_map(|one| [Some(&one.expression), one.message_expression.as_ref()]);
        let others = self.conditions.iter().chain(&self.variables).chain(&self.audit);
        others.chain(said.flatten())
    }

    /// Notes what asks for the authorizer or for who makes the request and how: offline nobody can say.
    fn find_unknowable(&mut self) {
        let mut asking: Vec<usize> = Vec::new();
        for (index, variable) in self.variables.iter().enumerate() {
            if asks(variable, &asking) {
                asking.push(index);
            }
        }
        for (index, condition) in self.conditions.iter().enumerate() {
            if asks(condition, &[]) {
                self.unknowable.push(format!("match condition {}", index + 1));
            }
        }
        for (index, validation) in self.validations.iter_mut().enumerate() {
            validation.is_unknowable = asks(&validation.expression, &asking);
            if validation.is_unknowable {
                self.unknowable.push(format!("validation {}", index + 1));
            }
        }
    }

    /// Whether even what it is about cannot be known.
    pub(super) fn has_unknowable_conditions(&self) -> bool {
        self.conditions.iter().any(|condition| asks(condition, &[]))
    }
}

/// Whether an expression reads what defaults may stand in: paths are all that it reads, a whole object among them.
fn reads_fields(expression: &Expression) -> bool {
    expression.paths().iter().any(|path| match path[0].as_str() {
        "object" | "oldObject" => !matches!(
            path.get(1).map(String::as_str),
            Some("apiVersion" | "kind" | "metadata")
        ),
        "request" => true,
        _ => false,
    })
}

/// Whether an expression, or one of the variables that it uses, asks what only a cluster knows.
fn asks(expression: &Expression, variables: &[usize]) -> bool {
    let of_request = |path: &Vec<String>| match path.as_slice() {
        [first, second, ..] => first == "request" && matches!(second.as_str(), "userInfo" | "options"),
        _ => false,
    };
    expression.paths().iter().any(of_request)
        || expression.uses(AUTHORIZER)
        || variables
            .iter()
            .any(|variable| expression.uses(ADMISSION_NAMES.len() + variable))
}

struct Compiler {
    names: Vec<String>,
    wrong: Vec<Wrong>,
}

impl Compiler {
    fn one(&mut self, pointer: &str, text: &str) -> Option<Expression> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match Expression::compile(text, &names) {
            Ok(expression) => {
                self.note(pointer, expression.mixed_literals().iter().cloned());
                Some(expression)
            }
            Err(mut errors) => {
                let unknown = format!("there is no variable `{}`", ADMISSION_NAMES[PARAMS]);
                for error in errors.iter_mut().filter(|error| error.message == unknown) {
                    error.help = Some("say in `spec.paramKind` of what kind the parameters are".to_owned());
                }
                self.note(pointer, errors);
                None
            }
        }
    }

    /// Compiles messages and annotations, which may not ask the authorizer: every other name keeps its place.
    fn without_authorizer<T>(&mut self, compile: impl FnOnce(&mut Compiler) -> T) -> T {
        self.names[AUTHORIZER].clear();
        let compiled = compile(self);
        ADMISSION_NAMES[AUTHORIZER].clone_into(&mut self.names[AUTHORIZER]);
        compiled
    }

    fn note(&mut self, pointer: &str, errors: impl IntoIterator<Item = CompileError>) {
        self.wrong.extend(errors.into_iter().map(|error| Wrong {
            pointer: pointer.to_owned(),
            error,
        }));
    }

    /// Compiles what has to be true.
    fn decisive(&mut self, pointer: &str, text: &str) -> Option<Expression> {
        let expression = self.one(pointer, text)?;
        self.note(pointer, expression.undecided());
        Some(expression)
    }

    /// Compiles what has to be a text.
    fn saying(&mut self, pointer: &str, text: &str, or: &[&str]) -> Option<Expression> {
        let expression = self.one(pointer, text)?;
        self.note(pointer, expression.unsayable(or));
        Some(expression)
    }

    fn annotations<'t>(&mut self, texts: impl Iterator<Item = &'t String>) -> Vec<Expression> {
        let at = |index: usize| format!("/spec/auditAnnotations/{index}/valueExpression");
        let texts = texts.enumerate();
        // where there is nothing to say, null leaves the annotation out
        texts
            .filter_map(|(index, text)| self.saying(&at(index), text, &["null"]))
            .collect()
    }

    fn validation(&mut self, index: usize, validation: &spec::Validation) -> Option<Validation> {
        let at = format!("/spec/validations/{index}");
        let expression = self.decisive(&format!("{at}/expression"), &validation.expression);
        let message_expression = match validation.message_expression.trim() {
            "" => None,
            text => self.without_authorizer(|compiler| compiler.saying(&format!("{at}/messageExpression"), text, &[])),
        };
        Some(Validation {
            expression: expression?,
            message: validation.message.trim().to_owned(),
            message_expression,
            is_unknowable: false,
        })
    }
}
