use std::fmt;

/// What a value is, without saying its value.
///
/// Errors print the kind and never the value, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `null`, in YAML also `~` and nothing at all.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number that an `i64` or a `u64` holds exactly.
    Integer,
    /// A finite `f64`.
    Float,
    /// Unicode text.
    String,
    /// An ordered list.
    List,
    /// A mapping from distinct keys to values, in the order of its source.
    Map,
}

impl Kind {
    /// The word for this kind in a message: `integer`, `list`, …
    pub fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "boolean",
            Kind::Integer => "integer",
            Kind::Float => "float",
            Kind::String => "string",
            Kind::List => "list",
            Kind::Map => "map",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
