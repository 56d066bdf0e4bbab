//! Rules over the files of a fleet: what fails, and where.

use expect_test::{Expect, expect};
use lockstep::model::FileTree;
use lockstep::policy::rules::fleet::{self, FleetScene};
use lockstep::workspace::Workspace;

use super::small_fleet;

/// What the rules say of the small fleet with some files put in or changed.
fn check(changes: &[(&str, &dyn Fn(&str) -> String)], expected: Expect) {
    let mut tree: FileTree = small_fleet();
    for (path, change) in changes {
        let before = tree.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        tree.insert(*path, change(&before.unwrap_or_default()).into_bytes());
    }
    let (workspace, findings) = Workspace::load(&tree);
    assert_eq!(findings, []);
    let workspace = workspace.unwrap();
    let scene = FleetScene {
        workspace: &workspace,
        tree: &tree,
    };
    let lines = fleet::check(&scene).into_iter().map(|finding| {
        let place = finding.location.unwrap();
        format!(
            "{}:{}:{} {} {}\n",
            place.file, place.line, place.column, finding.rule, finding.message
        )
    });
    expected.assert_eq(&lines.collect::<String>());
}

/// Writes more at the end of a file.
fn more(text: &'static str) -> impl Fn(&str) -> String {
    move |before| format!("{before}{text}")
}

/// Makes staging a second environment that follows the candidate, with more at the end of its file.
fn also_dev(text: &'static str) -> impl Fn(&str) -> String {
    move |before| {
        format!(
            "{}{text}",
            before.replace("tier: staging", "tier: dev\nfollows: candidate")
        )
    }
}

/// Replaces one text by another.
fn instead(from: &'static str, to: &'static str) -> impl Fn(&str) -> String {
    move |before| {
        assert!(before.contains(from), "`{from}` is there");
        before.replacen(from, to, 1)
    }
}

const DEV: &str = "environments/dev/environment.yaml";
const STAGING: &str = "environments/staging/environment.yaml";
const WORKLOAD: &str = "templates/agent-service/workload.yaml.tera";

#[test]
fn a_small_fleet_is_clean() {
    check(&[], expect![""]);
}

