//! Models and retrieval against what is known of them and what an environment admits.

use super::super::files::{KnownModel, ModelsFile};
use super::super::{Agent, Workspace, layout};
use super::{Setting, nearest};
use crate::model::{FileTree, Finding, Overrides, PromptChoice, Tier, suggestion};
use crate::yaml::Segment;

/// Characters of prompt that are taken for one token: few enough that the estimate is rather too high.
const CHARACTERS_PER_TOKEN: usize = 3;

/// The model of an agent as it runs in an environment.
struct Running<'a> {
    provider: &'a str,
    name: &'a str,
    version: Option<&'a str>,
    temperature: f64,
    max_tokens: u32,
    timeout_seconds: u32,
    mock: bool,
}

impl<'a> Running<'a> {
    fn of(setting: &'a Setting<'_>) -> Option<Running<'a>> {
        let model = setting.model?;
        let Some(other) = setting.overrides.model.as_ref() else {
            return Some(Running {
                provider: &model.provider,
                name: &model.name,
                version: model.version.as_deref(),
                temperature: model.temperature,
                max_tokens: model.max_tokens,
                timeout_seconds: model.timeout_seconds,
                mock: false,
            });
        };
        Some(Running {
            provider: other.provider.as_ref().unwrap_or(&model.provider),
            name: other.name.as_ref().unwrap_or(&model.name),
            version: model.version.as_deref().filter(|_| other.name.is_none()),
            temperature: other.temperature.unwrap_or(model.temperature),
            max_tokens: other.max_tokens.unwrap_or(model.max_tokens),
            timeout_seconds: other.timeout_seconds.unwrap_or(model.timeout_seconds),
            mock: other.mock.unwrap_or_default(),
        })
    }
}

/// Checks the model that an agent runs in an environment.
pub(super) fn check(workspace: &Workspace, setting: &Setting<'_>, tree: &FileTree, findings: &mut Vec<Finding>) {
    let Some(model) = Running::of(setting) else { return };
    limits(setting, &model, tree, findings);
    let tier = setting.environment.file.tier;
    let mut report = |rule: Finding, key: &str, help: String| {
        let (file, line, column) = setting.place(tree, "model", key);
        findings.push(rule.at(file, line, column).help(help));
    };
    if model.mock && tier > Tier::Dev {
        report(
            Finding::error("misplaced-mock", "a mock answers instead of a model"),
            "mock",
            "mock models run only in dev: take `mock: true` out".to_owned(),
        );
    }
    moving(workspace, setting, &model, tree, findings);
    // what is replaced here stays in the tuple, and goes on to where nothing replaces it
    if setting
        .overrides
        .model
        .as_ref()
        .is_some_and(|other| other.name.is_some())
    {
        let own = Setting {
            overrides: Overrides::default(),
            prompts: Vec::new(),
            source: setting.source.clone(),
            ..*setting
        };
        if let Some(model) = Running::of(&own) {
            moving(workspace, &own, &model, tree, findings);
        }
    }
    known_model(workspace, setting, &model, tree, findings);
}

/// Above dev, a model is one and the same from day to day.
fn moving(
    workspace: &Workspace,
    setting: &Setting<'_>,
    model: &Running<'_>,
    tree: &FileTree,
    findings: &mut Vec<Finding>,
) {
    let known = workspace.models.as_ref();
    let found = known.and_then(|known| known.model(model.provider, model.name));
    let moves = |text: &str| text == "latest" || text.ends_with("-latest") || text.ends_with(":latest");
    let key = match model.version.filter(|version| moves(version)) {
        Some(_) => "version",
        None if moves(model.name) || found.is_some_and(|found| found.moves) => "name",
        None => return,
    };
    if setting.environment.file.tier > Tier::Dev {
        let (file, line, column) = setting.place(tree, "model", key);
        let message = format!("`{}` is whatever its provider makes it", model.name);
        let finding = Finding::error("moving-model", message).at(file, line, column);
        findings.push(finding.help("name a dated version: only dev may follow an alias"));
    }
}

