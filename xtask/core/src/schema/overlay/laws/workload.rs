//! What holds between the fields of kinds that make pods.

use serde_json::Value;

use crate::model::{Problem, escaped};
use crate::schema::overlay::forms::{percent, schedule_problem};
use crate::schema::overlay::view::{deep, field, items, number, text};
use crate::schema::overlay::walk::Problems;

/// Seconds until a rollout that does not move has failed, where it does not say.
const DEADLINE: i64 = 600;
/// Longest name of a CronJob: eleven characters are added for each Job.
const MOST_CRON_JOB: usize = 52;

/// The selector selects what the template makes.
pub(in crate::schema::overlay) fn selected_template(spec: &Value, problems: &mut Problems<'_>) {
    let labels = deep(spec, &["template", "metadata", "labels"]);
    let Some(selector) = field(spec, "selector") else {
        return;
    };
    if field(spec, "template").is_none() {
        return;
    }
    let wanted = field(selector, "matchLabels").and_then(Value::as_object);
    for (key, value) in wanted.into_iter().flatten() {
        let given = labels.and_then(|labels| field(labels, key));
        if given == Some(value) {
            continue;
        }
        let wanted = value.as_str().unwrap_or_default();
        let message = match given.and_then(Value::as_str) {
            Some(given) => format!("the selector wants `{key}: {wanted}`, the template has `{given}`"),
            None => format!("the selector wants `{key}: {wanted}`, which the template lacks"),
        };
        let pointer = format!("/selector/matchLabels/{}", escaped(key));
        problems.add(Problem::error("selector-mismatch", pointer, message).help("give the template the same label"));
    }
    for (index, expression) in items(selector, "matchExpressions").iter().enumerate() {
        if !selects(expression, labels) {
            let key = text(expression, "key").unwrap_or_default();
            let message = format!("the selector's condition on `{key}` does not hold for the template");
            let pointer = format!("/selector/matchExpressions/{index}");
            problems.add(Problem::error("selector-mismatch", pointer, message));
        }
    }
}

/// Whether a condition of a selector holds for labels; one that cannot be read holds, others complain about it.
pub(crate) fn selects(expression: &Value, labels: Option<&Value>) -> bool {
    let Some(key) = text(expression, "key") else {
        return true;
    };
    let given = labels.and_then(|labels| field(labels, key));
    let listed = || given.is_some_and(|given| items(expression, "values").contains(given));
    match text(expression, "operator") {
        Some("In") => listed(),
        Some("NotIn") => !listed(),
        Some("Exists") => given.is_some(),
        Some("DoesNotExist") => given.is_none(),
        _ => true,
    }
}

/// A rollout has longer than a pod needs to count as ready.
pub(in crate::schema::overlay) fn progress_deadline(spec: &Value, problems: &mut Problems<'_>) {
    let ready = number(spec, "minReadySeconds").unwrap_or(0);
    let deadline = number(spec, "progressDeadlineSeconds").unwrap_or(DEADLINE);
    if ready >= deadline {
        let message = format!("a rollout fails after {deadline} s, before a pod counts as ready after {ready} s");
        problems
            .add(Problem::error("out-of-range", "/minReadySeconds", message).help("raise `progressDeadlineSeconds`"));
    }
}

/// Settings of a rolling update go with that type only.
pub(in crate::schema::overlay) fn rolling_only(strategy: &Value, problems: &mut Problems<'_>) {
    let Some(kind) = text(strategy, "type").filter(|kind| *kind != "RollingUpdate") else {
        return;
    };
    if field(strategy, "rollingUpdate").is_some() {
        let message = format!("`rollingUpdate` goes with the type `RollingUpdate` only, not with `{kind}`");
        problems.add(Problem::error("conflicting-fields", "/rollingUpdate", message).on_key());
    }
}

/// A rolling update may add a pod or take one away, or it never starts.
pub(in crate::schema::overlay) fn some_progress(update: &Value, problems: &mut Problems<'_>) {
    if is_nothing(update, "maxSurge") && is_nothing(update, "maxUnavailable") {
        let message = "`maxSurge` and `maxUnavailable` are both 0, so no pod could ever be replaced";
        problems.add(Problem::error("conflicting-fields", "/maxUnavailable", message).help("let one of them be more"));
    }
}

/// A DaemonSet replaces pods one way or the other.
pub(in crate::schema::overlay) fn surge_or_unavailable(update: &Value, problems: &mut Problems<'_>) {
    let surges = field(update, "maxSurge").is_some() && !is_nothing(update, "maxSurge");
    let stops = !is_nothing(update, "maxUnavailable");
    if surges && stops {
        let message = "with `maxSurge` a DaemonSet needs `maxUnavailable: 0`";
        problems.add(Problem::error("conflicting-fields", "/maxSurge", message));
    } else if !surges && !stops {
        let message = "`maxSurge` and `maxUnavailable` are both 0, so no pod could ever be replaced";
        problems.add(Problem::error("conflicting-fields", "/maxUnavailable", message).help("let one of them be more"));
    }
}

