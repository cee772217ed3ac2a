use std::io;
use std::time::Duration;

use enhanced_config_clock::Instant;
use serde::Serialize;

use super::{Measured, platform};

/// One process, which stays the same when its number is given to another.
///
/// ```
/// use enhanced_config_clock::{Clock, SystemClock};
/// use enhanced_config_monitor::resource::Process;
///
/// let mut this = Process::open(std::process::id())?;
/// let sample = this.sample(SystemClock.now())?;
/// println!("{} bytes resident, {:?} CPU", sample.resident, sample.cpu_time);
/// # Ok::<(), enhanced_config_monitor::resource::ProcessError>(())
/// ```
#[derive(Debug)]
pub struct Process {
    source: platform::ProcessSource,
    before: Option<(Instant, Duration)>,
}

/// What a process had used at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProcessSample {
    /// CPU time since it started, in programs and in the kernel, of all its threads.
    pub cpu_time: Duration,
    /// How many CPUs it kept busy since the sample before: 1.5 is one and a half.
    pub cpus: Measured<f64>,
    /// Bytes of memory that it has in use.
    pub resident: u64,
    /// Bytes of address space that it has reserved.
    pub reserved: u64,
}

/// Why there is nothing to tell of a process.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// It has ended, or never was. Its number may belong to another process now.
    #[error("process {pid} has ended")]
    Gone {
        /// Its number.
        pid: u32,
    },
    /// The system does not tell.
    #[error("process {pid} cannot be looked at")]
    Unreadable {
        /// Its number.
        pid: u32,
        /// Why.
        source: io::Error,
    },
}

impl Process {
    /// The process that has the number `pid` now.
    ///
    /// # Errors
    /// When there is none, or the system does not tell of it.
    pub fn open(pid: u32) -> Result<Self, ProcessError> {
        Ok(Self { source: platform::ProcessSource::open(pid)?, before: None })
    }

    /// This process, by the fastest way there is.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn own() -> Result<Self, ProcessError> {
        Ok(Self { source: platform::ProcessSource::own()?, before: None })
    }

    /// What it has used until `now`.
    ///
    /// # Errors
    /// When it has ended. It stays ended, whoever gets its number.
    pub fn sample(&mut self, now: Instant) -> Result<ProcessSample, ProcessError> {
        let usage = self.source.usage()?;
        let cpus = match self.before {
            Some((at, cpu_time)) if now > at => Measured::Known(
                usage.cpu_time.saturating_sub(cpu_time).as_secs_f64() / (now - at).as_secs_f64(),
            ),
            _ => Measured::NotYet,
        };
        self.before = Some((now, usage.cpu_time));
        Ok(ProcessSample {
            cpu_time: usage.cpu_time,
            cpus,
            resident: usage.resident,
            reserved: usage.reserved,
        })
    }

    /// Bytes that it has made storage read and write since it started.
    pub fn storage(&mut self) -> Measured<(u64, u64)> {
        self.source.storage()
    }
}

/// What the system tells of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) cpu_time: Duration,
    pub(super) resident: u64,
    pub(super) reserved: u64,
}
