//! The product beside its rivals, measured in one run.
//!
//! `cargo bench` answers every question and prints tables of ratios; `cargo bench --bench load -- json/1KB` only
//! those whose id contains a word; `-- --rounds 101` more calmly. One file per question lies next to `Cargo.toml`.
//!
//! Inputs come from [`generate`](mod@generate), a seeded generator, and from `data/`, written by hand.

pub mod corpus;
pub mod emit;
pub mod figures;
pub mod generate;
pub mod harness;
pub mod ours;
pub mod peers;
pub mod prng;
pub mod report;
pub mod tree;
pub mod typed;
pub mod variant;
pub mod zipf;
