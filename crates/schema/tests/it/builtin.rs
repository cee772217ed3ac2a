//! The built-in schemas: what they take, and what they say to whoever got something wrong.

use enhanced_config_core::{Kind, MergeOptions, NodeRef, Redactor, merge};
use enhanced_config_format::Format;
use enhanced_config_schema::{SchemaRegistry, builtin, defaults};

use crate::check::document;

const COORDINATES: &str = r#"{
  "description": "Two agents",
  "version": "2.0.0",
  "last_updated": "2026-01-31T21:40:00.000000",
  "coordinate_system": { "origin": "top-left", "unit": "pixels", "multi_monitor_support": true },
  "agents": {
    "Agent-1": {
      "chat_input_coordinates": [-1200, 480],
      "onboarding_input_coords": [-1200.5, 0],
      "description": "Integration",
      "active": true
    },
    "Agent-12": {
      "chat_input_coordinates": [2000, 1500],
      "onboarding_input_coords": [-2000, 1],
      "description": "Web",
      "active": false
    }
  },
  "fallback_behavior": {
    "default_offset": [-50, 0],
    "retry_attempts": 3,
    "error_handling": "graceful_degradation"
  },
  "validation_rules": {
    "coordinate_bounds": { "min_x": -2000, "max_x": 2000, "min_y": 0, "max_y": 1500 },
    "required_fields": ["chat_input_coordinates", "onboarding_input_coords"]
  }
}
"#;

const DISCORD_CHANNELS: &str = r#"{
  "agent-1": {
    "name": "agent-1",
    "webhook_url": "https://discord.example/api/webhooks/1/x",
    "channel_id": "1000000000000000001",
    "description": "Integration",
    "agent": "Agent-1",
    "color": 1752220,
    "enabled": true,
    "permissions": { "read_messages": true, "send_messages": true, "pin_messages": false }
  },
  "all-hands": {
    "name": "all-hands",
    "webhook_url": null,
    "channel_id": null,
    "agent": null,
    "color": 16777215,
    "enabled": false
  }
}
"#;

const MESSAGING: &str = r#"COMPLETION_SIGNAL: "<done>"
defaults:
  sender: "Captain Agent-4"
  mode: inbox
  new_tab_method: ctrl_t
  priority: regular
  paste: true
  onboarding_style: friendly
queue:
  directory: message_queue
  max_size: 10000
  max_age_days: 7
  retry_base_delay: 1.0
  retry_max_delay: 300.0
  processing_batch_size: 10
locks:
  timeout_seconds: 30.0
  retry_interval: 0.1
  max_retries: 300
  cleanup_interval: 60.0
  stale_lock_age: 300.0
logging:
  level: INFO
  format: "%(message)s"
  file: logs/messaging.log
agent_workspaces:
  base_path: workspaces
  status_file: status.json
  inbox_subdir: inbox
metrics:
  enabled: true
  retention_days: 30
  reporting_interval: 300
v2_compliance:
  cycle_based_tracking: true
  efficiency_standard: 8x
  reporting_frequency: 2 cycles
  team_rule: anything
"#;

const SEMANTIC_CONFIG: &str = r#"status_index:
  seed_dir: data/seed
  store_path: runtime/vectors
  top_k: 3
  min_confidence: 0.5
  fields_keep: [agent_id, status]
notes_index:
  seed_dir: data/notes
  store_path: runtime/notes
store:
  backend: auto
  normalize: true
embedding:
  provider: hash
  dim: 128
"#;

const UNIFIED_CONFIG: &str = r#"system:
  name: Agents
  version: 2.0.0
  environment: development
  debug: true
agents:
  aliases:
    Agent-1: [first, lead]
    Agent-2: [second]
  coordinates:
    source: config/coordinates.json
    fallback_offset: [-50, 0]
    retry_attempts: 3
    error_handling: graceful_degradation
messaging:
  source: config/messaging.yml
  default_sender: Captain
  default_mode: pyautogui
  default_priority: regular
  queue: {directory: message_queue, max_size: 10000, max_age_days: 7}
discord:
  channels: config/discord_channels.json
  emoji: config/emoji.json
semantic:
  source: config/semantic_config.yaml
  status_index: {seed_dir: data/seed, store_path: runtime/vectors, top_k: 3, min_confidence: 0.5}
data:
  main: data/main.db
runtime:
  logs: runtime/logs
