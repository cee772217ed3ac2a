//! A running system and everything that people and programs do to the files of a configuration, with the tools that
//! they do it with: what is delivered is whole, is delivered once, and what cannot be used is not.
//!
//! `SCENARIO_RUNS=20 cargo test --test scenarios` runs each of them twenty times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]
#![cfg(all(target_os = "linux", feature = "reload", feature = "schema", feature = "toml", feature = "yaml"))]

mod bad;
mod child;
mod editors;
mod in_place;
mod leaks;
mod links;
mod many;
mod missing;
mod mounts;
mod nothing;
mod replaced;
mod running;
mod several;
