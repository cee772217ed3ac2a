use enhanced_config_format::Format;

#[track_caller]
fn check(before: &str, change: &str, after: &str) {
    super::check(Format::Toml, before, change, after);
}

const TEXT: &str = "# top\ntitle = 'x' # t\n\n# owner\n[owner]\nname = \"n\" # who\nlimits.cpu = 1\nlimits.mem = 2\n\n[servers.alpha]\nip = \"1\"\nroles = [\"a\", \"b\"]\n\n# second\n[[items]]\nid = 1\n\n[items.sub]\nx = 1\n\n[[items]]\nid = 2\n";

#[test]
fn a_value_keeps_what_stands_around_it() {
    check(TEXT, "set title \"y\"", &TEXT.replace("'x'", "'y'"));
    check(TEXT, "set title \"it's\"", &TEXT.replace("'x'", "\"it's\""));
    check(TEXT, "set owner.name \"m\"", &TEXT.replace("\"n\" #", "\"m\" #"));
    check(TEXT, "set owner.limits.mem 3", &TEXT.replace("mem = 2", "mem = 3"));
    check(TEXT, "set items[1].id 5", &TEXT.replace("id = 2", "id = 5"));
    check(TEXT, "set items[0].sub.x 5", &TEXT.replace("x = 1", "x = 5"));
    check(TEXT, "insert servers.alpha.roles[1] \"c\"", &TEXT.replace("\"b\"", "\"c\", \"b\""));
    check(
        "a = \"\"\"\nx # \\\"\"\"\"\"\" # c\nb = 1\n",
        "set b 2",
        "a = \"\"\"\nx # \\\"\"\"\"\"\" # c\nb = 2\n",
    );
}

#[test]
fn a_new_key() {
    check(TEXT, "set x 1", &TEXT.replace("# t\n", "# t\nx = 1\n"));
    check(TEXT, "set owner.age 1", &TEXT.replace("mem = 2\n", "mem = 2\nage = 1\n"));
    check(TEXT, "set owner.limits.disk 1", &TEXT.replace("mem = 2\n", "mem = 2\nlimits.disk = 1\n"));
    check(TEXT, "set servers.x 1", &TEXT.replace("[servers.alpha]", "[servers]\nx = 1\n\n[servers.alpha]"));
    check(
        TEXT,
        "set servers.beta.ip \"2\"",
        &TEXT.replace("\"b\"]\n", "\"b\"]\n\n[servers.beta]\nip = \"2\"\n"),
    );
    check(TEXT, "set items[0].y 1", &TEXT.replace("id = 1\n", "id = 1\ny = 1\n"));
    check(TEXT, "set items[2] {\"id\": 3}", &(TEXT.to_owned() + "\n[[items]]\nid = 3\n"));
    check(
        TEXT,
        "insert items[1] {\"id\": 3}",
        &TEXT.replace("\n[[items]]\nid = 2", "\n[[items]]\nid = 3\n\n[[items]]\nid = 2"),
    );
    check(TEXT, "set new.deep.key [1, 2]", &(TEXT.to_owned() + "\n[new.deep]\nkey = [1, 2]\n"));
    check("[a]\nb = 1\n", "set c 1", "c = 1\n\n[a]\nb = 1\n");
    check("a = {}\n", "set a.b 1", "a = { b = 1 }\n");
    check("a = { b = 1 }\r\n", "set a.c.d \"x\"", "a = { b = 1, c = { d = \"x\" } }\r\n");
    check("a = 1", "set b 2", "a = 1\nb = 2");
    // A text of several lines, where lines end otherwise.
    check("x = 1\r\n", "set y \"q\\n\\u007fr\"", "x = 1\r\ny = \"q\\n\\u007Fr\"\r\n");
    check("x = 1\r\n", "set x \"q\\nr\"", "x = \"q\\nr\"\r\n");
    check("x = 1\r\n", "set y {\"a b\": [\"q\\nr\", 1]}", "x = 1\r\ny = { \"a b\" = [\"q\\nr\", 1] }\r\n");
    check("x = { a = 1 }\r\n", "set x.b \"q\\nr\"", "x = { a = 1, b = \"q\\nr\" }\r\n");
}

