use enhanced_config_core::NodeRef;

use super::EmitError;
use crate::Format;

pub(super) fn emit(node: NodeRef<'_>) -> Result<String, EmitError> {
    serde_yaml::to_string(&node)
        .map_err(|error| EmitError::Writer { format: Format::Yaml, why: error.to_string() })
}
