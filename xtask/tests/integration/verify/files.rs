//! Files that are not those that were signed.

use lockstep::model::Digest;

use super::released::{BRANCH, Released};

const MANIFEST: &str = "apps/orders/manifest.yaml";

#[test]
fn a_signed_release_holds() {
    let released = Released::new();
    let answer = released.verify();
    assert_eq!(answer.exit, 0, "{}", answer.text());
    let environment = answer.environment("dev");
    assert_eq!(
        (&environment["holds"], &environment["chain"]),
        (&true.into(), &1.into())
    );
    let units = environment["units"].as_array().unwrap();
    assert_eq!(units.len(), 3);
    assert!(
        units
            .iter()
            .all(|unit| unit["holds"] == true && unit["signer"] == "development")
    );
}

#[test]
fn case_1_a_flipped_byte() {
    let released = Released::new();
    let text = released.fleet.file(BRANCH, MANIFEST);
    let changed = text.replacen("8080", "8081", 1);
    released.put(MANIFEST, Some(changed.as_bytes()));
    let found = Digest::of(changed.as_bytes()).to_string();
    released.refused(
        "changed-file",
        MANIFEST,
        &format!(
            "expected `{MANIFEST}` with {}, found {found}",
            Digest::of(text.as_bytes())
        ),
    );
    let answer = released.fleet.done(&["release", "dev"]);
    assert_eq!(answer.rules(), ["changed-record"], "{}", answer.text());
    assert!(
        answer
            .text()
            .contains("somebody edited `apps/orders/manifest.yaml` on the branch")
    );
    assert_eq!(released.fleet.file(BRANCH, MANIFEST), text);
    assert_eq!(released.verify().exit, 0);
}

#[test]
fn case_2_a_file_that_nobody_signed() {
    for path in [
        "apps/orders/extra.yaml",
        "argocd/evil.yaml",
        "apps/evil/manifest.yaml",
        ".lockstep/orders/more.json",
    ] {
        let released = Released::new();
        released.put(path, Some(b"kind: Pod\n"));
        released.refused("unsigned-file", path, "no statement names");
        // a release leaves alone what it does not own, and does not keep silent about it
        for _ in 0..2 {
            let answer = released.fleet.done(&["release", "dev"]);
            let found = answer
                .findings()
                .iter()
                .find(|finding| finding["rule"] == "unsigned-file");
            let place = &found.unwrap_or_else(|| panic!("{path}: {}", answer.text()))["location"]["file"];
            assert_eq!(place, &format!("environment branch of dev:{path}"));
        }
    }
}

#[test]
fn case_3_a_signed_file_that_is_gone() {
    let released = Released::new();
    released.put(MANIFEST, None);
    released.refused("missing-file", MANIFEST, "found no file");
}

#[test]
fn case_4_two_files_with_each_others_names() {
    let released = Released::new();
    let (metadata, readme) = ("apps/orders/hydrator.metadata", "apps/orders/README.md");
    let (one, two) = (released.bytes(metadata), released.bytes(readme));
    released.put(metadata, Some(&two)).put(readme, Some(&one));
    let answer = released.verify();
    assert_eq!(answer.rules(), ["swapped-file", "swapped-file"], "{}", answer.text());
}

#[test]
fn case_4_a_file_under_another_name() {
    let released = Released::new();
    let bytes = released.bytes(MANIFEST);
    released
        .put(MANIFEST, None)
        .put("apps/orders/deploy.yaml", Some(&bytes));
    released.refused("renamed-file", MANIFEST, "found it at `apps/orders/deploy.yaml`");
}

#[test]
fn case_8_parts_of_two_releases() {
    let released = Released::new();
    let tuple = ".lockstep/orders/tuple.json";
    let old = released.bytes(tuple);
    released.again("two").put(tuple, Some(&old));
    released.refused("mixed-tuple", tuple, "which tells of another tuple");
}

#[test]
fn case_8_a_signed_tuple_whose_parts_are_of_two() {
    let released = Released::new();
    released.restate("orders", |statement| {
        statement["predicate"]["tuple"]["components"]["code"]["repository"] = "registry.example.com/evil".into();
    });
    released.refused("mixed-tuple", &Released::bundle_path("orders"), "found parts that make");
}

#[test]
fn case_24_paths_that_lead_astray() {
    for name in [
        "a\\b.yaml",
        "․git",
        "GIT~1",
        "man\u{202e}lmay.ifest",
        "kelvin\u{212a}.yaml",
    ] {
        let released = Released::new();
        let blob = released.fleet.repository.git.blob(b"x").unwrap();
        released.graft(&["apps", "orders", name], Some(blob), 0o100_644);
        let answer = released.verify();
        assert!(answer.rules().contains(&"unsafe-path"), "{name}: {}", answer.text());
        assert_eq!(answer.exit, 1);
    }
}

#[test]
fn case_24_names_that_are_one_file_on_other_systems() {
    let released = Released::new();
    released.put("apps/orders/Manifest.yaml", Some(b"kind: Pod\n"));
    let answer = released.verify();
    assert_eq!(answer.rules(), ["unsigned-file", "twin-path"], "{}", answer.text());
}

#[test]
fn case_25_a_link() {
    let released = Released::new();
    released.put_as(MANIFEST, Some(b"../../etc/passwd"), 0o120_000);
    released.refused("symbolic-link", MANIFEST, "symbolic link");
}

