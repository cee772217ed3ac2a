//! What a process takes of the machine, over time: it must not grow.

use std::fs;

/// A reading of this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Resident memory in KiB.
    pub(crate) memory: u64,
    pub(crate) threads: usize,
    pub(crate) descriptors: usize,
}

impl Taken {
    /// None where there is no `/proc`.
    pub(crate) fn now() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let memory = memory.trim().trim_end_matches(" kB").parse().ok()?;
        let count = |dir| fs::read_dir(dir).map(Iterator::count).ok();
        Some(Self { memory, threads: count("/proc/self/task")?, descriptors: count("/proc/self/fd")? })
    }
}

/// Readings at regular intervals.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    readings: Vec<u64>,
}

/// What an allocator may keep, and what 64 files of changing sizes come to, in KiB.
const SLACK: u64 = 8 << 10;

impl Flat {
    pub(crate) fn add(&mut self, taken: Taken) {
        self.readings.push(taken.memory);
    }

    /// Compares the last quarter with the second one, by their medians: the first quarter is where everything is seen
    /// for the first time.
    pub(crate) fn check(&self) -> Result<(), String> {
        let quarter = self.readings.len() / 4;
        let median = |from: usize| {
            let mut part = self.readings.get(from * quarter..(from + 1) * quarter)?.to_vec();
            part.sort_unstable();
            part.get(part.len() / 2).copied()
        };
        let (Some(early), Some(late)) = (median(1), median(3)) else { return Ok(()) };
        if late > early + early / 10 + SLACK {
            return Err(format!("memory grows from {early} to {late} KiB: {:?}", self.readings));
        }
        Ok(())
    }
}
