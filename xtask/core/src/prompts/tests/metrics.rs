//! Measured numbers, plain and of a whole.

use crate::prompts::Metric;

fn metric(text: &str) -> Metric {
    Metric::parse(text).unwrap()
}

#[test]
fn a_measure_of_a_whole_is_compared_as_a_share_where_both_are() {
    for (now, before, is_below) in [
        ("4.2/5.0", "4.0/5.0", false),
        ("4.0/5.0", "4.2/5.0", true),
        ("8/10", "4/5", false),
        ("7/10", "4/5", true),
        ("4.2/5.0", "4.0", false),
        ("0.91", "0.94", true),
    ] {
        assert_eq!(metric(now).is_below(&metric(before)), is_below, "{now} after {before}");
    }
}

#[test]
fn what_is_no_part_of_its_whole_is_no_measure() {
    for text in ["4.2/", "/5", "4.2/5.0/1", "good", "NaN", "inf/5"] {
        assert_eq!(Metric::parse(text), None, "{text}");
    }
    for text in ["6/5", "-1/5", "1/0"] {
        assert!(!metric(text).is_possible(), "{text}");
    }
}

#[test]
fn it_is_written_as_it_was_read() {
    for text in ["\"4.2/5.0\"", "0.94"] {
        let metric: Metric = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&metric).unwrap(), text);
    }
}
