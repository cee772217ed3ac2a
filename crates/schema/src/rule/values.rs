use std::fmt;

use enhanced_config_core::NodeRef;
use serde::Serialize;
use serde_json::Value as Json;

use super::RuleFault;
use crate::instance::Number;

/// Values that a rule compares with.
#[derive(Clone)]
pub(super) struct Values(Vec<Json>);

impl Values {
    pub(super) fn new(values: impl IntoIterator<Item = impl Serialize>) -> Result<Self, RuleFault> {
        let values: Result<Vec<Json>, _> = values.into_iter().map(serde_json::to_value).collect();
        let values = values.map_err(|error| RuleFault::Values { why: error.to_string().into() })?;
        if values.is_empty() {
            return Err(RuleFault::Values { why: "the list is empty".into() });
        }
        Ok(Self(values))
    }

    /// Whether `node` is one of them, numbers being compared by what they are: `1` is `1.0`.
    pub(super) fn contain(&self, node: NodeRef<'_>) -> bool {
        if let Some(found) = Number::of(node) {
            let number = |value: &Json| value.as_number().and_then(Number::of_json);
            return self.0.iter().filter_map(number).any(|value| value == found);
        }
        let found = Json::from(node);
        self.0.contains(&found)
    }

    /// They, if all are texts.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        self.0.iter().map(Json::as_str).collect()
    }
}

/// `a`, `"b"` or `1`, each in backticks.
impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.0.len().saturating_sub(1);
        self.0.iter().enumerate().try_for_each(|(at, value)| {
            f.write_str(match at {
                0 => "",
                at if at == last => " or ",
                _ => ", ",
            })?;
            match value {
                Json::String(text) => write!(f, "`{text}`"),
                value => write!(f, "`{value}`"),
            }
        })
    }
}

/// How many: they may be secrets that are not to be used.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}
