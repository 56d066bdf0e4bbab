//! Runs a program to its end or to a time-out, whichever comes first.
#![expect(clippy::disallowed_methods, reason = "this is where programs are run")]

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// How often to look whether the program has ended.
const POLL: Duration = Duration::from_millis(5);
/// Most of an output that is kept, in bytes: what a program says last matters most, and may be without end.
const MOST_OUTPUT: usize = 256 * 1024;

/// How a program ended.
pub(super) enum Ended {
    /// By itself, with this output on both streams.
    Exited {
        status: ExitStatus,
        output: String,
        errors: String,
    },
    /// Killed, with all that it had started, because it took too long.
    TimedOut,
}

/// Runs a program without input, in a process group of its own.
pub(super) fn run(command: &mut Command, timeout: Duration) -> io::Result<Ended> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    ended(&mut child, timeout, kill_group)
}

/// Runs a program with this input. It stays in our process group, since it may ask for a passphrase at the terminal.
pub(super) fn feed(command: &mut Command, input: Arc<[u8]>, timeout: Duration) -> io::Result<Ended> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // a program that ends without reading all of it says why itself
        thread::spawn(move || stdin.write_all(&input));
    }
    ended(&mut child, timeout, |child| {
        let _ = child.kill();
        let _ = child.wait();
    })
}

/// Waits for the end, and takes all that is said on the way.
fn ended(child: &mut Child, timeout: Duration, stop: impl FnOnce(&mut Child)) -> io::Result<Ended> {
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let Some(status) = wait(child, timeout)? else {
        stop(child);
        return Ok(Ended::TimedOut);
    };
    Ok(Ended::Exited {
        status,
        output: output.join().unwrap_or_default(),
        errors: errors.join().unwrap_or_default(),
    })
}

fn wait(child: &mut Child, timeout: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + timeout;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// `git` starts helpers (ssh, index-pack), which would go on without it.
fn kill_group(child: &mut Child) {
    let group = child.id();
    // The standard library can only kill the program itself; every shell can kill its group. This is POSIX's
    // spelling: dash does not understand `-KILL --`.
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -s KILL -- -{group}")])
        .stderr(Stdio::null())
        .status();
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a stream to its end on a thread of its own, so that the program never waits for us.
fn collect<R: Read + Send + 'static>(stream: Option<R>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; 8192];
        if let Some(mut stream) = stream {
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                kept.extend_from_slice(&buffer[..length]);
                if kept.len() > 2 * MOST_OUTPUT {
                    kept.drain(..kept.len() - MOST_OUTPUT);
                }
            }
        }
        String::from_utf8_lossy(&kept).into_owned()
    })
}
