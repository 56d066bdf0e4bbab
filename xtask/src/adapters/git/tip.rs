//! Where a branch that only the tool writes stands, as far as this clone can know.

use std::collections::BTreeMap;

use git2::{ErrorCode, Oid};
use lockstep::secrets::without_login;

use super::super::failing;
use super::object::git_id;
use super::open::GitRepository;
use crate::failure::{Failure, FailureKind};
use crate::ports::{GitId, KnownBranch, Tip};

/// Where a branch stands, judged from the local and the remote-tracking reference.
pub(super) fn tip(repository: &GitRepository, branch: &str, remote: &str) -> Result<Tip, Failure> {
    let lease = repository.lease()?;
    let local = target(&lease, &format!("refs/heads/{branch}"))?;
    let tracking = target(&lease, &tracking_reference(branch, remote))?;
    let commit = match (local, tracking) {
        (None, None) => {
            return match blind_spot(&lease, branch, remote)? {
                Some(failure) => Err(failure),
                None => Ok(Tip::Unborn),
            };
        }
        (Some(one), None) | (None, Some(one)) => one,
        (Some(local), Some(tracking)) => newer(&lease, branch, remote, local, tracking)?,
    };
    Ok(Tip::At {
        commit: git_id(commit),
        local: local.map(git_id),
    })
}

/// What the remote-tracking reference of a branch holds.
pub(super) fn remote_tip(repository: &GitRepository, branch: &str, remote: &str) -> Result<Option<GitId>, Failure> {
    let lease = repository.lease()?;
    Ok(target(&lease, &tracking_reference(branch, remote))?.map(git_id))
}

/// The branches whose names begin so, local or remote-tracking.
pub(super) fn branches(repository: &GitRepository, prefix: &str, remote: &str) -> Result<Vec<KnownBranch>, Failure> {
    let lease = repository.lease()?;
    let tracking = tracking_reference("", remote);
    let mut found: BTreeMap<String, KnownBranch> = BTreeMap::new();
    for folder in ["refs/heads/", &tracking] {
        let failed = |error| failing::git(format!("could not list `{folder}{prefix}*`"), &error);
        for reference in lease.references_glob(&format!("{folder}{prefix}*")).map_err(failed)? {
            let reference = reference.map_err(failed)?;
            let name = String::from_utf8_lossy(reference.name_bytes());
            // a symbolic one, such as `origin/HEAD`, is a name of another
            let (Some(name), Some(id)) = (name.strip_prefix(folder), reference.target()) else {
                continue;
            };
            let known = found.entry(name.to_owned()).or_insert_with(|| KnownBranch {
                name: name.to_owned(),
                local: None,
                tracking: None,
            });
            let place = match folder == tracking {
                true => &mut known.tracking,
                false => &mut known.local,
            };
            *place = Some(git_id(id));
        }
    }
    Ok(found.into_values().collect())
}

/// The address of a remote, without whoever logs in there.
pub(super) fn remote_url(repository: &GitRepository, remote: &str) -> Result<Option<String>, Failure> {
    let lease = repository.lease()?;
    let found = find_remote(&lease, remote)?;
    Ok(found.map(|remote| without_login(&String::from_utf8_lossy(remote.url_bytes())).into_owned()))
}

/// The object that a reference leads to.
pub(super) fn target(repository: &git2::Repository, reference: &str) -> Result<Option<Oid>, Failure> {
    match repository.refname_to_id(reference) {
        Ok(id) => Ok(Some(id)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => {
            let failure = failing::git(format!("could not read `{reference}`"), &error);
            Err(match broken_file(repository, reference) {
                Some(mend) => failure.hint(mend),
                None => failure,
            })
        }
    }
}

/// The command that mends a reference whose file cannot be read; git itself neither overwrites nor deletes it.
fn broken_file(repository: &git2::Repository, reference: &str) -> Option<String> {
    let file = repository.commondir().join(reference);
    let held = (git2::Reference::is_valid_name(reference) && file.is_file()).then(|| file.display())?;
    let log = repository.reflog(reference).ok();
    let last = log.as_ref().and_then(|log| log.get(0)).map(|entry| entry.id_new());
    Some(match last {
        Some(id) => format!("rm {held} && git update-ref {reference} {id}    # where it was last"),
        None => format!("rm {held} && git fetch    # then what the remote has counts"),
    })
}

fn tracking_reference(branch: &str, remote: &str) -> String {
    format!("refs/remotes/{remote}/{branch}")
}

fn find_remote<'a>(repository: &'a git2::Repository, remote: &str) -> Result<Option<git2::Remote<'a>>, Failure> {
    match repository.find_remote(remote) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
        Err(error) => Err(failing::git(
            format!("could not read the settings of the remote `{remote}`"),
            &error,
        )),
    }
}

