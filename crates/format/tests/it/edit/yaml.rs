use enhanced_config_format::Format;

#[track_caller]
fn check(before: &str, change: &str, after: &str) {
    super::check(Format::Yaml, before, change, after);
}

#[test]
fn a_scalar_keeps_what_stands_around_it() {
    check("a: 1   # one\nb: 2\n", "set a 10", "a: 10   # one\nb: 2\n");
    check("a:   'x'\n", "set a \"it's\"", "a:   'it''s'\n");
    check("a: \"x\"\n", "set a \"y\"", "a: \"y\"\n");
    check("a: x\n", "set a \"yes\"", "a: \"yes\"\n");
    check("a: x\n", "set a \"0644\"", "a: \"0644\"\n");
    check("a:\nb: 1\n", "set a 5", "a: 5\nb: 1\n");
    check("a: # none\nb: 1\n", "set a 5", "a: 5 # none\nb: 1\n");
    check("a: 1", "set a 2", "a: 2");
    check("a: 1\r\nb: 2\r\n", "set b 3", "a: 1\r\nb: 3\r\n");
    check("a: !!str 1 # x\n", "set a 2", "a:  2 # x\n");
    check("a: &x 1\nb: 2\n", "set a 2", "a: &x 2\nb: 2\n");
    check("a: one\n  two\n  three\nb: 1\n", "set a 2", "a: 2\nb: 1\n");
}

#[test]
fn texts_of_several_lines() {
    check("a: |\n  x\n  y\nb: 1\n", "set a \"p\\nq\\n\"", "a: |\n  p\n  q\nb: 1\n");
    check("a: |-\n    x\n\n# b's\nb: 1\n", "set a 1", "a: 1\n\n# b's\nb: 1\n");
    check("a: >+\n  x\n\nb: 1\n", "set a \"p\"", "a: p\nb: 1\n");
    check("a: |\n  x\n  # no comment\nb: 1\n", "remove b", "a: |\n  x\n  # no comment\n");
    check("a: |\n  x\n  # no comment\nb: 1\n", "remove a", "b: 1\n");
    check("a: |\n  x\n# b's\nb: 1\n", "remove b", "a: |\n  x\n");
    check("a: |\n  x\n# b's\nb: 1\n", "remove a", "# b's\nb: 1\n");
    check("b: 1\n", "set a \"p\\nq\"", "b: 1\na: |-\n  p\n  q\n");
    check("a: x\n", "set a \"p\\nq\"", "a: \"p\\nq\"\n");
}

#[test]
fn a_new_key_stands_behind_its_siblings() {
    check("a:\n    b: 1 # b\n\nc: 2\n", "set a.x true", "a:\n    b: 1 # b\n    x: true\n\nc: 2\n");
    check("a: 1", "set b 2", "a: 1\nb: 2");
    check("a: 1\r\n", "set b.c 2", "a: 1\r\nb:\r\n  c: 2\r\n");
    check("a: {}\n", "set a.b 1", "a:\n  b: 1\n");
    check("a: {} # why\n", "set a.b.c 1", "a: # why\n  b:\n    c: 1\n");
    check("a:\nb: 1\n", "set a.x 1", "a:\n  x: 1\nb: 1\n");
    check("a: ~\nb: 1\n", "set a.x.z 1", "a:\n  x:\n    z: 1\nb: 1\n");
    check("{}\n", "set a 1", "a: 1\n");
    check("a: []\n", "set a[0] {\"x\": 1, \"z\": [2]}", "a:\n  - x: 1\n    z:\n      - 2\n");
    check("l:\n- a\n", "set m [1, [2, 3], {}]", "l:\n- a\nm:\n- 1\n- - 2\n  - 3\n- {}\n");
    check("a: {b: 1}\n", "set a.c \"x, y\"", "a: {b: 1, c: \"x, y\"}\n");
    check("a: {\n  b: 1, # b\n}\n", "set a.c 2", "a: {\n  b: 1, # b\n  c: 2,\n}\n");
}

