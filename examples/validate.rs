//! Every configuration of a directory checked in one report: with schemas, with rules in code, and a text that is tried
//! before it is saved.

use enhanced_config::schema::{Rule, schemars};
use enhanced_config::{Color, EnhancedConfigSystem, Severity};

/// A shop.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only checked here")]
struct Shop {
    /// Where it is.
    host: String,
    #[schemars(range(min = 1))]
    port: u16,
    /// Connections to the database.
    #[serde(default)]
    pool: u32,
    #[serde(default)]
    workers: u32,
}

/// Beside `mail.yaml` as `mail.schema.json` it is found by itself.
const MAIL: &str = r#"{
  "properties": {
    "from": { "type": "string", "format": "email" },
    "retries": { "type": "integer", "maximum": 10 },
    "attempts": { "x-deprecated": "retries" }
  }
}"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text);
    write("shop.yaml", "hots: localhost\nport: 70000\npool: 2\nworkers: 8\n")?;
    write("mail.yaml", "from: shop@example.org\nattempts: 3\n")?;
    write("mail.schema.json", MAIL)?;
    write("notes.yaml", "anything: goes\n")?;

    let pool_fits = Rule::new("pool-fits", |shop| {
        let number = |key| shop.get(key).and_then(|value| value.as_u64()).unwrap_or_default();
        (number("pool") < number("workers")).then(|| {
            enhanced_config::schema::Finding::at("pool", "each worker needs a connection of its own")
        })
    });
    let system = EnhancedConfigSystem::builder(dir.path())
        .register::<Shop>("shop")
        .rule("shop", pool_fits.with_recommendation("set `pool` to at least `workers`"))
        .build()?;

    let report = system.validate_all_configs();
    println!("{report}");

    println!("The same with the lines, for the terminal:\n");
    let shop = report.configs().find(|config| config.name() == "shop").ok_or("shop is not in the report")?;
    print!("{}", shop.error().ok_or("shop was taken")?.render(Color::Auto));
    let errors = shop.problems().filter(|problem| problem.severity == Severity::Error).count();
    assert_eq!(errors, 4);

    println!("\nMended, and tried before it is saved:");
    let tried = system.dry_run("shop", "host: localhost\nport: 8080\npool: 8\nworkers: 8\n")?;
    println!("  it would listen at {}:{}", tried.get::<&str>("host")?, tried.get::<u16>("port")?);
    Ok(())
}
