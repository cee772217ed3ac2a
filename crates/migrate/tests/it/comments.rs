//! Every comment of long texts survives the built-in migrations and those of a program, there and back.

use enhanced_config_format::{Editor, Format};
use enhanced_config_migrate::{Migration, Step, Steps, builtin};

use super::{ConfigMigrator, editor, path, version};

const YAML: &str = include_str!("texts/fleet.yaml");
const TOML: &str = include_str!("texts/fleet.toml");
const JSONC: &str = include_str!("texts/fleet.jsonc");

/// The built-in migrations, and one behind them of data and code.
fn migrator() -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    for migration in builtin::unified_config().into_iter().chain(builtin::coordinates("2026-11-26T00:00:00Z"))
    {
        migrator.register(migration).unwrap();
    }
    let steps = vec![
        Step::Split {
            path: path("network.listen"),
            separator: ":".into(),
            into: vec![path("network.host").into(), path("network.port").into()],
        },
        Step::Move { from: path("metrics_every"), to: path("performance.metrics_every") },
        Step::Rename { path: path("level"), key: "verbosity".into() },
        Step::MapValue { path: path("verbosity"), values: [("warn".into(), "warning".into())].into() },
        Step::Wrap { path: path("network.tls"), key: "server".into() },
        Step::Default { path: path("network.proxy.url"), value: "http://proxy".into() },
    ];
    migrator.register(Migration::new("unified_config", version("2.1"), version("3"), steps)).unwrap();
    let each = |key: &'static str, to: &'static str| {
        Steps::code(move |editor: &mut Editor| {
            let sites = editor.document().get("sites").map_or(0, |sites| sites.len());
            (0..sites).try_for_each(|site| Ok(editor.rename(&path(&format!("sites[{site}].{key}")).0, to)?))
        })
    };
    let renames = Migration::new("unified_config", version("3"), version("4"), each("timeout", "lost_after"));
    migrator.register(renames.with_down(each("lost_after", "timeout"))).unwrap();
    migrator
}

/// The comments of a text, without the blanks around them, in any order.
fn comments(text: &str, marks: &[&str]) -> Vec<String> {
    let comment = |line: &str| {
        marks
            .iter()
            .filter_map(|mark| line.find(mark))
            .min()
            .map(|at| line[at..].trim_end_matches(',').trim().to_owned())
    };
    let mut comments: Vec<_> = text.lines().filter_map(comment).collect();
    comments.sort();
    comments
}

#[track_caller]
fn check(text: &str, format: Format, marks: &[&str]) -> String {
    assert!(text.lines().count() >= 300);
    let ways = ["unified_config: 1.0.0 -> 2.0.0 -> 2.1.0 -> 3.0.0 -> 4.0.0", "coordinates: 1.0.0 -> 2.0.0"];
    ways.map(|way| there_and_back(text, format, marks, way)).concat()
}

fn there_and_back(text: &str, format: Format, marks: &[&str], way: &str) -> String {
    let editor = editor(text, format);
    let (config, _) = way.split_once(':').unwrap();
    let plan = migrator().plan_to_latest(config, &editor).unwrap();
    assert_eq!(plan.to_string(), way);
    assert_eq!(comments(plan.editor().text(), marks), comments(text, marks));
    let back = migrator().plan(config, plan.editor(), &version("1")).unwrap();
    assert_eq!(back.editor().document(), editor.document());
    assert_eq!(comments(back.editor().text(), marks), comments(text, marks));
    plan.diff()
}

#[test]
fn of_yaml() {
    insta::assert_snapshot!(check(YAML, Format::Yaml, &["# "]));
}

#[test]
fn of_toml() {
    insta::assert_snapshot!(check(TOML, Format::Toml, &["# "]));
}

#[test]
fn of_json_with_comments() {
    insta::assert_snapshot!(check(JSONC, Format::Jsonc, &["// ", "/* "]));
}
