//! Whether git leaves line ends as they are committed: digests are of bytes.

use lockstep::model::{FileTree, with_line_feeds};
use lockstep::report::counted;

use super::Check;
use crate::failure::Failure;
use crate::ports::Repository;

const SUBJECT: &str = "line ends";

/// What keeps line ends from now on, for everybody; a file may end without one.
const KEEP: &str =
    "printf '\\n* -text\\n' >> .gitattributes && git add .gitattributes && git commit -m \"Keep line ends\"";

/// Git writes a file only where it takes it for changed, so that it must forget all of them.
const WRITE_ANEW: &str =
    "git rm -rq --cached . && git reset -q --hard    # writes all files anew; commit your own changes first";

/// Looks at the files of the work tree, and at what git would make of them.
pub(super) fn check(repository: &dyn Repository, tree: &FileTree) -> Check {
    look(repository, tree).unwrap_or_else(|failure| Check::failed(SUBJECT, failure))
}

fn look(repository: &dyn Repository, tree: &FileTree) -> Result<Check, Failure> {
    let paths: Vec<String> = tree.entries().map(|(path, _)| path.to_owned()).collect();
    let is_kept = repository.unkept_line_ends(&paths)?.is_empty();
    let changed = changed(repository, tree)?;
    let why = "`core.autocrlf` or `core.eol` lets git change them on the way to the disk, and `.gitattributes` does not forbid it";
    let what = changed.first().map(|first| {
        let files = counted(changed.len(), "file");
        format!("{files} on disk with others than are committed, and so with other digests; `{first}` is the first")
    });
    let check = |seen: &str, mends: &[&str]| Check::missing(SUBJECT, seen, mends.join("\n"));
    Ok(match (is_kept, what) {
        (true, None) => Check::good(SUBJECT, "as they are committed"),
        (true, Some(what)) => check(&what, &[WRITE_ANEW]),
        (false, None) => check(why, &[KEEP]),
        (false, Some(what)) => check(&format!("{why}; {what}"), &[KEEP, WRITE_ANEW]),
    })
}

/// The files that differ from what is committed in their line ends alone.
fn changed(repository: &dyn Repository, tree: &FileTree) -> Result<Vec<String>, Failure> {
    let Ok(head) = repository.head() else {
        return Ok(Vec::new());
    };
    let files = tree.entries().filter_map(|(path, _)| Some((path, tree.get(path)?)));
    let (paths, here): (Vec<String>, Vec<Vec<u8>>) = files
        .filter_map(|(path, bytes)| Some((path.to_owned(), with_line_feeds(bytes)?)))
        .unzip();
    let committed = repository.read(&head.id, &paths)?;
    let pairs = paths.into_iter().zip(here).zip(committed);
    let changed = pairs.filter(|((_, here), committed)| committed.as_deref().is_some_and(|bytes| bytes == here));
    Ok(changed.map(|((path, _), _)| path).collect())
}
