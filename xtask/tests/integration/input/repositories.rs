//! Repositories in a state that a release cannot, or can, go on from.

use expect_test::expect;
use tempfile::TempDir;

use crate::fleet::{Fleet, run_in};
use crate::git::fixture::Fixture;

const SERVICE: &str = "templates/agent-service/service.yaml.tera";

#[test]
fn a_modified_file_is_not_released() {
    let fleet = Fleet::small();
    fleet.append(SERVICE, "# more\n");
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: these files are not committed: templates/agent-service/service.yaml.tera
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit
    "#]]);
}

#[test]
fn a_staged_file_is_not_released() {
    let fleet = Fleet::small();
    fleet.append(SERVICE, "# more\n").repository.add_all();
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: these files are not committed: templates/agent-service/service.yaml.tera
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit
    "#]]);
}

#[test]
fn an_untracked_file_is_not_released() {
    let fleet = Fleet::small();
    fleet.put("agents/assistant/prompts/greet/1.1.0.prompt", "Hi.\n");
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: these files are not committed: agents/assistant/prompts/greet/1.1.0.prompt
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit
    "#]]);
}

#[test]
fn a_removed_file_is_not_released() {
    let fleet = Fleet::small();
    fleet.remove("agents/orders");
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: these files are not committed: agents/orders/agent.yaml
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit
    "#]]);
}

#[test]
fn many_files_that_are_not_committed_are_counted() {
    let fleet = Fleet::small();
    for number in 0..9 {
        fleet.put(&format!("agents/orders/contract/{number}.0.0.schema.json"), "{}");
    }
    fleet.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: these files are not committed: agents/orders/contract/0.0.0.schema.json, agents/orders/contract/1.0.0.schema.json, agents/orders/contract/2.0.0.schema.json, agents/orders/contract/3.0.0.schema.json, agents/orders/contract/4.0.0.schema.json and 4 more
          hint: commit them (`git add -A && git commit`) or put them away (`git stash -u`): a release is made of a commit
    "#]]);
}

#[test]
fn a_file_outside_the_tools_folders_does_not_matter() {
    let fleet = Fleet::small();
    fleet.put("notes.txt", "Buy milk.\n");
    fleet.release(&["dev"]);
}

#[test]
fn an_unborn_repository_is_said() {
    let fleet = Fleet {
        repository: Fixture::unborn(),
    };
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 4
        repository: the repository has no commit yet
          hint: make the first one: `git add -A && git commit -m "First commit"`
    "#]],
    );
}

