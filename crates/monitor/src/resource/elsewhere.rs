//! What the `sysinfo` crate tells, where there is no `/proc`. Control groups are Linux's alone.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use enhanced_config_clock::Instant;
use sysinfo::{Disks, Networks, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use super::process::Usage;
use super::traffic::Traffic;
use super::{Device, Measured, Memory, ProcessError, Share, Space, Whole};

/// The system as a whole.
pub(super) struct Machine {
    system: System,
    disks: Disks,
    networks: Networks,
    sampled: bool,
    disk_io: Traffic,
    interfaces: Traffic,
}

/// Where the usage of a process is read from; its start tells it from a later one of the same number.
pub(super) struct ProcessSource {
    pid: u32,
    started: u64,
    system: System,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            system: System::new(),
            disks: Disks::new_with_refreshed_list(),
            networks: Networks::new_with_refreshed_list(),
            sampled: false,
            disk_io: Traffic::default(),
            interfaces: Traffic::default(),
        }
    }

    pub(super) fn cpu(&mut self, _now: Instant) -> Measured<Share> {
        self.system.refresh_cpu_usage();
        if !std::mem::replace(&mut self.sampled, true) {
            return Measured::NotYet;
        }
        Measured::Known(Share { percent: f64::from(self.system.global_cpu_usage()), of: Whole::Machine })
    }

    pub(super) fn memory(&mut self, _now: Instant) -> Measured<Memory> {
        self.system.refresh_memory();
        let system = &self.system;
        let swap = (system.used_swap(), system.total_swap());
        let told = system.total_memory() > 0;
        told.then(|| Memory::new(system.total_memory(), system.available_memory(), swap, None)).into()
    }

    pub(super) fn cpu_limit(&mut self, _now: Instant) -> (f64, Whole) {
        (self.system.cpus().len().max(1) as f64, Whole::Machine)
    }

    /// Of the disk that is mounted nearest above `path`.
    pub(super) fn space(&self, path: &Path) -> Measured<Space> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let above = self.disks.iter().filter(|disk| path.starts_with(disk.mount_point()));
        let nearest = above.max_by_key(|disk| disk.mount_point().as_os_str().len());
        nearest
            .map(|disk| {
                Space::from_blocks(disk.total_space(), disk.available_space(), disk.available_space(), 1)
            })
            .into()
    }

    pub(super) fn disk_io(&mut self, now: Instant) -> Vec<Device> {
        self.disks.refresh(true);
        let told: Vec<_> =
            self.disks.iter().map(|disk| (disk.name().to_string_lossy(), disk.usage())).collect();
        let counters =
            told.iter().map(|(name, usage)| (&**name, [usage.total_read_bytes, usage.total_written_bytes]));
        self.disk_io.sample(now, counters)
    }

    pub(super) fn network(&mut self, now: Instant) -> Vec<Device> {
        self.networks.refresh(true);
        let counters = self.networks.iter();
        let counters =
            counters.map(|(name, data)| (&**name, [data.total_received(), data.total_transmitted()]));
        let mut devices = self.interfaces.sample(now, counters);
        for device in &mut devices {
            device.loopback = device.name.starts_with("lo");
        }
        devices
    }
}

impl ProcessSource {
    pub(super) fn own() -> Result<Self, ProcessError> {
        Self::open(std::process::id())
    }

    pub(super) fn open(pid: u32) -> Result<Self, ProcessError> {
        let mut source = Self { pid, started: 0, system: System::new() };
        source.started = source.refresh()?.start_time();
        Ok(source)
    }

    pub(super) fn usage(&mut self) -> Result<Usage, ProcessError> {
        let (pid, started) = (self.pid, self.started);
        let process = self.refresh()?;
        if process.start_time() != started {
            return Err(ProcessError::Gone { pid });
        }
        let cpu_time = Duration::from_millis(process.accumulated_cpu_time());
        Ok(Usage { cpu_time, resident: process.memory(), reserved: process.virtual_memory() })
    }

    pub(super) fn storage(&mut self) -> Measured<(u64, u64)> {
        let process = self.system.process(Pid::from_u32(self.pid));
        let usage = process.map(sysinfo::Process::disk_usage);
        usage.map(|usage| (usage.total_read_bytes, usage.total_written_bytes)).into()
    }

    fn refresh(&mut self) -> Result<&sysinfo::Process, ProcessError> {
        let pid = Pid::from_u32(self.pid);
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory().with_disk_usage();
        self.system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
        self.system.process(pid).ok_or(ProcessError::Gone { pid: self.pid })
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").finish_non_exhaustive()
    }
}

impl fmt::Debug for ProcessSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessSource").field("pid", &self.pid).finish_non_exhaustive()
    }
}
