//! Branches of environments that the fleet no longer lists: every command that looks at branches tells of them.

use expect_test::{Expect, expect};

use crate::fleet::{Answer, Fleet, command, run_in};

const LIST: &str = "environments: [dev, staging, canary, production]";

/// A fleet that released staging and renamed it after that.
fn renamed() -> Fleet {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    let staging = fleet.repository.path("environments/staging");
    std::fs::rename(staging, fleet.repository.path("environments/preprod")).unwrap();
    fleet
        .edit(
            "environments/fleet.yaml",
            LIST,
            "environments: [dev, preprod, canary, production]",
        )
        .commit("Rename staging");
    fleet
}

fn count(answer: &Answer) -> usize {
    let rules = answer.rules().into_iter();
    rules.filter(|rule| *rule == "abandoned-branch").count()
}

/// What an answer says of such branches.
fn told(answer: &Answer, expected: Expect) {
    let text = answer.text();
    let mut lines = text.lines().skip_while(|line| !line.contains("abandoned-branch"));
    let lines: Vec<&str> = lines.by_ref().take(3).collect();
    expected.assert_eq(&folded(&lines));
}

/// The lines without the id of a commit, which changes with every schema that the fleet has.
fn folded(lines: &[&str]) -> String {
    let text = lines.join("\n");
    match text.split_once("git checkout ") {
        Some((before, after)) => format!("{before}git checkout <commit>{}", &after[12..]),
        None => text,
    }
}

