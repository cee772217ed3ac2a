//! Keeps a program up while what it depends on is not.
//!
//! ```
//! use enhanced_config_clock::SystemClock;
//! use enhanced_config_fault_tolerance::{CallError, CircuitBreaker, Policy};
//!
//! let breaker = CircuitBreaker::default();
//! match breaker.call(&SystemClock, || std::fs::read_to_string("/remote/app.yaml")) {
//!     Ok(text) => println!("{text}"),
//!     Err(CallError::Rejected(rejected)) => println!("not even tried: {rejected}"),
//!     Err(CallError::Failed(error)) => println!("tried: {error}"),
//! }
//! ```
//!
//! Each policy is a state machine that is told the time: `admit(now)` gives a permit or a reason, and
//! `record(permit, verdict, now)` counts how it ended. Around it, `call` and `call_async` of [`Policy`] drive the same
//! machine; there is no thread, no timer and no runtime. A permit that is dropped counts nothing. Each has a
//! `snapshot`, and tells an [`Observer`] what happens if it is made with one.
//!
//! | | |
//! |---|---|
//! | [`Pipeline`] | several of these around one call |
//! | [`CircuitBreaker`] | stops calling what keeps failing |
//! | [`RetryPolicy`] | attempts again what has failed, within a [`RetryBudget`] |
//! | [`AttemptTimeout`], [`TotalTimeout`] | end what takes too long |
//! | [`Hedge`] | makes a second call when the first one takes long |
//! | [`Bulkhead`] | lets so many calls be in flight, and so many wait |
//! | [`RateLimiter`] | lets so much through in a time; [`limiter`] has others |
//! | [`AdaptiveThrottle`] | turns calls away, the more the more of them fail |
//! | [`GracefulDegradation`] | serves from the best level that can |
//! | [`DegradationLadder`] | says how much to offer while health is bad |
//! | [`Backoff`] | how long to wait before the next attempt |

mod backoff;
pub mod breaker;
pub mod bulkhead;
#[cfg(feature = "serde")]
mod data;
pub mod degradation;
mod error;
pub mod hedge;
pub mod ladder;
pub mod limiter;
mod observer;
pub mod pipeline;
mod policy;
mod ratio;
pub mod retry;
mod sleep;
mod spans;
mod sync;
pub mod throttle;
pub mod timeout;
mod unwind;
mod verdict;

pub use backoff::{Backoff, Delays, Jitter};
pub use breaker::{BreakerOptions, CircuitBreaker};
pub use bulkhead::{Bulkhead, BulkheadOptions};
pub use degradation::GracefulDegradation;
pub use error::{CallError, OptionError, OptionErrors, OptionProblem, Rejection};
pub use hedge::{Hedge, HedgeDelay};
pub use ladder::{DegradationLadder, LadderOptions};
pub use limiter::{Quota, RateLimiter};
pub use observer::Observer;
pub use pipeline::Pipeline;
pub use policy::Policy;
pub use ratio::{Ratio, RatioError};
pub use retry::{RetryBudget, RetryOptions, RetryPolicy};
pub use sleep::AsyncSleep;
pub use throttle::AdaptiveThrottle;
pub use timeout::{AttemptTimeout, TotalTimeout};
pub use verdict::{ByPolicy, ByResult, Classify, Verdict};
