//! Schemas that are themselves wrong.

use crate::check::refusal;

fn check(schema: &str, expected: &[&str]) {
    let problems = refusal(&[("app", schema)]);
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{schema}");
}

#[test]
fn what_the_metaschema_says_has_its_place() {
    check(
        "{\n  \"type\": \"strin\"\n}",
        &[
            "type: unknown variant `strin`, expected `array`, `boolean`, `integer`, `null`, `number`, `object` or `string` \
          (app.schema.json:2:11); did you mean `string`?",
        ],
    );
    check(
        "{\"type\": 5, \"minimum\": \"3\", \"required\": \"a\"}",
        &[
            "type: expected a string or a list, found integer (app.schema.json:1:10)",
            "minimum: expected a number, found string (app.schema.json:1:24)",
            "required: expected a list, found string (app.schema.json:1:41)",
        ],
    );
    check(
        "{\"properties\": {\"a\": {\"minLength\": -1}, \"b\": 5}}",
        &[
            "properties.a.minLength: expected a number of at least 0 (app.schema.json:1:36)",
            "properties.b: expected a boolean or a map, found integer (app.schema.json:1:46)",
        ],
    );
    check(
        "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"items\": 5}",
        &["items: expected a boolean, a map or a list, found integer (app.schema.json:1:65)"],
    );
    check("[]", &["expected a map of keys to values at the root, found list (app.schema.json:1:1)"]);
}

#[test]
fn every_pattern_that_cannot_be_used_is_told_with_the_reason() {
    check(
        "{\"properties\": {\"a\": {\"pattern\": \"(\"}, \"b\": {\"pattern\": \"a{2,1}\"}}}",
        &[
            "properties.a.pattern: cannot use this pattern: unclosed group (app.schema.json:1:34)",
            "properties.b.pattern: cannot use this pattern: invalid repetition count range, the start must be <= the end \
             (app.schema.json:1:57)",
        ],
    );
    check(
        "{\"properties\": {\"a\": {\"pattern\": \"(?=a)\"}, \"b\": {\"pattern\": \"(a)\\\\1\"}}}",
        &[
            "properties.a.pattern: cannot use this pattern: look-around, including look-ahead and look-behind, is not \
             supported (app.schema.json:1:34)",
            "properties.b.pattern: cannot use this pattern: backreferences are not supported (app.schema.json:1:61)",
        ],
    );
    check(
        "{\"patternProperties\": {\"[\": true}}",
        &[
            "patternProperties.\"[\": cannot use this pattern: unclosed character class (app.schema.json:1:24)",
        ],
    );
    check(
        "{\"properties\": {\"a\": {\"pattern\": \"(a{1000}){1000}\"}}}",
        &[
            "properties.a.pattern: cannot use this pattern: it takes more than 1 MiB when compiled (app.schema.json:1:34)",
        ],
    );
    check(
        &format!("{{\"properties\": {{\"a\": {{\"pattern\": \"{}\"}}}}}}", "a|".repeat(8193)),
        &["properties.a.pattern: cannot use this pattern: it has more than 16 KiB (app.schema.json:1:34)"],
    );
}

#[test]
fn every_reference_that_leads_nowhere_is_told() {
    check(
        "{\n \"properties\": {\n  \"a\": {\"$ref\": \"#/$defs/b\"},\n  \"c\": {\"$ref\": \"#d\"},\n  \
         \"e\": {\"allOf\": [{\"$ref\": \"#/properties/x%\"}]}\n }\n}",
        &[
            "cannot resolve the reference `#/$defs/b`: nothing is there (app.schema.json:3:17)",
            "cannot resolve the reference `#d`: there is no anchor `d` (app.schema.json:4:17)",
            "cannot resolve the reference `#/properties/x%`: nothing is there (app.schema.json:5:28)",
        ],
    );
    check(
        "{\"$defs\": {\"a\": {\"$ref\": \"#/$defs/b\"}}}",
        &["cannot resolve the reference `#/$defs/b`: nothing is there (app.schema.json:1:26)"],
    );
}
