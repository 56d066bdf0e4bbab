//! A branch of an environment that the fleet no longer lists: what is advised of it is typed as it stands.

use std::path::Path;

use super::Fleet;
use crate::shell::sh;

/// What `status` says of abandoned branches in a clone: nothing, or the advice.
fn advice(clone: &Path) -> Option<String> {
    let aside = sh(clone, "$XTASK status 2>&1 >/dev/null");
    let told = aside.split("warning[abandoned-branch]").nth(1)?;
    Some(told.split("help: ").nth(1).unwrap().to_owned())
}

/// The commands between backticks.
fn commands(advice: &str) -> Vec<&str> {
    let quoted = advice.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("git ")).collect()
}

#[test]
fn what_is_advised_of_an_abandoned_branch_runs_as_it_stands() {
    let fleet = Fleet::new();
    let first = fleet.clone("first", "");
    sh(&first, "$XTASK release dev staging --push");
    let late = fleet.clone("late", "");
    sh(
        &first,
        "git rm -rq environments/staging && sed -i 's/ staging,//' environments/fleet.yaml
         git commit -qam 'Drop staging' && git push -q",
    );
    let fresh = fleet.clone("fresh", "");
    sh(&late, "git pull -q");
    let told = advice(&first).unwrap();
    let [deleted, forgotten, restored] = commands(&told)[..] else {
        panic!("{told}");
    };
    assert_eq!(
        deleted,
        "git tag archive/environment/staging origin/environment/staging && git push origin archive/environment/staging \
         :environment/staging && git branch -D environment/staging"
    );
    // to stay: the folder is there again, and the list is a person's to write
    sh(&fresh, restored);
    sh(
        &fresh,
        "test -f environments/staging/environment.yaml && git rm -rqf environments/staging",
    );
    assert_eq!(
        commands(&advice(&fresh).unwrap())[0],
        "git tag archive/environment/staging origin/environment/staging && git push origin archive/environment/staging \
         :environment/staging"
    );
    // to go
    sh(&first, deleted);
    assert_eq!(advice(&first), None);
    assert_eq!(commands(&advice(&late).unwrap())[1], forgotten);
    sh(&late, forgotten);
    assert_eq!(advice(&late), None);
}
