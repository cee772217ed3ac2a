//! What the policies do, through the public interface.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod backoff;
mod breaker;
mod bulkhead;
mod degradation;
mod field;
mod futures;
mod hedge;
mod limiter;
mod observers;
mod pipeline;
mod ratio;
mod retry;
mod throttle;
mod timeout;
mod vectors;
