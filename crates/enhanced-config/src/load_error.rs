use std::fmt;

use enhanced_config_core::Problems;
use enhanced_config_files::NameError;
use enhanced_config_layers::Input;

use crate::Rejection;

/// Why a configuration cannot be had: its [`kind`](Self::kind) says which of the reasons it is.
// One pointer, so that a `Result` of a configuration comes back in registers. Through memory it takes a third longer.
pub struct LoadError(Box<LoadErrorKind>);

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The name is not one that a configuration may have; the disk was not touched.
    #[error("configuration {0}")]
    Name(NameError),
    /// The configuration has problems.
    #[error(transparent)]
    Rejected(Rejection),
}

impl LoadError {
    /// Which of the reasons it is.
    pub fn kind(&self) -> &LoadErrorKind {
        &self.0
    }

    /// The reason itself, to keep or to pass on.
    pub fn into_kind(self) -> LoadErrorKind {
        *self.0
    }

    /// Everything that is wrong with the configuration; nothing when its name is.
    pub fn problems(&self) -> Option<&Problems> {
        match self.kind() {
            LoadErrorKind::Name(_) => None,
            LoadErrorKind::Rejected(rejection) => Some(rejection.problems()),
        }
    }

    /// What was read or looked for until it failed: see [`Rejection::inputs`].
    pub fn inputs(&self) -> &[Input] {
        match self.kind() {
            LoadErrorKind::Name(_) => &[],
            LoadErrorKind::Rejected(rejection) => rejection.inputs(),
        }
    }

    /// The error with the lines it is about, for a terminal: [`Color::Auto`](crate::Color::Auto) looks at the standard
    /// error stream.
    #[cfg(feature = "render")]
    pub fn render(&self, color: crate::Color) -> String {
        match self.kind() {
            LoadErrorKind::Name(_) => format!("error: {self}\n"),
            LoadErrorKind::Rejected(rejection) => rejection.render(color),
        }
    }
}

impl From<NameError> for LoadError {
    fn from(error: NameError) -> Self {
        Self(Box::new(LoadErrorKind::Name(error)))
    }
}

impl From<Rejection> for LoadError {
    fn from(rejection: Rejection) -> Self {
        Self(Box::new(LoadErrorKind::Rejected(rejection)))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

/// As [`Display`](fmt::Display): what `fn main() -> Result<…>` prints should be for people.
impl fmt::Debug for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LoadError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_of_a_configuration_fits_into_two_registers() {
        assert_eq!(size_of::<LoadError>(), size_of::<usize>());
        assert_eq!(size_of::<Result<crate::Config, LoadError>>(), 2 * size_of::<usize>());
    }
}
