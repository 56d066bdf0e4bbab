//! The same input makes the same bytes, anywhere.

use crate::fleet::Fleet;

/// The id of the tree at a branch's tip.
fn tree(fleet: &Fleet, branch: &str) -> git2::Oid {
    fleet
        .repository
        .git
        .find_commit(fleet.tip(branch).unwrap())
        .unwrap()
        .tree_id()
}

/// The small fleet with more agents than threads.
fn crowd() -> Fleet {
    let fleet = Fleet::small();
    let assistant = std::fs::read_to_string(fleet.repository.path("agents/assistant/agent.yaml")).unwrap();
    for number in 0..24 {
        let folder = format!("agents/assistant-{number}");
        fleet.put(&format!("{folder}/agent.yaml"), &assistant);
        for (path, bytes) in fleet.tree().below("agents/assistant") {
            if !path.ends_with("agent.yaml") {
                fleet.put(
                    &path.replace("agents/assistant", &folder),
                    std::str::from_utf8(bytes).unwrap(),
                );
            }
        }
    }
    fleet.commit("Grow");
    fleet
}

#[test]
fn one_thread_and_eight_make_the_same_branch() {
    let fleet = crowd();
    fleet.done(&["release", "dev", "--threads", "1"]);
    let one = fleet.contents("environment/dev");
    // with the ledger, by which releases of a branch that is gone are numbered on
    for branch in ["environment/dev", "lockstep/ledger"] {
        let reference = format!("refs/heads/{branch}");
        fleet
            .repository
            .git
            .find_reference(&reference)
            .unwrap()
            .delete()
            .unwrap();
    }
    fleet.done(&["release", "dev", "--threads", "8"]);
    assert_eq!(fleet.contents("environment/dev"), one);
    let render = |threads: &str| fleet.done(&["render", "--threads", threads]).json;
    assert_eq!(render("1"), render("8"));
}

#[test]
fn two_clones_make_the_same_branches() {
    let fleet = Fleet::promoted();
    let (one, two) = (fleet.cloned(|_| {}), fleet.cloned(|_| {}));
    let environments = ["dev", "staging", "canary", "production"];
    one.release(&environments);
    for environment in environments.iter().rev() {
        two.release(&[environment]);
    }
    for environment in environments {
        let branch = format!("environment/{environment}");
        assert_eq!(one.contents(&branch), two.contents(&branch), "{branch}");
    }
}

#[test]
fn agents_one_by_one_come_to_the_same_manifests_as_all_at_once() {
    let fleet = Fleet::small();
    let (one, two) = (fleet.cloned(|_| {}), fleet.cloned(|_| {}));
    one.release(&["dev"]);
    two.done(&["release", "dev", "--agent", "orders"]);
    two.done(&["release", "dev", "--agent", "assistant"]);
    let manifests = |fleet: &Fleet| {
        let mut files = fleet.files("environment/dev");
        files.retain(|path, _| {
            path.ends_with("manifest.yaml") || path.starts_with("argocd/") || path.ends_with("tuple.json")
        });
        files
    };
    assert_eq!(manifests(&one), manifests(&two));
}

#[test]
fn a_release_writes_what_render_shows() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    fleet.done(&["render", "--environment", "dev", "--into", "out"]);
    for (path, text) in fleet.files("environment/dev") {
        if path.ends_with("manifest.yaml") || path.starts_with("argocd/") {
            let rendered = std::fs::read_to_string(fleet.repository.path(&format!("out/dev/{path}"))).unwrap();
            assert_eq!(rendered, text, "{path}");
        }
    }
}

#[test]
fn a_change_and_its_undoing_come_back_to_the_same_manifests() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let (before, tree_before) = (fleet.files("environment/dev"), tree(&fleet, "environment/dev"));
    let service = "templates/agent-service/service.yaml.tera";
    fleet
        .edit(service, "ports.http", "ports.metrics")
        .commit("Move the port");
    fleet.release(&["dev"]);
    assert_ne!(tree(&fleet, "environment/dev"), tree_before);
    fleet
        .edit(service, "ports.metrics", "ports.http")
        .commit("Move it back");
    fleet.release(&["dev"]);
    let after = fleet.files("environment/dev");
    for path in [
        "apps/orders/manifest.yaml",
        "apps/assistant/manifest.yaml",
        ".lockstep/orders/tuple.json",
    ] {
        assert_eq!(after[path], before[path], "{path}");
    }
}
