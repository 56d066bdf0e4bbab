//! The stages of a delivery pipeline, and how one ended.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A stage of the delivery pipeline, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PipelineStage {
    /// Linters and type checkers.
    StaticAnalysis,
    /// Tests of single parts.
    UnitTest,
    /// Prompts against their recorded cases.
    PromptRegression,
    /// Tools against what they call.
    ToolIntegration,
    /// Known holes in dependencies and images.
    SecurityScan,
    /// The container image.
    BuildImage,
    /// The release to staging.
    DeployStaging,
    /// Whole journeys of a user.
    E2eTest,
    /// A person's approval.
    ApprovalGate,
    /// The release to a share of the traffic.
    CanaryDeploy,
    /// The release to all users.
    ProductionDeploy,
}

impl PipelineStage {
    /// All of them, in their order.
    pub const ALL: [PipelineStage; 11] = [
        PipelineStage::StaticAnalysis,
        PipelineStage::UnitTest,
        PipelineStage::PromptRegression,
        PipelineStage::ToolIntegration,
        PipelineStage::SecurityScan,
        PipelineStage::BuildImage,
        PipelineStage::DeployStaging,
        PipelineStage::E2eTest,
        PipelineStage::ApprovalGate,
        PipelineStage::CanaryDeploy,
        PipelineStage::ProductionDeploy,
    ];

    /// The stage's name as files and pipelines write it.
    pub fn as_str(self) -> &'static str {
        match self {
            PipelineStage::StaticAnalysis => "static_analysis",
            PipelineStage::UnitTest => "unit_test",
            PipelineStage::PromptRegression => "prompt_regression",
            PipelineStage::ToolIntegration => "tool_integration",
            PipelineStage::SecurityScan => "security_scan",
            PipelineStage::BuildImage => "build_image",
            PipelineStage::DeployStaging => "deploy_staging",
            PipelineStage::E2eTest => "e2e_test",
            PipelineStage::ApprovalGate => "approval_gate",
            PipelineStage::CanaryDeploy => "canary_deploy",
            PipelineStage::ProductionDeploy => "production_deploy",
        }
    }

    /// The stage of this name.
    pub fn parse(text: &str) -> Option<PipelineStage> {
        PipelineStage::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

impl fmt::Display for PipelineStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StageStatus {
    /// It found nothing wrong.
    Passed,
    /// It found something wrong, or broke.
    Failed,
    /// It did not run, which proves nothing.
    Skipped,
}

impl StageStatus {
    /// The status in one word.
    pub fn word(self) -> &'static str {
        match self {
            StageStatus::Passed => "passed",
            StageStatus::Failed => "failed",
            StageStatus::Skipped => "skipped",
        }
    }
}
