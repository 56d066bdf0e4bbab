//! Provenance: which run of a CI service made a release, as a SLSA v1 statement about the same files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json;
use super::statement::{STATEMENT_TYPE, Statement, Subject};
use super::trust::Trust;
use super::verification::{CheckCertificate, Signed, authority, believed, outline};
use crate::model::{Digest, EnvironmentName, Problem, canonical_json};

/// What the predicate of a provenance is called.
pub const PROVENANCE_PREDICATE: &str = "https://slsa.dev/provenance/v1";
/// What a release is as a build: the command line of `release` in a checkout of the dry commit.
pub const BUILD_TYPE: &str = "https://lockstep.dev/build/v1";

/// What a CI service says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRun {
    /// The address of what ran: a workflow at a revision, or a runner.
    pub builder: String,
    /// The address of the run.
    pub invocation: String,
}

/// Where the files came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrySource<'a> {
    /// The address of the repository that people edit.
    pub repository: &'a str,
    /// The dry commit.
    pub commit: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProvenanceStatement {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Predicate {
    build_definition: BuildDefinition,
    run_details: RunDetails,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BuildDefinition {
    build_type: String,
    external_parameters: Parameters,
    resolved_dependencies: Vec<Dependency>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    environment: EnvironmentName,
    agent: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dependency {
    uri: String,
    digest: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunDetails {
    builder: Builder,
    metadata: Metadata,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Builder {
    id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Metadata {
    invocation_id: String,
}

/// What is signed of a run beside a release: the same files, the dry commit, the image, and the run.
pub fn provenance(release: &Statement, source: DrySource<'_>, run: &BuildRun) -> Vec<u8> {
    let predicate = &release.predicate;
    let dependency = |uri: String, kind: &str, digest: String| Dependency {
        uri,
        digest: BTreeMap::from([(kind.to_owned(), digest)]),
    };
    let code = predicate.tuple.iter().map(|tuple| &tuple.components.code);
    let image = code.map(|code| dependency(code.repository.clone(), "sha256", code.digest.hex()));
    let commit = dependency(
        format!("git+{}", source.repository),
        "gitCommit",
        source.commit.to_owned(),
    );
    canonical_json(&ProvenanceStatement {
        statement_type: STATEMENT_TYPE.to_owned(),
        subject: release.subject.clone(),
        predicate_type: PROVENANCE_PREDICATE.to_owned(),
        predicate: Predicate {
            build_definition: BuildDefinition {
                build_type: BUILD_TYPE.to_owned(),
                external_parameters: Parameters {
                    environment: predicate.environment.clone(),
                    agent: predicate.agent.clone(),
                },
                resolved_dependencies: std::iter::once(commit).chain(image).collect(),
            },
            run_details: RunDetails {
                builder: Builder {
                    id: run.builder.clone(),
                },
                metadata: Metadata {
                    invocation_id: run.invocation.clone(),
                },
            },
        },
    })
}

/// Checks that somebody who may has signed a provenance, and that it is the one of this release, made from this dry
/// commit.
pub fn check_provenance(
    bytes: &[u8],
    release: &Signed<'_>,
    commit: Option<&str>,
    (trust, now): (&Trust, i64),
    certificate: CheckCertificate<'_>,
) -> Result<BuildRun, Problem> {
    let (payload, signers, signed) = believed(bytes, trust, certificate)?;
    let found = read(&payload)?;
    let about = Signed {
        statement: release.statement.clone(),
        digest: Digest::of(&payload),
        signers,
        signed,
    };
    if let Some(problem) = authority(&about, now) {
        return Err(problem);
    }
    let foreign = |pointer: &str, message: String| {
        Err(Problem::error("foreign-provenance", pointer, message)
            .help("restore the branch, or release the environment again with `--resign`"))
    };
    let definition = found.predicate.build_definition;
    if definition.build_type != BUILD_TYPE {
        let message = format!("expected `{BUILD_TYPE}`, found `{}`", definition.build_type);
        return foreign("/predicate/buildDefinition/buildType", message);
    }
    let (asked, of) = (definition.external_parameters, &release.statement.predicate);
    if asked.environment != of.environment || asked.agent != of.agent {
        let message = format!(
            "expected the provenance of `{}/{}`, found that of `{}/{}`",
            of.environment, of.agent, asked.environment, asked.agent
        );
        return foreign("/predicate/buildDefinition/externalParameters", message);
    }
    if found.subject != release.statement.subject {
        let message = "expected the files of the release beside it, found others".to_owned();
        return foreign("/subject", message);
    }
    let from = definition.resolved_dependencies.first();
    let from = from.and_then(|from| from.digest.get("gitCommit"));
    if from.map(String::as_str) != commit {
        let words = |commit: Option<&str>| commit.map_or("none".to_owned(), |commit| format!("`{commit}`"));
        let message = format!(
            "expected a run on the dry commit {}, found {}",
            words(commit),
            words(from.map(String::as_str))
        );
        return foreign("/predicate/buildDefinition/resolvedDependencies/0", message);
    }
    let run = found.predicate.run_details;
    Ok(BuildRun {
        builder: run.builder.id,
        invocation: run.metadata.invocation_id,
    })
}

fn read(payload: &[u8]) -> Result<ProvenanceStatement, Problem> {
    outline(payload, PROVENANCE_PREDICATE)?;
    let malformed = |message: String| Problem::error("malformed-statement", "", message);
    let statement: ProvenanceStatement = json::read(payload, malformed)?;
    if canonical_json(&statement) != payload {
        let message = "expected canonical JSON (RFC 8785), found the same in another form";
        return Err(json::duplicate(payload).unwrap_or_else(|| malformed(message.to_owned())));
    }
    Ok(statement)
}
