//! Cases asked of a real server over HTTP: what works, what is tried again, and what is never recorded.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use xtask::report::Report;

use super::server::{Answer, Server, calling, completion};
use crate::fleet::{Fleet, command};
use crate::ledger::evidence::{CASES, CASSETTE as RECORDED, with_cases};
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
fn refused(exit: u8, behaviour: fn(usize, &Value) -> Answer) -> (String, usize) {
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
    assert_eq!(report.exit_code(), exit, "{}", report.text);
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
        (&json!("gpt-4.1-mini-2025-04-14"), &json!(512))
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
    let (why, asked) = refused(4, |_, _| Answer::Whole(500, "{\"error\": \"down\"}".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        (
            "the endpoint answers with status 500: {\"error\": \"down\"}, 3 times",
            3
        )
    );
    let (why, asked) = refused(4, |_, _| Answer::Whole(401, "who are you".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        ("the endpoint answers with status 401: who are you", 1)
    );
    let (why, asked) = refused(4, |_, _| Answer::Whole(200, "<html>a login page</html>".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        (
            "the endpoint's answer is no completion: <html>a login page</html>, 3 times",
            3
        )
    );
    let (why, asked) = refused(4, |_, _| Answer::Whole(302, "over there".to_owned()));
    assert!(
        why.contains("status 302 at http://") && why.ends_with(": over there"),
        "{why}"
    );
    assert_eq!(asked, 1);
    // a question that is wrong stays so
    let (why, asked) = refused(4, |_, _| Answer::Whole(400, "too long".to_owned()));
    assert_eq!(
        (why.as_str(), asked),
        ("the endpoint answers with status 400: too long", 1)
    );
    let (why, _) = refused(4, |_, _| Answer::Whole(200, "{\"error\": \"overloaded\"}".to_owned()));
    assert!(why.contains("overloaded"), "{why}");
    let (why, _) = refused(4, |_, _| {
        Answer::Whole(200, "{\"choices\": [], \"usage\": null}".to_owned())
    });
    assert!(why.starts_with("the endpoint's answer has no choice"), "{why}");
    let (why, _) = refused(4, |_, _| Answer::Whole(200, "x".repeat(10 << 20)));
    assert!(why.contains("is longer than 4194304 bytes"), "{why}");
    let (why, _) = refused(4, |_, _| Answer::Half);
    assert!(why.contains("broke off"), "{why}");
}

#[test]
fn a_question_that_is_refused_says_nothing_of_the_others() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|number, _| match number {
        0 => Answer::Whole(400, "too long".to_owned()),
        _ => Answer::Whole(200, completion(GOOD)),
    }));
    let line = format!("evaluate agent-router --live --endpoint {} --parallel 1", server.url);
    let report = bench.run(&line).unwrap();
    assert_eq!(server.asked(), 12);
    let summary = &report.result["evaluations"][0]["summary"];
    assert_eq!(summary["notEvaluated"], 1, "{}", report.text);
}

