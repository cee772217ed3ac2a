//! The crate through its public interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bombs;
mod builtin;
mod bundle;
mod check;
mod defaults;
mod describe;
mod keywords;
mod large;
mod marks;
mod references;
mod rules;
mod schemas;
mod secrets;
#[cfg(feature = "types")]
mod types;
mod verdicts;
