//! The rules about prompts and the cases that judge them.

use crate::model::Rule;

/// The rules about prompts, cases and evaluations, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "breaking-contract",
        "a contract has changed so that recorded answers, or those who read them, no longer fit",
        "make it a new major version",
    ),
    Rule::new(
        "broken-cassette",
        "a recording was cut off or edited, so what it answers is not what was recorded",
        "remove the line, and record it again",
    ),
    Rule::new(
        "context-overflow",
        "prompt, retrieved passages and answer do not fit into the model's context, so it would cut or refuse them",
        "lower `maxTokens` or `topK`, or take a model with a larger context",
    ),
    Rule::new(
        "cut-off-answer",
        "a case holds by an answer that ended at the longest that the model may give, so nobody knows how it went on",
        "raise `maxTokens` or `maxOutputTokens`, and record it again",
    ),
    Rule::new(
        "draft-case",
        "a case is still a draft, so it is not asked and counts for nothing, neither here nor as evidence",
        "complete it and take its tag `draft` away, or remove it",
    ),
    Rule::new(
        "duplicate-case",
        "two cases have one id, so their results cannot be told apart",
        "give each an id of its own",
    ),
    Rule::new(
        "duplicate-model",
        "a model or an index stands twice in `environments/models.yaml`, and only the first counts",
        "keep one of them",
    ),
    Rule::new(
        "empty-keyword",
        "a keyword in the schema of a tool's parameters has no value, so a part of what was written there is lost",
        "put a text that has a comma in quotes, or give the keyword a value",
    ),
    Rule::new(
        "empty-suite",
        "a suite without cases proves nothing",
        "write cases, or remove the file",
    ),
    Rule::new(
        "failed-case",
        "an answer is not what its case demands",
        "mend the prompt, the model or the tools; or the case, where it asks for the wrong thing",
    ),
    Rule::new(
        "failed-conformance",
        "a test of a published suite of the prompt format comes out differently here",
        "report it: the reader of prompts is wrong, or the suite asks for something new",
    ),
    Rule::new(
        "failed-evaluation",
        "the cases do not hold as often as they must, or less often than before",
        "mend what the failing cases show",
    ),
    Rule::new(
        "forbidden-tool",
        "a tool may do more than the environment admits",
        "leave it out of `overrides.tools.enabled`, or mock it",
    ),
    Rule::new(
        "foreign-embedding",
        "questions and index are embedded by different models, so nothing that fits would be found",
        "use the embedding that the index was built with",
    ),
    Rule::new(
        "foreign-model",
        "a prompt says that it was written for another model than the one that runs it",
        "judge it with the model that runs it, and say so in the prompt",
    ),
    Rule::new(
        "idle-assertion",
        "an assertion holds whatever is answered, so it says nothing, and its weight counts where a score decides",
        "mend it so that a wrong answer makes it fail, take it out, or give it the weight 0",
    ),
    Rule::new(
        "idle-condition",
        "a condition of a prompt always comes out alike, so one of its branches never reaches the model",
        "compare the input with a value that it may have",
    ),
    Rule::new(
        "idle-tag",
        "a suite says that cases with a tag must hold, and no case has it",
        "mend the tag, give it to the cases that must hold, or take it out",
    ),
    Rule::new(
        "idle-weight",
        "everything that a case demands, or every case of a suite, has the weight 0, so that a score is 0 whatever is answered",
        "give what counts a weight above 0",
    ),
    Rule::new(
        "incomparable-metric",
        "nobody can tell whether a version of a prompt is worse: another scale, or a metric that does not say what is better",
        "write both on one scale, as in `94 %` or `4.2/5.0`, and say which way is better: `{value: 7, better: lower}`",
    ),
    Rule::new(
        "metric-regression",
        "a version of a prompt measured worse than the one that it replaces",
        "mend the prompt, or measure it again",
    ),
    Rule::new(
        "misplaced-mock",
        "a mock would answer users",
        "mock models run only in dev, mock tools up to staging",
    ),
    Rule::new(
        "missing-baseline",
        "an agent is to be compared with what an environment runs, and it runs nothing",
        "name another environment, or promote the agent first",
    ),
    Rule::new(
        "missing-judge",
        "an answer is to be judged, and the suite does not say by whom",
        "add `judge:` with provider and name to the suite",
    ),
    Rule::new(
        "missing-partial",
        "a prompt puts another one into itself that the agent does not have, so it could not be rendered",
        "write the prompt, or take the `{{> name}}` out",
    )
    .example("{{> tune}}", "{{> tone}}"),
    Rule::new(
        "missing-tool",
        "a prompt (its front matter or its text), a case or an environment names a tool that the agent does not have",
        "mend the name, or add the tool to the manifest that the candidate names",
    ),
    Rule::new(
        "model-limit",
        "a model is asked for more than the environment admits",
        "lower it, or raise `modelLimits` of the environment",
    ),
    Rule::new(
        "moving-model",
        "an alias that its provider moves cannot be released twice",
        "name a dated version; only dev may follow an alias",
    ),
    Rule::new(
        "not-evaluated",
        "cases had no recorded answer, so nothing is known of them, or need a tool that the environment does not enable",
        "record them with `cargo xtask evaluate --record`; a tool that is left out on purpose is no fault",
    ),
    Rule::new(
        "nothing-to-judge",
        "an agent calls no model, or has no cases, so it cannot be evaluated",
        "write cases under `regression/cases`, or name another agent",
    ),
    Rule::new(
        "other-model",
        "an answer is of another model than the one that was asked, by the endpoint's own word, so it says nothing of the tuple",
        "ask an endpoint that serves the model, or say in `served:` of `environments/models.yaml` what it calls it",
    ),
    Rule::new(
        "prompt-schema",
        "the input or output of a prompt is described in a way that nothing can be checked against",
        "write Picoschema or JSON Schema",
    )
    .example("count: numbr", "count: number, how many"),
    Rule::new(
        "prompt-syntax",
        "a prompt is no template: braces, blocks or the front matter are not closed, or there is no text",
        "close them at the place that is shown",
    )
    .example("Hello {{name", "Hello {{name}}"),
    Rule::new(
        "refused-default",
        "a default in a contract or in the parameters of a tool is a value that its own schema refuses",
        "give it a value that the schema admits, or widen the schema",
    )
    .example(
        "limit: {type: integer, maximum: 20, default: 50}",
        "limit: {type: integer, maximum: 20, default: 5}",
    ),
    Rule::new(
        "retired-model",
        "a model is past the day from which on its provider may refuse it",
        "name its successor",
    ),
    Rule::new(
        "sql-not-built",
        "this build has no parser of SQL, so nothing was asked and no case passed",
        "run it as `cargo xtask`, which makes the build that has one",
    ),
    Rule::new(
        "stale-cassette",
        "requests are not in the cassette any more, and the mock answered them",
        "record them again with `cargo xtask evaluate --record`",
    ),
    Rule::new(
        "unbound-variable",
        "a variable may be missing and would read as nothing, so the model gets half a sentence",
        "guard it with `{{#if}}`, give it a default, or require it",
    )
    .example("Write to {{name}}.", "{{#if name}}Write to {{name}}.{{/if}}"),
    Rule::new(
        "unchecked-case",
        "a case says nothing of its answer, or is for a version that nobody wrote, so it passes whatever is answered",
        "say what its answer must be, or remove it",
    )
    .example(
        "- {id: hello, userInput: Hello}",
        "- {id: hello, userInput: Hello, expectedResponseKeywords: [welcome]}",
    ),
    Rule::new(
        "uncovered-tool",
        "a tool's permissions and connections do not go together, so one of them is wrong",
        "name what it may do under `permissions:` and where under `egress:`",
    ),
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
        "unknown-index",
        "a retrieval configuration names an index of which nothing is known",
        "add it to `environments/models.yaml`, or mend the name",
    ),
    Rule::new(
        "unknown-model",
        "an agent or an environment names a model of which nothing is known, so neither its limits nor its price can be checked",
        "add it to `environments/models.yaml`, or mend the name",
    ),
    Rule::new(
        "unreadable-suite",
        "a file in the folder of the suites is none",
        "give the folder `spec` of the format's repository and nothing else",
    ),
    Rule::new(
        "unsupported-assertion",
        "an assertion cannot be judged here, and what is not judged is never passed",
        "say the same with another type",
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