#[test]
fn what_a_model_refuses_and_a_filter_keeps_back_are_answers() {
    let said = |message: Value, finish: &str| {
        json!({
            "choices": [{"message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10},
        })
        .to_string()
    };
    let violations = |body: String| {
        let bench = Workbench::of_repository();
        let server = Server::start(Box::new(move |_, _| Answer::Whole(200, body.clone())));
        let report = ask(&bench, &server, "");
        let failure = report.result["evaluations"][0]["failures"][0].clone();
        assert_eq!(failure["outcome"], "failed", "{}", report.text);
        failure.to_string()
    };
    let refusal = json!({"content": null, "refusal": "I cannot help with that."});
    let shown = violations(said(refusal, "stop"));
    assert!(shown.contains("I cannot help with that."), "{shown}");
    let shown = violations(said(json!({"content": null}), "content_filter"));
    assert!(shown.contains("`content_filter`: the endpoint kept it back"), "{shown}");
    let parts = json!({"content": [{"type": "text", "text": "Good "}, {"type": "text", "text": "morning"}]});
    let shown = violations(said(parts, "stop"));
    assert!(shown.contains("Good morning"), "{shown}");
}

#[test]
fn a_call_that_no_tool_could_answer_fails_its_case() {
    for (tool, arguments, expected) in [
        (
            "teleport",
            json!({}),
            "the model called `teleport`, a tool that the manifest does not have",
        ),
        (
            "calculator",
            json!("2 plus"),
            "the model called `calculator` with what is no JSON object",
        ),
    ] {
        let bench = Workbench::of_repository();
        let server = Server::start(Box::new(move |_, _| Answer::Whole(200, calling(tool, &arguments))));
        let line = format!("evaluate agent-infer --case vat --live --endpoint {}", server.url);
        let report = bench.run(&line).unwrap();
        let failure = &report.result["evaluations"][0]["failures"][0];
        assert_eq!(failure["outcome"], "failed", "{}", report.text);
        assert!(failure.to_string().contains(expected), "{failure}");
    }
}

#[test]
fn a_server_that_hangs_is_left_within_the_timeout_of_the_model() {
    let (why, asked) = refused(4, |_, _| Answer::Nothing);
    assert!(why.contains("the time is over"), "{why}");
    assert_eq!(asked, 3, "all tries together take three times as long as one may");
}

#[test]
fn an_endpoint_that_is_away_is_given_up_for_all_and_nothing_is_said_of_the_agent() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|_, _| Answer::Whole(503, "away".to_owned())));
    let line = format!("evaluate agent-router --live --endpoint {} --parallel 1", server.url);
    let report = bench.run(&line).unwrap();
    assert_eq!((report.exit_code(), server.asked()), (4, 15));
    assert_eq!(
        report.unchecked,
        [
            "12 questions got no answer, and the endpoint was given up: the endpoint answers with status 503: away, 5 times"
        ]
    );
    let evaluation = &report.result["evaluations"][0];
    assert_eq!(evaluation["verdict"]["outcome"], "incomplete");
    assert!(report.text.contains("0 of 12 cases hold (unknown)"), "{}", report.text);
}

#[test]
fn a_refresh_takes_no_answer_away_that_has_no_new_one() {
    let bench = Workbench::of_repository();
    let before = bench.text(CASSETTE).unwrap();
    let server = Server::start(Box::new(|number, _| match number {
        0 => Answer::Whole(200, completion(GOOD)),
        _ => Answer::Whole(401, "no more".to_owned()),
    }));
    let line = format!(
        "evaluate agent-router --live --endpoint {} --parallel 1 --record --refresh",
        server.url
    );
    bench.run(&line).unwrap();
    let after = bench.text(CASSETTE).unwrap();
    assert_eq!(after.lines().count(), before.lines().count());
    let kept = after.lines().filter(|line| before.contains(line)).count();
    assert_eq!(kept, before.lines().count() - 1, "one answer is new");
}

