use super::word::MOST_IN_FLIGHT;
use crate::OptionError;
use crate::error::Checks;
use std::time::Duration;

/// The most calls that may wait: each is remembered.
const MOST_WAITING: u32 = 1 << 20;

/// How much a [`Bulkhead`](crate::Bulkhead) lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct BulkheadOptions {
    /// How many calls may be in flight, 1 to 2,147,483,647. Default: 25.
    pub max_in_flight: u32,
    /// How many more may wait for a place, up to 1,048,576. Default: 25.
    pub max_waiting: u32,
    /// How long a call waits; for no time means that none does. Default: a second.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::data::duration"))]
    pub max_wait: Duration,
}

impl Default for BulkheadOptions {
    fn default() -> Self {
        Self { max_in_flight: 25, max_waiting: 25, max_wait: Duration::from_secs(1) }
    }
}

impl BulkheadOptions {
    /// So many calls in flight.
    #[must_use]
    pub const fn with_max_in_flight(mut self, calls: u32) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// So many more that wait.
    #[must_use]
    pub const fn with_max_waiting(mut self, calls: u32) -> Self {
        self.max_waiting = calls;
        self
    }

    /// Each waits so long.
    #[must_use]
    pub const fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    pub(super) fn check(&self) -> Result<(), OptionError> {
        let mut checks = Checks::default();
        self.check_all(&mut checks);
        checks.first()
    }

    pub(crate) fn check_all(&self, checks: &mut Checks) {
        let in_flight = (1..=MOST_IN_FLIGHT).contains(&self.max_in_flight);
        checks.require(in_flight, "max_in_flight", "1 to 2147483647");
        checks.require(self.max_waiting <= MOST_WAITING, "max_waiting", "up to 1048576");
    }
}
