//! Manifests from anywhere, given to `validate --path`.

use std::fs::File;

use expect_test::expect;

use crate::fleet::Fleet;

#[test]
fn a_document_that_is_no_object_is_called_what_it_is() {
    let fleet = Fleet::small();
    fleet
        .put("sent/list.yaml", "- kind: Pod\n")
        .put("sent/word.yaml", "nothing\n");
    let answer = fleet.run(&["validate", "--path", "sent"]);
    assert_eq!(answer.exit, 1, "{answer:?}");
    assert_eq!(answer.rules(), ["wrong-type", "wrong-type"], "{}", answer.text());
}

#[test]
fn a_file_that_is_too_large_is_not_taken_for_one_without_objects() {
    let fleet = Fleet::small();
    fleet.put("large.yaml", "kind: Pod\n");
    let large = File::options().write(true).open(fleet.folder().join("large.yaml"));
    large.and_then(|file| file.set_len(65 << 20)).unwrap();
    let answer = fleet.run(&["validate", "--path", "large.yaml"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["oversized-file"]),
        "{}",
        answer.text()
    );
}

#[test]
fn a_list_without_items_is_called_what_it_is() {
    let fleet = Fleet::small();
    fleet
        .put("sent/map.yaml", "apiVersion: v1\nkind: List\nitems: {}\n")
        .put("sent/none.yaml", "apiVersion: v1\nkind: List\n");
    let answer = fleet.run(&["validate", "--path", "sent"]);
    assert_eq!(answer.rules(), ["wrong-type", "missing-field"], "{}", answer.text());
}

#[test]
fn items_of_a_typed_list_are_of_its_kind() {
    let fleet = Fleet::small();
    let list = |data: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {{name: a, namespace: b}}\n  data: {{x: {data}}}\n"
        )
    };
    fleet.put("good.yaml", &list("'5'")).put("bad.yaml", &list("5"));
    let answer = fleet.run(&["validate", "--path", "good.yaml"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    let answer = fleet.run(&["validate", "--path", "bad.yaml"]);
    assert_eq!(answer.rules(), ["wrong-type"], "{}", answer.text());
}

#[test]
fn a_merged_map_is_to_be_written_out_and_not_quoted() {
    let fleet = Fleet::small();
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\ndata:\n  <<: {a: '1'}\n";
    fleet.put("merged.yaml", text);
    let answer = fleet.run(&["validate", "--path", "merged.yaml"]);
    assert_eq!(answer.rules(), ["ambiguous-scalar"], "{}", answer.text());
    assert!(answer.text().contains("write the keys out"), "{}", answer.text());
}

#[test]
fn all_that_a_cluster_has_may_be_one_file() {
    let fleet = Fleet::small();
    let one = |number: usize| {
        let padding = "x".repeat(1000);
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m{number}}}\ndata: {{a: {padding}}}\n---\n")
    };
    let mut text: String = (0..5000).map(one).collect();
    text.push_str("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: last}\ndata: {a: 1}\n");
    fleet.put("large.yaml", &text);
    let answer = fleet.run(&["validate", "--path", "large.yaml"]);
    expect![[r#"
        exit 1
        error[wrong-type] large.yaml:25004:11
          `data.a` is a number, where a string belongs
          object: ConfigMap last
          help: put it in quotes
    "#]]
    .assert_eq(&answer.text());
}

#[test]
fn a_document_that_cannot_be_read_hides_no_other() {
    let fleet = Fleet::small();
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let bad = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [}\n";
    let wrong = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {a: 1}\n";
    fleet.put("sent.yaml", &[good, bad, wrong, bad].join("---\n"));
    let answer = fleet.run(&["validate", "--path", "sent.yaml"]);
    expect![[r#"
        exit 1
        error[yaml-syntax] sent.yaml:7:18
          mismatched bracket '[' closed by '}'
        error[wrong-type] sent.yaml:12:11
          `data.a` is a number, where a string belongs
          object: ConfigMap b
          help: put it in quotes
        error[yaml-syntax] sent.yaml:16:18
          mismatched bracket '[' closed by '}'
    "#]]
    .assert_eq(&answer.text());
}

#[test]
fn an_object_stands_in_a_file_once() {
    let fleet = Fleet::small();
    let map = |namespace: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: {namespace}}}\ndata: {{x: y}}\n")
    };
    fleet.put("sent/two.yaml", &[map("b"), map("c")].join("---\n"));
    let answer = fleet.run(&["validate", "--path", "sent"]);
    assert!(!answer.rules().contains(&"duplicate-object"), "{}", answer.text());
    fleet.put("sent/two.yaml", &[map("b"), map("b")].join("---\n"));
    let answer = fleet.run(&["validate", "--path", "sent"]);
    assert_eq!(answer.exit, 1);
    assert!(answer.rules().contains(&"duplicate-object"), "{}", answer.text());
}

#[test]
fn a_second_document_of_a_json_file_is_told_where_it_begins() {
    let fleet = Fleet::small();
    let map = "{\n  \"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}\n}\n";
    fleet.put("sent.json", &format!("{map} {map}"));
    let answer = fleet.run(&["validate", "--path", "sent.json"]);
    expect![[r#"
        exit 1
        error[yaml-syntax] sent.json:4:2
          a second document begins here, and a file of JSON holds one
          help: give each document a file of its own, or make them the `items` of one `List`
    "#]]
    .assert_eq(&answer.text());
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_linked_is_told_and_not_passed_over() {
    let fleet = Fleet::small();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    fleet.put("elsewhere/bad.yaml", &format!("{map}data: {{a: 1}}\n"));
    fleet.put("sent/good.yaml", map);
    std::os::unix::fs::symlink("../elsewhere", fleet.folder().join("sent/linked")).unwrap();
    // nobody looks for manifests in it
    std::os::unix::fs::symlink("../elsewhere/bad.yaml", fleet.folder().join("sent/picture")).unwrap();
    let answer = fleet.run(&["validate", "--path", "sent"]);
    expect![[r#"
        exit 1
        error[symbolic-link] sent/linked
          `sent/linked` is a symbolic link, which is not followed
          help: put the file itself in its place
    "#]]
    .assert_eq(&answer.text());
}
