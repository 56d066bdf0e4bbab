//! The suites of an agent: which files they are, and cases in them that nothing can come of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use lockstep::model::{Digest, FileTree, Finding};
use lockstep::prompts::cases::{Case, Suite};
use lockstep::prompts::score::{Checks, Said};
use lockstep::workspace::{Agent, SuiteText, layout, not_built};
use lockstep::yaml::Segment;
use rayon::prelude::*;

use super::idle::Idle;
use crate::context::Context;
use crate::failure::Failure;
use crate::report::Report;

/// The suites by name, each with its file; nothing is read yet. What else stands in their folder is a finding.
pub(super) fn listed(
    context: &Context,
    root: &Path,
    agent: &Agent,
    findings: &mut Vec<Finding>,
) -> Result<BTreeMap<String, String>, Failure> {
    let cases = layout::cases(&agent.name);
    let folder = root.join(&cases);
    let mut suites = BTreeMap::new();
    if !context.files.exists(&folder) {
        return Ok(suites);
    }
    let files = Mutex::new(Vec::new());
    context.files.tree(&folder, &|path| {
        let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(path.to_owned());
        false
    })?;
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort();
    let is_foreign = |file: &&String| file.starts_with('.') || file.ends_with(".md");
    for file in files.iter().filter(|file| !is_foreign(file)) {
        let path = format!("{cases}/{}", file.trim_end_matches('/'));
        let Some(name) = layout::suite(file) else {
            findings.push(
                Finding::error("stray-file", format!("nothing reads `{path}`"))
                    .in_file(path)
                    .help("suites are `<suite>.yaml`, `<suite>.yml` or `<suite>.json`, in this folder itself"),
            );
            continue;
        };
        if let Some(other) = suites.get(name) {
            findings.push(
                Finding::error("stray-file", format!("nothing reads `{path}`: `{other}` has its name"))
                    .in_file(path)
                    .help("give each suite a name of its own"),
            );
            continue;
        }
        suites.insert(name.to_owned(), path);
    }
    Ok(suites)
}

/// Suites that only a build with more features can judge. It is known before anything is asked, since that build begins
/// again, and answers and records are made once.
pub(super) fn unbuilt(context: &Context, agents: &[&Agent]) -> Result<Report, Failure> {
    let root = context.root()?;
    let (mut findings, mut sources) = (Vec::new(), FileTree::default());
    for agent in agents {
        for path in listed(context, &root, agent, &mut Vec::new())?.into_values() {
            let bytes = context.files.read(&root.join(&path))?.unwrap_or_default();
            if let Some(finding) = not_built(&path, &bytes) {
                findings.push(finding);
                sources.insert(path, bytes);
            }
        }
    }
    Ok(Report::of_findings(findings, sources))
}

/// What is wrong with single cases of a suite, whatever is answered; places are looked up at the end.
#[derive(Default)]
pub(super) struct Faulty {
    /// Cases whose id another suite of the agent has: by it evidence names them.
    twice: Vec<String>,
    /// Cases that pass whatever is answered.
    unchecked: Vec<String>,
    /// Cases for a version that nobody wrote, each with what to say of it.
    unwritten: Vec<(String, String)>,
    /// Cases that a person still has to complete.
    drafts: Vec<String>,
    /// What counts and says nothing.
    idle: Idle,
    /// The tags of all other cases, of those that the suite says must hold.
    held: BTreeSet<String>,
}

impl Faulty {
    /// Looks at some cases. Their ids become known.
    pub(super) fn look(
        &mut self,
        cases: &[Case],
        head: &Suite,
        (agent, checks): (&Agent, &Checks<'_>),
        known: &mut BTreeSet<Digest>,
    ) {
        let written = agent.prompts.get(&head.prompt).and_then(|all| all.last_key_value());
        let newest = written.map(|(version, _)| *version);
        let said: Vec<Said> = cases.par_iter().map(|case| checks.of(case)).collect();
        for (case, said) in cases.iter().zip(said) {
            if !known.insert(Digest::of(case.id.as_bytes())) {
                self.twice.push(case.id.clone());
            }
            if case.is_draft() {
                self.drafts.push(case.id.clone());
                continue;
            }
            let held = case
                .tags
                .iter()
                .filter(|tag| head.must_hold.iter().flatten().any(|own| own == *tag));
            self.held.extend(held.cloned());
            let unwritten = case.system_prompt_version.filter(|version| Some(*version) > newest);
            self.idle.weigh(case);
            if let Some(version) = unwritten {
                let message = format!("`{}` is for `{}` {version}, which nobody wrote", case.id, head.prompt);
                self.unwritten.push((case.id.clone(), message));
            } else if !said.is_checked {
                self.unchecked.push(case.id.clone());
            } else {
                self.idle.look(case, said);
            }
        }
    }

    /// Whether another suite has one of its ids.
    pub(super) fn has_duplicates(&self) -> bool {
        !self.twice.is_empty()
    }

    /// How many cases say nothing of their answer.
    pub(super) fn unchecked(&self) -> usize {
        self.unchecked.len()
    }

    /// How many cases are for a version that nobody wrote.
    pub(super) fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    /// All of it as findings.
    pub(super) fn findings(self, path: &str, text: &SuiteText<'_>, checks: &Checks<'_>) -> Vec<Finding> {
        let unwritten = self.unwritten.iter().map(|(id, _)| id);
        let ids = self.twice.iter().chain(&self.unchecked);
        let ids = ids.chain(unwritten).chain(&self.drafts).chain(self.idle.cases());
        let places = text.places(&ids.map(String::as_str).collect());
        let place = |id: &str| places.get(id).copied().unwrap_or_default();
        let twice = self.twice.iter().map(|id| {
            let (line, column) = place(id);
            Finding::error("duplicate-case", format!("another suite has a case `{id}`"))
                .at(path, line, column)
                .help("give each case of the agent an id of its own")
        });
        let unchecked = self.unchecked.iter().map(|id| {
            let (line, column) = place(id);
            Finding::error("unchecked-case", format!("`{id}` passes whatever is answered"))
                .at(path, line, column)
                .help("say what its answer must be: tools, keywords, `expectedBehavior`, `assert`; or remove it")
        });
        let unwritten = self.unwritten.iter().map(|(id, message)| {
            let (line, column) = place(id);
            Finding::error("unchecked-case", message.clone())
                .at(path, line, column)
                .help("write that version of the prompt, or mend `systemPromptVersion`: until then nobody is asked")
        });
        let drafts = self.drafts.iter().map(|id| {
            let (line, column) = place(id);
            Finding::warning(
                "draft-case",
                format!("`{id}` is a draft: it was not asked, and counts for nothing"),
            )
            .at(path, line, column)
            .help("complete it and take its tag `draft` away, or remove it")
        });
        let tags = text.head.must_hold.iter().flatten().enumerate();
        let idle = tags.filter(|(_, tag)| !self.held.contains(*tag)).map(|(index, tag)| {
            let (line, column) = text.place(&[Segment::Key("mustHold".to_owned()), Segment::Index(index)]);
            Finding::warning(
                "idle-tag",
                format!("no case has the tag `{tag}`, so none must hold by it"),
            )
            .at(path, line, column)
            .help("mend the tag, give it to the cases that must hold, or take it out")
        });
        twice
            .chain(unchecked)
            .chain(unwritten)
            .chain(drafts)
            .chain(idle)
            .chain(self.idle.findings((path, text), checks, &place))
            .collect()
    }
}
