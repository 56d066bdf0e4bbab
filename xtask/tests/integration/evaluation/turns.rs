//! Two runs that record at once: the second one says so and asks for nothing.

use std::sync::{Arc, Condvar, Mutex};

use crate::evaluation::server::{Answer, Server, completion};
use crate::fleet::{Answer as Said, Fleet, command};

const CASES: &str = "agents/assistant/regression/cases/greet.yaml";
const CASSETTE: &str = "agents/assistant/regression/cassettes/greet.jsonl";

#[test]
fn nothing_is_asked_twice_and_the_second_run_says_why() {
    let fleet = Fleet::small();
    fleet.put(
        CASES,
        "prompt: greet\ncases:\n  - { id: hello, userInput: Hello!, expectedResponseKeywords: [welcome] }\n",
    );
    // the server answers when the second run is over
    let gate = Arc::new((Mutex::new((false, false)), Condvar::new()));
    let inside = Arc::clone(&gate);
    let server = Server::start(Box::new(move |_, _| {
        let (state, change) = &*inside;
        let mut state = state.lock().unwrap();
        state.0 = true;
        change.notify_all();
        drop(change.wait_while(state, |(_, is_open)| !*is_open).unwrap());
        Answer::Whole(200, completion("Welcome."))
    }));
    let line = ["evaluate", "assistant", "--live", "--endpoint", &server.url, "--record"];
    let first = command(fleet.folder(), &[&["--format", "json"], &line[..]].concat())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let (state, change) = &*gate;
    drop(
        change
            .wait_while(state.lock().unwrap(), |(is_asked, _)| !*is_asked)
            .unwrap(),
    );
    let second = fleet.run(&line);
    assert_eq!(second.exit, 4, "{}", second.text());
    assert!(
        second
            .text()
            .contains("another run is recording answers of `assistant`"),
        "{}",
        second.text()
    );
    // who only reads is in nobody's way
    assert_eq!(fleet.run(&["evaluate", "assistant"]).exit, 0);
    state.lock().unwrap().1 = true;
    change.notify_all();
    let first = Said::of(&first.wait_with_output().unwrap());
    assert_eq!(first.exit, 0, "{}", first.text());
    assert_eq!(server.asked(), 1);
    let recorded = std::fs::read_to_string(fleet.folder().join(CASSETTE)).unwrap();
    assert_eq!(recorded.lines().count(), 1);
    // the turn ends with the run
    fleet.done(&line);
    assert_eq!(server.asked(), 1, "what is recorded is not asked for again");
}