#[test]
fn a_key_takes_its_comments_along() {
    let text = "# file\n\n# about a\n# more\na: 1 # one\n\n# about b\nb:\n  # about c\n  c: 2\n  # about d\n  d: 3\n";
    check(text, "remove a", "# file\n\n\n# about b\nb:\n  # about c\n  c: 2\n  # about d\n  d: 3\n");
    check(
        text,
        "remove b.d",
        "# file\n\n# about a\n# more\na: 1 # one\n\n# about b\nb:\n  # about c\n  c: 2\n",
    );
    check(
        text,
        "remove b.c",
        "# file\n\n# about a\n# more\na: 1 # one\n\n# about b\nb:\n  # about d\n  d: 3\n",
    );
    check(text, "remove b", "# file\n\n# about a\n# more\na: 1 # one\n\n");
    check("a:\n  x: 1\n  # no longer\nb: 2\nc: 3\n", "remove b", "a:\n  x: 1\n  # no longer\nc: 3\n");
    check("a:\n  x: 1\nb: 2\n", "remove a.x", "a: {}\nb: 2\n");
    check("a: 1\nb: 2", "remove b", "a: 1");
    check("# a\na: 1 # a\n", "remove a", "{}\n");
    check("{} # none\n", "set a [\"l\\nl\"]", "# none\na:\n  - |-\n    l\n    l\n");
    check("l:\n  - a: 1 # a\n", "remove l[0].a", "l:\n  - {}\n");
    check("l:\n  - 5 # five\n", "set l[0] {\"b\": 1}", "l:\n  - # five\n    b: 1\n");
    check("a: [1, 2, 3]\n", "remove a[1]", "a: [1, 3]\n");
    check("a: [1, 2, 3]\n", "remove a[2]", "a: [1, 2]\n");
    check("a: [1]\n", "remove a[0]", "a: []\n");
    check("a: {b: 1, c: 2}\n", "remove a.b", "a: {c: 2}\n");
}

#[test]
fn lists_of_maps() {
    let text = "l:\n  - name: x # x\n    port: 1\n  # the second\n  - name: y\n    port: 2\nend: 1\n";
    check(text, "set l[1].port 3", &text.replace("port: 2", "port: 3"));
    check(text, "remove l[1]", "l:\n  - name: x # x\n    port: 1\nend: 1\n");
    check(text, "remove l[0]", "l:\n  # the second\n  - name: y\n    port: 2\nend: 1\n");
    check(text, "remove l[0].port", &text.replace("    port: 1\n", ""));
    check(text, "remove l[1].name", &text.replace("name: y\n    port", "port"));
    check(text, "insert l[0].tls true", &text.replace("port: 1\n", "port: 1\n    tls: true\n"));
    check(
        text,
        "insert l[1] {\"name\": \"z\"}",
        &text.replace("  # the second", "  - name: z\n  # the second"),
    );
    check(text, "insert l[2] 5", &text.replace("end", "  - 5\nend"));
    check(text, "set l[2] [\"a\"]", &text.replace("end", "  - - a\nend"));
    check(text, "rename l[0].name title", &text.replace("- name: x", "- title: x"));
    check("- a: 1\n".replace("- a", "l:\n- a").as_str(), "set l[0] 5", "l:\n- 5\n");
    check("l:\n- - 1\n  - 2\n", "insert l[0][0] 0", "l:\n- - 0\n  - 1\n  - 2\n");
    check("l:\n- - 1\n", "remove l[0][0]", "l:\n- []\n");
}

#[test]
fn a_value_becomes_another_kind() {
    check("a: 1 # n\nb: 2\n", "set a {\"x\": 1}", "a: # n\n  x: 1\nb: 2\n");
    check("a: # n\n  x: 1\nb: 2\n", "set a 5", "a: 5 # n\nb: 2\n");
    check("a:\n  x: 1\nb: 2\n", "set a [1]", "a:\n  - 1\nb: 2\n");
    check("a:\n  - x\nb: 2\n", "set a {\"k\": {\"l\": []}}", "a:\n  k:\n    l: []\nb: 2\n");
    check("a: &k\n  x: 1\nb: 2\n", "set a 5", "a: &k 5\nb: 2\n");
}