#[test]
fn environments_come_nearer_to_users_one_after_the_other() {
    check(
        &[
            (
                DEV,
                &more("overrides: { model: { temperature: 0.3, maxTokens: 500 } }\nvalues: { logLevel: INFO }\n"),
            ),
            (
                STAGING,
                &also_dev(
                    "overrides:\n  model:\n    temperature: 0.4\n    maxTokens: 400\nvalues: { logLevel: DEBUG }\n",
                ),
            ),
        ],
        expect![[r#"
            environments/staging/environment.yaml:8:18 unsteady-environment `temperature` of `assistant` rises from 0.3 in `dev` to 0.4 in `staging`
            environments/staging/environment.yaml:9:16 unsteady-environment `maxTokens` of `assistant` falls from 500 in `dev` to 400 in `staging`
            environments/staging/environment.yaml:10:21 unsteady-environment `staging` logs more (`DEBUG`) than `dev` (`INFO`)
        "#]],
    );
    check(
        &[
            (
                DEV,
                &more("overrides: { model: { temperature: 0.3, maxTokens: 500 } }\nvalues: { logLevel: INFO }\n"),
            ),
            (
                STAGING,
                &also_dev("overrides: { model: { temperature: 0.3 } }\nvalues: { logLevel: WARNING }\n"),
            ),
        ],
        expect![""],
    );
}

#[test]
fn templates_take_from_values_what_differs() {
    check(
        &[
            (
                WORKLOAD,
                &instead(
                    "replicas: {{ values.replicas }}",
                    "replicas: 3   # {{ values.replicas }}",
                ),
            ),
            (
                "templates/agent-service/service.yaml.tera",
                &instead(
                    "spec:\n",
                    "spec:\n  {# image: ignored:1 #}\n  externalName: \"db.example.com\"\n  note: { image: \"a:{{ release.version }}\", cpu: 500m }\n  \
                     minReplicas: {{ 2 }}\n  image: {{- \"a:1\" | quote }}\n  note: { port: 8080, targetPort: http }\n  \
                     dns: { port: 53 }\n",
                ),
            ),
        ],
        expect![[r#"
            templates/agent-service/service.yaml.tera:8:3 hard-coded-value the template fixes `externalName` at `db.example.com`
            templates/agent-service/service.yaml.tera:9:45 hard-coded-value the template fixes `cpu` at `500m`
            templates/agent-service/service.yaml.tera:10:3 hard-coded-value the template fixes `minReplicas` at `2`
            templates/agent-service/service.yaml.tera:11:3 hard-coded-value the template fixes `image` at `a:1`
            templates/agent-service/service.yaml.tera:12:11 hard-coded-value the template fixes `port` at `8080`
            templates/agent-service/workload.yaml.tera:7:3 hard-coded-value the template fixes `replicas` at `3`
        "#]],
    );
}

#[test]
fn secrets_are_found_in_values_prompts_and_tools() {
    let secret = concat!("gh", "p_", "q8Zr1mX0vB7nQ4tY6uI9oP2aS5dF3gH1jK0l");
    let prompt = format!("Greet the customer.\nUse {secret} for the API.\n");
    check(
        &[
            (DEV, &more("values:\n  env:\n    DATABASE_PASSWORD: tiger9-Kl0pp\n")),
            ("agents/assistant/prompts/greet/1.0.0.prompt", &|_| prompt.clone()),
        ],
        expect![[r#"
            agents/assistant/prompts/greet/1.0.0.prompt:2:5 leaked-secret this looks like a GitHub token
            environments/dev/environment.yaml:8:24 leaked-secret this looks like a value that only a machine would choose, under a telling name
        "#]],
    );
}

#[test]
fn images_are_built_for_nobody_in_particular() {
    let path = "agents/assistant/Dockerfile";
    check(
        &[(path, &|_| {
            "FROM python:3.13\nRUN pip install .\nCMD [\"agent\"]\n".to_owned()
        })],
        expect![[r#"
            agents/assistant/Dockerfile:1:1 missing-health-check the last stage has no health check
            agents/assistant/Dockerfile:1:1 root-image the last stage names no user, so the image runs as root
            agents/assistant/Dockerfile:1:1 single-stage-image the image is built and run in one stage
        "#]],
    );
    check(
        &[(path, &|_| {
            "# syntax=docker/dockerfile:1\nfrom debian AS build\nUSER 1000\nHEALTHCHECK CMD true\nFROM debian:13-slim\n\
             COPY --from=build /a \\\n  /a\nUSER agent\nHEALTHCHECK NONE\n"
                .to_owned()
        })],
        expect![[r#"
            agents/assistant/Dockerfile:8:1 root-image the user `agent` is a name, which Kubernetes cannot check with `runAsNonRoot`
            agents/assistant/Dockerfile:9:1 missing-health-check the last stage has no health check
        "#]],
    );
}

#[test]
fn what_holds_for_the_image_of_several_stages() {
    let path = "agents/assistant/Dockerfile";
    let judged = |text: &'static str, expected: expect_test::Expect| check(&[(path, &|_| text.to_owned())], expected);
    const GOOD: &str =
        "FROM rust AS build\nFROM debian\nARG U=1000\nCOPY --from=build /a /a\nHEALTHCHECK CMD true\nUSER ${U}\n";
    judged(GOOD, expect![""]);
    // said by a stage that the last one goes on from, and files taken by a mount
    judged(
        "FROM rust AS build\nFROM debian AS base\nUSER 1000\nHEALTHCHECK CMD true\nFROM base\nRUN \\\n  \
         --mount=type=bind,from=build,target=/b cp /b/a /a\n",
        expect![""],
    );
    judged(
        "ARG U=00\nFROM rust AS build\nFROM debian\nARG U\nCOPY --from=build /a /a\nHEALTHCHECK CMD true\nUSER $U\n",
        expect![[r#"
            agents/assistant/Dockerfile:7:1 root-image the image runs as `00`
        "#]],
    );
    judged(
        "FROM rust AS build\nFROM debian\nCOPY --from=build /a /a\nHEALTHCHECK CMD true\nUSER ${U}\n",
        expect![[r#"
            agents/assistant/Dockerfile:5:1 root-image the user `${U}` has no value unless the build sets one
        "#]],
    );
    judged(
        "FROM golang\nCOPY --from=nginx /a /a\nHEALTHCHECK CMD true\nUSER 1000\n",
        expect![[r#"
            agents/assistant/Dockerfile:1:1 single-stage-image the image is built and run in one stage
        "#]],
    );
    judged(
        "FROM golang AS build\nHEALTHCHECK CMD true\nUSER 1000\nFROM build\nCOPY --from=0 /a /a\n",
        expect![[r#"
            agents/assistant/Dockerfile:4:1 single-stage-image the image is built and run in one stage
        "#]],
    );
    judged(
        "# to be written\n",
        expect![[r#"
            agents/assistant/Dockerfile:0:0 empty-dockerfile no `FROM`, so no image comes of it
        "#]],
    );
}

/// The template of the guide passes the rules that it is there for.
#[test]
fn the_dockerfile_of_the_guide_is_good() {
    let tree = crate::workbench::tree(|path| path == "docs/guides/images.md");
    let page = String::from_utf8_lossy(tree.get("docs/guides/images.md").unwrap()).into_owned();
    let template = page
        .split("```dockerfile\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    assert!(template.contains("EXPOSE 8080"));
    check(
        &[("agents/assistant/Dockerfile", &|_| template.to_owned())],
        expect![""],
    );
}
