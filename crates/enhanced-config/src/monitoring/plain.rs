use std::sync::Arc;
use std::time::Duration;

use enhanced_config_clock::Instant;
use enhanced_config_core::Problems;

use crate::slot::Slot;
use crate::stage::Report;
use crate::system::Shared;

/// Nobody.
pub(crate) struct Monitoring;

impl Monitoring {
    #[cfg(feature = "reload")]
    pub(crate) fn calls(
        &self,
        clock: Arc<dyn enhanced_config_clock::Clock>,
    ) -> enhanced_config_reload::Calls {
        enhanced_config_reload::Calls::new(clock)
    }

    pub(crate) fn reads(&self, _: &str) -> Reads {
        Reads
    }

    #[cfg(feature = "reload")]
    pub(crate) fn share_thread(&self, _: &crate::stage::Hub) {}

    pub(crate) fn watch(&self, _: &Arc<Shared>) {}

    pub(crate) fn attempted(&self, _: &Slot, _: &Report<'_>, _: Instant) {}

    pub(crate) fn validated(&self, _: &str, _: Duration, _: &Problems) {}

    #[cfg(feature = "migrate")]
    pub(crate) fn migrated(&self, _: &str, _: Duration, _: bool) {}
}

/// Counts nothing.
#[derive(Clone)]
pub(crate) struct Reads;

impl Reads {
    #[cfg(feature = "cache")]
    pub(crate) fn restored(&self) -> Self {
        Self
    }

    pub(crate) fn hit(&self) {}

    pub(crate) fn missed(&self) {}
}
