use enhanced_config_core::Redactor;
use enhanced_config_migrate::{Direction, Migration, RegisterError, Step};

use super::{migrator, path, version, yaml};

/// The way as text, or the refusal.
fn way(ways: &[(&str, &str)], from: &str, to: &str) -> String {
    let text = format!("version: {from:?}\n");
    match migrator(ways).plan("app", &yaml(&text), &version(to)) {
        Ok(plan) => plan.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_shortest_way_is_taken_in_both_directions() {
    let ways = [("1", "1.1"), ("1.1", "1.2"), ("1.2", "2"), ("1.1", "2"), ("2", "2.1")];
    assert_eq!(way(&ways, "1.0.0", "2.1"), "app: 1.0.0 -> 1.1.0 -> 2.0.0 -> 2.1.0");
    assert_eq!(way(&ways, "2.1.0", "1"), "app: 2.1.0 -> 2.0.0 -> 1.1.0 -> 1.0.0");
    assert_eq!(way(&ways, "1.2.0", "2"), "app: 1.2.0 -> 2.0.0");
    assert_eq!(way(&ways, "2.0.0", "2"), "app: 2.0.0");
}

#[test]
fn a_plan_says_what_it_does() {
    let migrator = migrator(&[("1", "2"), ("2", "3")]);
    let check = |from: &str, to: &str, direction: Direction| {
        let (from, to) = (version(from), version(to));
        let plan = migrator.plan("app", &yaml(&format!("version: '{from}'\n")), &to).unwrap();
        assert_eq!((plan.config(), plan.from(), plan.to(), plan.is_empty()), ("app", &from, &to, false));
        let hops: Vec<_> = plan.hops().iter().map(|hop| (&hop.from, &hop.to, hop.direction)).collect();
        let middle = version("2");
        assert_eq!(hops, [(&from, &middle, direction), (&middle, &to, direction)]);
    };
    check("1", "3", Direction::Up);
    check("3", "1", Direction::Down);
}

#[test]
fn gaps_and_ambiguities_are_named() {
    assert_eq!(
        way(&[("1", "2"), ("3", "4")], "1.0.0", "4"),
        "app: no way leads from 1.0.0 to 4.0.0; it can get to 1.0.0, 2.0.0"
    );
    assert_eq!(
        way(&[("1", "2"), ("1", "3"), ("2", "4"), ("3", "4"), ("4", "5")], "1.0.0", "5"),
        "app: from 1.0.0 to 4.0.0 one can go by 2.0.0 as well as by 3.0.0"
    );
}

#[test]
fn cycles_and_doubles_are_refused_at_registration() {
    let mut migrator = migrator(&[("1", "2")]);
    let mut register =
        |from, to| migrator.register(Migration::new("app", version(from), version(to), Vec::<Step>::new()));
    assert!(matches!(register("2", "1"), Err(RegisterError::NotForward { .. })));
    assert!(matches!(register("1", "1"), Err(RegisterError::NotForward { .. })));
    assert!(matches!(register("1", "2"), Err(RegisterError::Twice { .. })));
}

#[test]
fn a_migration_without_a_way_back_is_none_back() {
    let mut migrator = migrator(&[("1", "2")]);
    let lossy = Step::Remove { path: path("x"), was: None };
    migrator.register(Migration::new("app", version("2"), version("3"), vec![lossy])).unwrap();
    let error = migrator.plan("app", &yaml("version: \"3\"\n"), &version("1")).unwrap_err();
    assert_eq!(error.to_string(), "app: no way leads from 3.0.0 to 1.0.0; it can get to 3.0.0");
}

#[test]
fn versions_are_read_where_they_are_said_to_be() {
    let mut migrator = migrator(&[("1", "2")]);
    let plan = |migrator: &enhanced_config_migrate::ConfigMigrator, text: &str| {
        migrator
            .plan_to_latest("app", &yaml(text))
            .map(|plan| plan.editor().text().to_owned())
            .map_err(|e| e.to_string())
    };
    let missing = "app: version is missing: write the version there, one of 1.0.0, 2.0.0; or say by ConfigMigrator::set_base of which version a file is that has none";
    assert_eq!(plan(&migrator, "a: 1\n").unwrap_err(), missing);
    migrator.set_base("app", version("1"));
    assert_eq!(plan(&migrator, "a: 1\n").unwrap(), "a: 1\nversion: 2.0.0\n");
    assert_eq!(plan(&migrator, "version: 1 # n\n").unwrap(), "version: 2.0.0 # n\n");
    migrator.set_version_key("app", "meta.schema".parse().unwrap());
    assert_eq!(plan(&migrator, "meta: {schema: '1.0.0'}\n").unwrap(), "meta: {schema: '2.0.0'}\n");
    assert_eq!(migrator.version_key("app"), Some(&path("meta.schema").0));
    assert_eq!(migrator.version_key("other"), None);
    assert_eq!(
        plan(&migrator, "meta: {schema: 1.10}\n").unwrap_err(),
        "meta.schema: expected a version in quotes, such as \"1.2.0\", found float (app.yaml:1:16)"
    );
    assert_eq!(
        plan(&migrator, "meta: {schema: '1.5'}\n").unwrap_err(),
        "app: version 1.5.0 is unknown; supported are 1.0.0, 2.0.0 (app.yaml:1:16)"
    );
    assert_eq!(
        plan(&migrator, "meta: {schema: '3'}\n").unwrap_err(),
        "app: version 3.0.0 is newer than 2.0.0, the newest of this program; supported are 1.0.0, 2.0.0 (app.yaml:1:16)"
    );
    assert_eq!(
        plan(&migrator, "meta: {schema: v1}\n").unwrap_err(),
        "meta.schema: expected a version in quotes, such as \"1.2.0\", found another text (app.yaml:1:16)"
    );
}

#[test]
fn a_name_without_migrations_is_told_with_those_that_have_some() {
    let check = |names: &[&str], config: &str, expected: &str| {
        let mut migrator = enhanced_config_migrate::ConfigMigrator::new();
        for name in names {
            let steps = Vec::<enhanced_config_migrate::Step>::new();
            let migration = enhanced_config_migrate::Migration::new(*name, version("1"), version("2"), steps);
            migrator.register(migration).unwrap();
        }
        let error = migrator.plan_to_latest(config, &yaml("a: 1\n")).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(&[], "app", "app: no migrations are registered for it");
    check(&["server"], "app", "app: no migrations are registered for it; there are some of server");
    check(&["server", "app"], "apps", "apps: no migrations are registered for it; did you mean app?");
    let many = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii"];
    let expected =
        "other: no migrations are registered for it; there are some of aa, bb, cc, dd, ee, ff, gg, hh, …";
    check(&many, "other", expected);
}

#[test]
fn a_text_at_the_target_is_untouched_to_the_byte() {
    let text = "\u{feff}version:   '2.0.0'   # odd  \r\n\r\n\r\na:    [1,2  ]";
    let plan = migrator(&[("1", "2")]).plan_to_latest("app", &yaml(text)).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.editor().to_bytes(), text.as_bytes());
    assert_eq!(plan.diff(), "");
    assert_eq!(plan.document().get("a").unwrap().origin().to_string(), "app.yaml:4:7");
}

#[test]
fn what_is_migrated_says_so() {
    let plan = migrator(&[("1", "2")]).plan_to_latest("app", &yaml("version: '1'\npassword: x\n")).unwrap();
    let origin = plan.document().get("version").unwrap().origin().to_string();
    assert_eq!(origin, "app.yaml, migrated from 1.0.0:1:10");
    assert_eq!(
        plan.diff(),
        "--- app.yaml\n+++ app.yaml\n@@ -1,2 +1,2 @@\n-version: '1'\n+version: '2.0.0'\n (line hidden: it may hold a secret)\n"
    );
}

#[test]
fn what_is_secret_beside_its_name_can_be_told() {
    let plan = migrator(&[("1", "2")]).plan_to_latest("app", &yaml("version: '1'\nhost: db-7\n")).unwrap();
    assert!(plan.diff().contains("db-7"), "{}", plan.diff());
    let plan = plan.with_redactor(Redactor::new().with_secret_key("host"));
    assert!(!plan.diff().contains("db-7"), "{}", plan.diff());
}
