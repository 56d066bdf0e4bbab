//! The generated schema admits an event of every kind, and nothing else.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::*;
use super::{chain, commit, held, name, released};
use crate::model::{AgentName, Digest, EnvironmentName, PipelineStage, StageStatus, Timestamp, Version};
use crate::prompts::evaluation::{JudgeEvidence, Roll, Tokens, VerdictOutcome};
use crate::prompts::run::{Answered, UsedRecordings};
use crate::workspace::files::PromotedFrom;
use crate::workspace::schemas;

/// One fact of each kind, with everything that it may say.
fn facts() -> Vec<Fact> {
    let environment = EnvironmentName::new("staging").unwrap();
    let from = PromotedFrom {
        environment: environment.clone(),
        commit: commit("staging"),
    };
    let tuple = Digest::of(b"tuple");
    let time = Timestamp::utc(1_700_000_000);
    let set_aside = vec![Override {
        check: "missing-stage".to_owned(),
        message: "the stage `e2e_test` never ran".to_owned(),
    }];
    let reason = Reason {
        reason: "mended".to_owned(),
    };
    vec![
        Fact::Stage(StageResult {
            stage: PipelineStage::UnitTest,
            status: StageStatus::Passed,
            duration_seconds: Some(12.5),
            reason: None,
            tuple,
            details: Map::from_iter([("tests".to_owned(), json!(312))]),
            artifacts: vec!["report.xml".to_owned()],
        }),
        Fact::Committed(Committed {
            commit: commit("production"),
            number: 4,
            units: vec!["assistant".to_owned()],
            overrides: set_aside.clone(),
            reason: Some("main is broken".to_owned()),
        }),
        released("v1.0.0"),
        Fact::Removed(Removed {
            release: name("v1.0.0"),
        }),
        Fact::Promoted(Promoted {
            from,
            from_version: Version::parse("v1.0.0-rc1").unwrap(),
            version: Version::parse("v1.0.0").unwrap(),
            tuple,
            release_kind: ReleaseKind::Hotfix,
            skipped: vec![environment],
            dry_commit: commit("dry"),
            evidence: Some(tuple),
            overrides: set_aside.clone(),
            reason: Some("users wait".to_owned()),
        }),
        Fact::RolledBack(RolledBack {
            from: name("v1.1.0"),
            to: name("v1.0.0"),
            commit: commit("rollback"),
            inventory: tuple,
            namespace: "shop".to_owned(),
            reason: "slow".to_owned(),
            overrides: set_aside,
            started: Some(time),
        }),
        held("slow"),
        Fact::Resumed(reason),
        Fact::Marked(Mark {
            verdict: MarkedVerdict::Verified,
            release: name("v1.0.0"),
            reason: "a day without errors".to_owned(),
        }),
        Fact::Decided(Decided {
            decision: DecisionKind::Risk,
            tuple,
            outcome: "medium".to_owned(),
            confidence: Some(0.8),
            evidence: vec![Evidence {
                fact: "prompt changed".to_owned(),
                value: json!(true),
            }],
            overridden: Some("known to be small".to_owned()),
        }),
        Fact::Evaluated(Evaluated {
            tuple,
            overrides: Some(tuple),
            must_hold: vec!["payment".to_owned()],
            suite_digest: tuple,
            outcome: VerdictOutcome::Failed,
            reasons: vec!["80.0 % of the cases hold, and more than 90.0 % must".to_owned()],
            cases: 120,
            failed: vec!["late-order".to_owned()],
            roll: Roll::default(),
            scores: BTreeMap::from([("passRate".to_owned(), 0.8)]),
            repeats: 3,
            judges: vec![JudgeEvidence {
                provider: "openai".to_owned(),
                name: "gpt-4o".to_owned(),
                threshold: 0.7,
                prompt: tuple,
            }],
            answered: Answered::default(),
            recordings: Some(BTreeMap::from([(
                "orders".to_owned(),
                UsedRecordings {
                    sha256: tuple,
                    keys: "0123456789ab".to_owned(),
                },
            )])),
            tokens: Tokens::default(),
            cost: Some(0.5),
            against: Some(tuple),
        }),
        Fact::Gated(Gated {
            release: name("v1.0.0"),
            started: time,
            agent_group: "canary".to_owned(),
            success_rate: 0.993,
            p95_latency_ms: 420.0,
            error_trace_ratio: 0.007,
            callback_fail_rate: 0.002,
            verdict: Verdict::ManualReview,
            action: "ready_to_promote".to_owned(),
        }),
        Fact::Incident(Incident {
            id: "INC-7".to_owned(),
            severity: IncidentSeverity::P1,
            summary: "answers came late".to_owned(),
            release: Some(name("v1.0.0")),
            since: time,
            end: Some(IncidentEnd {
                until: time,
                cause: "the index was cold".to_owned(),
                reason: "it is warm".to_owned(),
            }),
        }),
        Fact::Retrospective(Retrospective {
            agent: AgentName::new("assistant").unwrap(),
            environment: EnvironmentName::new("production").unwrap(),
            release: Some(name("v1.0.0")),
            incident: Some("INC-7".to_owned()),
            changes: vec!["retrieval.topK: 4 → 8".to_owned()],
            timeline: vec![Moment {
                time,
                what: "released v1.0.0".to_owned(),
            }],
            failed_samples: vec!["regression/cases/late.yaml".to_owned()],
            impact: "one answer in ten came late".to_owned(),
            cause: "the index was cold".to_owned(),
            conclusions: vec!["indexes need warming".to_owned()],
            actions: vec![Action {
                what: "warm it".to_owned(),
                owner: "Bob".to_owned(),
                due: "2026-12-01".to_owned(),
            }],
        }),
    ]
}

