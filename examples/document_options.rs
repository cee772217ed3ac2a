//! A type documents itself: a sample file and a reference table for whoever writes the configuration, made of the fields,
//! bounds, defaults and comments of the type that it is loaded as.

use enhanced_config::schema::schemars::{self, JsonSchema};
use enhanced_config::{EnhancedConfigSystem, Format};
use serde::{Deserialize, Serialize};

/// A mail relay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Relay {
    /// The name it gives itself.
    #[schemars(length(min = 1))]
    name: String,
    /// The port it listens at.
    #[serde(default = "submission")]
    #[schemars(range(min = 1))]
    port: u16,
    /// How often a delivery is tried before the sender is told.
    #[serde(default = "often")]
    attempts: u8,
    /// Where mail goes that is for somebody else.
    upstream: Upstream,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only described here")]
struct Upstream {
    #[schemars(extend("format" = "hostname"))]
    host: String,
    /// Whom it speaks for.
    user: String,
    password: String,
    #[serde(default)]
    encryption: Encryption,
}

// What is shown as a default has to be written.
#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only described here")]
enum Encryption {
    #[default]
    Always,
    Offered,
    Never,
}

fn submission() -> u16 {
    587
}

fn often() -> u8 {
    5
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let system =
        EnhancedConfigSystem::builder(dir.path()).register::<Relay>("relay").env_prefix("RELAY_").build()?;
    let description = system.describe("relay")?.ok_or("a type has a schema")?;
    let sample = description.sample(Format::Yaml)?;
    println!("relay.yaml, to begin with:\n\n{sample}");
    println!("The reference:\n\n{}", description.markdown());

    // An editor that reads the first line of the sample completes keys and underlines mistakes with this.
    let schema = system.editor_schema("relay")?.ok_or("a type has a schema")?;
    std::fs::write(dir.path().join("relay.schema.json"), schema)?;
    // The sample is a configuration.
    std::fs::write(dir.path().join("relay.yaml"), sample)?;
    let relay: Relay = system.load("relay")?;
    println!(
        "{} at port {}, {} attempts, through {}",
        relay.name, relay.port, relay.attempts, relay.upstream.host
    );
    Ok(())
}
