//! Numbers of things on the command line: of none there is nothing to say.

/// Reads a number that is at least one.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(0) => Err("it has to be at least 1"),
        Ok(count) => Ok(count),
        Err(_) => Err("this is no whole number"),
    }
}
