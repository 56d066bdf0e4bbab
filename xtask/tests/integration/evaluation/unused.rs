//! Recordings that no case asks for any more.

use crate::workbench::Workbench;

const CASES: &str = "agents/support-rag/regression/cases/answer.yaml";
const CASSETTE: &str = "agents/support-rag/regression/cassettes/answer.jsonl";

fn lines(bench: &Workbench) -> usize {
    bench.text(CASSETTE).map_or(0, |text| text.lines().count())
}

/// Another question in the place of one that is recorded.
fn asks_something_else() -> Workbench {
    let bench = Workbench::of_repository();
    let text = bench.text(CASES).unwrap();
    let (before, after) = text.split_once("  - id: order-in-transit").unwrap();
    let (case, rest) = after.split_once("\n  - id: ").unwrap();
    let case = case.replace("userInput: ", "userInput: Hello! ");
    bench.put(
        CASES,
        &format!("{before}  - id: order-in-transit{case}\n  - id: {rest}"),
    );
    bench
}

#[test]
fn what_runs_anywhere_keeps_its_recordings() {
    let bench = Workbench::of_repository();
    let before = bench.text(CASSETTE).unwrap();
    let report = bench.run("evaluate --prune").unwrap();
    assert!(
        report.notes.iter().all(|note| note.contains(": dropped 0 of ")),
        "{:?}",
        report.notes
    );
    assert_eq!(bench.text(CASSETTE).unwrap(), before);
    assert_eq!(bench.run("evaluate").unwrap().notes, [] as [String; 0]);
}

#[test]
fn recordings_without_a_case_are_told_and_dropped_on_demand() {
    let bench = asks_something_else();
    let before = lines(&bench);
    let told = bench.run("evaluate support-rag").unwrap().notes;
    let [note] = &told[..] else { panic!("{told:?}") };
    assert!(
        note.starts_with("support-rag: no case asks for ") && note.contains("--prune"),
        "{note}"
    );
    assert_eq!(lines(&bench), before);
    // a part of the cases says nothing of the others
    assert_eq!(
        bench.run("evaluate support-rag --case card-declined").unwrap().notes,
        [] as [String; 0]
    );

    let notes = bench.run("evaluate support-rag --prune").unwrap().notes;
    let dropped = before - lines(&bench);
    assert!(dropped > 0);
    assert_eq!(
        notes,
        [format!(
            "support-rag: dropped {dropped} of {before} recordings of `answer`"
        )]
    );
    // what is asked for is all there, for what runs in production too
    let report = bench
        .run("evaluate support-rag --against production --no-mock")
        .unwrap();
    assert_eq!(report.result["evaluations"][0]["answered"]["missing"], 1);
}

#[test]
fn further_answers_to_the_same_question_are_asked_for() {
    let bench = Workbench::of_repository();
    bench.run("evaluate support-rag --record --repeat 3").unwrap();
    let before = lines(&bench);
    let notes = bench.run("evaluate support-rag --prune").unwrap().notes;
    assert_eq!(
        notes,
        [format!("support-rag: dropped 0 of {before} recordings of `answer`")]
    );
    assert_eq!(lines(&bench), before);
}

#[test]
fn the_cassette_of_a_suite_that_is_gone_goes_too() {
    let bench = Workbench::of_repository();
    let gone = "agents/support-rag/regression/cassettes/gone.jsonl";
    bench.put(gone, &bench.text(CASSETTE).unwrap());
    let told = bench.run("evaluate support-rag").unwrap().notes;
    assert_eq!(
        told,
        [format!(
            "support-rag: the suite of `{gone}` is gone; `cargo xtask evaluate support-rag --prune` removes it"
        )]
    );
    bench.run("evaluate support-rag --prune").unwrap();
    assert_eq!(bench.text(gone), None);
    assert!(lines(&bench) > 0);
}

#[test]
fn a_cassette_with_a_broken_line_is_left_alone() {
    let bench = asks_something_else();
    let broken = format!("{}{{\"key\": \n", bench.text(CASSETTE).unwrap());
    bench.put(CASSETTE, &broken);
    let report = bench.run("evaluate support-rag --prune").unwrap();
    assert_eq!(report.exit_code(), 1);
    assert_eq!(bench.text(CASSETTE).unwrap(), broken);
}
