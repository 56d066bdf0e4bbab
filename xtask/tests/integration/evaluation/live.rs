//! Cases asked of a real server over HTTP: what works, what is tried again, and what is never recorded.

use serde_json::{Value, json};
use xtask::report::Report;

use super::server::{Answer, Server, calling, completion};
use crate::workbench::Workbench;

const CASSETTE: &str = "agents/agent-router/regression/cassettes/route.jsonl";
const GOOD: &str = r#"{"agent":"person","confidence":1,"reason":"danger"}"#;

/// Asks one case of the router live.
fn ask(bench: &Workbench, server: &Server, more: &str) -> Report {
    let line = format!(
        "evaluate agent-router --case gas --live --endpoint {} {more}",
        server.url
    );
    bench.run(&line).unwrap()
}

/// Asks a server that never gives a usable answer; returns why, and how often it was asked.
fn refused(behaviour: fn(usize, &Value) -> Answer) -> (String, usize) {
    let bench = Workbench::of_repository();
    bench.put(CASSETTE, "");
    let agent = "agents/agent-router/agent.yaml";
    let text = bench
        .text(agent)
        .unwrap()
        .replace("timeoutSeconds: 10", "timeoutSeconds: 1");
    bench.put(agent, &text);
    let server = Server::start(Box::new(behaviour));
    let report = ask(&bench, &server, "--record");
    assert_eq!(report.exit_code(), 1);
    assert_eq!(bench.text(CASSETTE).unwrap(), "", "something was recorded");
    let got = &report.result["evaluations"][0]["failures"][0]["violations"][0]["got"];
    (got.as_str().unwrap().to_owned(), server.asked())
}

#[test]
fn a_live_answer_is_judged_recorded_and_replayed() {
    let bench = Workbench::of_repository();
    bench.put(CASSETTE, "");
    let server = Server::saying(GOOD);
    let report = ask(&bench, &server, "--record");
    assert_eq!(report.findings, [], "{}", report.text);
    assert_eq!(server.asked(), 1);
    let body = server.bodies.lock().unwrap()[0].clone();
    assert_eq!(
        (&body["model"], &body["max_tokens"]),
        (&json!("gpt-4.1-mini"), &json!(512))
    );
    assert_eq!(body["messages"][0]["role"], "system");
    assert_eq!(body["response_format"], json!({"type": "json_object"}));
    assert!(bench.text(CASSETTE).unwrap().contains("\"source\":\"openai\""));
    // recorded already: the server is not asked again, and without it the answer is the same
    ask(&bench, &server, "--record");
    assert_eq!(server.asked(), 1);
    let replayed = bench
        .run("evaluate agent-router --case gas --no-mock --strict")
        .unwrap();
    assert_eq!(replayed.findings, []);
}

#[test]
fn a_whole_suite_with_tools_runs_live() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|_, body| {
        let messages = body["messages"].as_array().unwrap();
        let last = &messages[messages.len() - 1];
        let answer =
            |text: &str| json!({"status": "answered", "answer": text, "sources": [], "confidence": 1}).to_string();
        Answer::Whole(
            200,
            match last["role"].as_str() {
                Some("tool") => completion(&answer("The VAT is 24.69 EUR.")),
                _ => calling("calculator", &json!({"expression": "129.95 * 0.19"})),
            },
        )
    }));
    let line = format!("evaluate agent-infer --case vat --live --endpoint {}", server.url);
    let report = bench.run(&line).unwrap();
    assert_eq!(report.findings, [], "{}", report.text);
    let second = server.bodies.lock().unwrap()[1].clone();
    let messages = second["messages"].as_array().unwrap();
    assert_eq!(
        messages[messages.len() - 2]["tool_calls"][0]["function"]["name"],
        "calculator"
    );
    assert_eq!(messages[messages.len() - 1]["tool_call_id"], "c1");
    assert_eq!(second["tools"].as_array().unwrap().len(), 5);
}

#[test]
fn busy_and_broken_servers_are_asked_again() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|number, _| match number {
        0 => Answer::Later(429, 1),
        1 => Answer::Whole(503, String::new()),
        2 => Answer::Half,
        _ => Answer::Whole(200, completion(GOOD)),
    }));
    let report = ask(&bench, &server, "");
    assert_eq!(report.findings, [], "{}", report.text);
    assert_eq!(server.asked(), 4);
}

#[test]
fn servers_that_never_answer_well_are_named_and_nothing_is_recorded() {
    let (why, asked) = refused(|_, _| Answer::Whole(500, "{\"error\": \"down\"}".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        (
            "the endpoint answers with status 500: {\"error\": \"down\"}, 5 times",
            5
        )
    );
    let (why, asked) = refused(|_, _| Answer::Whole(401, "who are you".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        ("the endpoint answers with status 401: who are you", 1)
    );
    let (why, asked) = refused(|_, _| Answer::Whole(200, "<html>a login page</html>".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        ("the endpoint's answer is no completion: <html>a login page</html>", 1)
    );
    let (why, _) = refused(|_, _| Answer::Whole(200, "{\"choices\": [], \"usage\": null}".to_owned()));
    assert!(why.starts_with("the endpoint's answer has no choice"), "{why}");
    let (why, _) = refused(|_, _| Answer::Whole(200, "x".repeat(10 << 20)));
    assert!(why.contains("is longer than 4194304 bytes"), "{why}");
    let (why, _) = refused(|_, _| Answer::Half);
    assert!(why.contains("broke off"), "{why}");
}

#[test]
fn a_server_that_hangs_is_left_within_the_timeout_of_the_model() {
    let (why, asked) = refused(|_, _| Answer::Nothing);
    assert!(why.contains("the time is over"), "{why}");
    assert_eq!(asked, 5);
}

#[test]
fn a_run_ends_when_its_budget_is_used_up() {
    let bench = Workbench::of_repository();
    let server = Server::saying(GOOD);
    let line = format!(
        "evaluate agent-router --live --endpoint {} --parallel 1 --max-tokens 200",
        server.url
    );
    let report = bench.run(&line).unwrap();
    assert_eq!(server.asked(), 2);
    assert_eq!(report.result["evaluations"][0]["summary"]["notEvaluated"], 10);
}

#[test]
fn a_judge_that_gives_no_score_is_an_error_and_not_a_pass() {
    let bench = Workbench::of_repository();
    let mock = "agents/order-triage/regression/mock.yaml";
    let text = bench.text(mock).unwrap().replace("score: 0.9", "score: high");
    bench.put(mock, &text);
    bench.put("agents/order-triage/regression/cassettes/triage.jsonl", "");
    let report = bench.run("evaluate order-triage --case lost-parcel").unwrap();
    let failure = &report.result["evaluations"][0]["failures"][0];
    assert_eq!(failure["outcome"], "error");
    let got = failure["violations"][0]["got"].as_str().unwrap();
    assert!(got.starts_with("the judge gave no score from 0 to 1"), "{got}");
}
