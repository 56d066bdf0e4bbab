//! Measured numbers: which way is better, and on which scale.

use crate::prompts::{Beside, Better, HIGHER, LOWER, Metric};

const WORSE: Beside = Beside::Worse(Better::Higher);
const LONGER: Beside = Beside::Worse(Better::Lower);

fn metric(text: &str) -> Metric {
    Metric::parse(text).unwrap()
}

fn check(name: &str, rows: &[(&str, &str, Beside)]) {
    for (now, before, expected) in rows {
        let beside = metric(now).beside(&metric(before), name);
        assert_eq!(beside, *expected, "{name}: {now} after {before}");
    }
}

#[test]
fn numbers_are_compared_on_one_scale() {
    check(
        "userSatisfaction",
        &[
            ("4.2/5.0", "4.0/5.0", Beside::NoWorse),
            ("4.0/5.0", "4.2/5.0", WORSE),
            ("4.2/5.0", "4.4/5", WORSE),
            ("84/100", "4.2/5.0", Beside::NoWorse),
            ("83/100", "4.2/5.0", WORSE),
            ("85 %", "4.2/5.0", Beside::NoWorse),
            ("4.2/5.0", "4.0", Beside::NoWorse),
            ("4.0", "4.2/5.0", WORSE),
            ("0.9", "4.2/5.0", Beside::NoWorse),
            ("1", "4.2/5.0", Beside::OtherScale),
            ("6", "4.2/5.0", Beside::OtherScale),
            ("84", "4.2/5.0", Beside::OtherScale),
            ("4.2", "0.9", Beside::OtherScale),
            ("4.2", "1", Beside::NoWorse),
        ],
    );
    check(
        "taskSuccessRate",
        &[
            ("94 %", "0.94", Beside::NoWorse),
            ("0.57", "57 %", Beside::NoWorse),
            ("0.93", "94%", WORSE),
            ("1", "94 %", Beside::NoWorse),
            ("94", "94 %", Beside::NoWorse),
            ("47/50", "0.93", Beside::NoWorse),
            ("40", "47/50", Beside::OtherScale),
            ("50", "0.93", Beside::OtherScale),
            ("0.93", "92", Beside::OtherScale),
            ("50", "1", Beside::OtherScale),
            ("93", "94", WORSE),
            ("0.91", "0.94", WORSE),
        ],
    );
    check(
        "throughput",
        &[("1.2", "0.9", Beside::NoWorse), ("50 %", "900", Beside::OtherScale)],
    );
}

#[test]
fn the_name_says_which_way_is_better() {
    for (name, is_lower) in [
        ("p95LatencyMs", true),
        ("p95_latency_ms", true),
        ("latencyMS", true),
        ("HTTPErrors", true),
        ("errorRate", true),
        ("refusalRate", true),
        ("hallucination-rate", true),
        ("costPerTask", true),
        ("tokensPerAnswer", true),
        ("timeToFirstToken", true),
        ("meanTimeToRecovery", true),
        ("successLatencyMs", true),
        ("taskSuccessRate", false),
        ("toolAccuracy", false),
        ("userSatisfaction", false),
        ("errorDetectionRate", false),
        ("costSaved", false),
        ("tokensPerSecond", false),
        ("tokenAccuracy", false),
    ] {
        let rows = match is_lower {
            true => [("2", "3", Beside::NoWorse), ("3", "2", LONGER)],
            false => [("3", "2", Beside::NoWorse), ("2", "3", WORSE)],
        };
        check(name, &rows);
    }
}

#[test]
fn what_is_said_by_hand_counts_more_than_the_name() {
    let read = |text: &str| serde_json::from_str::<Metric>(text).unwrap();
    let (high, low) = (r#"{"value":3,"better":"higher"}"#, r#"{"value":3,"better":"lower"}"#);
    for (now, before, expected) in [
        (high, "2", Beside::NoWorse),
        ("2", high, WORSE),
        (high, low, Beside::Contradictory),
    ] {
        let beside = read(now).beside(&read(before), "errors");
        assert_eq!(beside, expected, "{now} after {before}");
    }
    assert_eq!(read(low).beside(&read("2"), "friendliness"), LONGER);
}

#[test]
fn the_guide_lists_the_words() {
    let guide = include_str!("../../../../../docs/guides/prompts.md");
    for (begin, words) in [("Lower is better by", LOWER), ("higher by", HIGHER)] {
        let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let told = guide
            .split_once(begin)
            .map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>().join(" "));
        let told = told.unwrap_or_default();
        assert!(told.starts_with(&list.join(", ")), "{begin} {}", list.join(", "));
    }
}

#[test]
fn what_is_no_part_of_its_whole_is_no_measure() {
    for text in ["4.2/", "/5", "4.2/5.0/1", "good", "NaN", "inf/5", "%", "4/5 %"] {
        assert_eq!(Metric::parse(text), None, "{text}");
    }
    for text in ["6/5", "-1/5", "1/0", "101 %"] {
        assert!(!metric(text).is_possible(), "{text}");
    }
}

#[test]
fn it_is_written_as_it_was_read() {
    for text in ["\"4.2/5.0\"", "0.94", "\"94 %\"", r#"{"value":900.0,"better":"lower"}"#] {
        let metric: Metric = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&metric).unwrap(), text);
    }
}
