use enhanced_config_format::{Format, Refusal};

use super::{apply, editor};

/// The text stays what it was, and the error says where and why.
#[track_caller]
fn check(format: Format, text: &str, change: &str, message: &str) {
    let mut editor = editor(text, format);
    let error = apply(&mut editor, change).expect_err(change);
    assert_eq!(error.to_string(), message);
    assert_eq!(editor.text(), text);
}

#[track_caller]
fn yaml(text: &str, change: &str, message: &str) {
    check(Format::Yaml, text, change, message);
}

#[test]
fn what_would_change_another_place() {
    let shared = "base: &b\n  x: 1\n  y: {z: 1}\nuse: *b\nmerged:\n  <<: *b\n  own: 1\n";
    let alias = "another place repeats it with an alias, and would change too; the alias is at app:4:6";
    yaml(shared, "set base.x 2", &format!("base.x: {alias}"));
    yaml(shared, "set base.new 2", &format!("base.new: {alias}"));
    yaml(shared, "remove base", &format!("base: {alias}"));
    yaml(shared, "set base.y.z 2", &format!("base.y.z: {alias}"));
    yaml(shared, "rename base.x w", &format!("base.x: {alias}"));
    let repetition = "it is the repetition of a value that is written elsewhere, at app:2:3";
    yaml(shared, "set use.x 2", &format!("use.x: {repetition}"));
    yaml(shared, "remove use.x", &format!("use.x: {repetition}"));
    yaml(shared, "set use.new 2", &format!("use.new: {repetition}"));
    yaml(shared, "remove merged.x", "merged.x: it comes from the merge key at app:6:3");
    yaml(
        "a: &s 1\nb: *s\n",
        "set a 2",
        "a: another place repeats it with an alias, and would change too; the alias is at app:2:4",
    );
}

#[test]
fn what_is_of_its_own_place_although_there_are_aliases() {
    let change = |text: &str, change: &str, after: &str| super::check(Format::Yaml, text, change, after);
    let text = "base: &b\n  x: 1\nmerged:\n  <<: *b\n  own: 1\n";
    change(text, "set merged.x 2", "base: &b\n  x: 1\nmerged:\n  <<: *b\n  own: 1\n  x: 2\n");
    change(text, "set merged.own 2", &text.replace("own: 1", "own: 2"));
    change(text, "rename base b2", &text.replace("base", "b2"));
    change("a: &s 1\nb: *s\n", "set b 2", "a: &s 1\nb: 2\n");
    change("a: &s 1\nb: *s\n", "remove b", "a: &s 1\n");
    change("a:\n  - &s 1\n  - *s\nb: 1\n", "remove a", "b: 1\n");
}

#[test]
fn what_is_not_there_or_does_not_fit() {
    yaml("a: 1\n", "remove b", "b: there is no such value (app:1:1)");
    yaml("a: 1\n", "set a.b 2", "a.b: a is not a map or list that could hold it (app:1:4)");
    yaml("a: [1]\n", "set a[3] 2", "a[3]: there is no such value (app:1:4)");
    yaml("a: [1]\n", "set a.b 2", "a.b: there is no such value (app:1:4)");
    yaml("a: 1\nb: 2\n", "rename a b", "b: there is a value already (app:2:4)");
    yaml("a: 1\nb: 2\n", "insert a 5", "a: there is a value already (app:1:4)");
    yaml("a: {b: 1}\n", "move a a.b.c", "a: it cannot be moved to a.b.c, which is a part of it (app:1:4)");
    yaml("? a\n: 1\nb: 1\n", "remove a", "a: its key is written with `?`, which is not edited (app:1:3)");
    check(Format::Toml, "a = 1\n", "set a null", "a: TOML has no null (app:1:5)");
    check(Format::Toml, "a.b = 1\n", "set a.c {\"d\": [null]}", "a.c.d[0]: TOML has no null (app:1:1)");
    check(
        Format::Toml,
        "[[a]]\nb = 1\n",
        "set a[1] 5",
        "a[1]: a list of `[[tables]]` holds nothing but tables (app:1:3)",
    );
    check(Format::DotEnv, "A=1\n", "set A 2", "A: .env cannot be edited (app:1:3)");
}

#[test]
fn a_refused_part_takes_back_the_parts_before() {
    let text = "a: 1\nb: &x 1\nc: *x\n";
    let mut editor = editor(text, Format::Yaml);
    let error = apply(&mut editor, "move b a.b").expect_err("an alias repeats it");
    assert_eq!(error.why, Refusal::Shared);
    let error = editor.reconcile(&super::editor("a: 2\nc: 1\n", Format::Yaml).document().clone());
    assert_eq!(editor.text(), if error.is_ok() { "a: 2\nc: 1\n" } else { text });
}
