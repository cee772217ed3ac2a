//! Counters, gauges and histograms that cost nanoseconds to record and never lock.
//!
//! ```
//! use enhanced_config_meter::{Counter, Histogram};
//! use std::time::Duration;
//!
//! let (loads, load_time) = (Counter::new(), Histogram::new());
//! for millis in 1..=100 {
//!     loads.increment();
//!     load_time.record_duration(Duration::from_millis(millis));
//! }
//! assert_eq!(loads.get(), 100);
//! let p95 = load_time.distribution().percentile(95.0).ok_or("nothing was recorded")?;
//! assert!((94e6..96e6).contains(&(p95 as f64)), "{p95} ns, within 1 % of 95 ms");
//! # Ok::<(), &str>(())
//! ```
//!
//! A thread that records writes to cache lines of its own: see [`thread_number`]. Whoever reads adds the lines up, and may
//! miss what is being recorded at that moment, but never sees a number fall.

mod bucket;
mod counter;
mod distribution;
mod gauge;
mod histogram;
mod thread_number;

pub use counter::Counter;
pub use distribution::{DamagedDistribution, Distribution};
pub use gauge::Gauge;
pub use histogram::Histogram;
pub use thread_number::{NUMBERS, thread_number};