#[test]
fn a_folder_outside_any_repository_is_said() {
    let folder = TempDir::new().unwrap();
    let answer = run_in(folder.path(), &["release", "dev"]);
    expect![[r#"
        exit 4
        repository: `<folder>` is not in a git repository
          hint: change into a clone, or make a repository here: `git init`
    "#]]
    .assert_eq(&answer.text().replace(&folder.path().display().to_string(), "<folder>"));
}

#[test]
fn a_clone_of_one_branch_does_not_begin_anew() {
    let origin = Fleet::small();
    origin.release(&["dev"]);
    let clone = origin.cloned(|builder| {
        builder.branch("main").remote_create(|git, name, url| {
            git.remote_with_fetch(name, url, "+refs/heads/main:refs/remotes/origin/main")
        });
    });
    clone.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: cannot know whether `origin` has the branch `environment/dev`: this clone does not fetch that branch
          hint: fetch it: `git fetch origin '+refs/heads/environment/dev:refs/remotes/origin/environment/dev'`
          hint: if the remote has no such branch yet, fetch everything: `git remote set-branches origin '*' && git fetch origin`
    "#]]);
}

#[test]
fn a_shallow_clone_without_the_branch_does_not_begin_anew() {
    let origin = Fleet::small();
    origin.release(&["dev"]);
    let clone = origin.cloned(|_| {});
    let mut branch = clone
        .repository
        .git
        .find_reference("refs/remotes/origin/environment/dev")
        .unwrap();
    branch.delete().unwrap();
    // what git writes for `--depth`: the commits whose parents are not here
    let head = clone.tip("main").unwrap();
    std::fs::write(clone.repository.path(".git/shallow"), format!("{head}\n")).unwrap();
    clone.refused(
        &["release", "dev"],
        expect![[r#"
        exit 4
        repository: cannot know whether `origin` has the branch `environment/dev`: this clone is shallow
          hint: fetch it: `git fetch origin '+refs/heads/environment/dev:refs/remotes/origin/environment/dev'`
          hint: if the remote has no such branch yet, fetch everything: `git fetch --unshallow origin`
    "#]],
    );
}

#[test]
fn tips_that_diverged_are_not_joined() {
    let origin = Fleet::small();
    origin.release(&["dev"]);
    let clone = origin.cloned(|_| {});
    clone.release(&["dev"]);
    let there = clone.tip("environment/dev").or(origin.tip("environment/dev")).unwrap();
    clone.repository.set("refs/heads/environment/dev", there);
    clone.meddle("environment/dev", "notes.txt", "here");
    let theirs = origin.meddle("environment/dev", "notes.txt", "there");
    clone
        .repository
        .git
        .find_remote("origin")
        .unwrap()
        .fetch(&["+refs/heads/*:refs/remotes/origin/*"], None, None)
        .unwrap();
    assert_eq!(
        clone
            .repository
            .git
            .refname_to_id("refs/remotes/origin/environment/dev")
            .unwrap(),
        theirs
    );
    clone.refused(&["release", "dev"], expect![[r#"
        exit 4
        repository: the branch `environment/dev` diverged: `…` here, `…` on `origin` as of the last fetch
          hint: see what the remote has now: `git fetch origin`
          hint: compare them: `git log --graph --oneline environment/dev origin/environment/dev`
          hint: to go on from the remote's and drop the local commits: `git branch -f environment/dev origin/environment/dev`
    "#]]);
}

#[test]
fn a_fresh_clone_goes_on_from_the_remotes_branch() {
    let origin = Fleet::small();
    origin.release(&["dev"]);
    let clone = origin.cloned(|_| {});
    let before = origin.tip("environment/dev").unwrap();
    clone
        .append(SERVICE, "# more\n")
        .edit("agents/orders/agent.yaml", "Keeps orders.", "Keeps all orders.");
    clone.edit(
        "templates/environment/network.yaml.tera",
        "podSelector: {}",
        "podSelector: { matchLabels: {} }",
    );
    clone.commit("Change something");
    clone.release(&["dev"]);
    let tip = clone
        .repository
        .git
        .find_commit(clone.tip("environment/dev").unwrap())
        .unwrap();
    assert_eq!(tip.parent_ids().collect::<Vec<_>>(), [before]);
}

#[test]
fn a_bare_clone_is_refused() {
    let clone = Fleet::small().cloned(|builder| {
        builder.bare(true);
    });
    clone.refused(
        &["release", "dev"],
        expect![[r#"
        exit 2
        usage: `<folder>` is bare: it has no work tree to read
          hint: clone it without `--bare`, or add a work tree: `git worktree add ../tree`
    "#]],
    );
}

#[test]
fn a_detached_head_works() {
    let fleet = Fleet::small();
    let head = fleet.tip("main").unwrap();
    fleet.repository.git.set_head_detached(head).unwrap();
    fleet.release(&["dev"]);
    assert!(fleet.tip("environment/dev").is_some());
    assert_eq!(fleet.tip("main"), Some(head));
}

#[test]
fn an_older_commit_does_not_undo_a_newer_release() {
    let fleet = Fleet::small();
    let older = fleet.tip("main").unwrap();
    fleet
        .edit("agents/assistant/agent.yaml", "temperature: 0.2", "temperature: 0.3")
        .commit("Warm up");
    fleet.release(&["dev"]);
    let git = &fleet.repository.git;
    git.set_head_detached(older).unwrap();
    git.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))
        .unwrap();
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
            exit 1
            error[stale-source] -
              `assistant` was released from …, which is newer; … does not descend from it
              unit: dev/assistant
              help: go on from it, `git merge --ff-only …`, and release again
        "#]],
    );
}

#[test]
fn an_older_commit_does_not_remove_what_a_newer_one_added() {
    let fleet = Fleet::small();
    let older = fleet.tip("main").unwrap();
    let orders = std::fs::read_to_string(fleet.repository.path("agents/orders/agent.yaml")).unwrap();
    fleet.put("agents/payments/agent.yaml", &orders).commit("Add payments");
    fleet.release(&["dev"]);
    let git = &fleet.repository.git;
    git.set_head_detached(older).unwrap();
    git.checkout_head(Some(git2::build::CheckoutBuilder::new().force()))
        .unwrap();
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
            exit 1
            error[stale-source] -
              `payments` was released from …, which is newer; … does not descend from it
              unit: dev/payments
              help: go on from it, `git merge --ff-only …`, and release again
        "#]],
    );
}

#[test]
fn a_folder_below_the_root_works_too() {
    let fleet = Fleet::small();
    let answer = run_in(&fleet.repository.path("agents/orders"), &["release", "dev"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    assert!(fleet.tip("environment/dev").is_some());
}
