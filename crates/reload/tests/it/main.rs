//! What the crate does, through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

mod calls;
mod events;
mod following;
mod last_known_good;
mod live;
mod reloader;
mod subscribers;
mod turn;
