//! Migrations of two configurations that many programs share, for those who ask for them.

use enhanced_config_core::{KeyPath, Kind, NodeRef, Segment};
use enhanced_config_format::Editor;
use serde_json::{Value, json};

use crate::migration::Steps;
use crate::{Migration, Step, StepError, Version};

/// `unified_config` from 1.0.0 to 2.0.0 and 2.1.0.
///
/// 2.0.0 has a section `system`, and for `agents.count: n` the aliases of each agent; 2.1.0 has a section `performance`.
pub fn unified_config() -> Vec<Migration> {
    let up = Steps::code(|editor| {
        add_section(editor, "system", &system())?;
        add_aliases(editor)
    });
    let down = Steps::code(|editor| {
        remove_aliases(editor)?;
        remove_section(editor, "system", &system())
    });
    let (to_2_1, from_2_1) = (
        Steps::code(|editor| add_section(editor, "performance", &performance())),
        Steps::code(|editor| remove_section(editor, "performance", &performance())),
    );
    let version = Version::new;
    vec![
        Migration::new("unified_config", version(1, 0, 0), version(2, 0, 0), up).with_down(down),
        Migration::new("unified_config", version(2, 0, 0), version(2, 1, 0), to_2_1).with_down(from_2_1),
    ]
}

/// The keys of a section with their values, in the order in which they are written.
type Section = Vec<(KeyPath, Value)>;

fn system() -> Section {
    vec![
        (path(["name"]), json!("unified_config")),
        (path(["version"]), json!("2.0.0")),
        (path(["environment"]), json!("development")),
        (path(["debug"]), json!(true)),
    ]
}

fn performance() -> Section {
    vec![
        (path(["monitoring_enabled"]), json!(true)),
        (path(["metrics_interval"]), json!(60)),
        (path(["alert_thresholds", "cpu_usage"]), json!(80)),
        (path(["alert_thresholds", "memory_usage"]), json!(85)),
        (path(["alert_thresholds", "disk_usage"]), json!(90)),
    ]
}

fn below(section: &str, key: &KeyPath) -> KeyPath {
    std::iter::once(&Segment::from(section)).chain(key.segments()).cloned().collect()
}

fn add_section(editor: &mut Editor, name: &str, section: &Section) -> Result<(), StepError> {
    if editor.document().root().get(name).is_some() {
        return Ok(());
    }
    section.iter().try_for_each(|(key, value)| Ok(editor.set(&below(name, key), value)?))
}

/// Removes a section that is what it was made to be.
fn remove_section(editor: &mut Editor, name: &str, section: &Section) -> Result<(), StepError> {
    let mut made = json!({});
    for (key, value) in section {
        let mut place = &mut made;
        for step in key.segments() {
            if let Segment::Key(key) = step {
                place = &mut place[&**key];
            }
        }
        *place = value.clone();
    }
    drop_default(editor, &path([name]), &made)
}

/// `coordinates` from 1.0.0 to 2.0.0, which has `last_updated`, and for each agent coordinates and `active`.
///
/// `last_updated` becomes the given time, since a migration does not look at a clock.
pub fn coordinates(last_updated: &str) -> Vec<Migration> {
    let (now, then) = (Value::from(last_updated), Value::from(last_updated));
    let up = Steps::code(move |editor| {
        default(editor, &path(["last_updated"]), &now)?;
        for (agent, key, value) in agent_defaults(editor) {
            default(editor, &agent.join(key), &value)?;
        }
        Ok(())
    });
    let down = Steps::code(move |editor| {
        for (agent, key, value) in agent_defaults(editor) {
            if editor.document().at(&agent).is_some_and(|agent| agent.len() > 1) {
                drop_default(editor, &agent.join(key), &value)?;
            }
        }
        drop_default(editor, &path(["last_updated"]), &then)
    });
    let version = Version::new;
    vec![Migration::new("coordinates", version(1, 0, 0), version(2, 0, 0), up).with_down(down)]
}

fn path<const N: usize>(keys: [&str; N]) -> KeyPath {
    keys.into_iter().map(Segment::from).collect()
}

fn default(editor: &mut Editor, path: &KeyPath, value: &Value) -> Result<(), StepError> {
    Step::Default { path: path.clone().into(), value: value.clone() }.apply(editor)
}

fn drop_default(editor: &mut Editor, path: &KeyPath, value: &Value) -> Result<(), StepError> {
    Step::Drop { path: path.clone().into(), value: value.clone() }.apply(editor)
}

/// More agents than this are no configuration that a person wrote.
const MOST_AGENTS: i64 = 10_000;

/// The aliases of as many agents as `agents.count` says.
fn aliases(editor: &Editor) -> Option<Value> {
    let count = editor.document().get("agents.count").and_then(NodeRef::as_i64)?;
    let agent = |number| (format!("Agent-{number}"), json!([format!("agent{number}"), format!("a{number}")]));
    Some(Value::Object((1..=count.min(MOST_AGENTS)).map(agent).collect()))
}

fn add_aliases(editor: &mut Editor) -> Result<(), StepError> {
    match aliases(editor) {
        Some(aliases) => default(editor, &path(["agents", "aliases"]), &aliases),
        None => Ok(()),
    }
}

fn remove_aliases(editor: &mut Editor) -> Result<(), StepError> {
    match aliases(editor) {
        Some(aliases) => drop_default(editor, &path(["agents", "aliases"]), &aliases),
        None => Ok(()),
    }
}

/// What each agent is to have.
fn agent_defaults(editor: &Editor) -> Vec<(KeyPath, &'static str, Value)> {
    let agents = editor.document().root().get("agents");
    let keys =
        agents.iter().flat_map(|agents| agents.entries()).filter(|(_, agent)| agent.kind() == Kind::Map);
    let defaults = [
        ("chat_input_coordinates", json!([0, 0])),
        ("onboarding_input_coords", json!([0, 0])),
        ("active", json!(true)),
    ];
    let of_agent = |(name, _): (&str, _)| {
        let agent = path(["agents", name]);
        defaults.clone().map(|(key, value)| (agent.clone(), key, value))
    };
    keys.flat_map(of_agent).collect()
}
