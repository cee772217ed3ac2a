use enhanced_config_core::{KeyPath, Kind, NodeRef, Value};

use super::EmitError;
use crate::Format;

const FORMAT: Format = Format::Toml;

pub(super) fn emit(node: NodeRef<'_>) -> Result<String, EmitError> {
    if node.kind() != Kind::Map {
        return Err(EmitError::Root { format: FORMAT });
    }
    check(node, &mut KeyPath::root())?;
    ::toml::to_string_pretty(&node)
        .map_err(|error| EmitError::Writer { format: FORMAT, why: error.to_string() })
}

/// Finds what TOML cannot hold, with its path, which the writer does not know.
fn check(node: NodeRef<'_>, path: &mut KeyPath) -> Result<(), EmitError> {
    match node.value() {
        Value::Null => Err(EmitError::Null { path: path.clone(), format: FORMAT }),
        Value::Unsigned(_) => Err(EmitError::Integer { path: path.clone(), format: FORMAT }),
        Value::List(items) => items.enumerate().try_for_each(|(index, item)| {
            path.push(index);
            check(item, path)?;
            path.pop();
            Ok(())
        }),
        Value::Map(mut entries) => entries.try_for_each(|(key, member)| {
            path.push(key);
            check(member, path)?;
            path.pop();
            Ok(())
        }),
        _ => Ok(()),
    }
}
