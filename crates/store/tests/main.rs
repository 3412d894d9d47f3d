//! The store as a process among others: killed, out of disk, and beside a second one.

mod child;
mod full;
mod kill;
mod lock;
