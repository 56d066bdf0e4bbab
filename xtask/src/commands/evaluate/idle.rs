//! What counts in a suite and says nothing: assertions that hold whatever is answered, and weights that are all 0.

use lockstep::model::Finding;
use lockstep::prompts::cases::Case;
use lockstep::prompts::score::{Checks, Said};
use lockstep::prompts::statistics::percent;
use lockstep::workspace::SuiteText;
use lockstep::yaml::Segment;

/// What was seen of it, case by case.
#[derive(Default)]
pub(super) struct Idle {
    /// Cases with such an assertion, each with what to say of it.
    assertions: Vec<(String, String)>,
    /// Cases of which nothing that is demanded has a weight.
    weightless: Vec<String>,
    /// Whether a case has a weight.
    weighs: bool,
    /// Whether a case has none.
    is_light: bool,
}

impl Idle {
    /// Looks at the weight of a case.
    pub(super) fn weigh(&mut self, case: &Case) {
        self.weighs |= case.weight > 0.0;
        self.is_light |= case.weight <= 0.0;
    }

    /// Looks at a case that some answer makes fail.
    pub(super) fn look(&mut self, case: &Case, said: Said) {
        let id = &case.id;
        if said.is_weightless {
            self.weightless.push(id.clone());
        }
        for (kind, share) in said.idle {
            let score = match case.threshold {
                Some(_) => format!(", and is {} of its score, which decides", percent(share)),
                None => String::new(),
            };
            let message = format!("`{kind}` of `{id}` holds whatever is answered{score}");
            self.assertions.push((id.clone(), message));
        }
    }

    /// The cases that something is said of.
    pub(super) fn cases(&self) -> impl Iterator<Item = &String> {
        self.assertions.iter().map(|(id, _)| id).chain(&self.weightless)
    }

    /// All of it as findings; `place` is where a case stands.
    pub(super) fn findings(
        &self,
        (path, text): (&str, &SuiteText<'_>),
        checks: &Checks<'_>,
        place: &dyn Fn(&str) -> (usize, usize),
    ) -> Vec<Finding> {
        let own = self.assertions.iter().map(|(id, message)| (message.clone(), place(id)));
        let shared = checks.idle().into_iter().map(|(index, kind)| {
            let message = format!("`{kind}` of the suite holds whatever is answered");
            let segments = [Segment::Key("assert".to_owned()), Segment::Index(index)];
            (message, text.place(&segments))
        });
        let assertions = own.chain(shared).map(|(message, (line, column))| {
            Finding::warning("idle-assertion", message)
                .at(path, line, column)
                .help("mend it so that a wrong answer makes it fail, take it out, or give it the weight 0")
        });
        let cases = self.weightless.iter().map(|id| {
            let message = format!("all that `{id}` demands has the weight 0: its score is 0, whatever is answered");
            (message, place(id))
        });
        let suite = (self.is_light && !self.weighs).then(|| {
            let message = "all cases of the suite have the weight 0: its score is 0, and each counts alike in the rate";
            (message.to_owned(), text.place(&[Segment::Key("cases".to_owned())]))
        });
        let weights = cases.chain(suite).map(|(message, (line, column))| {
            Finding::warning("idle-weight", message)
                .at(path, line, column)
                .help("give what counts a weight above 0")
        });
        assertions.chain(weights).collect()
    }
}
