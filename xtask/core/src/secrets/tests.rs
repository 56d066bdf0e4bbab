//! How many secrets are found, and how many harmless lines are taken for one, on the labelled set of the repository.

use expect_test::expect;

use super::{masked, masked_value, scan};

/// One made-up secret a line, in the forms of providers and of people; `¦` keeps scanners of code hosts from finding them.
const SECRET: &str = include_str!("../../../tests/secrets/secret.txt");
/// One harmless line each: digests, names, paths, numbers and prose from fleets like this one.
const HARMLESS: &str = include_str!("../../../tests/secrets/harmless.txt");

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

#[test]
fn what_is_shown_has_no_secret() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n";
    let text = format!(
        "env:\n  DATABASE_PASSWORD: tiger9-Kl0pp # temporary\n  - name: API_TOKEN\n    value: \"f9a8-b7c6d5e4\"\n\
         url: postgres://agent:k8Zr1mX0vB7nQ@db/orders\nmodel: gpt-4o\n{key}"
    );
    expect![[r#"
        env:
          DATABASE_PASSWORD: tig… # temporary
          - name: API_TOKEN
            value: "f9a…"
        url: postgres://agen…@db/orders
        model: gpt-4o
        --…
        MIIE…
        -----END PRIVATE KEY-----
    "#]]
    .assert_eq(&masked(&text));
    assert!(matches!(masked("model: gpt-4o\n"), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn values_are_known_by_their_names() {
    let object = serde_json::json!({
        "env": [{"name": "LOG_LEVEL", "value": "tiger9-Kl0pp"}, {"name": "DB_PASSWORD", "value": "tiger9-Kl0pp"}],
        "url": "postgres://agent:k8Zr1mX0vB7nQ@db/orders",
        "replicas": 3,
    });
    let shown = masked_value("", &object);
    expect![[r#"{"env":[{"name":"LOG_LEVEL","value":"tiger9-Kl0pp"},{"name":"DB_PASSWORD","value":"tig…"}],"replicas":3,"url":"postgres://agen…@db/orders"}"#]]
        .assert_eq(&shown.to_string());
}
