//! Scalars of the fast reader: plain, quoted and literal text.

use serde_json::Value;

use super::Reader;

/// Bytes of a key: YAML wants the colon within 1,024 characters, and the reference reader knows what to do beyond.
pub(super) const KEY_LIMIT: usize = 1000;

/// Counts line breaks.
pub(super) fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// Bytes where a plain scalar may end.
const ENDS: [bool; 256] = {
    let mut table = [false; 256];
    table[b'\n' as usize] = true;
    table[b':' as usize] = true;
    table[b'#' as usize] = true;
    table
};

impl<'a> Reader<'a> {
    /// A plain scalar on this line, and whether the colon of a key follows; stays before the colon.
    pub(super) fn plain(&mut self) -> Option<(&'a str, bool)> {
        match self.rest() {
            [b'-', b' ' | b'\n', ..] | [b'-'] => return None,
            [
                b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>',
                ..,
            ] => return None,
            [b'\'' | b'"' | b'%' | b'@' | b'`', ..] => return None,
            _ => {}
        }
        let start = self.at;
        let mut end = start;
        let is_key = loop {
            let Some(&byte) = self.bytes.get(end) else {
                break false;
            };
            if ENDS[usize::from(byte)] {
                match byte {
                    b'\n' => break false,
                    b'#' if self.bytes[end - 1] == b' ' => break false,
                    b':' if matches!(self.bytes.get(end + 1), None | Some(b' ' | b'\n')) => {
                        break true;
                    }
                    _ => {}
                }
            }
            end += 1;
        };
        let mut last = end;
        while last > start && self.bytes[last - 1] == b' ' {
            last -= 1;
        }
        if is_key && last < end {
            return None;
        }
        // At a comment, the spaces before it must stay for `blank_rest` to see.
        self.at = last;
        Some((&self.text[start..last], is_key))
    }

    /// A scalar in single or double quotes, all on this line.
    pub(super) fn quoted(&mut self) -> Option<String> {
        let quote = self.byte()?;
        let mut text = String::new();
        let mut start = self.at + 1;
        let mut end = start;
        loop {
            let byte = *self.bytes.get(end)?;
            match byte {
                b'\n' => return None,
                b'\'' if quote == b'\'' && self.bytes.get(end + 1) == Some(&b'\'') => {
                    text.push_str(&self.text[start..=end]);
                    end += 2;
                    start = end;
                }
                b'\\' if quote == b'"' => {
                    text.push_str(&self.text[start..end]);
                    end = self.escape(end + 1, &mut text)?;
                    start = end;
                }
                _ if byte == quote => {
                    text.push_str(&self.text[start..end]);
                    self.at = end + 1;
                    return Some(text);
                }
                _ => end += 1,
            }
        }
    }

    /// One of the escapes that JSON has too, from behind the backslash; gives the place behind it.
    fn escape(&self, at: usize, text: &mut String) -> Option<usize> {
        let character = match self.bytes.get(at)? {
            b'"' => '"',
            b'\\' => '\\',
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let digits = self.text.get(at + 1..at + 5)?;
                if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                    return None;
                }
                text.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                return Some(at + 5);
            }
            _ => return None,
        };
        text.push(character);
        Some(at + 1)
    }

    /// A literal block in a map or list at this column.
    pub(super) fn literal(&mut self, column: usize) -> Option<Value> {
        self.at += 1;
        let chomping = self.byte();
        if let Some(b'-' | b'+') = chomping {
            self.at += 1;
        }
        self.at = self.blank_rest()?;
        let mut text = String::new();
        while self.byte() == Some(b'\n') {
            text.push('\n');
            self.at += 1;
        }
        let indent = self.rest().iter().take_while(|&&byte| byte == b' ').count();
        // A first line of spaces only, and a block without lines, are read by the reference.
        if indent < column || matches!(self.bytes.get(self.at + indent), None | Some(b'\n')) {
            return None;
        }
        while self.at < self.bytes.len() {
            let spaces = self
                .rest()
                .iter()
                .take(indent)
                .take_while(|&&byte| byte == b' ')
                .count();
            let start = self.at + spaces;
            match self.bytes.get(start)? {
                b'\n' => {
                    text.push('\n');
                    self.at = start + 1;
                }
                _ if spaces < indent => break,
                _ => {
                    let end = start + self.text[start..].find('\n')? + 1;
                    text.push_str(&self.text[start..end]);
                    self.at = end;
                }
            }
        }
        match chomping {
            Some(b'+') => {}
            Some(b'-') => text.truncate(text.trim_end_matches('\n').len()),
            _ => text.truncate(text.trim_end_matches('\n').len() + 1),
        }
        self.seek();
        (self.column <= column).then_some(Value::String(text))
    }
}
