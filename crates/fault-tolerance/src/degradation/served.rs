use crate::Verdict;
use std::fmt;
use std::time::Duration;

/// A value, and which level of a [`GracefulDegradation`](crate::GracefulDegradation) it is from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Served<T, E> {
    /// The value.
    pub value: T,
    /// Where it is from.
    pub level: Level,
    /// Why it is not from the first level, or is although it was judged a failure.
    pub cause: Option<Cause<E>>,
}

/// One of the levels that can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// Its place in the order in which they are tried, 0 being the first.
    pub rank: usize,
    /// What it is.
    pub kind: LevelKind,
}

/// What a level serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LevelKind {
    /// What an endpoint answers.
    Endpoint,
    /// What an endpoint answered so long ago.
    Stale {
        /// How long.
        age: Duration,
    },
    /// What a function makes of the cause.
    Function,
    /// Always the same value.
    Value,
}

/// Why a level did not serve.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cause<E> {
    /// The level.
    pub level: Level,
    /// How its result was judged.
    pub verdict: Verdict,
    /// Its error, unless a value was judged a failure.
    pub error: Option<E>,
}

/// No level could serve.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unserved<E> {
    /// Why, of each level that was tried, in order; never empty.
    pub causes: Vec<Cause<E>>,
}

impl Level {
    /// Whether it is not the first.
    #[must_use]
    pub const fn is_degraded(&self) -> bool {
        self.rank > 0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            LevelKind::Endpoint => f.write_str("endpoint")?,
            LevelKind::Stale { age } => write!(f, "value of {age:?} ago")?,
            LevelKind::Function => f.write_str("function")?,
            LevelKind::Value => f.write_str("fixed value")?,
        }
        write!(f, " at level {}", self.rank)
    }
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.level)?;
        match &self.error {
            Some(error) => write!(f, "{error}"),
            None => f.write_str("the value was judged a failure"),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Unserved<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no level could serve")?;
        for (number, cause) in self.causes.iter().enumerate() {
            write!(f, "{} {cause}", if number == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Unserved<E> {
    /// The error of the first level.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let error = self.causes.first()?.error.as_ref()?;
        Some(error)
    }
}
