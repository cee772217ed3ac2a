//! Behaviour of the crate through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod builder;
mod diff;
mod document;
mod draft;
mod extract;
mod merge;
mod pack;
mod path;
mod prepared;
mod redact;
mod serialize;
mod subschemas;
mod take_back;
mod tree;
