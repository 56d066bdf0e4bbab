//! Branches that Argo CD's Source Hydrator or GitOps Promoter wrote before, or write on.

use git2::{FileMode, Oid, Signature, Time};
use serde::Deserialize;

use crate::fleet::Fleet;

const BRANCH: &str = "environment/dev";

/// The keys of `hydrator.metadata` that both tools read, with the types that they give them: of another type, the whole
/// file is lost to them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    dry_sha: String,
    #[serde(rename = "repoURL")]
    repo_url: String,
    commands: Vec<String>,
    author: String,
    date: String,
    subject: String,
    #[serde(default)]
    references: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    commit: Referenced,
}

#[derive(Debug, Deserialize)]
struct Referenced {
    author: String,
    sha: String,
    #[serde(rename = "repoURL")]
    repo_url: String,
}

/// Commits files to a branch as another tool would, onto what is there.
fn commit(fleet: &Fleet, branch: &str, message: &str, parents: &[Oid], files: &[(&str, String)]) -> Oid {
    let git = &fleet.repository.git;
    let parents: Vec<git2::Commit<'_>> = parents.iter().map(|id| git.find_commit(*id).unwrap()).collect();
    let empty = git.treebuilder(None).unwrap().write().unwrap();
    let base = match parents.last() {
        Some(parent) => parent.tree().unwrap(),
        None => git.find_tree(empty).unwrap(),
    };
    let mut update = git2::build::TreeUpdateBuilder::new();
    for (path, text) in files {
        update.upsert(*path, git.blob(text.as_bytes()).unwrap(), FileMode::Blob);
    }
    let tree = git.find_tree(update.create_updated(git, &base).unwrap()).unwrap();
    let who = Signature::new("Argo CD", "argo-cd@example.com", &Time::new(1_700_000_100, 0)).unwrap();
    let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
    let id = git.commit(None, &who, &who, message, &tree, &parents).unwrap();
    git.reference(&format!("refs/heads/{branch}"), id, true, "").unwrap();
    id
}

/// What the Source Hydrator writes for one application, with the note that says which commit it is about.
fn hydrate(fleet: &Fleet, parents: &[Oid], manifest: &str) -> Oid {
    let dry = fleet.tip("main").unwrap();
    let url = "https://git.example.com/shop.git";
    let root = format!(
        "{{\n  \"repoURL\": \"{url}\",\n  \"drySha\": \"{dry}\",\n  \"author\": \"Ann <ann@example.com>\",\n  \
         \"date\": \"2023-11-14T22:13:20Z\",\n  \"subject\": \"Start the shop\",\n  \"references\": [\n    {{\"commit\": \
         {{\"author\": \"Ann <ann@example.com>\", \"sha\": \"{dry}\", \"repoUrl\": \"{url}\"}}}}\n  ]\n}}\n"
    );
    let own = format!(
        "{{\n  \"commands\": [\n    \"helm template .\"\n  ],\n  \"drySha\": \"{dry}\",\n  \"repoURL\": \"{url}\"\n}}\n"
    );
    let files = [
        (
            ".gitattributes",
            "**/README.md linguist-generated=true\n**/hydrator.metadata linguist-generated=true\n".to_owned(),
        ),
        ("hydrator.metadata", root),
        ("apps/orders/README.md", "# Manifest Hydration\n".to_owned()),
        ("apps/orders/hydrator.metadata", own),
        ("apps/orders/manifest.yaml", manifest.to_owned()),
    ];
    let tip = commit(
        fleet,
        BRANCH,
        &format!("{}: Start the shop", &dry.to_string()[..7]),
        parents,
        &files,
    );
    let who = Signature::new("Argo CD", "argo-cd@example.com", &Time::new(1_700_000_100, 0)).unwrap();
    let note = format!("{{\"drySha\":\"{dry}\"}}");
    fleet
        .repository
        .git
        .note(&who, &who, Some("refs/notes/hydrator.metadata"), tip, &note, true)
        .unwrap();
    tip
}

fn parents(fleet: &Fleet, branch: &str) -> Vec<Oid> {
    let tip = fleet.repository.git.find_commit(fleet.tip(branch).unwrap()).unwrap();
    tip.parent_ids().collect()
}

