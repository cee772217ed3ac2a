//! Who hears what happens to configurations, and how long it takes.

#[cfg(not(feature = "monitor"))]
mod plain;
#[cfg(feature = "monitor")]
mod reads;
#[cfg(feature = "monitor")]
mod recorded;

#[cfg(not(feature = "monitor"))]
pub(crate) use plain::{Monitoring, Reads};
#[cfg(feature = "monitor")]
pub(crate) use reads::Reads;
#[cfg(feature = "monitor")]
pub(crate) use recorded::Monitoring;
