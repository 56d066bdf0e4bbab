//! Runs this program as a process of its own and measures it from outside.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is where programs are started and the clock is read"
)]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::failing;
use crate::failure::{Failure, FailureKind};

/// What one run of the program took.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Wall time, seconds, from start to end.
    pub seconds: f64,
    /// Most memory it held at once, bytes; nothing where the system does not tell.
    pub peak_bytes: Option<u64>,
}

/// How often the memory of a running process is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// Runs this program with these arguments in a folder; a run that fails is a failure with what it said.
pub fn this_program<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Result<Measured, Failure> {
    let program = std::env::current_exe().map_err(|error| failing::disk("could not find this program", &error))?;
    let said = folder.join(".bench-output");
    let output = fs::File::create(&said).map_err(|error| failing::disk("could not write to the folder", &error))?;
    let errors = output
        .try_clone()
        .map_err(|error| failing::disk("could not write to the folder", &error))?;
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(|error| failing::disk("could not start this program", &error))?;
    let mut peak_bytes = None;
    let status = loop {
        peak_bytes = peak_bytes.max(peak(child.id()));
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => thread::sleep(LOOK),
            Err(error) => return Err(failing::disk("could not wait for this program", &error)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    let words = fs::read_to_string(&said).unwrap_or_default();
    // gone already is as good as removed
    let _ = fs::remove_file(&said);
    if status.success() {
        return Ok(Measured { seconds, peak_bytes });
    }
    let tail: Vec<&str> = words.lines().rev().take(12).collect();
    let tail: Vec<&str> = tail.into_iter().rev().collect();
    Err(Failure::new(
        FailureKind::Outside,
        format!("the measured run failed ({status}): {}", tail.join("\n")),
    ))
}

/// The most memory that a process has held so far, as Linux tells it.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(PathBuf::from(format!("/proc/{process}/status"))).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// A folder that is removed with all that is in it when it goes out of scope.
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// A new empty folder where the system keeps temporary files, or below `base`.
    pub fn new(base: Option<&Path>) -> Result<Scratch, Failure> {
        let base = base.map_or_else(std::env::temp_dir, Path::to_owned);
        let folder = base.join(format!("lockstep-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| failing::disk("could not make a folder", &error))?;
        Ok(Scratch { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // what cannot be removed is left to the system's own cleaning
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Makes a repository of what a folder holds, with one commit in one pack, as a clone has it.
pub fn make_repository(folder: &Path) -> Result<(), Failure> {
    let make = || -> Result<(), git2::Error> {
        let repository = git2::Repository::init(folder)?;
        let odb = repository.odb()?;
        let memory = odb.add_new_mempack_backend(1000)?;
        commit(&repository, "A fleet")?;
        let mut pack = git2::Buf::new();
        memory.dump(&repository, &mut pack)?;
        let mut writer = odb.packwriter()?;
        writer
            .write_all(&pack)
            .map_err(|error| git2::Error::from_str(&error.to_string()))?;
        writer.commit()?;
        Ok(())
    };
    make().map_err(|error| failing::git("could not make a repository of the fleet", &error))
}

/// Commits what changed in a folder.
pub fn commit_all(folder: &Path, message: &str) -> Result<(), Failure> {
    git2::Repository::open(folder)
        .and_then(|repository| commit(&repository, message))
        .map_err(|error| failing::git("could not commit the fleet", &error))
}

fn commit(repository: &git2::Repository, message: &str) -> Result<(), git2::Error> {
    let mut index = repository.index()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
    let tree = repository.find_tree(index.write_tree()?)?;
    // afterwards, as `git commit` does: the index then knows the trees that it was committed as
    index.write()?;
    let author = git2::Signature::new("Bench", "bench@localhost", &git2::Time::new(1_700_000_000, 0))?;
    let parent = repository.head().ok().and_then(|head| head.peel_to_commit().ok());
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    repository.commit(Some("HEAD"), &author, &author, message, &tree, &parents)?;
    Ok(())
}
