//! Cases, recordings and mocks with secrets: nothing renders them, and everyone who may read the repository reads them.

use std::collections::BTreeSet;
use std::sync::Arc;

use lockstep::policy::rules::fleet::may_leak;
use lockstep::prompts::run::Tape;
use lockstep::workspace::layout::{self, Place};
use rayon::prelude::*;

use crate::context::{Context, Loaded};
use crate::failure::{Failure, FailureKind};
use crate::ports::GitId;

/// A file by its path.
type File = (String, Arc<[u8]>);

/// Puts those of the work tree with its other files, where the rule about secrets sees them.
pub(super) fn join(context: &Context, loaded: &mut Loaded) -> Result<(), Failure> {
    let leaky = leaky(context, &|_| true)?;
    loaded.tree.extend(leaky);
    Ok(())
}

/// The same of both sides of a change, of the files that it touches.
pub(super) fn join_both(
    context: &Context,
    [before, after]: &mut [Loaded; 2],
    base: &GitId,
    paths: &BTreeSet<String>,
) -> Result<(), Failure> {
    let is_touched = |path: &str| path.ends_with('/') || paths.contains(path);
    let paths: Vec<String> = paths.iter().filter(|path| is_own(path)).cloned().collect();
    if paths.is_empty() {
        return Ok(());
    }
    let leaky = leaky(context, &is_touched)?;
    if leaky.is_empty() {
        return Ok(());
    }
    after.tree.extend(leaky);
    let files = paths.iter().zip(context.repository()?.read(base, &paths)?);
    let files = files.filter_map(|(path, bytes)| Some((path.clone(), bytes?)));
    // what else a file was called is found by what it has
    before.tree.extend(files);
    Ok(())
}

fn is_own(path: &str) -> bool {
    matches!(layout::place(path), Place::Regression(_))
}

/// Whether a folder is one of agents, or of one agent.
fn leads_there(path: &str) -> bool {
    path.starts_with(layout::AGENTS) && path.ends_with('/') && path.matches('/').count() <= 2
}

/// The files of the work tree that may have secrets.
fn leaky(context: &Context, is_asked: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<File>, Failure> {
    let root = context.root()?;
    let paths = context.listed(&|path| leads_there(path) || (is_own(path) && is_asked(path)))?;
    let read = |path: String| -> Result<Option<File>, Failure> {
        let place = root.join(&path);
        let Some(tape) = context.files.open_own(&place)? else {
            return Ok(None);
        };
        let may_leak = |tape: &dyn Tape| may_leak(tape).map_err(|message| Failure::new(FailureKind::Disk, message));
        if !may_leak(&*tape)? {
            return Ok(None);
        }
        let bytes = context.files.read_own(&place)?;
        Ok(bytes.map(|bytes| (path, Arc::from(bytes))))
    };
    let found = paths.into_par_iter().filter_map(|path| read(path).transpose());
    found.collect()
}