#[test]
fn case_25_a_commit_of_another_repository() {
    let released = Released::new();
    let id = released.fleet.tip("main").unwrap();
    released.graft(&["apps", "orders", "module"], Some(id), 0o160_000);
    released.refused(
        "submodule",
        "apps/orders/module",
        "found a commit of another repository",
    );
}

#[test]
fn case_25_a_file_that_may_be_executed() {
    let released = Released::new();
    let bytes = released.bytes(MANIFEST);
    released.put_as(MANIFEST, Some(&bytes), 0o100_755);
    released.refused("file-mode", MANIFEST, "found one that may be executed");
}

#[test]
fn case_24_and_25_count_for_the_whole_tree() {
    let blob = |released: &Released| released.fleet.repository.git.blob(b"x").unwrap();
    for (path, rule) in [
        (&["Apps", "orders", "manifest.yaml"][..], "unsafe-path"),
        (&["ARGOCD", "evil.yaml"], "unsafe-path"),
        (&[".."], "unsafe-path"),
        (&["/etc"], "unsafe-path"),
        (&["docs", ".git", "config"], "unsafe-path"),
        (&["docs", ".g\u{200c}it", "config"], "unsafe-path"),
        (&["apps.", "orders", "manifest.yaml"], "unsafe-path"),
        (&["app\u{17f}", "orders", "manifest.yaml"], "unsafe-path"),
        (&["argo\u{202e}cd", "evil.yaml"], "unsafe-path"),
    ] {
        let released = Released::new();
        released.graft(path, Some(blob(&released)), 0o100_644);
        let answer = released.verify();
        assert_eq!(answer.exit, 1, "{path:?}: {}", answer.text());
        assert!(answer.rules().contains(&rule), "{path:?}: {}", answer.text());
    }
    let released = Released::new();
    released.put_as("passwords", Some(b"/etc/passwd"), 0o120_000);
    released.refused("symbolic-link", "passwords", "symbolic link");
    let released = Released::new();
    let id = released.fleet.tip("main").unwrap();
    released.graft(&["vendor"], Some(id), 0o160_000);
    released.refused("submodule", "vendor", "found a commit of another repository");
}

#[test]
fn plain_files_of_people_stay_theirs() {
    let released = Released::new();
    released
        .put("CODEOWNERS", Some(b"* @platform\n"))
        .put("docs/über.md", Some(b"words\n"))
        .put_as("tools/look", Some(b"#!/bin/sh\n"), 0o100_755)
        .put("data.bin", Some(&vec![0; 5 * 1024 * 1024]));
    let answer = released.verify();
    assert_eq!(answer.exit, 0, "{}", answer.text());
}

#[test]
fn case_26_other_line_ends_and_a_byte_order_mark() {
    let released = Released::new();
    let text = released.fleet.file(BRANCH, MANIFEST);
    released.put(MANIFEST, Some(text.replace('\n', "\r\n").as_bytes()));
    released.refused("changed-line-ends", MANIFEST, "line ends");
    released.put(MANIFEST, Some(format!("\u{feff}{text}").as_bytes()));
    released.refused("changed-line-ends", MANIFEST, "byte order mark");
}

#[test]
fn case_26_yaml_that_grows_without_end() {
    let released = Released::new();
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n".repeat(8);
    released.put(MANIFEST, Some(bomb.as_bytes()));
    released.refused("changed-file", MANIFEST, "expected");
}

#[test]
fn case_27_data_without_end() {
    let released = Released::new();
    let path = Released::bundle_path("orders");
    released.put(&path, Some(&vec![b' '; 10 * 1024 * 1024]));
    let answer = released.verify();
    // what is not read is not signed
    assert_eq!(answer.rules(), ["oversized-file", "unsigned-unit"], "{}", answer.text());
}

#[test]
fn case_27_more_subjects_than_any_unit_has() {
    let released = Released::new();
    released.restate("orders", |statement| {
        let subject = statement["subject"][0].clone();
        statement["subject"] = vec![subject; 1001].into();
    });
    released.refused("too-many-subjects", &Released::bundle_path("orders"), "found 1001");
}

#[test]
fn a_folder_that_somebody_sent_is_verified_as_the_branch_is() {
    let released = Released::new();
    for (path, text) in released.fleet.files(BRANCH) {
        released.fleet.put(&format!("sent/{path}"), &text);
    }
    let verify = || {
        released
            .fleet
            .run(&["verify", "--environment", "dev", "--path", "sent"])
    };
    assert_eq!(verify().exit, 0, "{}", verify().text());
    allow_to_execute(&released.fleet.repository.path(&format!("sent/{MANIFEST}")));
    assert_eq!(verify().rules(), ["file-mode"; if cfg!(unix) { 1 } else { 0 }]);
    released.fleet.append(&format!("sent/{MANIFEST}"), "# more\n");
    assert!(verify().rules().contains(&"changed-file"));
    let packed = released
        .fleet
        .run(&["verify", "--environment", "dev", "--path", "agents/orders/agent.yaml"]);
    assert_eq!(packed.exit, 2, "{}", packed.text());
    assert!(packed.text().contains("unpack it first"), "{}", packed.text());
}

#[cfg(unix)]
fn allow_to_execute(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn allow_to_execute(_path: &std::path::Path) {}
