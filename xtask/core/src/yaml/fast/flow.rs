//! Flow maps and lists of one line, as templates write short ones: `{ cpu: "1", memory: 2Gi }`, `[Ingress, Egress]`.

use serde_json::{Map, Value};

use super::super::scalar::{Meaning, Scalar, classify};
use super::super::tree::DEPTH_LIMIT;
use super::{Reader, plain_value, text};

/// Bytes of a plain scalar inside a flow that mean nothing but themselves wherever they stand in it.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let (mut at, bytes) = (
        0,
        b" '!?;_./-+$()=%@0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    );
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

impl<'a> Reader<'a> {
    /// A map or a list from its bracket on; `depth` is that of the collection around it.
    pub(super) fn flow(&mut self, depth: usize) -> Option<Value> {
        if depth >= DEPTH_LIMIT {
            return None;
        }
        let is_map = self.byte()? == b'{';
        let close = if is_map { b'}' } else { b']' };
        self.at += 1;
        self.skip_spaces();
        let (mut map, mut items) = (Map::new(), Vec::new());
        if self.byte()? != close {
            loop {
                if is_map {
                    let key = self.flow_key()?;
                    if map.insert(key, self.flow_value(depth + 1)?).is_some() {
                        return None;
                    }
                } else {
                    items.push(self.flow_value(depth + 1)?);
                }
                self.skip_spaces();
                match self.byte()? {
                    b',' => {
                        self.at += 1;
                        self.skip_spaces();
                    }
                    byte if byte == close => break,
                    _ => return None,
                }
            }
        }
        self.at += 1;
        Some(if is_map {
            Value::Object(map)
        } else {
            Value::Array(items)
        })
    }

    fn flow_value(&mut self, depth: usize) -> Option<Value> {
        match self.byte()? {
            b'{' | b'[' => self.flow(depth),
            b'"' | b'\'' => Some(Value::String(self.quoted()?)),
            _ => plain_value(self.flow_plain()?),
        }
    }

    /// A key, its colon and the spaces behind it.
    fn flow_key(&mut self) -> Option<String> {
        let start = self.at;
        let is_quoted = matches!(self.byte()?, b'"' | b'\'');
        let key = match is_quoted {
            true => self.quoted()?,
            false => {
                let key = self.flow_plain()?;
                match classify(key) {
                    Scalar::Certain(Meaning::Text) => key.to_owned(),
                    Scalar::Certain(_) | Scalar::Ambiguous(_) => return None,
                }
            }
        };
        // behind a quoted key, as in JSON, the value may follow at once
        let follows = if is_quoted {
            self.byte()? == b':'
        } else {
            self.rest().starts_with(b": ")
        };
        if !follows || self.at - start > text::KEY_LIMIT {
            return None;
        }
        self.at += 1;
        self.skip_spaces();
        Some(key)
    }

    fn flow_plain(&mut self) -> Option<&'a str> {
        let start = self.at;
        // what else may begin a scalar means something there
        if !matches!(self.byte()?, b'_' | b'/' | b'.' | b'$' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') {
            return None;
        }
        while self.bytes.get(self.at).is_some_and(|byte| PLAIN[usize::from(*byte)]) {
            self.at += 1;
        }
        // spaces behind it are none of it; the caller goes on at them
        let plain = self.text[start..self.at].trim_end_matches(' ');
        self.at = start + plain.len();
        Some(plain)
    }
}
