//! Findings as JUnit XML, which Jenkins, GitLab and most other services show as tests.

use super::results::{Results, TestOutcome, TestedCase, facts};
use crate::model::{Finding, Severity};

/// What was tested and the findings as one suite: an error fails its case, a waived one is skipped, and what could not be
/// checked is an error of the suite. A finding that says the same as a test is not told twice. A run without findings has
/// one case that passes, since no case at all counts as a broken run.
pub fn junit(results: &Results<'_>) -> String {
    let gaps = results.gaps();
    let is_told = |finding: &&Finding| results.tested.iter().any(|one| one.rule == finding.rule);
    let findings: Vec<&Finding> = results.by_weight().into_iter().filter(|one| !is_told(one)).collect();
    let mut cases: Vec<String> = results.tested.iter().map(tested).collect();
    cases.extend(findings.iter().map(|finding| case(results, finding)));
    cases.extend(gaps.iter().map(|gap| {
        format!(
            "    <testcase classname=\"lockstep\" name=\"{}\">\n      <error message=\"{}\"/>\n    </testcase>\n",
            attribute(results.command),
            attribute(gap)
        )
    }));
    if cases.is_empty() {
        cases.push("    <testcase classname=\"lockstep\" name=\"no findings\"/>\n".to_owned());
    }
    let ended = |outcome| results.tested.iter().filter(|one| one.outcome == outcome).count();
    let is_waived = |finding: &&&Finding| finding.waiver.is_some();
    let is_wrong = |finding: &&&Finding| finding.is_error();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        findings.iter().filter(is_wrong).count() + ended(TestOutcome::Failed),
        gaps.len() + ended(TestOutcome::Error),
        findings.iter().filter(is_waived).count() + ended(TestOutcome::Skipped)
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\">\n  <testsuite name=\"lockstep {}\" {counts}>\n{}  </testsuite>\n</testsuites>\n",
        attribute(results.command),
        cases.concat()
    )
}

fn tested(test: &TestedCase) -> String {
    let message = attribute(&test.message);
    let body = match test.outcome {
        TestOutcome::Passed => String::new(),
        TestOutcome::Failed => format!(
            "\n      <failure type=\"{}\" message=\"{message}\"/>\n    ",
            attribute(test.rule)
        ),
        TestOutcome::Error => format!("\n      <error message=\"{message}\"/>\n    "),
        TestOutcome::Skipped => format!("\n      <skipped message=\"{message}\"/>\n    "),
    };
    let names = format!(
        "classname=\"{}\" name=\"{}\" file=\"{}\"",
        attribute(&test.group),
        attribute(&test.name),
        attribute(&test.file)
    );
    match body.is_empty() {
        true => format!("    <testcase {names}/>\n"),
        false => format!("    <testcase {names}>{body}</testcase>\n"),
    }
}

fn case(results: &Results<'_>, finding: &Finding) -> String {
    let (file, line, column) = results.place(finding);
    let place = match line {
        0 => file.to_owned(),
        _ => format!("{file}:{line}:{column}"),
    };
    let mut lines = vec![finding.message.clone(), place.clone()];
    lines.extend(facts(finding));
    let lines = escape(&lines.join("\n"));
    let message = attribute(&finding.message);
    let body = match (&finding.waiver, finding.severity) {
        (Some(_), _) => format!("<skipped message=\"{message}\">{lines}</skipped>"),
        (None, Severity::Error) => {
            format!(
                "<failure type=\"{}\" message=\"{message}\">{lines}</failure>",
                attribute(&finding.rule)
            )
        }
        (None, Severity::Warning | Severity::Note) => format!("<system-out>{lines}</system-out>"),
    };
    let name = [Some(&*finding.rule), finding.unit.as_deref(), Some(&place)];
    let name: Vec<&str> = name.into_iter().flatten().collect();
    format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\">\n      {body}\n    </testcase>\n",
        attribute(finding.unit.as_deref().unwrap_or(file)),
        attribute(&name.join(" ")),
        attribute(file)
    )
}

/// Text in an attribute, where a line end would be read as a space.
fn attribute(text: &str) -> String {
    escape(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// Characters that XML 1.0 has no way to write become the replacement character.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}
