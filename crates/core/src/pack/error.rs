/// Why bytes are not a packed document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// They do not start as one.
    #[error("not a packed document")]
    NotPacked,
    /// They were written by a later program.
    #[error("packed in version {0}, which is not known here")]
    Version(u8),
    /// They were cut or changed.
    #[error("damaged: the checksum does not match")]
    Checksum,
    /// The checksum matches, and yet no document is packed like this.
    #[error("not packed by this program: {0}")]
    Malformed(&'static str),
}
