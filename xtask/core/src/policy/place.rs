//! From problems of rendered objects to findings: at the template line, with the value and the rendered line beside it.

use crate::model::{Finding, Location, Manifest, Problem};
use crate::render::Sources;
use crate::workspace::Environment;
use crate::workspace::layout::branch;
use crate::yaml::{self, Positions, path_of_pointer};

/// The findings of a unit's problems; each problem names its object by index.
pub(super) fn findings(
    sources: &Sources<'_>,
    environment: &Environment,
    unit: &str,
    objects: &[&Manifest],
    problems: Vec<(usize, Problem)>,
) -> Vec<Finding> {
    let text = yaml::write_manifests(objects.iter().map(|manifest| &manifest.object));
    let rendered = Positions::of_stream(&text).unwrap_or_default();
    let file = format!("{}/{}", environment.name, branch::manifest(unit));
    let mut findings = Vec::new();
    for (index, problem) in problems {
        let manifest = objects[index];
        let origin = sources.origin(manifest, &problem.pointer, problem.on_key);
        let path = path_of_pointer(&manifest.object, &problem.pointer).unwrap_or_default();
        let line = rendered.get(index).map(|positions| positions.nearest(&path));
        let mut finding = problem
            .finding()
            .unit(environment.name.as_str(), unit)
            .object(manifest.id.to_string());
        let here = line.map(|(line, column)| Location {
            file: file.clone(),
            line,
            column,
        });
        finding.location = origin.template.or_else(|| here.clone());
        if let Some((path, place)) = origin.value {
            finding = finding.related(place, format!("`{path}` says so"));
        }
        if let Some(here) = here.filter(|here| finding.location.as_ref() != Some(here)) {
            finding = finding.related(here, "rendered here");
        }
        findings.push(finding);
    }
    findings.sort();
    findings.dedup();
    findings
}
