//! A cache in two tiers: decoded values that are read without a lock, and the rest zlib-compressed.
//!
//! ```
//! use enhanced_config_cache::{CacheOptions, ConfigCache, Tier, TierLimits};
//! use enhanced_config_core::{Document, Layer, LayerKind};
//! use serde_json::json;
//!
//! // 256 KiB of decoded configurations; those used least recently are compressed, up to 1 MiB of them.
//! let options = CacheOptions::default()
//!     .with_hot(TierLimits { bytes: 256 << 10, entries: 100 })
//!     .with_cold(TierLimits { bytes: 1 << 20, entries: 1000 });
//! let cache = ConfigCache::<String, Document>::new(options);
//!
//! let load = || Document::from_serialize(&json!({ "port": 8080 }), Layer::new(LayerKind::Base, "app.yaml"));
//! let app = cache.get_or_load("app", load).map_err(|_| "not loaded")?;
//! assert_eq!(app.get("port").and_then(|port| port.as_i64()), Some(8080));
//!
//! assert!(cache.get("app").is_some());
//! assert_eq!(cache.tier("app"), Some(Tier::Hot));
//! cache.invalidate("app");
//! assert!(cache.get("app").is_none());
//!
//! println!("{}", cache.stats());
//! # Ok::<(), &str>(())
//! ```
//!
//! | | hot | cold |
//! |---|---|---|
//! | holds | the value, decoded | its packed bytes, zlib-compressed where that is smaller |
//! | a hit costs | tens of nanoseconds, no lock, no allocation | inflating and unpacking, after which the value is hot |
//! | when full | the value used least recently becomes cold | the value used least recently is forgotten |
//!
//! Anything that says how it is packed can be cached: see [`Compressible`]. What the two tiers hold together, and
//! what a hit means, is in [`ConfigCache`].

mod cache;
mod cached;
mod compressible;
mod flight;
mod hot;
mod options;
mod packed;
mod state;
mod stats;
mod tiers;
mod work;

pub use cache::ConfigCache;
pub use cached::Cached;
pub use compressible::Compressible;
pub use options::{CacheOptions, TierLimits};
pub use stats::{CacheStats, ColdStats, HotStats, TimeSpent};
pub use tiers::Tier;
