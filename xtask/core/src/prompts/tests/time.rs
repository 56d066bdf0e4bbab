//! How long a case may take: all its questions together.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::model::{Digest, PlainVersion};
use crate::prompts::cases::{Case, Suite};
use crate::prompts::run::{
    Answers, Failing, Mock, Refusal, Reply, Request, RequestModel, Subject, SubjectModel, ToolCall, attempt,
};
use crate::prompts::{PromptHeader, read};

/// A model that takes 40 ms to call a tool, again and again.
struct Slow;

impl Answers for Slow {
    fn answer(&self, _: &Request, _: &Digest) -> Result<Reply, Refusal> {
        Ok(Reply {
            calls: vec![ToolCall {
                id: "1".to_owned(),
                name: "search".to_owned(),
                arguments: json!({}),
            }],
            latency_ms: 40,
            ..Reply::default()
        })
    }
}

/// How many questions such a model is asked.
fn questions(max_latency_ms: Option<u64>) -> Result<usize, Failing> {
    let prompt = read("a.prompt", "Say it.", PromptHeader::default(), &mut Vec::new()).unwrap();
    let version = PlainVersion::parse("1.0.0").unwrap();
    let subject = Subject {
        model: SubjectModel {
            model: RequestModel {
                provider: "p".to_owned(),
                name: "m".to_owned(),
                version: None,
            },
            temperature: 0.0,
            max_tokens: 100,
            timeout_seconds: 1,
            price: None,
        },
        prompts: BTreeMap::from([("say".to_owned(), (version, Arc::new(prompt)))]),
        withheld: Default::default(),
        tools: Vec::new(),
        contract: None,
    };
    let suite = Suite {
        prompt: "say".to_owned(),
        ..Suite::default()
    };
    let case = Case {
        max_latency_ms,
        ..Case::default()
    };
    let tools =
        Mock::new(serde_json::from_value(json!({"rules": [], "tools": [{"tool": "search", "result": 1}]})).unwrap())
            .unwrap();
    attempt(&subject, &subject.partials(), &suite, &case, 0, &Slow, Some(&tools)).map(|attempt| attempt.steps)
}

#[test]
fn a_case_past_its_time_is_asked_nothing_more() {
    assert_eq!(questions(Some(100)), Ok(3));
    assert_eq!(questions(Some(120)), Ok(4));
    assert!(matches!(questions(None), Err(Failing::Answer(Refusal::Failed(reason))) if reason.contains("16 times")));
}
