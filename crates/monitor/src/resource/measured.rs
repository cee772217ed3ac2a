use serde::Serialize;

/// Something that was measured, or why it was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured<T> {
    /// It was.
    Known(T),
    /// It takes a second sample, some time after the first.
    #[default]
    NotYet,
    /// The system does not tell, or not to this process.
    NotAvailable,
}

impl<T> Measured<T> {
    /// What was measured.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotYet | Self::NotAvailable => None,
        }
    }

    /// What `f` makes of it.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Measured<U> {
        match self {
            Self::Known(value) => Measured::Known(f(value)),
            Self::NotYet => Measured::NotYet,
            Self::NotAvailable => Measured::NotAvailable,
        }
    }

    /// The same of what it refers to.
    pub const fn as_ref(&self) -> Measured<&T> {
        match self {
            Self::Known(value) => Measured::Known(value),
            Self::NotYet => Measured::NotYet,
            Self::NotAvailable => Measured::NotAvailable,
        }
    }
}

/// `None` is not available.
impl<T> From<Option<T>> for Measured<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NotAvailable, Self::Known)
    }
}
