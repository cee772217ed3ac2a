use enhanced_config_core::NodeRef;

use crate::Format;

/// Why a document cannot be written in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// Not yet.
    #[error("unwritten")]
    Unwritten,
}

/// Writes a value.
///
/// # Errors
/// Always, until the writers land.
pub fn emit(_node: NodeRef<'_>, _format: Format) -> Result<String, EmitError> {
    Err(EmitError::Unwritten)
}
