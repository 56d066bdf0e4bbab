//! Findings as JUnit XML, which Jenkins, GitLab and most other services show as tests.

use super::results::{Results, Tally, facts};
use crate::model::{Finding, Severity};

/// The findings as one suite: an error fails its case, a waived one is skipped, and what could not be checked is an
/// error of the suite. A run without findings has one case that passes, since no case at all counts as a broken run.
pub fn junit(results: &Results<'_>) -> String {
    let gaps = results.gaps();
    let mut cases: Vec<String> = results
        .by_weight()
        .into_iter()
        .map(|finding| case(results, finding))
        .collect();
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
    let tally = Tally::of(results.findings);
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        tally.errors,
        gaps.len(),
        tally.waived
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\">\n  <testsuite name=\"lockstep {}\" {counts}>\n{}  </testsuite>\n</testsuites>\n",
        attribute(results.command),
        cases.concat()
    )
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
