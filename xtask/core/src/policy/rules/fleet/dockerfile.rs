//! Dockerfiles make images that run as nobody in particular, say how they are, and hold no build tools.

mod stages;

use self::stages::Stages;
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

pub(super) const EMPTY: Rule = Rule::new(
    "empty-dockerfile",
    "a Dockerfile without `FROM` makes no image, so nothing can be said of it",
    "begin it with `FROM`, or take it away",
)
.example("# to be written", "FROM debian:13-slim AS build");

pub(super) fn check(scene: &FleetScene<'_>) -> Vec<Finding> {
    let files = scene.tree.entries().filter(|(path, _)| layout::is_dockerfile(path));
    let texts = files.filter_map(|(path, _)| Some((path, String::from_utf8_lossy(scene.tree.get(path)?))));
    texts.flat_map(|(path, text)| judge(path, &Stages::of(&text))).collect()
}

fn judge(path: &str, stages: &Stages) -> Vec<Finding> {
    let Some(last) = stages.last() else {
        let finding = Finding::error("empty-dockerfile", "no `FROM`, so no image comes of it");
        return vec![finding.in_file(path)];
    };
    let mut found = Vec::new();
    if let Some((line, message)) = root(stages) {
        let finding = Finding::error("root-image", message).at(path, line.unwrap_or(last.line), 1);
        found.push(finding.help("write the number of a user who is not root, such as `USER 1000:1000`"));
    }
    let health = stages.holds("HEALTHCHECK");
    if health.is_none_or(|health| health.rest.eq_ignore_ascii_case("none")) {
        let line = health.map_or(last.line, |health| health.line);
        let finding = Finding::error("missing-health-check", "the last stage has no health check");
        found.push(finding.at(path, line, 1).help("add `HEALTHCHECK … CMD …`"));
    }
    if !stages.copies() {
        let finding = Finding::error("single-stage-image", "the image is built and run in one stage");
        found.push(
            finding
                .at(path, last.line, 1)
                .help("build in one stage and `COPY --from` it into a slim one"),
        );
    }
    found
}

/// The line and the reason where the image runs as root, or as somebody of whom Kubernetes cannot tell.
fn root(stages: &Stages) -> Option<(Option<usize>, String)> {
    let Some(user) = stages.holds("USER") else {
        return Some((
            None,
            "the last stage names no user, so the image runs as root".to_owned(),
        ));
    };
    let name = user.rest.split(':').next().unwrap_or_default().trim_matches('"');
    let said = match stages
        .resolved(name)
        .map(|resolved| (resolved.parse::<u64>(), resolved))
    {
        None => format!("the user `{name}` has no value unless the build sets one"),
        Some((Ok(0), resolved)) => format!("the image runs as `{resolved}`"),
        Some((Ok(_), _)) => return None,
        Some((Err(_), resolved)) if resolved == "root" => "the image runs as `root`".to_owned(),
        Some((Err(_), resolved)) => {
            format!("the user `{resolved}` is a name, which Kubernetes cannot check with `runAsNonRoot`")
        }
    };
    Some((Some(user.line), said))
}
