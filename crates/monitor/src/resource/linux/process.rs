use std::time::Duration;
use std::{io, process};

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::time::{ClockId, clock_gettime};

use super::fields::{self, stat, statm};
use super::file::ProcFile;
use crate::resource::process::Usage;
use crate::resource::{Measured, ProcessError};

/// Where the usage of a process is read from. An open file of `/proc/<pid>` belongs to the process and not to its number:
/// when that has ended, reading fails, whoever has the number then.
#[derive(Debug)]
pub(in crate::resource) struct ProcessSource {
    pid: u32,
    kind: Kind,
    /// May be somebody else's to read.
    io: Option<ProcFile>,
}

#[derive(Debug)]
enum Kind {
    /// Its CPU time is a clock, which takes less to read than `stat`, and is exact.
    Own {
        statm: ProcFile,
    },
    Other {
        stat: ProcFile,
        started: u64,
    },
}

impl ProcessSource {
    pub(in crate::resource) fn own() -> Result<Self, ProcessError> {
        let pid = process::id();
        let statm = ProcFile::open("/proc/self/statm", 128).map_err(|error| failed(pid, error))?;
        Ok(Self { pid, kind: Kind::Own { statm }, io: ProcFile::open("/proc/self/io", 512).ok() })
    }

    pub(in crate::resource) fn open(pid: u32) -> Result<Self, ProcessError> {
        let mut file =
            ProcFile::open(format!("/proc/{pid}/stat"), 1024).map_err(|error| failed(pid, error))?;
        let started = read_stat(pid, &mut file)?.started;
        let io = ProcFile::open(format!("/proc/{pid}/io"), 512).ok();
        let mut source = Self { pid, kind: Kind::Other { stat: file, started }, io };
        // As long as it is there, its number is its own, so that both files are of one process.
        source.usage().map(|_| source)
    }

    pub(in crate::resource) fn usage(&mut self) -> Result<Usage, ProcessError> {
        let pid = self.pid;
        match &mut self.kind {
            Kind::Own { statm: file } => {
                let text = file.read_start().map_err(|error| failed(pid, error))?;
                let (reserved, resident) = statm(text).ok_or_else(|| unexpected(pid))?;
                Ok(usage(cpu_time(), resident, reserved.saturating_mul(page_size() as u64)))
            }
            Kind::Other { stat: file, started } => {
                let stat = read_stat(pid, file)?;
                if stat.started != *started {
                    return Err(ProcessError::Gone { pid });
                }
                let cpu_time = fields::ticks(stat.cpu, clock_ticks_per_second());
                Ok(usage(cpu_time, stat.resident, stat.reserved))
            }
        }
    }

    pub(in crate::resource) fn storage(&mut self) -> Measured<(u64, u64)> {
        let text = self.io.as_mut().and_then(|file| file.read_start().ok());
        text.and_then(fields::io).into()
    }
}

fn read_stat(pid: u32, file: &mut ProcFile) -> Result<fields::Stat, ProcessError> {
    const ESRCH: i32 = 3;
    match file.read_start() {
        Ok(text) => stat(text).ok_or_else(|| unexpected(pid)),
        Err(error) if error.raw_os_error() == Some(ESRCH) => Err(ProcessError::Gone { pid }),
        Err(error) => Err(failed(pid, error)),
    }
}

fn failed(pid: u32, source: io::Error) -> ProcessError {
    match source.kind() {
        io::ErrorKind::NotFound => ProcessError::Gone { pid },
        _ => ProcessError::Unreadable { pid, source },
    }
}

fn unexpected(pid: u32) -> ProcessError {
    let source = io::Error::new(io::ErrorKind::InvalidData, "not what a file of /proc says");
    ProcessError::Unreadable { pid, source }
}

/// CPU time of all threads of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

fn usage(cpu_time: Duration, resident_pages: u64, reserved: u64) -> Usage {
    Usage { cpu_time, resident: resident_pages.saturating_mul(page_size() as u64), reserved }
}
