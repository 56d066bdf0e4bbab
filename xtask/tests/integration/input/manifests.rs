//! Manifests from anywhere, given to `validate --path`.

use std::fs::File;

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
    large.and_then(|file| file.set_len(50 << 20)).unwrap();
    let answer = fleet.run(&["validate", "--path", "large.yaml"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["oversized-file"]),
        "{}",
        answer.text()
    );
}
