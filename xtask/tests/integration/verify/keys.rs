//! Making, replacing and revoking keys.
