//! An evaluation: all cases of an agent asked, graded and judged as a whole.

mod compare;
mod ending;
mod grid;
mod judgement;
mod meter;
mod result;
mod roll;
mod suite;
mod verdict;

pub use compare::{Comparison, compare};
pub use grid::{Grid, GridCell, GridColumn, GridRow, Variant};
pub use meter::Prices;
pub use result::{
    CaseOutcome, CaseResult, Evaluation, JudgeEvidence, SuiteEvidence, Summary, Tokens, Verdict, VerdictOutcome,
    suite_digest,
};
pub use roll::{Roll, RollChange};
pub use suite::{CaseRun, Kept, SuiteRun, SuiteRunner, cost};
pub use verdict::{Bar, NO_CASES, sum_up, verdict};
