//! Keys of older versions in layers that no migration changes.

use std::collections::BTreeSet;

use enhanced_config_core::{Document, KeyPath, Kind, NodeRef};
use enhanced_config_format::Format;
use enhanced_config_migrate::{ConfigMigrator, Fate, FormerKey, Migration, Observed, Steps};
use serde_json::Value;

use super::{path, version, yaml};

/// What is found of a layer, over a document of the newest version, a line each.
fn found(migrator: &ConfigMigrator, base: &Document, layer: &str) -> Vec<String> {
    found_by(migrator, base, layer, Vec::new())
}

fn found_by(migrator: &ConfigMigrator, base: &Document, layer: &str, observed: Vec<Observed>) -> Vec<String> {
    let keys = migrator.former_keys("app", || observed.clone()).unwrap();
    let is_known =
        |path: &KeyPath, _: NodeRef<'_>| base.at(path).is_some_and(|node| node.kind() != Kind::Map);
    keys.of(yaml(layer).document(), &is_known).iter().map(shown).collect()
}

fn shown(key: &FormerKey) -> String {
    let list = |paths: &[KeyPath]| paths.iter().map(KeyPath::to_string).collect::<Vec<_>>().join(" and ");
    let fate = match &key.fate {
        Fate::Now(paths) => list(paths),
        Fate::Found(path) => format!("perhaps {path}"),
        _ => "nothing".to_owned(),
    };
    format!("{} -> {fate} ({} to {})", key.path, key.from, key.to)
}

/// Migrations of these steps, from 1 to 2, from 2 to 3 and so on.
fn described(migrations: &[&str]) -> ConfigMigrator {
    let mut migrator = ConfigMigrator::new();
    for (steps, from) in migrations.iter().zip(1..) {
        let text =
            format!("config: app\nmigrations: [{{from: \"{from}\", to: \"{}\", up: [{steps}]}}]\n", from + 1);
        for migration in Migration::read(text.as_bytes(), Format::Yaml, "m.yaml").unwrap() {
            migrator.register(migration).unwrap();
        }
    }
    migrator
}

#[track_caller]
fn check(migrations: &[&str], base: &str, layer: &str, expected: &[&str]) {
    assert_eq!(found(&described(migrations), yaml(base).document(), layer), expected);
}

#[test]
fn each_step_that_takes_a_key_away_says_where_it_is() {
    let rename = "rename: {path: a.b, key: c}";
    check(&[&format!("{{{rename}}}")], "a: {c: 1}\n", "a: {b: 2}\n", &["a.b -> a.c (1.0.0 to 2.0.0)"]);
    check(
        &[&format!("{{{rename}}}")],
        "a: {c: 1}\n",
        "a: {b: {x: 2, y: 3}}\n",
        &["a.b -> a.c (1.0.0 to 2.0.0)"],
    );
    check(&["{move: {from: a, to: b.c}}"], "b: {c: 1}\n", "a: 2\nd: 1\n", &["a -> b.c (1.0.0 to 2.0.0)"]);
    check(&["{move_back: {from: a.x, to: b}}"], "b: 1\n", "a: {x: 2}\n", &["a.x -> b (1.0.0 to 2.0.0)"]);
    check(&["{remove: {path: a}}"], "b: 1\n", "a: {x: 1, y: {z: 2}}\n", &["a -> nothing (1.0.0 to 2.0.0)"]);
    check(&["{wrap: {path: a, key: b}}"], "a: {b: 1}\n", "a: 2\n", &["a -> a.b (1.0.0 to 2.0.0)"]);
    check(&["{unwrap: {path: a, key: b}}"], "a: 1\n", "a: {b: 2}\n", &["a.b -> a (1.0.0 to 2.0.0)"]);
    check(
        &["{split: {path: listen, separator: ':', into: [bind, {path: port, kind: integer}]}}"],
        "bind: h\nport: 1\n",
        "listen: h:2\n",
        &["listen -> bind and port (1.0.0 to 2.0.0)"],
    );
    check(
        &["{join: {from: [h, p], separator: ':', into: l}}"],
        "l: a:1\n",
        "p: 2\nother: 3\n",
        &["p -> l (1.0.0 to 2.0.0)"],
    );
}

