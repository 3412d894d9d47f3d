//! Upload tokens.
