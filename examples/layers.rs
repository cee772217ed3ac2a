//! Layers: what lies over what, and how maps, lists and nulls merge.

use enhanced_config::EnhancedConfigSystem;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text);
    write("app.yaml", "db: {host: localhost, port: 5432, tls: {ca: /etc/ca.pem}}\ntags: [a, b]\n")?;
    write("app.eu.toml", "tags = [\"eu\"]\n[db]\nhost = \"db.eu\"\n")?;
    write("app.local.json", r#"{ "db": { "tls": null } }"#)?;

    let system = EnhancedConfigSystem::builder(dir.path())
        .defaults("app", &json!({ "db": { "pool": 4 } }))
        .profile("eu")
        .build()?;
    let config = system.load_config("app")?;
    println!("The layers, the lowest first:");
    for layer in config.sources() {
        println!("  {:<13} {}", layer.kind().name(), layer.name());
    }
    println!(
        "\nMaps merge, lists are replaced, null masks:\n{}",
        serde_json::to_string_pretty(&config.document().root())?
    );

    // For a test or an experiment: values over everything, until the guard is dropped.
    let guard = system.override_config("app", &json!({ "db": { "pool": 1 } }))?;
    println!("\npool while overridden: {}", system.load_config("app")?.get::<u16>("db.pool")?);
    drop(guard);
    println!("pool afterwards:       {}", system.load_config("app")?.get::<u16>("db.pool")?);
    Ok(())
}
