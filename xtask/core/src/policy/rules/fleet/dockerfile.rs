//! Dockerfiles make images that run as nobody in particular, say how they are, and hold no build tools.

use super::FleetScene;
use crate::model::{Finding, Rule};
use crate::workspace::layout;

pub(super) const ROOT: Rule = Rule::new(
    "root-image",
    "an image that runs as root, or does not say as whom, gives whoever breaks in the rights of root",
    "end the last stage with a numeric user, which Kubernetes can check: `USER 1000:1000`",
)
.example(
    "FROM debian:13-slim\nCMD [\"agent\"]",
    "FROM debian:13-slim\nUSER 1000:1000\nCMD [\"agent\"]",
);

pub(super) const HEALTH: Rule = Rule::new(
    "missing-health-check",
    "an image without a health check looks healthy wherever no orchestrator asks it otherwise",
    "add `HEALTHCHECK` to the last stage",
)
.example(
    "CMD [\"agent\"]",
    "HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 CMD [\"agent\", \"health\"]\nCMD [\"agent\"]",
);

pub(super) const STAGES: Rule = Rule::new(
    "single-stage-image",
    "an image of one stage carries compilers and package managers into production: it is large, and each is a way in",
    "build in one stage, and copy the result into a slim one with `COPY --from`",
);

/// Users that are root.
const ROOTS: [&str; 2] = ["0", "root"];

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, _) in scene.tree.entries().filter(|(path, _)| layout::is_dockerfile(path)) {
        let bytes = scene.tree.get(path);
        let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            continue;
        };
        found.extend(judge(path, text));
    }
    found
}

/// One instruction: its line, its word in capitals, and what stands after it.
struct Instruction<'a> {
    line: usize,
    word: String,
    rest: &'a str,
}

/// The instructions of a text; of those over several lines, the first.
fn instructions(text: &str) -> Vec<Instruction<'_>> {
    let mut found = Vec::new();
    let mut goes_on = false;
    let mut document: Option<&str> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(end) = document {
            if trimmed == end {
                document = None;
            }
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (word, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
        if !goes_on {
            found.push(Instruction {
                line: number + 1,
                word: word.to_ascii_uppercase(),
                rest: rest.trim(),
            });
            let opened = rest
                .split("<<")
                .nth(1)
                .filter(|_| matches!(word.to_ascii_uppercase().as_str(), "RUN" | "COPY"));
            document = opened.and_then(|rest| {
                let mark = rest.trim_start_matches(['-', '"', '\'']);
                mark.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
            });
        }
        goes_on = trimmed.ends_with('\\');
    }
    found
}

fn judge(path: &str, text: &str) -> Vec<Finding> {
    let all = instructions(text);
    let Some(last) = all.iter().rposition(|instruction| instruction.word == "FROM") else {
        return Vec::new();
    };
    let stage = &all[last..];
    let start = stage[0].line;
    let mut found = Vec::new();
    let user = stage.iter().rev().find(|instruction| instruction.word == "USER");
    match user {
        None => {
            let finding = Finding::error("root-image", "the last stage names no user, so the image runs as root");
            found.push(finding.at(path, start, 1).help("add `USER 1000:1000`"));
        }
        Some(user) => {
            let name = user.rest.split(':').next().unwrap_or_default();
            if ROOTS.contains(&name) {
                let finding = Finding::error("root-image", format!("the image runs as `{name}`"));
                found.push(finding.at(path, user.line, 1).help("write `USER 1000:1000`"));
            } else if !name.starts_with('$') && !name.bytes().all(|b| b.is_ascii_digit()) {
                let message = format!("the user `{name}` is a name, which Kubernetes cannot check with `runAsNonRoot`");
                let finding = Finding::error("root-image", message);
                found.push(
                    finding
                        .at(path, user.line, 1)
                        .help("write its number, such as `USER 1000:1000`"),
                );
            }
        }
    }
    let health = stage.iter().rev().find(|instruction| instruction.word == "HEALTHCHECK");
    if health.is_none_or(|health| health.rest.eq_ignore_ascii_case("none")) {
        let line = health.map_or(start, |health| health.line);
        let finding = Finding::error("missing-health-check", "the last stage has no health check");
        found.push(finding.at(path, line, 1).help("add `HEALTHCHECK … CMD …`"));
    }
    let copied = |instruction: &&Instruction<'_>| instruction.word == "COPY" && instruction.rest.contains("--from=");
    let stages = all.iter().filter(|instruction| instruction.word == "FROM").count();
    if stages < 2 || !stage.iter().any(|one| copied(&one)) {
        let finding = Finding::error("single-stage-image", "the image is built and run in one stage");
        found.push(
            finding
                .at(path, start, 1)
                .help("build in one stage and `COPY --from` it into a slim one"),
        );
    }
    found
}
