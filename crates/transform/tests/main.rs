//! limpid's figures against those of others: published ones, and those of independent programs.

mod beijing;
mod days;
mod echo;
mod forecast;
mod grid;
mod peers;
mod qartod;
mod series;
mod uci;
