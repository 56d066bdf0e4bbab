//! From units to objects: rendered, parsed once, checked for what every unit must have, and ordered.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use super::sources::template_lines;
use super::unknown::Trouble;
use super::{Engine, FleetContext, Input, LineMap, Unit, fleet_context, generations, lint, missing};
use crate::model::{Digest, EnvironmentName, Finding, Manifest};
use crate::secrets::masked;
use crate::workspace::{ARGOCD_BLUEPRINT, Blueprint, ENVIRONMENT_BLUEPRINT, Environment, Workspace, layout};
use crate::yaml;

/// Its template that is rendered once a unit; the others are rendered once an environment.
pub(super) const APPLICATION: &str = "application.yaml.tera";
/// The annotation of a pod that leads to its tuple.
pub const TUPLE_ANNOTATION: &str = "lockstep.dev/tuple";
/// The annotation of a workload that leads to everything it was rendered from.
pub const INPUT_ANNOTATION: &str = "lockstep.dev/input";

/// The compiled templates of every blueprint that something is rendered from.
pub struct Engines {
    by_digest: BTreeMap<Digest, Engine>,
}

/// A rendered unit.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Its objects, ordered by namespace, name, group and kind.
    pub objects: Vec<Manifest>,
    /// Its Argo CD objects by file stem: an Application for an agent; AppProject and Applications for an environment.
    pub argocd: BTreeMap<String, Vec<Manifest>>,
}

impl Engines {
    /// Compiles all blueprints of a workspace.
    pub fn compile(workspace: &Workspace) -> (Engines, Vec<Finding>) {
        let compile = || -> Vec<_> {
            let blueprints = workspace.by_digest.par_iter();
            blueprints
                .map(|(digest, blueprint)| (*digest, Engine::compile(blueprint)))
                .collect()
        };
        let (compiled, mut findings) = rayon::join(compile, || lint::findings(workspace));
        let mut engines = Engines {
            by_digest: BTreeMap::new(),
        };
        for (digest, engine) in compiled {
            match engine {
                Ok(engine) => {
                    engines.by_digest.insert(digest, engine);
                }
                Err(mut new) => findings.append(&mut new),
            }
        }
        findings.sort();
        findings.dedup();
        (engines, findings)
    }

    /// The compiled templates of a blueprint; none where they do not compile.
    pub(super) fn engine(&self, blueprint: &Blueprint) -> Option<&Engine> {
        self.by_digest.get(&blueprint.digest)
    }

    /// The texts that a unit's templates render to, before they are parsed; templates with findings give none.
    pub fn texts(&self, unit: &Unit) -> Vec<String> {
        let input = Input::new(&unit.context);
        let Some(engine) = self.by_digest.get(&unit.blueprint.digest) else {
            return Vec::new();
        };
        engine
            .templates()
            .filter_map(|template| engine.text(template, &input))
            .collect()
    }

    /// Renders one unit.
    pub fn unit(&self, workspace: &Workspace, unit: &Unit) -> Result<Rendered, Vec<Finding>> {
        let input = Input::new(&unit.context);
        let argocd = built_in(workspace, ARGOCD_BLUEPRINT)?;
        let (mut objects, own) = self.render(&unit.blueprint, |_| true, &input);
        let (application, more) = self.render(
            argocd,
            |template| template == APPLICATION,
            &input.with_values(&unit.argocd_values(argocd)),
        );
        let mut findings = missing::of_unit(workspace, unit, own, more);
        generations::name(&mut objects);
        for object in &mut objects {
            if let Some((pointer, finding)) = stamp(object, unit) {
                findings.push(self.placed(&unit.blueprint, &input, object, pointer, finding));
            }
        }
        objects.sort_by(|left, right| left.id.cmp(&right.id));
        findings.extend(
            twins(&objects)
                .map(|(twin, finding)| self.placed(&unit.blueprint, &input, twin, "/metadata/name", finding)),
        );
        if !findings.is_empty() {
            return Err(of_unit(findings, &unit.environment, unit.agent.as_str()));
        }
        Ok(Rendered {
            objects,
            argocd: BTreeMap::from([(unit.agent.to_string(), application)]),
        })
    }

