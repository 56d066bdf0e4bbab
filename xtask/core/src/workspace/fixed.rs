//! What a template must not fix: amounts, images, ports and addresses, which values files are for.

/// Keys whose values belong into values files.
const KEYS: [&str; 17] = [
    "containerPort",
    "cpu",
    "ephemeral-storage",
    "externalName",
    "host",
    "hostname",
    "hostnames",
    "hosts",
    "image",
    "maxReplicas",
    "memory",
    "minReplicas",
    "nodePort",
    "port",
    "replicas",
    "storage",
    "targetPort",
];
/// The port of DNS, which is no service's to choose.
const DNS: &str = "53";

/// Stands where a tag stood.
const TAG: char = '\u{1}';

/// A literal where a value is wanted.
pub(crate) struct Fixed {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column of the key, from 1.
    pub(crate) column: usize,
    pub(crate) key: &'static str,
    pub(crate) value: String,
}

/// What a template fixes, in order.
pub(crate) fn fixed_values(template: &str) -> Vec<Fixed> {
    let plain = without_tags(template);
    let lines = plain.lines().enumerate();
    let fixed = lines.flat_map(|(number, line)| {
        literals(line).into_iter().map(move |(column, key, value)| Fixed {
            line: number + 1,
            column,
            key,
            value: value.to_owned(),
        })
    });
    fixed.collect()
}

/// The text with each tag replaced by as many characters that are none of YAML's, or by the literal that it writes;
/// comments vanish, lines stay.
fn without_tags(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    // not one search for each kind of tag, which would go to the end of the text again and again for a kind that it has not
    let opens = |(at, _): &(usize, &str), rest: &str| rest[at + 1..].starts_with(['{', '%', '#']);
    while let Some((at, _)) = rest.match_indices('{').find(|found| opens(found, rest)) {
        let close = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = rest[at..].find(close).map_or(rest.len(), |length| at + length + 2);
        result.push_str(&rest[..at]);
        let tag = &rest[at..end];
        match (close, constant(tag)) {
            ("}}", Some(literal)) => result.push_str(&format!("{literal:<0$}", tag.chars().count())),
            _ => {
                let mark = if close == "#}" { ' ' } else { TAG };
                result.extend(tag.chars().map(|c| if c == '\n' { c } else { mark }));
            }
        }
        rest = &rest[end..];
    }
    result.push_str(rest);
    result
}

/// What a tag writes that asks for no value: `{{ 3 }}`, `{{ "a" | quote }}`.
///
/// Not where the tag goes over several lines: what stands in its place has to leave the lines as they are.
fn constant(tag: &str) -> Option<&str> {
    if tag.contains('\n') {
        return None;
    }
    let expression = tag.trim_matches(['{', '}', '-']).split('|').next()?.trim();
    let text = expression
        .strip_prefix(['"', '\''])
        .and_then(|text| text.strip_suffix(['"', '\'']));
    let text = text.filter(|text| !text.contains(['"', '\'']));
    text.or(Some(expression).filter(|number| number.parse::<f64>().is_ok()))
}

/// Keys of the list with a literal after them: column, key, value.
fn literals(line: &str) -> Vec<(usize, &'static str, &str)> {
    let code = line.split(" #").next().unwrap_or_default();
    if code.trim_start().starts_with('#') {
        return Vec::new();
    }
    // what stands before each colon is looked at, since a search for each key costs more than all of that
    let colons: Vec<usize> = code.match_indices(": ").map(|(at, _)| at).collect();
    let mut found = Vec::new();
    for key in KEYS {
        for colon in &colons {
            let (head, rest) = (code[..*colon].trim_end_matches(['"', '\'']), &code[colon + 1..]);
            let Some(before) = head.strip_suffix(key) else {
                continue;
            };
            let at = before.len();
            if !before.ends_with([' ', '{', '"', '\'', '.']) && !before.is_empty() {
                continue;
            }
            let value = rest.trim_start().trim_start_matches(['[', '"', '\'']);
            let value = value[..value.find([',', '}', ']', '"', '\'']).unwrap_or(value.len())].trim();
            let named = !value.is_empty() && !value.contains(TAG) && !value.starts_with(['{', '&', '*', '|', '>']);
            if named && is_literal(key, value) {
                let column = code[..at].chars().count() + 1;
                found.push((column, key, value));
            }
        }
    }
    found
}

/// Whether a value of a key is what values files are for: a number, an amount, a port, an image, a name with a domain.
fn is_literal(key: &str, value: &str) -> bool {
    match key {
        "image" => true,
        "externalName" | "host" | "hostname" | "hostnames" | "hosts" => value.contains('.'),
        "port" if value == DNS => false,
        _ => value.starts_with(|c: char| c.is_ascii_digit()),
    }
}
