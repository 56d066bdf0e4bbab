//! The examples' suites notice a tool that only the text of a prompt calls by another name.

use std::thread;

use lockstep::yaml::read_value;
use serde_json::Value;

use crate::workbench::Workbench;

/// The names of an agent's tools, and its prompts as its candidate runs them.
fn parts(bench: &Workbench, agent: &str) -> (Vec<String>, Vec<String>) {
    let read = |path: &str| read_value(&bench.text(&format!("agents/{agent}/{path}")).unwrap()).unwrap();
    let candidate = &read("agent.yaml")["candidate"];
    let Some(version) = candidate["tools"].as_str() else {
        return Default::default();
    };
    let manifest = read(&format!("tools/{version}.yaml"));
    let tools = manifest["tools"].as_array().unwrap().iter();
    let tools = tools.map(|tool| tool["name"].as_str().unwrap().to_owned());
    let prompts = candidate["prompts"].as_object().unwrap().iter();
    let path = |(name, version): (&String, &Value)| {
        format!("agents/{agent}/prompts/{name}/{}.prompt", version.as_str().unwrap())
    };
    (tools.collect(), prompts.map(path).collect())
}

/// Renames each tool of an agent in the text of each prompt that names it; returns how many that were.
fn rename(agent: &str, files: &[(String, Vec<u8>)]) -> usize {
    let bench = Workbench::of(files.iter().cloned());
    let (tools, prompts) = parts(&bench, agent);
    let mut count = 0;
    for path in prompts {
        let whole = bench.text(&path).unwrap();
        let (header, text) = whole.split_once("\n---\n").unwrap();
        for tool in &tools {
            let renamed = text.replace(&format!("`{tool}`"), &format!("`{tool}_x`"));
            if renamed == text {
                continue;
            }
            count += 1;
            bench.put(&path, &format!("{header}\n---\n{renamed}"));
            let report = bench.run(&format!("evaluate {agent}")).unwrap();
            let says = |rule: &str| report.findings.iter().any(|finding| finding.rule == rule);
            assert_eq!(
                report.result["evaluations"][0]["verdict"]["outcome"], "failed",
                "`{tool}` in `{path}`: {}",
                report.text
            );
            assert!(says("failed-case") && says("missing-tool"), "`{tool}` in `{path}`");
            bench.put(&path, &whole);
        }
    }
    count
}

#[test]
fn a_tool_that_is_renamed_in_the_text_fails_the_cases_that_need_it() {
    let files = Workbench::of_repository().files();
    let agents: Vec<&str> = files
        .iter()
        .filter_map(|(path, _)| path.strip_prefix("agents/")?.strip_suffix("/agent.yaml"))
        .collect();
    let count: usize = thread::scope(|scope| {
        let running: Vec<_> = agents
            .iter()
            .map(|agent| scope.spawn(|| rename(agent, &files)))
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert!(count >= 24, "{count} tools were renamed");
}
