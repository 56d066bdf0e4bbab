//! A number that was measured with a version of a prompt.

mod beside;
mod meaning;
mod vocabulary;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use beside::Beside;
pub use meaning::Better;
pub use vocabulary::{COUNTED, HEADS, HIGHER, LOWER, MILD, PLAIN, TURNING, UNCLEAR};

/// A measured number, and what it is measured by: `0.94`, `94 %`, `4.2/5.0`, or with what is better said by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    value: f64,
    scale: Scale,
    better: Option<Better>,
}

/// What a number is measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    /// Its name says, or nobody does.
    Unsaid,
    /// It is percent.
    Percent,
    /// It is part of this.
    Of(f64),
}

impl Metric {
    /// Reads `4.2`, `94 %` or `4.2/5.0`.
    pub fn parse(text: &str) -> Option<Metric> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let (value, scale) = if let Some(value) = text.trim_end().strip_suffix('%') {
            (value, Scale::Percent)
        } else if let Some((value, of)) = text.split_once('/') {
            (value, Scale::Of(number(of)?))
        } else {
            (text, Scale::Unsaid)
        };
        let value = number(value)?;
        Some(Metric {
            value,
            scale,
            better: None,
        })
    }

    /// The same with what is better said by hand, unless it says so itself.
    pub fn or_better(self, better: Option<Better>) -> Metric {
        Metric {
            better: self.better.or(better),
            ..self
        }
    }

    /// Which way is better, where somebody said so by hand.
    pub fn better(&self) -> Option<Better> {
        self.better
    }

    /// Whether it is no more than its whole.
    pub fn is_possible(&self) -> bool {
        let whole = self.whole();
        whole.is_none_or(|whole| whole > 0.0 && (0.0..=whole).contains(&self.value))
    }

    /// What it is part of, where that is said.
    fn whole(&self) -> Option<f64> {
        match self.scale {
            Scale::Unsaid => None,
            Scale::Percent => Some(100.0),
            Scale::Of(whole) => Some(whole),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scale {
            Scale::Unsaid => write!(f, "{}", self.value),
            Scale::Percent => write!(f, "{} %", self.value),
            Scale::Of(whole) => write!(f, "{:?}/{whole:?}", self.value),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(better) = self.better else {
            return match self.scale {
                Scale::Unsaid => serializer.serialize_f64(self.value),
                _ => serializer.collect_str(self),
            };
        };
        let value = Metric { better: None, ..*self };
        ByHand { value, better }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metric, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A measure with what is better, as it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHand {
    value: Metric,
    better: Better,
}

/// A measure as it stands in a file.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Metric;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, percent as `94 %`, part of a whole as `4.2/5.0`, or `{value: …, better: lower}`")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Metric, E> {
        Ok(Metric {
            value,
            scale: Scale::Unsaid,
            better: None,
        })
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
        let metric = Metric::parse(text).filter(|metric| metric.scale != Scale::Unsaid);
        metric.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Metric, A::Error> {
        let by_hand = ByHand::deserialize(MapAccessDeserializer::new(map))?;
        if by_hand.value.better.is_some() {
            return Err(A::Error::custom("`better` is said twice"));
        }
        Ok(by_hand.value.or_better(Some(by_hand.better)))
    }
}

impl JsonSchema for Metric {
    fn schema_name() -> Cow<'static, str> {
        "Metric".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pattern = r"^[0-9]+(\.[0-9]+)?(/[0-9]+(\.[0-9]+)?| ?%)$";
        json_schema!({
            "description": "A measured number, percent as `94 %`, or part of a whole as `4.2/5.0`. Whether higher or lower \
                is better follows from the name, or is said: `{value: 900, better: lower}`.",
            "type": ["number", "string", "object"],
            "pattern": pattern,
            "properties": {
                "value": {
                    "description": "What was measured.",
                    "type": ["number", "string"],
                    "pattern": pattern,
                },
                "better": {
                    "description": "Which way is better, whatever the name says.",
                    "enum": ["higher", "lower"],
                },
            },
            "required": ["value", "better"],
            "additionalProperties": false,
        })
    }
}
