//! What was measured with the versions of a prompt: possible, on one scale, and no worse than before.

use std::collections::BTreeMap;

use super::prompts::header_place;
use crate::model::{FileTree, Finding, PlainVersion};
use crate::prompts::{Beside, Better, Metric, Prompt};

/// What was last measured of a prompt: each metric with its version.
pub(super) type Measured<'a> = BTreeMap<&'a str, (PlainVersion, Metric)>;

/// No version may measure worse than the last one that was measured, nor leave out what was.
pub(super) fn check<'a>(
    measured: &mut Measured<'a>,
    (version, now): (PlainVersion, &'a Prompt),
    path: &str,
    tree: &FileTree,
    findings: &mut Vec<Finding>,
) {
    for (name, (earlier_version, earlier)) in measured.iter() {
        let Some(value) = now.header.metrics.get(*name) else {
            let (line, column) = header_place(tree, path, &["lockstep.metrics"]);
            let message = format!("`{name}` is not measured, and was {earlier} in {earlier_version}");
            let finding = Finding::warning("metric-regression", message).at(path, line, column);
            findings.push(finding.help("measure it, so that nobody has to guess whether it is worse"));
            continue;
        };
        if let Some(finding) = beside(name, value, earlier, *earlier_version) {
            let (line, column) = header_place(tree, path, &["lockstep.metrics", name]);
            findings.push(finding.at(path, line, column));
        }
    }
    for (name, value) in &now.header.metrics {
        if !value.is_possible() {
            let (line, column) = header_place(tree, path, &["lockstep.metrics", name]);
            let finding = Finding::error("invalid-value", format!("`{value}` is no part of its whole"));
            findings.push(
                finding
                    .at(path, line, column)
                    .help("write it as in `4.2/5.0` or `94 %`"),
            );
        }
        // what one version says of a metric by hand, the next ones need not repeat
        let said = measured.get(name.as_str()).and_then(|(_, earlier)| earlier.better());
        measured.insert(name, (version, value.or_better(said)));
    }
}

/// What is to be said of a measure beside an earlier one.
fn beside(name: &str, now: &Metric, earlier: &Metric, version: PlainVersion) -> Option<Finding> {
    let said = format!("`{name}` is {now}, and {earlier} in {version}");
    match now.beside(earlier, name) {
        Beside::NoWorse => None,
        Beside::Worse(better) => {
            let help = "mend the prompt, or measure again: a version replaces one that did no worse";
            let by_name = now.or_better(earlier.better()).better().is_none();
            Some(match better {
                Better::Higher => Finding::error("metric-regression", said).help(help),
                Better::Lower if by_name => {
                    let otherwise = "by its name lower is better: `{value: …, better: higher}` says otherwise";
                    Finding::error("metric-regression", format!("{said}: lower is better"))
                        .help(format!("{help}; {otherwise}"))
                }
                Better::Lower => Finding::error("metric-regression", format!("{said}: lower is better")).help(help),
            })
        }
        Beside::OtherScale => Some(
            Finding::error("incomparable-metric", format!("{said}: these are not on one scale"))
                .help("write it on the scale of the earlier one, or measure it under another name"),
        ),
        Beside::NoDirection => {
            let message = format!("{said}: its name does not say whether higher or lower is better");
            let help = format!("say it by hand: `{name}: {{value: {now}, better: higher}}`, or `lower`");
            Some(Finding::error("incomparable-metric", message).help(help))
        }
        Beside::Turned(better) => {
            let (here, there) = (better.word(), better.opposite().word());
            let message = format!("{said}: {here} is better by what is said here, and by its name {there} was");
            let help = "where the name misleads, have somebody read it; otherwise take `better` out: it measured worse";
            Some(Finding::warning("metric-regression", message).help(help))
        }
        Beside::Contradictory => {
            let (here, there) = (now.better()?.word(), earlier.better()?.word());
            let message = format!("of `{name}` {here} is better, and {there} was by {version}");
            let help = "say the same of all versions, or measure it under another name";
            Some(Finding::error("incomparable-metric", message).help(help))
        }
    }
}
