use crate::error::{Checks, OptionErrors};
use crate::retry::BudgetOptions;
use crate::{BreakerOptions, BulkheadOptions, Quota, RetryOptions};
use std::time::Duration;

/// The policies of a [standard pipeline](super::Standard): what is none is left out.
///
/// With feature `serde` it is read from data: what is not named has its default, and `null` leaves a policy out.
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use enhanced_config_fault_tolerance::pipeline::PipelineOptions;
///
/// let options: PipelineOptions = serde_json::from_str(
///     r#"{
///         "total_timeout": "20s",
///         "retry": { "max_attempts": 4 },
///         "rate_limit": { "count": 100, "per": "1s", "burst": 20 },
///         "breaker": { "trip": { "failure_ratio": "20%", "minimum_calls": 50 } },
///         "attempt_timeout": null
///     }"#,
/// )?;
/// assert!(options.check().is_ok());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
pub struct PipelineOptions {
    /// How long a call may take with all its attempts and waits. Default: 30 s.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::optional_duration"))]
    pub total_timeout: Option<Duration>,
    /// Which attempts are made again. Default: that of [`RetryOptions`].
    pub retry: Option<RetryOptions>,
    /// How many retries there may be, if there are any. Default: 20 % of the calls and 10 a second.
    pub retry_budget: BudgetOptions,
    /// How many attempts may be in flight. Default: no bound.
    pub bulkhead: Option<BulkheadOptions>,
    /// How many attempts may be made in a time. Default: no bound.
    pub rate_limit: Option<Quota>,
    /// When no attempt is made. Default: that of [`BreakerOptions`].
    pub breaker: Option<BreakerOptions>,
    /// How long an attempt may take. Default: 10 s.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::optional_duration"))]
    pub attempt_timeout: Option<Duration>,
}

/// Three attempts that fit into the whole; what depends on how much the other side bears is left out.
impl Default for PipelineOptions {
    fn default() -> Self {
        Self {
            total_timeout: Some(Duration::from_secs(30)),
            retry: Some(RetryOptions::default()),
            breaker: Some(BreakerOptions::default()),
            attempt_timeout: Some(Duration::from_secs(10)),
            ..Self::none()
        }
    }
}

impl PipelineOptions {
    /// No policy at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            total_timeout: None,
            retry: None,
            retry_budget: BudgetOptions::default(),
            bulkhead: None,
            rate_limit: None,
            breaker: None,
            attempt_timeout: None,
        }
    }

    /// Looks at every option.
    ///
    /// # Errors
    /// All options that are out of their range or contradict another, with their paths.
    pub fn check(&self) -> Result<(), OptionErrors> {
        let mut checks = Checks::default();
        let some_time = |limit: Option<Duration>| limit.is_none_or(|limit| !limit.is_zero());
        checks.require(some_time(self.total_timeout), "total_timeout", "longer than nothing");
        if let Some(bulkhead) = &self.bulkhead {
            bulkhead.check_all(checks.within("bulkhead"));
        }
        if let Some(breaker) = &self.breaker {
            breaker.check_all(checks.within("breaker"));
        }
        checks.within("").require(some_time(self.attempt_timeout), "attempt_timeout", "longer than nothing");
        checks.all()
    }
}