#[test]
fn setting_a_map_changes_what_differs() {
    check(
        "a:\n  # b\n  b: 1\n  # c\n  c: 2 # two\n",
        "set a {\"c\": 2, \"d\": 3}",
        "a:\n  # c\n  c: 2 # two\n  d: 3\n",
    );
    check(
        "l: # l\n  - 1 # one\n  - 2 # two\n  - 3 # three\n",
        "set l [1, 3]",
        "l: # l\n  - 1 # one\n  - 3 # three\n",
    );
}

#[test]
fn renames_and_moves() {
    check("'a.b': 1 # x\nc: 2\n", "rename \"a.b\" d", "d: 1 # x\nc: 2\n");
    check("a: 1\nc: 2\n", "rename a 1.5", "\"1.5\": 1\nc: 2\n");
    check("a: {x: 1}\n", "rename a.x z", "a: {z: 1}\n");
    check("? a\n: 1\n", "rename a b", "? b\n: 1\n");
    check("a: 1\nb: 2\n", "move a c", "c: 1\nb: 2\n");
    check(
        "# a's\na: |\n  x\n\n  y\n\n# b's\nb: # here\n  c: 1\n",
        "move a b.d.e",
        "\n# b's\nb: # here\n  c: 1\n  d:\n    # a's\n    e: |\n      x\n\n      y\n",
    );
    check(
        "b:\n  # c's\n  c:\n    - 'x' # one\n    # two\n    - \"y\"\n  d: 1",
        "move b.c z",
        "b:\n  d: 1\n# c's\nz:\n  - 'x' # one\n  # two\n  - \"y\"",
    );
    check("b:\n  # c's\n  c: 1 # c\n", "move b.c z", "b: {}\n# c's\nz: 1 # c\n");
    check("a: {x: 'z'} # c\nb: {}\n", "move a.x b.x", "a: {} # c\nb:\n  x: z\n");
}

#[test]
fn comments_that_have_no_place_with_their_value_stand_above_its_line() {
    check(
        "# x's\nx:\n  - 1 # one\n  # two's\n  - 2\na:\n  b: {c: 1} # c\n",
        "move x a.b.x",
        "a:\n  # x's\n  # one\n  # two's\n  b: {c: 1, x: [1, 2]} # c\n",
    );
    check("a: # a\n  # k's\n  k: 1 # one\nb: 2\n", "unwrap a k", "# k's\n# one\na: 1 # a\nb: 2\n");
    check("a: {k: [ # k\n  1, # one\n  2]}\n", "unwrap a k", "# k\n# one\na:\n  - 1\n  - 2\n");
}

#[test]
fn a_level_more_or_less() {
    let check = |less: &str, more: &str| {
        check(less, "wrap a k", more);
        check(more, "unwrap a k", less);
    };
    check("# a\na: 1 # one\nb: 2\n", "# a\na:\n  k: 1 # one\nb: 2\n");
    check(
        "a:\n    # x\n    x: |\n        t\n\n        t\nb: 2",
        "a:\n    k:\n        # x\n        x: |\n            t\n\n            t\nb: 2",
    );
    check("a: # here\n- 1\n- 'x'\n", "a:\n  k: # here\n  - 1\n  - 'x'\n");
    check("a: one\n  two\r\nb: 1\n".replace('\r', "").as_str(), "a:\n  k: one\n    two\nb: 1\n");
}

#[test]
fn the_comment_of_a_block_scalar_stays() {
    check("a:\n- | # c\n  x\n", "wrap a[0] k", "a:\n# c\n- k: \"x\\n\"\n");
    check("a: | # c\n  x\n", "wrap a k", "a:\n  k: | # c\n    x\n");
}

