//! Behaviour of the crate through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod defaults;
mod env;
mod files;
mod interpolate;
mod packed;
mod write_back;
