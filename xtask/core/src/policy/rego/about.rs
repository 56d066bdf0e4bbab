//! What policies in Rego say of themselves, by the annotations of OPA: `# METADATA`, and YAML in the comment below it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::FileTree;
use crate::policy::admission::About;
use crate::workspace::layout;
use crate::yaml;

/// How the names of rules begin whose answers count.
pub(super) const WORDS: [&str; 3] = ["deny", "violation", "warn"];

/// What is known of each rule in the policies of a tree. One without annotations says at least which policy refuses it.
pub fn about(tree: &FileTree) -> Vec<About> {
    let mut rules: BTreeMap<String, About> = BTreeMap::new();
    for (path, bytes) in tree.below(layout::REGO) {
        if path.ends_with(".rego") && !path.ends_with("_test.rego") {
            for about in of_file(path, &String::from_utf8_lossy(bytes)) {
                rules.entry(about.rule.clone()).or_insert(about);
            }
        }
    }
    rules.into_values().collect()
}

/// The rules of a file. What annotates the package holds for rules that have nothing of their own.
fn of_file(path: &str, text: &str) -> Vec<About> {
    let (mut package, mut of_package) = (String::new(), Value::Null);
    let mut annotation: Option<Vec<&str>> = None;
    let mut found: Vec<About> = Vec::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix('#') {
            match &mut annotation {
                _ if comment.trim() == "METADATA" => annotation = Some(Vec::new()),
                Some(lines) => lines.push(comment.strip_prefix(' ').unwrap_or(comment)),
                None => {}
            }
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let own = annotation
            .take()
            .and_then(|lines| yaml::read_value(&lines.join("\n")).ok());
        if let Some(name) = line.strip_prefix("package ") {
            package = name.trim().to_owned();
            of_package = own.unwrap_or_default();
            continue;
        }
        let named = name(line).map(|rest| id(&package, rest)).into_iter();
        let ids = named.chain(answered(line).map(str::to_owned));
        found.extend(ids.map(|id| told(path, id, own.as_ref().unwrap_or(&of_package))));
    }
    found
}

/// What stands behind `deny_`, `warn_` or `violation_` in the name of a rule that begins a line.
pub(super) fn name(line: &str) -> Option<&str> {
    let end = line
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(line.len());
    let (word, rest) = line[..end].split_once('_').unwrap_or((&line[..end], ""));
    WORDS.contains(&word).then_some(rest)
}

/// The id of the rule that a name in a package says.
pub(super) fn id(package: &str, rest: &str) -> String {
    if rest.is_empty() {
        package.trim_start_matches("data.").replace('.', "-")
    } else {
        rest.replace('_', "-")
    }
}

/// The rule that an answer names by itself.
fn answered(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("\"rule\":")?;
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

/// What annotations say of a rule.
fn told(path: &str, rule: String, annotations: &Value) -> About {
    let word = |value: &Value| {
        value
            .as_str()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let custom = |key: &str| word(&annotations["custom"][key]);
    let (title, description) = (word(&annotations["title"]), word(&annotations["description"]));
    let page = &annotations["related_resources"][0];
    let controls = annotations["custom"]["controls"].as_array().into_iter().flatten();
    About {
        reason: description
            .or(title)
            .unwrap_or_else(|| format!("a policy in {path} refuses it")),
        remediation: custom("remediation").unwrap_or_else(|| format!("see in {path} what it asks for")),
        docs: word(page).or_else(|| word(&page["ref"])).unwrap_or_default(),
        category: custom("category").unwrap_or_else(|| "rego".to_owned()),
        controls: controls.filter_map(word).collect(),
        bad: custom("bad").unwrap_or_default(),
        good: custom("good").unwrap_or_default(),
        rule,
        ..About::default()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::about;
    use crate::model::FileTree;

    const POLICY: &str = "\
# METADATA
# title: What pods may have
# related_resources:
#   - ref: https://example.com/pods
package pods

# METADATA
# title: Ports of the node
# description: a port of the node is reachable past every network policy
# custom:
#   remediation: use a Service
#   bad: 'hostPort: 80'
#   good: 'containerPort: 80'
deny_host_port contains msg if { msg := \"x\" }

# a comment that annotates nothing
warn_few_replicas contains \"few\" if input.spec.replicas < 2

violation contains {\"msg\": \"odd\", \"metadata\": {\"rule\": \"odd-name\"}} if true
";

    #[test]
    fn annotations_say_why_a_rule_is_there_and_what_to_do() {
        let mut tree = FileTree::default();
        tree.insert("policies/rego/pods.rego".to_owned(), POLICY.as_bytes());
        tree.insert(
            "policies/rego/bare.rego".to_owned(),
            "package bare\n\ndeny contains \"x\" if true\n".as_bytes(),
        );
        tree.insert(
            "policies/rego/pods_test.rego".to_owned(),
            "package pods\n\ndeny_not contains \"x\" if true\n".as_bytes(),
        );
        let shown: String = about(&tree)
            .iter()
            .map(|about| {
                format!(
                    "{}: {} | {} | {} | {}\n",
                    about.rule, about.reason, about.remediation, about.docs, about.bad
                )
            })
            .collect();
        expect![[r#"
            bare: a policy in policies/rego/bare.rego refuses it | see in policies/rego/bare.rego what it asks for |  | 
            few-replicas: What pods may have | see in policies/rego/pods.rego what it asks for | https://example.com/pods | 
            host-port: a port of the node is reachable past every network policy | use a Service |  | hostPort: 80
            odd-name: What pods may have | see in policies/rego/pods.rego what it asks for | https://example.com/pods | 
            pods: What pods may have | see in policies/rego/pods.rego what it asks for | https://example.com/pods | 
        "#]].assert_eq(&shown);
    }
}
