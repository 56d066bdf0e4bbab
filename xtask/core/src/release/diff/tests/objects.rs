//! Objects: paired through their generations, what repeats folded and counted.

use expect_test::{Expect, expect};

use crate::model::{
    ChangeKind, Digest, DigestChange, EnvironmentName, FleetChange, Manifest, PromptChange, UnitDifference,
};
use crate::release::{Consequence, Names, Naming, object_changes};
use crate::report::{Detail, Style, changes_text};
use crate::yaml;

fn manifests(text: &str) -> Vec<Manifest> {
    let documents = yaml::read_manifests(text).unwrap().documents;
    documents
        .into_iter()
        .map(|document| Manifest::new(document.value).unwrap())
        .collect()
}

fn difference(before: &str, after: &str, naming: &Naming) -> UnitDifference {
    let consequence = Consequence {
        class: "id of the tuple",
        before: "old-tuple".to_owned(),
        after: "new-tuple".to_owned(),
    };
    let changes = object_changes(&manifests(before), &manifests(after), naming, &[consequence]);
    UnitDifference {
        environment: EnvironmentName::new("dev").unwrap(),
        other_environment: None,
        unit: "a".to_owned(),
        change: ChangeKind::Changed,
        input_digest: Some(DigestChange {
            before: Some(Digest::of(b"before")),
            after: Some(Digest::of(b"after")),
        }),
        components: Vec::new(),
        overrides: Vec::new(),
        permissions: Vec::new(),
        meanings: Vec::new(),
        prompts: Vec::new(),
        risks: Vec::new(),
        objects: changes.objects,
        generations: changes.generations,
        folded: changes.folded,
    }
}

fn shown(units: Vec<UnitDifference>, detail: Detail) -> String {
    let change = FleetChange {
        units,
        unchanged: 2,
        held: Vec::new(),
        not_compared: Vec::new(),
    };
    changes_text(&change, detail, Style::Plain)
}

fn check(before: &str, after: &str, detail: Detail, expected: Expect) {
    expected.assert_eq(&shown(vec![difference(before, after, &Naming::Same)], detail));
}

fn prompts(hash: &str, text: &str, labels: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a-prompts-{hash}\n  labels: {{app: a{labels}}}\n  \
         annotations: {{lockstep.dev/stem: a-prompts}}\ndata:\n  p.prompt: \"{text}\"\n"
    )
}

fn workload(hash: &str, tuple: &str, replicas: u32) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  annotations: {{lockstep.dev/input: {tuple}}}\n\
         spec:\n  replicas: {replicas}\n  template:\n    metadata:\n      annotations: {{lockstep.dev/tuple: {tuple}}}\n    \
         spec:\n      containers: [{{name: agent, env: [{{name: TUPLE, value: {tuple}}}]}}]\n      \
         volumes: [{{name: prompts, configMap: {{name: a-prompts-{hash}}}}}]\n"
    )
}

const RETAINED: &str = ", lockstep.dev/retained: \"true\"";

