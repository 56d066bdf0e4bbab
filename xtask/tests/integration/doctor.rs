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

/// What `doctor` says of a subject, a check a block.
fn told(fleet: &Fleet, subject: &str) -> String {
    let answer = fleet.run(&["doctor"]);
    let checks = answer.result()["checks"].as_array().unwrap().iter();
    let checks = checks.filter(|check| check["subject"] == subject);
    let line = |check: &serde_json::Value| {
        let mend = check["mend"].as_str().unwrap_or("-");
        format!(
            "{}: {}\n  {mend}\n",
            check["state"].as_str().unwrap(),
            check["seen"].as_str().unwrap()
        )
    };
    let folder = fleet.folder().canonicalize().unwrap();
    checks
        .map(line)
        .collect::<String>()
        .replace(&folder.display().to_string(), "<folder>")
}

#[test]
fn who_commits_is_read_of_the_settings_without_a_git_program() {
    let fleet = Fleet::small();
    assert!(told(&fleet, "git identity").starts_with("notice"));
    let mut config = fleet.repository.git.config().unwrap();
    config.set_str("user.name", "Ada").unwrap();
    config.set_str("user.email", "ada@example.com").unwrap();
    assert!(told(&fleet, "git identity").starts_with("good"));
}

#[test]
fn no_password_of_a_remote_is_shown() {
    let fleet = Fleet::small();
    let mut shown = String::new();
    for url in [
        "https://ada:s3cr3tpw@git.example.com/shop.git",
        "https://s3cr3tpw@git.example.com/other.git",
        "ssh://git@git.example.com/shop.git",
        "git@git.example.com:shop.git",
    ] {
        fleet.repository.git.remote("origin", url).unwrap();
        shown += &told(&fleet, "remote");
        fleet.repository.git.remote_delete("origin").unwrap();
    }
    expect![[r#"
        good: `origin` is https://…@git.example.com/shop.git
          -
        notice: `origin` is https://…@git.example.com/other.git, and Argo CD reads https://git.example.com/shop.git
          edit `delivery.repoURL` in environments/fleet.yaml, unless both lead to one repository
        good: `origin` is ssh://git@git.example.com/shop.git
          -
        good: `origin` is git@git.example.com:shop.git
          -
    "#]]
    .assert_eq(&shown);
}

#[test]
fn what_a_release_would_fail_at_is_told() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let git = &fleet.repository.git;
    let broken = fleet.folder().join(".git/refs/heads/environment/dev");
    let id = std::fs::read_to_string(&broken).unwrap();
    std::fs::write(&broken, "garbage\n").unwrap();
    let shown = told(&fleet, "environment branches").replace(id.trim(), "<id>");
    expect![[r#"
        missing: could not read `refs/heads/environment/dev`: corrupted loose reference file: refs/heads/environment/dev
          rm <folder>/.git/refs/heads/environment/dev && git update-ref refs/heads/environment/dev <id>    # where it was last
        notice: not released yet, as of the last fetch: staging, canary, production
          cargo xtask release staging canary production
    "#]].assert_eq(&shown);
    std::fs::write(&broken, &id).unwrap();
    // a key that is nowhere
    let mut config = git.config().unwrap();
    config.set_str("commit.gpgsign", "true").unwrap();
    config.set_str("gpg.format", "ssh").unwrap();
    config.set_str("user.signingkey", "/nonexistent/key").unwrap();
    expect![[r#"
        missing: could not sign the commit: there is no `/nonexistent/key`
          is git's `user.signingKey` the path of a key, or is the key with the agent? `ssh-add -l`
    "#]]
    .assert_eq(&told(&fleet, "environment branches"));
    // a branch in the way of all others
    let fleet = Fleet::small();
    let git = &fleet.repository.git;
    git.branch("environment", &git.head().unwrap().peel_to_commit().unwrap(), false)
        .unwrap();
    expect![[r#"
        missing: git cannot hold `refs/heads/environment/dev` beside `refs/heads/environment`
          rename the other one: `git branch -m environment environment-old`
    "#]]
    .assert_eq(&told(&fleet, "environment branches"));
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
