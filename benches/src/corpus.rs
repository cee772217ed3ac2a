//! The inputs of every benchmark: generated ones in three sizes, hand-written ones from `data/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    emit,
    generate::{Size, generate},
    tree::Tree,
    variant,
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// Block style, with comments.
    Yaml,
    /// With comments.
    Toml,
}

impl Format {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Json, Self::Yaml, Self::Toml];

    /// The name used in ids, and as the extension of a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
        }
    }

    fn emit(self, tree: &Tree) -> String {
        match self {
            Self::Json => emit::json(tree),
            Self::Yaml => emit::yaml(tree),
            Self::Toml => emit::toml(tree),
        }
    }
}

/// One text, in memory and on disk.
#[derive(Debug, Clone)]
pub struct Input {
    /// The last part of the id of a benchmark: a size, or the name of a hand-written file.
    pub name: String,
    /// How it is written.
    pub format: Format,
    /// Its content.
    pub text: String,
    /// Where the same content is on disk.
    pub path: PathBuf,
}

/// All files; the generated ones disappear with it.
#[derive(Debug)]
pub struct Corpus {
    inputs: Vec<Input>,
    _dir: TempDir,
}

impl Corpus {
    /// Writes the generated files to a directory of their own and reads the hand-written ones.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new() -> io::Result<Self> {
        let dir = TempDir::new()?;
        let mut inputs = Vec::new();
        for format in Format::ALL {
            for size in Size::ALL {
                inputs.push(generated(dir.path(), format, size)?);
            }
            for path in hand_written(format)? {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                inputs.push(Input { name, format, text: fs::read_to_string(&path)?, path });
            }
        }
        Ok(Self { inputs, _dir: dir })
    }

    /// Every text of one format, smallest generated one first, hand-written ones last.
    pub fn of(&self, format: Format) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(move |input| input.format == format)
    }
}

fn generated(dir: &Path, format: Format, size: Size) -> io::Result<Input> {
    let path = dir.join(format!("service-{}.{}", size.name(), format.name()));
    let text = format.emit(&generate(size));
    fs::write(&path, &text)?;
    Ok(Input { name: size.name().to_owned(), format, text, path })
}

fn hand_written(format: Format) -> io::Result<Vec<PathBuf>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut paths = Vec::new();
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == format.name()) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The JSON texts of one size that the questions about data, not formats, are asked with.
#[derive(Debug, Clone)]
pub struct Family {
    /// Its size.
    pub size: Size,
    /// The configuration.
    pub base: String,
    /// A profile over it.
    pub profile: String,
    /// A local file over both.
    pub local: String,
    /// The configuration with ten changes.
    pub changed: String,
}

impl Family {
    /// One for each size.
    pub fn all() -> Vec<Self> {
        Size::ALL.into_iter().map(Self::of).collect()
    }

    /// The one of this size.
    pub fn of(size: Size) -> Self {
        let base = generate(size);
        Self {
            size,
            base: emit::json(&base),
            profile: emit::json(&variant::profile(&base)),
            local: emit::json(&variant::local(&base)),
            changed: emit::json(&variant::ten_changes(&base)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{ours, peers, typed::Platform};

    #[test]
    fn everyone_reads_every_text_alike() {
        let corpus = Corpus::new().unwrap();
        for input in Format::ALL.into_iter().flat_map(|format| corpus.of(format)) {
            let expected: Value = match input.format {
                Format::Json => serde_json::from_str(&input.text).unwrap(),
                Format::Yaml => serde_yaml::from_str(&input.text).unwrap(),
                Format::Toml => toml::from_str(&input.text).unwrap(),
            };
            assert!(
                ours::json(&ours::parse(&input.text, input.format)) == expected,
                "we read {} wrong",
                input.name
            );
            let config: Value = peers::config_file(input).try_deserialize().unwrap();
            assert!(config == expected, "config reads {} differently", input.name);
            let figment: Value = peers::figment_file(input).extract().unwrap();
            assert!(figment == expected, "figment reads {} differently", input.name);
        }
    }

    #[test]
    fn the_structs_hold_the_generated_data() {
        let corpus = Corpus::new().unwrap();
        for size in Size::ALL {
            let text = |format| &corpus.of(format).find(|input| input.name == size.name()).unwrap().text;
            let json: Platform = serde_json::from_str(text(Format::Json)).unwrap();
            assert!(json == serde_yaml::from_str(text(Format::Yaml)).unwrap());
            assert!(json == toml::from_str(text(Format::Toml)).unwrap());
        }
    }
}
