//! What a case asks and demands, in so few words that evidence can carry it: an easier case under the same id is noticed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Assertion, Case, ExpectedTool, Order, Suite};
use crate::model::Digest;
use crate::prompts::score::{Limit, limit};

/// Digits of each digest.
const DIGITS: usize = 16;
/// That a case fails the verdict alone.
const MUST_HOLD: &str = "mustHold";
/// How much it counts; records of a case that counts once, as most do, do not say it.
const WEIGHT: &str = "weight";

/// What a case asks, and all that its answer must be: texts by the first 16 digits of their SHA-256, numbers as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standard {
    /// What is asked of which prompt.
    pub asks: String,
    /// The least score with which it passes; without it all must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// What must hold.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holds: BTreeSet<String>,
    /// What must be at least so much.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub least: BTreeMap<String, f64>,
    /// What may be at most so much.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub most: BTreeMap<String, f64>,
}

impl Standard {
    /// What a case of this suite asks and demands.
    pub fn of(suite: &Suite, case: &Case) -> Standard {
        let asks = json!({
            "prompt": suite.prompt,
            "turns": case.turns,
            "userInput": case.user_input,
            "vars": case.vars,
        });
        let mut standard = Standard {
            asks: short(&asks),
            score: case.threshold,
            ..Standard::default()
        };
        standard.fields(suite, case);
        if suite.veto(case, &[]).is_some() {
            standard.holds.insert(MUST_HOLD.to_owned());
        }
        if (case.weight - 1.0).abs() > f64::EPSILON {
            standard.least.insert(WEIGHT.to_owned(), case.weight);
        }
        for assertion in suite.assertions.iter().chain(&case.assertions) {
            standard.assertion(suite, case, assertion);
        }
        standard
    }

    /// Whether every answer that passes here passed there: the same is asked, and nothing of what was demanded is gone or less.
    pub fn covers(&self, earlier: &Standard) -> bool {
        let all_hold = earlier.holds.is_subset(&self.holds)
            && self.weight() >= earlier.weight()
            && earlier
                .demanded()
                .all(|(what, then)| self.least.get(what).is_some_and(|now| now >= then))
            && earlier
                .most
                .iter()
                .all(|(what, then)| self.most.get(what).is_some_and(|now| now <= then));
        let is_enough = match (self.score, earlier.score) {
            (None, _) => true,
            // where a score decides, one thing more makes up for another one
            (Some(now), Some(then)) => now >= then && self.counts_the_same(earlier),
            (Some(_), None) => false,
        };
        self.asks == earlier.asks && all_hold && is_enough
    }

    /// Whether it failed the verdict alone, and does so no more.
    pub fn lost_veto(&self, earlier: &Standard) -> bool {
        earlier.holds.contains(MUST_HOLD) && !self.holds.contains(MUST_HOLD)
    }

    /// How much the case counts in the verdict.
    pub fn weight(&self) -> f64 {
        self.least.get(WEIGHT).copied().unwrap_or(1.0)
    }

    /// What an answer must have at least so much of.
    fn demanded(&self) -> impl Iterator<Item = (&String, &f64)> {
        self.least.iter().filter(|(what, _)| *what != WEIGHT)
    }

    fn counts_the_same(&self, earlier: &Standard) -> bool {
        self.holds == earlier.holds
            && self
                .demanded()
                .map(|(what, _)| what)
                .eq(earlier.demanded().map(|(what, _)| what))
            && self.most.keys().eq(earlier.most.keys())
    }

    fn fields(&mut self, suite: &Suite, case: &Case) {
        if let Some(tools) = &case.expected_tools {
            let mut names: Vec<&str> = tools.iter().map(ExpectedTool::name).collect();
            if case.tool_order == Order::Strict {
                self.hold("toolOrder", &json!(names));
            }
            names.sort_unstable();
            self.hold("tools", &json!(names));
            for tool in tools {
                if let ExpectedTool::Call { name, arguments } = tool {
                    arguments
                        .iter()
                        .for_each(|argument| self.hold("argument", &json!([name, argument])));
                }
            }
        }
        let words = [
            ("keyword", &case.expected_response_keywords),
            ("forbidden", &case.forbidden_keywords),
        ];
        for (field, words) in words {
            words
                .iter()
                .for_each(|word| self.hold(field, &json!(word.to_lowercase())));
        }
        #[expect(clippy::cast_precision_loss, reason = "tokens and milliseconds of an answer are few")]
        let limits = [
            ("maxTokens", case.max_tokens_limit.map(|limit| limit as f64)),
            ("maxLatencyMs", case.max_latency_ms.map(|limit| limit as f64)),
            ("maxCost", case.max_cost),
        ];
        for (field, limit) in limits {
            self.most.extend(limit.map(|limit| (field.to_owned(), limit)));
        }
        if suite.contract {
            self.holds.insert("contract".to_owned());
        }
        if let (false, Some(judge)) = (case.expected_behavior.is_empty(), &suite.judge) {
            let behavior = format!("behavior:{}", short(&json!(case.expected_behavior)));
            self.least.insert(behavior, judge.threshold);
        }
    }

    fn assertion(&mut self, suite: &Suite, case: &Case, assertion: &Assertion) {
        // a weight of 0 only reports; other weights count where a score decides
        let weight = assertion.weight.unwrap_or(1.0);
        if weight == 0.0 {
            return;
        }
        let (kind, turned) = assertion.plain_kind();
        let several = matches!(
            (kind, turned),
            ("contains-all" | "icontains-all", false) | ("contains-any" | "icontains-any", true)
        );
        let mut said = json!({"set": assertion.set, "config": assertion.config});
        if self.score.is_some() {
            said["weight"] = json!(weight);
        }
        // names in it stand for inputs of the case
        if serde_json::to_string(assertion).is_ok_and(|text| text.contains("{{")) {
            said["vars"] = json!([suite.vars, case.vars]);
        }
        let limit = limit(assertion);
        if limit.is_none() {
            said["threshold"] = json!(assertion.threshold);
        }
        let values = match &assertion.value {
            Value::Array(items) if several => items.iter().collect(),
            value => vec![value],
        };
        for value in values {
            said["value"] = value.clone();
            let what = format!("{}:{}", assertion.kind, short(&said));
            match limit {
                Some(Limit::Least(bound)) => {
                    let least = self.least.entry(what).or_insert(bound);
                    *least = least.max(bound);
                }
                Some(Limit::Most(bound)) => {
                    let most = self.most.entry(what).or_insert(bound);
                    *most = most.min(bound);
                }
                None => {
                    self.holds.insert(what);
                }
            }
        }
    }

    fn hold(&mut self, field: &str, what: &Value) {
        self.holds.insert(format!("{field}:{}", short(what)));
    }
}

fn short(value: &Value) -> String {
    let mut hex = Digest::of_canonical(value).hex();
    hex.truncate(DIGITS);
    hex
}
