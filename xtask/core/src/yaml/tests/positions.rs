//! Places of keys and values, and names of paths.

use serde_json::json;

use super::super::{Positions, Segment, dotted, path_of_pointer, pointer, read_manifests, read_placed};

const TEXT: &str = "\
# comment
name: a
spec:
  ports:
  - port: 80
    'quoted key': {x: [1, é, 2]}
  -
    empty:
  text: |
    lines
";

/// The path that a pointer names, checked against nothing.
fn path(pointer: &str) -> Vec<Segment> {
    let segment = |step: &str| {
        step.parse()
            .map_or_else(|_| Segment::Key(step.to_owned()), Segment::Index)
    };
    pointer.split('/').skip(1).map(segment).collect()
}

#[test]
fn keys_and_values_have_places() {
    let positions = Positions::of(TEXT).unwrap();
    let cases = [
        ("", None, Some((2, 1))),
        ("/name", Some((2, 1)), Some((2, 7))),
        ("/spec", Some((3, 1)), Some((4, 3))),
        ("/spec/ports", Some((4, 3)), Some((5, 3))),
        ("/spec/ports/0", None, Some((5, 5))),
        ("/spec/ports/0/port", Some((5, 5)), Some((5, 11))),
        ("/spec/ports/0/quoted key", Some((6, 5)), Some((6, 19))),
        ("/spec/ports/0/quoted key/x/2", None, Some((6, 30))),
        ("/spec/ports/1/empty", Some((8, 5)), Some((8, 10))),
        ("/spec/text", Some((9, 3)), Some((10, 5))),
        ("/spec/none", None, None),
    ];
    for (pointer, key, value) in cases {
        assert_eq!(positions.key(&path(pointer)), key, "{pointer}");
        assert_eq!(positions.value(&path(pointer)), value, "{pointer}");
    }
}

#[test]
fn a_missing_place_is_shown_at_its_nearest_ancestor() {
    let positions = Positions::of(TEXT).unwrap();
    let cases = [
        ("/name", (2, 7)),
        ("/name/none", (2, 1)),
        ("/spec", (3, 1)),
        ("/spec/none/deeper", (3, 1)),
        ("/spec/ports/0/none", (5, 5)),
        ("/none", (2, 1)),
        ("", (2, 1)),
    ];
    for (pointer, expected) in cases {
        assert_eq!(positions.nearest(&path(pointer)), expected, "{pointer}");
    }
    assert_eq!(Positions::of("").unwrap().nearest(&path("/a")), (1, 1));
}

#[test]
fn streams_have_positions_by_document() {
    let stream = Positions::of_stream("---\n# nothing\n---\na: 1\n---\nb: 2\n").unwrap();
    let lines: Vec<_> = stream.iter().map(|positions| positions.value(&[])).collect();
    assert_eq!(lines, [Some((4, 1)), Some((6, 1))]);
}

#[test]
fn paths_have_names() {
    let value = json!({ "metadata": { "labels": { "app.io/name": "x", "~": 1 } }, "list": [{ "a": 1 }] });
    let cases = [
        ("", Some("")),
        ("/metadata", Some("metadata")),
        (
            "/metadata/labels/app.io~1name",
            Some("metadata.labels[\"app.io/name\"]"),
        ),
        ("/metadata/labels/~0", Some("metadata.labels[\"~\"]")),
        ("/list/0/a", Some("list[0].a")),
        ("/list/0/missing", Some("list[0].missing")),
        ("/list/3", Some("list[3]")),
        ("/list/x", None),
        ("/missing/deeper", None),
        ("list", None),
    ];
    for (text, expected) in cases {
        let path = path_of_pointer(&value, text);
        assert_eq!(path.as_deref().map(dotted).as_deref(), expected, "{text}");
        if let Some(path) = path {
            assert_eq!(pointer(&path), text);
        }
    }
}

#[test]
fn places_are_looked_up_as_positions_have_them() {
    let streams = [
        TEXT,
        "--- # nothing\n---\na: &x {b: [1]}\nc: *x\n'd': 'e'\n",
        "- - a\n  - b: c\n---\n1\n",
    ];
    for text in streams {
        let placed = read_placed(text).unwrap();
        let known = Positions::of_stream(text).unwrap();
        assert_eq!(placed.len(), known.len());
        let documents = read_manifests(text).unwrap().documents;
        assert!(documents.iter().eq(placed.iter().map(|(document, _)| document)));
        for ((_, places), positions) in placed.iter().zip(known) {
            let existing = [
                "",
                "/name",
                "/spec",
                "/spec/ports",
                "/spec/ports/0",
                "/spec/ports/0/quoted key/x/2",
            ];
            let others = [
                "/spec/text",
                "/a/b",
                "/a/b/0",
                "/c/b/0",
                "/d",
                "/d/none",
                "/0/1/b",
                "/0/2",
                "/1",
            ];
            let missing = [
                "/spec/ports/1/empty",
                "/spec/ports/9/port",
                "/name/none",
                "/none",
                "/a/b/0/deeper",
            ];
            for pointer in existing.into_iter().chain(others).chain(missing) {
                let path = path(pointer);
                assert_eq!(places.nearest(&path), positions.nearest(&path), "{pointer} of {text}");
            }
        }
    }
}
