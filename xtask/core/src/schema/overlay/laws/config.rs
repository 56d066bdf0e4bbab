//! What holds of ConfigMaps and Secrets as a whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::model::Problem;
use crate::schema::overlay::check::quoted;
use crate::schema::overlay::view::{deep, field, has, text};
use crate::schema::overlay::walk::Problems;

/// Most bytes that the server stores of one.
const MOST: usize = 1024 * 1024;
/// Maps that hold data.
const MAPS: [&str; 3] = ["binaryData", "data", "stringData"];
/// What a Secret of a type must have: one of these sets of keys.
const TYPES: &[(&str, &[&[&str]])] = &[
    ("kubernetes.io/basic-auth", &[&["username"], &["password"]]),
    ("kubernetes.io/dockercfg", &[&[".dockercfg"]]),
    ("kubernetes.io/dockerconfigjson", &[&[".dockerconfigjson"]]),
    ("kubernetes.io/ssh-auth", &[&["ssh-privatekey"]]),
    ("kubernetes.io/tls", &[&["tls.crt", "tls.key"]]),
];

/// All data together fits into the server's store.
pub(in crate::schema::overlay) fn size(object: &Value, problems: &mut Problems<'_>) {
    let encoded = |map: &str| map == "binaryData" || (map == "data" && text(object, "kind") == Some("Secret"));
    let bytes: usize = MAPS
        .iter()
        .map(|map| {
            let values = field(object, map).and_then(Value::as_object);
            let length: usize = values
                .into_iter()
                .flatten()
                .map(|(_, value)| value.as_str().map_or(0, str::len))
                .sum();
            if encoded(map) { length / 4 * 3 } else { length }
        })
        .sum();
    if bytes > MOST {
        let message = format!("it holds {bytes} bytes, {MOST} at most are stored");
        problems.add(Problem::error("out-of-range", "", message).help("split it, or keep the data elsewhere"));
    }
}

/// A key stands in one of the two maps.
pub(in crate::schema::overlay) fn keys_once(object: &Value, problems: &mut Problems<'_>) {
    let data = field(object, "data").and_then(Value::as_object);
    for key in data.into_iter().flatten().map(|(key, _)| key) {
        if deep(object, &["binaryData", key]).is_some() {
            let message = format!("the key `{key}` stands in `data` and in `binaryData`");
            problems.add(Problem::error("duplicate-item", format!("/binaryData/{key}"), message).on_key());
        }
    }
}

/// A Secret of a known type has that type's keys.
pub(in crate::schema::overlay) fn secret_type(secret: &Value, problems: &mut Problems<'_>) {
    let Some(kind) = text(secret, "type") else { return };
    let Some((_, sets)) = TYPES.iter().find(|(name, _)| *name == kind) else {
        return;
    };
    let given = |key: &&str| {
        let in_data = field(secret, "data").is_some_and(|data| has(data, key) || field(data, key).is_some());
        in_data || field(secret, "stringData").is_some_and(|data| field(data, key).is_some())
    };
    if !sets.iter().any(|keys| keys.iter().all(given)) {
        let keys = quoted(sets[0]);
        let message = format!("a Secret of the type `{kind}` needs {keys}");
        problems.add(Problem::error("missing-field", "", message));
    }
}

/// What a Secret holds for the registry is JSON, and a token of a service account names the account.
pub(in crate::schema::overlay) fn secret_content(secret: &Value, problems: &mut Problems<'_>) {
    const ACCOUNT: &str = "kubernetes.io/service-account.name";
    let key = match text(secret, "type") {
        Some("kubernetes.io/dockerconfigjson") => ".dockerconfigjson",
        Some("kubernetes.io/dockercfg") => ".dockercfg",
        Some("kubernetes.io/service-account-token") => {
            if deep(secret, &["metadata", "annotations", ACCOUNT]).is_none_or(|name| name.as_str() == Some("")) {
                let message = format!("a token of a service account needs the annotation `{ACCOUNT}`");
                let problem = Problem::error("missing-field", "/metadata", message);
                problems.add(problem.help("name the account there"));
            }
            return;
        }
        _ => return,
    };
    let plain = deep(secret, &["stringData", key]).and_then(Value::as_str);
    let (map, bytes) = match (plain, deep(secret, &["data", key]).and_then(Value::as_str)) {
        (Some(text), _) => ("stringData", text.as_bytes().to_vec()),
        // what is no base64 is said of the value itself
        (None, Some(text)) => match STANDARD.decode(text.replace(['\n', '\r'], "")) {
            Ok(bytes) => ("data", bytes),
            Err(_) => return,
        },
        (None, None) => return,
    };
    if serde_json::from_slice::<Map<String, Value>>(&bytes).is_err() {
        let message = format!("`{map}.{key}` is no JSON object");
        let problem = Problem::error("malformed-text", format!("/{map}/{key}"), message);
        problems.add(problem.help("write what `kubectl create secret docker-registry --dry-run=client -o yaml` makes"));
    }
}
