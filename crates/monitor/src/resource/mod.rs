//! CPU, memory, disk and network: of the system, of this process, of any process.
//!
//! ```
//! use enhanced_config_clock::{Clock, SystemClock};
//! use enhanced_config_monitor::resource::{ResourceMonitor, Thresholds};
//!
//! let mut monitor = ResourceMonitor::new(["/"]);
//! let sample = monitor.sample(SystemClock.now());
//! println!("{:?} of memory in use", sample.memory);
//! for exceeded in sample.check_resource_limits(&Thresholds::default()) {
//!     println!("{exceeded}");
//! }
//! ```
//!
//! Whatever is a rate needs two samples: the first one says [`NotYet`](Measured::NotYet), never 0. What the system does not
//! tell is [`NotAvailable`](Measured::NotAvailable). On Linux, `/proc` and `/sys` are read, from files that stay open;
//! elsewhere it is what the `sysinfo` crate tells.

mod counters;
mod cpu;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
mod limits;
#[cfg(target_os = "linux")]
mod linux;
mod measured;
mod monitor;
mod process;
mod sample;
mod space;
mod traffic;

#[cfg(not(target_os = "linux"))]
use elsewhere as platform;
#[cfg(target_os = "linux")]
use linux as platform;

pub use counters::Unwrapped;
pub use cpu::CpuTimes;
pub use limits::{Exceeded, Resource, Thresholds};
pub use measured::Measured;
pub use monitor::ResourceMonitor;
pub use process::{Process, ProcessError, ProcessSample};
pub use sample::{Memory, ResourceSample, Share, Whole};
pub use space::{Disk, Space};
pub use traffic::{Device, Rate};
