//! Laws of the words that everything else is built from.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use lockstep::model::{AgentName, Digest, PlainVersion, Stage, Tuple, Version};
use lockstep::values::merge;
use lockstep::workspace::{AgentTexts, Dependencies, Graph, near};
use proptest::collection::btree_map;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn plain() -> impl Strategy<Value = PlainVersion> {
    (0..4_u32, 0..4_u32, 0..12_u32).prop_map(|(major, minor, patch)| PlainVersion { major, minor, patch })
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        (0..12_u32).prop_map(Stage::ReleaseCandidate),
        "[a-cA-C]{1,2}".prop_map(Stage::Gray),
        Just(Stage::Release),
        (0..12_u32).prop_map(Stage::Rebuild),
    ]
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![
        1 => Just(Version::DevLatest),
        9 => (plain(), stage()).prop_map(|(plain, stage)| Version::Tagged(plain, stage)),
    ]
}

/// Values without `null`, as a merge leaves them.
fn merged() -> impl Strategy<Value = Map<String, Value>> {
    tree(prop_oneof![any::<bool>().prop_map(Value::from), (0..9_u8).prop_map(Value::from)].boxed())
}

/// Values as a file may have them, `null` among them.
fn layer() -> impl Strategy<Value = Map<String, Value>> {
    tree(prop_oneof![Just(Value::Null), (0..9_u8).prop_map(Value::from)].boxed())
}

fn tree(leaf: BoxedStrategy<Value>) -> impl Strategy<Value = Map<String, Value>> {
    let list = proptest::collection::vec(0..9_u8, 0..3).prop_map(Value::from);
    let node = prop_oneof![3 => leaf, 1 => list].prop_recursive(3, 12, 3, |inner| {
        btree_map("[abc]", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect()))
    });
    btree_map("[abc]", node, 0..4).prop_map(|map| map.into_iter().collect())
}

/// Whether a layer deletes something anywhere.
fn deletes(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.values().any(deletes),
        _ => false,
    }
}

/// Whether two layers say of every place alike whether a map stands there.
fn same_shape(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.iter().all(|(key, value)| match (value, other.get(key)) {
        (_, None) => true,
        (Value::Object(one), Some(Value::Object(other))) => same_shape(one, other),
        (Value::Object(_), _) | (_, Some(Value::Object(_))) => false,
        _ => true,
    })
}

