//! Commands that need a build with more than this one has: cargo is asked for it, and hears what was typed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use expect_test::expect;

use crate::fleet::{Fleet, command};

/// It writes down what it is asked, and ends as the program would that it runs.
const CARGO: &str = "#!/bin/sh
[ \"$1\" = --version ] && exit 0
echo \"$@\" >> \"$SEEN\"
echo \"${CARGO_MANIFEST_DIR:-none} ${CARGO_PKG_NAME:-none} ${CARGO_TARGET_DIR:-none}\" >> \"$SEEN\"
exit 3
";

const IDENTITY: &str = "signers:
  - name: ci
    identity: https://github.com/example/shop/.github/workflows/release.yml@refs/heads/main
    issuer: https://token.actions.githubusercontent.com
    environments: [dev]
";

#[test]
fn what_a_build_lacks_cargo_builds_and_runs() {
    let fleet = Fleet::small();
    let programs = fleet.repository.path(".git/programs");
    fs::create_dir(&programs).unwrap();
    let cargo = programs.join("cargo");
    fs::write(&cargo, CARGO).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let seen = programs.join("seen");
    fs::write(programs.join("token"), "e30.e30.e30\n").unwrap();
    let asks = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let run = command(fleet.folder(), &words)
            .env("PATH", &programs)
            .env("SEEN", &seen)
            // what `cargo run` says of the program that it runs, and what a person says of all builds
            .env("CARGO_MANIFEST_DIR", "/fleet/xtask")
            .env("CARGO_PKG_NAME", "xtask")
            .env("CARGO_TARGET_DIR", "/builds")
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(3), "{line}: {run:?}");
    };
    fleet.put("environments/trust.yaml", IDENTITY).commit("Let CI sign");
    asks("release dev --identity-token .git/programs/token");
    fleet
        .put(
            "policies/rego/main.rego",
            "package main\n\ndeny contains \"no\" if false\n",
        )
        .put(
            "objects.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
        );
    asks("policy --path objects.yaml");
    fleet.put(
        "agents/assistant/regression/cases/queries.yaml",
        "prompt: greet\ncases: [{id: hello, userInput: Hello, assert: [{type: is-sql}]}]\n",
    );
    asks("evaluate assistant --case hello");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    expect![[r#"
        run --quiet --locked --manifest-path <manifest> --features sigstore --bin xtask-sigstore -- release dev --identity-token .git/programs/token
        none none /builds
        run --quiet --locked --manifest-path <manifest> --features rego --bin xtask-rego -- policy --path objects.yaml
        none none /builds
        run --quiet --locked --manifest-path <manifest> --features sql --bin xtask-sql -- evaluate assistant --case hello
        none none /builds
    "#]].assert_eq(&fs::read_to_string(seen).unwrap().replace(manifest, "<manifest>"));
}
