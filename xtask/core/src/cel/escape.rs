//! Names of fields that are no identifiers, as rules of custom resources write them.

/// Words that CEL keeps for itself, so that no name is one of them, in order (kubernetes/apiserver `pkg/cel/escaping.go`).
pub(crate) const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];
const SIGNS: &[(&str, &str)] = &[("underscores", "__"), ("dot", "."), ("dash", "-"), ("slash", "/")];

/// The field that an escaped name stands for; a name that is not escaped stands for itself.
pub(super) fn unescaped(name: &str) -> String {
    let word = name.strip_prefix("__").and_then(|name| name.strip_suffix("__"));
    if let Some(word) = word.filter(|word| RESERVED.binary_search(word).is_ok()) {
        return word.to_owned();
    }
    let mut field = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("__") {
        let sign = SIGNS
            .iter()
            .find_map(|(word, sign)| Some((*sign, after.strip_prefix(word)?.strip_prefix("__")?)));
        let (sign, next) = sign.unwrap_or(("__", after));
        field = field + before + sign;
        rest = next;
    }
    field + rest
}
