//! Other programs: whether they are there, and running them to their end.
#![expect(clippy::disallowed_methods, reason = "this is where programs are run")]

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, FailureKind};
use crate::ports::{Programs, Stream};

/// The programs in `PATH`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathPrograms;

impl Programs for PathPrograms {
    fn succeeds(&self, program: &str, arguments: &[&str]) -> bool {
        let status = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    fn run(&self, program: &str, arguments: &[&str], folder: &Path, stream: Stream) -> Result<Option<i32>, Failure> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        if stream == Stream::Aside {
            command.stdout(io::stderr());
        }
        let status = command.status().map_err(|error| {
            Failure::new(FailureKind::Outside, format!("could not run `{program}`: {error}"))
                .hint(format!("install `{program}`, or add its folder to `PATH`"))
        })?;
        Ok(status.code())
    }
}
