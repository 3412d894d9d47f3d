//! HJ 212 over TCP.