#[test]
fn what_a_killed_refresh_leaves_can_be_read() {
    let bench = Workbench::of_repository();
    let cassette = bench.text(CASSETTE).unwrap();
    let first = cassette.lines().next().unwrap();
    let mut again: Value = serde_json::from_str(first).unwrap();
    again["reply"]["latencyMs"] = json!(7);
    let twice = format!("{cassette}\n{again}\n");
    bench.put(CASSETTE, &twice);
    let report = bench.run("evaluate agent-router --no-mock").unwrap();
    assert!(report.findings.iter().any(|finding| finding.rule == "broken-cassette"));
    again["again"] = json!(true);
    bench.put(CASSETTE, &format!("{cassette}\n{again}\n"));
    let report = bench.run("evaluate agent-router --no-mock --strict").unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn a_new_cassette_has_whole_lines_whenever_the_run_is_killed() {
    let fleet = with_cases();
    fleet.append(
        CASES,
        "  - { id: bye, userInput: Bye!, forbiddenKeywords: [goodbye] }\n",
    );
    fleet.remove(RECORDED);
    let (file, seen) = (fleet.repository.path(RECORDED), Arc::new(Mutex::new(String::new())));
    let before_the_second = Arc::clone(&seen);
    let server = Server::start(Box::new(move |number, _| {
        if number > 0 {
            *before_the_second.lock().unwrap() = std::fs::read_to_string(&file).unwrap();
        }
        Answer::Whole(200, completion("Welcome"))
    }));
    let live = ["--live", "--endpoint", &server.url, "--parallel", "1", "--record"];
    fleet.done(&[&["evaluate", "assistant"][..], &live].concat());
    let seen = seen.lock().unwrap();
    assert!(seen.starts_with('{') && seen.ends_with("}\n"), "{seen:?}");
}

#[test]
fn an_unreadable_judgement_is_not_kept() {
    let bench = Workbench::of_repository();
    let cassette = "agents/order-triage/regression/cassettes/triage.jsonl";
    let mock = "agents/order-triage/regression/mock.yaml";
    let text = bench.text(mock).unwrap().replace("score: 0.9", "score: high");
    bench.put(mock, &text);
    bench.put(cassette, "");
    bench.run("evaluate order-triage --record").unwrap();
    let kept = bench.text(cassette).unwrap();
    assert!(kept.lines().count() > 5 && !kept.contains("high"), "{kept}");
}

#[test]
fn a_run_says_how_many_questions_it_asks_at_once_where_that_is_less() {
    let bench = Workbench::of_repository();
    let server = Server::saying(GOOD);
    let report = ask(&bench, &server, "--parallel 100");
    assert_eq!(
        report.notes,
        ["of `--parallel 100` 64 questions are asked at the same time: more are no faster"]
    );
    assert_eq!(ask(&bench, &server, "--parallel 64").notes, [""; 0]);
    // without an endpoint nothing is asked of anybody
    let report = bench.run("evaluate agent-router --parallel 100").unwrap();
    assert_eq!(report.notes, [""; 0]);
}

#[test]
fn a_run_ends_when_its_budget_is_used_up() {
    let bench = Workbench::of_repository();
    let server = Server::saying(GOOD);
    let line = format!(
        "evaluate agent-router --live --endpoint {} --parallel 8 --max-tokens 2500",
        server.url
    );
    let report = bench.run(&line).unwrap();
    let evaluation = &report.result["evaluations"][0];
    let tokens = &evaluation["tokens"];
    let used = tokens["input"].as_u64().unwrap() + tokens["output"].as_u64().unwrap();
    assert_eq!(used, 110 * server.asked() as u64);
    assert!(used > 500 && used <= 2500, "{used} tokens");
    assert_eq!(
        evaluation["summary"]["notEvaluated"].as_u64().unwrap() + server.asked() as u64,
        12
    );
}

#[test]
fn a_budget_that_is_too_small_is_no_pass_and_tells_what_is_needed() {
    let bench = Workbench::of_repository();
    let server = Server::saying(GOOD);
    let report = ask(&bench, &server, "--max-tokens 100");
    assert_eq!((report.exit_code(), server.asked()), (4, 0));
    let [unchecked] = &report.unchecked[..] else {
        panic!("{:?}", report.unchecked)
    };
    let told = "1 question was not asked: 0 of the budget of 100 tokens are used up, and this question may take ";
    let needed = unchecked.strip_prefix(told).unwrap();
    let url = &server.url;
    assert_eq!(
        report.findings[0].help.as_deref().unwrap(),
        format!(
            "record their answers: `cargo xtask evaluate agent-router --case gas --live --endpoint {url} --record`; \
             the questions that were left may take {needed} tokens, or 0.0011, and rounds of tool calls and a judge more"
        )
    );
}

#[test]
fn an_answer_that_was_cut_off_is_told_also_where_it_holds() {
    let bench = Workbench::of_repository();
    let cut = |text: &'static str| {
        Server::start(Box::new(move |_, _| {
            Answer::Whole(200, completion(text).replace("\"stop\"", "\"length\""))
        }))
    };
    let report = ask(&bench, &cut(GOOD), "");
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        told,
        ["1 case of `route` held by answers that were cut off: `gas`"],
        "{}",
        report.text
    );
    assert_eq!(report.result["evaluations"][0]["answered"]["cutOff"], 1);
    let report = ask(&bench, &cut("{"), "");
    let failure = report.result["evaluations"][0]["failures"][0].to_string();
    assert!(failure.contains("`length`: it was cut off"), "{failure}");
}

#[test]
fn the_address_may_have_a_query_and_be_the_whole_one() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|_, _| Answer::Whole(404, "nothing".to_owned())));
    for (base, asked, shown) in [
        (
            "?api-version=1",
            "/v1/chat/completions?api-version=1",
            "/chat/completions?…",
        ),
        ("/chat/completions", "/v1/chat/completions", "/chat/completions"),
        (
            "/chat/completions/?a=b",
            "/v1/chat/completions?a=b",
            "/chat/completions?…",
        ),
        ("/", "/v1/chat/completions", "/chat/completions"),
    ] {
        let line = format!(
            "evaluate agent-router --case gas --live --endpoint {}{base}",
            server.url
        );
        let report = bench.run(&line).unwrap();
        assert_eq!(server.targets.lock().unwrap().pop().unwrap(), asked);
        let url = &server.url;
        assert_eq!(
            report.unchecked,
            [format!(
                "1 question got no answer, and the endpoint was given up: the endpoint answers with status 404 at \
                 {url}{shown}: nothing"
            )]
        );
    }
}

