/// Where a rule counts.
#[derive(Debug, Clone)]
pub(super) enum Environments {
    All,
    Only(Vec<Box<str>>),
    Except(Vec<Box<str>>),
}

impl Environments {
    pub(super) fn only(names: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        Self::Only(names.into_iter().map(Into::into).collect())
    }

    pub(super) fn except(names: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        Self::Except(names.into_iter().map(Into::into).collect())
    }

    /// Whether it counts while these are active.
    pub(super) fn include(&self, active: &[&str]) -> bool {
        let any = |names: &[Box<str>]| names.iter().any(|name| active.contains(&&**name));
        match self {
            Self::All => true,
            Self::Only(names) => any(names),
            Self::Except(names) => !any(names),
        }
    }
}
