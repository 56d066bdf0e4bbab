//! The groups of an expression, which are counted before it is read: what is referred to may come later.

use super::unit;

/// The groups that an expression counts, with the names that some have.
pub(super) struct Groups {
    pub(super) names: Vec<Option<String>>,
}

impl Groups {
    pub(super) fn of(units: &[u16]) -> Result<Groups, String> {
        let text: Vec<char> = units.iter().map(|one| unit(*one)).collect();
        let mut names: Vec<Option<String>> = Vec::new();
        let (mut at, mut in_set) = (0, false);
        while at < text.len() {
            match text[at] {
                '\\' => at += 1,
                '[' => in_set = true,
                ']' => in_set = false,
                '(' if !in_set && text.get(at + 1) != Some(&'?') => names.push(None),
                '(' if !in_set && text.get(at + 2) == Some(&'<') && !matches!(text.get(at + 3), Some('=' | '!')) => {
                    let name: String = text[at + 3..].iter().take_while(|c| **c != '>').collect();
                    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
                    if !begins || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                        return Err(format!("`{name}` is no name of a group"));
                    }
                    if names.iter().flatten().any(|other| *other == name) {
                        return Err(format!("two groups are named `{name}`"));
                    }
                    names.push(Some(name));
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Groups { names })
    }

    pub(super) fn are_named(&self) -> bool {
        self.names.iter().any(Option::is_some)
    }
}