#[test]
fn whoever_looks_at_branches_hears_of_it() {
    let fleet = renamed();
    for line in [
        &["status"][..],
        &["check"],
        &["check", "--base", "HEAD~1"],
        &["release", "dev", "--dry-run"],
        &["release", "preprod"],
        &["verify"],
    ] {
        assert_eq!(count(&fleet.run(line)), 1, "{line:?}");
    }
    for line in [
        &["status", "--environment", "dev"][..],
        &["check", "--environment", "dev"],
        &["check", "--base", "HEAD"],
        &["verify", "--environment", "dev"],
    ] {
        assert_eq!(count(&fleet.run(line)), 0, "{line:?} is about something else");
    }
    told(
        &fleet.done(&["status"]),
        expect![[r#"
            warning[abandoned-branch] environments/fleet.yaml:2:1
              the fleet does not list `staging`, and its branch `environment/staging` is still in this clone, with 2 agents
              help: where the environment is to go, keep its commits by a tag and delete the branch, `git tag archive/environment/staging environment/staging && git branch -D environment/staging`, and then its Applications (docs/guides/argo-cd.md); where it is to stay, bring its folder back, `git checkout <commit> -- environments/staging`, and add it to `environments:`"#]],
    );
    fleet.edit("environments/fleet.yaml", "[dev, preprod, ", "[dev, staging, preprod, ");
    fleet.put(
        "environments/staging/environment.yaml",
        &std::fs::read_to_string(fleet.repository.path("environments/preprod/environment.yaml")).unwrap(),
    );
    fleet.commit("Bring staging back");
    assert_eq!(count(&fleet.done(&["status"])), 0);
}

#[test]
fn what_a_deleted_branch_held_is_still_found_by_the_tag_that_is_advised() {
    let fleet = renamed();
    fleet.release(&["preprod"]);
    let tip = fleet.tip("environment/staging").unwrap();
    let tuple = fleet.json("environment/staging", ".lockstep/orders/tuple.json");
    let tuple = tuple["id"].as_str().unwrap();
    let help = fleet.done(&["status"]).text();
    assert!(
        help.contains("`git tag archive/environment/staging environment/staging && git branch -D environment/staging`"),
        "{help}"
    );
    fleet.repository.set("refs/tags/archive/environment/staging", tip);
    let git = &fleet.repository.git;
    let mut branch = git.find_reference("refs/heads/environment/staging").unwrap();
    branch.delete().unwrap();
    assert_eq!(count(&fleet.done(&["status"])), 0);
    let commit = tip.to_string();
    let record = |fleet: &Fleet| {
        let answer = fleet.done(&["trace", tuple, "--environment", "staging"]);
        let found = answer.result()[0].clone();
        assert_eq!(
            (&found["commit"], &found["running"]),
            (&commit.as_str().into(), &false.into())
        );
        found["record"].is_object()
    };
    let kept = fleet.cloned(|builder| {
        builder.clone_local(git2::build::CloneLocal::None);
    });
    assert!(record(&kept));
    let differ = ["diff", &commit[..12], "dev"];
    assert_eq!(kept.run(&differ).exit, 0, "{}", kept.run(&differ).text());
    // without the tag they are gone with the branch
    git.find_reference("refs/tags/archive/environment/staging")
        .unwrap()
        .delete()
        .unwrap();
    let bare = fleet.cloned(|builder| {
        builder.clone_local(git2::build::CloneLocal::None);
    });
    assert!(!record(&bare));
    assert_ne!(bare.run(&differ).exit, 0);
}

#[test]
fn a_folder_that_is_there_need_not_be_brought_back() {
    let fleet = Fleet::promoted();
    fleet.release(&["staging"]);
    fleet.edit(
        "environments/fleet.yaml",
        LIST,
        "environments: [dev, canary, production]",
    );
    fleet.commit("Take staging off the list");
    told(
        &fleet.done(&["status"]),
        expect![[r#"
            warning[abandoned-branch] environments/fleet.yaml:2:1
              the fleet does not list `staging`, and its branch `environment/staging` is still in this clone, with 2 agents
              help: where the environment is to go, keep its commits by a tag and delete the branch, `git tag archive/environment/staging environment/staging && git branch -D environment/staging`, and then its Applications (docs/guides/argo-cd.md); where it is to stay, add it to `environments:`"#]],
    );
}

#[test]
fn a_clone_knows_it_by_what_the_remote_has() {
    let clone = renamed().cloned(|_| {});
    told(
        &clone.done(&["status"]),
        expect![[r#"
            warning[abandoned-branch] environments/fleet.yaml:2:1
              the fleet does not list `staging`, and its branch `environment/staging` is still there, with 2 agents for Argo CD to apply
              help: where the environment is to go, keep its commits by a tag and delete the branch, `git tag archive/environment/staging origin/environment/staging && git push origin archive/environment/staging :environment/staging`, and then its Applications (docs/guides/argo-cd.md); where somebody has deleted it already, `git fetch --prune origin` forgets it here; where it is to stay, bring its folder back, `git checkout <commit> -- environments/staging`, and add it to `environments:`"#]],
    );
    let output = command(clone.folder(), &["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("does not list"))
        .collect();
    expect![[r#"
        notice   environment branches: the fleet does not list `staging`, and its branch `environment/staging` is still there, with 2 agents for Argo CD to apply
                 git tag archive/environment/staging origin/environment/staging && git push origin archive/environment/staging :environment/staging    # where it is to go; then its Applications: docs/guides/argo-cd.md
                 git fetch --prune origin    # where somebody has deleted it already
                 git checkout <commit> -- environments/staging    # where it is to stay; then add it to `environments:`"#]].assert_eq(&folded(&lines[..4]));
}

#[test]
fn a_branch_that_somebody_else_made_is_left_alone() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev"]);
    let main = fleet.tip("main").unwrap();
    let dev = fleet.tip("environment/dev").unwrap();
    for (name, commit) in [
        ("environment/notes", main),
        ("environment/dev-copy", dev),
        ("environment/dev-next", dev),
        ("environment/eu/dev", dev),
        ("dev", dev),
    ] {
        fleet.repository.set(&format!("refs/heads/{name}"), commit);
    }
    assert_eq!(count(&fleet.done(&["status"])), 0);
    assert_eq!(count(&fleet.release(&["dev"])), 0);
}

#[test]
fn branches_from_before_another_prefix_are_told_once() {
    let fleet = Fleet::promoted();
    fleet.release(&["dev", "staging"]);
    let url = "  repoURL: https://git.example.com/shop.git\n";
    fleet
        .edit("environments/fleet.yaml", url, &format!("{url}  branchPrefix: env/\n"))
        .commit("Call branches otherwise");
    for line in [&["status"][..], &["check"], &["release", "dev", "--dry-run"]] {
        assert_eq!(count(&fleet.run(line)), 1, "{line:?}");
    }
    told(
        &fleet.run(&["release", "dev", "--dry-run"]),
        expect![[r#"
        warning[abandoned-branch] environments/fleet.yaml:5:3
          `environment/dev`, `environment/staging` are left from before branches began with `env/`, and no release goes there any more
          help: to go on from there, `git branch --no-track env/dev environment/dev && git branch --no-track env/staging environment/staging`, before anything is released; once Argo CD reads the others, delete what is left: `git branch -D environment/dev && git branch -D environment/staging`"#]],
    );
    // who goes on from the old branch has nothing left over once that is done
    let before = fleet.tip("environment/staging").unwrap();
    fleet.repository.set("refs/heads/env/staging", before);
    fleet.release(&["dev", "staging"]);
    told(
        &fleet.done(&["status"]),
        expect![[r#"
            warning[abandoned-branch] environments/fleet.yaml:5:3
              `environment/dev` is left from before branches began with `env/`, and no release goes there any more
              help: once Argo CD reads the others, delete what is left: `git tag archive/environment/dev environment/dev && git branch -D environment/dev`"#]],
    );
    assert_eq!(count(&fleet.run(&["verify"])), 1);
    let output = command(fleet.folder(), &["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().skip_while(|line| !line.contains("from before"));
    let lines: Vec<&str> = lines.take(2).collect();
    expect![[r#"
        notice   environment branches: `environment/dev` is left from before branches began with `env/`, and no release goes there any more
                 once Argo CD reads the others, delete what is left: `git tag archive/environment/dev environment/dev && git branch -D environment/dev`"#]].assert_eq(&lines.join("\n"));
    fleet
        .repository
        .git
        .find_reference("refs/heads/environment/dev")
        .unwrap()
        .delete()
        .unwrap();
    assert_eq!(count(&fleet.done(&["status"])), 0);
}

#[test]
fn the_proposed_branch_is_told_too() {
    let fleet = renamed();
    let released = fleet.tip("environment/staging").unwrap();
    fleet.repository.set("refs/heads/environment/staging-next", released);
    assert_eq!(count(&fleet.done(&["status"])), 2);
}

#[test]
fn of_a_repository_that_fleets_share_only_ones_own_are_told() {
    let parent = crate::fleet::folder();
    let delivery = git2::Repository::init_bare(parent.path().join("delivery.git")).unwrap();
    let fleet = Fleet::promoted();
    let url = "  repoURL: https://git.example.com/shop.git\n";
    fleet.edit(
        "environments/fleet.yaml",
        url,
        &format!("{url}  repository: {}\n", delivery.path().display()),
    );
    fleet.commit("Deliver elsewhere");
    fleet.release(&["staging"]);
    fleet.edit(
        "environments/fleet.yaml",
        LIST,
        "environments: [dev, canary, production]",
    );
    fleet.remove("environments/staging").commit("Drop staging");
    let answer = fleet.done(&["status"]);
    let text = answer.text().replace(&parent.path().display().to_string(), "<parent>");
    let text = folded(&text.lines().collect::<Vec<_>>());
    expect![[r#"
        exit 0
        warning[abandoned-branch] environments/fleet.yaml:2:1
          the fleet does not list `staging`, and its branch `environment/staging` is still there, with 2 agents for Argo CD to apply
          help: where the environment is to go, keep its commits by a tag and delete the branch, `git -C '<parent>/delivery.git' tag archive/environment/staging environment/staging && git -C '<parent>/delivery.git' branch -D environment/staging`, and then its Applications (docs/guides/argo-cd.md); where it is to stay, bring its folder back, `git checkout <commit> -- environments/staging`, and add it to `environments:`"#]].assert_eq(&text);
    let other = Fleet::small();
    let place = delivery.path().display().to_string();
    other.edit("environments/fleet.yaml", url, &format!("{url}  repository: {place}\n"));
    other.commit("Deliver to the same place");
    assert_eq!(count(&run_in(other.folder(), &["status"])), 0);
}
