//! Manifests from anywhere, each finding at its own line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lockstep::model::{Entry, FileTree, Finding, MAX_MANIFEST_BYTES, ObjectId, Problem, Tier};
use lockstep::policy::admission::Request;
use lockstep::policy::{By, Judge, Session, namespace};
use lockstep::schema::{Streamed, objects};
use lockstep::workspace::{Workspace, layout};
use lockstep::yaml::{self, Positions, path_of_pointer};
use rayon::prelude::*;
use serde_json::Value;

use super::{Amount, conclude, report, unguarded};
use crate::commands::selection;
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// The tier whose policies hold for files where there is no fleet with environments.
const STRICTEST: Tier = Tier::Production;

/// Which files to judge instead of the fleet.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct PathArgs {
    /// Judge these YAML or JSON files, and those below these folders, instead of what the fleet renders; `--environment`
    /// names the one whose policies hold, the last by default.
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["agent", "revision"])]
    pub(in crate::commands) path: Vec<PathBuf>,
    /// The version of Kubernetes that the files of `--path` are for; the newest with schemas by default.
    #[arg(long, value_name = "VERSION", requires = "path")]
    kubernetes: Option<String>,
}

/// Judges files by the schemas and policies of the work tree.
pub(in crate::commands) fn of_paths(
    context: &Context,
    args: &PathArgs,
    environment: &[String],
    by: By,
) -> Result<Report, Failure> {
    let tree = context.files_of(&Source::WorkTree, &layout::is_input)?;
    let (judge, mut findings) = Judge::read(&tree, by, context.clock.now());
    let files = files(context, &args.path)?;
    // how the user names them is nobody's business
    findings.extend(files.unread());
    let place = Place {
        version: match by {
            By::Policies => String::new(),
            By::Rules | By::Everything => version(&judge, args.kubernetes.as_deref())?,
        },
        tier: strictest(&tree, environment)?,
        by,
    };
    let (objects, more) = place.judged(&judge, &files);
    findings.extend(more);
    if objects == 0 && findings.is_empty() {
        let message = "there is no object in these files, so nothing was checked";
        let help = "name files, or folders with files, that end in `.yaml`, `.yml` or `.json`";
        findings.push(Finding::error("no-objects", message).help(help));
    }
    if by == By::Policies && judge.policy_count() == 0 && !findings.iter().any(Finding::is_error) {
        findings.push(unguarded());
    }
    findings.sort();
    findings.dedup();
    conclude(&judge, &mut findings, by, false);
    let amount = Amount {
        objects,
        sources: files.entries().count(),
        policies: judge.policy_count(),
        unchanged: 0,
    };
    Ok(report(amount, "files", findings, files, Vec::new()))
}

/// The tier whose policies hold: that of the last environment that is named, or of the last of the fleet.
fn strictest(tree: &FileTree, named: &[String]) -> Result<Tier, Failure> {
    let (Some(workspace), _) = Workspace::load(tree) else {
        return Ok(STRICTEST);
    };
    let chosen = selection::listed(&workspace, named)?;
    let last = chosen.last().and_then(|name| workspace.environment(name.as_str()));
    Ok(last.map_or(STRICTEST, |environment| environment.file.tier))
}

/// The version that was asked for, or the newest that there are schemas of.
fn version(judge: &Judge, asked: Option<&str>) -> Result<String, Failure> {
    let known: Vec<&str> = judge.versions().collect();
    match asked {
        Some(version) if known.contains(&version) => Ok(version.to_owned()),
        Some(version) => {
            let message = format!("there are no schemas of Kubernetes {version}");
            Err(Failure::new(FailureKind::Usage, message).hint(format!("there is {}", known.join(", "))))
        }
        // without any, each object is a finding that says so
        None => Ok(known.last().copied().unwrap_or_default().to_owned()),
    }
}

/// A file that is there and was not read as one that a person writes.
fn unread(context: &Context, path: &Path) -> Result<Option<Entry>, Failure> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(None);
    };
    let there = context
        .files
        .tree_up_to(folder, &|path| name == path, MAX_MANIFEST_BYTES)?;
    Ok(there.entries().next().map(|(_, entry)| entry.clone()))
}

