//! Line ends, which programs between a file and its digest may change.

/// The same text without the carriage return that some systems put before every line feed; nothing where it has none.
pub fn with_line_feeds(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_end = |pair: &[u8]| pair == b"\r\n";
    if !bytes.windows(2).any(is_end) {
        return None;
    }
    let ends = bytes.windows(2).map(is_end).chain([false]);
    let kept = bytes.iter().zip(ends).filter(|(_, is_end)| !is_end);
    Some(kept.map(|(byte, _)| *byte).collect())
}