#[test]
fn a_judge_with_two_scores_is_an_error_and_not_the_better_one() {
    let bench = Workbench::of_repository();
    let cassette = "agents/order-triage/regression/cassettes/triage.jsonl";
    let text = bench.text(cassette).unwrap();
    let score = r#"\"score\":0.9"#;
    assert!(text.contains(score), "{text}");
    bench.put(cassette, &text.replace(score, r#"\"score\":0,\"score\":1"#));
    let report = bench.run("evaluate order-triage --case lost-parcel --no-mock").unwrap();
    let failure = &report.result["evaluations"][0]["failures"][0];
    assert_eq!(failure["outcome"], "error", "{}", report.text);
    assert!(
        failure.to_string().contains("the judge gave more than one score"),
        "{failure}"
    );
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

#[test]
fn an_answer_of_another_model_is_told_also_when_it_is_replayed() {
    let other = |said: &str| {
        let bench = Workbench::of_repository();
        bench.put(CASSETTE, "");
        let said = said.to_owned();
        let server = Server::start(Box::new(move |_, _| {
            let mut whole: Value = serde_json::from_str(&completion(GOOD)).unwrap();
            whole["model"] = said.as_str().into();
            Answer::Whole(200, whole.to_string())
        }));
        let live = ask(&bench, &server, "--record");
        let replayed = bench.run("evaluate agent-router --case gas --no-mock").unwrap();
        [live, replayed].map(|report| {
            let told = report.findings.into_iter().filter(|one| one.rule == "other-model");
            let count = report.result["evaluations"][0]["answered"]["otherModel"].as_u64();
            (told.map(|one| one.message).collect::<Vec<_>>(), count)
        })
    };
    let message = "`route`: of 1 of the answers the endpoint says that they are of `gpt-4o`, which was not asked";
    for told in other("gpt-4o") {
        assert_eq!(told, (vec![message.to_owned()], Some(1)));
    }
    // the example asks for gpt-4.1-mini-2025-04-14
    for said in ["gpt-4.1-mini-2025-04-14", "openai/GPT-4.1-mini-2025-04-14", ""] {
        for told in other(said) {
            assert_eq!(told, (Vec::new(), None), "{said}");
        }
    }
    assert_eq!(other("gpt-4.1-mini")[0].1, Some(1));
}

#[test]
fn a_key_may_end_its_line_and_goes_nowhere_if_no_header_can_carry_it() {
    let (fleet, server) = (Fleet::small(), Server::saying("Welcome."));
    fleet.put(
        "agents/assistant/regression/cases/greet.yaml",
        "prompt: greet\ncases:\n  - { id: hello, userInput: Hello, expectedResponseKeywords: [welcome] }\n",
    );
    let ask = |endpoint: &str, key: &str| {
        let line = ["evaluate", "assistant", "--live", "--endpoint", endpoint];
        let output = command(fleet.folder(), &line).env("LLM_API_KEY", key).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), text, server.keys.lock().unwrap().pop())
    };
    assert_eq!(ask(&server.url, "sk-a\n").2.as_deref(), Some("sk-a"));
    for key in ["sk-a\nsk-b", "sk a", "sk-\u{e4}"] {
        let (exit, text, sent) = ask(&server.url, key);
        assert_eq!((exit, sent), (Some(2), None), "{text}");
        assert!(
            text.contains("`LLM_API_KEY` has characters that no header can carry"),
            "{text}"
        );
        assert!(!text.contains(key), "{text}");
    }
    let text = ask("models.example.com", "").1;
    assert!(
        text.contains("`--endpoint` is no address: `models.example.com`"),
        "{text}"
    );
}

#[test]
fn an_address_that_leads_elsewhere_is_shown() {
    let bench = Workbench::of_repository();
    let server = Server::start(Box::new(|_, _| Answer::Whole(301, String::new())));
    let report = ask(&bench, &server, "");
    let told = format!(
        "1 question got no answer, and the endpoint was given up: the endpoint answers with status 301 at {}/chat/completions",
        server.url
    );
    assert_eq!(report.unchecked, [told]);
}
