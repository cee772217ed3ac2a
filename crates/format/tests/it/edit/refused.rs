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
    let alias = "the alias at app:4:6 repeats the anchor &b at app:1:7, and would change too: put a value of its own in \
                 place of the alias first";
    yaml(shared, "set base.x 2", &format!("base.x: {alias}"));
    yaml(shared, "set base.new 2", &format!("base.new: {alias}"));
    yaml(shared, "remove base", &format!("base: {alias}"));
    yaml(shared, "set base.y.z 2", &format!("base.y.z: {alias}"));
    yaml(shared, "rename base.x w", &format!("base.x: {alias}"));
    let repetition = "the alias at app:4:6 repeats the anchor &b at app:1:7: change it there by hand, for all that repeat \
                      it, or put a value of its own in place of the alias";
    yaml(shared, "set use.x 2", &format!("use.x: {repetition}"));
    yaml(shared, "remove use.x", &format!("use.x: {repetition}"));
    yaml(shared, "set use.new 2", &format!("use.new: {repetition}"));
    yaml(
        "a: &s 1\nb: *s\n",
        "set a 2",
        "a: the alias at app:2:4 repeats the anchor &s at app:1:4, and would change too: put a value of its own in place of \
         the alias first",
    );
    yaml(
        "a: &s\nb: *s\n",
        "set a 2",
        "a: the alias at app:2:4 repeats the anchor &s at app:1:4, and would change too: put a value of its own in place of \
         the alias first",
    );
}

#[test]
fn lines_that_a_carriage_return_alone_ends() {
    let refused = |place: &str| {
        format!(
            "b: a carriage return alone ends a line here, beside which no line is changed: end lines with line feeds first \
             (app:{place})"
        )
    };
    for change in ["set b 3", "remove b", "rename b c", "wrap b c"] {
        yaml("a: 1\r\nb: 2\r\r\n", change, &refused("2:5"));
        yaml("a: 1\rb: 2\n", change, &refused("1:5"));
    }
    assert!(apply(&mut editor("a: 1\r\nb: 2\r\n", Format::Yaml), "set b 3").is_ok());
}

#[test]
fn what_a_merge_key_brings() {
    let text = "a: &a\n  x: 1\nb: &b {y: 2}\nc: &c\n  <<: *a\n  z: 3\none:\n  <<: *a\nmany:\n  <<: [*b, *c]\nown:\n  <<: {w: {v: 4}}\n";
    let brings = |path: &str, merge: &str, anchor: &str| {
        let message = format!(
            "{path}: the merge key at app:{merge} brings it from the anchor {anchor}: change it there by hand, for all that \
             repeat it, or put a value of its own beside the merge key"
        );
        yaml(text, &format!("remove {path}"), &message);
        yaml(text, &format!("rename {path} q"), &message);
    };
    brings("one.x", "8:3", "&a at app:1:4");
    brings("many.y", "10:3", "&b at app:3:4");
    brings("many.z", "10:3", "&c at app:4:4");
    // What the anchored map itself merges.
    brings("many.x", "10:3", "&c at app:4:4");
    yaml(
        text,
        "set own.w.v 5",
        "own.w.v: the merge key at app:12:3 brings it: change it there by hand, or put a value of its own beside the merge key",
    );
    // Not every alias behind the merge key has to do with it.
    yaml(
        "b: &b {y: 2}\nown:\n  <<: [{w: 1}, *b]\n",
        "remove own.w",
        "own.w: the merge key at app:3:3 brings it: change it there by hand, or put a value of its own beside the merge key",
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
    yaml("a: [1]\n", "rename a[0] b", "a[0]: a is not a map or list that could hold it (app:1:5)");
    check(
        Format::Toml,
        "a = [1]\n",
        "rename a[0] b",
        "a[0]: a is not a map or list that could hold it (app:1:6)",
    );
    yaml("a: 1\n", "rename  b", "the root is always a map, and has no name (app:1:1)");
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
    assert!(matches!(error.why, Refusal::Shared { anchor: Some(_) }), "{error}");
    let error = editor.reconcile(&super::editor("a: 2\nc: 1\n", Format::Yaml).document().clone());
    assert_eq!(editor.text(), if error.is_ok() { "a: 2\nc: 1\n" } else { text });
}
