//! A keyword of our own schemas: traffic shares that rise to all of the traffic.

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

/// The keyword's name in a schema.
pub(super) const KEYWORD: &str = "x-traffic-shares";

/// Holds a list of percentages against what a rollout can do with them.
pub(super) struct TrafficShares;

impl<'i> Keyword<'i> for TrafficShares {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        fault(instance).map_or(Ok(()), |text| Err(ValidationError::custom(text)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        fault(instance).is_none()
    }
}

/// What is wrong with a list of shares; an empty one stands for others, and what is no number is another keyword's to say.
fn fault(instance: &Value) -> Option<String> {
    let shares: Vec<i64> = instance.as_array()?.iter().map(Value::as_i64).collect::<Option<_>>()?;
    let last = shares.last()?;
    if let Some(share) = shares.iter().find(|share| !(1..=100).contains(*share)) {
        return Some(format!(
            "a share of the traffic is between 1 and 100 percent, not {share} percent"
        ));
    }
    if let Some(pair) = shares.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Some(format!(
            "{} percent do not follow {} percent: each share is above the one before it",
            pair[1], pair[0]
        ));
    }
    (*last != 100).then(|| format!("the last share is {last} percent, and a release ends with 100 percent"))
}
