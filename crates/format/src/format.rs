use std::fmt;
use std::path::Path;

/// A notation for configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// YAML 1.2, core schema: `.yaml`, `.yml`.
    Yaml,
    /// JSON, RFC 8259: `.json`.
    Json,
    /// JSON that may have comments, `//` and `/* */`, and a comma behind a last member: `.jsonc`.
    Jsonc,
    /// TOML 1.1, a superset of 1.0: `.toml`.
    Toml,
    /// Assignments as a shell reads them, without expansion: `.env`.
    DotEnv,
}

impl Format {
    /// Every format, in the order in which files are looked for.
    pub const ALL: [Format; 5] = [Format::Yaml, Format::Json, Format::Jsonc, Format::Toml, Format::DotEnv];

    /// The format that a file's extension names; `None` when it names none. A file called just `.env` is
    /// [`Format::DotEnv`].
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = match path.extension() {
            Some(extension) => extension.to_str()?,
            None => path.file_name()?.to_str()?.strip_prefix('.')?,
        };
        Self::ALL.into_iter().find(|format| format.extensions().contains(&extension))
    }

    /// The extensions that name it, without the dot.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Format::Yaml => &["yaml", "yml"],
            Format::Json => &["json"],
            Format::Jsonc => &["jsonc"],
            Format::Toml => &["toml"],
            Format::DotEnv => &["env"],
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Format::Yaml => "YAML",
            Format::Json => "JSON",
            Format::Jsonc => "JSON with comments",
            Format::Toml => "TOML",
            Format::DotEnv => ".env",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
