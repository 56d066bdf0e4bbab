//! The score in a judge's answer: one, and from 0 to 1.

use serde::Deserialize;

use crate::model::shortened;
use crate::prompts::run::Reply;
use crate::prompts::score::MOST_SHOWN;

/// The score in a judge's answer.
pub(super) fn score(reply: &Reply) -> Result<f64, String> {
    /// Serde refuses a second score in it; a plain value would take the last one.
    #[derive(Deserialize)]
    struct Judgement {
        score: f64,
    }
    let judgement = serde_json::from_str::<Judgement>(&reply.text);
    if judgement
        .as_ref()
        .is_err_and(|error| error.to_string().starts_with("duplicate field"))
    {
        let said = shortened(&reply.text, MOST_SHOWN);
        return Err(format!("the judge gave more than one score: {said}"));
    }
    let score = judgement.ok().map(|judgement| judgement.score);
    score.filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| {
        format!(
            "the judge gave no score from 0 to 1: {}",
            shortened(&reply.text, MOST_SHOWN)
        )
    })
}
