//! The dry commit: the one in the repository that people edit, from which a release is rendered.

use std::collections::BTreeMap;

use super::metadata::{CommitReference, Reference};
use crate::model::Timestamp;

/// What Argo CD's trailers begin with (argo-cd `util/git/client.go`, `updateCommitMetadata`).
const REFERENCE: &str = "Argocd-reference-commit-";

/// The commit that a release is rendered from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryCommit {
    /// Its full id.
    pub id: String,
    /// Its author as `Name <email>`.
    pub author: String,
    /// Its author date, which becomes the date of the environment commits.
    pub date: Timestamp,
    /// The first line of its message.
    pub subject: String,
    /// The rest of its message without Argo CD's trailers.
    pub body: String,
    /// The commit that its own Argo CD trailers name, for example that of the application's source code.
    pub reference: Option<Reference>,
}

impl DryCommit {
    /// Takes a commit's message apart.
    pub fn new(id: String, author: String, date: Timestamp, message: &str) -> DryCommit {
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        let mut trailers = BTreeMap::new();
        let mut rest = Vec::new();
        for line in body.lines() {
            match line.strip_prefix(REFERENCE).and_then(|line| line.split_once(": ")) {
                Some((key, value)) => {
                    trailers.insert(key.to_owned(), value.to_owned());
                }
                None => rest.push(line),
            }
        }
        DryCommit {
            id,
            author,
            date,
            subject: subject.trim().to_owned(),
            body: rest.join("\n").trim().to_owned(),
            reference: reference(trailers),
        }
    }

    /// The first seven digits of the id.
    pub fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }

    /// Trailers by which Argo CD shows this commit beside the environment commit.
    pub fn trailers(&self, repo_url: &str) -> Vec<(String, String)> {
        let own;
        let commit = match &self.reference {
            Some(reference) => &reference.commit,
            None => {
                own = CommitReference {
                    author: self.author.clone(),
                    date: self.date.to_string(),
                    subject: self.subject.clone(),
                    body: self.body.clone(),
                    sha: self.id.clone(),
                    repo_url: repo_url.to_owned(),
                };
                &own
            }
        };
        // the body is a JSON string, the one form that keeps its line ends on one line
        let body = if commit.body.is_empty() {
            String::new()
        } else {
            serde_json::Value::from(commit.body.as_str()).to_string()
        };
        [
            ("author", &commit.author),
            ("date", &commit.date),
            ("subject", &commit.subject),
            ("body", &body),
            ("sha", &commit.sha),
            ("repourl", &commit.repo_url),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (format!("{REFERENCE}{key}"), value.clone()))
        .collect()
    }
}

fn reference(mut trailers: BTreeMap<String, String>) -> Option<Reference> {
    let sha = trailers.remove("sha")?;
    let mut take = |key: &str| trailers.remove(key).unwrap_or_default();
    let body = take("body");
    let commit = CommitReference {
        author: take("author"),
        date: take("date"),
        subject: take("subject"),
        body: serde_json::from_str(&body).unwrap_or(body),
        sha,
        repo_url: take("repourl"),
    };
    Some(Reference { commit })
}
