//! Explain: which value is live, where it came from, and what it replaced. Secrets stay masked.

use enhanced_config::EnhancedConfigSystem;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = EnhancedConfigSystem::builder(concat!(env!("CARGO_MANIFEST_DIR"), "/config"))
        .profile("prod")
        .env_prefix("APP_")
        .env_variables([("APP_DATABASE__POOL", "64"), ("APP_DATABASE__PASSWORD", "hunter2")])
        .build()?;
    let config = system.load_config("app")?;
    for path in
        ["database.pool", "server.host", "database.url", "database.password", "database", "cache.size"]
    {
        println!("{}", config.explain(path)?);
    }
    Ok(())
}
