//! The fast reader never differs from the grammar: neither in a tree nor in where its nodes stand.

use proptest::prelude::*;

use super::super::{fast, reference};

/// Whatever the fast reader accepts, the grammar reads the same way; says whether it accepted.
fn check(text: &str) -> bool {
    let Some((tree, source)) = fast::read(text) else {
        return false;
    };
    let (expected, places) = reference::read(text).unwrap_or_else(|errors| panic!("fast only: {text:?}\n{errors}"));
    assert_eq!(tree, expected, "{text:?}");
    for id in 0..=text.len() as u64 {
        assert_eq!(source.offset_for(id), places.offset_for(id), "{id} of {text:?}");
    }
    true
}

/// What policies are written in.
const READ: &[&str] = &[
    "object.spec.replicas > 1",
    "!has(object.spec.template) || object.spec.template.spec.containers.all(c, c.name != 'web')",
    "a || b || c || d && e && f && g || h",
    "variables.containers.map(c, 'container `' + c.name + '`').join(', ')",
    "a ? b : c ? d : e ? -1 : !f",
    "[1, 2,].size() - -3 == {'a': 1, 'b': [], }.size() * 2 / 3 % 4",
    "x in ['a', \"b\"] && !(y in z) // a comment\n  && w[0]['k'].matches(r'^[a-z]\\.$')",
    "'it\\'s\\n\\\\' + \"a 'word'\" + ''",
    "object.metadata.namespace == namespaceObject.metadata.name",
    "- x.y - -z",
    "((((a))) == b) != c <= d",
    "sets.contains(a, b) || f() + g(x)",
    "-5.size()",
    "object.?spec[?0].?name.orValue('') == [?a, b, ?c][0].d && {?'k': a.?b, 'l': c} != {}",
    "//only\ntrue",
];

/// What the grammar has to look at.
const DECLINED: &[&str] = &[
    "",
    " ",
    "a.?b(c)",
    "a?.b",
    "[?]",
    "{a: ?b}",
    "[,]",
    "--a",
    "!!a",
    "!-a",
    "-!a",
    "1.5",
    ".5",
    "1e3",
    "0x1f",
    "1u",
    "9223372036854775808",
    "b'x'",
    "rb'x'",
    "'''x'''",
    "'x\ny'",
    "'\\x41'",
    "'é'",
    "'x",
    "a.`b`",
    ".a",
    "a.in",
    "namespace",
    "package(1)",
    "T{a: 1}",
    "a.b{c: 1}",
    "a b",
    "a ==",
    "(a",
    "f(a,)",
    "{a: 1",
    "a = b",
    "a & b",
    "a\r\n",
];

#[test]
fn what_policies_are_written_in_is_read_fast() {
    for text in READ {
        assert!(check(text), "declined: {text:?}");
    }
    for text in DECLINED {
        assert!(!check(text), "read: {text:?}");
    }
    assert!(!check(&("(".repeat(60) + "a" + &")".repeat(60))));
}

/// Pieces that stand beside each other in expressions, and others that do not.
const PIECES: &[&str] = &[
    "a",
    "object",
    "c.name",
    "true",
    "null",
    "in",
    " in ",
    "-",
    "--",
    "!",
    "!=",
    "==",
    "<=",
    "<",
    "+",
    "*",
    "/",
    "//",
    "%",
    "&&",
    " || ",
    "?",
    ":",
    ",",
    ".",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "()",
    "'x'",
    "\"y\"",
    "''",
    "'\\n'",
    "r'\\d'",
    "1",
    "-2",
    "0",
    "1.5",
    "07",
    "has(a.b)",
    ".all(x, x > 1)",
    ".size()",
    "[0]",
    "['k']",
    "{'k': 1}",
    " ",
    "\n",
    "namespace",
    "`b`",
    "// c\n",
    "'",
    "\\",
    "1u",
];

/// Expressions that are none by accident only.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "object.spec",
        "1",
        "-2",
        "'s'",
        "true",
        "[]",
        "{}",
        "f()",
        "x.y(1)",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(6, 48, 3, |inner| {
        let binary = prop::sample::select(vec![
            "&&", "||", "==", "!=", "<", "<=", ">", ">=", " in ", "+", "-", "*", "/", "%",
        ]);
        prop_oneof![
            (inner.clone(), binary, inner.clone()).prop_map(|(left, sign, right)| format!("{left}{sign}{right}")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} ? {b} : {c}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}).all(v, {b})[{a}].field")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b},]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{{a}: {b}, 'k': {a}}}")),
            inner.clone().prop_map(|a| format!("({a}).?b[?{a}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[?{a}, {{?{b}: 1}}]")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.clone().prop_map(|a| format!("-{a}")),
            inner.prop_map(|a| format!("!{a}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn both_read_expressions_the_same_way(text in expression()) {
        check(&text);
    }

    #[test]
    fn both_read_any_pieces_the_same_way(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..9)) {
        check(&pieces.concat());
    }
}
