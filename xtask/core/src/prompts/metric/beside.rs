//! A measure beside an earlier one of the same name.

use super::meaning::{Better, Kind, better, kind};
use super::{Metric, Scale};

/// What came out no worse than one part in so many is as good: `0.57` is no less than `57 %`, whatever the binary digits say.
const GRAIN: f64 = 1e-9;

/// What a measure is beside an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// As good, or better.
    NoWorse,
    /// Worse, since this is better.
    Worse(Better),
    /// Another number, and nobody can tell which way is better.
    NoDirection,
    /// On another scale, so that nobody can tell.
    OtherScale,
    /// Worse by its name, and this is better by a hand that said so first here.
    Turned(Better),
    /// By hand one says that higher is better, and the other one that lower is.
    Contradictory,
}

impl Metric {
    /// What it is beside an earlier one of that name.
    pub fn beside(&self, earlier: &Metric, name: &str) -> Beside {
        let by_name = better(name);
        let better = match (self.better, earlier.better) {
            (Some(now), Some(then)) if now != then => return Beside::Contradictory,
            (now, then) => now.or(then).or(by_name),
        };
        let Some((now, then)) = on_one_scale(self, earlier, kind(name)) else {
            return Beside::OtherScale;
        };
        let grain = GRAIN * f64::max(now.abs(), then.abs());
        let Some(better) = better else {
            return match (now - then).abs() <= grain {
                true => Beside::NoWorse,
                false => Beside::NoDirection,
            };
        };
        let is_worse = |better: Better| match better {
            Better::Higher => now < then - grain,
            Better::Lower => now > then + grain,
        };
        let guessed = by_name.filter(|_| earlier.better.is_none());
        match is_worse(better) {
            true => Beside::Worse(better),
            false if guessed.is_some_and(is_worse) => Beside::Turned(better),
            false => Beside::NoWorse,
        }
    }
}

/// Both numbers as they can be compared; nothing where it is not known how.
fn on_one_scale(now: &Metric, then: &Metric, kind: Kind) -> Option<(f64, f64)> {
    match (now.whole(), then.whole()) {
        (Some(now_of), Some(then_of)) => Some((now.value / now_of, then.value / then_of)),
        (Some(whole), None) => Some((now.value / whole, share(then.value, now.scale, whole, kind)?)),
        (None, Some(whole)) => Some((share(now.value, then.scale, whole, kind)?, then.value / whole)),
        (None, None) => {
            let is_share = |value: f64| match kind {
                Kind::Share => value <= 1.0,
                // one of something may be a whole one
                Kind::Unknown => value < 1.0,
                Kind::Quantity => false,
            };
            let is_above = |value: f64| value > 1.0 && kind != Kind::Quantity;
            let differ = |one: f64, other: f64| one > 0.0 && is_share(one) && is_above(other);
            let differs = differ(now.value, then.value) || differ(then.value, now.value);
            (!differs).then_some((now.value, then.value))
        }
    }
}

/// A plain number as a share, beside one that says what it is part of: a share as it is, or part of the same whole.
fn share(value: f64, beside: Scale, whole: f64, kind: Kind) -> Option<f64> {
    let is_hundred = beside == Scale::Percent || (whole - 100.0).abs() < f64::EPSILON;
    match kind {
        Kind::Quantity => None,
        _ if (0.0..1.0).contains(&value) => Some(value),
        Kind::Share if value <= 1.0 => Some(value),
        // 40 beside 47/50 may be 40 % or 40 of 50
        Kind::Share if !is_hundred => None,
        // 1 beside 4.2/5.0 may be all of it or one point
        _ if (0.0..=1.0).contains(&value) => None,
        _ => (value > 1.0 && value <= whole).then_some(value / whole),
    }
}
