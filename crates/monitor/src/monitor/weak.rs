use std::fmt;
use std::sync::{Arc, Weak};

use super::engine::Engine;
use super::{ConfigMonitor, Core};

/// A monitor that this does not keep alive: for callbacks, which the monitor owns.
///
/// ```
/// use enhanced_config_monitor::alert::{AlertEvent, AlertFilter};
/// use enhanced_config_monitor::{ConfigMonitor, MonitorOptions};
///
/// let monitor = ConfigMonitor::new(MonitorOptions::default());
/// let weak = monitor.downgrade();
/// let told = monitor.on_alert(AlertFilter::default(), move |event: &AlertEvent| {
///     let report = weak.upgrade().map(|monitor| monitor.health_report().markdown());
///     println!("{}\n{}", event.alert, report.unwrap_or_default());
/// });
/// # drop(told);
/// ```
#[derive(Clone)]
pub struct WeakMonitor {
    core: Weak<Core>,
    engine: Weak<Engine>,
}

impl ConfigMonitor {
    /// The same, without keeping it alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakMonitor {
        WeakMonitor { core: Arc::downgrade(&self.core), engine: Arc::downgrade(&self.engine) }
    }
}

impl WeakMonitor {
    /// The monitor, if anybody still has it.
    #[must_use]
    pub fn upgrade(&self) -> Option<ConfigMonitor> {
        Some(ConfigMonitor { core: self.core.upgrade()?, engine: self.engine.upgrade()? })
    }
}

impl fmt::Debug for WeakMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakMonitor").finish_non_exhaustive()
    }
}