proptest! {
    #[test]
    fn a_version_is_read_as_it_is_written(version in version()) {
        let read = Version::parse(&version.to_string()).unwrap();
        prop_assert_eq!(read.to_string(), version.to_string());
        prop_assert_eq!(read, version);
    }

    #[test]
    fn what_is_read_as_a_version_is_written_the_same(text in "(v[0-2]{1,2}\\.[0-2]{1,2}\\.[0-2]{1,2}(-(rc|r|gray-|x)?[0-2A]{0,2})?|dev-latest|latest)") {
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn versions_are_in_one_line(a in version(), b in version(), c in version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }

    #[test]
    fn stages_come_in_the_order_of_release(plain in plain(), one in 0..9_u32, other in 0..9_u32, phase in "[a-zA-Z0-9]{1,3}") {
        let line = [Stage::ReleaseCandidate(one), Stage::Gray(phase), Stage::Release, Stage::Rebuild(other)];
        let line = line.map(|stage| Version::Tagged(plain, stage));
        prop_assert!(line.windows(2).all(|pair| pair[0] < pair[1]), "{line:?}");
        prop_assert!(Version::DevLatest < line[0]);
        let next = Version::Tagged(PlainVersion { patch: plain.patch + 1, ..plain }, Stage::ReleaseCandidate(0));
        prop_assert!(line[3] < next);
    }

    #[test]
    fn gray_phases_compare_without_case(plain in plain(), phase in "[a-zA-Z]{1,4}") {
        let version = |phase: String| Version::Tagged(plain, Stage::Gray(phase));
        prop_assert_eq!(version(phase.to_lowercase()), version(phase.to_uppercase()));
    }

    #[test]
    fn a_candidate_is_admitted_no_further_than_what_comes_after_it(version in version(), later in version()) {
        use lockstep::model::Tier::{Canary, Dev, Production, Staging};
        let reach = |version: &Version| [Dev, Staging, Canary, Production].iter().filter(|tier| version.admitted_in(**tier)).count();
        let same_plain = matches!((&version, &later), (Version::Tagged(one, _), Version::Tagged(other, _)) if one == other);
        if same_plain && version <= later {
            prop_assert!(reach(&version) <= reach(&later));
        }
        prop_assert!(version.admitted_in(Dev));
    }

    #[test]
    fn one_layer_is_itself(layer in merged()) {
        let merged = merge([&layer]);
        prop_assert_eq!(merged, layer);
    }

    #[test]
    fn an_empty_layer_changes_nothing(one in layer(), two in layer()) {
        let empty = Map::new();
        prop_assert_eq!(merge([&one, &empty, &two]), merge([&one, &two]));
        prop_assert_eq!(merge([&empty, &one]), merge([&one]));
    }

    #[test]
    fn nothing_deleted_is_left(layers in proptest::collection::vec(layer(), 0..4)) {
        let result = Value::Object(merge(&layers));
        prop_assert!(!deletes(&result));
    }

    #[test]
    fn a_layer_said_twice_is_a_layer_said_once(one in layer(), two in layer()) {
        prop_assert_eq!(merge([&one, &two, &two]), merge([&one, &two]));
    }

    #[test]
    fn the_later_layer_wins_for_every_key_that_it_sets(one in layer(), two in layer()) {
        let merged = merge([&one, &two]);
        for (key, value) in &two {
            match value {
                Value::Null => prop_assert!(!merged.contains_key(key)),
                Value::Object(_) => prop_assert!(merged[key].is_object()),
                other => prop_assert_eq!(&merged[key], other),
            }
        }
        for (key, value) in one.iter().filter(|(key, value)| !two.contains_key(*key) && !deletes(value)) {
            prop_assert_eq!(&merged[key], value);
        }
    }

    #[test]
    fn layers_without_deletions_and_of_one_shape_merge_in_any_grouping(a in merged(), b in merged(), c in merged()) {
        prop_assume!(same_shape(&a, &b) && same_shape(&b, &c) && same_shape(&a, &c));
        let left = merge([&merge([&a, &b]), &c]);
        let right = merge([&a, &merge([&b, &c])]);
        prop_assert_eq!(left, right);
    }

    #[test]
    fn a_digest_is_read_as_it_is_written(bytes in any::<Vec<u8>>()) {
        let digest = Digest::of(&bytes);
        prop_assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        prop_assert!(digest.hex().starts_with(&digest.short()));
    }

    #[test]
    fn what_is_no_digest_is_not_read(hex in "[0-9a-fA-Fg]{62,66}") {
        let valid = hex.len() == 64 && hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        prop_assert_eq!(Digest::parse(&format!("sha256:{hex}")).is_some(), valid);
        prop_assert_eq!(Digest::parse(&hex), None);
    }

    #[test]
    fn an_agent_name_is_a_dns_label(name in "[-a-zA-Z0-9_.]{0,44}") {
        let label = name.len() <= 40
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        prop_assert_eq!(AgentName::new(&name).is_ok(), label);
    }

    #[test]
    fn a_tuples_id_does_not_hang_on_the_order_of_its_keys(order in Just(keys()).prop_shuffle(), temperature in 0..=20_u8) {
        let temperature = format!("{:.1}", f64::from(temperature) / 10.0);
        let text: Vec<String> = order.into_iter().map(|(key, value)| format!("\"{key}\": {}", value.replace("TEMPERATURE", &temperature))).collect();
        let tuple: Tuple = serde_json::from_str(&format!("{{{}}}", text.join(", "))).unwrap();
        let sorted: Vec<String> = keys().into_iter().map(|(key, value)| format!("\"{key}\": {}", value.replace("TEMPERATURE", &temperature))).collect();
        let other: Tuple = serde_json::from_str(&format!("{{{}}}", sorted.join(", "))).unwrap();
        prop_assert_eq!(tuple.id(), other.id());
        prop_assert_eq!(Digest::of_canonical(&serde_json::to_value(&tuple).unwrap()), tuple.id());
    }
}

/// The keys of a tuple with their values as JSON.
fn keys() -> Vec<(&'static str, String)> {
    let digest = Digest::of(b"").to_string();
    let file = format!(r#"{{ "version": "1.0.0", "sha256": "{digest}" }}"#);
    let model = r#"{ "timeoutSeconds": 1, "provider": "a", "temperature": TEMPERATURE, "name": "b", "maxTokens": 1, "postTraining": { "strategy": "none" } }"#;
    vec![
        ("agent", r#""assistant""#.to_owned()),
        (
            "blueprint",
            format!(r#"{{ "sha256": "{digest}", "name": "agent-service" }}"#),
        ),
        (
            "code",
            format!(r#"{{ "digest": "{digest}", "repository": "registry" }}"#),
        ),
        ("contract", file.clone()),
        ("model", model.to_owned()),
        ("prompts", format!(r#"{{ "b": {file}, "a": {file} }}"#)),
        ("tools", file),
    ]
}

#[test]
fn another_part_is_another_tuple() {
    let read = |keys: Vec<(&str, String)>| -> Tuple {
        let keys: Vec<String> = keys
            .into_iter()
            .map(|(key, value)| format!("\"{key}\": {}", value.replace("TEMPERATURE", "0.5")))
            .collect();
        serde_json::from_str(&format!("{{{}}}", keys.join(", "))).unwrap()
    };
    let whole = read(keys()).id();
    for (index, (key, _)) in keys()
        .iter()
        .enumerate()
        .filter(|(_, (key, _))| ["contract", "model", "prompts", "tools"].contains(key))
    {
        let mut fewer = keys();
        fewer.remove(index);
        assert_ne!(read(fewer).id(), whole, "{key}");
    }
}

fn agent(number: usize) -> AgentName {
    AgentName::new(&format!("agent-{number}")).unwrap()
}

/// An agent's file that calls others.
fn text(calls: &[AgentName]) -> String {
    let digest = "1".repeat(64);
    let calls: Vec<String> = calls
        .iter()
        .map(|name| format!("{{ name: {name}, agent: {name} }}"))
        .collect();
    format!(
        "description: One of many.\nowner: {{ team: shop, contact: '#shop' }}\ncriticality: low\nprofile: agent\n\
         dependencies: [{}]\ncandidate:\n  blueprint: agent-service\n  code:\n    \
         repository: registry.example.com/one\n    digest: sha256:{digest}\n",
        calls.join(", ")
    )
}

proptest! {
    /// Each agent calls some of those before it, and some of them change.
    #[test]
    fn what_is_near_a_change_knows_its_part_of_the_graph(
        calls in proptest::collection::vec(proptest::collection::btree_set(0..12_usize, 0..3), 1..12),
        changed in proptest::collection::btree_set(0..12_usize, 0..3),
    ) {
        let calls: Dependencies = calls
            .iter()
            .enumerate()
            .map(|(number, calls)| (agent(number), calls.iter().filter(|one| **one < number).map(|one| agent(*one)).collect()))
            .collect();
        let changed: BTreeSet<AgentName> = changed.into_iter().map(agent).filter(|name| calls.contains_key(name)).collect();
        let texts: AgentTexts = calls.iter().map(|(name, calls)| (name.clone(), text(calls).into_bytes().into())).collect();
        let near = near(&texts, &texts, &changed).unwrap();
        let part: Dependencies = calls
            .iter()
            .map(|(name, calls)| (name.clone(), near.elsewhere.get(name).unwrap_or(calls).clone()))
            .collect();
        prop_assert_eq!(part.keys().count(), near.read.len() + near.elsewhere.len());
        let none = BTreeSet::new();
        let (whole, part) = (Graph::of(&calls, &none).0, Graph::of(&part, &none).0);
        let mut concerned = changed.clone();
        for name in &changed {
            concerned.extend(whole.dependents(name).iter().cloned());
            concerned.extend(calls[name].iter().cloned());
        }
        for name in &concerned {
            prop_assert!(near.read.contains(name));
            prop_assert!(calls[name].iter().all(|called| near.read.contains(called)));
            prop_assert_eq!(whole.wave(name), part.wave(name));
            prop_assert_eq!(whole.dependents(name), part.dependents(name));
        }
    }
}

#[test]
fn a_change_of_who_calls_whom_is_near_everybody() {
    let texts = |calls: &[AgentName]| -> AgentTexts {
        let files: BTreeMap<AgentName, String> = [(agent(0), text(&[])), (agent(1), text(calls))].into();
        files
            .into_iter()
            .map(|(name, text)| (name, text.into_bytes().into()))
            .collect()
    };
    let (before, after) = (texts(&[]), texts(&[agent(0)]));
    let changed = BTreeSet::from([agent(1)]);
    assert_eq!(near(&before, &after, &changed), None);
    assert!(near(&after, &after, &changed).is_some());
    let (mut gone, unreadable) = (after.clone(), AgentTexts::from([(agent(1), b"?".as_slice().into())]));
    gone.remove(&agent(1));
    assert_eq!(near(&after, &gone, &changed), None);
    assert_eq!(near(&unreadable, &unreadable, &changed), None);
}
