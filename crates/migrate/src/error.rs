use std::fmt;

use enhanced_config_core::{KeyPath, Kind, Origin, Problems, suggest};

use crate::{StepError, Version};

/// A migration that cannot be one of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// It leads to the same or an older version: a cycle.
    #[error("{config}: a migration from {from} to {to} does not lead to a newer version")]
    NotForward {
        /// The configuration.
        config: String,
        /// Where it starts.
        from: Version,
        /// Where it leads.
        to: Version,
    },
    /// There is one between these versions already.
    #[error("{config}: two migrations lead from {from} to {to}")]
    Twice {
        /// The configuration.
        config: String,
        /// Where both start.
        from: Version,
        /// Where both lead.
        to: Version,
    },
}

/// Why a text is not migrated; it is what it was before.
///
/// Its text is its [words](Self::words), and its [place](Self::place) where it has one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// No migration of the configuration is known.
    UnknownConfig {
        /// The configuration.
        config: String,
        /// Those that have migrations, in the order of their names.
        registered: Vec<String>,
    },
    /// The document does not say its version, and none is declared for such.
    NoVersion {
        /// The configuration.
        config: String,
        /// Where the version would be.
        key: KeyPath,
        /// The versions that are known, in ascending order.
        supported: Vec<Version>,
    },
    /// What stands in the place of the version is none.
    BadVersion {
        /// Where it is.
        key: KeyPath,
        /// What is there.
        found: Kind,
        /// Its place.
        origin: Origin,
    },
    /// A version that no migration leads from or to.
    UnknownVersion {
        /// The configuration.
        config: String,
        /// The version.
        version: Version,
        /// The versions that are known, in ascending order.
        supported: Vec<Version>,
        /// Where the document says so; none where it was asked for.
        origin: Option<Origin>,
    },
    /// A version newer than all that are known.
    FutureVersion {
        /// The configuration.
        config: String,
        /// The version.
        version: Version,
        /// The versions that are known, in ascending order.
        supported: Vec<Version>,
        /// Where the document says so; none where it was asked for.
        origin: Option<Origin>,
    },
    /// No migrations lead all the way.
    Gap {
        /// The configuration.
        config: String,
        /// Where it starts.
        from: Version,
        /// Where it was to lead.
        to: Version,
        /// The versions that can be got to, the start among them.
        reached: Vec<Version>,
    },
    /// Two ways of the same length lead there.
    Ambiguous {
        /// The configuration.
        config: String,
        /// Where it starts.
        from: Version,
        /// Where the ways meet.
        to: Version,
        /// The last version before, on one way.
        first: Version,
        /// The same on the other.
        second: Version,
    },
    /// A step failed.
    Step {
        /// The configuration.
        config: String,
        /// The version before.
        from: Version,
        /// The version after.
        to: Version,
        /// Which step.
        step: String,
        /// Why.
        #[source]
        error: Box<StepError>,
    },
    /// What a migration made is not what its version may be.
    Refused {
        /// The configuration.
        config: String,
        /// The version before.
        from: Version,
        /// The version after.
        version: Version,
        /// Why.
        problems: Problems,
    },
}

impl MigrateError {
    /// What it says, without the place that its text ends with.
    pub fn words(&self) -> String {
        match self {
            Self::UnknownConfig { config, registered } => {
                format!("{config}: no migrations are registered for it{}", others(config, registered))
            }
            Self::NoVersion { config, key, supported } => format!(
                "{config}: {key} is missing: write the version there, one of {}; or say by \
                 ConfigMigrator::set_base of which version a file is that has none",
                listed(supported)
            ),
            Self::BadVersion { key, found, .. } => format!(
                "{key}: expected a version in quotes, such as \"1.2.0\", found {}",
                found_instead(*found)
            ),
            Self::UnknownVersion { config, version, supported, .. } => {
                format!("{config}: version {version} is unknown; supported are {}", listed(supported))
            }
            Self::FutureVersion { config, version, supported, .. } => format!(
                "{config}: version {version} is newer than {}, the newest of this program; supported are {}",
                supported.last().map(Version::to_string).unwrap_or_default(),
                listed(supported)
            ),
            Self::Gap { config, from, to, reached } => {
                format!("{config}: no way leads from {from} to {to}; it can get to {}", listed(reached))
            }
            Self::Ambiguous { config, from, to, first, second } => {
                format!("{config}: from {from} to {to} one can go by {first} as well as by {second}")
            }
            Self::Step { config, from, to, step, error } => {
                format!("{config}: from {from} to {to}, {step}: {}", error.words())
            }
            Self::Refused { config, from, version, problems } => {
                format!("{config}: from {from} to {version}, what came of it is refused: {problems}")
            }
        }
    }

    /// The place that its text ends with; none where there is none, or where the words tell it.
    pub fn place(&self) -> Option<&Origin> {
        match self {
            Self::Step { error, .. } => error.place(),
            _ => self.origin(),
        }
    }

    /// The place in the text that it is about.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::BadVersion { origin, .. } => Some(origin),
            Self::UnknownVersion { origin, .. } | Self::FutureVersion { origin, .. } => origin.as_ref(),
            Self::Step { error, .. } => error.origin(),
            _ => None,
        }
    }
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())?;
        self.place().map_or(Ok(()), |place| write!(f, " ({place})"))
    }
}

fn found_instead(found: Kind) -> String {
    if found == Kind::String { "another text".to_owned() } else { found.to_string() }
}

fn others(config: &str, registered: &[String]) -> String {
    /// Nobody reads more.
    const MOST: usize = 8;
    let names = || registered.iter().map(String::as_str);
    match (suggest(config, names()), registered.len()) {
        (_, 0) => String::new(),
        (Some(near), _) => format!("; did you mean {near}?"),
        (None, count) => {
            let shown = names().take(MOST).collect::<Vec<_>>().join(", ");
            format!("; there are some of {shown}{}", if count > MOST { ", …" } else { "" })
        }
    }
}

fn listed(versions: &[Version]) -> String {
    versions.iter().map(Version::to_string).collect::<Vec<_>>().join(", ")
}
