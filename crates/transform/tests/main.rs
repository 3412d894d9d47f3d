//! limpid's figures against those of others: published ones, and those of independent programs.

mod beijing;
mod days;
mod forecast;
mod grid;
mod peers;
mod qartod;
mod uci;
