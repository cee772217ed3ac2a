use std::array;

/// The time that all CPUs spent in each state, in any unit, since the system started.
///
/// The time of guests is part of `user` and `nice`, as Linux counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuTimes {
    /// In programs.
    pub user: u64,
    /// In programs of lowered priority.
    pub nice: u64,
    /// In the kernel.
    pub system: u64,
    /// With nothing to do.
    pub idle: u64,
    /// With nothing to do until a disk answers.
    pub iowait: u64,
    /// In interrupts.
    pub irq: u64,
    /// In what interrupts put off.
    pub softirq: u64,
    /// In other virtual machines.
    pub steal: u64,
}

impl CpuTimes {
    /// In the order in which `/proc/stat` has them.
    #[must_use]
    pub const fn from_array([user, nice, system, idle, iowait, irq, softirq, steal]: [u64; 8]) -> Self {
        Self { user, nice, system, idle, iowait, irq, softirq, steal }
    }

    /// The percentage of time since `earlier` in which CPUs were busy, which waiting for a disk is not; 0 when no time has
    /// passed.
    ///
    /// A state whose time has fallen counts as if it had not changed: Linux lets `iowait` fall, and `idle` when a CPU goes
    /// away. The rules are those of psutil's `cpu_percent`.
    #[must_use]
    pub fn busy_percent_since(&self, earlier: &Self) -> f64 {
        let passed = self.since(earlier);
        let all = passed.all();
        let busy = all.saturating_sub(passed.idle).saturating_sub(passed.iowait);
        if all == 0 { 0.0 } else { 100.0 * busy as f64 / all as f64 }
    }

    /// The time since `earlier` in each state.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        let (now, before) = (self.to_array(), earlier.to_array());
        Self::from_array(array::from_fn(|state| match (now.get(state), before.get(state)) {
            (Some(now), Some(before)) => now.saturating_sub(*before),
            _ => 0,
        }))
    }

    /// In all states.
    pub(super) fn all(self) -> u64 {
        self.to_array().iter().fold(0, |all, time| all.saturating_add(*time))
    }

    const fn to_array(self) -> [u64; 8] {
        [self.user, self.nice, self.system, self.idle, self.iowait, self.irq, self.softirq, self.steal]
    }
}
