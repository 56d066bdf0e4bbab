//! Reasons that people give: they are recorded, so there must be one.

/// Reads the value of `--reason`.
pub(super) fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("a reason has words"),
        text if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) => {
            Err("it has characters that steer a terminal")
        }
        text => Ok(text.to_owned()),
    }
}
