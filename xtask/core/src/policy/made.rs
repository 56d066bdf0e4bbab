//! Objects that a controller makes of an object, and that the same cluster judges: the Jobs of an analysis.

use serde_json::{Value, json};

use crate::model::{Problem, existing};

/// Kinds of Argo Rollouts whose metrics have Jobs.
const ANALYSES: &[&str] = &["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate"];
/// What Argo Rollouts replaces by an argument before it makes the Job.
const ARGUMENT: &str = "{{args.";

/// An object that a controller will make of another one.
pub(super) struct Made {
    /// The object, as far as it is known before.
    pub(super) object: Value,
    /// Where it stands in the other one.
    at: String,
}

/// What will be made of an object; without a namespace of its own, in that one. Of most kinds nothing is.
pub(super) fn of(object: &Value, namespace: Option<&str>) -> Vec<Made> {
    if !is_analysis(object) {
        return Vec::new();
    }
    let metadata = &object["metadata"];
    let namespace = metadata["namespace"].as_str().or(namespace);
    let template = metadata["name"].as_str().unwrap_or_default();
    let metrics = object["spec"]["metrics"].as_array().into_iter().flatten().enumerate();
    let jobs = metrics.filter_map(|(index, metric)| {
        let job = metric.pointer("/provider/job")?;
        let mut metadata = job.get("metadata").cloned().unwrap_or_else(|| json!({}));
        let name = metric["name"].as_str().unwrap_or_default();
        let fields = metadata.as_object_mut()?;
        // the run's name and id, which nobody knows before, stand where the template's name does here
        fields.insert("name".to_owned(), format!("{template}.{name}").into());
        fields.extend(namespace.map(|namespace| ("namespace".to_owned(), namespace.into())));
        let owner = json!({
            "apiVersion": object["apiVersion"], "kind": "AnalysisRun", "name": template, "uid": template,
            "controller": true, "blockOwnerDeletion": true,
        });
        fields.insert("ownerReferences".to_owned(), json!([owner]));
        let spec = job.get("spec").cloned().unwrap_or_default();
        Some(Made {
            object: json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}),
            at: format!("/spec/metrics/{index}/provider/job"),
        })
    });
    jobs.collect()
}

/// Whether Jobs are made of an object.
pub(super) fn is_analysis(object: &Value) -> bool {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    ANALYSES.contains(&text("kind")) && text("apiVersion").starts_with("argoproj.io/")
}

/// Whether a problem of an object is about a text that will be another one in what is made of it.
pub(super) fn is_open(problem: &Problem, object: &Value) -> bool {
    let text = object.pointer(&problem.pointer).and_then(Value::as_str);
    text.is_some_and(|text| text.contains(ARGUMENT)) && is_analysis(object)
}

impl Made {
    /// A problem of it, where its cause stands in the object that it is made of: what is not there is missing in the job.
    pub(super) fn lead_back(&self, mut problem: Problem, object: &Value) -> Problem {
        problem.pointer = existing(object, &format!("{}{}", self.at, problem.pointer)).to_owned();
        problem
    }
}
