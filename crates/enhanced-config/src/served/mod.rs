//! What readers get, found by name without a lock.

#[cfg(feature = "cache")]
mod cached;
#[cfg(not(feature = "cache"))]
mod kept;

#[cfg(feature = "cache")]
pub(crate) use cached::{Served, Shelf, alone};
#[cfg(not(feature = "cache"))]
pub(crate) use kept::{Served, Shelf, alone};
