//! `doctor`: each thing that is missing with the command that mends it.

use expect_test::{Expect, expect};

use super::fleet::{Fleet, command};

fn check(fleet: &Fleet, environment: &[(&str, &str)], exit: i32, expected: Expect) {
    let mut command = command(fleet.folder(), &["doctor"]);
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let folder = fleet.folder().canonicalize().unwrap();
    expected.assert_eq(&text.replace(&folder.display().to_string(), "<folder>"));
    assert_eq!(output.status.code(), Some(exit));
}

#[test]
fn a_fresh_repository_without_git() {
    check(
        &Fleet::small(),
        &[],
        2,
        expect![[r#"
            missing  git program: not found; fetching and pushing need it, everything else does not
                     apt-get install git    # or your system's way
            good     repository: <folder>/
            good     history: complete
            notice   git identity: not set; `promote`, `rollback` and `hold` commit in your name
                     git config --global user.name "Your Name"
                     git config --global user.email you@example.com
            good     fleet: 2 agents in 4 environments
            good     line ends: as they are committed
            good     schemas: of Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37
            notice   remote: there is no remote `origin`: releases stay in this clone
                     git remote add origin https://git.example.com/shop.git
            notice   environment branches: not released yet, as of the last fetch: dev, staging, canary, production
                     cargo xtask release dev staging canary production
            good     trust: releases are signed in dev
            notice   trust: nobody is trusted to sign for staging, canary, production, so releases there are not signed
                     cargo xtask keys init
            notice   signing key: none in this clone; the first release to an environment that follows the candidate makes one of its own
                     cargo xtask keys init
        "#]],
    );
}

#[test]
fn a_released_fleet_in_a_job_without_an_identity() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    check(
        &fleet,
        &[("CI", "true")],
        2,
        expect![[r#"
            missing  git program: not found; fetching and pushing need it, everything else does not
                     apt-get install git    # or your system's way
            good     repository: <folder>/
            good     history: complete
            notice   git identity: not set; `promote`, `rollback` and `hold` commit in your name
                     git config --global user.name "Your Name"
                     git config --global user.email you@example.com
            good     fleet: 2 agents in 4 environments
            good     line ends: as they are committed
            good     schemas: of Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37
            notice   remote: there is no remote `origin`: releases stay in this clone
                     git remote add origin https://git.example.com/shop.git
            good     environment branches: environment/dev
            notice   environment branches: not released yet, as of the last fetch: staging, canary, production
                     cargo xtask release staging canary production
            good     trust: releases are signed in dev
            notice   trust: nobody is trusted to sign for staging, canary, production, so releases there are not signed
                     cargo xtask keys init
            good     signing key: development
            notice   identity of the job: this job has none, so it signs with a key or not at all
                     add `permissions: {id-token: write}` to the job in GitHub Actions
                     add `id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}` to it in GitLab CI/CD
        "#]],
    );
}

#[test]
fn a_clone_that_knows_too_little() {
    let origin = Fleet::small();
    origin.release(&["dev"]);
    let single = origin.cloned(|builder| {
        builder.branch("main");
        builder.remote_create(|repository, name, url| {
            repository.remote_with_fetch(name, url, "+refs/heads/main:refs/remotes/origin/main")
        });
    });
    std::fs::write(single.folder().join(".git/shallow"), "").unwrap();
    let mut command = command(single.folder(), &["doctor", "--format", "json"]);
    let output = command.output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let missing: Vec<String> = answer["result"]["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == "missing")
        .map(|check| {
            format!(
                "{}: {}",
                check["subject"].as_str().unwrap(),
                check["mend"].as_str().unwrap()
            )
        })
        .collect();
    expect![[r#"
        git program: apt-get install git    # or your system's way
        history: git fetch --unshallow
        environment branches: fetch it: `git fetch origin '+refs/heads/environment/dev:refs/remotes/origin/environment/dev'`
        environment branches: fetch it: `git fetch origin '+refs/heads/environment/staging:refs/remotes/origin/environment/staging'`
        environment branches: fetch it: `git fetch origin '+refs/heads/environment/canary:refs/remotes/origin/environment/canary'`
        environment branches: fetch it: `git fetch origin '+refs/heads/environment/production:refs/remotes/origin/environment/production'`"#]].assert_eq(&missing.join("\n"));
}

#[test]
fn line_ends_that_git_may_change_are_told_with_what_keeps_them() {
    let fleet = Fleet::small();
    let told = || {
        let output = command(fleet.folder(), &["doctor"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().skip_while(|line| !line.contains("line ends:"));
        lines.take(3).collect::<Vec<_>>().join("\n")
    };
    let set = |value| {
        fleet
            .repository
            .git
            .config()
            .unwrap()
            .set_str("core.autocrlf", value)
            .unwrap()
    };
    set("input");
    assert!(told().starts_with("good     line ends: as they are committed"));
    set("true");
    expect![[r#"
        missing  line ends: `core.autocrlf` or `core.eol` lets git change them on the way to the disk, and `.gitattributes` does not forbid it
                 printf '\n* -text\n' >> .gitattributes && git add .gitattributes && git commit -m "Keep line ends"
        good     schemas: of Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37"#]].assert_eq(&told());
    fleet.put(".gitattributes", "* -text\n");
    assert!(told().starts_with("good     line ends: as they are committed"));
    let prompt = "agents/assistant/prompts/greet/1.0.0.prompt";
    fleet.edit(prompt, "customer.\n", "customer.\r\n");
    expect![[r#"
        missing  line ends: 1 file on disk with others than are committed, and so with other digests; `agents/assistant/prompts/greet/1.0.0.prompt` is the first
                 git rm -rq --cached . && git reset -q --hard    # writes all files anew; commit your own changes first
        good     schemas: of Kubernetes 1.33, 1.34, 1.35, 1.36, 1.37"#]].assert_eq(&told());
    fleet.put(prompt, "Greet everybody.\r\n");
    assert!(told().starts_with("good"), "that is a change of somebody's own");
}
