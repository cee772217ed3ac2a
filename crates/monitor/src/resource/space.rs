use std::path::PathBuf;

use serde::Serialize;

use super::{Measured, Share, Whole};

/// The room on a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Space {
    /// All there is.
    pub total: u64,
    /// What is in use.
    pub used: u64,
    /// What programs of ordinary users can still use, which is less than what is not in use where some is reserved.
    pub free: u64,
}

/// The room where some path is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Disk {
    /// A path on it.
    pub path: PathBuf,
    /// Its room.
    pub space: Measured<Space>,
}

impl Space {
    /// From the numbers that `statvfs` gives; what overflows is as much as can be.
    #[must_use]
    pub const fn from_blocks(blocks: u64, free: u64, available: u64, fragment_size: u64) -> Self {
        Self {
            total: blocks.saturating_mul(fragment_size),
            used: blocks.saturating_sub(free).saturating_mul(fragment_size),
            free: available.saturating_mul(fragment_size),
        }
    }

    /// The percentage in use of what ordinary users can use, as `df` has it; 0 of nothing.
    #[must_use]
    pub fn share(&self) -> Share {
        Share::of(self.used, self.used.saturating_add(self.free), Whole::Disk)
    }
}
