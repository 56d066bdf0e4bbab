//! `conformance`: the published cases of Sigstore, through the code that `verify` uses.

use std::collections::BTreeSet;
use std::path::PathBuf;

use lockstep::model::{FileTree, Finding};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// What the cases are signed by, unless a case says otherwise: the identity of the suite's own beacon.
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
/// Who vouched for it.
const ISSUER: &str = "https://token.actions.githubusercontent.com";
/// What the name of a case ends in that must be refused.
const REFUSED: &str = "_fail";

/// Run the published conformance cases of Sigstore, each by file and by digest.
///
/// The folder is `test/assets` of sigstore-conformance, or its `bundle-verify`. A case is a folder with a bundle; one
/// whose name ends in `_fail` must be refused.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the cases.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    /// How many cases ran, each by path and by digest.
    cases: usize,
    /// How many came out right.
    right: usize,
    /// Those that did not.
    wrong: Vec<String>,
}

/// A case: what is signed, by whom, and what is to come out.
#[cfg_attr(
    not(feature = "sigstore"),
    expect(dead_code, reason = "a build without Sigstore runs no case")
)]
struct Case<'a> {
    name: &'a str,
    bundle: &'a [u8],
    artifact: &'a [u8],
    key: Option<String>,
    identity: String,
    issuer: String,
    roots: Option<String>,
}

/// Runs the cases.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let given = context.folder.join(&args.folder);
    let folder = if context.files.exists(&given.join("bundle-verify")) {
        given.join("bundle-verify")
    } else {
        given
    };
    if !context.files.exists(&folder) {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("there is no folder `{}`", folder.display()),
        ));
    }
    let tree = context.files.tree(&folder, &|_| true)?;
    let cases = cases(&tree);
    if cases.is_empty() {
        return Err(
            Failure::new(FailureKind::Usage, format!("`{}` has no cases", folder.display()))
                .hint("name the folder `test/assets` of sigstore-conformance"),
        );
    }
    let mut wrong = Vec::new();
    let mut findings = incomplete(&tree, &cases);
    for case in &cases {
        for (way, refused) in refusals(case)? {
            let expected = case.name.ends_with(REFUSED);
            if refused.is_some() == expected {
                continue;
            }
            let message = match refused {
                Some(why) => format!("`{}` by {way} must hold, and is refused: {why}", case.name),
                None => format!("`{}` by {way} must be refused, and holds", case.name),
            };
            wrong.push(format!("{} by {way}", case.name));
            findings.push(Finding::error("failed-bundle-conformance", message).in_file(case.name));
        }
    }
    let count = cases.len() * 2;
    let answer = Answer {
        cases: count,
        right: count - wrong.len(),
        wrong,
    };
    let text = format!("{} of {count} cases come out right\n", answer.right);
    Ok(Report::new(answer, text).with_findings(findings, FileTree::default()))
}

fn cases(tree: &FileTree) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for (path, bundle) in tree.entries().filter_map(|(path, _)| Some((path, tree.get(path)?))) {
        let Some(name) = path.strip_suffix("/bundle.sigstore.json") else {
            continue;
        };
        let file = |file: &str| tree.get(&format!("{name}/{file}"));
        let text = |name: &str| file(name).map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
        let Some(artifact) = file("artifact").or_else(|| tree.get("a.txt")) else {
            continue;
        };
        cases.push(Case {
            name,
            bundle,
            artifact,
            key: text("key.pub"),
            identity: text("identity").unwrap_or_else(|| IDENTITY.to_owned()),
            issuer: text("issuer").unwrap_or_else(|| ISSUER.to_owned()),
            roots: text("trusted_root.json"),
        });
    }
    cases
}

/// Folders that are no case: one whose bundle or artifact is gone must not pass as if it had never been there.
fn incomplete(tree: &FileTree, cases: &[Case<'_>]) -> Vec<Finding> {
    let folders = tree.entries().filter_map(|(path, _)| path.split_once('/'));
    let folders: BTreeSet<&str> = folders.map(|(folder, _)| folder).collect();
    let is_case = |folder: &&str| cases.iter().any(|case| case.name == *folder);
    let finding = |folder: &str| {
        let message = format!("`{folder}` has no bundle, or nothing that the bundle is about");
        Finding::error("failed-bundle-conformance", message).in_file(folder)
    };
    folders
        .into_iter()
        .filter(|folder| !is_case(folder))
        .map(finding)
        .collect()
}

/// Why a case is refused, by file and by digest; nothing where it holds.
#[cfg(feature = "sigstore")]
fn refusals(case: &Case<'_>) -> Result<[(&'static str, Option<String>); 2], Failure> {
    use crate::adapters::signer::sigstore::{By, Roots, Signed};
    let by = match &case.key {
        Some(pem) => By::Key(pem),
        None => By::Identity(&case.identity, &case.issuer),
    };
    let check = |signed| {
        let roots = match &case.roots {
            Some(json) => Roots::from_json(json),
            None => Roots::public(),
        };
        let checked = roots.and_then(|roots| roots.check(case.bundle, signed, by));
        checked.err().map(|problem| problem.message)
    };
    let digest = lockstep::model::Digest::of(case.artifact);
    Ok([
        ("file", check(Signed::Bytes(case.artifact))),
        ("digest", check(Signed::Digest(*digest.bytes()))),
    ])
}

#[cfg(not(feature = "sigstore"))]
fn refusals(_case: &Case<'_>) -> Result<[(&'static str, Option<String>); 2], Failure> {
    Err(Failure::lacks("sigstore", "check a bundle with a certificate"))
}
