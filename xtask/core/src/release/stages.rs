//! A tuple's way through the pipeline, as the ledger has it: the last word of every stage.

use schemars::JsonSchema;
use serde::Serialize;

use super::ledger::{Fact, StageResult, UnitHistory};
use crate::model::{Digest, Finding, PipelineStage, StageStatus};
use crate::report::Table;

/// What is recorded of a tuple's stages.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StageSummary {
    /// The tuple.
    pub tuple: Digest,
    /// How many stages passed.
    pub passed: usize,
    /// How many are recorded.
    pub total: usize,
    /// How long they took together, seconds, as far as that is recorded.
    pub duration_seconds: f64,
    /// The stages in the order of the pipeline.
    pub stages: Vec<StageResult>,
}

impl StageSummary {
    /// The summary of a tuple; `history` is of its agent, wherever it runs.
    pub fn of(history: &UnitHistory, tuple: Digest) -> StageSummary {
        let stages: Vec<StageResult> = PipelineStage::ALL
            .into_iter()
            .filter_map(|stage| last(history, tuple, stage).cloned())
            .collect();
        StageSummary {
            tuple,
            passed: stages
                .iter()
                .filter(|stage| stage.status == StageStatus::Passed)
                .count(),
            total: stages.len(),
            duration_seconds: stages
                .iter()
                .filter_map(|stage| stage.duration_seconds)
                .fold(0.0, |all, one| all + one),
            stages,
        }
    }

    /// The summary in a line.
    pub fn line(&self) -> String {
        match self.total {
            0 => "no stage is recorded".to_owned(),
            total => format!(
                "{} of {total} stages passed, {} s in all",
                self.passed,
                seconds(self.duration_seconds)
            ),
        }
    }

    /// The stages that failed.
    pub fn findings(&self, agent: &str) -> Vec<Finding> {
        let failed = self.stages.iter().filter(|stage| stage.status == StageStatus::Failed);
        let finding = |stage: &StageResult| {
            let message = format!("the stage `{}` failed on the tuple of `{agent}`", stage.stage);
            Finding::warning("failed-stage", message).help("see its log, and run the pipeline again once it is mended")
        };
        failed.map(finding).collect()
    }

    /// A row for each stage.
    pub fn table(&self) -> Table {
        let mut table = Table::new(&["stage", "status", "seconds"]);
        for stage in &self.stages {
            let mark = match stage.status {
                StageStatus::Passed => "✅",
                StageStatus::Failed => "❌",
                StageStatus::Skipped => "➖",
            };
            table.row(vec![
                stage.stage.to_string(),
                format!("{mark} {}", stage.status.word()),
                stage.duration_seconds.map_or("-".to_owned(), seconds),
            ]);
        }
        table
    }
}

/// The last result of a stage on a tuple.
pub(super) fn last(history: &UnitHistory, tuple: Digest, stage: PipelineStage) -> Option<&StageResult> {
    let results = history.facts().filter_map(|(_, fact)| match fact {
        Fact::Stage(result) => Some(result),
        _ => None,
    });
    results
        .filter(|result| result.stage == stage && result.tuple == tuple)
        .last()
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1}")
}
