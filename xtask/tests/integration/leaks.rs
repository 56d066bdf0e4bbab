//! Secrets in cases, recordings and mocks, which nothing renders.

use expect_test::{Expect, expect};

use crate::base::waive;
use crate::fleet::{Fleet, command};
use crate::ledger::evidence::{CASES, CASSETTE, EVIDENCE, MOCK, STEP, with_cases};

const AGAINST_HEAD: &[&str] = &["check", "--base", "HEAD"];

/// A key that no provider gave anybody.
fn key() -> String {
    ["sk", "live", "Q7xK2pVw9ZtR4mLn8yBdF3gH"].join("_")
}

fn check(fleet: &Fleet, arguments: &[&str], rules: &[&str], expected: Expect) {
    expected.assert_eq(&told_by(fleet, arguments, rules));
}

/// What of these rules is told, each with its place.
fn told_by(fleet: &Fleet, arguments: &[&str], rules: &[&str]) -> String {
    let answer = fleet.run(arguments);
    assert!(!answer.text().contains(&key()), "{}", answer.text());
    let findings = answer.findings().iter();
    let told = findings.filter(|finding| rules.iter().any(|rule| finding["rule"] == *rule));
    let told = told.map(|finding| {
        let at = &finding["location"];
        let place = format!("{}:{}:{}", at["file"], at["line"], at["column"]);
        format!("{} {} {}\n", finding["severity"], finding["rule"], place).replace('"', "")
    });
    assert!(answer.exit < 2, "{}", answer.text());
    told.collect()
}

/// Two files with a secret each: behind a letter of two bytes, and behind a line of a block of its own.
fn leak(fleet: &Fleet) {
    let long = format!("{{\"text\":\"{}\"}}", "word ".repeat(300_000));
    fleet.put(CASSETTE, &format!("\n{long}\n{{\"text\":\"ü {}\"}}\n", key()));
    fleet.put(MOCK, &format!("rules:\n  - answer: {}\n", key()));
}

#[test]
fn secrets_in_cases_recordings_and_mocks_are_told_with_their_place() {
    let fleet = Fleet::small();
    leak(&fleet);
    let told = || {
        expect![[r#"
            error leaked-secret agents/assistant/regression/cassettes/greet.jsonl:3:12
            error leaked-secret agents/assistant/regression/mock.yaml:2:13
        "#]]
    };
    check(&fleet, &["check"], &["leaked-secret"], told());
    check(&fleet, AGAINST_HEAD, &["leaked-secret"], told());
    // what is there already is nothing new, wherever its line or its file stands
    fleet.commit("Leak");
    let none = || expect![[""]];
    fleet.put(MOCK, &format!("# more\nrules:\n  - answer: {}\n", key()));
    check(&fleet, AGAINST_HEAD, &["leaked-secret"], none());
    fleet.append(MOCK, &format!("  - answer: Say {}\n", key()));
    check(
        &fleet,
        AGAINST_HEAD,
        &["leaked-secret"],
        expect![[r#"
            error leaked-secret agents/assistant/regression/mock.yaml:4:17
        "#]],
    );
    // nobody can read what is no text, and a note for people is not looked at elsewhere either
    let fleet = Fleet::small();
    fleet.put("agents/assistant/regression/README.md", &key());
    let bytes = [key().as_bytes(), b"\n\xff"].concat();
    std::fs::create_dir_all(fleet.folder().join("agents/assistant/regression/cases")).unwrap();
    std::fs::write(fleet.folder().join("agents/assistant/regression/cases/.swap"), bytes).unwrap();
    check(&fleet, &["check"], &["leaked-secret"], none());
}

#[test]
fn a_waiver_admits_them_and_is_of_use_by_that() {
    let fleet = Fleet::small();
    leak(&fleet);
    waive(&fleet, "leaked-secret");
    let rules = ["unused-waiver", "leaked-secret"];
    fleet.remove(CASSETTE);
    let answer = fleet.run(&["check"]);
    assert!(!answer.rules().contains(&"unused-waiver"), "{}", answer.text());
    assert_eq!(answer.json["result"]["waived"], 1, "{}", answer.text());
    fleet.remove(MOCK);
    check(
        &fleet,
        &["check"],
        &rules,
        expect![[r#"
            warning unused-waiver policies/waivers/one.yaml:1:7
        "#]],
    );
}

#[test]
fn a_promotion_refuses_what_it_is_judged_by_with_a_secret() {
    let fleet = with_cases();
    fleet.done(&EVIDENCE);
    fleet.append(MOCK, &format!("# {}\n", key())).commit("Leak");
    fleet.refused(
        &STEP,
        expect![[r#"
            exit 1
            error[leaked-secret] agents/assistant/regression/mock.yaml:3:3
              this looks like a Stripe key
              help: revoke it, take it out, and name a Secret that something outside of git makes
        "#]],
    );
    fleet.edit(MOCK, &key(), "gone").commit("Take it out");
    fleet.done(&STEP);
}

/// A pipe in the place of a file is waited for without end.
#[cfg(unix)]
#[test]
fn no_command_waits_for_a_pipe_in_the_place_of_a_file() {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    let fleet = with_cases();
    let draft = ["retro", "draft", "assistant", "--environment", "staging"];
    for path in [CASES, CASSETTE, MOCK] {
        let text = std::fs::read_to_string(fleet.folder().join(path)).unwrap();
        fleet.remove(path);
        let made = Command::new("mkfifo").arg(fleet.folder().join(path)).status();
        assert!(made.unwrap().success());
        for arguments in [&["check"], AGAINST_HEAD, &["evaluate", "assistant"], &draft, &STEP] {
            let mut child = command(fleet.folder(), arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let begun = Instant::now();
            while child.try_wait().unwrap().is_none() {
                if begun.elapsed() > Duration::from_secs(60) {
                    child.kill().unwrap();
                    panic!("{arguments:?} waits for `{path}`");
                }
                sleep(Duration::from_millis(20));
            }
        }
        let told = format!("error stray-file {path}:0:0\n");
        assert_eq!(told_by(&fleet, AGAINST_HEAD, &["stray-file"]), told);
        fleet.remove(path);
        fleet.put(path, &text);
    }
}