#[test]
fn what_is_removed_takes_its_comments_along() {
    check(TEXT, "remove title", &TEXT.replace("# top\ntitle = 'x' # t\n", ""));
    check(
        TEXT,
        "remove owner",
        &TEXT.replace("\n# owner\n[owner]\nname = \"n\" # who\nlimits.cpu = 1\nlimits.mem = 2\n", ""),
    );
    check(TEXT, "remove owner.limits", &TEXT.replace("limits.cpu = 1\nlimits.mem = 2\n", ""));
    check(
        TEXT,
        "remove items[0]",
        &TEXT.replace("\n# second\n[[items]]\nid = 1\n\n[items.sub]\nx = 1\n", ""),
    );
    check(TEXT, "remove servers.alpha.roles[1]", &TEXT.replace("[\"a\", \"b\"]", "[\"a\"]"));
    check(
        TEXT,
        "remove servers.alpha",
        &TEXT.replace("[servers.alpha]\nip = \"1\"\nroles = [\"a\", \"b\"]\n", "[servers]\n"),
    );
    check("a.b = 1\nc = 2\n", "remove a.b", "a = {}\nc = 2\n");
    check("c = 2\n[[l]]\nx = 1\n", "remove l[0]", "c = 2\nl = []\n");
    check("[t]\nx = 1\n", "remove t.x", "[t]\n");
}

#[test]
fn comments_that_have_no_place_with_their_value_stand_above_its_line() {
    check(
        "# x's\nx = 1 # one\n\n[t]\nl = { a = 1 } # l\n",
        "move x t.l.x",
        "\n[t]\n# x's\n# one\nl = { a = 1, x = 1 } # l\n",
    );
    check("a = [ # a\n  1, # one\n]\n\n[t]\n", "move a t.b", "\n[t]\nb = [ # a\n  1, # one\n]\n");
}

#[test]
fn a_wrapped_table_keeps_its_comments() {
    check(
        "# n\n[n]\nx = 1\n\n# t\n[n.t]\nc = 1 # c\n",
        "wrap n.t s",
        "# n\n[n]\nx = 1\n\n# t\n[n.t.s]\nc = 1 # c\n",
    );
}

#[test]
fn renames_and_moves() {
    check(TEXT, "rename owner holder", &TEXT.replace("[owner]", "[holder]"));
    check(TEXT, "rename items things", &TEXT.replace("items", "things"));
    check(TEXT, "rename owner.limits bounds", &TEXT.replace("limits", "bounds"));
    check(TEXT, "rename items[0].id key.x", &TEXT.replace("id = 1", "\"key.x\" = 1"));
    check(
        TEXT,
        "move owner.name servers.alpha.owner",
        &TEXT
            .replace(
                "name = \"n\" # who
",
                "",
            )
            .replace(
                "\"b\"]
",
                "\"b\"]
owner = \"n\" # who
",
            ),
    );
    check(TEXT, "move owner people.first", &TEXT.replace("[owner]", "[people.first]"));
    check(TEXT, "move items all.of.them", &TEXT.replace("[items", "[all.of.them"));
    check(
        TEXT,
        "move title owner.title",
        &TEXT
            .replace(
                "# top
title = 'x' # t
",
                "",
            )
            .replace(
                "mem = 2
",
                "mem = 2
# top
title = 'x' # t
",
            ),
    );
    check(
        TEXT,
        "set owner 5",
        &TEXT
            .replace("# t\n", "# t\nowner = 5\n")
            .replace("# owner\n[owner]\nname = \"n\" # who\nlimits.cpu = 1\nlimits.mem = 2\n", ""),
    );
}

#[test]
fn a_line_takes_the_place_of_the_last_one_that_has_no_end() {
    check("x = 0\n# c\na.a = [1]", "remove a.a", "x = 0\na = {}");
    check("x = 0\r\na.a = 1", "remove a.a", "x = 0\r\na = {}");
    check("x = 0\n[t]\na.a = 1", "remove t.a.a", "x = 0\n[t]\na = {}");
}

#[test]
fn what_is_written_in_two_places_is_not_taken_for_one() {
    // With `[a.b]` renamed to `[a]` there would be two of them.
    check("[a]\n\n[a.b]\nc = 1\n", "unwrap a b", "\n[a]\nc = 1\n");
    // No dotted key leads into braces.
    check("[t]\na = {}\nb = 0\n", "move t.b t.a.b", "[t]\na = { b = 0 }\n");
    check("t = {}\n\n[b]\na = 0\n", "move b t.b", "t = { b = { a = 0 } }\n");
}

#[test]
fn a_table_of_a_list_has_texts_of_several_lines_where_lines_end_otherwise() {
    check(
        "[[l]]\r\na = 1\r\n",
        "insert l[1] {\"text\": \"one\\ntwo\\n\", \"sub\": {\"x\": [\"q\\nr\"]}, \"list\": [{}, {\"y\": \"\\n\"}]}",
        "[[l]]\r\na = 1\r\n\r\n[[l]]\r\ntext = \"one\\ntwo\\n\"\r\n\r\n[[l.list]]\r\n\r\n[[l.list]]\r\ny = \"\\n\"\r\n\r\n[l.sub]\r\nx = [\"q\\nr\"]\r\n",
    );
    check(
        "[[l]]\r\na = 1\r\n",
        "insert l[0] {\"a b\": \"one\\ntwo\"}",
        "[[l]]\r\n\"a b\" = \"one\\ntwo\"\r\n\r\n[[l]]\r\na = 1\r\n",
    );
    check("x = 1\r\n[[l]]\r\n", "insert l[1] {}", "x = 1\r\n[[l]]\r\n\r\n[[l]]\r\n");
}