/// Whether a number or percentage is given and is none at all.
fn is_nothing(value: &Value, name: &str) -> bool {
    match field(value, name) {
        Some(Value::Number(number)) => number.as_i64() == Some(0),
        Some(Value::String(text)) => percent(text) == Some(0),
        _ => false,
    }
}

/// What the fields of a Job say about each other.
pub(in crate::schema::overlay) fn job(spec: &Value, problems: &mut Problems<'_>) {
    let manual = field(spec, "manualSelector") == Some(&Value::Bool(true));
    if field(spec, "selector").is_some() && !manual {
        let message = "the server makes a Job's selector itself";
        let problem = Problem::error("conflicting-fields", "/selector", message).on_key();
        problems.add(problem.help("take it out, or set `manualSelector: true`"));
    }
    if manual && field(spec, "selector").is_none() {
        let message = "with `manualSelector: true` a Job needs `selector`";
        problems.add(Problem::error("missing-field", "", message));
    }
    if manual {
        selected_template(spec, problems);
    }
    let indexed = text(spec, "completionMode") == Some("Indexed");
    if indexed && field(spec, "completions").is_none() {
        let message = "the mode `Indexed` needs `completions`";
        problems.add(Problem::error("conflicting-fields", "/completionMode", message));
    }
    if field(spec, "backoffLimitPerIndex").is_some() && !indexed {
        let message = "`backoffLimitPerIndex` goes with the mode `Indexed` only";
        problems.add(Problem::error("conflicting-fields", "/backoffLimitPerIndex", message).on_key());
    }
    let restarts = deep(spec, &["template", "spec"]).and_then(|pod| text(pod, "restartPolicy"));
    if field(spec, "podFailurePolicy").is_some() && restarts.is_some_and(|restarts| restarts != "Never") {
        let message = "`podFailurePolicy` goes with `restartPolicy: Never` only";
        problems.add(Problem::error("conflicting-fields", "/podFailurePolicy", message).on_key());
    }
}

/// Exit codes stand in order, each once, and no success counts as a failure.
pub(in crate::schema::overlay) fn exit_codes(codes: &Value, problems: &mut Problems<'_>) {
    let values: Vec<Option<i64>> = items(codes, "values").iter().map(Value::as_i64).collect();
    if text(codes, "operator") == Some("In")
        && let Some(index) = values.iter().position(|value| *value == Some(0))
    {
        let message = "the exit code 0 is a success, which no rule about failures can name";
        let problem = Problem::error("out-of-range", format!("/values/{index}"), message);
        problems.add(problem.help("take it out"));
    }
    for (index, pair) in values.windows(2).enumerate() {
        if let [Some(before), Some(after)] = pair
            && before >= after
        {
            let pointer = format!("/values/{}", index + 1);
            problems.add(if before == after {
                Problem::error("duplicate-item", pointer, format!("the exit code {after} stands twice"))
            } else {
                let message = format!("the exit code {after} stands behind {before}");
                Problem::error("out-of-range", pointer, message).help("put the codes in order")
            });
        }
    }
}

/// The Jobs of a CronJob follow one another, so none of them can bring its own selector.
pub(in crate::schema::overlay) fn repeated_job(spec: &Value, problems: &mut Problems<'_>) {
    if field(spec, "manualSelector") == Some(&Value::Bool(true)) {
        let message = "the Jobs of a CronJob take no selector of their own";
        let problem = Problem::error("conflicting-fields", "/manualSelector", message).on_key();
        problems.add(problem.help("take it out, and `selector` with it"));
    }
}

/// A CronJob's name leaves room for what its Jobs add.
pub(in crate::schema::overlay) fn cron_job_name(metadata: &Value, problems: &mut Problems<'_>) {
    if let Some(name) = text(metadata, "name").filter(|name| name.len() > MOST_CRON_JOB) {
        let message = format!(
            "the name has {} characters, {MOST_CRON_JOB} at most leave room for its Jobs'",
            name.len()
        );
        problems.add(Problem::error("out-of-range", "/name", message));
    }
}

/// A schedule as the controller reads it.
pub(in crate::schema::overlay) fn schedule(schedule: &Value, problems: &mut Problems<'_>) {
    let Some(text) = schedule.as_str() else { return };
    if let Some(why) = schedule_problem(text) {
        let message = format!("`{text}` is no cron schedule: {why}");
        let help = "write five fields such as `0 3 * * 1-5` (Sunday is 0), or `@daily`";
        problems.add(Problem::error("malformed-text", "", message).help(help));
    }
}

/// A budget says what must stay or what may go, not both.
pub(in crate::schema::overlay) fn budget(spec: &Value, problems: &mut Problems<'_>) {
    if field(spec, "minAvailable").is_some() && field(spec, "maxUnavailable").is_some() {
        let message = "`minAvailable` and `maxUnavailable` exclude each other";
        problems.add(
            Problem::error("conflicting-fields", "/maxUnavailable", message)
                .on_key()
                .help("keep one of them"),
        );
    }
}
