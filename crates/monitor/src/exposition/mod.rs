//! What scrapers collect.

#[cfg(feature = "metrics")]
mod bridge;
mod families;
mod family;
#[cfg(feature = "openmetrics")]
mod openmetrics;
