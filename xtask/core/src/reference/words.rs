//! The words that answers use, each with what it means: those of the design, and the ones that files and verdicts choose
//! from.

use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::Value;

use crate::artifact::Kind;
use crate::model::{ChangeKind, PipelineStage, RiskClass, Severity, StageStatus, Tier};
use crate::prompts::evaluation::{CaseOutcome, VerdictOutcome};
use crate::release::ledger::{DecisionKind, EventKind, IncidentSeverity, ReleaseKind, Verdict};
use crate::workspace::files::{Criticality, EvidenceKind, Follows, Profile, Strategy};

/// One meaning of a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meaning {
    /// The word.
    pub word: String,
    /// What it is a word for, for example `a stage of the pipeline`.
    pub of: String,
    /// What it means, in a sentence.
    pub meaning: String,
}

/// The words of the design.
const DESIGN: &[(&str, &str)] = &[
    (
        "agent",
        "What is released: the deployable unit, a folder below `agents/`.",
    ),
    (
        "blueprint",
        "A folder of templates, which is a component like the others and is promoted with them.",
    ),
    ("bundle", "What one release writes for one unit."),
    (
        "candidate",
        "The tuple that agent.yaml describes now; environments that follow it, such as dev, run it.",
    ),
    (
        "component",
        "One part of a tuple: code, prompts, model, tools, retrieval, contract or blueprint.",
    ),
    (
        "decision",
        "An answer with its evidence: risk, strategy, order, window, capacity, gate or rollback.",
    ),
    ("drill", "A rollback that is tried without anything being wrong."),
    (
        "dry",
        "Of a commit: the one that people wrote, from which a commit of an environment branch was rendered.",
    ),
    (
        "environment",
        "Where agents run; the list is data, in environments/fleet.yaml.",
    ),
    (
        "failure",
        "Something that Lockstep could not do, with a kind and an exit code; never a finding.",
    ),
    (
        "finding",
        "Something wrong in the fleet's files or in what they render, with file, line, rule and help.",
    ),
    ("fleet", "All agents in all environments."),
    (
        "hold",
        "A recorded stop: nothing but a person's `resume` releases that unit again.",
    ),
    (
        "ledger",
        "The append-only record of releases, verdicts and incidents, on the branch `lockstep/ledger`.",
    ),
    ("manifest", "One rendered Kubernetes object."),
    (
        "overrides",
        "What one environment deliberately replaces in every tuple, recorded beside it.",
    ),
    (
        "promotion",
        "The tuple of one environment becomes the release file of another.",
    ),
    (
        "release",
        "The tuple of a unit, rendered, checked, signed and committed to its environment's branch.",
    ),
    (
        "rollback",
        "An earlier release of a unit comes back as a whole, and the unit is held.",
    ),
    (
        "tuple",
        "One definite combination of components; its id is the SHA-256 of its canonical JSON.",
    ),
    (
        "unit",
        "One agent in one environment; `_environment` is what an environment has of its own.",
    ),
    (
        "waiver",
        "An owned, expiring exception to a rule, below policies/waivers/.",
    ),
];

/// Words that answers, objects and settings have beside them: each with what it is.
const OTHERS: &[(&str, &str, &str)] = &[
    (
        "LOCKSTEP_KEY_PASSPHRASE",
        "a variable of the environment",
        "The passphrase of the signing key, for where nobody can be asked for it, as in a pipeline.",
    ),
    (
        "_environment",
        "a unit",
        "What an environment has of its own and no agent has, such as its namespace and its AppProject.",
    ),
    (
        "dev-latest",
        "a version",
        "That of whatever agent.yaml describes now: environments that follow the candidate run it, and no promotion named it.",
    ),
    (
        "evidence",
        "what a promotion asks for",
        "What the ledger holds about a tuple: evaluations, stages of the pipeline, analyses and drills.",
    ),
    (
        "folded",
        "how changes are told",
        "Several objects or units change in the same way, and the change is told once, with how many there are.",
    ),
    (
        "lockstep.dev/tuple",
        "an annotation of Pods",
        "The id of the tuple that the Pod runs; `cargo xtask trace` leads from it to the release and its parts.",
    ),
    (
        "override",
        "an exception",
        "One check that somebody lets pass once, with `--override <check> --reason <why>`; the ledger keeps who and why.",
    ),
    (
        "verdict",
        "an answer",
        "What an evaluation came to, or what somebody or a gate says of a release: good, blocked or rolled back.",
    ),
    (
        "waived",
        "how a finding stands",
        "A waiver below policies/waivers/ excepts it until the day that it names, so that it stops nothing.",
    ),
];

/// All words of the core, in order.
pub fn words() -> Vec<Meaning> {
    let design = DESIGN.iter().map(|(word, meaning)| Meaning {
        word: (*word).to_owned(),
        of: "a word of the design".to_owned(),
        meaning: (*meaning).to_owned(),
    });
    let events = EventKind::ALL.iter().map(|kind| Meaning {
        word: kind.as_str().to_owned(),
        of: "an event of the ledger".to_owned(),
        meaning: kind.about().to_owned(),
    });
    let others = OTHERS.iter().map(|(word, of, meaning)| Meaning {
        word: (*word).to_owned(),
        of: (*of).to_owned(),
        meaning: (*meaning).to_owned(),
    });
    let mut words: Vec<Meaning> = design.chain(events).chain(others).collect();
    words.extend(choices::<PipelineStage>("a stage of the pipeline"));
    words.extend(choices::<StageStatus>("how a stage ended"));
    words.extend(choices::<RiskClass>("a class of risk"));
    words.extend(choices::<ChangeKind>("a kind of change"));
    words.extend(choices::<Severity>("how heavy a finding is"));
    words.extend(choices::<Tier>("a tier of environments"));
    words.extend(choices::<Follows>("what an environment follows"));
    words.extend(choices::<Criticality>("how critical an agent is"));
    words.extend(choices::<Profile>("a profile of monitoring"));
    words.extend(choices::<Strategy>("a strategy of a rollout"));
    words.extend(choices::<CaseOutcome>("how a case ended"));
    words.extend(choices::<VerdictOutcome>("the verdict of an evaluation"));
    words.extend(choices::<EvidenceKind>("evidence that a promotion may ask for"));
    words.extend(choices::<Kind>("how a release came about"));
    words.extend(choices::<ReleaseKind>("how regular a promotion is"));
    words.extend(choices::<Verdict>("the verdict on a release"));
    words.extend(choices::<IncidentSeverity>("how bad an incident is"));
    words.extend(choices::<DecisionKind>("a decision"));
    words.sort_by(|a, b| (&a.word, &a.of).cmp(&(&b.word, &b.of)));
    words
}

/// What a type lets people choose from, with the comments of its variants.
pub fn choices<T: JsonSchema>(of: &str) -> Vec<Meaning> {
    let schema = schema_for!(T).to_value();
    let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let meaning = |variant: &Value| {
        Some(Meaning {
            word: variant.get("const")?.as_str()?.to_owned(),
            of: of.to_owned(),
            meaning: variant.get("description")?.as_str()?.to_owned(),
        })
    };
    variants.filter_map(meaning).collect()
}