/// Checks the candidate's own model, which some environment may replace and a later one may not.
pub(super) fn check_known(workspace: &Workspace, setting: &Setting<'_>, tree: &FileTree, findings: &mut Vec<Finding>) {
    if let Some(model) = Running::of(setting) {
        known_model(workspace, setting, &model, tree, findings);
    }
}

fn known_model(
    workspace: &Workspace,
    setting: &Setting<'_>,
    model: &Running<'_>,
    tree: &FileTree,
    findings: &mut Vec<Finding>,
) {
    let Some(known) = &workspace.models else { return };
    if let Some(found) = known.model(model.provider, model.name) {
        return fits(setting, model, found, tree, findings);
    }
    let named = format!("{}/{}", model.provider, model.name);
    let models = known.models.iter();
    let names: Vec<String> = models
        .map(|model| format!("{}/{}", model.provider, model.name))
        .collect();
    let help = match suggestion(&named, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`? Models are listed in `{}`", layout::MODELS),
        None => format!("add it to `{}`", layout::MODELS),
    };
    let (file, line, column) = setting.place(tree, "model", "name");
    findings.push(
        Finding::error("unknown-model", format!("nothing is known of the model `{named}`"))
            .at(file, line, column)
            .help(help),
    );
}

fn limits(setting: &Setting<'_>, model: &Running<'_>, tree: &FileTree, findings: &mut Vec<Finding>) {
    let Some(limits) = &setting.environment.file.model_limits else {
        return;
    };
    let over = [
        (
            "maxTokens",
            f64::from(model.max_tokens),
            limits.max_tokens.map(f64::from),
        ),
        ("temperature", model.temperature, limits.temperature),
        (
            "timeoutSeconds",
            f64::from(model.timeout_seconds),
            limits.timeout_seconds.map(f64::from),
        ),
    ];
    for (key, value, limit) in over {
        if let Some(limit) = limit.filter(|limit| value > *limit) {
            let (file, line, column) = setting.place(tree, "model", key);
            findings.push(
                Finding::error(
                    "model-limit",
                    format!("`{key}` is {value}, and {limit} is the most here"),
                )
                .at(file, line, column)
                .help(format!(
                    "lower it, override it here, or raise `modelLimits.{key}` in `{}`",
                    layout::environment(setting.environment.name.as_str())
                )),
            );
        }
    }
}

/// Prompt, retrieved passages and answer together fit into the model's context.
fn fits(setting: &Setting<'_>, model: &Running<'_>, known: &KnownModel, tree: &FileTree, findings: &mut Vec<Finding>) {
    let latest = setting.overrides.prompts == Some(PromptChoice::Latest);
    let lengths = setting.prompts.iter().filter_map(|(name, version)| {
        let versions = setting.agent.prompts.get(*name)?;
        let component = if latest {
            versions.last_key_value()?.1
        } else {
            versions.get(version)?
        };
        Some(component.file.as_ref()?.length)
    });
    let prompt = lengths.max().unwrap_or_default().div_ceil(CHARACTERS_PER_TOKEN);
    let retrieval = setting
        .retrieval
        .and_then(|version| setting.agent.retrieval.get(&version))
        .map_or(0, |component| {
            component.file.top_k as usize * component.file.chunking.tokens as usize
        });
    let answer = model.max_tokens as usize;
    let sum = prompt + retrieval + answer;
    let (file, line, column) = if sum > known.context_tokens as usize || model.max_tokens > known.max_output_tokens {
        setting.place(tree, "model", "maxTokens")
    } else {
        return;
    };
    let message = if model.max_tokens > known.max_output_tokens {
        format!(
            "`{}` answers with at most {} tokens, and `maxTokens` is {answer}",
            model.name, known.max_output_tokens
        )
    } else {
        format!(
            "about {prompt} tokens of prompt, {retrieval} of passages and {answer} of answer make {sum}, and `{}` takes {}",
            model.name, known.context_tokens
        )
    };
    findings.push(
        Finding::error("context-overflow", message)
            .at(file, line, column)
            .help("lower `maxTokens`, `topK` or `chunking.tokens`, shorten the prompt, or take another model"),
    );
}

/// An index answers only to the embedding that it was built with.
pub(super) fn check_retrieval(workspace: &Workspace, agent: &Agent, findings: &mut Vec<Finding>) {
    let Some(known) = &workspace.models else { return };
    for (version, component) in &agent.retrieval {
        let path = layout::retrieval(&agent.name, *version);
        let retrieval = &component.file;
        let at = |finding: Finding, key: &str| {
            let (line, column) = nearest(&component.text, &[Segment::Key(key.to_owned())]);
            finding.at(&path, line, column)
        };
        let Some(index) = known.indexes.iter().find(|index| index.name == retrieval.index) else {
            let names = known.indexes.iter().map(|index| index.name.as_str());
            let help = match suggestion(&retrieval.index, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add it to `indexes:` in `{}`", layout::MODELS),
            };
            let message = format!("nothing is known of the index `{}`", retrieval.index);
            findings.push(at(Finding::error("unknown-index", message), "index").help(help));
            continue;
        };
        if index.embedding != retrieval.embedding {
            let shown = |embedding: &super::super::files::Embedding| {
                format!("`{}` with {} dimensions", embedding.model, embedding.dimension)
            };
            let message = format!(
                "questions are embedded by {}, and `{}` was built by {}",
                shown(&retrieval.embedding),
                retrieval.index,
                shown(&index.embedding)
            );
            let help = "use the embedding of the index, or name an index that was built with this one";
            findings.push(at(Finding::error("foreign-embedding", message), "embedding").help(help));
        }
    }
}

/// Models past their day that a candidate names, or that an agent runs in an environment; `today` is `YYYY-MM-DD`.
pub fn retired(workspace: &Workspace, tree: &FileTree, today: &str) -> Vec<Finding> {
    let Some(known) = &workspace.models else {
        return Vec::new();
    };
    let past = |setting: &Setting<'_>| {
        let model = Running::of(setting).filter(|model| !model.mock)?;
        let day = known.model(model.provider, model.name)?.retired.as_deref()?;
        (day <= today).then(|| {
            let (file, line, column) = setting.place(tree, "model", "name");
            Finding::error("retired-model", format!("`{}` is retired since {day}", model.name))
                .at(file, line, column)
                .help(successor(known, model.provider, today))
        })
    };
    let mut findings = Vec::new();
    for agent in workspace.agents.values() {
        let plain = workspace.environments.first().map(|first| Setting::plain(first, agent));
        let plain = plain.and_then(|plain| past(&plain));
        for environment in workspace.environments.iter().filter(|one| one.runs(&agent.name)) {
            let here = Setting::of(environment, agent).and_then(|setting| past(&setting));
            // the candidate's own model is told once, and not again where it runs
            let here = here.filter(|here| plain.as_ref() != Some(here));
            findings.extend(here.map(|here| here.unit(environment.name.as_str(), agent.name.as_str())));
        }
        findings.extend(plain);
    }
    findings
}

fn successor(known: &ModelsFile, provider: &str, today: &str) -> String {
    let alive = |model: &&KnownModel| {
        model.provider == provider && !model.moves && model.retired.as_deref().is_none_or(|day| day > today)
    };
    let names: Vec<&str> = known
        .models
        .iter()
        .filter(alive)
        .map(|model| model.name.as_str())
        .collect();
    match names.as_slice() {
        [] => format!("name a model of `{}` that is not retired", layout::MODELS),
        names => format!("of the same provider there is `{}`", names.join("`, `")),
    }
}
