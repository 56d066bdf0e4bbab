//! Commands that are told as next: they ask as the run did that tells them, of the same places, in the same bounds.

use lockstep::model::{AgentName, shell_word};
use lockstep::prompts::evaluation::Comparison;
use lockstep::secrets::without_login;

use super::{Args, sources};

/// Whose answers are missing: those of what is judged, or of something that it is judged beside.
pub(super) enum Beside<'a> {
    Nothing,
    Environment(&'a Comparison),
    Variant(&'a Comparison),
}

impl Beside<'_> {
    /// For whom, as a message ends.
    pub(super) fn whose(&self) -> String {
        match self {
            Beside::Nothing => String::new(),
            Beside::Environment(other) | Beside::Variant(other) => format!(" for {}", other.with),
        }
    }

    fn option(&self) -> String {
        match self {
            Beside::Nothing => String::new(),
            Beside::Environment(other) => option("against", Some(&other.with)),
            Beside::Variant(other) => option("versus", Some(&other.with)),
        }
    }
}

impl Args {
    /// Records what nothing answered, within the bounds of this run.
    pub(super) fn recording_live(&self, agent: &AgentName, beside: &Beside<'_>) -> String {
        let bounds = self.sources.bounds();
        format!("{}{bounds} --record", self.asking_live(agent, beside))
    }

    /// Records what nothing answered, within no bounds: those of this run are too narrow.
    pub(super) fn recording_unbounded(&self, agent: &AgentName, beside: &Beside<'_>) -> String {
        format!("{} --record", self.asking_live(agent, beside))
    }

    fn asking_live(&self, agent: &AgentName, beside: &Beside<'_>) -> String {
        let (asked, beside, live) = (self.asked(), beside.option(), self.sources.asking_live());
        format!("cargo xtask evaluate {agent}{asked}{beside}{live}")
    }

    /// Records what the mock answers.
    pub(super) fn recording(&self, agent: &AgentName) -> String {
        self.recording_beside(agent, &Beside::Nothing)
    }

    /// The same, also for what it is judged beside.
    pub(super) fn recording_beside(&self, agent: &AgentName, beside: &Beside<'_>) -> String {
        let (asked, beside) = (self.asked(), beside.option());
        format!("cargo xtask evaluate {agent}{asked}{beside} --record")
    }

    /// Drops what nothing asks for; variants are asked for where they are named.
    pub(super) fn pruning(&self, agent: &AgentName) -> String {
        let variants: String = self
            .versus
            .iter()
            .map(|variant| option("versus", Some(variant)))
            .collect();
        let cross = if self.cross { " --cross" } else { "" };
        format!("cargo xtask evaluate {agent}{variants}{cross} --prune")
    }

    /// Looks at one case.
    pub(super) fn looking_at(&self, agent: &AgentName, case: &str) -> String {
        let mut sources = String::new();
        if self.sources.no_mock {
            sources += " --no-mock";
        }
        // what was recorded is answered without the endpoint
        if self.sources.live && !self.sources.record {
            sources += &self.sources.asking_live();
            sources += &self.sources.bounds();
        }
        let (places, case) = (self.places(), shell_word(case));
        format!("cargo xtask evaluate {agent}{places}{sources} --case {case}")
    }

    /// Of which parts of the suites answers are asked for.
    fn asked(&self) -> String {
        let tags = self.tag.iter().map(|tag| option("tag", Some(tag)));
        let cases = self.case.iter().map(|case| option("case", Some(case)));
        self.places() + &tags.chain(cases).collect::<String>()
    }

    /// What is judged, as which environment would run it, and how often.
    fn places(&self) -> String {
        let repeat = (self.repeat > 1).then_some(self.repeat);
        option("environment", self.environment.as_ref())
            + &option("for", self.place.as_ref())
            + &option("repeat", repeat.as_ref())
    }
}

impl sources::Args {
    /// The endpoint.
    fn asking_live(&self) -> String {
        let endpoint = self.endpoint.as_deref().map(without_login);
        " --live".to_owned() + &option("endpoint", endpoint.as_ref())
    }

    /// What asking it may use up.
    fn bounds(&self) -> String {
        option("max-cost", self.max_cost.as_ref()) + &option("max-tokens", self.max_tokens.as_ref())
    }
}

fn option<T: ToString + ?Sized>(name: &str, value: Option<&T>) -> String {
    value.map_or_else(String::new, |value| {
        format!(" --{name} {}", shell_word(&value.to_string()))
    })
}
