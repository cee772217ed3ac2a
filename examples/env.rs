//! Environment variables: matched against the schema, converted as it says, and reported when they match nothing.

use enhanced_config::EnhancedConfigSystem;

const SCHEMA: &str = r#"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "version": { "type": "string" },
        "maxConnections": { "type": "integer" },
        "hosts": { "type": "array", "items": { "type": "string" } },
        "db": {
            "type": "object",
            "additionalProperties": false,
            "properties": { "port": { "type": "integer" }, "use_tls": { "type": "boolean" } }
        }
    }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    std::fs::write(dir.path().join("app.yaml"), "version: '1'\nhosts: [a, b]\n")?;
    std::fs::write(dir.path().join(".env"), "APP_DB__PORT=5432   # a local database\nAPP_VERSION=0\n")?;

    let variables = [
        ("APP_VERSION", "007"),           // the schema says string: kept to the letter
        ("APP_MAX_CONNECTIONS", "1_000"), // one underscore is enough where only one key fits
        ("APP_HOSTS__0", "first"),        // one element of an existing list
        ("APP_DB__USE_TLS", "yes"),
        ("APP_DB__PROT", "1"), // matches nothing: a warning, with what may have been meant
    ];
    let system = EnhancedConfigSystem::builder(dir.path())
        .schema("app", SCHEMA)
        .env_prefix("APP_")
        .env_file(".env")
        .env_variables(variables)
        .build()?;
    let config = system.load_config("app")?;
    for path in ["version", "maxConnections", "hosts", "db.port", "db.use_tls"] {
        print!("{}", config.explain(path)?);
    }
    for warning in config.warnings() {
        println!("\nwarning: {warning}");
    }
    Ok(())
}
