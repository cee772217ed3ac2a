/// How large an input may be before it is refused. Every bound has an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of text. Default 4 MiB.
    pub text_bytes: usize,
    /// Levels of maps and lists. Default 128, at most 512.
    pub depth: usize,
    /// Values, those made by aliases included. Default 250,000.
    pub values: usize,
    /// Values that YAML aliases and merge keys may make. Default 100,000.
    pub alias_values: usize,
    /// Bytes of text that YAML aliases and merge keys may make. Default 4 MiB.
    pub alias_bytes: usize,
    /// Bytes of one key. Default 16 KiB.
    pub key_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 4 << 20,
            depth: 128,
            values: 250_000,
            alias_values: 100_000,
            alias_bytes: 4 << 20,
            key_bytes: 16 << 10,
        }
    }
}
