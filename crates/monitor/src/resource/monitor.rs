use std::path::PathBuf;

use enhanced_config_clock::Instant;

use super::platform::Machine;
use super::{Disk, Measured, Memory, Process, ProcessSample, ResourceSample, Share, Whole};

/// Samples CPU, memory, disk and network of the system and of this process.
///
/// It has no thread and no clock: whoever owns it says when, and what time it is. On Linux it keeps a handful of files open.
#[derive(Debug)]
pub struct ResourceMonitor {
    machine: Machine,
    process: Option<Process>,
    paths: Vec<PathBuf>,
}

impl ResourceMonitor {
    /// Looks at the room on the disks of `paths`, beside all else.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self { machine: Machine::new(), process: Process::own().ok(), paths }
    }

    /// How busy all CPUs were since it was asked before, and what memory is in use.
    pub fn system(&mut self, now: Instant) -> (Measured<Share>, Measured<Memory>) {
        (self.machine.cpu(now), self.machine.memory(now))
    }

    /// What this process has used.
    pub fn process(&mut self, now: Instant) -> Measured<ProcessSample> {
        self.process.as_mut().and_then(|process| process.sample(now).ok()).into()
    }

    /// All of it.
    pub fn sample(&mut self, now: Instant) -> ResourceSample {
        let (cpu, memory) = self.system(now);
        let process = self.process(now);
        let (cpus, of) = self.machine.cpu_limit(now);
        let process_cpu = match process.map(|process| process.cpus) {
            Measured::Known(busy) => busy.map(|busy| Share { percent: 100.0 * busy / cpus, of }),
            _ => Measured::NotAvailable,
        };
        let disks =
            self.paths.iter().map(|path| Disk { path: path.clone(), space: self.machine.space(path) });
        let disks = disks.collect();
        let (disk_io, network) = (self.machine.disk_io(now), self.machine.network(now));
        ResourceSample { at: now, cpu, memory, process, process_cpu, disks, disk_io, network }
    }
}

impl Memory {
    /// The share is of `cgroup`'s limit if that is the tighter one.
    pub(super) fn new(
        total: u64,
        available: u64,
        swap: (u64, u64),
        cgroup: Option<(u64, u64, Whole)>,
    ) -> Self {
        let share = match cgroup {
            Some((used, limit, version)) if limit < total => Share::of(used, limit, version),
            _ => Share::of(total.saturating_sub(available), total, Whole::Machine),
        };
        let (swap_used, swap_total) = swap;
        let cgroup = cgroup.map(|(used, limit, _)| (used, limit));
        Self { total, available, swap_used, swap_total, cgroup, share }
    }
}
