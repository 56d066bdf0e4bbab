//! Text; positions count characters.

use super::{Answer, Value, bool_answer, failure, int, int_answer, lists, text, text_answer};

pub(super) fn contains<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(text(&arguments[0])?.contains(text(&arguments[1])?))
}

pub(super) fn starts_with<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(text(&arguments[0])?.starts_with(text(&arguments[1])?))
}

pub(super) fn ends_with<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(text(&arguments[0])?.ends_with(text(&arguments[1])?))
}

pub(super) fn char_at<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (text, index) = (text(&arguments[0])?, int(&arguments[1])?);
    let place = usize::try_from(index)
        .ok()
        .filter(|place| *place <= text.chars().count());
    match place {
        Some(place) => text_answer(text.chars().skip(place).take(1).collect::<String>()),
        None => failure(format!("index {index} is out of range")),
    }
}

/// Of a text or of a list.
pub(super) fn index_of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    if let (Value::List(_), 2) = (&arguments[0], arguments.len()) {
        return lists::index_of(arguments);
    }
    let (text, part) = (text(&arguments[0])?, text(&arguments[1])?);
    let length = text.chars().count();
    let from = match arguments.get(2) {
        Some(from) => int(from)?,
        None => 0,
    };
    let Some(place) = usize::try_from(from).ok().filter(|place| *place <= length) else {
        return failure(format!("index {from} is out of range"));
    };
    let byte = byte_of(text, place);
    let found = text[byte..].find(part).map(|at| text[..byte + at].chars().count());
    int_answer(found.map_or(-1, |place| place as i64))
}

/// Of a text or of a list.
pub(super) fn last_index_of<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    if let (Value::List(_), 2) = (&arguments[0], arguments.len()) {
        return lists::last_index_of(arguments);
    }
    let (text, part) = (text(&arguments[0])?, text(&arguments[1])?);
    let length = text.chars().count();
    let found = match arguments.get(2) {
        None => text.rfind(part),
        Some(from) => {
            let from = int(from)?;
            let Some(place) = usize::try_from(from).ok().filter(|place| *place <= length) else {
                return failure(format!("index {from} is out of range"));
            };
            let last = byte_of(text, place);
            text.match_indices(part)
                .map(|(at, _)| at)
                .filter(|at| *at <= last)
                .last()
        }
    };
    int_answer(found.map_or(-1, |byte| text[..byte].chars().count() as i64))
}

/// Where the character at a place starts.
fn byte_of(text: &str, place: usize) -> usize {
    text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte)
}

pub(super) fn lower_ascii<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(text(&arguments[0])?.to_ascii_lowercase())
}

pub(super) fn upper_ascii<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(text(&arguments[0])?.to_ascii_uppercase())
}

pub(super) fn trim<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    text_answer(text(&arguments[0])?.trim())
}

pub(super) fn replace<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, from, to) = (text(&arguments[0])?, text(&arguments[1])?, text(&arguments[2])?);
    match arguments.get(3) {
        None => text_answer(subject.replace(from, to)),
        Some(limit) => match usize::try_from(int(limit)?) {
            Ok(limit) => text_answer(subject.replacen(from, to, limit)),
            // a negative number is no limit
            Err(_) => text_answer(subject.replace(from, to)),
        },
    }
}

pub(super) fn split<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, separator) = (text(&arguments[0])?, text(&arguments[1])?);
    let limit = match arguments.get(2) {
        Some(limit) => int(limit)?,
        None => -1,
    };
    let parts: Vec<String> = if separator.is_empty() {
        subject.chars().map(String::from).collect()
    } else {
        subject.split(separator).map(str::to_owned).collect()
    };
    let parts = match usize::try_from(limit) {
        Ok(0) => Vec::new(),
        Ok(limit) if parts.len() > limit => {
            let rest = parts[limit - 1..].join(separator);
            parts.into_iter().take(limit - 1).chain([rest]).collect()
        }
        _ => parts,
    };
    Some(Ok(Value::list(parts.into_iter().map(Value::text).collect())))
}

pub(super) fn substring<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let (subject, start) = (text(&arguments[0])?, int(&arguments[1])?);
    let length = subject.chars().count() as i64;
    let end = match arguments.get(2) {
        Some(end) => int(end)?,
        None => length,
    };
    if start < 0 || end > length || start > end {
        return failure(format!("the part {start} to {end} is out of range"));
    }
    let part = subject.chars().skip(start as usize).take((end - start) as usize);
    text_answer(part.collect::<String>())
}

pub(super) fn join<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let Value::List(list) = &arguments[0] else {
        return None;
    };
    let separator = match arguments.get(1) {
        Some(separator) => text(separator)?,
        None => "",
    };
    let mut joined = String::new();
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            joined += separator;
        }
        joined += text(&item)?;
    }
    text_answer(joined)
}

pub(super) fn quote<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let mut quoted = String::from("\"");
    for character in text(&arguments[0])?.chars() {
        match character {
            '\x07' => quoted += "\\a",
            '\x08' => quoted += "\\b",
            '\x0c' => quoted += "\\f",
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            '\x0b' => quoted += "\\v",
            '\\' => quoted += "\\\\",
            '"' => quoted += "\\\"",
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    text_answer(quoted)
}
