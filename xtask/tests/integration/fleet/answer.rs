//! What the tool answered: its exit code and its JSON document.

use std::process::Output;

use serde_json::Value;

/// The answer of one run with `--format json`.
#[derive(Debug)]
pub struct Answer {
    pub exit: i32,
    /// The document on standard output; null where clap refused the command line.
    pub json: Value,
    pub stderr: String,
}

impl Answer {
    pub fn of(output: &Output) -> Answer {
        Answer {
            exit: output.status.code().expect("no signal ends the tool"),
            json: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The part of the document that is the command's own.
    pub fn result(&self) -> &Value {
        &self.json["result"]
    }

    /// What happened to each unit of an environment, as `<unit> <change>`.
    pub fn changes(&self, environment: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.environment(environment)["units"]
            .as_array()
            .unwrap()
            .iter()
            .map(|unit| format!("{} {}", text(&unit["unit"]), text(&unit["change"])))
            .collect()
    }

    /// The answer about one environment.
    pub fn environment(&self, name: &str) -> &Value {
        let environments = self.result()["environments"].as_array();
        environments
            .unwrap_or_else(|| panic!("no environments in {self:?}"))
            .iter()
            .find(|environment| environment["environment"] == name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// Rule ids of the findings, in their order.
    pub fn rules(&self) -> Vec<&str> {
        self.findings()
            .iter()
            .filter_map(|finding| finding["rule"].as_str())
            .collect()
    }

    /// Exit code, failure and findings as a few lines, for a snapshot; digests and commits are folded.
    pub fn text(&self) -> String {
        let mut text = format!("exit {}\n", self.exit);
        let failure = &self.json["failure"];
        if failure.is_object() {
            text.push_str(&format!("{}: {}\n", show(&failure["kind"]), show(&failure["message"])));
            for hint in failure["hints"].as_array().into_iter().flatten() {
                text.push_str(&format!("  hint: {}\n", show(hint)));
            }
        }
        for finding in self.findings() {
            text.push_str(&format!(
                "{}[{}] {}\n",
                show(&finding["severity"]),
                show(&finding["rule"]),
                place(&finding["location"])
            ));
            text.push_str(&format!("  {}\n", show(&finding["message"])));
            for fact in ["unit", "object", "help"] {
                if finding[fact].is_string() {
                    text.push_str(&format!("  {fact}: {}\n", show(&finding[fact]).replace('\n', "\n    ")));
                }
            }
            for related in finding["related"].as_array().into_iter().flatten() {
                text.push_str(&format!(
                    "  see: {}: {}\n",
                    place(&related["location"]),
                    show(&related["message"])
                ));
            }
        }
        folded(&text)
    }

    /// The findings as they are.
    pub fn findings(&self) -> &[Value] {
        self.json["findings"].as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

fn show(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn place(location: &Value) -> String {
    match (location["line"].as_u64(), location["column"].as_u64()) {
        (None, _) => "-".to_owned(),
        (Some(0), _) => show(&location["file"]).to_owned(),
        (Some(line), column) => format!("{}:{line}:{}", show(&location["file"]), column.unwrap_or_default()),
    }
}

/// The text with `…` for everything that is 40 or more hexadecimal digits.
pub fn folded(text: &str) -> String {
    let mut result = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if matches!(c, '0'..='9' | 'a'..='f') {
            digits.push(c);
            continue;
        }
        result.push_str(if digits.len() >= 40 { "…" } else { &digits });
        digits.clear();
        if c != '\0' {
            result.push(c);
        }
    }
    result
}

/// The same of YAML, where an id that begins like a number stands in quotes.
pub fn folded_yaml(text: &str) -> String {
    folded(text).replace("\"…\"", "…")
}
