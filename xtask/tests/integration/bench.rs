//! The fleets that `bench` makes up hold what this repository asks of a fleet.

use crate::fleet::run_in;
use crate::workbench::repository;

#[test]
fn a_made_up_fleet_is_released_without_findings() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().to_str().unwrap();
    let answer = run_in(
        repository(),
        &["bench", "--agents", "2", "--runs", "1", "--scratch", folder],
    );
    assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
    let row = &answer.result()["rows"][0];
    assert_eq!((&row["agents"], &row["units"]), (&2.into(), &8.into()));
    for measured in [
        "cold_seconds",
        "incremental_seconds",
        "check_seconds",
        "check_between_seconds",
    ] {
        assert!(row[measured].as_f64() > Some(0.0), "{measured}");
    }
    assert_eq!(
        scratch.path().read_dir().unwrap().count(),
        0,
        "what was made up is removed"
    );
}

#[test]
fn a_made_up_ledger_holds_and_is_asked() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().to_str().unwrap();
    let size = ["--agents", "2", "--events", "20", "--runs", "1"];
    let answer = run_in(repository(), &[&["bench"], &size[..], &["--scratch", folder]].concat());
    assert_eq!(answer.exit, 0, "{}{}", answer.text(), answer.stderr);
    let row = &answer.result()["ledger"][0];
    assert_eq!((&row["events"], &row["all_events"]), (&20.into(), &30.into()));
    for measured in [
        "history_seconds",
        "history_json_seconds",
        "status_seconds",
        "verify_seconds",
    ] {
        assert!(row[measured].as_f64() > Some(0.0), "{measured}");
    }
}
