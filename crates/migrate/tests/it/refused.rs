use enhanced_config_core::{Problem, ProblemKind};
use enhanced_config_format::Editor;
use enhanced_config_migrate::{Migration, Part, PartKind, Step, Steps};

use super::{ConfigMigrator, of_steps, path, version, yaml};

#[track_caller]
fn check(migrator: &ConfigMigrator, text: &str, message: &str) {
    let editor = yaml(text);
    assert_eq!(migrator.plan_to_latest("app", &editor).unwrap_err().to_string(), message);
    assert_eq!(editor.text(), text);
}

#[test]
fn a_step_that_fails_is_named_with_its_place() {
    let fine = Step::Default { path: path("x"), value: 1.into() };
    let step = |step| of_steps(vec![fine.clone(), step]);
    let split = Step::Split {
        path: path("a"),
        separator: ":".into(),
        into: vec![path("h").into(), path("p").into()],
    };
    check(
        &step(split.clone()),
        "version: '1'\na: 5\n",
        "app: from 1.0.0 to 2.0.0, step 2, split a: a: expected a string, found integer (app.yaml:2:4)",
    );
    check(
        &step(split),
        "version: '1'\na: secret:b:c\n",
        "app: from 1.0.0 to 2.0.0, step 2, split a: a: expected 2 parts, found 3 (app.yaml:2:4)",
    );
    check(
        &step(Step::Rename { path: path("a"), key: "b".into() }),
        "version: '1'\na: 1\nb: 2\n",
        "app: from 1.0.0 to 2.0.0, step 2, rename a: b: there is a value already (app.yaml:3:4)",
    );
    check(
        &step(Step::Set { path: path("a.x"), value: 2.into(), was: None }),
        "version: '1'\na: &a\n  x: 1\nb: *a\n",
        "app: from 1.0.0 to 2.0.0, step 2, set a.x: a.x: the alias at app.yaml:4:4 repeats the anchor &a at app.yaml:2:4, and would change too: put a value of its own in place of the alias first",
    );
    check(
        &step(Step::Unwrap { path: path("a"), key: "b".into() }),
        "version: '1'\na: {b: 1, c: 2}\n",
        "app: from 1.0.0 to 2.0.0, step 2, unwrap a: a: expected a map with \"b\" as its only key (app.yaml:2:4)",
    );
}

#[test]
fn what_would_not_come_back_exactly_is_refused_with_its_place() {
    let port = Part::new(path("p")).with_kind(PartKind::Integer);
    let parts = vec![path("h").into(), port];
    let split = Step::Split { path: path("a"), separator: ":".into(), into: parts.clone() };
    let join = Step::Join { from: parts, separator: ":".into(), into: path("a") };
    let (split, join) = (of_steps(vec![split]), of_steps(vec![join]));
    for listen in ["h:080", "h:+80", "h:http", "h:80.0", "h:"] {
        check(
            &split,
            &format!("version: '1'\na: '{listen}'\n"),
            "app: from 1.0.0 to 2.0.0, step 1, split a: a: the part for p is not an integer in its plain form, such as 80 (app.yaml:2:4)",
        );
    }
    check(
        &join,
        "version: '1'\nh: a\np: '80'\n",
        "app: from 1.0.0 to 2.0.0, step 1, join a: p: expected an integer without the separator, found string (app.yaml:3:4)",
    );
    check(
        &join,
        "version: '1'\nh: a\n",
        "app: from 1.0.0 to 2.0.0, step 1, join a: p: missing, and without it the others make no a",
    );
}

#[test]
fn the_place_of_a_refusal_is_the_one_that_its_words_end_with() {
    let place = |steps: Vec<Step>, text: &str| {
        let error = of_steps(steps).plan_to_latest("app", &yaml(text)).unwrap_err();
        let place = error.origin().map(ToString::to_string);
        assert!(place.iter().all(|place| error.to_string().ends_with(&format!("({place})"))), "{error}");
        place
    };
    let port = Part::new(path("p")).with_kind(PartKind::Integer);
    let parts = vec![path("h").into(), port];
    let split = Step::Split { path: path("a"), separator: ":".into(), into: parts.clone() };
    let join = Step::Join { from: parts, separator: ":".into(), into: path("a") };
    for text in ["a: 5", "a: 1:2:3", "a: b:c"] {
        assert_eq!(place(vec![split.clone()], &format!("version: '1'\n{text}\n")).unwrap(), "app.yaml:2:4");
    }
    let rename = Step::Rename { path: path("a"), key: "b".into() };
    assert_eq!(place(vec![rename], "version: '1'\na: 1\nb: 2\n").unwrap(), "app.yaml:3:4");
    assert_eq!(place(vec![join], "version: '1'\nh: a\n"), None);
    for version in ["1.5", "3.0.0", "none"] {
        assert_eq!(place(Vec::new(), &format!("a: 1\nversion: {version}\n")).unwrap(), "app.yaml:2:10");
    }
    assert_eq!(place(Vec::new(), "a: 1\n"), None);
}

#[test]
fn what_a_check_refuses_is_not_made() {
    let mut migrator = of_steps(vec![Step::Default { path: path("x"), value: 1.into() }]);
    migrator.set_check("app", version("2"), |document| {
        let node = document.get("x").unwrap();
        let kind = ProblemKind::Custom { message: "too small".into() };
        Err(Problem::error(kind).with_path(path("x").0).with_origin(node.origin()).into())
    });
    check(
        &migrator,
        "version: '1'\n",
        "app: from 1.0.0 to 2.0.0, what came of it is refused: x: too small (app.yaml:2:4)",
    );
}

#[test]
fn code_that_fails_half_way_leaves_nothing() {
    let mut migrator = ConfigMigrator::new();
    let code = Steps::code(|editor: &mut Editor| {
        editor.set(&path("half").0, 1)?;
        Ok(editor.remove(&path("missing").0)?)
    });
    migrator.register(Migration::new("app", version("1"), version("2"), code)).unwrap();
    check(
        &migrator,
        "version: '1'\n",
        "app: from 1.0.0 to 2.0.0, its code: missing: there is no such value (app.yaml:1:1)",
    );
}
