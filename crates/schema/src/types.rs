use enhanced_config_core::Problems;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::SchemaRegistry;

impl SchemaRegistry {
    /// Adds the schema of a Rust type, as what serde reads; one of the same name is replaced. Needs the feature
    /// `types`, which is on by default.
    ///
    /// The schema is JSON Schema 2020-12. Doc comments become descriptions, and what `#[serde(default)]` sets becomes
    /// the default of its key. `#[schemars(range(min = 1))]` and its like add bounds, and
    /// `#[schemars(extend("x-secret" = true))]` adds keywords of our own. The crate is there to derive with as
    /// [`schemars`](crate::schemars).
    ///
    /// ```
    /// use enhanced_config_schema::{SchemaRegistry, schemars};
    ///
    /// /// Where requests are served.
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Server {
    ///     /// The port to listen at.
    ///     #[serde(default = "port")]
    ///     #[schemars(range(min = 1))]
    ///     port: u16,
    ///     #[schemars(extend("x-secret" = true))]
    ///     salt: String,
    /// }
    /// fn port() -> u16 {
    ///     8080
    /// }
    ///
    /// let mut schemas = SchemaRegistry::new();
    /// schemas.add_type::<Server>("server")?;
    /// let schema = schemas.schema("server").unwrap();
    /// assert_eq!(schema.get("properties.port.default").unwrap().as_u64(), Some(8080));
    /// assert_eq!(schema.get("properties.port.description").unwrap().as_str(), Some("The port to listen at."));
    /// assert_eq!(schema.get("properties.salt.x-secret").unwrap().as_bool(), Some(true));
    /// # Ok::<(), enhanced_config_core::Problems>(())
    /// ```
    ///
    /// # Errors
    /// When the schema is larger than the default limits of a text, or is `true` or `false`, as one written by hand may be.
    /// A type that no configuration can be, such as a list, refuses every document.
    pub fn add_type<T: JsonSchema>(&mut self, name: &str) -> Result<(), Problems> {
        let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
        // Places in the schema are those of the text that is written for editors.
        self.add_text(name, &format!("{:#}\n", schema.as_value()))
    }
}
