use enhanced_config_format::Format;

#[track_caller]
fn check(before: &str, change: &str, after: &str) {
    super::check(Format::Jsonc, before, change, after);
}

#[test]
fn a_text_of_lines() {
    let text = "{\n    \"a\": 1, // one\n    \"b\": {\"c\": [1, 2]},\n    \"d\": {}\n}\n";
    check(text, "set a 2", &text.replace("1, //", "2, //"));
    check(text, "set e \"x\"", &text.replace("{}\n", "{},\n    \"e\": \"x\"\n"));
    check(
        text,
        "set d.e.f 1",
        &text.replace("{}\n", "{\n        \"e\": {\n            \"f\": 1\n        }\n    }\n"),
    );
    check(text, "remove a", "{\n    \"b\": {\"c\": [1, 2]},\n    \"d\": {}\n}\n");
    check(text, "remove d", "{\n    \"a\": 1, // one\n    \"b\": {\"c\": [1, 2]}\n}\n");
    check(text, "remove b.c[0]", &text.replace("[1, 2]", "[2]"));
    check(text, "remove b.c", &text.replace("{\"c\": [1, 2]}", "{}"));
    check(text, "insert b.c[1] null", &text.replace("[1, 2]", "[1, null, 2]"));
    check(text, "rename b.c \"", &text.replace("\"c\"", "\"\\\"\""));
    check(text, "move a b.x", "{\n    // one\n    \"b\": {\"c\": [1, 2], \"x\": 1},\n    \"d\": {}\n}\n");
    let wrapped = text.replace("{\"c\": [1, 2]}", "{\n        \"k\": {\"c\": [1, 2]}\n    }");
    check(text, "wrap b k", &wrapped);
    check(&wrapped, "unwrap b k", text);
}

#[test]
fn a_text_on_one_line() {
    check("{\"a\": 1}", "set b {\"c\": [1]}", "{\"a\": 1, \"b\": { \"c\": [1] }}");
    check("{\"a\":1,\"b\":2}", "remove a", "{\"b\":2}");
    check("{\"a\":1,\"b\":2}", "remove b", "{\"a\":1}");
    check("{\"a\":1}", "remove a", "{}");
    check("{}", "set a 1", "{\n  \"a\": 1\n}");
    check("{\"a\":1,\"b\":2}", "wrap a k", "{\"a\":{ \"k\": 1 },\"b\":2}");
    check("{/* one */ \"a\":1,\"b\":{}}", "move a b.c", "{/* one */ \"b\":{ \"c\": 1 }}");
}

#[test]
fn comments_and_commas() {
    let text = "// top\n{\n  // a's\n  /* too\n     long */\n  \"a\": 1, // behind\n\n  /* b's */\n  \"b\": [\n    1, // one\n    2, // two\n  ],\n  // last\n}\n";
    check(
        text,
        "remove a",
        "// top\n{\n\n  /* b's */\n  \"b\": [\n    1, // one\n    2, // two\n  ],\n  // last\n}\n",
    );
    check(
        text,
        "remove b",
        "// top\n{\n  // a's\n  /* too\n     long */\n  \"a\": 1, // behind\n\n  // last\n}\n",
    );
    check(text, "insert b[2] 3", &text.replace("2, // two\n", "2, // two\n    3,\n"));
    check(text, "insert b[0] 0", &text.replace("    1, // one", "    0,\n    1, // one"));
    check(text, "remove b[1]", &text.replace("    2, // two\n", ""));
    check(text, "set c 1", &text.replace("],\n", "],\n  \"c\": 1,\n"));
    check("{\n  \"a\": 1 // one\n}", "set b 2", "{\n  \"a\": 1, // one\n  \"b\": 2\n}");
    check("{\n  \"a\": 1, // one\n  \"b\": 2 // two\n}", "remove b", "{\n  \"a\": 1 // one\n}");
    check(
        text,
        "move a c.d",
        "// top\n{\n\n  /* b's */\n  \"b\": [\n    1, // one\n    2, // two\n  ],\n  \"c\": {\n    // a's\n    /* too\n       long */\n    // behind\n    \"d\": 1\n  },\n  // last\n}\n",
    );
    check(
        "{\n  \"a\": {\n    // x's\n    \"x\": 1 // one\n  }\n}\n",
        "unwrap a x",
        "{\n  // x's\n  // one\n  \"a\": 1\n}\n",
    );
    check("{\r\n\t\"a\": 1\r\n}", "set b.c 2", "{\r\n\t\"a\": 1,\r\n\t\"b\": {\r\n\t\t\"c\": 2\r\n\t}\r\n}");
}

#[test]
fn a_key_is_found_however_it_is_written() {
    let text = "{\"a\\u0062\": 1, \"c\\\"d\": {\"\\/\": 2}}";
    check(text, "set ab 3", &text.replace(": 1", ": 3"));
    check(text, "set \"c\\\"d\".\"/\" 3", &text.replace(": 2", ": 3"));
    check(text, "remove ab", "{\"c\\\"d\": {\"\\/\": 2}}");
    check(text, "rename ab x", &text.replace("\"a\\u0062\"", "\"x\""));
}
