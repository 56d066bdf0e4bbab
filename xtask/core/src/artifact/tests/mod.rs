//! What the room of artifacts promises.

mod commits;
