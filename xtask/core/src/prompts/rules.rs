//! The rules about prompts and the cases that judge them.

use crate::model::Rule;

/// The rules about prompts, cases and evaluations, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "failed-conformance",
        "a test of a published suite of the prompt format comes out differently here",
        "report it: the reader of prompts is wrong, or the suite asks for something new",
    ),
    Rule::new(
        "missing-partial",
        "a prompt puts another one into itself that the agent does not have, so it could not be rendered",
        "write the prompt, or take the `{{> name}}` out",
    )
    .example("{{> tune}}", "{{> tone}}"),
    Rule::new(
        "prompt-schema",
        "the input or output of a prompt is described in a way that nothing can be checked against",
        "write Picoschema or JSON Schema",
    )
    .example("count: numbr", "count: number, how many"),
    Rule::new(
        "prompt-syntax",
        "a prompt is no template: braces or blocks are not closed",
        "close them at the place that is shown",
    )
    .example("Hello {{name", "Hello {{name}}"),
    Rule::new(
        "unbound-variable",
        "a variable may be missing and would read as nothing, so the model gets half a sentence",
        "guard it with `{{#if}}`, give it a default, or require it",
    )
    .example("Write to {{name}}.", "{{#if name}}Write to {{name}}.{{/if}}"),
    Rule::new(
        "undeclared-variable",
        "a template uses a variable that its input does not declare, so it would read as nothing",
        "declare it under `input.schema`, or mend its name",
    )
    .example("{{custmer}}", "{{customer}}"),
    Rule::new(
        "unknown-helper",
        "a template calls a helper that does not exist, so it could not be rendered",
        "mend its name",
    )
    .example("{{#iff ready}}yes{{/iff}}", "{{#if ready}}yes{{/if}}"),
    Rule::new(
        "unreadable-suite",
        "a file in the folder of the suites is none",
        "give the folder `spec` of the format's repository and nothing else",
    ),
    Rule::new(
        "unused-variable",
        "an input is asked for and never reaches the model",
        "use it in the template, or take it out of `input.schema`",
    ),
    Rule::new(
        "wrong-role",
        "a role marker names nobody who can speak, so the text goes to the wrong side",
        "write `system`, `user`, `model` or `tool` in quotes",
    )
    .example("{{role \"sytem\"}}", "{{role \"system\"}}"),
];
