//! A number that was measured with a version of a prompt.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A measured number, and of how much: `0.94`, or `4.2/5.0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    value: f64,
    of: Option<f64>,
}

impl Metric {
    /// Reads `4.2`, or `4.2/5.0`.
    pub fn parse(text: &str) -> Option<Metric> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let Some((value, of)) = text.split_once('/') else {
            return number(text).map(|value| Metric { value, of: None });
        };
        Some(Metric {
            value: number(value)?,
            of: Some(number(of)?),
        })
    }

    /// Whether it is no more than its whole.
    pub fn is_possible(&self) -> bool {
        self.of.is_none_or(|of| of > 0.0 && (0.0..=of).contains(&self.value))
    }

    /// Whether it is less than an earlier one. What is of a whole is compared as a share where both are; a whole that is
    /// said in one of them only says no more than the other meant.
    pub fn is_below(&self, earlier: &Metric) -> bool {
        match (self.of, earlier.of) {
            (Some(of), Some(earlier_of)) => self.value * earlier_of < earlier.value * of,
            _ => self.value < earlier.value,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(of) => write!(f, "{:?}/{of:?}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.of {
            Some(_) => serializer.collect_str(self),
            None => serializer.serialize_f64(self.value),
        }
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metric, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A measure as it stands in a file.
struct Written;

impl Visitor<'_> for Written {
    type Value = Metric;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one of a whole as `4.2/5.0`")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Metric, E> {
        Ok(Metric { value, of: None })
    }

    #[expect(clippy::cast_precision_loss, reason = "what is measured of prompts is small")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Metric, E> {
        self.visit_f64(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "what is measured of prompts is small")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Metric, E> {
        self.visit_f64(value as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Metric, E> {
        let metric = Metric::parse(text).filter(|metric| metric.of.is_some());
        metric.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl JsonSchema for Metric {
    fn schema_name() -> Cow<'static, str> {
        "Metric".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A measured number, or one of a whole as `4.2/5.0`.",
            "type": ["number", "string"],
            "pattern": r"^[0-9]+(\.[0-9]+)?/[0-9]+(\.[0-9]+)?$",
        })
    }
}