#[test]
fn the_comment_of_an_item_stays_with_its_item() {
    let scalars = "l:\n  - 1 # one\n  - 2 # two\n  - 3 # three\n  - 4 # four\n";
    let lines = |kept: &[&str]| {
        format!("l:\n{}", kept.iter().map(|line| format!("  - {line}\n")).collect::<String>())
    };
    // One goes and another changes.
    check(scalars, "set l [2, 30, 4]", &lines(&["2 # two", "30 # three", "4 # four"]));
    check(scalars, "set l [10, 2, 4]", &lines(&["10 # one", "2 # two", "4 # four"]));
    // One comes and another goes.
    check(scalars, "set l [0, 1, 3, 4]", &lines(&["0", "1 # one", "3 # three", "4 # four"]));
    check(scalars, "set l [4, 1, 2]", &lines(&["4", "1 # one", "2 # two"]));
    // Nobody knows which one is left: no comment is better than another's.
    check(scalars, "set l [7]", "l:\n  - 7\n");
    check(scalars, "set l [5, 6, 7, 8, 9]", &lines(&["5 # one", "6 # two", "7 # three", "8 # four", "9"]));

    let hosts = "l:\n  - a.example.org # main\n  - b.example.org # other\n  - c.example.org # third\n";
    check(
        hosts,
        "set l [\"b.example.org\", \"c.example.org:81\"]",
        "l:\n  - b.example.org # other\n  - c.example.org:81 # third\n",
    );

    let maps = "l:\n  # a's\n  - name: a\n    port: 1\n  # b's\n  - name: b # b\n    port: 2\n  # c's\n  - name: c\n    port: 3\n";
    check(
        maps,
        "set l [{\"name\": \"b\", \"port\": 20}, {\"name\": \"c\", \"port\": 3}]",
        "l:\n  # b's\n  - name: b # b\n    port: 20\n  # c's\n  - name: c\n    port: 3\n",
    );
    check(
        maps,
        "set l [{\"name\": \"d\", \"port\": 9}, {\"name\": \"a\", \"port\": 10}, {\"name\": \"c\", \"port\": 30}]",
        "l:\n  - name: d\n    port: 9\n  # a's\n  - name: a\n    port: 10\n  # c's\n  - name: c\n    port: 30\n",
    );
}

#[test]
fn the_comment_of_a_changed_item_stays_with_the_one_that_is_most_like_it() {
    let list = |lines: &[&str]| {
        format!("l:\n{}", lines.iter().map(|line| format!("  - {line}\n")).collect::<String>())
    };
    let texts = list(&["alpha.one # a", "beta.two # b", "gamma.three # c"]);
    // Which one goes, and which one comes, is told by what the others still are.
    check(&texts, "set l [\"beta.twos\", \"gamma.threes\"]", &list(&["beta.twos # b", "gamma.threes # c"]));
    check(&texts, "set l [\"alpha.ones\", \"gamma.threes\"]", &list(&["alpha.ones # a", "gamma.threes # c"]));
    check(&texts, "set l [\"alpha.ones\", \"beta.twos\"]", &list(&["alpha.ones # a", "beta.twos # b"]));
    check(
        &texts,
        "set l [\"zulu\", \"alpha.ones\", \"beta.twos\", \"gamma.threes\"]",
        &list(&["zulu", "alpha.ones # a", "beta.twos # b", "gamma.threes # c"]),
    );
    check(
        &texts,
        "set l [\"alpha.ones\", \"zulu\", \"xray\", \"beta.twos\", \"gamma.threes\"]",
        &list(&["alpha.ones # a", "zulu", "xray", "beta.twos # b", "gamma.threes # c"]),
    );
    let close = list(&["alpha.one # a", "alpha.two # b"]);
    check(&close, "set l [\"alpha.ones\"]", &list(&["alpha.ones # a"]));
    check(&close, "set l [\"alpha.twos\"]", &list(&["alpha.twos # b"]));
    // The start and the end of a text count, and half of it has to be the same.
    let texts = list(&["aaaa-bbbb # a", "cccc-dddd # c"]);
    check(&texts, "set l [\"cccc+dddd\"]", &list(&["cccc+dddd # c"]));
    check(&texts, "set l [\"cccc-dxxx\"]", &list(&["cccc-dxxx # c"]));
    check(&texts, "set l [\"xxxc-dddd\"]", &list(&["xxxc-dddd # c"]));
    check(&texts, "set l [\"ccxxxxxdd\"]", &list(&["ccxxxxxdd"]));

    // Maps are alike by how many of their members are, and by what they are called most of all.
    let maps = list(&["{a: 1, b: 2, c: 3} # a", "{a: 4, b: 5, c: 6} # b"]);
    check(&maps, "set l [{\"a\": 4, \"b\": 5, \"c\": 7}]", &list(&["{a: 4, b: 5, c: 7} # b"]));
    check(&maps, "set l [{\"a\": 1, \"b\": 9, \"c\": 3}]", &list(&["{a: 1, b: 9, c: 3} # a"]));
    let named = list(&["{id: x, a: 1, b: 2} # x", "{id: y, a: 3, b: 4} # y"]);
    check(&named, "set l [{\"id\": \"y\", \"a\": 1, \"b\": 0}]", &list(&["{id: y, a: 1, b: 0} # y"]));
    let lists = list(&["[1, 2, 3] # a", "[4, 5, 6] # b"]);
    check(&lists, "set l [[4, 5, 7]]", &list(&["[4, 5, 7] # b"]));
}

