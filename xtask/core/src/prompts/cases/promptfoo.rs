//! promptfoo files, in and out.
