//! Pull requests that a stage opens at a code host, or of which it says where a person does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use crate::fleet::Fleet;
use crate::pipelines::{clone, stage};
use crate::shell::{run, sh};

/// A code host that gives this answer to every request; its address, and what it is asked: head and body.
fn host(status: u16, answer: &'static str) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (told, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let start = head.len();
                reader.read_line(&mut head).unwrap();
                if let Some(value) = head[start..].to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let head_of_answer = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}",
                answer.len()
            );
            write!(reader.get_mut(), "{head_of_answer}\r\n\r\n{answer}").unwrap();
            let _ = told.send((head, serde_json::from_slice(&body).unwrap()));
        }
    });
    (address, asked)
}

const REASON: &str = "slow \"answers\" $(touch ../typed)";

/// Holds an agent, with these variables besides.
fn hold(run: u32, variables: &str) -> String {
    let asked = format!("LOCKSTEP_RUN={run} LOCKSTEP_REASON='{REASON}' LOCKSTEP_AGENT=support-rag");
    stage(&format!("LOCKSTEP_ENVIRONMENT=dev {asked} {variables}"), "hold")
}

#[test]
fn a_pull_request_is_opened_at_the_code_host() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "jenkins");
    let hosts = [
        (
            "github",
            "POST /api/v3/repos/platform/agent-fleet/pulls ",
            "authorization: bearer secret",
            "html_url",
        ),
        (
            "gitlab",
            "POST /api/v4/projects/platform%2Fagent-fleet/merge_requests ",
            "private-token: secret",
            "web_url",
        ),
        (
            "gitea",
            "POST /api/v1/repos/platform/agent-fleet/pulls ",
            "authorization: token secret",
            "html_url",
        ),
    ];
    for (number, (kind, line, header, key)) in (1..).zip(hosts) {
        let answer = format!("{{\"{key}\": \"https://example.com/pull/7\"}}");
        let (address, asked) = host(201, answer.leak());
        let variables = format!(
            "LOCKSTEP_FORGE={kind} LOCKSTEP_FORGE_URL={address}/platform/agent-fleet.git LOCKSTEP_TOKEN=secret"
        );
        let said = sh(&clone, &hold(number, &variables));
        assert!(said.ends_with("opened: https://example.com/pull/7"), "{said}");
        let (head, body) = asked.recv().unwrap();
        assert!(head.starts_with(line), "{head}");
        assert!(head.to_lowercase().contains(header), "{head}");
        let [branch, target, text] = match kind {
            "gitlab" => ["source_branch", "target_branch", "description"],
            _ => ["head", "base", "body"],
        };
        assert_eq!(body[branch], format!("hold/dev-{number}"));
        assert_eq!(body[target], "main");
        assert_eq!(body["title"], "Hold support-rag in dev");
        assert_eq!(body[text], format!("{REASON}\n\nRequested-by: @anna\n"));
        // the next one is to change a file, too
        sh(
            &clone,
            &stage(
                &format!(
                    "LOCKSTEP_ENVIRONMENT=dev LOCKSTEP_REASON=over LOCKSTEP_AGENT=support-rag LOCKSTEP_RUN=9{number}"
                ),
                "resume",
            ),
        );
    }
    sh(&clone, "test ! -e ../typed");
}

#[test]
fn a_promotion_shows_what_it_changes() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "argo-workflows");
    sh(&clone, &stage("", "release dev"));
    let (address, asked) = host(201, "{}");
    let variables = format!(
        "LOCKSTEP_FORGE=gitea LOCKSTEP_FORGE_URL={address}/o/r LOCKSTEP_TOKEN=x LOCKSTEP_FROM=dev LOCKSTEP_RELEASE=v9.9.9 \
         LOCKSTEP_AGENT=support-rag LOCKSTEP_ENVIRONMENT=staging LOCKSTEP_RUN=1"
    );
    sh(&clone, &stage(&variables, "promote"));
    let (_, body) = asked.recv().unwrap();
    let text = body["body"].as_str().unwrap();
    assert!(
        text.contains("v9.9.9") && text.ends_with("\nRequested-by: @anna\n"),
        "{text}"
    );
}

#[test]
fn what_no_host_opens_is_left_to_a_person_and_the_stage_passes() {
    let fleet = Fleet::new();
    let clone = clone(&fleet, "jenkins");
    let said = sh(&clone, &hold(1, ""));
    assert!(said.contains("`origin` has no address for a browser"), "{said}");
    assert!(said.ends_with("open one of `hold/dev-1` into `main`"), "{said}");
    assert_eq!(
        sh(
            &clone,
            "git -C ../remote.git branch --list 'hold/*' --format='%(refname:short)'"
        ),
        "hold/dev-1"
    );

    let (address, _asked) = host(403, "{\"message\": \"may not\"}");
    let propose = |variables: &str| {
        let outcome = run(
            &clone,
            &format!("{variables} bash ci/propose.sh hold/dev-1 main Title </dev/null"),
        );
        assert_eq!(outcome.code, 0, "{}", outcome.errors);
        outcome.output
    };
    let refused = propose(&format!(
        "LOCKSTEP_FORGE=github LOCKSTEP_FORGE_URL={address}/o/r LOCKSTEP_TOKEN=x"
    ));
    assert!(
        refused.contains("answers with status 403: may not\nopen it here: http"),
        "{refused}"
    );

    for (remote, page) in [
        (
            "https://user:pass@github.com/o/r.git",
            "https://github.com/o/r/compare/main...hold/dev-1?expand=1",
        ),
        (
            "git@codeberg.org:o/r.git",
            "https://codeberg.org/o/r/compare/main...hold/dev-1",
        ),
        (
            "ssh://git@gitlab.example.com:2222/g/s/r.git",
            "https://gitlab.example.com/g/s/r/-/merge_requests/new?merge_request%5Bsource_branch%5D=hold%2Fdev-1\
             &merge_request%5Btarget_branch%5D=main",
        ),
    ] {
        sh(&clone, &format!("git remote set-url origin {remote}"));
        assert_eq!(
            propose("LOCKSTEP_TOKEN="),
            format!("no pull request was opened: there is no token\nopen it here: {page}\n")
        );
    }
    sh(&clone, "git remote set-url origin https://git.example.com/o/r");
    let unknown = propose("LOCKSTEP_TOKEN=x");
    assert!(unknown.contains("`LOCKSTEP_FORGE` may say it"), "{unknown}");
    assert!(
        unknown.ends_with("into `main` at https://git.example.com/o/r\n"),
        "{unknown}"
    );
}