/// The tip that has the other one behind it.
fn newer(repository: &git2::Repository, branch: &str, remote: &str, local: Oid, tracking: Oid) -> Result<Oid, Failure> {
    let descends = |one: Oid, other: Oid| {
        // A shallow boundary can hide the common history: then neither is known to descend from the other.
        one == other || repository.graph_descendant_of(one, other).unwrap_or(false)
    };
    if descends(local, tracking) {
        return Ok(local);
    }
    if descends(tracking, local) {
        return Ok(tracking);
    }
    let failure = Failure::new(
        FailureKind::Repository,
        format!("the branch `{branch}` diverged: `{local}` here, `{tracking}` on `{remote}` as of the last fetch"),
    );
    let failure = if repository.is_shallow() {
        failure.hint(format!(
            "this clone is shallow and may only not see what they have in common: `git fetch --unshallow {remote}`"
        ))
    } else {
        failure
    };
    Err(failure
        .hint(format!("see what the remote has now: `git fetch {remote}`"))
        .hint(format!(
            "compare them: `git log --graph --oneline {branch} {remote}/{branch}`"
        ))
        .hint(format!(
            "to go on from the remote's and drop the local commits: `git branch -f {branch} {remote}/{branch}`"
        )))
}

/// Why this clone cannot know whether the remote has the branch, if so. Without this, the tool would begin a second,
/// unrelated history beside a branch that exists.
fn blind_spot(repository: &git2::Repository, branch: &str, remote: &str) -> Result<Option<Failure>, Failure> {
    let Some(found) = find_remote(repository, remote)? else {
        return Ok(None);
    };
    let refspecs = found
        .fetch_refspecs()
        .map_err(|error| failing::git(format!("could not read what `{remote}` fetches"), &error))?;
    let refspecs: Vec<&str> = refspecs.iter().filter_map(|spec| spec.ok().flatten()).collect();
    let covered = covers(&refspecs, branch, remote);
    let shallow = repository.is_shallow();
    let why = match (shallow, covered) {
        (false, true) => return Ok(None),
        (true, _) => "this clone is shallow",
        (false, false) => "this clone does not fetch that branch",
    };
    let all = if covered {
        String::new()
    } else {
        format!("git remote set-branches {remote} '*' && ")
    };
    let depth = if shallow { "--unshallow " } else { "" };
    let failure = Failure::new(
        FailureKind::Repository,
        format!("cannot know whether `{remote}` has the branch `{branch}`: {why}"),
    );
    Ok(Some(
        failure
            .hint(format!(
                "fetch it: `git fetch {remote} '+refs/heads/{branch}:refs/remotes/{remote}/{branch}'`"
            ))
            .hint(format!(
                "if the remote has no such branch yet, fetch everything: `{all}git fetch {depth}{remote}`"
            )),
    ))
}

/// Whether a plain fetch would bring the branch to a place where [`tip`] looks.
fn covers(refspecs: &[&str], branch: &str, remote: &str) -> bool {
    let source = format!("refs/heads/{branch}");
    let places = [tracking_reference(branch, remote), source.clone()];
    let refused = refspecs
        .iter()
        .filter_map(|spec| spec.strip_prefix('^'))
        .any(|pattern| capture(pattern, &source).is_some());
    let fetched = refspecs.iter().any(|spec| {
        let spec = spec.strip_prefix('+').unwrap_or(spec);
        let Some((from, to)) = spec.split_once(':') else {
            return false;
        };
        capture(from, &source).is_some_and(|part| places.contains(&to.replacen('*', part, 1)))
    });
    fetched && !refused
}

/// What the `*` of a pattern stands for in a name that matches it.
fn capture<'a>(pattern: &str, name: &'a str) -> Option<&'a str> {
    match pattern.split_once('*') {
        None => (pattern == name).then_some(""),
        Some((start, end)) => name.strip_prefix(start)?.strip_suffix(end),
    }
}
