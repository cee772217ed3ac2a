//! The main job: several files, a profile and the environment become one typed configuration; and what happens when
//! a file is broken.

use enhanced_config::{Color, EnhancedConfigSystem};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct App {
    server: Server,
    database: Database,
    features: Vec<String>,
    limits: Limits,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    host: String,
    port: u16,
    timeout: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Database {
    url: String,
    pool: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Limits {
    requests_per_second: u32,
    burst: u32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let system = EnhancedConfigSystem::builder(concat!(env!("CARGO_MANIFEST_DIR"), "/config"))
        .defaults("app", &serde_json::json!({ "limits": { "requests_per_second": 100, "burst": 20 } }))
        .profile("prod")
        .env_prefix("APP_")
        .env_variables([("APP_SERVER__PORT", "9090")]) // a real program reads the process's own
        .build()?;

    let app: App = system.load("app")?;
    println!("{} listens on {}:{}", app.features.join(" and "), app.server.host, app.server.port);

    println!("\nEvery value knows where it came from:\n");
    let config = system.load_config("app")?;
    for path in [
        "server.host",
        "server.port",
        "server.timeout",
        "database.pool",
        "limits.requests_per_second",
        "limits.burst",
    ] {
        let node = config.node(path).ok_or("a key is gone")?;
        println!("  {path:<28} {:<12} {}", serde_json::to_string(&node)?, node.origin());
    }

    println!("\nA broken file is refused with all of its problems:\n");
    match system.load::<App>("broken") {
        Ok(_) => Err("broken.yaml was taken".into()),
        Err(error) => {
            eprint!("{}", error.render(Color::Auto));
            Ok(())
        }
    }
}
