//! What a rule is, and the rules about files and what they say. Rooms further down have tables of their own.

/// A rule that a finding can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, which reads well after "waive".
    pub id: &'static str,
    /// Why breaking it is wrong.
    pub reason: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// A few lines that break it and the same lines mended, where that shows more than the remedy says.
    pub example: Option<Example>,
}

/// A few lines of a file that break a rule, and the same lines mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Breaks it.
    pub bad: &'static str,
    /// Does not.
    pub good: &'static str,
}

impl Rule {
    /// A rule without an example.
    pub const fn new(id: &'static str, reason: &'static str, remedy: &'static str) -> Rule {
        Rule {
            id,
            reason,
            remedy,
            example: None,
        }
    }

    /// Adds an example.
    pub const fn example(mut self, bad: &'static str, good: &'static str) -> Rule {
        self.example = Some(Example { bad, good });
        self
    }
}

/// The rules about files, and about the units that they make, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "absent-dependency",
        "an agent that it calls does not run in the environment, so it would fail there",
        "promote the other agent first",
    ),
    Rule::new(
        "ambiguous-scalar",
        "YAML readers disagree on a plain scalar such as `no` or `1_000`: Argo CD would apply something else than was checked",
        "quote it in the template, with the filter `quote`",
    ),
    Rule::new(
        "blueprint-cycle",
        "a blueprint extends itself through others, so nothing is the base",
        "take one `extends:` out",
    ),
    Rule::new(
        "changed-blueprint",
        "a pinned copy is not what its digest says, so releases would render something else than was promoted",
        "restore it with `git checkout`; edit the blueprint under `templates/` instead",
    ),
    Rule::new(
        "changed-component",
        "a file of a release has changed since, so the version no longer says what runs",
        "restore it with `git checkout`, and give the change a new version",
    ),
    Rule::new(
        "changed-tuple",
        "a release file's `id` is not that of its tuple: someone edited one of them",
        "restore the file with `git checkout`; `promote` and `rollback` write it",
    ),
    Rule::new(
        "deletion-budget",
        "one run would remove more agents than an accident may",
        "pass `--allow-removals`, or raise `deletionBudget` in the fleet file, if they are really to go",
    ),
    Rule::new(
        "dependency-cycle",
        "agents wait for each other, so none can start first",
        "take one of the dependencies out",
    ),
    Rule::new(
        "duplicate-environment",
        "the fleet lists an environment twice, so its place in the order is unclear",
        "take one entry out",
    ),
    Rule::new(
        "duplicate-key",
        "a key stands twice in a map, and readers disagree on which one counts",
        "remove one of them",
    ),
    Rule::new(
        "duplicate-object",
        "the same object is rendered by two templates or stands in a file twice, and the last one applied would win",
        "rename one of the objects",
    ),
    Rule::new(
        "duplicate-tool",
        "a tool stands twice in a tool manifest, so it is unclear what the model may call",
        "remove one of them",
    ),
    Rule::new(
        "floating-prompt",
        "`latest` names whatever is newest, so the release could not be repeated",
        "name versions, or let the environment follow the candidate",
    ),
    Rule::new(
        "foreign-tuple",
        "a release file holds another agent's tuple",
        "restore it with `git checkout`",
    ),
    Rule::new(
        "former-namespace",
        "a text of imported objects still names the namespace that they came from, and would lead there from every environment",
        "write `{{ environment.namespace }}` in the template, or a value in each environment; leave what is meant to stay there",
    ),
    Rule::new(
        "ignored-file",
        "a file stands where releases are made from, and git ignores it: no commit has it, so that no other clone and no release would",
        "take the line out that ignores it, or add the file with `git add --force`, or move it away",
    ),
    Rule::new(
        "incomplete-object",
        "a rendered object has no `apiVersion`, `kind` or name, so Kubernetes refuses it",
        "complete it in the template",
    ),
    Rule::new(
        "invalid-branch-name",
        "an entry of `branches:` names what no branch can be called, so it never decides anything",
        "write it as `git branch` would take it, with `*` or `<version>` for a whole part",
    )
    .example("{name: \"release/<versoin>\"}", "{name: \"release/<version>\"}"),
    Rule::new(
        "invalid-contract",
        "an output contract is no JSON Schema",
        "write an object",
    ),
    Rule::new(
        "invalid-name",
        "a name does not fit into a Kubernetes name, a branch and a path",
        "use lower-case letters, digits and hyphens, and start with a letter",
    ),
    Rule::new(
        "invalid-url",
        "an address has no host to connect to, or a port that no machine has",
        "write it like `http://user-service.users.svc:8080/health`, with a port from 1 to 65535",
    ),
    Rule::new(
        "invalid-value",
        "a value is none that the file's schema admits",
        "see the file's schema under `schemas/`",
    ),
    Rule::new(
        "invalid-version",
        "a file name is no version X.Y.Z, so no tuple can name it",
        "rename the file",
    ),
    Rule::new("json-syntax", "a file is no JSON", "mend it at the line that is shown"),
    Rule::new(
        "missing-agent-file",
        "a folder under `agents/` says nothing about its agent",
        "write `agent.yaml`, or start with `cargo xtask new agent`",
    ),
    Rule::new(
        "missing-blueprint",
        "a release or an environment renders from a blueprint that is not there",
        "restore it from git",
    ),
    Rule::new(
        "missing-blueprint-file",
        "a folder under `templates/` does not say what it renders",
        "write `blueprint.yaml` with a `description:`",
    ),
    Rule::new(
        "missing-component",
        "a tuple names a file that does not exist",
        "write the file, or name a version that exists",
    ),
    Rule::new(
        "missing-environment",
        "the fleet lists an environment that has no file",
        "write it, or start with `cargo xtask new environment`",
    ),
    Rule::new(
        "missing-fleet",
        "without `environments/fleet.yaml` there are no environments",
        "take the file back, or name a revision that has it",
    ),
    Rule::new(
        "missing-key",
        "a file lacks something that has no default",
        "add the key",
    ),
    Rule::new(
        "missing-owner",
        "nobody answers for the agent when it breaks",
        "add `owner:` with a team and a contact",
    ),
    Rule::new(
        "namespace-owner",
        "a namespace is rendered by no environment or by several, so it would be missing or fought over",
        "set `namespaceOwner: true` in exactly one of the environments that share it",
    ),
    Rule::new(
        "no-objects",
        "where nothing was found, nothing was checked, and that does not pass",
        "name files, or folders with files, that end in `.yaml`, `.yml` or `.json`",
    ),
    Rule::new("not-utf8", "a file is not UTF-8 text", "save it as UTF-8"),
    Rule::new(
        "oversized-file",
        "a file is too large to have been written by a person",
        "keep data out of the tree and name it by digest",
    ),
    Rule::new(
        "replaced-image",
        "an imported agent has one image, and an environment runs another one, which its next release would replace",
        "pass as `--image` what runs there, or see to it that the new one may run there before it is released",
    ),
    Rule::new(
        "reserved-branch",
        "an entry of `branches:` has the name of a branch that only Lockstep writes",
        "give the branches that people work on other names",
    ),
    Rule::new(
        "reserved-environment",
        "an environment's branch would be the proposed branch of another",
        "rename the environment",
    ),
    Rule::new(
        "shadowed-branch",
        "an entry of `branches:` never decides anything, since an entry before it has all its names",
        "remove it, or put the narrower name first",
    ),
    Rule::new(
        "shared-object",
        "two environments render the same object into one cluster, and each would undo the other's",
        "give one of them another `suffix:` or namespace",
    ),
    Rule::new(
        "shared-suffix",
        "environments in one namespace have the same suffix, so their objects would have the same names",
        "give each a `suffix:` of its own",
    ),
    Rule::new(
        "stale-generated-file",
        "a generated file is not what the code says",
        "`cargo xtask generate`",
    ),
    Rule::new(
        "stale-pipeline",
        "a pipeline was made for other environments than the fleet has now, so it offers what is gone or lacks what is new",
        "`cargo xtask new pipeline --ci <service> --replace`, and put what you changed in it back",
    ),
    Rule::new(
        "stale-render",
        "a folder of manifests is not what the files render to",
        "`cargo xtask render --into <folder>`",
    ),
    Rule::new(
        "stale-source",
        "another commit has released a unit, and this one, which does not descend from it, would undo that",
        "make that commit part of the history, by a pull, a merge or a rebase, and release again; where it is lost, set it aside with \
         `--override stale-source --reason …`",
    ),
    Rule::new(
        "stray-file",
        "nothing reads a file, which may be a misspelt name",
        "rename or remove it",
    ),
    Rule::new(
        "submodule",
        "a commit of another repository stands where files are read, and nothing here vouches for what it holds",
        "put the files themselves in its place; on an environment branch, find out who committed it, and restore the branch",
    ),
    Rule::new(
        "symbolic-link",
        "a link could lead out of the tree and is not followed",
        "put the file itself in its place",
    ),
    Rule::new(
        "template-error",
        "a template failed, for example on a name that does not exist",
        "mend the template at the line that is shown",
    ),
    Rule::new(
        "template-not-yaml",
        "what a template renders is no YAML",
        "compare the rendered excerpt with the template's line; `quote` and `nindent` help",
    ),
    Rule::new(
        "template-syntax",
        "a template cannot be parsed",
        "mend it at the line that is shown",
    ),
    Rule::new(
        "twin-path",
        "two paths differ only in case or Unicode form: on many systems they are the same file",
        "rename one of them",
    ),
    Rule::new(
        "unclear-dependency",
        "a dependency does not say, or says twice, how it is reached",
        "give exactly one of `agent:`, `health:`, or `host:` with `port:`",
    ),
    Rule::new(
        "unfaithful-import",
        "what an imported agent renders to is not what came in, so moving in would change the cluster",
        "move the object in by hand, or leave it out of the import",
    ),
    Rule::new(
        "unknown-agent",
        "a file is for an agent that does not exist",
        "remove the file, or rename it to the agent's name",
    ),
    Rule::new(
        "unknown-blueprint",
        "a blueprint extends one that does not exist",
        "name one that does",
    ),
    Rule::new(
        "unknown-branch-name",
        "a branch is none of those that the fleet knows, so it is unclear where its commits may be released",
        "rename it, or add an entry under `branches:` in the fleet file",
    )
    .example("fix-prompt\n", "feature/fix-prompt\n"),
    Rule::new(
        "unknown-dependency",
        "an agent depends on one that is not in the fleet",
        "name an agent, or describe an external service",
    ),
    Rule::new(
        "unknown-key",
        "nothing reads a key, which is usually misspelt",
        "rename it as suggested, or take it out",
    ),
    Rule::new(
        "unknown-path",
        "in an `if`, a misspelt path is false in silence, and the template says something else than it reads",
        "write the path as docs/reference/templates.md has it; what your own templates read goes under `values.custom`",
    ),
    Rule::new(
        "unlisted-environment",
        "an environment has a folder, or a branch releases to it, and it is not in the fleet's list, so nothing renders it",
        "add it to `environments:` in the fleet file",
    ),
    Rule::new(
        "unread-neighbour",
        "a unit would change while a file cannot be read that says who calls it, where those answer that it calls, or when it starts: \
         it would be released as if they were gone",
        "mend the file first; `cargo xtask validate` says what is wrong with it",
    ),
    Rule::new(
        "unpushed-release",
        "the ledger is pushed, and it tells of releases whose environment branches are not: for everybody else those branches look \
         as if somebody had set them back",
        "push the branches too, or release with `--push`",
    ),
    Rule::new(
        "unpushed-source",
        "environments are pushed, and no remote is known to have the commit that they were made of: nobody else can trace it, and \
         their own releases are refused as stale",
        "push the branch too, best before releasing",
    ),
    Rule::new(
        "unreadable-base",
        "what changed since a revision cannot be told where that revision has no fleet",
        "compare with a commit that has `environments/fleet.yaml`",
    ),
    Rule::new(
        "unreleased-environment",
        "no entry of `branches:` gives an environment to a branch, so every release of it is refused",
        "add it to the `releases:` of a branch in the fleet file",
    ),
    Rule::new(
        "unsafe-path",
        "a path leads out of its folder or cannot be shown",
        "rename the file",
    ),
    Rule::new(
        "untraceable-pod",
        "no one could tell from the running pod which tuple it is",
        "include the partial `labels` in the pod template",
    ),
    Rule::new(
        "version-not-admitted",
        "a version of this kind may not run so near to users",
        "promote with another version: `dev-latest`, the candidate, runs in dev, `-rcN` up to staging, `-gray-<phase>` up to canary",
    ),
    Rule::new(
        "wrong-branch",
        "commits of a branch would reach an environment that `branches:` in the fleet file does not give to it",
        "merge it first, and release from a branch that may; or set it aside with `--override wrong-branch --reason …`",
    ),
    Rule::new("yaml-syntax", "a file is no YAML", "mend it at the line that is shown"),
];
