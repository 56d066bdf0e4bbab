//! What a checkout has not of its commit, or has of another one, is told and never passed over.

use std::fs;
use std::path::Path;

use expect_test::expect;

use crate::fleet::Fleet;
use crate::git::fixture::signature;

/// Commits a folder as a commit of another repository, which nobody has fetched.
fn as_submodule(fleet: &Fleet, path: &str) {
    let tip = || fleet.tip("main").unwrap();
    fleet.put(".gitmodules", "").commit("Say that there are submodules");
    let mut index = fleet.repository.git.index().unwrap();
    let mut entry = index.get(0).unwrap();
    index.remove_dir(Path::new(path), 0).unwrap();
    (entry.path, entry.mode, entry.id) = (path.into(), 0o160_000, tip());
    index.add(&entry).unwrap();
    index.write().unwrap();
    fs::remove_dir_all(fleet.folder().join(path)).unwrap();
    fs::create_dir(fleet.folder().join(path)).unwrap();
    let git = &fleet.repository.git;
    let (tree, parent) = (
        git.find_tree(index.write_tree().unwrap()).unwrap(),
        git.find_commit(tip()).unwrap(),
    );
    git.commit(
        Some("HEAD"),
        &signature(),
        &signature(),
        "Move it out",
        &tree,
        &[&parent],
    )
    .unwrap();
}

#[test]
fn another_repository_is_read_nowhere_and_told_everywhere() {
    for folder in ["agents/orders", "policies/admission"] {
        let fleet = Fleet::small();
        fleet.put("policies/admission/some.yaml", "").commit("Have policies");
        as_submodule(&fleet, folder);
        for command in [&["check"][..], &["check", "--base", "HEAD~1"], &["release", "dev"]] {
            let answer = fleet.run(command);
            assert_eq!(answer.exit, 1, "{command:?}: {}", answer.text());
            assert!(answer.rules().contains(&"submodule"), "{command:?}: {}", answer.text());
        }
    }
}

#[test]
fn a_checkout_that_leaves_files_out_is_not_judged() {
    let fleet = Fleet::small();
    let git = &fleet.repository.git;
    git.config().unwrap().set_bool("core.sparseCheckout", true).unwrap();
    let mut index = git.index().unwrap();
    let mut entry = index.get_path(Path::new("agents/orders/agent.yaml"), 0).unwrap();
    // as git marks what is not to be on disk
    entry.flags_extended |= 1 << 14;
    index.add(&entry).unwrap();
    index.write().unwrap();
    fs::remove_file(fleet.folder().join("agents/orders/agent.yaml")).unwrap();
    fleet.refused(
        &["check"],
        expect![[r#"
            exit 4
            repository: the checkout is sparse and leaves out `agents/orders/agent.yaml`
              hint: check out all: `git sparse-checkout disable`
        "#]],
    );
}

#[test]
fn a_link_beside_the_agents_is_told_whatever_a_change_is_compared_with() {
    let fleet = Fleet::small();
    fleet
        .put("agents/orders/regression/cases/main.yaml", "cases: []\n")
        .commit("Have cases");
    std::os::unix::fs::symlink("orders", fleet.folder().join("agents/others")).unwrap();
    let answer = fleet.run(&["check", "--base", "HEAD"]);
    assert_eq!(answer.exit, 1, "{}", answer.text());
    assert!(answer.rules().contains(&"symbolic-link"), "{}", answer.text());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_an_agents_cases_is_refused() {
    let fleet = Fleet::small();
    fleet.put("elsewhere/cases/main.yaml", "cases: []\n");
    std::os::unix::fs::symlink("../../elsewhere", fleet.folder().join("agents/assistant/regression")).unwrap();
    let answer = fleet.run(&["evaluate", "assistant"]);
    assert_eq!(
        (answer.exit, answer.rules()),
        (1, vec!["symbolic-link"]),
        "{}",
        answer.text()
    );
}

/// What stands behind it is in no commit, so that it would make evidence that nobody else has.
#[cfg(unix)]
#[test]
fn a_link_among_an_agents_recordings_is_refused() {
    let fleet = Fleet::small();
    fleet.put("elsewhere.jsonl", "");
    fleet.put(
        "agents/assistant/regression/cases/main.yaml",
        "prompt: greet\ncases: [{id: hello, userInput: Hello, expectedResponseKeywords: [hi]}]\n",
    );
    let folder = fleet.folder().join("agents/assistant/regression/cassettes");
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("../../../../elsewhere.jsonl", folder.join("main.jsonl")).unwrap();
    fleet.refused(
        &["evaluate", "assistant"],
        expect![[r#"
            exit 1
            error[symbolic-link] agents/assistant/regression/cassettes/main.jsonl
              `agents/assistant/regression/cassettes/main.jsonl` is a symbolic link, which is not followed
              help: put the file itself in its place
        "#]],
    );
}

/// Of a pipe or a device nobody knows whether it ever ends.
#[cfg(unix)]
#[test]
fn what_is_no_file_among_cases_and_recordings_is_named_and_not_read() {
    let fleet = Fleet::small();
    fleet.put(
        "agents/assistant/regression/cases/main.yaml",
        "prompt: greet\ncases: [{id: hello, userInput: Hello, expectedResponseKeywords: [hi]}]\n",
    );
    let folder = fleet.folder().join("agents/assistant/regression");
    std::fs::create_dir_all(folder.join("cassettes")).unwrap();
    for path in ["cases/more.yaml", "cassettes/main.jsonl", "mock.yaml"] {
        let place = folder.join(path);
        let socket = std::os::unix::net::UnixListener::bind(&place).unwrap();
        let answer = fleet.run(&["evaluate", "assistant"]);
        let said = format!("`agents/assistant/regression/{path}` is a socket, and no file");
        assert_eq!((answer.exit, answer.rules()), (1, vec!["stray-file"]), "{path}");
        assert!(answer.text().contains(&said), "{}", answer.text());
        drop(socket);
        std::fs::remove_file(place).unwrap();
    }
    // the others are judged all the same
    let greets = "rules:\n  - { name: greets, answer: hi }\n";
    let suite = "prompt: greet\ncases: [{id: hello, userInput: Hello, expectedResponseKeywords: [hi]}]\n";
    fleet.put("agents/assistant/regression/mock.yaml", greets);
    let tree = fleet.tree();
    let other = |path: &str| format!("agents/other/{path}");
    for (path, _) in tree.entries() {
        let own = path
            .strip_prefix("agents/assistant/")
            .filter(|own| !own.starts_with("regression/"));
        if let (Some(own), Some(bytes)) = (own, tree.get(path)) {
            fleet.put(
                &other(own),
                &String::from_utf8_lossy(bytes).replace("assistant", "other"),
            );
        }
    }
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("cases/more.yaml")).unwrap();
    fleet.put(&other("regression/cases/main.yaml"), suite);
    fleet.put(&other("regression/mock.yaml"), greets);
    let answer = fleet.run(&["evaluate"]);
    let judged: Vec<_> = answer.result()["evaluations"].as_array().unwrap().iter().collect();
    assert_eq!((answer.exit, judged.len()), (1, 1), "{}", answer.text());
    assert_eq!(
        (&judged[0]["agent"], &judged[0]["verdict"]["outcome"]),
        (&"other".into(), &"passed".into())
    );
    assert!(answer.rules().contains(&"stray-file"), "{:?}", answer.rules());
}
