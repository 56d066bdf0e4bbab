//! Exact statistics of passes and failures: bounds of a rate, and whether one version does worse than another.

/// Confidence of every bound here, one-sided.
pub const CONFIDENCE: f64 = 0.95;

/// Steps of halving an interval: enough for sixteen digits.
const STEPS: usize = 60;

/// The rate of passing that the data prove: the exact (Clopper-Pearson) lower 95 % bound.
pub fn lower_bound(passed: usize, total: usize) -> f64 {
    if passed == 0 || total == 0 {
        return 0.0;
    }
    // the rate at which so many passes or more would come in 5 % of all runs
    bisect(|rate| at_least(passed, total, rate) > 1.0 - CONFIDENCE)
}

/// The least number of cases that could prove a rate, if every one of them passed.
pub fn least_cases(rate: f64) -> usize {
    let needed = ((1.0 - CONFIDENCE).ln() / rate.clamp(1e-9, 1.0 - 1e-9).ln()).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and below 10^10"
    )]
    let needed = needed as usize;
    needed
}

/// The same cases under two versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paired {
    /// Cases that both were asked.
    pub cases: usize,
    /// Passed before and fail now.
    pub lost: usize,
    /// Failed before and pass now.
    pub gained: usize,
}

impl Paired {
    /// How much the pass rate fell; negative where it rose.
    pub fn drop(&self) -> f64 {
        ratio(self.lost, self.cases) - ratio(self.gained, self.cases)
    }

    /// The drop that the data prove: the exact lower 95 % bound, given the cases in which the two differ.
    pub fn drop_bound(&self) -> f64 {
        let differing = self.lost + self.gained;
        if differing == 0 {
            return 0.0;
        }
        (2.0 * lower_bound(self.lost, differing) - 1.0) * ratio(differing, self.cases)
    }

    /// How likely so many losses would be if neither were worse: McNemar's exact test, one-sided.
    pub fn p_value(&self) -> f64 {
        let differing = self.lost + self.gained;
        if differing == 0 {
            1.0
        } else {
            at_least(self.lost, differing, 0.5)
        }
    }
}

/// A share from 0 to 1 as percent; what is not whole does not read as whole.
pub fn percent(share: f64) -> String {
    let most = if share < 1.0 { 99.9 } else { 100.0 };
    format!("{:.1} %", f64::min(share * 100.0, most))
}

/// A share, 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The largest number between 0 and 1 below which a condition does not hold.
fn bisect(holds_above: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if holds_above(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// How likely so many successes or more are among so many trials.
#[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
fn at_least(successes: usize, trials: usize, rate: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    if rate <= 0.0 {
        return 0.0;
    }
    if rate >= 1.0 {
        return 1.0;
    }
    let (up, down) = (rate.ln(), (1.0 - rate).ln());
    // the logarithm of the first term, then each from the one before it
    let mut log = (0..successes)
        .map(|index| ((trials - index) as f64 / (successes - index) as f64).ln())
        .sum::<f64>()
        + successes as f64 * up
        + (trials - successes) as f64 * down;
    let mut sum = 0.0;
    for count in successes..=trials {
        sum += log.exp();
        if count < trials {
            log += ((trials - count) as f64 / (count + 1) as f64).ln() + up - down;
        }
    }
    f64::min(sum, 1.0)
}
