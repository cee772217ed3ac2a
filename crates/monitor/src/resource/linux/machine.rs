use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use enhanced_config_clock::Instant;

use super::cgroup::Cgroups;
use super::cpu_meter::CpuMeter;
use super::devices::{diskstats, net_dev};
use super::fields::{cpu_times, cpus, meminfo};
use super::file::ProcFile;
use crate::resource::traffic::Traffic;
use crate::resource::{Device, Measured, Memory, Share, Space, Whole};

/// Ticks of each CPU that a share is taken of: a fifth of a second of what nearly all systems have.
const ENOUGH: u64 = 20;

/// The system as a whole, from files that stay open. What cannot be opened is not available.
#[derive(Debug)]
pub(in crate::resource) struct Machine {
    stat: Option<ProcFile>,
    meminfo: Option<ProcFile>,
    diskstats: Option<ProcFile>,
    net_dev: Option<ProcFile>,
    cgroups: Cgroups,
    cpu: CpuMeter,
    cpus: usize,
    disks: Traffic,
    /// Whether a device of `/proc/diskstats` is a disk of its own.
    physical: BTreeMap<String, bool>,
    interfaces: Traffic,
}

impl Machine {
    pub(in crate::resource) fn new() -> Self {
        let open = |path, size| ProcFile::open(path, size).ok();
        Self {
            stat: open("/proc/stat", 8192),
            meminfo: open("/proc/meminfo", 4096),
            diskstats: open("/proc/diskstats", 4096),
            net_dev: open("/proc/self/net/dev", 4096),
            cgroups: Cgroups::new(Path::new("/")),
            cpu: CpuMeter::default(),
            cpus: 1,
            disks: Traffic::default(),
            physical: BTreeMap::new(),
            interfaces: Traffic::default(),
        }
    }

    pub(in crate::resource) fn cpu(&mut self, _now: Instant) -> Measured<Share> {
        let text = self.stat.as_mut().map_or(Ok(&[][..]), ProcFile::read_start).unwrap_or_default();
        let Some(times) = cpu_times(text) else { return Measured::NotAvailable };
        self.cpus = cpus(text).max(1);
        let percent = self.cpu.look(times, ENOUGH * self.cpus as u64);
        percent.map(|percent| Share { percent, of: Whole::Machine })
    }

    pub(in crate::resource) fn memory(&mut self, now: Instant) -> Measured<Memory> {
        let cgroup = self.cgroups.memory(now);
        let info = self.meminfo.as_mut().and_then(|file| file.read_start().ok()).and_then(meminfo);
        info.map(|info| {
            let swap = (info.swap_total.saturating_sub(info.swap_free), info.swap_total);
            Memory::new(info.total, info.available, swap, cgroup)
        })
        .into()
    }

    /// How many CPUs this process may keep busy.
    pub(in crate::resource) fn cpu_limit(&mut self, now: Instant) -> (f64, Whole) {
        let machine = self.cpus as f64;
        self.cgroups.cpus(now).filter(|(cpus, _)| *cpus < machine).unwrap_or((machine, Whole::Machine))
    }

    pub(in crate::resource) fn space(&self, path: &Path) -> Measured<Space> {
        let tell = |told: rustix::fs::StatVfs| {
            Space::from_blocks(told.f_blocks, told.f_bfree, told.f_bavail, told.f_frsize)
        };
        rustix::fs::statvfs(path).ok().map(tell).into()
    }

    pub(in crate::resource) fn disk_io(&mut self, now: Instant) -> Vec<Device> {
        let text = read(&mut self.diskstats);
        let physical = &mut self.physical;
        let disks = diskstats(text).filter(|(name, _)| is_disk(physical, name));
        self.disks.sample(now, disks)
    }

    pub(in crate::resource) fn network(&mut self, now: Instant) -> Vec<Device> {
        let mut devices = self.interfaces.sample(now, net_dev(read(&mut self.net_dev)));
        for device in &mut devices {
            device.loopback = device.name == "lo";
        }
        devices
    }
}

fn read(file: &mut Option<ProcFile>) -> &[u8] {
    let nothing: io::Result<&[u8]> = Ok(&[]);
    file.as_mut().map_or(nothing, ProcFile::read).unwrap_or_default()
}

/// Partitions, loop devices and what is mapped onto other disks would count the same bytes again: only what has hardware
/// behind it is a disk. Asked once for each name, of which there can be so many before all are asked again.
fn is_disk(known: &mut BTreeMap<String, bool>, name: &str) -> bool {
    const NAMES: usize = 1024;
    if let Some(known) = known.get(name) {
        return *known;
    }
    if known.len() >= NAMES {
        known.clear();
    }
    // A slash in a name is an exclamation mark there.
    let disk = Path::new("/sys/block").join(name.replace('/', "!")).join("device").exists();
    known.insert(name.to_owned(), disk);
    disk
}
