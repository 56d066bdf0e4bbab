//! What long work shows while it runs: a bar on a terminal, nothing elsewhere.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::server::{Answer, Server, completion};
use crate::shell::run;

/// Runs a command line in a terminal of its own.
const TERMINAL: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";

/// How many of how many cases were asked, in each frame that was shown.
fn frames(text: &str) -> Vec<(usize, usize)> {
    let bars = text
        .split('\r')
        .filter(|frame| frame.contains("asking agent-router") && frame.contains(" left"));
    let counts = bars.filter_map(|frame| frame.split(' ').find_map(|word| word.split_once('/')));
    counts
        .map(|(done, all)| (done.parse().unwrap(), all.parse().unwrap()))
        .collect()
}

#[test]
fn an_evaluation_shows_how_far_it_is_on_a_terminal_only() {
    let server = Server::start(Box::new(|_, _| {
        sleep(Duration::from_millis(150));
        Answer::Whole(200, completion("no answer that would do"))
    }));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let line = |more: &str| {
        format!(
            "$XTASK {more} evaluate agent-router --live --endpoint {} --repeat 2 --versus model=openai/gpt-4.1",
            server.url
        )
    };
    let in_terminal = |line: &str| format!("env -u CI python3 -c '{TERMINAL}' {line}");
    let outcome = run(root, &in_terminal(&line("")));
    assert_eq!(outcome.code, 1, "{}", outcome.output);
    let frames_shown = frames(&outcome.output);
    // twelve cases, twice each, of two variants
    assert!(
        frames_shown.iter().all(|(done, all)| *all == 48 && done <= all),
        "{frames_shown:?}"
    );
    let is_between = |(done, _): &&(usize, usize)| (1..48).contains(done);
    assert!(frames_shown.iter().any(|frame| is_between(&frame)), "{frames_shown:?}");
    assert!(frames_shown.is_sorted(), "{frames_shown:?}");

    for silent in [
        line(""),
        in_terminal(&line("--quiet")),
        in_terminal(&line("--format json")),
    ] {
        let outcome = run(root, &silent);
        let text = outcome.output + &outcome.errors;
        assert!(outcome.code == 1 && !text.contains(" left"), "{silent}: {text}");
    }
}