/// The manifests at and below the paths, as the user typed them.
fn files(context: &Context, paths: &[PathBuf]) -> Result<FileTree, Failure> {
    let is_manifest =
        |path: &str| path.ends_with('/') || [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    let mut entries = BTreeMap::new();
    for path in paths {
        let place = context.folder.join(path);
        let shown = path.to_string_lossy().trim_end_matches('/').to_owned();
        match context.files.read_named(&place) {
            Ok(Some(bytes)) => drop(entries.insert(shown, Entry::File(bytes.into()))),
            // a file that cannot be read is no folder without manifests
            Err(failure) if !context.files.exists(&place.join(".")) => {
                entries.insert(shown, unread(context, &place)?.ok_or(failure)?);
            }
            _ if context.files.exists(&place) => {
                for (name, entry) in context
                    .files
                    .tree_up_to(&place, &is_manifest, MAX_MANIFEST_BYTES)?
                    .entries()
                {
                    entries.insert(format!("{shown}/{name}"), entry.clone());
                }
            }
            _ => {
                let message = format!("there is no `{shown}`");
                return Err(Failure::new(FailureKind::Usage, message));
            }
        }
    }
    Ok(FileTree::new(entries))
}

/// Where files are to be admitted.
struct Place {
    /// The version of Kubernetes.
    version: String,
    /// The tier whose policies hold.
    tier: Tier,
    /// By what they are judged.
    by: By,
}

impl Place {
    /// How many objects the files have, and what is wrong with them.
    fn judged(&self, judge: &Judge, tree: &FileTree) -> (usize, Vec<Finding>) {
        let files: Vec<(&str, &[u8])> = tree
            .entries()
            .filter_map(|(path, entry)| match entry {
                Entry::File(bytes) => Some((path, &bytes[..])),
                Entry::Link | Entry::Submodule | Entry::Ignored | Entry::Oversized { .. } => None,
            })
            .collect();
        let judged: Vec<(usize, Vec<Finding>)> = files
            .par_iter()
            .map_init(
                || judge.session(),
                |session, (path, bytes)| self.file(judge, session, path, bytes),
            )
            .collect();
        let objects = judged.iter().map(|(objects, _)| objects).sum();
        (objects, judged.into_iter().flat_map(|(_, findings)| findings).collect())
    }

    fn file(&self, judge: &Judge, session: &mut Session, path: &str, bytes: &[u8]) -> (usize, Vec<Finding>) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            let finding = Finding::error("not-utf8", "the file is not UTF-8 text").in_file(path);
            return (0, vec![finding.help("save it as UTF-8")]);
        };
        self.text(judge, session, path, text)
    }

    /// The same of a text; where one document cannot be read, the others are judged without it.
    fn text(&self, judge: &Judge, session: &mut Session, path: &str, text: &str) -> (usize, Vec<Finding>) {
        let manifests = match yaml::read_manifests(text) {
            Ok(manifests) => manifests,
            Err(error) => {
                let parts = parts(text);
                if parts.len() < 2 {
                    return (0, vec![error.finding(path)]);
                }
                let mut objects = 0;
                let mut findings = Vec::new();
                for (above, part) in parts {
                    let (count, found) = self.text(judge, session, path, part);
                    objects += count;
                    findings.extend(found.into_iter().map(|finding| finding.below(above)));
                }
                return (objects, findings);
            }
        };
        let mut findings: Vec<Finding> = manifests
            .ambiguous
            .iter()
            .map(|scalar| {
                let message = format!("`{}` means different things to different YAML readers", scalar.text);
                Finding::error("ambiguous-scalar", message)
                    .at(path, scalar.line, scalar.column)
                    .help(scalar.help("put quotes around it, or write it as Kubernetes reads it"))
            })
            .collect();
        let values: Vec<_> = manifests.documents.into_iter().map(|document| document.value).collect();
        let positions = Positions::of_stream(text).unwrap_or_default();
        let at = |document: usize, problem: Problem| {
            let place = positions.get(document).map(|positions| {
                let path = path_of_pointer(&values[document], &problem.pointer).unwrap_or_default();
                let key = problem.on_key.then(|| positions.key(&path)).flatten();
                key.unwrap_or_else(|| positions.nearest(&path))
            });
            let (line, column) = place.unwrap_or_default();
            problem.finding().at(path, line, column)
        };
        let (objects, problems) = objects(&values);
        findings.extend(problems.into_iter().map(|(document, problem)| at(document, problem)));
        for streamed in &objects {
            let Streamed { document, pointer, .. } = streamed;
            let problems = self.object(judge, session, &streamed.object);
            if problems.is_empty() {
                continue;
            }
            // by what it is called waivers know it
            let id = ObjectId::of(&streamed.object).ok().map(|id| id.to_string());
            for mut problem in problems {
                problem.pointer = format!("{pointer}{}", problem.pointer);
                let mut finding = at(*document, problem);
                finding.object = id.clone();
                findings.push(finding);
            }
        }
        if self.by != By::Policies {
            findings.extend(
                twins(&objects)
                    .into_iter()
                    .map(|(document, problem)| at(document, problem)),
            );
        }
        (objects.len(), findings)
    }

    fn object(&self, judge: &Judge, session: &mut Session, object: &Value) -> Vec<Problem> {
        let name = object.pointer("/metadata/namespace").and_then(Value::as_str);
        let namespace = namespace(name.unwrap_or("default"), Some(self.tier));
        let request = Request {
            object,
            old: None,
            namespace: Some(&namespace),
        };
        judge.object(session, &self.version, &request)
    }
}

/// Objects of one file with the same identity: of these the last one applied would win.
fn twins(objects: &[Streamed<'_>]) -> Vec<(usize, Problem)> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for Streamed {
        object,
        document,
        pointer,
    } in objects
    {
        if let Ok(id) = ObjectId::of(object)
            && let Some(id) = seen.replace(id)
        {
            let message = format!("`{id}` stands in this file twice");
            let problem = Problem::error("duplicate-object", format!("{pointer}/metadata/name"), message);
            problems.push((*document, problem.help("rename one of them, or take one out")));
        }
    }
    problems
}

/// The documents of a stream, each with the number of lines above it. What begins a line with `---` begins a document,
/// whatever stands before it.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut begin, mut above, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let begins = line
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if begins && !text[begin..at].trim().is_empty() {
            parts.push((above, &text[begin..at]));
            (begin, above) = (at, number);
        }
        at += line.len();
    }
    parts.push((above, &text[begin..]));
    parts
}
