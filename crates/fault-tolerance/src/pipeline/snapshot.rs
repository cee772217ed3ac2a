use crate::{breaker, bulkhead, hedge, limiter, retry, throttle, timeout};

/// What there is to see of one policy of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Snapshot {
    /// Of a circuit breaker.
    Breaker(breaker::Snapshot),
    /// Of a bulkhead.
    Bulkhead(bulkhead::Snapshot),
    /// Of a hedge.
    Hedge(hedge::Snapshot),
    /// Of a rate limit.
    Limiter(limiter::Snapshot),
    /// Of a retry.
    Retry(retry::Snapshot),
    /// Of a timeout.
    Timeout(timeout::Snapshot),
    /// Of an adaptive throttle.
    Throttle(throttle::Snapshot),
}
