use enhanced_config_format::{Editor, Format};
use enhanced_config_migrate::{ConfigMigrator, builtin};

use super::{editor, version, yaml};

fn migrator() -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    for migration in builtin::unified_config().into_iter().chain(builtin::coordinates("2026-11-26T00:00:00Z"))
    {
        migrator.register(migration).unwrap();
    }
    for config in ["unified_config", "coordinates"] {
        migrator.set_base(config, version("1"));
    }
    migrator
}

fn latest(config: &str, editor: &Editor) -> Editor {
    migrator().plan_to_latest(config, editor).unwrap().editor().clone()
}

#[test]
fn unified_config_gains_its_sections_and_loses_them_again() {
    let text = "# agents\nversion: \"1.0.0\"\nagents:\n  count: 2 # two\n";
    let after = latest("unified_config", &yaml(text));
    insta::assert_snapshot!(after.text());
    let back = migrator().plan("unified_config", &after, &version("1")).unwrap();
    assert_eq!(back.editor().text(), text);
}

#[test]
fn what_a_config_has_already_stays() {
    let text = "version: '1.0.0'\nsystem:\n  name: mine\nagents:\n  count: 1\n  aliases: {Agent-1: [boss]}\n";
    let after = latest("unified_config", &yaml(text));
    assert_eq!(after.document().get("system.name").unwrap().as_str(), Some("mine"));
    assert_eq!(after.document().get("agents.aliases.Agent-1").unwrap().len(), 1);
    let back = migrator().plan("unified_config", &after, &version("1")).unwrap();
    assert_eq!(back.editor().text(), text);
}

#[test]
fn coordinates_gain_what_each_agent_lacks() {
    let text = "{\n  \"version\": \"1.0.0\",\n  \"agents\": {\n    \"Agent-1\": {\n      \"chat_input_coordinates\": [1, 2],\n      \"description\": \"one\"\n    }\n  }\n}\n";
    let after = latest("coordinates", &editor(text, Format::Json));
    insta::assert_snapshot!(after.text());
    let back = migrator().plan("coordinates", &after, &version("1")).unwrap();
    assert_eq!(back.editor().text(), text);
}
