//! What the rivals do, spelled the way their manuals spell it.

use config::{Config, File, FileFormat};
use figment::{
    Figment,
    providers::{Format as _, Json, Toml, Yaml},
};

use crate::corpus::{Format, Input};

/// `config`: a file on disk.
pub fn config_file(input: &Input) -> Config {
    let source = File::from(input.path.as_path()).format(config_format(input.format));
    Config::builder().add_source(source).build().expect("config reads its input")
}

/// `config`: text in memory.
pub fn config_text(text: &str, format: Format) -> Config {
    let source = File::from_str(text, config_format(format));
    Config::builder().add_source(source).build().expect("config reads its input")
}

fn config_format(format: Format) -> FileFormat {
    match format {
        Format::Json => FileFormat::Json,
        Format::Yaml => FileFormat::Yaml,
        Format::Toml => FileFormat::Toml,
    }
}

/// `figment`: a file on disk, read and merged at once.
pub fn figment_file(input: &Input) -> Figment {
    match input.format {
        Format::Json => Figment::from(Json::file_exact(&input.path)),
        Format::Yaml => Figment::from(Yaml::file_exact(&input.path)),
        Format::Toml => Figment::from(Toml::file_exact(&input.path)),
    }
}

/// `figment`: text in memory.
pub fn figment_text(text: &str, format: Format) -> Figment {
    match format {
        Format::Json => Figment::from(Json::string(text)),
        Format::Yaml => Figment::from(Yaml::string(text)),
        Format::Toml => Figment::from(Toml::string(text)),
    }
}
