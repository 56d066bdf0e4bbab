//! The suite that samples of a prompt go to, and its file with one more case.

use lockstep::model::AgentName;
use lockstep::prompts::cases::{Case, Suite, with_case};

use crate::commands::evaluate::written::{self, new_file, suite, suites};
use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Where a sample goes.
pub(super) struct Target {
    pub(super) path: String,
    pub(super) suite: Suite,
    /// Whether the file is still to be made.
    is_new: bool,
}

impl Target {
    /// The suite `incidents-<prompt>`. One of that name that people wrote for another prompt is left alone, and the next
    /// number taken.
    pub(super) fn of(context: &Context, agent: &AgentName, prompt: &str) -> Result<Target, Failure> {
        let stem = format!("incidents-{prompt}");
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        for name in std::iter::once(stem.clone()).chain(numbered) {
            match suite(context, agent, &name)? {
                Some((_, suite)) if suite.prompt != prompt => {}
                Some((path, suite)) => {
                    return Ok(Target {
                        path,
                        suite,
                        is_new: false,
                    });
                }
                None => {
                    return Ok(Target {
                        path: new_file(context, agent, &name)?,
                        suite: started(context, agent, prompt)?,
                        is_new: true,
                    });
                }
            }
        }
        Err(Failure::new(
            FailureKind::Usage,
            format!("every name after `{stem}` is taken"),
        ))
    }

    /// The file with the case. What people wrote stays as they wrote it.
    pub(super) fn text(&self, context: &Context, case: Case) -> Result<String, Failure> {
        let path = &self.path;
        if self.is_new {
            let mut suite = self.suite.clone();
            suite.cases.push(case);
            return Ok(written::text(path, &suite));
        }
        let bytes = context.files.read(&context.root()?.join(path))?.unwrap_or_default();
        with_case(&String::from_utf8_lossy(&bytes), &case).ok_or_else(|| {
            let message =
                format!("`{path}` does not list its cases one below the other, so that none can be added to it");
            Failure::new(FailureKind::Usage, message)
                .hint("write every case of it on lines of its own that begin with `- `, below `cases:`")
                .hint("or add it by hand: `--dry-run` shows the case")
        })
    }

    /// Whether nobody is named who judges what the case expects.
    pub(super) fn lacks_judge(&self, case: &Case) -> bool {
        self.suite.judge.is_none() && !case.expected_behavior.is_empty()
    }
}

/// A suite for samples, with what the suite of the prompt's name gives every case, and the judge of any suite of it.
fn started(context: &Context, agent: &AgentName, prompt: &str) -> Result<Suite, Failure> {
    let like = suite(context, agent, prompt)?.map(|(_, suite)| suite);
    let like = like.filter(|suite| suite.prompt == prompt).unwrap_or_default();
    let others = suites(context, agent)?.into_iter().map(|(_, suite)| suite);
    let judge = others
        .filter(|suite| suite.prompt == prompt)
        .find_map(|suite| suite.judge);
    Ok(Suite {
        description: "Samples that failed in production.".to_owned(),
        prompt: prompt.to_owned(),
        judge: like.judge.or(judge),
        cases: Vec::new(),
        ..like
    })
}
