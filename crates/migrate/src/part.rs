use std::fmt;

use enhanced_config_core::{KeyPath, NodeRef};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::Path;

/// A part of a text that [`Step::Split`](crate::Step::Split) takes apart and [`Step::Join`](crate::Step::Join) puts together:
/// where it is, and which kind of value.
///
/// In a description it is a path alone, if it is a text, or `{path: server.port, kind: integer}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Part {
    /// Where it is.
    pub path: Path,
    /// What it is there. Default: a text.
    pub kind: PartKind,
}

/// What a part of a text is, once it stands alone.
///
/// A part has to be written as the value itself would be, so that the way back makes the same text: `80` is an integer;
/// `080`, `+80` and `0x50` are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartKind {
    /// A text, whatever it says.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number. One without a fraction stays an integer.
    Float,
    /// `true` or `false`.
    Boolean,
}

impl Part {
    /// A text at `path`.
    pub fn new(path: impl Into<Path>) -> Self {
        Self { path: path.into(), kind: PartKind::Text }
    }

    /// Sets what it is. Default: [`PartKind::Text`].
    #[must_use]
    pub fn with_kind(self, kind: PartKind) -> Self {
        Self { kind, ..self }
    }
}

impl From<Path> for Part {
    fn from(path: Path) -> Self {
        Self::new(path)
    }
}

impl From<KeyPath> for Part {
    fn from(path: KeyPath) -> Self {
        Self::new(path)
    }
}

impl PartKind {
    /// The value that a text is, if it would be written so again.
    pub(crate) fn value(self, text: &str) -> Option<Value> {
        if self == Self::Text {
            return Some(text.into());
        }
        let value: Value = serde_json::from_str(text).ok()?;
        let written = serde_json::to_string(&value).ok()?;
        (self.takes(&value) && written == text).then_some(value)
    }

    /// The text that a value is a part of, if it is of this kind.
    pub(crate) fn text(self, node: NodeRef<'_>) -> Option<String> {
        match self {
            Self::Text => node.as_str().map(str::to_owned),
            kind => Some(Value::from(node)).filter(|value| kind.takes(value)).map(|value| value.to_string()),
        }
    }

    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Float => value.is_number(),
            Self::Boolean => value.is_boolean(),
        }
    }

    /// With its article, and an example.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "an integer in its plain form, such as 80",
            Self::Float => "a number in its plain form, such as 0.5",
            Self::Boolean => "true or false",
        }
    }

    /// What a value has to be to become a part again.
    pub(crate) fn without_separator(self) -> &'static str {
        match self {
            Self::Text => "a string without the separator",
            Self::Integer => "an integer without the separator",
            Self::Float => "a number without the separator",
            Self::Boolean => "a boolean",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    path: Path,
    #[serde(default)]
    kind: PartKind,
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind {
            PartKind::Text => self.path.serialize(serializer),
            kind => Described { path: self.path.clone(), kind }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Tells which of the two forms is wrong, which an untagged enum would not.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path, or a map of `path` and `kind`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Part, E> {
        Path::try_from(text.to_owned()).map(Part::new).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part, A::Error> {
        let Described { path, kind } = Described::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Part { path, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_would_be_written_so_again() {
        let check = |kind: PartKind, text: &str, expected: Option<&str>| {
            assert_eq!(kind.value(text).map(|value| value.to_string()).as_deref(), expected, "{text}");
        };
        check(PartKind::Text, "080", Some("\"080\""));
        for text in ["0", "80", "-5", "18446744073709551615"] {
            check(PartKind::Integer, text, Some(text));
            check(PartKind::Float, text, Some(text));
        }
        for text in
            ["", " 80", "+80", "080", "0x50", "-0", "80.0", "8e1", "18446744073709551616", "true", "[80]"]
        {
            check(PartKind::Integer, text, None);
        }
        check(PartKind::Float, "0.5", Some("0.5"));
        for text in ["0.50", ".5", "5.", "1e400", "nan", ".inf"] {
            check(PartKind::Float, text, None);
        }
        check(PartKind::Boolean, "true", Some("true"));
        check(PartKind::Boolean, "True", None);
    }
}
