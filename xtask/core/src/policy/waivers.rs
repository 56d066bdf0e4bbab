//! Waivers: what is wrong and may be so for a while, always told apart from what is right.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::{FileTree, Finding, Timestamp, Waiver, suggestion};
use crate::workspace::files::{WaiverFile, WaiverScope};
use crate::workspace::{layout, read_file};
use crate::yaml::{Positions, Segment};

/// How long a waiver may hold, days.
pub const LONGEST: i64 = 90;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The waivers of a tree.
#[derive(Debug, Default)]
pub struct Waivers {
    waivers: Vec<Read>,
}

/// A waiver, where it stands, and how long it holds.
#[derive(Debug)]
struct Read {
    file: WaiverFile,
    path: String,
    positions: Option<Positions>,
    /// The seconds in which it holds.
    holds: Range<i64>,
}

/// What a run knows that waivers depend on.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Every rule that there is.
    pub known: &'a BTreeSet<&'a str>,
    /// The rules that this run judged everything by: a waiver of one of them is unused when it met nothing.
    pub judged: &'a BTreeSet<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
}

impl Waivers {
    /// Reads the waivers below `policies/waivers/`; what is wrong with their files are findings.
    pub fn read(tree: &FileTree) -> (Waivers, Vec<Finding>) {
        let mut waivers = Vec::new();
        let mut findings = Vec::new();
        for (path, bytes) in tree.below(layout::WAIVERS).filter(|(path, _)| path.ends_with(".yaml")) {
            let Some(file) = read_file::<WaiverFile>(path, bytes, &mut findings) else {
                continue;
            };
            let positions = std::str::from_utf8(bytes)
                .ok()
                .and_then(|text| Positions::of(text).ok());
            let mut read = Read {
                file,
                path: path.to_owned(),
                positions,
                holds: 0..0,
            };
            let blank = read.blank();
            let is_blank = !blank.is_empty();
            findings.extend(blank);
            match read.dates() {
                // what nobody answers for admits nothing
                Ok(_) if is_blank => {}
                Ok(holds) => {
                    read.holds = holds;
                    waivers.push(read);
                }
                Err(finding) => findings.push(finding),
            }
        }
        (Waivers { waivers }, findings)
    }

    /// Marks the findings that a waiver admits now; returns the waivers that met something, by number.
    pub fn admit(&self, findings: &mut [Finding], now: i64) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        for finding in findings {
            let mut waivers = self.waivers.iter().enumerate();
            let Some((index, waiver)) = waivers.find(|(_, waiver)| waiver.admits(finding)) else {
                continue;
            };
            used.insert(index);
            if waiver.holds.contains(&now) {
                finding.waiver = Some(Box::new(Waiver {
                    reason: waiver.file.reason.clone(),
                    owner: waiver.file.owner.clone(),
                    expires: waiver.file.expires.clone(),
                }));
            }
        }
        used
    }

    /// Marks the findings that a waiver admits, and adds what is wrong with the waivers themselves.
    pub fn apply(&self, findings: &mut Vec<Finding>, run: Run<'_>) {
        let used = self.admit(findings, run.now);
        let waivers = self.waivers.iter().enumerate();
        findings.extend(waivers.filter_map(|(index, waiver)| waiver.finding(used.contains(&index), run)));
        findings.sort();
    }
}

impl Read {
    fn at(&self, key: &str, finding: Finding) -> Finding {
        let path = [Segment::Key(key.to_owned())];
        let (line, column) = self
            .positions
            .as_ref()
            .map_or((1, 1), |positions| positions.nearest(&path));
        finding.at(&self.path, line, column)
    }

    /// What it says nothing about although somebody will ask.
    fn blank(&self) -> Vec<Finding> {
        let said = [
            (
                "reason",
                &self.file.reason,
                "say why it may be, in a sentence that a stranger understands",
            ),
            ("owner", &self.file.owner, "name a person or a team with an address"),
            (
                "ticket",
                &self.file.ticket,
                "say where the work to do without it is planned",
            ),
        ];
        let blank = said.into_iter().filter(|(_, text, _)| text.trim().is_empty());
        blank
            .map(|(key, _, help)| {
                let finding = Finding::error("invalid-value", format!("`{key}` says nothing"));
                self.at(key, finding).help(help)
            })
            .collect()
    }