#[test]
fn a_branch_of_the_source_hydrator_goes_on_with_ours() {
    let fleet = Fleet::small();
    let theirs = hydrate(&fleet, &[], "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: old\n");
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    fleet.commit("Scale orders");
    fleet.release(&["dev"]);
    assert_eq!(parents(&fleet, BRANCH), [theirs]);
    assert!(!fleet.file(BRANCH, "apps/orders/manifest.yaml").contains("name: old"));
    let dry = fleet.tip("main").unwrap().to_string();
    assert!(fleet.file(BRANCH, "apps/orders/hydrator.metadata").contains(&dry));
    // the file of the root is theirs
    assert!(fleet.file(BRANCH, "hydrator.metadata").contains("Start the shop"));
}

#[test]
fn the_source_hydrator_and_promoter_can_read_what_we_wrote() {
    let fleet = Fleet::small();
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    fleet.commit(
        "Scale orders\n\nArgocd-reference-commit-author: Ann <ann@example.com>\nArgocd-reference-commit-sha: \
         0123456789012345678901234567890123456789\nArgocd-reference-commit-repourl: https://git.example.com/orders.git\n",
    );
    fleet.release(&["dev"]);
    let dry = fleet.tip("main").unwrap().to_string();
    let note: serde_json::Value = serde_json::from_str(&fleet.note(BRANCH)).unwrap();
    assert_eq!(note["drySha"], dry.as_str());
    let text = fleet.file(BRANCH, "apps/orders/hydrator.metadata");
    let metadata: Metadata = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (
            metadata.dry_sha.as_str(),
            metadata.repo_url.as_str(),
            metadata.subject.as_str()
        ),
        (dry.as_str(), "https://git.example.com/shop.git", "Scale orders")
    );
    assert_eq!(metadata.commands.len(), 1);
    assert!(
        metadata.author.ends_with('>') && metadata.date.starts_with("2023-11-1"),
        "{metadata:?}"
    );
    let commit = &metadata.references[0].commit;
    assert_eq!(
        (commit.author.as_str(), commit.sha.len(), commit.repo_url.as_str()),
        ("Ann <ann@example.com>", 40, "https://git.example.com/orders.git")
    );
}

#[test]
fn the_source_hydrator_may_go_on_with_our_branch_and_we_with_its() {
    let fleet = Fleet::small();
    fleet.release(&["dev"]);
    let ours = fleet.tip(BRANCH).unwrap();
    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    fleet.commit("Scale orders");
    let theirs = hydrate(
        &fleet,
        &[ours],
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: theirs\n",
    );
    fleet.release(&["dev"]);
    assert_eq!(parents(&fleet, BRANCH), [theirs]);
    assert!(fleet.file(BRANCH, "apps/orders/manifest.yaml").contains("replicas: 2"));
    let tip = fleet.tip(BRANCH);
    fleet.release(&["dev"]);
    assert_eq!(fleet.tip(BRANCH), tip, "nothing is left to write");
}

#[test]
fn promoter_merges_proposals_and_releases_go_on_either_way() {
    let fleet = Fleet::small();
    let url = "  repoURL: https://git.example.com/shop.git\n";
    fleet.edit("environments/fleet.yaml", url, &format!("{url}  proposed: true\n"));
    fleet.commit("Propose");
    fleet.release(&["dev"]);
    let proposal = fleet.tip("environment/dev-next").unwrap();
    let dry = fleet.tip("main").unwrap();
    let active = commit(
        &fleet,
        BRANCH,
        "Start the branch",
        &[],
        &[("README.md", "of a person\n".to_owned())],
    );
    let merge = format!(
        "Promote {dry}\n\nPull-request-id: 1\nSha-hydrated-active: {active}\nSha-hydrated-proposed: {proposal}\nSha-dry-proposed: {dry}\n"
    );
    let merged = commit(&fleet, BRANCH, &merge, &[active, proposal], &[]);

    fleet.append("agents/orders/agent.yaml", "values: { replicas: 2 }\n");
    fleet.commit("Scale orders");
    fleet.release(&["dev"]);
    assert_eq!(parents(&fleet, "environment/dev-next"), [proposal]);
    assert_eq!(fleet.tip(BRANCH), Some(merged), "merging is Promoter's");

    fleet.edit("environments/fleet.yaml", "  proposed: true\n", "");
    fleet.commit("Release without proposals again");
    fleet.release(&["dev"]);
    assert_eq!(parents(&fleet, BRANCH), [merged]);
    assert!(fleet.file(BRANCH, "apps/orders/manifest.yaml").contains("replicas: 2"));
}
