use std::fmt;
use std::time::Duration;

use enhanced_config_clock::Instant;
use serde::Serialize;

use super::{Device, Disk, Measured, ProcessSample, Rate};

/// A percentage, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// From 0 to 100; a process may briefly be a little above its limit.
    pub percent: f64,
    /// Of what.
    pub of: Whole,
}

/// What a percentage is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Whole {
    /// All CPUs or all memory of the machine.
    Machine,
    /// The limit of a version 1 control group, this process's or one above it.
    CgroupV1,
    /// The limit of a version 2 control group, this process's or one above it.
    CgroupV2,
    /// What ordinary users can use of a file system.
    Disk,
}

/// Memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Memory {
    /// All there is.
    pub total: u64,
    /// What programs could have without anything being swapped.
    pub available: u64,
    /// What is swapped out.
    pub swap_used: u64,
    /// Room to swap to.
    pub swap_total: u64,
    /// What a control group has in use and its limit, where one is set; what the system would give back at once, which is
    /// files that nobody reads, does not count.
    pub cgroup: Option<(u64, u64)>,
    /// The percentage in use: of the control group's limit where there is one, or else of the machine.
    pub share: Share,
}

/// What there was at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResourceSample {
    /// The time since the clock's origin.
    #[serde(serialize_with = "since_origin")]
    pub at: Instant,
    /// How busy all CPUs of the machine were since the sample before; what that said, where it was less than a fifth of a
    /// second ago.
    pub cpu: Measured<Share>,
    /// Memory, the machine's and the control group's.
    pub memory: Measured<Memory>,
    /// This process.
    pub process: Measured<ProcessSample>,
    /// This process's part of the CPU time it could have had: of its control group's limit where there is one, or else of
    /// the machine.
    pub process_cpu: Measured<Share>,
    /// The paths that were asked for.
    pub disks: Vec<Disk>,
    /// What physical disks read (`received`) and wrote (`sent`), in order of names.
    pub disk_io: Vec<Device>,
    /// What network interfaces received and sent, in order of names.
    pub network: Vec<Device>,
}

impl Share {
    /// `part` of `whole`; 0 of nothing.
    pub(crate) fn of(part: u64, whole: u64, of: Whole) -> Self {
        let percent = if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
        Self { percent, of }
    }
}

impl ResourceSample {
    /// All network interfaces but the loopback.
    #[must_use]
    pub fn network_rate(&self) -> Measured<Rate> {
        Rate::sum(self.network.iter().filter(|device| !device.loopback))
    }

    /// All physical disks.
    #[must_use]
    pub fn disk_rate(&self) -> Measured<Rate> {
        Rate::sum(&self.disk_io)
    }

    /// The disk with the largest part in use.
    #[must_use]
    pub fn fullest_disk(&self) -> Option<(&Disk, Share)> {
        let shares = self.disks.iter().filter_map(|disk| Some((disk, disk.space.known()?.share())));
        shares.max_by(|(_, one), (_, other)| one.percent.total_cmp(&other.percent))
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Machine => "the machine",
            Self::CgroupV1 => "the control group's limit (v1)",
            Self::CgroupV2 => "the control group's limit (v2)",
            Self::Disk => "the disk",
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} % of {}", self.percent, self.of)
    }
}

pub(crate) fn since_origin<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    Duration::from_nanos(at.as_nanos()).serialize(serializer)
}