    /// When it holds, or what is wrong with its dates.
    fn dates(&self) -> Result<Range<i64>, Finding> {
        let day = |key: &str, text: &str| {
            let moment = Timestamp::parse(&format!("{text}T00:00:00Z"));
            let wrong = || Finding::error("invalid-value", format!("`{key}` is `{text}`, which is no day"));
            moment
                .map(|moment| moment.seconds)
                .ok_or_else(|| self.at(key, wrong()).help("write it as YYYY-MM-DD"))
        };
        let created = day("created", &self.file.created)?;
        let expires = day("expires", &self.file.expires)?;
        let days = (expires - created) / DAY;
        if !(0..=LONGEST).contains(&days) {
            let message = format!("the waiver holds {days} days, not between 0 and {LONGEST}");
            let finding = self.at("expires", Finding::error("overlong-waiver", message));
            return Err(finding.help("let it expire sooner, and write another one then if it is still needed"));
        }
        // a day begins earlier in the east
        Ok(created - DAY..expires + DAY)
    }

    fn admits(&self, finding: &Finding) -> bool {
        finding.rule == self.file.rule && self.file.scope.holds(finding)
    }

    /// What is wrong with it in this run.
    fn finding(&self, is_used: bool, run: Run<'_>) -> Option<Finding> {
        let rule = self.file.rule.as_str();
        if !run.known.contains(rule) {
            let finding = self.at(
                "rule",
                Finding::error("unknown-waived-rule", format!("there is no rule `{rule}`")),
            );
            return Some(match suggestion(rule, run.known.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding.help("`cargo xtask policy list` lists the rules"),
            });
        }
        if run.now < self.holds.start {
            let message = format!(
                "the waiver of `{rule}` begins on {}, which is still to come",
                self.file.created
            );
            let finding = self.at("created", Finding::error("overlong-waiver", message));
            return Some(finding.help("write the day on which it is asked for: it holds 90 days from then at most"));
        }
        if run.now >= self.holds.end {
            let message = format!("the waiver of `{rule}` expired on {}", self.file.expires);
            let finding = self.at("expires", Finding::error("expired-waiver", message));
            let help = if is_used {
                "mend what it admits, or renew it with a reason"
            } else {
                "remove the file"
            };
            return Some(finding.help(help));
        }
        if is_used || !run.judged.contains(rule) {
            return None;
        }
        let message = format!("the waiver of `{rule}` admits nothing");
        Some(
            self.at("rule", Finding::warning("unused-waiver", message))
                .help("remove the file, or correct its `match`"),
        )
    }
}

impl WaiverScope {
    fn holds(&self, finding: &Finding) -> bool {
        let (environment, agent) = finding
            .unit
            .as_deref()
            .and_then(|unit| unit.split_once('/'))
            .unwrap_or_default();
        let (namespace, kind, name) = parts(finding.object.as_deref().unwrap_or_default());
        let holds = |wanted: &Option<String>, value: &str| match wanted.as_deref() {
            None => true,
            Some(wanted) => match wanted.strip_suffix('*') {
                Some(start) => value.starts_with(start),
                None => value == wanted,
            },
        };
        let names_container = |container: &String| finding.message.contains(&format!("`{container}`"));
        holds(&self.environment, environment)
            && holds(&self.agent, agent)
            && holds(&self.kind, kind)
            && holds(&self.namespace, namespace)
            && holds(&self.name, name)
            && self.container.as_ref().is_none_or(names_container)
    }
}

/// Namespace, kind and name of an object as findings name it: `namespace/Kind name (group)`.
fn parts(object: &str) -> (&str, &str, &str) {
    let object = object.split(" (").next().unwrap_or_default();
    let (namespace, rest) = object.split_once('/').unwrap_or(("", object));
    let (kind, name) = rest.split_once(' ').unwrap_or((rest, ""));
    (namespace, kind, name)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let mut tree = FileTree::default();
        tree.insert("policies/waivers/one.yaml", text.as_bytes().to_vec());
        let (waivers, findings) = Waivers::read(&tree);
        let told = findings.iter().map(|finding| {
            let line = finding.location.as_ref().map_or(0, |location| location.line);
            format!("{line}: {} {}\n", finding.rule, finding.message)
        });
        expected.assert_eq(&told.collect::<String>());
        assert_eq!(
            waivers.waivers.is_empty(),
            !findings.is_empty(),
            "what is wrong admits nothing"
        );
    }

    const GOOD: &str = "rule: a-rule
reason: It is on its way out, and nobody else reads it.
owner: shop
ticket: SHOP-1
created: '2026-01-01'
expires: '2026-02-01'
";

    #[test]
    fn a_waiver_says_why_who_and_where() {
        check(GOOD, expect![[""]]);
        let mut blank = GOOD.replace(
            "It is on its way out, and nobody else reads it.",
            "'                        '",
        );
        blank = blank.replace("owner: shop", "owner: ' '").replace("SHOP-1", "''");
        check(
            &blank,
            expect![[r#"
            2: invalid-value `reason` says nothing
            3: invalid-value `owner` says nothing
            4: invalid-value `ticket` says nothing
        "#]],
        );
    }
}