    /// A finding about a place of an object, at the template line that wrote it; a twin's other line stands beside it.
    fn placed(
        &self,
        blueprint: &Blueprint,
        input: &Input,
        object: &Manifest,
        pointer: &str,
        finding: Finding,
    ) -> Finding {
        let engine = self.engine(blueprint);
        let lines = engine.map(|engine| template_lines(engine, input, object, pointer));
        let mut lines = lines.unwrap_or_default().into_iter();
        let finding = finding.object(object.id.to_string());
        match lines.next() {
            Some(place) => lines.fold(finding.at(place.file, place.line, place.column), |finding, other| {
                finding.related(other, "rendered here too")
            }),
            None => finding.in_file(format!("{}/{}", layout::TEMPLATES, blueprint.name)),
        }
    }

    /// Renders what an environment has of its own.
    pub fn environment(
        &self,
        workspace: &Workspace,
        environment: &Environment,
        context: &FleetContext,
    ) -> Result<Rendered, Vec<Finding>> {
        let own = built_in(workspace, ENVIRONMENT_BLUEPRINT)?;
        let input = Input::new(context);
        let (mut objects, troubles) = self.render(own, |_| true, &input);
        let mut findings = missing::of_environment(workspace, environment, own, troubles);
        objects.sort_by(|left, right| left.id.cmp(&right.id));
        findings
            .extend(twins(&objects).map(|(twin, finding)| self.placed(own, &input, twin, "/metadata/name", finding)));
        let blueprint = built_in(workspace, ARGOCD_BLUEPRINT)?;
        let input = Input::new(&fleet_context(workspace, environment, blueprint));
        let mut argocd = BTreeMap::new();
        for template in blueprint.templates().filter(|template| *template != APPLICATION) {
            let (objects, more) = self.render(blueprint, |name| name == template, &input);
            findings.extend(missing::of_environment(workspace, environment, blueprint, more));
            let stem = template.trim_end_matches(layout::TEMPLATE_SUFFIX);
            argocd.insert(stem.to_owned(), objects);
        }
        if !findings.is_empty() {
            return Err(of_unit(findings, &environment.name, layout::ENVIRONMENT_UNIT));
        }
        Ok(Rendered { objects, argocd })
    }

    fn render(
        &self,
        blueprint: &Blueprint,
        chosen: impl Fn(&str) -> bool,
        input: &Input,
    ) -> (Vec<Manifest>, Vec<Trouble>) {
        let mut objects = Vec::new();
        let mut troubles = Vec::new();
        // a blueprint that does not compile was reported once for all its units
        let Some(engine) = self.by_digest.get(&blueprint.digest) else {
            return (objects, troubles);
        };
        for template in engine.templates().filter(|template| chosen(template)) {
            match engine.render(template, input) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => {
                    let mut findings = Vec::new();
                    parse(engine, template, input, &text, &mut objects, &mut findings);
                    troubles.extend(findings.into_iter().map(Trouble::from));
                }
                Err(new) => troubles.extend(new),
            }
        }
        (objects, troubles)
    }
}

/// The blueprints of environments and of Argo CD objects must be there.
pub fn built_in<'a>(workspace: &'a Workspace, name: &str) -> Result<&'a Blueprint, Vec<Finding>> {
    workspace
        .blueprints
        .get(name)
        .map(|blueprint| &**blueprint)
        .ok_or_else(|| {
            if workspace.unreadable_blueprints.contains(name) {
                return Vec::new();
            }
            let path = format!("templates/{name}");
            vec![
                Finding::error("missing-blueprint", format!("there is no blueprint `{path}`"))
                    .in_file(path)
                    .help("every fleet needs the blueprints `environment` and `argocd`; restore it from git"),
            ]
        })
}

