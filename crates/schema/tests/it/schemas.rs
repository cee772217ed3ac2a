//! Schemas that are themselves wrong.

use crate::check::refusal;

fn check(schema: &str, expected: &[&str]) {
    let problems = refusal(&[("app", schema)]);
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{schema}");
}

#[test]
fn each_fault_of_a_schema_has_its_place() {
    check("{\n  \"type\": \"strin\"\n}", &["x"]);
    check("{\"type\": 5, \"minimum\": \"3\", \"required\": \"a\"}", &["x"]);
    check("{\"properties\": {\"a\": {\"pattern\": \"(\"}}}", &["x"]);
    check("{\"properties\": {\"a\": {\"pattern\": \"(?=a)\"}}}", &["x"]);
    check("{\"properties\": {\"a\": {\"$ref\": \"#/$defs/b\"}}}", &["x"]);
    check("[]", &["x"]);
}
