//! YAML files that cannot be read, are hostile, or say what the schema does not know.

use expect_test::{Expect, expect};

use crate::fleet::Fleet;

const ORDERS: &str = "agents/orders/agent.yaml";

fn check(fleet: &Fleet, expected: Expect) {
    fleet.commit("Break a file");
    fleet.refused(&["release", "dev", "--agent", "orders"], expected);
}

/// The small fleet with the same edit of one file.
fn check_edit(path: &str, from: &str, to: &str, expected: Expect) {
    let fleet = Fleet::small();
    fleet.edit(path, from, to);
    check(&fleet, expected);
}

#[test]
fn a_key_that_stands_twice_is_placed() {
    check_edit(
        ORDERS,
        "profile: web-service\n",
        "profile: web-service\ncriticality: low\n",
        expect![[r#"
        exit 1
        error[duplicate-key] agents/orders/agent.yaml:5:1
          duplicate key `criticality`
          help: `criticality` stands in line 3 already; remove one of the two
    "#]],
    );
}

#[test]
fn text_that_is_no_yaml_is_placed() {
    check_edit(
        ORDERS,
        "profile: web-service\n",
        "profile: [web-service\n",
        expect![[r#"
        exit 1
        error[yaml-syntax] agents/orders/agent.yaml:5:10
          illegal placement of ':' indicator
    "#]],
    );
}

#[test]
fn a_key_that_would_merge_maps_is_refused() {
    check_edit(
        "environments/dev/environment.yaml",
        "tier: dev\n",
        "tier: dev\nvalues:\n  env: { <<: { A: a }, B: b }\n",
        expect![[r#"
            exit 1
            error[yaml-syntax] environments/dev/environment.yaml:4:10
              `<<` merges no map in here
              help: write the keys out, or put `<<` in quotes if that is a name
        "#]],
    );
}

#[test]
fn an_unknown_key_is_placed_with_the_one_that_was_meant() {
    check_edit(
        ORDERS,
        "criticality:",
        "critcality:",
        expect![[r#"
        exit 1
        error[missing-key] agents/orders/agent.yaml:1:1
          `criticality` is missing
          help: add `criticality:`
        error[unknown-key] agents/orders/agent.yaml:3:1
          unknown key `critcality`
          help: did you mean `criticality`?
    "#]],
    );
}

#[test]
fn an_unknown_key_deep_in_values_is_placed() {
    check_edit(
        ORDERS,
        "candidate:\n",
        "values:\n  rollout:\n    stategy: canary\ncandidate:\n",
        expect![[r#"
            exit 1
            error[unknown-key] agents/orders/agent.yaml:7:5
              unknown key `stategy` in `values.rollout`
              help: did you mean `strategy`?
        "#]],
    );
}

#[test]
fn a_word_outside_its_list_is_placed_with_the_one_that_was_meant() {
    check_edit(
        ORDERS,
        "criticality: critical",
        "criticality: crtical",
        expect![[r#"
        exit 1
        error[invalid-value] agents/orders/agent.yaml:3:14
          `criticality` is `crtical`, which is none of `low`, `medium`, `high`, `critical`
          help: did you mean `critical`?
    "#]],
    );
}

#[test]
fn a_word_in_place_of_a_number_is_told_what_is_wanted() {
    check_edit(
        ORDERS,
        "candidate:\n",
        "values:\n  replicas: many\ncandidate:\n",
        expect![[r#"
            exit 1
            error[invalid-value] agents/orders/agent.yaml:6:13
              `values.replicas` is wrong: "many" is not of type "integer"
        "#]],
    );
}

#[test]
fn an_agent_without_owner_is_refused() {
    check_edit(
        ORDERS,
        "owner: { team: shop, contact: '#shop' }\n",
        "",
        expect![[r#"
        exit 1
        error[missing-owner] agents/orders/agent.yaml:1:1
          `owner` is missing
          help: add `owner:`
    "#]],
    );
}

#[test]
fn an_owner_without_contact_is_refused() {
    check_edit(
        ORDERS,
        ", contact: '#shop'",
        "",
        expect![[r#"
        exit 1
        error[missing-key] agents/orders/agent.yaml:2:1
          `owner` has no `contact`
          help: add `contact:`
    "#]],
    );
}

#[test]
fn an_image_by_tag_is_no_digest() {
    check_edit(
        ORDERS,
        "sha256:2222222222222222222222222222222222222222222222222222222222222222",
        "latest",
        expect![[r#"
            exit 1
            error[invalid-value] agents/orders/agent.yaml:9:13
              `candidate.code.digest` is wrong: "latest" does not match "^sha256:[0-9a-f]{64}$"
        "#]],
    );
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let fleet = Fleet::small();
    std::fs::write(fleet.repository.path(ORDERS), b"description: x\nowner: \xff\n").unwrap();
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[not-utf8] agents/orders/agent.yaml:2:1
          the file is not UTF-8 text
          help: save it as UTF-8
    "#]],
    );
}

#[test]
fn a_yaml_bomb_does_not_go_off() {
    let fleet = Fleet::small();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    fleet.append(ORDERS, &bomb);
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[yaml-syntax] agents/orders/agent.yaml:14:45
          the aliases stand for more than 100000 values
          help: write the values out instead of nesting aliases
    "#]],
    );
}

#[test]
fn ten_thousand_levels_do_not_end_the_stack() {
    let fleet = Fleet::small();
    fleet.append(
        ORDERS,
        &format!("values: {}1{}\n", "{a: ".repeat(10_000), "}".repeat(10_000)),
    );
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[yaml-syntax] agents/orders/agent.yaml:10:261
          maps and lists nest deeper than 64 levels
          help: flatten the value, or keep it as text in a block scalar
    "#]],
    );
}

#[test]
fn ten_thousand_levels_in_blocks_do_not_end_the_stack() {
    let fleet = Fleet::small();
    fleet.append(ORDERS, &format!("x:\n  {}x\n", "- ".repeat(10_000)));
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[yaml-syntax] agents/orders/agent.yaml:11:129
          maps and lists nest deeper than 64 levels
          help: flatten the value, or keep it as text in a block scalar
    "#]],
    );
}

#[test]
fn ten_thousand_levels_of_a_contract_do_not_end_the_stack() {
    let fleet = Fleet::small();
    let deep = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    fleet.put("agents/orders/contract/1.0.0.schema.json", &deep);
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[json-syntax] agents/orders/contract/1.0.0.schema.json:1:636
          recursion limit exceeded at line 1 column 636
    "#]],
    );
}

#[test]
fn a_second_contract_in_the_file_is_told_where_it_begins() {
    let fleet = Fleet::small();
    fleet.put("agents/orders/contract/1.0.0.schema.json", "{\n}\n\n  {}\n");
    check(
        &fleet,
        expect![[r#"
        exit 1
        error[json-syntax] agents/orders/contract/1.0.0.schema.json:4:3
          a second document begins here, and a file of JSON holds one
          help: keep one of them: each version is a file of its own
    "#]],
    );
}

#[test]
fn ten_thousand_levels_rendered_do_not_end_the_stack() {
    let fleet = Fleet::small();
    let deep = format!("x: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    fleet
        .put("templates/agent-service/deep.yaml.tera", &deep)
        .commit("Go deep");
    let answer = fleet.run(&["release", "dev", "--agent", "orders"]);
    assert_eq!(answer.rules(), ["template-not-yaml"], "{}", answer.text());
    assert_eq!(fleet.tip("environment/dev"), None);
}

#[test]
fn a_giant_file_on_disk_is_not_read() {
    let fleet = Fleet::small();
    let path = "agents/orders/contract/1.0.0.schema.json";
    fleet.put(path, "{}");
    // sparse: it has the length and takes no room
    let file = std::fs::File::options()
        .write(true)
        .open(fleet.repository.path(path))
        .unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    fleet.refused(
        &["render", "--environment", "dev"],
        expect![[r#"
        exit 1
        error[oversized-file] agents/orders/contract/1.0.0.schema.json
          `agents/orders/contract/1.0.0.schema.json` has 104857600 bytes, more than the 4194304 that are read
          help: keep data out of the tree and name it by digest
    "#]],
    );
}

#[test]
fn a_giant_blob_is_not_read() {
    let fleet = Fleet::small().cloned(|builder| {
        builder.bare(true);
    });
    let path: [&[u8]; 4] = [b"agents", b"orders", b"contract", b"1.0.0.schema.json"];
    fleet.graft(&path, &vec![b' '; 100 * 1024 * 1024]);
    fleet.refused(
        &["render", "--revision", "HEAD", "--environment", "dev"],
        expect![[r#"
        exit 1
        error[oversized-file] agents/orders/contract/1.0.0.schema.json
          `agents/orders/contract/1.0.0.schema.json` has 104857600 bytes, more than the 4194304 that are read
          help: keep data out of the tree and name it by digest
    "#]],
    );
}

#[test]
fn a_missing_fleet_file_is_named() {
    let fleet = Fleet::small();
    fleet.remove("environments/fleet.yaml").commit("Lose the fleet");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[missing-fleet] -
          there is no `environments/fleet.yaml`
          help: the file lists the environments: take it back, or name a revision that has it
    "#]],
    );
    fleet.refused(
        &["diff", "HEAD~1", "HEAD"],
        expect![[r#"
            exit 1
            error[missing-fleet] -
              in `HEAD`, there is no `environments/fleet.yaml`
              help: the file lists the environments: take it back, or name a revision that has it
        "#]],
    );
    let message = |fleet: &Fleet, arguments: &[&str]| {
        let answer = fleet.run(arguments);
        let folder = fleet.folder().canonicalize().unwrap();
        answer.text().replace(folder.to_str().unwrap(), "<folder>")
    };
    expect![[r#"
        exit 2
        usage: there is no `environments/fleet.yaml` in `<folder>` or a folder above it
          hint: change into a Lockstep repository, or name one with `-C <folder>`
    "#]]
    .assert_eq(&message(&fleet, &["render"]));
    let bare = Fleet::small().cloned(|builder| {
        builder.bare(true);
    });
    expect![[r#"
        exit 2
        usage: `<folder>` is bare: it has no work tree to read
          hint: clone it without `--bare`, or add a work tree: `git worktree add ../tree`
    "#]]
    .assert_eq(&message(&bare, &["check"]));
}

#[test]
fn an_environment_that_is_listed_needs_its_file() {
    check_edit(
        "environments/fleet.yaml",
        "[dev, staging, canary, production]",
        "[dev, stagin, canary, production]",
        expect![[r#"
            exit 1
            error[missing-environment] environments/fleet.yaml:2:21
              the fleet lists `stagin`, and there is no `environments/stagin/environment.yaml`
              help: write it; or take it out of the list, and `cargo xtask new environment stagin --after dev` writes both
            warning[unlisted-environment] environments/staging
              the fleet does not list `staging`
              help: did you mean `stagin`?
        "#]],
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let fleet = Fleet::small();
    fleet
        .edit(ORDERS, "criticality:", "critcality:")
        .edit("agents/assistant/agent.yaml", "profile: agent", "profile: agnet")
        .edit(
            "environments/dev/environment.yaml",
            "namespace: shop-dev",
            "namspace: shop-dev",
        );
    fleet.commit("Break three files");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
        exit 1
        error[invalid-value] agents/assistant/agent.yaml:4:10
          `profile` is `agnet`, which is none of `agent`, `web-service`, `database`
          help: did you mean `agent`?
        error[missing-key] agents/orders/agent.yaml:1:1
          `criticality` is missing
          help: add `criticality:`
        error[unknown-key] agents/orders/agent.yaml:3:1
          unknown key `critcality`
          help: did you mean `criticality`?
        error[missing-key] environments/dev/environment.yaml:1:1
          `namespace` is missing
          help: add `namespace:`
        error[unknown-key] environments/dev/environment.yaml:5:1
          unknown key `namspace`
          help: did you mean `namespace`?
    "#]],
    );
}

#[test]
fn an_environment_that_is_listed_twice_is_shown_where_it_stands() {
    let fleet = Fleet::small();
    let list = |names: &str| {
        let text = format!(
            "name: shop\nenvironments: [{names}]\ndelivery: {{ repoURL: 'https://git.example.com/shop.git' }}\n"
        );
        fleet.put("environments/fleet.yaml", &text);
    };
    list("dev, staging, dev, canary, production, dev-next");
    fleet.refused(&["validate"], expect![[r#"
        exit 1
        error[duplicate-environment] environments/fleet.yaml:2:30
          `dev` stands here twice
          help: take one of them out
          see: environments/fleet.yaml:2:16: it stands here too
        error[missing-environment] environments/fleet.yaml:2:55
          the fleet lists `dev-next`, and there is no `environments/dev-next/environment.yaml`
          help: write it; or take it out of the list, and `cargo xtask new environment dev-next --after production` writes both
        error[reserved-environment] environments/fleet.yaml:2:55
          `dev-next` is the name of the proposed branch of `dev`
          help: rename the environment
    "#]]);
}

#[test]
fn who_commits_and_where_to_is_told_in_its_line() {
    let check = |setting: &str, expected: Expect| {
        let fleet = Fleet::small();
        let url = "  repoURL: https://git.example.com/shop.git\n";
        let settings = match setting.starts_with("repoURL") {
            true => format!("  {setting}\n"),
            false => format!("{url}  {setting}\n"),
        };
        fleet.edit("environments/fleet.yaml", url, &settings).commit("Deliver");
        fleet.refused(&["release", "dev"], expected);
    };
    check(
        "author: nobody",
        expect![[r#"
        exit 1
        error[invalid-value] environments/fleet.yaml:5:11
          `delivery.author` is wrong: `nobody` is no author; write `Name <name@example.com>`
    "#]],
    );
    check(
        "repoURL: 'https://git.example.com:99999/fleet'",
        expect![[r#"
        exit 1
        error[invalid-value] environments/fleet.yaml:4:12
          `delivery.repoURL` is wrong: `https://git.example.com:99999/fleet` has the port 99999; ports go from 1 to 65535
    "#]],
    );
    check(
        "repoURL: our repository",
        expect![[r#"
        exit 1
        error[invalid-value] environments/fleet.yaml:4:12
          `delivery.repoURL` is wrong: `our repository` is no address of a repository; write `https://<host>/<path>` or `git@<host>:<path>`
    "#]],
    );
    check(
        "branchPrefix: 'to environment/'",
        expect![[r#"
        exit 1
        error[invalid-value] environments/fleet.yaml:5:17
          `delivery.branchPrefix` is wrong: no branch can be called `to environment/dev`: it has a space or a sign that git does not take
    "#]],
    );
    check(
        "dryBranch: ma..in",
        expect![[r#"
        exit 1
        error[invalid-value] environments/fleet.yaml:5:14
          `delivery.dryBranch` is wrong: no branch can be called `ma..in`: it has `..` or `@{`, or ends with a dot
    "#]],
    );
    for fine in [
        "git@git.example.com:shop.git",
        "ssh://git@git.example.com:2222/shop",
        "file:///srv/shop.git",
    ] {
        let fleet = Fleet::small();
        fleet
            .edit("environments/fleet.yaml", "https://git.example.com/shop.git", fine)
            .commit("Deliver");
        fleet.done(&["release", "dev", "--dry-run"]);
    }
}

#[test]
fn a_team_that_no_code_host_knows_is_refused() {
    check_edit(
        ORDERS,
        "team: shop",
        "team: 'shop: all of us'",
        expect![[r#"
        exit 1
        error[invalid-value] agents/orders/agent.yaml:2:16
          `owner.team` is wrong: `shop: all of us` is no team that a code host knows; write `<organisation>/<team>`, without spaces and colons
    "#]],
    );
    let fleet = Fleet::small();
    fleet.refused(&["new", "agent", "billing", "--owner", "a: b"], expect![[r#"
        exit 2
        usage: `--owner` is wrong: `a: b` is no team that a code host knows; write `<organisation>/<team>`, without spaces and colons
    "#]]);
    fleet.edit(ORDERS, "team: shop", "team: ann@example.com");
    let role = "roles: [{ name: admin, description: All., groups: ['Domain Admins', shop/admins], actions: [sync] }]\n";
    fleet.append("environments/dev/environment.yaml", role);
    fleet.done(&["generate"]);
    let owners = std::fs::read_to_string(fleet.folder().join(".github/CODEOWNERS")).unwrap();
    let lines: Vec<&str> = owners.lines().skip(2).collect();
    expect![[r#"
        /agents/assistant/ @shop/care
        /agents/orders/ ann@example.com
        # not for /environments/dev/, since no code host has a team of this name: @shop/Domain Admins
        /environments/dev/ @shop/admins"#]]
    .assert_eq(&lines.join("\n"));
}

/// No commit has it: what is compared is what a release would be made of.
#[test]
fn what_git_ignores_is_told_and_is_no_part_of_the_fleet() {
    let fleet = Fleet::small();
    fleet.put(".gitignore", "*.swp\n/agents/mine/\n").commit("Ignore");
    let exclude = fleet.repository.path(".git/info/exclude");
    std::fs::create_dir_all(exclude.parent().unwrap()).unwrap();
    std::fs::write(exclude, "/agents/assistant/prompts/*/3.0.0.prompt\n").unwrap();
    let agent = std::fs::read_to_string(fleet.repository.path("agents/orders/agent.yaml")).unwrap();
    fleet
        .put(
            "agents/assistant/prompts/greet/3.0.0.prompt",
            "---\nmodel: m\n---\nHi\n",
        )
        .put("agents/mine/agent.yaml", &agent)
        .put("agents/orders/agent.yaml.swp", "x");
    fleet.refused(&["affected", "--base", "HEAD"], expect![[r#"
        exit 1
        error[ignored-file] agents/assistant/prompts/greet/3.0.0.prompt
          git ignores `agents/assistant/prompts/greet/3.0.0.prompt`, so that no commit and no release has it
          help: `git check-ignore --verbose agents/assistant/prompts/greet/3.0.0.prompt` says which line ignores it; or add it: `git add --force agents/assistant/prompts/greet/3.0.0.prompt`
        error[ignored-file] agents/mine/agent.yaml
          git ignores `agents/mine/agent.yaml`, so that no commit and no release has it
          help: `git check-ignore --verbose agents/mine/agent.yaml` says which line ignores it; or add it: `git add --force agents/mine/agent.yaml`
    "#]]);
    let answer = fleet.run(&["check"]);
    assert_eq!(answer.exit, 1);
    assert!(
        answer.rules().iter().all(|rule| *rule == "ignored-file"),
        "{}",
        answer.text()
    );
    // once it is tracked, git ignores it no longer
    let mut index = fleet.repository.git.index().unwrap();
    for path in ["agents/assistant/prompts/greet/3.0.0.prompt", "agents/mine/agent.yaml"] {
        index.add_path(std::path::Path::new(path)).unwrap();
    }
    index.write().unwrap();
    assert!(
        !fleet
            .run(&["affected", "--base", "HEAD"])
            .rules()
            .contains(&"ignored-file")
    );
}
