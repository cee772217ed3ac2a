//! Descriptions of migrations: read without harm, written and read again as they were; and what they plan for a text parses
//! to what it is planned to be, in three formats alike, and comes back.

#![no_main]

use enhanced_config_core::Document;
use enhanced_config_format::{Editor, Format, ParseOptions, parse};
use enhanced_config_migrate::{ConfigMigrator, MigrateError, Migration, MigrationPlan, Steps, Version};
use libfuzzer_sys::fuzz_target;

const YAML: &str =
    "# top\nversion: \"1.0.0\"\na: 1 # one\nb:\n  # c\n  c: x:y:z\n  d: [1, two]\nlisten: \"here:80\"\n";
const TOML: &str =
    "# top\nversion = \"1.0.0\"\na = 1 # one\nlisten = 'here:80'\n[b]\n# c\nc = 'x:y:z'\nd = [1, 'two']\n";
const JSON: &str = "{\"version\": \"1.0.0\", \"a\": 1,\n \"b\": {\"c\": \"x:y:z\", \"d\": [1, \"two\"]}, \"listen\": \"here:80\"}\n";

fuzz_target!(|input: &[u8]| {
    if let Err(problems) = Migration::read(input, Format::Json, "fuzz.json") {
        assert!(!problems.is_empty());
    }
    let Ok(migrations) = Migration::read(input, Format::Yaml, "fuzz.yaml") else { return };
    for migration in migrations {
        if let Steps::Data(steps) = &migration.up {
            let text = serde_json::to_string(steps).expect("steps are data");
            assert_eq!(serde_json::from_str::<Vec<_>>(&text).ok().as_ref(), Some(steps), "{text}");
            plans(steps.clone());
        }
    }
});

fn plans(steps: Vec<enhanced_config_migrate::Step>) {
    let (from, to) = (Version::new(1, 0, 0), Version::new(2, 0, 0));
    let mut migrator = ConfigMigrator::new();
    let migration = Migration::new("app", from.clone(), to, steps);
    let goes_back = migration.down.is_some();
    if migrator.register(migration).is_err() {
        return;
    }
    for (format, text) in [(Format::Yaml, YAML), (Format::Toml, TOML), (Format::Json, JSON)] {
        let editor =
            Editor::new(text.as_bytes(), format, "app", &ParseOptions::default()).expect("it is well formed");
        let Ok(plan) = migrator.plan_to_latest("app", &editor) else { continue };
        parses(&plan, format);
        if goes_back {
            // A step may take back less than it did, as `default` does of what was there; it must not do harm.
            let back: Result<MigrationPlan, MigrateError> = migrator.plan("app", plan.editor(), &from);
            back.iter().for_each(|back| parses(back, format));
        }
    }
}

fn parses(plan: &MigrationPlan, format: Format) {
    let _ = plan.diff();
    let text = plan.editor().text();
    let options = ParseOptions::default().with_allow_empty(true);
    let read: Document =
        parse(text.as_bytes(), format, "app", &options).expect("what is planned can be read").document;
    assert_eq!(read, *plan.editor().document(), "{text}");
}
