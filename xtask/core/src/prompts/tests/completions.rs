//! Answers of a server, whole and not, and what of them is never kept.

use serde_json::{Value, json};

use crate::prompts::run::Reply;
use crate::prompts::run::openai::Received;

const KEY: &str = "geheim-4711-quelle";

fn read(body: &Value) -> Result<Reply, String> {
    Received::new(body.to_string().as_bytes(), Some(KEY)).reply("gpt-x")
}

fn completion(message: Value, finish: Value) -> Value {
    json!({
        "choices": [{"message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    })
}

#[test]
fn the_key_is_nowhere_in_an_answer() {
    let arguments = json!({"q": format!("with {KEY}"), KEY: 1, "token": "sk-abcdefghijklmnop1234"}).to_string();
    // the same key, written as another writer of JSON may
    let arguments = arguments.replacen("geheim", "\\u0067eheim", 1);
    let function = json!({"name": KEY, "arguments": arguments});
    let body = completion(
        json!({"content": format!("Bearer {KEY}"), "tool_calls": [{"id": KEY, "function": function}]}),
        json!(format!("stop {KEY}")),
    );
    let reply = read(&body).unwrap();
    assert!(reply.calls[0].arguments.is_object(), "{reply:?}");
    let kept = serde_json::to_string(&reply).unwrap();
    assert!(!kept.contains("4711") && !kept.contains("sk-abc"), "{kept}");
}

#[test]
fn a_word_that_stands_in_for_a_key_changes_no_answer() {
    let body = completion(json!({"content": "the summary: no token is not-needed"}), json!("stop"));
    for key in ["token", "k", "summary", "not-needed", ""] {
        let received = Received::new(body.to_string().as_bytes(), Some(key));
        let reply = received.reply("gpt-x").unwrap();
        assert_eq!(reply.text, "the summary: no token is not-needed", "{key}");
        assert_eq!((reply.finish.as_str(), reply.usage.input), ("stop", 100), "{key}");
    }
}

#[test]
fn the_key_is_nowhere_in_a_message() {
    let escaped = format!("{{\"error\": \"wrong key \\u0067{}\"}}", &KEY[1..]);
    let plain = format!("<p>your key {KEY} is wrong, and so is sk-abcdefghijklmnop1234</p>");
    for body in [escaped, plain] {
        let shown = Received::new(body.as_bytes(), Some(KEY)).excerpt();
        assert!(
            !shown.contains("4711") && !shown.contains("sk-abc") && shown.contains("key"),
            "{shown}"
        );
    }
}

#[test]
fn numbers_and_words_of_the_protocol_are_left_alone() {
    let body = completion(json!({"content": "ready"}), json!("stop"));
    assert_eq!(
        Received::new(body.to_string().as_bytes(), None).excerpt(),
        body.to_string()[..120]
    );
    let reply = read(&body).unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.input), ("ready", 100));
}

#[test]
fn what_is_not_whole_is_no_answer() {
    let mut huge = completion(json!({"content": "ready"}), json!("stop"));
    huge["usage"]["prompt_tokens"] = json!(u64::MAX);
    let refused = [
        (huge, "counts more tokens than any model takes"),
        (
            completion(json!({"content": "rea"}), Value::Null),
            "does not say why it ended",
        ),
        (
            completion(json!({"content": null}), json!("stop")),
            "has neither text nor tool calls",
        ),
        (
            completion(json!({"content": null, "tool_calls": []}), json!("stop")),
            "has neither text nor tool calls",
        ),
        (json!({"choices": [], "usage": null}), "has no choice"),
        (json!({"error": "down"}), "is no completion"),
    ];
    for (body, why) in refused {
        let got = read(&body).unwrap_err();
        assert!(got.starts_with(&format!("the endpoint's answer {why}: ")), "{got}");
    }
}
