//! A keyword of our own schemas: what a text must look like to be an author, an address, a team or a branch.

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

use super::no_branch;
use crate::model::impossible_port;

/// The keyword's name in a schema; its value is the form's name.
pub(super) const KEYWORD: &str = "x-form";

/// Why a text does not have a form; nothing where it has.
type Form = fn(&str) -> Option<String>;

/// Every form by its name.
const FORMS: &[(&str, Form)] = &[
    ("author", author),
    ("branch", branch),
    ("branch-prefix", branch_prefix),
    ("repository-url", repository_url),
    ("team", team),
];

/// Holds a text against a form.
pub(super) struct OfForm(Form);

impl OfForm {
    /// The keyword with this value.
    pub(super) fn named(value: &Value) -> OfForm {
        let form = FORMS.iter().find(|(name, _)| value == name);
        OfForm(form.expect("our types name forms that there are").1)
    }
}

impl<'i> Keyword<'i> for OfForm {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        let fault = instance.as_str().and_then(self.0);
        fault.map_or(Ok(()), |text| Err(ValidationError::custom(text)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_str().and_then(self.0).is_none()
    }
}

fn author(text: &str) -> Option<String> {
    let parts = text.strip_suffix('>').and_then(|text| text.split_once(" <"));
    let is_fine = |part: &str| !part.trim().is_empty() && !part.contains(|c: char| "<>".contains(c) || c.is_control());
    let names_both = parts
        .is_some_and(|(name, address)| is_fine(name) && is_fine(address) && !address.contains(char::is_whitespace));
    (!names_both).then(|| format!("`{text}` is no author; write `Name <name@example.com>`"))
}

fn branch(text: &str) -> Option<String> {
    no_branch(text).map(|why| format!("no branch can be called `{text}`: {why}"))
}

fn branch_prefix(text: &str) -> Option<String> {
    let example = format!("{text}dev");
    no_branch(&example).map(|why| format!("no branch can be called `{example}`: {why}"))
}

/// What Argo CD takes: a URL, or git's short form of an ssh address.
fn repository_url(text: &str) -> Option<String> {
    let is_word = |word: &str| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c.is_control());
    let is_scheme = |scheme: &str| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_url = match text.split_once("://") {
        Some((scheme, rest)) => !scheme.is_empty() && is_scheme(scheme) && is_word(rest),
        None => text.split_once(':').is_some_and(|(host, path)| {
            let (_, host) = host.rsplit_once('@').unwrap_or(("", host));
            is_word(host) && !host.contains('/') && is_word(path)
        }),
    };
    if let Some(port) = impossible_port(text) {
        return Some(format!("`{text}` has the port {port}; ports go from 1 to 65535"));
    }
    (!is_url).then(|| {
        format!("`{text}` is no address of a repository; write `https://<host>/<path>` or `git@<host>:<path>`")
    })
}

/// A team or a person as a code host knows it, for a line of `CODEOWNERS`.
pub fn team(text: &str) -> Option<String> {
    let is_known = |c: char| c.is_alphanumeric() || "-_.@+".contains(c);
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_known);
    (!text.split('/').all(is_part)).then(|| {
        format!("`{text}` is no team that a code host knows; write `<organisation>/<team>`, without spaces and colons")
    })
}