validation:
  coordinate_bounds: {min_x: -2000, max_x: 2000, min_y: 0, max_y: 1500}
  required_fields:
    agents: [agent_id, active]
organization:
  config_files: [config/coordinates.json]
  scripts: [bin/]
cleanup:
  obsolete_files: ["old_*.json"]
  retention_policy:
    logs: 90 days
    migrations: 1 year
performance:
  workers: 4
billing:
  plan: free
"#;

const MINIMAL: [(&str, &str); 5] = [
    ("coordinates", "version: 2.1.0\nlast_updated: 2026-01-31\nagents: {}\n"),
    ("discord_channels", "{}"),
    ("messaging", "defaults: {sender: a, mode: inbox}\n"),
    (
        "semantic_config",
        "status_index: {seed_dir: a, store_path: b}\nstore: {backend: auto}\nembedding: {provider: hash, dim: 1}\n",
    ),
    ("unified_config", "system: {name: a, version: 2.0.0, environment: ci}\n"),
];

/// What the schema `name` says against a text.
fn problems(name: &str, text: &str) -> String {
    let schemas = SchemaRegistry::with_builtin().unwrap();
    let document = document(text, Format::Yaml);
    let problems = schemas.validator(name).unwrap().validate(document.root(), &Redactor::new());
    problems.to_string()
}

/// Each mutation replaces the first occurrence of a text. What is expected are whole problems.
fn check(name: &str, text: &str, mutations: &[(&str, &str, &str)]) {
    assert_eq!(problems(name, text), "", "{name}");
    assert!(mutations.len() >= 8);
    for (old, new, expected) in mutations {
        assert!(text.contains(old), "{old}");
        assert_eq!(problems(name, &text.replacen(old, new, 1)), *expected, "{name}: {old} -> {new}");
    }
}