#[test]
fn what_is_a_key_of_the_newest_version_is_none() {
    let nothing: &[&str] = &[];
    let rename = "{rename: {path: a, key: b}}";
    check(&[rename], "b: 1\n", "b: 2\nother: 3\nversion: 1.0.0\n", nothing);
    // It is there, whoever put it there.
    check(&[rename], "a: 1\nb: 1\n", "a: 2\n", nothing);
    // It came back, in the same migration or a later one.
    check(&["{rename: {path: a, key: b}}, {default: {path: a, value: 1}}"], "b: 1\n", "a: 2\n", nothing);
    check(&[rename, "{move: {from: c, to: a}}"], "b: 1\n", "a: 2\n", nothing);
    check(&["{wrap: {path: a, key: b}}"], "x: 1\n", "a: {b: 2}\n", nothing);
    check(
        &["{map_value: {path: a, values: {x: y}}}, {set: {path: c, value: 1}}"],
        "x: 1\n",
        "a: x\nc: 2\n",
        nothing,
    );
    check(&["{drop: {path: a, value: 1}}"], "x: 1\n", "a: 2\n", nothing);
}

#[test]
fn a_key_is_followed_through_all_migrations() {
    let ways = ["{rename: {path: a, key: b}}", "{move: {from: b, to: c.d}}", "{remove: {path: e}}"];
    check(
        &ways,
        "c: {d: 1}\n",
        "a: 1\nb: 2\ne: 3\n",
        &["a -> c.d (1.0.0 to 2.0.0)", "b -> c.d (2.0.0 to 3.0.0)", "e -> nothing (3.0.0 to 4.0.0)"],
    );
    check(
        &["{rename: {path: a, key: b}}", "{remove: {path: b}}"],
        "x: 1\n",
        "a: 1\n",
        &["a -> nothing (1.0.0 to 2.0.0)"],
    );
    // There and away again.
    check(
        &["{move: {from: c, to: a}}, {rename: {path: a, key: b}}"],
        "b: 1\n",
        "a: 1\nc: 1\n",
        &["a -> b (1.0.0 to 2.0.0)", "c -> b (1.0.0 to 2.0.0)"],
    );
    // Of a map that went elsewhere in parts each part is told.
    check(
        &["{rename: {path: a.x, key: z}}, {move: {from: a.y, to: b}}"],
        "b: 1\n",
        "a: {x: 1, y: 2}\n",
        &["a.x -> a.z (1.0.0 to 2.0.0)", "a.y -> b (1.0.0 to 2.0.0)"],
    );
    // And of one that is there again, in part.
    check(
        &["{rename: {path: a, key: z}}"],
        "a: {y: 1}\nz: {x: 1, y: 1}\n",
        "a: {x: 1, y: 2}\n",
        &["a.x -> z.x (1.0.0 to 2.0.0)"],
    );
}

fn of_code() -> ConfigMigrator {
    let up = Steps::code(|editor| {
        if editor.document().at(&path("server.host").0).is_some() {
            editor.relocate(&path("server.host").0, &path("net.address").0)?;
            editor.remove(&path("old").0)?;
        }
        Ok(editor.set(&path("made").0, 1)?)
    });
    let down = Steps::code(|editor| {
        editor.relocate(&path("net.address").0, &path("server.host").0)?;
        editor.set(&path("old").0, true)?;
        Ok(editor.remove(&path("made").0)?)
    });
    let mut migrator = ConfigMigrator::new();
    migrator.register(Migration::new("app", version("1"), version("2"), up).with_down(down)).unwrap();
    migrator
}

