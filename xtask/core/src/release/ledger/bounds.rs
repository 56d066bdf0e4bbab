//! Numbers that nobody can have measured: an event that tells of some is none.

use super::{Event, Fact, Gated};

/// How far shares that were rounded may miss 1 together.
const TOLERANCE: f64 = 0.001;

/// What in an event cannot be, in a few words.
pub(super) fn impossible(event: &Event) -> Option<String> {
    match &event.fact {
        Fact::Gated(gated) => gate(gated).or_else(|| {
            let is_late = gated.started.seconds > event.time.seconds;
            is_late.then(|| {
                format!(
                    "the look began at {}, after it was recorded at {}",
                    gated.started, event.time
                )
            })
        }),
        Fact::Stage(stage) => least("durationSeconds", stage.duration_seconds?),
        Fact::Decided(decided) => share("confidence", decided.confidence?),
        _ => None,
    }
}

fn gate(gated: &Gated) -> Option<String> {
    let whole = gated.success_rate + gated.error_trace_ratio;
    share("successRate", gated.success_rate)
        .or_else(|| share("errorTraceRatio", gated.error_trace_ratio))
        .or_else(|| share("callbackFailRate", gated.callback_fail_rate))
        .or_else(|| least("p95LatencyMs", gated.p95_latency_ms))
        .or_else(|| {
            let is_whole = (whole - 1.0).abs() <= TOLERANCE + f64::EPSILON;
            (!is_whole).then(|| format!("`successRate` and `errorTraceRatio` make {whole:.3} together, not 1"))
        })
}

fn share(name: &str, value: f64) -> Option<String> {
    (!(0.0..=1.0).contains(&value)).then(|| format!("`{name}` is from 0 to 1, not {value}"))
}

fn least(name: &str, value: f64) -> Option<String> {
    (value < 0.0).then(|| format!("`{name}` is never below 0, as {value} is"))
}