#[test]
fn items_without_a_value() {
    let text = "l:\n  -\n  - # none\n  - - # inner\n  - -\n    - 1\nend: 1\n";
    check(text, "set l[0] 5", &text.replacen("  -\n", "  - 5\n", 1));
    check(text, "set l[1] 5", &text.replace("  - # none", "  - 5 # none"));
    check(text, "set l[2][0] 5", &text.replace("- - # inner", "- - 5 # inner"));
    check(text, "set l[3][0] 5", &text.replace("  - -\n", "  - - 5\n"));
    check(text, "remove l[0]", &text.replacen("  -\n", "", 1));
    check(text, "remove l[1]", &text.replace("  - # none\n", ""));
    check(text, "remove l[3]", &text.replace("  - -\n    - 1\n", ""));
    check(text, "insert l[1] 5", &text.replacen("  -\n", "  -\n  - 5\n", 1));
    check(text, "insert l[4] 5", &text.replace("end", "  - 5\nend"));
    check("l:\n-", "insert l[1] 5", "l:\n-\n- 5");
    check("l:\n-\n", "set l[0] {\"a\": 1}", "l:\n- a: 1\n");
}

#[test]
fn blanks_that_end_a_text_of_several_lines_move_with_it() {
    let text = "a: |+\n  x\n   \n  \t\n\nb: 1\n";
    check(text, "wrap a k", "a:\n  k: |+\n    x\n     \n    \t\n\nb: 1\n");
    check(
        "m:\n  a: |+\n    x\n     \n    \t\n\nb: 1\n",
        "move m.a c",
        "m: {}\nb: 1\nc: |+\n  x\n   \n  \t\n\n",
    );
}

#[test]
fn members_in_brackets_without_a_value() {
    check("a: {b: , c, d:} # x\n", "set a.b 1", "a: {b: 1 , c, d:} # x\n");
    check("a: {b: , c, d:} # x\n", "set a.c 1", "a: {b: , c: 1, d:} # x\n");
    check("a: {b: , c, d:} # x\n", "set a.d [1]", "a: {b: , c, d: [1]} # x\n");
    check("a: {b: , c, d:} # x\n", "remove a.c", "a: {b: , d:} # x\n");
    check("a: {b: , c, d:} # x\n", "set a.e 1", "a: {b: , c, d:, e: 1} # x\n");
}

#[test]
fn quotes_stay_what_they_were() {
    check("a: \"x\"\n", "set a \"plain\"", "a: \"plain\"\n");
    check("a: 'x'\n", "set a \"plain\"", "a: 'plain'\n");
    check("a: x\n", "set a \"plain\"", "a: plain\n");
    check("a: [\"x\", 'y', z]\n", "set a[0] \"plain\"", "a: [\"plain\", 'y', z]\n");
    check("a: {b: \"x\"}\n", "set a.b \"plain\"", "a: {b: \"plain\"}\n");
    check("- \"x\"\n".replace("- ", "l:\n- ").as_str(), "set l[0] \"plain\"", "l:\n- \"plain\"\n");
    check("a: \"x\"\n", "set a \"it's\"", "a: \"it's\"\n");
    check("a: \"x\"\n", "set a 5", "a: 5\n");
}