/// From the document before and after, whichever of the two was there first.
#[test]
fn code_is_judged_by_what_it_did_to_a_document() {
    let migrator = of_code();
    let plan = migrator
        .plan_to_latest("app", &yaml("version: '1'\nserver: {host: a, port: 1}\nold: true\n"))
        .unwrap();
    let layer = "server: {host: b, port: 2}\nold: false\nmade: 2\nother: 3\n";
    let expected = ["server.host -> perhaps net.address (1.0.0 to 2.0.0)", "old -> nothing (1.0.0 to 2.0.0)"];
    let base = plan.document();
    assert_eq!(found_by(&migrator, &base, layer, plan.observed().to_vec()), expected);
    let by_taking_back = migrator.observe("app", &base);
    assert_eq!(found_by(&migrator, &base, layer, by_taking_back), expected);
    assert!(found(&migrator, &base, layer).is_empty(), "nobody saw it");
}

#[test]
fn a_value_that_may_have_come_from_elsewhere_is_not_found() {
    let code = Steps::code(|editor| {
        editor.remove(&path("a").0)?;
        editor.remove(&path("b").0)?;
        Ok(editor.set(&path("c").0, true)?)
    });
    let mut migrator = ConfigMigrator::new();
    migrator.register(Migration::new("app", version("1"), version("2"), code)).unwrap();
    let plan = migrator.plan_to_latest("app", &yaml("version: '1'\na: true\nb: true\n")).unwrap();
    assert_eq!(
        found_by(&migrator, &plan.document(), "a: false\n", plan.observed().to_vec()),
        ["a -> nothing (1.0.0 to 2.0.0)"]
    );
}

/// Looking for more takes too long.
#[test]
fn among_too_many_values_none_is_found() {
    let check = |gone: usize, made: usize, expected: &str| {
        let code = Steps::code(move |editor| {
            (0..gone).try_for_each(|at| editor.remove(&path(&format!("a{at}")).0))?;
            // The map is one of the values that were made.
            let members = (1..made).map(|at| (format!("k{at}"), (at - 1).into()));
            Ok(editor.set(&path("made").0, Value::Object(members.collect()))?)
        });
        let mut migrator = ConfigMigrator::new();
        migrator.register(Migration::new("app", version("1"), version("2"), code)).unwrap();
        let text: String = (0..gone).map(|at| format!("a{at}: {at}\n")).collect();
        let plan = migrator.plan_to_latest("app", &yaml(&format!("version: '1'\n{text}"))).unwrap();
        let found = found_by(&migrator, &plan.document(), "a0: 5\n", plan.observed().to_vec());
        assert_eq!(found, [format!("a0 -> {expected} (1.0.0 to 2.0.0)")], "{gone} gone, {made} made");
    };
    check(100, 200, "perhaps made.k1");
    check(101, 200, "nothing");
    check(1, 10_000, "perhaps made.k1");
    check(1, 10_001, "nothing");
}

#[test]
fn the_paths_that_values_are_taken_from_are_listed() {
    let check = |migrator: &ConfigMigrator, observed: &[Observed], expected: &[&str]| {
        let keys = migrator.former_keys("app", || observed.to_vec()).unwrap();
        // A migration is on the way from every older version.
        let paths: BTreeSet<_> = keys.paths().iter().map(KeyPath::to_string).collect();
        assert_eq!(paths.iter().collect::<Vec<_>>(), expected);
    };
    let of_steps = described(&[
        "{rename: {path: a, key: x}}, {wrap: {path: b, key: x}}, {unwrap: {path: c, key: x}}, {move: {from: d, to: x}}",
        "{move_back: {from: e.f, to: x}}, {remove: {path: g}}, {split: {path: h, separator: ':', into: [x, y]}}",
        "{join: {from: [i, j], separator: ':', into: x}}, {set: {path: x, value: 1}}, {default: {path: x, value: 1}}",
        "{drop: {path: x, value: 1}}, {map_value: {path: x, values: {y: z}}}",
    ]);
    check(&of_steps, &[], &["a", "b", "c.x", "d", "e.f", "g", "h", "i", "j"]);
    let of_code = of_code();
    let plan = of_code.plan_to_latest("app", &yaml("version: '1'\nserver: {host: a, port: 1}\nold: true\n"));
    check(&of_code, plan.unwrap().observed(), &["old", "server.host"]);
}

#[test]
fn without_migrations_there_are_none() {
    assert!(ConfigMigrator::new().former_keys("app", Vec::new).is_none());
}