#[test]
fn every_kind_of_event_passes_its_schema_and_comes_back_the_same() {
    let validator = jsonschema::options().build(&schemas::of::<Event>()).unwrap();
    let kinds: Vec<EventKind> = facts().iter().map(Fact::kind).collect();
    assert_eq!(kinds, EventKind::ALL);
    for event in chain(facts()) {
        let value: Value = serde_json::from_slice(&event.bytes).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", event.path);
        assert_eq!(read(&event.path, &event.bytes).unwrap(), event.event);
        assert_eq!(value["fact"]["kind"], event.event.kind().as_str());
    }
}

#[test]
fn a_key_that_nobody_knows_is_refused_by_schema_and_reader_alike() {
    let validator = jsonschema::options().build(&schemas::of::<Event>()).unwrap();
    for event in chain(facts()) {
        for pointer in ["", "/fact"] {
            let mut value: Value = serde_json::from_slice(&event.bytes).unwrap();
            value.pointer_mut(pointer).unwrap()["surprise"] = json!(1);
            assert!(!validator.is_valid(&value), "{}{pointer}", event.path);
            assert!(
                read(&event.path, value.to_string().as_bytes()).is_err(),
                "{}{pointer}",
                event.path
            );
        }
    }
}

#[test]
fn numbers_that_nobody_can_have_measured_are_refused() {
    let validator = jsonschema::options().build(&schemas::of::<Event>()).unwrap();
    let events = chain(facts());
    // what no schema can say, the reader alone refuses
    let cases = [
        ("gated", "successRate", json!(7.5), false),
        ("gated", "errorTraceRatio", json!(9), false),
        ("gated", "callbackFailRate", json!(-1), false),
        ("gated", "p95LatencyMs", json!(-3), false),
        ("gated", "successRate", json!(0.5), true),
        ("gated", "started", json!("2999-01-01T00:00:00Z"), true),
        ("stage", "durationSeconds", json!(-1), false),
        ("decided", "confidence", json!(1.5), false),
    ];
    for (kind, field, value, is_valid) in cases {
        let event = events.iter().find(|event| event.event.kind().as_str() == kind).unwrap();
        let mut changed: Value = serde_json::from_slice(&event.bytes).unwrap();
        changed["fact"][field] = value.clone();
        assert_eq!(validator.is_valid(&changed), is_valid, "{field}: {value}");
        let finding = read(&event.path, changed.to_string().as_bytes()).unwrap_err();
        assert_eq!(finding.rule, "unreadable-event", "{field}: {value}");
        assert!(finding.message.contains("tells what cannot be"), "{}", finding.message);
    }
}
