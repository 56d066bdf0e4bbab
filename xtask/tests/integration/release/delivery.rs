//! Where releases go: prefix, proposed branch, reference, a repository of their own.

use expect_test::expect;

use crate::fleet::{Fleet, files_of};

/// The small fleet with one more line under `delivery:`.
fn with(setting: &str) -> Fleet {
    let fleet = Fleet::small();
    let url = "  repoURL: https://git.example.com/shop.git\n";
    fleet
        .edit("environments/fleet.yaml", url, &format!("{url}  {setting}\n"))
        .commit("Deliver otherwise");
    fleet
}

/// The revision that Argo CD reads.
fn revision(text: &str) -> String {
    let objects = crate::fleet::objects(text);
    objects[0]["spec"]["source"]["targetRevision"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_branch_prefix_is_a_setting() {
    let fleet = with("branchPrefix: deploy/");
    let answer = fleet.release(&["dev"]);
    assert_eq!(answer.environment("dev")["branch"], "deploy/dev");
    assert_eq!(fleet.tip("environment/dev"), None);
    assert_eq!(revision(&fleet.file("deploy/dev", "argocd/orders.yaml")), "deploy/dev");
}

#[test]
fn a_proposal_goes_beside_the_branch_that_argo_cd_reads() {
    let fleet = with("proposed: true");
    fleet.release(&["dev"]);
    assert_eq!(fleet.tip("environment/dev"), None);
    assert_eq!(
        revision(&fleet.file("environment/dev-next", "argocd/orders.yaml")),
        "environment/dev"
    );
}

#[test]
fn what_is_only_proposed_is_to_be_merged_before_it_is_promoted() {
    let fleet = with("proposed: true");
    let promote = [
        "promote", "orders", "--from", "dev", "--to", "staging", "--as", "v1.0.0",
    ];
    fleet.refused(
        &promote,
        expect![[r#"
        exit 2
        usage: `dev` was never released
          hint: cargo xtask release dev
    "#]],
    );
    fleet.done(&["release", "dev", "--agent", "assistant"]);
    fleet.refused(
        &promote,
        expect![[r#"
        exit 2
        usage: `dev` is released to `environment/dev-next` alone, which was never merged
          hint: merge `environment/dev-next` into `environment/dev`, for example by its pull request, and promote then
    "#]],
    );
    // merged without the agent, and with it
    let merge = || {
        let proposed = fleet.tip("environment/dev-next").unwrap();
        let git = &fleet.repository.git;
        git.reference("refs/heads/environment/dev", proposed, true, "merge")
            .unwrap();
    };
    merge();
    fleet.release(&["dev"]);
    fleet.refused(
        &promote,
        expect![[r#"
        exit 1
        error[unreleased-unit] -
          `orders` is not in `dev`
          unit: staging/orders
          help: merge `environment/dev-next` into `environment/dev`, for example by its pull request, and promote then
    "#]],
    );
    merge();
    fleet.done(&promote);
}

#[test]
fn a_proposal_leaves_no_room_for_an_environment_of_its_name() {
    let fleet = with("proposed: true");
    let dev = std::fs::read_to_string(fleet.repository.path("environments/dev/environment.yaml")).unwrap();
    fleet
        .put(
            "environments/dev-next/environment.yaml",
            &dev.replace("shop-dev", "shop-next"),
        )
        .edit("environments/fleet.yaml", "[dev, ", "[dev, dev-next, ")
        .commit("Take the name");
    assert_eq!(fleet.run(&["release", "dev"]).rules(), ["reserved-environment"]);
    assert_eq!(fleet.tip("environment/dev-next"), None);
}

#[test]
fn argo_cd_may_read_a_full_reference() {
    let fleet = with("targetRevision: reference");
    fleet.release(&["dev"]);
    assert_eq!(
        revision(&fleet.file("environment/dev", "argocd/orders.yaml")),
        "refs/heads/environment/dev"
    );
}

#[test]
fn releases_may_have_a_repository_of_their_own() {
    let fleet = with("repository: ../delivery.git");
    let parent = crate::fleet::folder();
    // the two stand side by side in one folder
    let dry = parent.path().join("dry");
    git2::build::RepoBuilder::new()
        .clone(fleet.folder().to_str().unwrap(), &dry)
        .unwrap();
    let delivery = git2::Repository::init_bare(parent.path().join("delivery.git")).unwrap();
    let answer = crate::fleet::run_in(&dry, &["release", "dev"]);
    assert_eq!(answer.exit, 0, "{}", answer.text());
    assert!(files_of(&delivery, "environment/dev").contains_key("apps/orders/manifest.yaml"));
    let note = delivery.find_note(
        Some("refs/notes/hydrator.metadata"),
        delivery.refname_to_id("refs/heads/environment/dev").unwrap(),
    );
    assert!(
        note.unwrap()
            .message()
            .unwrap()
            .contains(&fleet.tip("main").unwrap().to_string())
    );
    let here = git2::Repository::open(&dry).unwrap();
    assert!(here.find_reference("refs/heads/environment/dev").is_err());
    let again = crate::fleet::run_in(&dry, &["release", "dev"]);
    assert_eq!(
        again.changes("dev"),
        ["_environment unchanged", "assistant unchanged", "orders unchanged"]
    );
}

#[test]
fn a_delivery_repository_that_is_not_there_is_a_failure() {
    let fleet = with("repository: nowhere.git");
    fleet.refused(
        &["release", "dev"],
        expect_test::expect![[r#"
        exit 4
        repository: `<folder>/nowhere.git` is not in a git repository
          hint: change into a clone, or make a repository here: `git init`
    "#]],
    );
}
