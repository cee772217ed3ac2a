//! What happened and how everything is, as data and for people.

mod health;
mod performance;
mod sparkline;
mod table;
mod text;
mod words;

pub use health::{HealthReport, ResourceLine, TimeLine};
pub use performance::{ConfigFigures, MetricTrend, Operations, PerformanceReport, Reads, Reloads};
