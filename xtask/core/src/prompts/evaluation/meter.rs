//! What one case uses up: the answers of the agent's model and of the judge, whatever comes of them.

use std::sync::{Mutex, PoisonError};

use crate::model::Digest;
use crate::prompts::run::{Answers, Chain, Refusal, Reply, Request, SubjectModel, Usage};

/// Price of a million tokens of question and of answer, by provider and model.
pub type Prices<'a> = &'a (dyn Fn(&str, &str) -> Option<(f64, f64)> + Sync);

/// What was used up: tokens, and their price where it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Consumed {
    pub(super) tokens: Usage,
    pub(super) cost: Option<f64>,
}

impl Default for Consumed {
    fn default() -> Consumed {
        Consumed {
            tokens: Usage::default(),
            cost: Some(0.0),
        }
    }
}

impl Consumed {
    pub(super) fn plus(self, other: Consumed) -> Consumed {
        Consumed {
            tokens: self.tokens.plus(other.tokens),
            cost: self.cost.zip(other.cost).map(|(sum, cost)| sum + cost),
        }
    }
}

/// Counts what everybody who answers in a case uses up.
pub(super) struct Meter<'a> {
    chain: &'a Chain<'a>,
    model: &'a SubjectModel,
    prices: Prices<'a>,
    sum: Mutex<Consumed>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(chain: &'a Chain<'a>, model: &'a SubjectModel, prices: Prices<'a>) -> Meter<'a> {
        Meter {
            chain,
            model,
            prices,
            sum: Mutex::default(),
        }
    }

    /// As [`Chain::ask`] does.
    pub(super) fn ask(
        &self,
        request: &Request,
        key: &Digest,
        wrong: &dyn Fn(&Reply) -> Option<String>,
    ) -> Result<Reply, Refusal> {
        let reply = self.chain.ask(request, key, wrong)?;
        let model = &request.model;
        let price = if *model == self.model.model {
            self.model.price
        } else {
            (self.prices)(&model.provider, &model.name)
        };
        #[expect(clippy::cast_precision_loss, reason = "tokens of an answer are few")]
        let cost = price
            .map(|(question, answer)| (reply.usage.input as f64 * question + reply.usage.output as f64 * answer) / 1e6);
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = reply.usage;
        *sum = sum.plus(Consumed { tokens, cost });
        Ok(reply)
    }

    /// What was used up so far.
    pub(super) fn consumed(self) -> Consumed {
        self.sum.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers for Meter<'_> {
    fn answer(&self, request: &Request, key: &Digest) -> Result<Reply, Refusal> {
        self.ask(request, key, &|_| None)
    }
}
