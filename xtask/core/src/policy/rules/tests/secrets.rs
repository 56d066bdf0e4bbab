//! How many secrets are found, and how many harmless lines are taken for one, on the labelled set of the repository.

use expect_test::expect;

use crate::policy::rules::secrets::scan;

/// One made-up secret a line, in the forms of providers and of people; `¦` keeps scanners of code hosts from finding them.
const SECRET: &str = include_str!("../../../../../tests/secrets/secret.txt");
/// One harmless line each: digests, names, paths, numbers and prose from fleets like this one.
const HARMLESS: &str = include_str!("../../../../../tests/secrets/harmless.txt");

#[test]
fn the_labelled_set_is_told_apart() {
    let plain = |line: &str| line.replace('¦', "");
    let missed: Vec<&str> = SECRET.lines().filter(|line| scan(&plain(line)).is_empty()).collect();
    let alarms: Vec<&str> = HARMLESS.lines().filter(|line| !scan(line).is_empty()).collect();
    let (secrets, harmless) = (SECRET.lines().count(), HARMLESS.lines().count());
    expect![[r#"
        found 77 of 77 secrets, 0 false alarms in 144 harmless lines
        missed: []
        alarms: []"#]].assert_eq(&format!(
        "found {} of {secrets} secrets, {} false alarms in {harmless} harmless lines\nmissed: {missed:#?}\nalarms: {alarms:#?}",
        secrets - missed.len(),
        alarms.len(),
    ));
}

#[test]
fn a_hit_says_where_and_what() {
    let text = "a: b\nurl: postgres://agent:k8Zr1mX0vB7nQ@db/orders\n";
    let hits = scan(text);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].kind, "a password in an address");
    assert_eq!(
        &text[hits[0].start..hits[0].start + hits[0].length],
        "agent:k8Zr1mX0vB7nQ"
    );
}
