//! Builds of this program with features that the first build leaves out: made by cargo when a command needs one.

use std::io::Write;

use crate::context::Context;
use crate::documents::Outcome;
use crate::failure::{Failure, FailureKind};
use crate::ports::Stream;

/// What cargo exits with where it could not build.
const CARGO_FAILED: i32 = 101;
/// The features that this build has.
const HAS: &[&str] = &[
    #[cfg(feature = "rego")]
    "rego",
    #[cfg(feature = "sigstore")]
    "sigstore",
    #[cfg(feature = "sql")]
    "sql",
];
/// Findings of a build that lacks a feature, each with that feature.
const NOT_BUILT: &[(&str, &str)] = &[("rego-not-built", "rego"), ("sql-not-built", "sql")];

/// What a command could not do, and the feature of the build that can.
struct Lacking {
    feature: &'static str,
    message: String,
}

impl Lacking {
    fn of(outcome: Outcome<'_>) -> Option<Lacking> {
        match outcome {
            Err(failure) => failure.lacks.map(|feature| Lacking {
                feature,
                message: failure.message.clone(),
            }),
            Ok(report) => {
                let mut told = report.findings.iter();
                told.find_map(|finding| {
                    let (_, feature) = NOT_BUILT.iter().find(|(rule, _)| finding.rule == *rule)?;
                    Some(Lacking {
                        feature,
                        message: finding.message.clone(),
                    })
                })
            }
        }
    }
}

/// Runs the same command line with a build of this program that has what this one lacked, and returns its exit code;
/// nothing where this one lacked nothing, or cargo cannot be run.
pub fn run_with_feature(context: &Context, outcome: Outcome<'_>) -> Option<Result<u8, Failure>> {
    const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let Lacking { feature, message } = Lacking::of(outcome)?;
    if !context.programs.succeeds("cargo", &["--version"]) {
        return None;
    }
    if !context.quiet {
        let _ = writeln!(
            std::io::stderr(),
            "this needs the build with the feature `{feature}`; where there is none yet, cargo makes it, which takes minutes"
        );
    }
    // all that this build has stays, or the two would hand over to each other for ever
    let mut features = [HAS, &[feature]].concat();
    features.sort_unstable();
    let program = match () {
        () if features.contains(&"sigstore") => "xtask-sigstore",
        () if features.contains(&"rego") => "xtask-rego",
        () => "xtask-sql",
    };
    let features = features.join(",");
    let folder = &context.environment.current_folder;
    let cargo = |arguments: &[&str], stream| context.programs.run("cargo", arguments, folder, stream).ok()?;
    let of = [
        "--quiet",
        "--locked",
        "--manifest-path",
        MANIFEST,
        "--features",
        &features,
        "--bin",
        program,
    ];
    let mut run = [&["run"], &of[..], &["--"]].concat();
    for argument in &context.environment.arguments {
        run.push(argument.to_str()?);
    }
    let exit = cargo(&run, Stream::Output)?;
    // what cargo could not build must not be taken for what the command came to
    if exit == CARGO_FAILED && cargo(&[&["build"], &of[..]].concat(), Stream::Aside)? != 0 {
        let message = format!("{message}, and the build with the feature `{feature}` failed");
        let failure = Failure::new(FailureKind::Outside, message).hint("see what cargo says above");
        return Some(Err(
            failure.hint("without a network: `cargo fetch` beforehand, where there is one")
        ));
    }
    u8::try_from(exit).ok().map(Ok)
}
