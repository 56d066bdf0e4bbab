//! `new pipeline`: what a CI service runs.

use lockstep::workspace::scaffold::{CiService, Plan, new_pipeline};

use super::{Answer, Mode, shown};
use crate::context::{Context, Source};
use crate::failure::{Failure, FailureKind};
use crate::report::Report;

/// Start the pipelines of a CI service: check, release, promotion, hold, rollback and the nightly verification.
///
/// They are made of the environments and branches of this fleet. What is there is not replaced without `--replace`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The service.
    #[arg(long, value_enum)]
    ci: CiWord,
    /// Replace files that are there.
    #[arg(long)]
    replace: bool,
    /// Show the files and write nothing.
    #[arg(long, short = 'n')]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum CiWord {
    /// GitHub Actions.
    Github,
    /// GitLab CI/CD.
    Gitlab,
    /// Jenkins.
    Jenkins,
    /// Argo Workflows.
    ArgoWorkflows,
}

/// Starts a pipeline.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    let loaded = context.load(&Source::WorkTree)?;
    let Some(workspace) = loaded.whole() else {
        return Ok(Report::of_findings(loaded.findings, loaded.tree));
    };
    let plan = new_pipeline(workspace, args.ci.service());
    let root = context.root()?;
    if !args.replace && !args.dry_run {
        let differs = |path: &str, text: &str| {
            let there = context.files.read(&root.join(path));
            there.is_err() || there.is_ok_and(|there| there.is_some_and(|bytes| bytes != text.as_bytes()))
        };
        refuse_existing(&plan, differs)?;
    }
    let mode = Mode::of(args.dry_run);
    let text = match mode {
        Mode::Show => shown(&plan),
        Mode::Write => {
            for (path, text) in &plan {
                context.files.write(&root.join(path), text.as_bytes())?;
            }
            plan.keys().map(|path| format!("wrote {path}\n")).collect()
        }
    };
    let applied = mode == Mode::Write;
    let report = Report::new(Answer { applied, files: plan }, text);
    Ok(if applied {
        report.next("cargo xtask generate    # writes CODEOWNERS and the pull request template")
    } else {
        report
    })
}

fn refuse_existing(plan: &Plan, differs: impl Fn(&str, &str) -> bool) -> Result<(), Failure> {
    let there = plan.iter().filter(|(path, text)| differs(path, text));
    let there: Vec<&str> = there.map(|(path, _)| path.as_str()).collect();
    if there.is_empty() {
        return Ok(());
    }
    let message = format!("these are there already: {}", there.join(", "));
    Err(Failure::new(FailureKind::Usage, message).hint("look at `--dry-run`, then pass `--replace`"))
}

impl CiWord {
    fn service(self) -> CiService {
        match self {
            CiWord::Github => CiService::Github,
            CiWord::Gitlab => CiService::Gitlab,
            CiWord::Jenkins => CiService::Jenkins,
            CiWord::ArgoWorkflows => CiService::ArgoWorkflows,
        }
    }
}
