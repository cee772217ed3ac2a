//! What is wrong, since when, and what to do: rules over what was observed, one alert for each condition.
//!
//! ```
//! use enhanced_config_clock::{Clock, ManualClock};
//! use enhanced_config_monitor::alert::{Alerts, Moment, News, Observation, Rules};
//! use std::time::{Duration, SystemTime};
//!
//! let (clock, mut alerts) = (ManualClock::new(), Alerts::new(Rules::default()));
//! let mut minute = |cpu| {
//!     clock.advance(Duration::from_secs(60));
//!     let now = Moment { now: clock.now(), utc: SystemTime::UNIX_EPOCH };
//!     alerts.evaluate(now, &[Observation::new("cpu_percent", cpu)])
//! };
//! assert!(minute(97.0).is_empty(), "one minute is no alert");
//! assert_eq!(minute(97.0)[0].news, News::Raised);
//! assert!(minute(85.0).is_empty(), "less than 90, but not yet less than 80");
//! assert!(minute(20.0).is_empty(), "once is not yet well");
//! assert_eq!(minute(20.0)[0].news, News::Resolved);
//! ```
//!
//! A condition that comes and goes raises at most one alert in each [`hold`](Rule::hold) and [`quiet`](Rule::quiet)
//! together, and one more.

mod alerts;
mod condition;
mod filter;
mod rule;
mod rules;
mod severity;
mod sink;

pub(crate) use alerts::date;
pub use alerts::{Alert, AlertEvent, Alerts, Moment, News, Observation};
pub use filter::AlertFilter;
pub use rule::{Bound, Rule, RuleProblem, Unit};
pub use rules::Rules;
pub use severity::Severity;
pub use sink::{AlertSink, AlertSubscription, Sinks, Tracing};