#[test]
fn a_new_prompt_is_a_change_of_one_config_map() {
    let before = prompts("0000000000", "one\\ntwo\\nthree\\n", "") + &workload("0000000000", "old-tuple", 2);
    let kept = prompts("0000000000", "one\\ntwo\\nthree\\n", RETAINED);
    let after =
        prompts("1111111111", "one\\n2\\nthree\\n", "") + "---\n" + &kept + &workload("1111111111", "new-tuple", 3);
    check(
        &before,
        &after,
        Detail::Folded,
        expect![[r#"
            dev/a changed
              objects
                ~ Deployment a (medium risk)
                  spec.replicas: 2 → 3
                ~ ConfigMap a-prompts-1111111111 (was a-prompts-0000000000) (medium risk)
                  data["p.prompt"]:
                      one
                    - two
                    + 2
                      three
              folded
                id of the tuple in 1 object: old-tuple → new-tuple
                lockstep.dev/input in 1 object: old-tuple → new-tuple
                lockstep.dev/tuple in 1 object: old-tuple → new-tuple
                name of a-prompts-… in 2 objects: a-prompts-0000000000 → a-prompts-1111111111
                earlier generations of ConfigMaps: 1 kept from now on

            units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~2 -0; components: 0
        "#]],
    );
    check(
        &before,
        &after,
        Detail::All,
        expect![[r#"
            dev/a changed
              objects
                ~ Deployment a (medium risk)
                  metadata.annotations["lockstep.dev/input"]: old-tuple → new-tuple
                  spec.replicas: 2 → 3
                  spec.template.metadata.annotations["lockstep.dev/tuple"]: old-tuple → new-tuple
                  spec.template.spec.containers[agent].env[TUPLE].value: old-tuple → new-tuple
                  spec.template.spec.volumes[prompts].configMap.name: a-prompts-0000000000 → a-prompts-1111111111
                ~ ConfigMap a-prompts-1111111111 (was a-prompts-0000000000) (medium risk)
                  data["p.prompt"]:
                      one
                    - two
                    + 2
                      three
                  metadata.name: a-prompts-0000000000 → a-prompts-1111111111
              folded
                id of the tuple in 1 object: old-tuple → new-tuple
                lockstep.dev/input in 1 object: old-tuple → new-tuple
                lockstep.dev/tuple in 1 object: old-tuple → new-tuple
                name of a-prompts-… in 2 objects: a-prompts-0000000000 → a-prompts-1111111111
                earlier generations of ConfigMaps: 1 kept from now on

            units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~2 -0; components: 0
        "#]],
    );
}

#[test]
fn a_text_that_was_shown_with_the_tuple_is_not_shown_again() {
    let before = prompts("0000000000", "one\\n", "") + &workload("0000000000", "old-tuple", 2);
    let after = prompts("1111111111", "two\\n", "") + &workload("1111111111", "new-tuple", 2);
    let mut unit = difference(&before, &after, &Naming::Same);
    unit.prompts.push(PromptChange {
        name: "p".to_owned(),
        before: Some("one\n".to_owned()),
        after: Some("two\n".to_owned()),
    });
    expect![[r#"
        dev/a changed
          tuple
            text of prompts.p
              - one
              + two
          objects
            ~ ConfigMap a-prompts-1111111111 (was a-prompts-0000000000) (medium risk)
              data["p.prompt"]: as the text of prompts.p above
          folded (nothing else in 1 object)
            id of the tuple in 1 object: old-tuple → new-tuple
            lockstep.dev/input in 1 object: old-tuple → new-tuple
            lockstep.dev/tuple in 1 object: old-tuple → new-tuple
            name of a-prompts-… in 2 objects: a-prompts-0000000000 → a-prompts-1111111111

        units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~2 -0; components: 0
    "#]]
    .assert_eq(&shown(vec![unit], Detail::Folded));
}

#[test]
fn a_generation_that_is_dropped_is_counted() {
    let old = prompts("0000000000", "one\\n", RETAINED);
    let current = prompts("1111111111", "two\\n", "");
    check(
        &(old + "---\n" + &current),
        &current,
        Detail::Folded,
        expect![[r#"
        dev/a changed
          folded
            earlier generations of ConfigMaps: 1 dropped
          its input differs, its objects do not

        units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~0 -0; components: 0
    "#]],
    );
}

fn labelled(version: &str) -> String {
    let object = |name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  labels: {{team: {version}, helm.sh/chart: {version}}}\n"
        )
    };
    ["a", "b", "c"].map(object).concat()
}

#[test]
fn units_in_which_only_labels_differ_share_a_line() {
    let unit = |name: &str| UnitDifference {
        unit: name.to_owned(),
        ..difference(&labelled("x"), &labelled("z"), &Naming::Same)
    };
    expect![[r#"
        dev/a, dev/b nothing but what is folded (2 units)
          helm.sh/chart in 3 objects: x → z
          team in 3 objects: x → z

        units: 0 added, 2 changed, 0 removed, 2 unchanged; objects: +0 ~6 -0; components: 0
    "#]]
    .assert_eq(&shown(vec![unit("a"), unit("b")], Detail::Folded));
}

#[test]
fn what_changes_in_one_object_is_not_folded() {
    let before = labelled("x");
    check(
        &before,
        &before.replacen("team: x", "team: z", 1),
        Detail::Folded,
        expect![[r#"
            dev/a changed
              objects
                ~ Service a (medium risk)
                  metadata.labels.team: x → z

            units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~1 -0; components: 0
        "#]],
    );
}

#[test]
fn objects_come_and_go_and_long_values_are_cut_where_they_differ() {
    let digest = |digit: &str| format!("registry.example.com/a@sha256:{}", digit.repeat(64));
    let long = |end: &str| format!("{}{end}{}", "x".repeat(200), "y".repeat(50));
    let object = |kind: &str, image: &str, long: &str| {
        format!("---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\nimage: {image}\nlong: {long}\n")
    };
    let before = object("Pod", &digest("0"), &long("1")) + &object("Gone", "x", "x");
    let after = object("Pod", &digest("1"), &long("2")) + &object("New", "x", "x");
    check(
        &before,
        &after,
        Detail::Folded,
        expect![[r#"
            dev/a changed
              objects
                - Gone a (medium risk)
                + New a (medium risk)
                ~ Pod a (medium risk)
                  image: registry.example.com/a@sha256:000000000000… → registry.example.com/a@sha256:111111111111…
                  long: …xxxxxxxxxxxxxxxxxxxx1yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy → …xxxxxxxxxxxxxxxxxxxx2yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy

            units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +1 ~1 -1; components: 0
        "#]],
    );
}

#[test]
fn environments_are_compared_by_what_their_objects_are() {
    let object = |namespace: &str, suffix: &str, environment: &str, replicas: u32| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: a{suffix}, namespace: {namespace}}}\n\
             host: a{suffix}.{namespace}.svc\nreplicas: {replicas}\n\
             ---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a-{environment}, namespace: argocd}}\n"
        )
    };
    let names = |namespace: &str, environment: &str, name: &str| Names {
        namespace: namespace.to_owned(),
        environment: environment.to_owned(),
        name: name.to_owned(),
    };
    let naming = Naming::Of(
        names("agent-staging", "staging", "a"),
        names("agent-prod", "canary", "a-canary"),
    );
    let (before, after) = (
        object("agent-staging", "", "staging", 1),
        object("agent-prod", "-canary", "canary", 2),
    );
    expect![[r#"
        dev/a changed
          objects
            ~ Service a-canary (was a) (medium risk)
              replicas: 1 → 2
            ~ Application a-canary (was a-staging) (medium risk)
              metadata.name: a-staging → a-canary
          folded
            names of the environments in 1 object (3 fields)

        units: 0 added, 1 changed, 0 removed, 2 unchanged; objects: +0 ~2 -0; components: 0
    "#]]
    .assert_eq(&shown(vec![difference(&before, &after, &naming)], Detail::Folded));
}
