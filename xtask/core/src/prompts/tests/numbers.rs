//! The statistics against values that are known, and laws that hold for all.

use proptest::prelude::*;

use crate::prompts::statistics::{Paired, least_cases, lower_bound};

/// Published and independently computed one-sided 95 % Clopper-Pearson bounds.
#[test]
fn bounds_are_exact() {
    for (passed, total, bound) in [
        (29, 29, 0.901_85),
        (10, 10, 0.741_13),
        (19, 20, 0.783_89),
        (90, 100, 0.836_31),
        (1, 1, 0.05),
    ] {
        assert!(
            (lower_bound(passed, total) - bound).abs() < 1e-4,
            "{passed} of {total}: {}",
            lower_bound(passed, total)
        );
    }
    assert_eq!((lower_bound(0, 10), lower_bound(0, 0)), (0.0, 0.0));
    assert_eq!((least_cases(0.9), least_cases(0.99), least_cases(0.5)), (29, 299, 5));
}

#[test]
fn a_drop_is_proved_only_by_enough_losses() {
    let paired = |lost, gained| Paired {
        cases: 100,
        lost,
        gained,
    };
    assert!(paired(4, 0).drop_bound() < 0.0, "four losses in a row happen by chance");
    assert!(paired(5, 0).drop_bound() > 0.0, "five do not");
    assert!((paired(5, 0).p_value() - 1.0 / 32.0).abs() < 1e-12);
    assert!(paired(10, 8).drop_bound() < 0.0);
    assert_eq!((paired(0, 0).drop_bound(), paired(0, 0).p_value()), (0.0, 1.0));
}

proptest! {
    #[test]
    fn a_bound_lies_below_the_rate_and_rises_with_it(total in 1usize..400, passed in 0usize..400) {
        let passed = passed.min(total);
        let bound = lower_bound(passed, total);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let rate = passed as f64 / total as f64;
        prop_assert!((0.0..=rate).contains(&bound));
        if passed < total {
            prop_assert!(lower_bound(passed + 1, total) >= bound);
        }
    }

    #[test]
    fn the_least_number_of_cases_is_the_least(percent in 50u32..99) {
        let rate = f64::from(percent) / 100.0;
        let least = least_cases(rate);
        prop_assert!(lower_bound(least, least) >= rate - 1e-9);
        prop_assert!(lower_bound(least - 1, least - 1) < rate);
    }
}
