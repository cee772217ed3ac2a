use std::fmt;

use enhanced_config_core::{PathError, Problems};
use enhanced_config_files::{NameError, RootError};

/// Why a system cannot be set up.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] RootError),
    /// A profile or the name of a configuration is not allowed.
    #[error("{what}: {error}")]
    Name {
        /// What it should name: "profile", "profile in APP_PROFILE", "defaults".
        what: String,
        /// What is wrong with it.
        #[source]
        error: NameError,
    },
    /// The path of a secret cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Defaults or schemas cannot be read: which, and what is wrong with each.
    #[error("{}", .0.iter().map(|(what, problems)| format!("{what}: {problems}")).collect::<Vec<_>>().join("\n"))]
    Values(Vec<(String, Problems)>),
    /// A `.env` file without a prefix: none of its variables could be told to belong to a configuration.
    #[error("env_file needs env_prefix, which says which variables of the file are meant")]
    EnvFileAlone,
    /// Options of [`fault_tolerance`](crate::Builder::fault_tolerance) contradict themselves.
    #[cfg(feature = "fault-tolerance")]
    #[error("fault tolerance: breaker.{0}")]
    FaultTolerance(#[from] crate::fault_tolerance::OptionError),
    /// Rules of [`monitor_options`](crate::Builder::monitor_options) cannot be relied on.
    #[cfg(feature = "monitor")]
    #[error("monitor: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Monitor(Vec<enhanced_config_monitor::alert::RuleProblem>),
}

/// As [`Display`](fmt::Display), with what the system reports: what `fn main() -> Result<…>` prints should be for people.
impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)?;
        match self {
            Self::Directory(RootError::Io { source, .. }) => write!(f, ": {source}"),
            _ => Ok(()),
        }
    }
}