#[test]
fn coordinates_are_two_numbers_within_bounds() {
    check(
        "coordinates",
        COORDINATES,
        &[
            (
                "[-1200, 480]",
                "[-1200]",
                "agents.Agent-1.chat_input_coordinates: expected a list of exactly 2 members (app:8:33)",
            ),
            (
                "[-1200, 480]",
                "[-1200, 480, 1]",
                "agents.Agent-1.chat_input_coordinates: expected a list of exactly 2 members (app:8:33)",
            ),
            (
                "[-1200, 480]",
                "[-2001, 480]",
                "agents.Agent-1.chat_input_coordinates[0]: expected a number from -2000 to 2000 (app:8:34)",
            ),
            (
                "[-1200, 480]",
                "[-1200, 1500.5]",
                "agents.Agent-1.chat_input_coordinates[1]: expected a number from 0 to 1500 (app:8:41)",
            ),
            (
                "[-1200, 480]",
                "[-1200, -1]",
                "agents.Agent-1.chat_input_coordinates[1]: expected a number from 0 to 1500 (app:8:41)",
            ),
            (
                "[-1200, 480]",
                r#"[-1200, "480"]"#,
                "agents.Agent-1.chat_input_coordinates[1]: expected a number, found string (app:8:41)",
            ),
            (
                "[-1200, 480]",
                r#"{ "x": -1200, "y": 480 }"#,
                "agents.Agent-1.chat_input_coordinates: expected a list, found map (app:8:33)",
            ),
            (
                r#""Agent-12""#,
                r#""agent-12""#,
                "agents.agent-12: expected a key that matches `^Agent-[1-9][0-9]*$` (app:13:5)",
            ),
            (
                r#""Agent-12""#,
                r#""Agent-012""#,
                "agents.Agent-012: expected a key that matches `^Agent-[1-9][0-9]*$` (app:13:5)",
            ),
            (
                r#"      "active": true"#,
                r#"      "activ": true"#,
                "agents.Agent-1.active: missing (app:7:5); `activ` looks like it\n\
                 agents.Agent-1.activ: unknown key (app:11:7); did you mean `active`?",
            ),
            (
                r#""active": true"#,
                r#""active": "yes""#,
                "agents.Agent-1.active: expected a boolean, found string (app:11:17)",
            ),
            (
                r#""2.0.0""#,
                r#""2.0""#,
                "version: expected text that matches `^[0-9]+[.][0-9]+[.][0-9]+$` (app:3:14)",
            ),
            (r#""2.0.0""#, "2.0", "version: expected a string, found float (app:3:14)"),
            ("  \"version\": \"2.0.0\",\n", "", "version: missing (app:1:1)"),
            (
                "2026-01-31T21:40:00.000000",
                "31.01.2026",
                "last_updated: expected text that matches `^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?$` (app:4:19)",
            ),
            (
                "top-left",
                "top-lefft",
                "coordinate_system.origin: unknown variant `top-lefft`, expected `top-left`, `top-right`, `bottom-left` or `bottom-right` (app:5:36); did you mean `top-left`?",
            ),
            (
                r#""max_y": 1500"#,
                r#""max_z": 1500"#,
                "validation_rules.coordinate_bounds.max_y: missing (app:26:5); `max_z` looks like it\n\
                 validation_rules.coordinate_bounds.max_z: unknown key (app:26:71); did you mean `max_y`?",
            ),
            (
                r#""agents""#,
                r#""agent""#,
                "agents: missing (app:1:1); `agent` looks like it\n\
                 agent: unknown key (app:6:3); did you mean `agents`?",
            ),
            (
                r#""retry_attempts": 3"#,
                r#""retry_attempts": -1"#,
                "fallback_behavior.retry_attempts: expected an integer from 0 to 100 (app:22:23)",
            ),
        ],
    );
}

#[test]
fn discord_channels_have_ids_and_colours() {
    check(
        "discord_channels",
        DISCORD_CHANNELS,
        &[
            (
                r#""1000000000000000001""#,
                "1000000000000000001",
                "agent-1.channel_id: expected a string or null, found integer (app:5:19)",
            ),
            (
                r#""1000000000000000001""#,
                r#""<id>""#,
                "agent-1.channel_id: expected text that matches `^[0-9]+$` (app:5:19)",
            ),
            (
                r#""1000000000000000001""#,
                r#""""#,
                "agent-1.channel_id: expected text that matches `^[0-9]+$` (app:5:19)",
            ),
            ("1752220", "16777216", "agent-1.color: expected an integer from 0 to 16777215 (app:8:14)"),
            ("1752220", "-1", "agent-1.color: expected an integer from 0 to 16777215 (app:8:14)"),
            ("1752220", r##""#1abc9c""##, "agent-1.color: expected an integer, found string (app:8:14)"),
            (
                r#""Agent-1""#,
                r#""agent-1""#,
                "agent-1.agent: expected text that matches `^Agent-[1-9][0-9]*$` (app:7:14)",
            ),
            (
                r#""all-hands": {"#,
                r#""All Hands": {"#,
                r#""All Hands": expected a key that matches `^[$a-z0-9][a-z0-9_-]*$` (app:12:3)"#,
            ),
            (
                r#""name": "agent-1""#,
                r##""name": "#agent-1""##,
                "agent-1.name: expected text that matches `^[a-z0-9][a-z0-9_-]*$` (app:3:13)",
            ),
            (
                r#""send_messages": true"#,
                r#""send_messages": 1"#,
                "agent-1.permissions.send_messages: expected a boolean, found integer (app:10:62)",
            ),
            (
                "https://discord.example",
                "http://discord.example",
                "agent-1.webhook_url: expected text that matches `^https://[^ ]+$` (app:4:20)",
            ),
            (
                "https://discord.example/api/webhooks/1/x",
                "not a url",
                "agent-1.webhook_url: expected text that matches `^https://[^ ]+$` (app:4:20)",
            ),
            ("    \"enabled\": true,\n", "", "agent-1.enabled: missing (app:2:3)"),
            (r#""color""#, r#""colour""#, "agent-1.colour: unknown key (app:8:5); did you mean `color`?"),
        ],
    );
}

#[test]
fn messaging_has_times_and_sizes() {
    check(
        "messaging",
        MESSAGING,
        &[
            (
                "mode: inbox",
                "mode: inbx",
                "defaults.mode: unknown variant `inbx`, expected `pyautogui` or `inbox` (app:4:9); did you mean `inbox`?",
            ),
            ("  mode: inbox\n", "", "defaults.mode: missing (app:2:1)"),
            (
                "priority: regular",
                "priority: high",
                "defaults.priority: unknown variant `high`, expected `regular` or `urgent` (app:6:13)",
            ),
            (
                "max_size: 10000",
                "max_size: 0",
                "queue.max_size: expected an integer from 1 to 1000000 (app:11:13)",
            ),
            (
                "max_size: 10000",
                "max_size: many",
                "queue.max_size: expected an integer, found string (app:11:13)",
            ),
            (
                "retry_interval: 0.1",
                "retry_interval: 0",
                "locks.retry_interval: expected a number above 0 (app:18:19)",
            ),
            (
                "level: INFO",
                "level: info",
                "logging.level: unknown variant `info`, expected `DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL` (app:23:10); did you mean `INFO`?",
            ),
            ("paste: true", "paste: yes", "defaults.paste: expected a boolean, found string (app:7:10)"),
            ("timeout_seconds", "timeout", "locks.timeout: unknown key (app:17:3)"),
            ("queue:", "queues:", "queues: unknown key (app:9:1); did you mean `queue`?"),
            (
                "status_file: status.json",
                "status_file: a/status.json",
                r"agent_workspaces.status_file: expected text that matches `^[^/\\]+$` (app:28:16)",
            ),
            (
                "efficiency_standard: 8x",
                "efficiency_standard: 8",
                "v2_compliance.efficiency_standard: expected a string, found integer (app:36:24)",
            ),
            (
                r#"sender: "Captain Agent-4""#,
                r#"sender: """#,
                "defaults.sender: expected text of at least 1 character (app:3:11)",
            ),
            (
                "retention_days: 30",
                "retention_days: 0",
                "metrics.retention_days: expected an integer of at least 1 (app:32:19)",
            ),
        ],
    );
}

#[test]
fn semantic_search_has_indexes_a_store_and_vectors() {
    check(
        "semantic_config",
        SEMANTIC_CONFIG,
        &[
            ("top_k: 3", "top_k: 0", "status_index.top_k: expected an integer from 1 to 1000 (app:4:10)"),
            ("top_k: 3", "top_k: 2.5", "status_index.top_k: expected an integer, found float (app:4:10)"),
            (
                "min_confidence: 0.5",
                "min_confidence: 50",
                "status_index.min_confidence: expected a number from 0 to 1 (app:5:19)",
            ),
            (
                "fields_keep: [agent_id, status]",
                "fields_keep: agent_id",
                "status_index.fields_keep: expected a list, found string (app:6:16)",
            ),
            (
                "fields_keep: [agent_id, status]",
                "fields_keep: [status, status]",
                "status_index.fields_keep[1]: comes twice in a list whose members must differ (app:6:25); the first is member 0: app:6:17",
            ),
            ("  store_path: runtime/vectors\n", "", "status_index.store_path: missing (app:1:1)"),
            ("  store_path: runtime/notes\n", "", "notes_index.store_path: missing (app:7:1)"),
            ("notes_index:", "notes:", "notes: unknown key (app:7:1)"),
            (
                "normalize: true",
                "normalise: true",
                "store.normalise: unknown key (app:12:3); did you mean `normalize`?",
            ),
            ("dim: 128", "dim: 0", "embedding.dim: expected an integer from 1 to 65536 (app:15:8)"),
            ("dim: 128", r#"dim: "128""#, "embedding.dim: expected an integer, found string (app:15:8)"),
            ("embedding:\n  provider: hash\n  dim: 128\n", "", "embedding: missing (app:1:1)"),
        ],
    );
}

#[test]
fn the_unified_configuration_has_a_system_and_sections() {
    check(
        "unified_config",
        UNIFIED_CONFIG,
        &[
            ("  version: 2.0.0\n", "", "system.version: missing (app:1:1)"),
            (
                "version: 2.0.0",
                "version: two",
                "system.version: expected text that matches `^[0-9]+[.][0-9]+[.][0-9]+$` (app:3:12)",
            ),
            ("debug: true", "debug: on", "system.debug: expected a boolean, found string (app:5:10)"),
            (
                "environment: development",
                "environment: Development",
                "system.environment: expected text that matches `^[a-z][a-z0-9_-]*$` (app:4:16)",
            ),
            (
                "Agent-2: [second]",
                "agent2: [second]",
                "agents.aliases.agent2: expected a key that matches `^Agent-[1-9][0-9]*$` (app:9:5)",
            ),
            (
                "Agent-2: [second]",
                "Agent-2: second",
                "agents.aliases.Agent-2: expected a list, found string (app:9:14)",
            ),
            (
                "[first, lead]",
                "[first, first]",
                "agents.aliases.Agent-1[1]: comes twice in a list whose members must differ (app:8:22); the first is member 0: app:8:15",
            ),
            (
                "fallback_offset: [-50, 0]",
                "fallback_offset: [-50]",
                "agents.coordinates.fallback_offset: expected a list of exactly 2 members (app:12:22)",
            ),
            (
                "retry_attempts",
                "retry_attemps",
                "agents.coordinates.retry_attemps: unknown key (app:13:5); did you mean `retry_attempts`?",
            ),
            (
                "default_mode: pyautogui",
                "default_mode: pyautogu",
                "messaging.default_mode: unknown variant `pyautogu`, expected `pyautogui` or `inbox` (app:18:17); did you mean `pyautogui`?",
            ),
            (
                "max_size: 10000",
                "max_size: 10000000",
                "messaging.queue.max_size: expected an integer from 1 to 1000000 (app:20:47)",
            ),
            (
                "min_confidence: 0.5",
                "min_confidence: -0.5",
                "semantic.status_index.min_confidence: expected a number from 0 to 1 (app:26:94)",
            ),
            (
                "  main: data/main.db",
                "  main: [data/main.db]",
                "data.main: expected a string, found list (app:28:9)",
            ),
            (
                "max_y: 1500}",
                "max_y: high}",
                "validation.coordinate_bounds.max_y: expected a number, found string (app:32:67)",
            ),
            (
                "logs: 90 days",
                "logs: 90",
                "cleanup.retention_policy.logs: expected a string, found integer (app:41:11)",
            ),
            (
                "logs: 90 days",
                "logs: 90 dayz",
                "cleanup.retention_policy.logs: expected text that matches `^[0-9]+ (day|week|month|year)s?$` (app:41:11)",
            ),
            (
                "billing:\n  plan: free\n",
                "billing: free\n",
                "billing: expected a map, found string (app:45:10)",
            ),
            (
                "config_files: [config/coordinates.json]",
                "config_files: config/coordinates.json",
                "organization.config_files: expected a list, found string (app:36:17)",
            ),
        ],
    );
}

#[test]
fn a_webhook_is_never_shown() {
    let text = DISCORD_CHANNELS.replacen("https://discord.example", "ftp://hush.example", 1);
    assert!(!problems("discord_channels", &text).contains("hush"));
}

#[test]
fn the_least_is_taken_and_what_defaults_add_is_valid() {
    let schemas = SchemaRegistry::with_builtin().unwrap();
    for (name, text) in MINIMAL {
        assert_eq!(problems(name, text), "", "{name}");
        assert!(schemas.refused_defaults(name).unwrap().is_empty(), "{name}");
        let bundled = schemas.bundled(name).unwrap();
        let own = document(text, Format::Yaml);
        let Some(below) = defaults(bundled.root(), own.root()) else { continue };
        let both = merge(&below, &[&own], &MergeOptions::default()).unwrap().document;
        let problems = schemas.validator(name).unwrap().validate(both.root(), &Redactor::new());
        assert_eq!(problems.to_string(), "", "{name}");
    }
}

#[test]
fn all_of_them_are_there_and_explain_every_key() {
    let names: Vec<&str> = builtin::names().collect();
    assert_eq!(names, MINIMAL.map(|(name, _)| name));
    for name in names {
        let schema = document(builtin::text(name).unwrap(), Format::Json);
        assert!(schema.get("$id").is_none());
        undocumented(schema.root(), name);
    }
    assert_eq!(builtin::text("app"), None);
}

/// Fails if a key has no title or no description.
fn undocumented(node: NodeRef<'_>, at: &str) {
    for (keyword, member) in node.entries() {
        let keys = match (keyword, member.kind()) {
            ("properties", _) => member.entries().collect(),
            ("additionalProperties", Kind::Map) => vec![("*", member)],
            _ => Vec::new(),
        };
        for (key, schema) in keys {
            let is_told =
                |keyword| schema.get(keyword).is_some() || schema.get("$ref").is_some() && key == "*";
            assert!(is_told("title") && is_told("description"), "{at}: {key}");
        }
        undocumented(member, &format!("{at}.{keyword}"));
    }
    node.items().for_each(|item| undocumented(item, at));
}

#[test]
fn a_schema_of_ones_own_stays() {
    let mut schemas = SchemaRegistry::new();
    schemas.add_text("messaging", "{\"type\": \"object\"}").unwrap();
    schemas.add_builtin().unwrap();
    assert!(schemas.schema("messaging").unwrap().get("title").is_none());
    assert_eq!(schemas.names().collect::<Vec<_>>(), builtin::names().collect::<Vec<_>>());
}
