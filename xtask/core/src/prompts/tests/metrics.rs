//! Measured numbers: which way is better, and on which scale.

use crate::prompts::{Beside, Better, COUNTED, HEADS, HIGHER, LOWER, MILD, Metric, PLAIN, TURNING, UNCLEAR};

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

/// Names, one a line with a word for the way that is better.
fn ways(expected: &str, names: &str) {
    for name in names.split_whitespace() {
        let rows = match expected {
            "lower" => [("2", "3", Beside::NoWorse), ("3", "2", LONGER)],
            "higher" => [("3", "2", Beside::NoWorse), ("2", "3", WORSE)],
            _ => [("2", "3", Beside::NoDirection), ("3", "2", Beside::NoDirection)],
        };
        check(name, &rows);
        check(name, &[("2", "2", Beside::NoWorse)]);
    }
}

#[test]
fn less_is_better_of_what_nobody_wants_and_of_what_is_spent() {
    ways(
        "lower",
        "p95LatencyMs p95_latency_ms latencyMS HTTPErrors errorRate refusalRate hallucination-rate costPerTask \
         tokensPerAnswer timeToFirstToken meanTimeToRecovery successLatencyMs recoveryTime falsePositiveRate \
         falseNegatives false_alarm_rate falseRefusalRate overRefusalRate attackSuccessRate jailbreak_success_rate \
         promptInjectionSuccessRate toolCalls steps avgTurns turnsToResolution llmCallCount toxicityScore safetyViolations \
         tokenUsage completionTokens toolCallErrors agent_crash_count memory_spike_ratio callback_failure_rate \
         log_error_count token_cost_avg qpsFluctuation trace_latency_p95 wer rmse cacheMissRate misses biasScore \
         dropOffRate unansweredQuestions piiLeakage fpr errorsPerSecond",
    );
}

#[test]
fn more_is_better_of_what_everybody_wants() {
    ways(
        "higher",
        "taskSuccessRate task_success_rate toolAccuracy tool_accuracy userSatisfaction user_satisfaction trace_success_rate \
         tokensPerSecond requests_per_second tokenAccuracy toolCallAccuracy stepSuccessRate truePositiveRate tnr \
         detectionRate firstContactResolution callsHandled safetyScore qualityScore judgeScore passRate f1 recallAt5 \
         faithfulness onTimeRate taskCompletionRate uptime cacheHitRate tokenEfficiency helpfulness",
    );
}

#[test]
fn nobody_knows_it_of_words_that_do_not_agree_or_say_nothing() {
    ways(
        "unknown",
        "attackDefenseRate errorRecoveryRate falsePositivesAvoided errorDetectionRate costSaved savedTime timeSaved \
         harmfulRefusalRate trueRejectionRate timeToFailure meanTimeBetweenFailures errorFreeRate nonToxicRate \
         accuracyLoss latencyImprovement lowAccuracyRate notHelpfulRate missedDetectionRate errorBudgetRemaining \
         answerLength friendliness callsPerMinute costPerError correctRefusals successFailureRatio \
         coverageGap recallGap accuracyStd passRateStdDev accuracyRange similarityDistance qualityScoreDelta \
         blockedRate dataRetention similarityToTrainingData frustrationScore severityScore complexityScore customerEffortScore rateLimitHits tokenLimitHits",
    );
}

#[test]
fn what_is_said_by_hand_counts_more_than_the_name() {
    let read = |text: &str| serde_json::from_str::<Metric>(text).unwrap();
    let (high, low) = (r#"{"value":3,"better":"higher"}"#, r#"{"value":3,"better":"lower"}"#);
    for (now, before, expected) in [
        (high, "2", Beside::Turned(Better::Higher)),
        (high, "3", Beside::NoWorse),
        (low, "4", Beside::NoWorse),
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
    for (begin, words) in [
        ("Where a name ends so, lower is better:", HEADS),
        ("Lower is better by", LOWER),
        ("Higher is better by", HIGHER),
        ("Done against something:", TURNING),
        ("the fewer the better:", COUNTED),
        ("the more the better:", MILD),
        ("where all the others are among", PLAIN),
        ("Nobody knows it where the name has", UNCLEAR),
    ] {
        let list: Vec<String> = words.split_whitespace().map(|word| format!("`{word}`")).collect();
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
