//! History files.
