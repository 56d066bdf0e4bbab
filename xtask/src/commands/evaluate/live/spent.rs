//! What a live run may use up: reserved before a question is sent, settled after its answer.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use lockstep::report::counted;

/// What a run may use up.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Budget {
    pub(in super::super) cost: Option<f64>,
    pub(in super::super) tokens: Option<u64>,
}

/// Tokens, and money.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Used {
    pub(in super::super) tokens: u64,
    pub(in super::super) cost: f64,
}

impl Used {
    fn plus(self, other: Used) -> Used {
        Used {
            tokens: self.tokens + other.tokens,
            cost: self.cost + other.cost,
        }
    }
}

/// What a run has used up, and what the questions under way may use up yet.
#[derive(Default)]
pub(in super::super) struct Spent {
    sums: Mutex<Sums>,
    settled: Condvar,
}

#[derive(Default)]
struct Sums {
    spent: Used,
    under_way: Vec<(u64, Used)>,
    next: u64,
    short: Option<Short>,
}

/// What a budget was too small for.
#[derive(Clone, Debug)]
pub(in super::super) struct Short {
    questions: usize,
    first: String,
    /// The most that these questions may take.
    most: Used,
}

/// What one question may use up; without an answer it used up nothing.
pub(super) struct Reserved<'a> {
    spent: &'a Spent,
    number: u64,
    used: Used,
}

impl Spent {
    /// Sets aside the most that a question may use up. Waits for the questions under way where that is too much only
    /// because of what is set aside for them.
    pub(super) fn reserve(&self, budget: &Budget, most: Used) -> Result<Reserved<'_>, String> {
        let mut sums = self.sums();
        loop {
            let aside = sums.under_way.iter().fold(sums.spent, |sum, (_, most)| sum.plus(*most));
            let Some(message) = over(budget, sums.spent, aside.plus(most), most) else {
                let number = sums.next;
                sums.next += 1;
                sums.under_way.push((number, most));
                return Ok(Reserved {
                    spent: self,
                    number,
                    used: Used::default(),
                });
            };
            if sums.under_way.is_empty() {
                sums.missed(&message, most);
                return Err(message);
            }
            sums = self.settled.wait(sums).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Keeps in mind a question that no budget can hold.
    pub(super) fn refuse(&self, message: &str) {
        self.sums().missed(message, Used::default());
    }

    /// What the budget was too small for so far.
    pub(in super::super) fn short(&self) -> Option<Short> {
        self.sums().short.clone()
    }

    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn missed(&mut self, message: &str, most: Used) {
        let short = self.short.get_or_insert_with(|| Short {
            questions: 0,
            first: message.to_owned(),
            most: Used::default(),
        });
        short.questions += 1;
        short.most = short.most.plus(most);
    }
}

impl Short {
    /// What was not asked.
    pub(in super::super) fn told(&self) -> String {
        let were = if self.questions == 1 { "was" } else { "were" };
        format!(
            "{} {were} not asked: {}",
            counted(self.questions, "question"),
            self.first
        )
    }

    /// How much more than was used up the questions need that were not asked; what these lead to comes on top.
    pub(in super::super) fn needed(&self) -> String {
        let Used { tokens, cost } = self.most;
        let cost = if cost > 0.0 {
            format!(", or {cost:.4}")
        } else {
            String::new()
        };
        format!(
            "the questions that were left may take {tokens} tokens{cost}, and rounds of tool calls and a judge more"
        )
    }
}

/// Why a budget does not hold a sum.
fn over(budget: &Budget, spent: Used, sum: Used, most: Used) -> Option<String> {
    if let Some(tokens) = budget.tokens.filter(|tokens| sum.tokens > *tokens) {
        return Some(format!(
            "{} of the budget of {tokens} tokens are used up, and this question may take {}",
            spent.tokens, most.tokens
        ));
    }
    // a sum that is no number is within no budget
    let holds = |cost: &f64| sum.cost <= *cost;
    let cost = budget.cost.filter(|cost| !holds(cost))?;
    Some(format!(
        "{:.4} of the budget of {cost} is used up, and this question may take {:.4}",
        spent.cost, most.cost
    ))
}

impl Reserved<'_> {
    /// What the question really used up.
    pub(super) fn settle(&mut self, used: Used) {
        self.used = used;
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        let mut sums = self.spent.sums();
        sums.under_way.retain(|(number, _)| *number != self.number);
        sums.spent = sums.spent.plus(self.used);
        self.spent.settled.notify_all();
    }
}
