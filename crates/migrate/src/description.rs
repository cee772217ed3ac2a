use enhanced_config_core::{ExtractOptions, KeyPath, Problem, ProblemKind, Problems, extract};
use enhanced_config_format::{Format, ParseOptions, parse};
use serde::Deserialize;

use crate::{Migration, Step, Version};

/// Migrations as a file describes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    config: String,
    migrations: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    from: String,
    to: String,
    up: Vec<Step>,
    down: Option<Vec<Step>>,
}

impl Migration {
    /// Reads migrations that are written as data.
    ///
    /// ```
    /// use enhanced_config_format::Format;
    /// use enhanced_config_migrate::Migration;
    /// let text = r#"
    /// config: app
    /// migrations:
    ///   - from: "1.0.0"
    ///     to: "1.1.0"
    ///     up:
    ///       - rename: { path: server.host, key: address }
    ///       - default: { path: server.tls, value: false }
    /// "#;
    /// let migrations = Migration::read(text.as_bytes(), Format::Yaml, "migrations.yaml")?;
    /// assert_eq!(migrations.len(), 1);
    /// # Ok::<(), enhanced_config_core::Problems>(())
    /// ```
    ///
    /// # Errors
    /// When the text cannot be read, or does not describe migrations: with the place of what is wrong.
    pub fn read(text: &[u8], format: Format, name: &str) -> Result<Vec<Self>, Problems> {
        let document = parse(text, format, name, &ParseOptions::default())?.document;
        let (Description { config, migrations }, _) =
            extract(document.root(), &KeyPath::root(), &ExtractOptions::default())?;
        let version = |text: &str, at: usize, key: &str| {
            text.parse::<Version>().map_err(|error| {
                let node = document.at(&KeyPath::root().join("migrations").join(at).join(key));
                let kind = ProblemKind::Custom { message: error.to_string().into() };
                Problems::from(Problem::error(kind).with_origin(node.unwrap_or(document.root()).origin()))
            })
        };
        let migration = |(at, described): (usize, Described)| {
            let (from, to) = (version(&described.from, at, "from")?, version(&described.to, at, "to")?);
            let migration = Migration::new(config.as_str(), from, to, described.up);
            Ok(match described.down {
                Some(down) => migration.with_down(down),
                None => migration,
            })
        };
        migrations.into_iter().enumerate().map(migration).collect()
    }
}
