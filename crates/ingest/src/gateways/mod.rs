//! The ways in that wait for stations to call.
pub mod hj212;
pub mod http;
