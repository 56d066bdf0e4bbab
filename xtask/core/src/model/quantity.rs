//! Kubernetes quantities, such as `500m` and `2Gi`.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Billionths in one: the finest part that Kubernetes keeps.
const NANO: i128 = 1_000_000_000;
/// The most that Kubernetes keeps, in billionths; what is larger becomes this.
const MOST: i128 = (i64::MAX as i128) * NANO;
/// Factors of binary suffixes, of decimal ones and of small ones (a divisor).
const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];
const DECIMAL: [(&str, i32); 10] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

/// An amount of something, exact to a billionth; finer parts are rounded up, as Kubernetes does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    nanos: i128,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity { nanos: 0 };

    /// Reads a quantity, or nothing where the text is none.
    pub fn parse(text: &str) -> Option<Quantity> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && part.is_empty()) || part.contains('.') {
            return None;
        }
        let nanos = scaled(whole, part, Scale::of(suffix)?)?.min(MOST);
        Some(Quantity {
            nanos: if negative { -nanos } else { nanos },
        })
    }

    /// The quantity that a value of a manifest is: a text or a number.
    pub fn of(value: &Value) -> Option<Quantity> {
        match value {
            Value::String(text) => Quantity::parse(text),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Some(Quantity::from_whole(whole)),
                None => Quantity::parse(&number.to_string()),
            },
            _ => None,
        }
    }

    /// A whole number of something.
    pub fn from_whole(whole: i64) -> Quantity {
        Quantity {
            nanos: i128::from(whole) * NANO,
        }
    }

    /// How many billionths it is.
    pub fn nanos(self) -> i128 {
        self.nanos
    }

    /// The whole number that it is, if it is one.
    pub fn whole(self) -> Option<i64> {
        (self.nanos % NANO == 0).then(|| i64::try_from(self.nanos / NANO).ok())?
    }

    /// This and another together.
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity {
            nanos: self.nanos.saturating_add(other.nanos),
        }
    }

    /// So many times this.
    pub fn times(self, count: i64) -> Quantity {
        Quantity {
            nanos: self.nanos.saturating_mul(i128::from(count)),
        }
    }
}

impl fmt::Display for Quantity {
    /// Exactly, in the largest binary unit or otherwise in the largest of one, thousandths and billionths.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.nanos / NANO;
        if self.nanos % (NANO / 1000) != 0 {
            return write!(f, "{}n", self.nanos);
        }
        if self.nanos % NANO != 0 {
            return write!(f, "{}m", self.nanos / (NANO / 1000));
        }
        let unit = BINARY
            .iter()
            .rev()
            .find(|(_, bits)| whole != 0 && whole % (1_i128 << bits) == 0);
        match unit {
            Some((suffix, bits)) => write!(f, "{}{suffix}", whole >> bits),
            None => write!(f, "{whole}"),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Quantity::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no quantity")))
    }
}

enum Scale {
    Binary(u32),
    Decimal(i32),
}

impl Scale {
    fn of(suffix: &str) -> Option<Scale> {
        if let Some((_, bits)) = BINARY.iter().find(|(name, _)| *name == suffix) {
            return Some(Scale::Binary(*bits));
        }
        if let Some((_, power)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
            return Some(Scale::Decimal(*power));
        }
        let exponent = suffix.strip_prefix(['e', 'E'])?;
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| exponent.parse().ok().map(Scale::Decimal))?
    }
}

/// `whole.part` times the scale, in billionths.
fn scaled(whole: &str, part: &str, scale: Scale) -> Option<i128> {
    let digits = || whole.bytes().chain(part.bytes());
    let mantissa = digits().try_fold(0_i128, |sum, digit| {
        sum.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
    });
    // more digits than anyone writes: saturate rather than refuse
    let Some(mantissa) = mantissa else {
        return Some(MOST);
    };
    let (factor, power) = match scale {
        Scale::Binary(bits) => (1_i128 << bits, 9),
        Scale::Decimal(power) => (1, 9_i32.checked_add(power)?),
    };
    let power = power.checked_sub(i32::try_from(part.len()).ok()?)?;
    let Some(mantissa) = mantissa.checked_mul(factor) else {
        return Some(MOST);
    };
    if mantissa == 0 {
        return Some(0);
    }
    match u32::try_from(power) {
        Ok(power) => Some(
            10_i128
                .checked_pow(power)
                .and_then(|scale| mantissa.checked_mul(scale))
                .unwrap_or(MOST),
        ),
        Err(_) => Some(match 10_i128.checked_pow(power.unsigned_abs()) {
            Some(divisor) => mantissa / divisor + i128::from(mantissa % divisor != 0),
            None => 1,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn quantities_compare_whatever_their_unit() {
        let read = |text: &str| Quantity::parse(text);
        for same in [
            ["1", "1000m", "1e0", "1.0", "+1", "1000000000n"],
            ["1Gi", "1024Mi", "1073741824", "1073741824000m", "1048576Ki", "1Gi"],
            ["0.5", ".5", "500m", "5e-1", "500000u", "0.50"],
            ["2k", "2e3", "2E3", "2000", "0.002M", "2e+3"],
        ] {
            assert!(
                same.iter()
                    .all(|text| read(text).is_some() && read(text) == read(same[0])),
                "{same:?}"
            );
        }
        for none in [
            "", "-", "a", "1 Gi", "1gi", "1.2.3", "1ee3", "1e", "0x1", "1KiB", "--1", ".",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert!(read("-1") < Some(Quantity::ZERO));
        assert!(read("999m") < read("1"));
        assert!(read("1E") < read("1Ei"));
        assert!(read("0.1n") > Some(Quantity::ZERO), "rounded up");
        assert!(
            read("99999999999999999999999999999999999999999999Ei") > read("1Ei"),
            "saturates"
        );
    }

    #[test]
    fn quantities_are_written_shortly() {
        let written = |text: &str| Quantity::parse(text).map(|quantity| quantity.to_string());
        for (text, short) in [
            ("2048Mi", "2Gi"),
            ("1500m", "1500m"),
            ("3", "3"),
            ("0", "0"),
            ("-1Gi", "-1Gi"),
            ("1u", "1000n"),
        ] {
            assert_eq!(written(text).as_deref(), Some(short));
        }
        assert_eq!(
            Quantity::from_whole(2).times(3).plus(Quantity::from_whole(1)),
            Quantity::from_whole(7)
        );
    }
}
