//! What the cases of a suite say of their answers: whether an answer can make them fail.

use serde_json::Value;

use super::fill::has_tag;
use super::idle::{least, worst};
use super::reach::Reach;
use crate::prompts::cases::{Assertion, Case, Suite};
use crate::prompts::run::Subject;

/// What a case says of its answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Whether some answer makes it fail.
    pub is_checked: bool,
    /// The types of its own assertions that hold whatever is answered, each with its share of the score.
    pub idle: Vec<(String, f64)>,
    /// Whether all of it that counts has weight 0, so that its score is always 0.
    pub is_weightless: bool,
}

/// Looks at the cases of a suite.
pub struct Checks<'a> {
    suite: &'a Suite,
    subject: &'a Subject,
    reach: Reach,
    /// The least scores of the suite's own assertions; nothing where inputs of a case stand in one.
    shared: Vec<Option<Option<f64>>>,
}

/// Something that is demanded: its weight, and the least score that every answer has of it.
type Demanded = (f64, Option<f64>);

impl<'a> Checks<'a> {
    /// Looks at the cases of a suite that is asked of `subject`. A bound that only this one cannot reach, and `other` can,
    /// says something.
    pub fn new(suite: &'a Suite, subject: &'a Subject, other: Option<&Subject>) -> Checks<'a> {
        let subjects: Vec<&Subject> = std::iter::once(subject).chain(other).collect();
        let reach = Reach::of(&subjects, suite);
        let shared = suite.assertions.iter().map(|assertion| {
            let is_filled = serde_json::to_string(assertion).is_ok_and(|text| has_tag(&text));
            (!is_filled).then(|| least(assertion, &Value::Null, &reach))
        });
        Checks {
            shared: shared.collect(),
            suite,
            subject,
            reach,
        }
    }

    /// The suite's own assertions that hold whatever is answered, by their places in its list.
    pub fn idle(&self) -> Vec<(usize, &'a str)> {
        let own = self.suite.assertions.iter().zip(&self.shared).enumerate();
        own.filter(|(_, (assertion, least))| counts(assertion) && matches!(least, Some(Some(_))))
            .map(|(index, (assertion, _))| (index, assertion.kind.as_str()))
            .collect()
    }

    /// Looks at a case.
    pub fn of(&self, case: &Case) -> Said {
        let inputs = std::cell::LazyCell::new(|| Value::Object(self.subject.inputs(self.suite, case)));
        let shared = self.suite.assertions.iter().zip(&self.shared);
        let shared: Vec<(&Assertion, Option<f64>)> = shared
            .map(|(one, known)| (one, known.unwrap_or_else(|| least(one, &inputs, &self.reach))))
            .collect();
        let own = case.assertions.iter();
        let own: Vec<(&Assertion, Option<f64>)> = own.map(|one| (one, least(one, &inputs, &self.reach))).collect();
        let fields = self.fields(case);
        // the form of an answer, which the prompt asks for, says nothing of what is in it
        let (output, contract) = (self.has_output(), self.has_contract());
        let weighed = |(one, least): &(&Assertion, Option<f64>)| (one.weight.unwrap_or(1.0), *least);
        let forms = std::iter::repeat_n((1.0, None), usize::from(output) + usize::from(contract));
        let all: Vec<Demanded> = fields
            .iter()
            .copied()
            .chain(forms)
            .chain(shared.iter().chain(&own).map(weighed))
            .collect();
        let says = |(_, least): &Demanded| least.is_none();
        let is_content = |(one, least): &(&Assertion, Option<f64>)| least.is_none() && says_content(one);
        let says_something = fields.iter().any(says)
            || own.iter().any(|(_, least)| least.is_none())
            || shared.iter().any(is_content)
            || contract;
        let passes_anything = case
            .threshold
            .is_some_and(|threshold| threshold <= 0.0 || worst(&all) >= threshold);
        let weights: f64 = all.iter().map(|(weight, _)| weight).sum();
        let share = |one: &Assertion| {
            if weights > 0.0 {
                one.weight.unwrap_or(1.0) / weights
            } else {
                0.0
            }
        };
        let idle = own.iter().filter(|(one, least)| counts(one) && least.is_some());
        Said {
            is_checked: says_something && !passes_anything,
            idle: idle.map(|(one, _)| (one.kind.clone(), share(one))).collect(),
            is_weightless: !all.is_empty() && weights <= 0.0,
        }
    }

    /// What the fields of a case demand, each once.
    fn fields(&self, case: &Case) -> Vec<Demanded> {
        let mut fields: Vec<Demanded> = Vec::new();
        let words = case.expected_response_keywords.iter().chain(&case.forbidden_keywords);
        let words = words.filter(|word| !word.trim().is_empty()).count();
        let names = usize::from(case.expected_tools.is_some());
        fields.extend(std::iter::repeat_n((1.0, None), words + names));
        let idle = |is_idle: bool| (1.0, is_idle.then_some(1.0));
        fields.extend(case.max_tokens_limit.map(|limit| idle(limit >= self.reach.tokens)));
        fields.extend(case.max_latency_ms.map(|limit| idle(limit >= self.reach.latency)));
        let is_costly = |limit: f64| self.reach.cost.is_some_and(|most| limit >= most);
        fields.extend(case.max_cost.map(|limit| idle(is_costly(limit))));
        if !case.expected_behavior.is_empty() {
            let is_idle = self.suite.judge.as_ref().is_some_and(|judge| judge.threshold <= 0.0);
            fields.push((1.0, is_idle.then_some(0.0)));
        }
        fields
    }

    fn has_output(&self) -> bool {
        let prompt = self.subject.prompts.get(&self.suite.prompt);
        prompt.is_some_and(|(_, prompt)| prompt.output.is_some())
    }

    fn has_contract(&self) -> bool {
        self.suite.contract && self.subject.contract.is_some()
    }
}

/// Whether it counts, and does not only report.
fn counts(assertion: &Assertion) -> bool {
    assertion.weight != Some(0.0)
}

/// Whether it is about what an answer says; how long it takes and what it costs is none.
fn says_content(assertion: &Assertion) -> bool {
    match assertion.plain_kind().0 {
        "assert-set" => assertion.set.iter().any(says_content),
        kind => !["cost", "latency"].contains(&kind),
    }
}