#[test]
fn a_table_that_is_moved_there_and_back_leaves_no_blank_line() {
    let there_and_back = |text: &str, from: &str, to: &str| {
        let mut editor = super::editor(text, Format::Toml);
        for (from, to) in [(from, to), (to, from)] {
            super::apply(&mut editor, &format!("move {from} {to}")).unwrap();
            assert!(
                !editor.text().contains("\n\n\n") && !editor.text().ends_with("\n\n"),
                "{}",
                editor.text()
            );
        }
        assert_eq!(editor.text(), text, "{from} to {to}");
    };
    there_and_back(TEXT, "items[0].sub", "sub");
    there_and_back(&TEXT.replace('\n', "\r\n"), "items[0].sub", "sub");
    there_and_back("a = 1\n\n[[l]]\nx = 1\n\n[l.t]\ny = 1\n\n[b]\nz = 1\n", "l[0].t", "c");
    there_and_back("[[l]]\nx = 1\n\n[l.t]\ny = 1\n", "l[0].t", "c");
    // What is set and removed again.
    let mut editor = super::editor(TEXT, Format::Toml);
    super::apply(&mut editor, "set new.table {\"x\": 1}").unwrap();
    super::apply(&mut editor, "remove new").unwrap();
    assert_eq!(editor.text(), TEXT);
}

#[test]
fn what_takes_the_place_of_a_list_of_tables_is_known_to_the_next_edit() {
    let mut editor = super::editor("# top\n[[a]]\nx = 1\n\n[[b]]\ny = {z = 1}\n", Format::Toml);
    for change in ["set b[0].y.z 2", "remove a[0]", "set a [1]"] {
        super::apply(&mut editor, change).unwrap();
    }
    let lines: Vec<&str> = editor.text().lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, ["a = [1]", "[[b]]", "y = {z = 2}"]);
}

#[test]
fn a_table_that_a_header_alone_makes_does_not_go_with_it_whenever_it_is_looked_at() {
    let mut one_by_one = super::editor("id = 2\n[items.sub]\nx = { y = 2 }\n", Format::Toml);
    let mut at_once = one_by_one.clone();
    let edits = ["move items.sub new", "rename new.x z", "unwrap new z", "set items {\"x\": 1}"];
    edits.iter().for_each(|edit| super::apply(&mut one_by_one, edit).unwrap());
    at_once.transaction(|editor| edits.iter().try_for_each(|edit| super::apply(editor, edit))).unwrap();
    assert_eq!(at_once.text(), one_by_one.text());
}

#[test]
fn a_key_is_found_however_it_is_written() {
    let text = "\"a\\u0062\" = 1\n'c\\' = 2\n\n[\"t\\\"\".'u']\nx = {\"\\u0079\" = 3}\n";
    check(text, "set ab 4", &text.replace("= 1", "= 4"));
    check(text, "set \"c\\\\\" 4", &text.replace("= 2", "= 4"));
    check(text, "set \"t\\\"\".u.x.y 4", &text.replace("= 3", "= 4"));
    check(text, "remove ab", &text.replace("\"a\\u0062\" = 1\n", ""));
    check(text, "rename \"t\\\"\".u.x.y z", &text.replace("\"\\u0079\"", "z"));
}

#[test]
fn blanks_inside_of_a_header_stay() {
    let text = "[ a ]\nb = 1\n\n[[\tl . m\t]] # m\nc = 1\n\n[ l.m.'x' ]\nd = 1\n";
    check(text, "set a.b 2", &text.replace("b = 1", "b = 2"));
    check(text, "set a.e 2", &text.replace("b = 1\n", "b = 1\ne = 2\n"));
    check(text, "set l.m[0].c 2", &text.replace("c = 1", "c = 2"));
    check(text, "set l.m[0].x.d 2", &text.replace("d = 1", "d = 2"));
    check(text, "remove l.m[0].x", &text.replace("\n[ l.m.'x' ]\nd = 1\n", ""));
    check(text, "remove a", &text.replace("[ a ]\nb = 1\n", ""));
    check(text, "rename a z", &text.replace("[ a ]", "[ z ]"));
    check(text, "insert l.m[1] {\"c\": 2}", &(text.to_owned() + "\n[[l.m]]\nc = 2\n"));
}
