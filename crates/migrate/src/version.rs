use std::fmt;
use std::str::FromStr;

use enhanced_config_core::{NodeRef, Value};

/// A version of a configuration's layout, as [semantic versioning](https://semver.org) writes and orders it.
///
/// What is missing at the end is zero: `2` and `2.0` are `2.0.0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(semver::Version);

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a version such as 1.2.0")]
#[non_exhaustive]
pub struct VersionError {
    /// The text, as far as it may be shown: cut after 40 characters.
    pub text: String,
}

impl Version {
    /// `major.minor.patch`.
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// What a value says, if it is a version: a text, or a whole number. A float is none, since `1.10` reads as 1.1.
    pub(crate) fn of(node: NodeRef<'_>) -> Option<Self> {
        match node.value() {
            Value::String(text) => text.parse().ok(),
            Value::Integer(major) => Some(Self::new(major.try_into().ok()?, 0, 0)),
            _ => None,
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let missing = match text.split('.').count() {
            1 => ".0.0",
            2 => ".0",
            _ => "",
        };
        let is_short = text.len() <= 100;
        let version = is_short.then(|| semver::Version::parse(&format!("{text}{missing}")).ok()).flatten();
        version.map(Self).ok_or_else(|| VersionError { text: text.chars().take(40).collect() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_zero() {
        let check = |text: &str, shown: &str| assert_eq!(text.parse::<Version>().unwrap().to_string(), shown);
        check("1", "1.0.0");
        check("1.10", "1.10.0");
        check("1.2.3-rc.1", "1.2.3-rc.1");
    }

    #[test]
    fn what_is_no_version_is_told() {
        for text in ["", "v1", "1.2.3.4", "01.2", "1..2", "-1", &"1".repeat(200)] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn order_is_that_of_semver() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("1.9") < version("1.10"));
        assert!(version("2.0.0-rc.1") < version("2"));
    }
}
