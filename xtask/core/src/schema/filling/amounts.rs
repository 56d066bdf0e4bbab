//! Amounts as the API server writes them: `0.5` is `500m`, `1000m` is `1`, `1024Mi` is `1Gi`.

use serde_json::Value;

use crate::model::Quantity;

/// Units from the largest, with the billionths that they have.
const DECIMAL: [(&str, i128); 10] = [
    ("E", 1_000_000_000_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000_000_000),
    ("T", 1_000_000_000_000_000_000_000),
    ("G", 1_000_000_000_000_000_000),
    ("M", 1_000_000_000_000_000),
    ("k", 1_000_000_000_000),
    ("", 1_000_000_000),
    ("m", 1_000_000),
    ("u", 1_000),
    ("n", 1),
];
/// Below this a binary unit is not used (apimachinery `resource.Quantity.CanonicalizeBytes`).
const LEAST_BINARY: i128 = 1024 * 1_000_000_000;

/// Writes an amount in the server's way; what is none stays as it is.
pub(super) fn write(value: &mut Value) {
    let Some(quantity) = Quantity::of(value) else { return };
    let text = value.as_str().unwrap_or_default();
    // an exponent stays one, in ways of its own
    if text.ends_with(|last: char| last.is_ascii_digit()) && text.contains(['e', 'E']) {
        return;
    }
    let nanos = quantity.nanos();
    let written = if text.ends_with('i') && nanos.abs() >= LEAST_BINARY && nanos % 1_000_000_000 == 0 {
        // the largest binary unit that divides it
        quantity.to_string()
    } else {
        let unit = DECIMAL.iter().find(|(_, size)| nanos != 0 && nanos % size == 0);
        let (suffix, size) = unit.unwrap_or(&("", 1));
        format!("{}{suffix}", nanos / size)
    };
    if value.as_str() != Some(&written) {
        *value = written.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn amounts_are_written_as_the_server_writes_them() {
        for (from, to) in [
            (json!(0.5), "500m"),
            (json!(2), "2"),
            (json!(1500), "1500"),
            (json!(2000), "2k"),
            (json!(0), "0"),
            (json!("0.1"), "100m"),
            (json!("1000m"), "1"),
            (json!("1024Mi"), "1Gi"),
            (json!("1.5Gi"), "1536Mi"),
            (json!("512Mi"), "512Mi"),
            (json!("1Ki"), "1Ki"),
            (json!("-1Gi"), "-1Gi"),
            (json!("1e3"), "1e3"),
            (json!("much"), "much"),
        ] {
            let mut value: Value = from;
            super::write(&mut value);
            assert_eq!(value, to);
        }
    }
}
