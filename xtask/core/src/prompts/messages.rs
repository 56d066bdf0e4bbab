//! Makes messages of a rendered prompt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::template::Piece;

/// What one speaker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who: `system`, `user`, `model` or `tool`.
    pub role: String,
    /// What, in order.
    pub content: Vec<Content>,
    /// What is known of it, such as `purpose: history`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// A part of what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// Something to see or hear.
    Media {
        /// What and where.
        media: Media,
    },
    /// A mark, such as the start of a section.
    Mark {
        /// What it says.
        metadata: BTreeMap<String, Value>,
    },
}

/// Something to see or hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Where it is.
    pub url: String,
}

impl Message {
    /// A message of text.
    pub fn text(role: &str, text: impl Into<String>) -> Message {
        Message {
            role: role.to_owned(),
            content: vec![Content::Text { text: text.into() }],
            metadata: Map::new(),
        }
    }

    /// All its text.
    pub fn all_text(&self) -> String {
        let texts = self.content.iter().filter_map(|content| match content {
            Content::Text { text } => Some(text.as_str()),
            Content::Media { .. } | Content::Mark { .. } => None,
        });
        texts.collect()
    }
}

/// The messages that the pieces of a rendered prompt make, the conversation so far put where it belongs.
pub fn messages(pieces: Vec<Piece>, history: &[Message]) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut placed = false;
    let mut current = open("user");
    for piece in pieces {
        match piece {
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(text) => current.content.push(Content::Text { text }),
            Piece::Media { url, content_type } => current.content.push(Content::Media {
                media: Media { content_type, url },
            }),
            Piece::Section(purpose) => {
                let metadata = [("pending", json!(true)), ("purpose", json!(purpose))];
                current.content.push(Content::Mark {
                    metadata: metadata.map(|(key, value)| (key.to_owned(), value)).into(),
                });
            }
            Piece::Role(role) if current.content.is_empty() => current.role = role,
            Piece::Role(role) => messages.push(std::mem::replace(&mut current, open(&role))),
            Piece::History => {
                messages.push(std::mem::replace(&mut current, open("model")));
                messages.extend(history.iter().map(remembered));
                placed = placed || !history.is_empty();
            }
        }
    }
    messages.push(current);
    messages.retain(|message| !message.content.is_empty());
    if !placed {
        // before what the user says now, and behind everything else
        let at = messages.len() - usize::from(messages.last().is_some_and(|last| last.role == "user"));
        messages.splice(at..at, history.iter().cloned());
    }
    messages
}

fn open(role: &str) -> Message {
    Message {
        role: role.to_owned(),
        content: Vec::new(),
        metadata: Map::new(),
    }
}

fn remembered(message: &Message) -> Message {
    let mut message = message.clone();
    message.metadata.insert("purpose".to_owned(), json!("history"));
    message
}
