//! Other programs: whether they are there, and running them to their end.
#![expect(clippy::disallowed_methods, reason = "this is where programs are run")]

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, FailureKind};
use crate::ports::{Programs, Stream};

/// What `cargo run` tells the program that it runs about its package. Build scripts ask for the same names (that of `ring` does),
/// and a cargo that this program starts would build anew whatever hangs on them, as the next one from a shell would.
const OF_PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    let named = env::vars_os().map(|(name, _)| name);
    for name in named.filter(|name| OF_PACKAGE.iter().any(|start| name.to_string_lossy().starts_with(start))) {
        command.env_remove(name);
    }
    command
}

/// The programs in `PATH`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathPrograms;

impl Programs for PathPrograms {
    fn succeeds(&self, program: &str, arguments: &[&str]) -> bool {
        let status = command(program, arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    fn run(&self, program: &str, arguments: &[&str], folder: &Path, stream: Stream) -> Result<Option<i32>, Failure> {
        let mut command = command(program, arguments);
        command.current_dir(folder);
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
