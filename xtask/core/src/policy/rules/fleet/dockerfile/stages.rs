//! The stages of a Dockerfile: what each goes on from, and what it says itself.

use std::collections::BTreeMap;

/// One instruction: the line where it begins, its word in capitals, and what stands after it on all of its lines.
pub(super) struct Instruction {
    pub(super) line: usize,
    pub(super) word: String,
    pub(super) rest: String,
}

/// One stage.
pub(super) struct Stage {
    /// The line of its `FROM`.
    pub(super) line: usize,
    name: Option<String>,
    /// The stage before it that it goes on from.
    base: Option<usize>,
    instructions: Vec<Instruction>,
    variables: BTreeMap<String, String>,
}

/// The stages of a file, in order.
pub(super) struct Stages(Vec<Stage>);

impl Stages {
    pub(super) fn of(text: &str) -> Stages {
        let mut stages = Stages(Vec::new());
        // what `ARG` says before the first stage is the default of an `ARG` without one in a stage
        let mut global = BTreeMap::new();
        for instruction in instructions(text) {
            if instruction.word == "FROM" {
                stages.begin(instruction.line, &instruction.rest);
                continue;
            }
            let Some(stage) = stages.0.last_mut() else {
                if instruction.word == "ARG" {
                    global.extend(assigned(&instruction.rest));
                }
                continue;
            };
            if matches!(instruction.word.as_str(), "ARG" | "ENV") {
                let default = global.get_key_value(instruction.rest.trim());
                stage
                    .variables
                    .extend(default.map(|(name, value)| (name.clone(), value.clone())));
                stage.variables.extend(assigned(&instruction.rest));
            }
            stage.instructions.push(instruction);
        }
        stages
    }

    fn begin(&mut self, line: usize, rest: &str) {
        let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let base = words.first().and_then(|base| self.named(base));
        let name = match words.get(1..3) {
            Some([word, name]) if word.eq_ignore_ascii_case("as") => Some(name.to_ascii_lowercase()),
            _ => None,
        };
        // what a stage before has set is set here
        let variables = base.map(|base| self.0[base].variables.clone()).unwrap_or_default();
        self.0.push(Stage {
            line,
            name,
            base,
            instructions: Vec::new(),
            variables,
        });
    }

    /// The stage of this name so far.
    fn named(&self, name: &str) -> Option<usize> {
        let name = name.to_ascii_lowercase();
        self.0.iter().rposition(|stage| stage.name.as_ref() == Some(&name))
    }

    /// The stage that becomes the image.
    pub(super) fn last(&self) -> Option<&Stage> {
        self.0.last()
    }

    /// The last instruction with this word that holds for the image: its own, or of the stages that it goes on from.
    pub(super) fn holds(&self, word: &str) -> Option<&Instruction> {
        let mut said = self.of_image().flat_map(|stage| stage.instructions.iter().rev());
        said.find(|instruction| instruction.word == word)
    }

    /// Whether the image takes files from a stage that it does not go on from.
    pub(super) fn copies(&self) -> bool {
        let said = self.of_image().flat_map(|stage| &stage.instructions);
        let own: Vec<usize> = self.of_image().filter_map(|stage| stage.base).collect();
        said.filter_map(source).any(|source| {
            let index = source.parse().ok().filter(|index| *index < self.0.len());
            let other = self.named(source).or(index);
            other.is_some_and(|other| other + 1 < self.0.len() && !own.contains(&other))
        })
    }

    /// The stages that the image is made of, the last first.
    fn of_image(&self) -> impl Iterator<Item = &Stage> {
        let base = |stage: &&Stage| stage.base.map(|base| &self.0[base]);
        std::iter::successors(self.last(), base)
    }

    /// A word with the values that the image's variables have; nothing where one has none.
    pub(super) fn resolved(&self, word: &str) -> Option<String> {
        let Some(name) = word.strip_prefix('$') else {
            return Some(word.to_owned());
        };
        let name = name.trim_start_matches('{').trim_end_matches('}');
        let (name, default) = match name.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (name, None),
        };
        let value = self.last()?.variables.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty()).or(default).map(str::to_owned)
    }
}

/// The stage or image that an instruction takes files from.
fn source(instruction: &Instruction) -> Option<&str> {
    let after = match instruction.word.as_str() {
        "COPY" => instruction.rest.split("--from=").nth(1)?,
        "RUN" => {
            let mut mounts = instruction.rest.split("--mount=").skip(1);
            mounts.find_map(|mount| mount.split_whitespace().next()?.split("from=").nth(1))?
        }
        _ => return None,
    };
    after.split([' ', ',']).next()
}

/// The names and values of `NAME=value …`.
fn assigned(rest: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = rest.split_whitespace().filter_map(|word| word.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
}

/// The instructions of a text, those over several lines as one; what stands in a here-document is none.
fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut goes_on = false;
    let mut document: Option<String> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(end) = &document {
            if trimmed == end {
                document = None;
            }
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let said = trimmed.trim_end_matches('\\').trim();
        match found.last_mut().filter(|_| goes_on) {
            Some(instruction) => {
                instruction.rest.push(' ');
                instruction.rest.push_str(said);
            }
            None => {
                let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
                found.push(Instruction {
                    line: number + 1,
                    word: word.to_ascii_uppercase(),
                    rest: rest.trim().to_owned(),
                });
            }
        }
        goes_on = trimmed.ends_with('\\');
        document = found
            .last()
            .filter(|instruction| !goes_on && matches!(instruction.word.as_str(), "RUN" | "COPY"))
            .and_then(|instruction| here_document(&instruction.rest));
    }
    found
}

/// The word that ends the here-document which an instruction opens.
fn here_document(rest: &str) -> Option<String> {
    let mark = rest.split("<<").nth(1)?.trim_start_matches(['-', '"', '\'']);
    let word = mark.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    (!word.is_empty()).then(|| word.to_owned())
}