/// Parses a rendered text; whatever is wrong with it is placed at the template line that wrote it.
fn parse(
    engine: &Engine,
    template: &str,
    input: &Input,
    text: &str,
    objects: &mut Vec<Manifest>,
    findings: &mut Vec<Finding>,
) {
    let source = engine.source(template);
    let map = || LineMap::of(engine, template, input);
    let manifests = match yaml::read_manifests(text) {
        Ok(manifests) => manifests,
        Err(error) => {
            let rule = if error.message.contains("duplicate") {
                "duplicate-key"
            } else {
                "template-not-yaml"
            };
            let message = format!("what the template renders is no YAML: {}", error.message);
            let finding = Finding::error(rule, message).help(excerpt(text, error.line));
            findings.push(LineMap::locate(map().as_ref(), finding, source, error.line));
            return;
        }
    };
    if !manifests.ambiguous.is_empty() {
        let map = map();
        for scalar in &manifests.ambiguous {
            let message = format!("`{}` means different things to different YAML readers", scalar.text);
            let help = scalar.help("quote it: in a template, with the filter `quote`");
            let finding = Finding::error("ambiguous-scalar", message).help(help);
            findings.push(LineMap::locate(map.as_ref(), finding, source, scalar.line));
        }
    }
    for document in manifests.documents {
        if document.value.is_null() {
            continue;
        }
        match Manifest::new(document.value) {
            Ok(manifest) => objects.push(manifest),
            Err(message) => {
                let finding = Finding::error("incomplete-object", message).help(excerpt(text, document.line));
                findings.push(LineMap::locate(map().as_ref(), finding, source, document.line));
            }
        }
    }
}

/// The lines around a line of the rendered text, without secrets.
fn excerpt(text: &str, line: usize) -> String {
    let first = line.saturating_sub(3);
    let shown = masked(text);
    let lines: Vec<String> = shown
        .lines()
        .enumerate()
        .skip(first)
        .take(5)
        .map(|(index, content)| {
            let mark = if index + 1 == line { '>' } else { ' ' };
            format!("{mark} {:>4} | {content}", index + 1)
        })
        .collect();
    format!("rendered:\n{}", lines.join("\n"))
}

/// Puts the input digest on a workload; a pod that does not lead to its tuple is a finding, about the place of a pointer.
fn stamp(manifest: &mut Manifest, unit: &Unit) -> Option<(&'static str, Finding)> {
    let is_workload = matches!(
        manifest.id.kind.as_str(),
        "Deployment" | "Rollout" | "StatefulSet" | "DaemonSet"
    );
    if !is_workload {
        return None;
    }
    let annotations = &mut manifest.object["metadata"]["annotations"];
    if !annotations.is_object() && !annotations.is_null() {
        let message = format!("`metadata.annotations` of `{}` is no map", manifest.id);
        return Some(("/metadata/annotations", Finding::error("incomplete-object", message)));
    }
    annotations[INPUT_ANNOTATION] = unit.input_digest.to_string().into();
    let tuple = manifest
        .object
        .pointer("/spec/template/metadata/annotations")
        .and_then(|annotations| annotations.get(TUPLE_ANNOTATION))
        .and_then(Value::as_str);
    if tuple == Some(unit.context.release.tuple_id.to_string().as_str()) {
        return None;
    }
    let message = format!("the pods of `{}` do not carry their tuple", manifest.id);
    let help = format!("give the pod template the annotation `{TUPLE_ANNOTATION}: {{{{ release.tupleId | quote }}}}`");
    Some((
        "/spec/template/metadata/annotations",
        Finding::error("untraceable-pod", message).help(help),
    ))
}

/// Objects of one unit with the same identity; the objects are sorted.
fn twins(objects: &[Manifest]) -> impl Iterator<Item = (&Manifest, Finding)> {
    objects.windows(2).filter(|pair| pair[0].id == pair[1].id).map(|pair| {
        let finding = Finding::error("duplicate-object", format!("`{}` is rendered twice", pair[0].id));
        let help = "give one of them another name, or render it in one template only";
        (&pair[0], finding.help(help))
    })
}

fn of_unit(findings: Vec<Finding>, environment: &EnvironmentName, unit: &str) -> Vec<Finding> {
    findings
        .into_iter()
        .map(|finding| finding.unit(environment.as_str(), unit))
        .collect()
}
