//! Words of which the names of metrics are made, and what they say of the numbers. Each also counts with an `s` or `es`.

use super::meaning::Better;

/// What a name measures where it ends so, whatever is before it: less of `successLatencyMs` is better. These words and all
/// others also count with an `s`, and the page about prompts lists them.
pub const HEADS: &str = "\
    cer cost delay deviation dollar drift duration fluctuation hour jitter latencies latency mae millisecond minute ms \
    mse overhead price rmse runtime second seconds time ttft usd variance wer";

/// Words of what nobody wants.
pub const LOWER: &str = "\
    abandonment abuse alarm attack bias bug bypass churn complaint confusion contradiction crash danger defect \
    degradation dislike dissatisfaction downtime drop error escalation exceeded exception exploit fabrication failed \
    failing failure fallback false fault fdr flake flaky fnr fpr fraud hallucinated hallucination harm harmful \
    harmfulness incident inconsistency incorrect injection interruption invalid irrelevant jailbreak leak leakage loop \
    loss misclassification miss missed missing mistake mttr noise outage overload overrun perplexity ppl profanity \
    redundancy refusal regression rejection repetition retries retry risk rollback spam spike stereotype throttling \
    timeout toxic toxicity unanswered unfaithful unhandled unnecessary unsafe unsupported violation vulnerability waste \
    wrong";

/// Words of what everybody wants.
pub const HIGHER: &str = "\
    acceptance accepted accuracy adherence agreement alignment answered approval auc auroc availability bertscore bleu \
    coherence completeness compliance conformance consistency correct correctness coverage csat diversity efficiency \
    engagement entailment exact f1 faithful faithfulness fluency grounded groundedness grounding harmlessness helpful \
    helpfulness like meteor mrr mtbf ndcg nps pass passed precision qps recall relevance relevancy reliability \
    retention revenue roc rouge rps satisfaction satisfied sensitivity similarity specificity speed speedup success \
    successful throughput tnr tpr tps true uptime usefulness valid win";

/// Words of what is done against something, or that turn another word round.
pub const TURNING: &str = "\
    avoidance avoided below budget caught coping decrease defence defended defense detected detection \
    fewer filtered fixed free gain handled handling immunity improvement less low lower mitigated mitigation no non not \
    prevented prevention protection recovered recovery reduced reduction remaining repair repaired resilience \
    resistance resolution resolved robustness saved saving tolerance under without zero";

/// What is counted where no other word decides: the fewer the better.
pub const COUNTED: &str = "call clarification followup hop iteration round step tokens turn usage";

/// Words of differences and bounds, of what may be kept from the wrong ones, and of what a model learnt from: whatever else a
/// name says, nobody knows it of `accuracyGap`, `blockedRate` and `similarityToTrainingData`.
pub const UNCLEAR: &str = "\
    block blocked delta dev diff difference distance gap limit range spread std stddev stdev \
    training";

/// Words that make each other unclear: users are to be retained, and data may have to go.
pub(super) const UNCLEAR_TOGETHER: &[(&str, &str)] = &[("data", "retention"), ("pii", "retention")];

/// What is good where no other word decides, and all of them are `PLAIN`.
pub const MILD: &str = "completed completion quality rating safe safety score";

/// Words that say nothing of what is measured: a `score` beside any other word may be one of `severity`.
pub const PLAIN: &str = "\
    answer average avg case eval evaluation goal judge llm mean median min minimum model output overall percent \
    percentage prompt rate ratio response run share task test total user";

/// Words of what is a share, from 0 to 1 or in percent.
pub(super) const SHARES: &str = "accuracy f1 percent percentage precision rate ratio recall share";

/// Words of what is counted or has a unit, so that a number above 1 is none but that.
pub(super) const QUANTITIES: &str = "\
    call cost count delay duration eur latency millisecond minute ms number per price second step throughput time \
    tokens turn usd";

/// Units of time behind `per`: so many in a second are the more the better.
pub(super) const TIMES: &str = "day hour minute second";

/// Words behind which something else is meant than what is measured: `timeToRecovery`, `errorsPerSecond`.
pub(super) const ASIDE: &str = "before between per since to until";

/// Answers to something unwanted, which are wanted then: less of `refusalRate` is better, and nobody knows it of
/// `harmfulRefusalRate`.
pub(super) const ANSWERS: &str = "alarm escalation refusal rejection rollback";

/// Words of unwanted things that say of such an answer that it was wrong.
pub(super) const WRONGLY: &str = "false incorrect invalid unnecessary wrong";

/// Changes, of which nobody knows without the other words whether they are wanted, even where a unit is the last word.
pub(super) const CHANGES: &str = "\
    avoided below budget decrease fewer gain improvement less low lower no non not reduced reduction remaining saved \
    saving under without zero";

/// Words that say something else together, as in `attackSuccessRate`: lower is better by them, or higher.
pub(super) const TOGETHER: &[(&str, &str, Better)] = &[
    ("attack", "success", Better::Lower),
    ("bypass", "success", Better::Lower),
    ("cache", "hit", Better::Higher),
    ("completion", "tokens", Better::Lower),
    ("completion", "token", Better::Lower),
    ("down", "time", Better::Lower),
    ("evasion", "success", Better::Lower),
    ("exploit", "success", Better::Lower),
    ("hit", "at", Better::Higher),
    ("hit", "rate", Better::Higher),
    ("injection", "success", Better::Lower),
    ("jailbreak", "success", Better::Lower),
    ("memory", "usage", Better::Lower),
    ("on", "time", Better::Higher),
    ("thumb", "down", Better::Lower),
    ("thumb", "up", Better::Higher),
    ("token", "consumption", Better::Lower),
    ("token", "count", Better::Lower),
    ("up", "time", Better::Higher),
];

/// What is done so many times a second: the more the better.
pub(super) const WORK: &str = "query queries request task token";
