use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ResourceSample, Share};

/// How much may be in use, in percent. What is left out of a serialised form has its default; `None` is not checked. One
/// that is no number is exceeded by everything, so that the slip shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Thresholds {
    /// Of the time of all CPUs: 90.
    pub cpu: Option<f64>,
    /// Of the CPU time that this process can have: not checked.
    pub process_cpu: Option<f64>,
    /// Of memory, the control group's where it has a limit: 85.
    pub memory: Option<f64>,
    /// Of each disk that is looked at: 90.
    pub disk: Option<f64>,
}

/// What can be in short supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resource {
    /// All CPUs.
    Cpu,
    /// The CPU time of this process.
    ProcessCpu,
    /// Memory.
    Memory,
    /// The disk where this path is.
    Disk(String),
}

/// More is in use than should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exceeded {
    /// Of what.
    pub resource: Resource,
    /// How much is in use, and of which whole.
    pub share: Share,
    /// How much may be, in percent.
    pub threshold: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { cpu: Some(90.0), process_cpu: None, memory: Some(85.0), disk: Some(90.0) }
    }
}

impl ResourceSample {
    /// What is above its threshold; what was not measured is not.
    #[must_use]
    pub fn check_resource_limits(&self, thresholds: &Thresholds) -> Vec<Exceeded> {
        let memory = self.memory.map(|memory| memory.share);
        let mut shares = vec![
            (Resource::Cpu, self.cpu.known(), thresholds.cpu),
            (Resource::ProcessCpu, self.process_cpu.known(), thresholds.process_cpu),
            (Resource::Memory, memory.known(), thresholds.memory),
        ];
        shares.extend(self.disks.iter().map(|disk| {
            let name = disk.path.to_string_lossy().into_owned();
            (Resource::Disk(name), disk.space.known().map(|space| space.share()), thresholds.disk)
        }));
        let exceeded = |(resource, share, threshold): (_, Option<Share>, Option<f64>)| {
            let (share, threshold) = (share?, threshold?);
            (threshold.is_nan() || share.percent > threshold).then_some(Exceeded {
                resource,
                share,
                threshold,
            })
        };
        shares.into_iter().filter_map(exceeded).collect()
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("CPU"),
            Self::ProcessCpu => f.write_str("CPU of this process"),
            Self::Memory => f.write_str("memory"),
            Self::Disk(path) => write!(f, "disk at {path}"),
        }
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, more than {} %", self.resource, self.share, self.threshold)
    }
}
