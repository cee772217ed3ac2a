use std::borrow::Cow;

use enhanced_config_core::{NodeRef, Value};
use jsonschema::json::JsonNumber;
use serde_json::Number as JsonValue;

/// A number of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Integer(i64),
    /// Above `i64::MAX`.
    Unsigned(u64),
    /// Finite.
    Float(f64),
}

impl Number {
    #[inline]
    pub(crate) fn of(node: NodeRef<'_>) -> Option<Self> {
        match node.value() {
            Value::Integer(value) => Some(Self::Integer(value)),
            Value::Unsigned(value) => Some(Self::Unsigned(value)),
            Value::Float(value) => Some(Self::Float(value)),
            _ => None,
        }
    }

    pub(crate) fn of_json(number: &JsonValue) -> Option<Self> {
        let integer = number.as_i64().map(Self::Integer).or_else(|| number.as_u64().map(Self::Unsigned));
        integer.or_else(|| number.as_f64().map(Self::Float))
    }

    /// The integer that it is, written with a fraction or not.
    pub(crate) fn whole(self) -> Option<i128> {
        /// Beyond it no integer of a document can be equal.
        const LARGEST: f64 = 18_446_744_073_709_551_616.0;
        match self {
            Self::Integer(value) => Some(value.into()),
            Self::Unsigned(value) => Some(value.into()),
            // Exact: the float is whole, and 2^64 fits.
            Self::Float(value) => (value.fract() == 0.0 && value.abs() <= LARGEST).then_some(value as i128),
        }
    }

    fn float(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Unsigned(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

/// As numbers, however they are written: `1` is `1.0`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self.whole(), other.whole()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.float() == other.float(),
            _ => false,
        }
    }
}

impl JsonNumber for Number {
    #[inline]
    fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::Integer(value) => value.try_into().ok(),
            Self::Unsigned(value) => Some(value),
            Self::Float(_) => None,
        }
    }

    #[inline]
    fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Integer(value) => Some(value),
            _ => None,
        }
    }

    #[inline]
    fn as_f64(&self) -> Option<f64> {
        Some(self.float())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, JsonValue> {
        Cow::Owned(match *self {
            Self::Integer(value) => value.into(),
            Self::Unsigned(value) => value.into(),
            // A document has no other floats than finite ones.
            Self::Float(value) => JsonValue::from_f64(value).unwrap_or_else(|| 0.into()),
        })
    }

    #[inline]
    fn is_integer(&self) -> bool {
        match *self {
            Self::Float(value) => value.fract() == 0.0,
            _ => true,
        }
    }

    #[inline]
    fn is_written_as_integer(&self) -> bool {
        !matches!(self, Self::Float(_))
    }
}
