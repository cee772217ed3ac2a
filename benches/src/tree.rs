//! The data of a generated configuration, before it is written in any format.

/// A value that JSON, YAML and TOML all hold: no null, integers within i64, finite floats.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A finite float.
    Float(f64),
    /// Text.
    Str(String),
    /// A list.
    List(Vec<Tree>),
    /// A mapping in the order of its author.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Neither a list nor a mapping.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Map(_))
    }

    /// A list of mappings, at least one.
    pub fn is_list_of_maps(&self) -> bool {
        matches!(self, Self::List(items) if !items.is_empty() && items.iter().all(|i| matches!(i, Self::Map(_))))
    }

    /// The members of a mapping, none for any other kind.
    pub fn members(&self) -> &[(String, Tree)] {
        match self {
            Self::Map(members) => members,
            _ => &[],
        }
    }

    /// The members of a mapping.
    ///
    /// # Panics
    /// When this is not a mapping.
    pub fn members_mut(&mut self) -> &mut Vec<(String, Tree)> {
        match self {
            Self::Map(members) => members,
            other => panic!("expected a mapping, found {other:?}"),
        }
    }

    /// Sets a member, replacing one of the same name.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<Tree>) {
        let (key, value) = (key.into(), value.into());
        let members = self.members_mut();
        match members.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => members.push((key, value)),
        }
    }

    /// How many scalars there are below.
    pub fn leaves(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(Self::leaves).sum(),
            Self::Map(members) => members.iter().map(|(_, value)| value.leaves()).sum(),
            _ => 1,
        }
    }
}

/// A mapping from pairs, in their order.
#[macro_export]
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::tree::Tree::Map(vec![$((String::from($key), $crate::tree::Tree::from($value))),*])
    };
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Tree {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Tree {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Tree {
    fn from(value: &str) -> Self {
        Self::Str(value.to_owned())
    }
}

impl From<String> for Tree {
    fn from(value: String) -> Self {
        Self::Str(value)
    }
}

impl<T: Into<Tree>> From<Vec<T>> for Tree {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}
