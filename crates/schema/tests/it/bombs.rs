//! Schemas that ask for exponential work.

use std::time::Instant;

use enhanced_config_core::Redactor;
use enhanced_config_format::Format;
use enhanced_config_schema::SchemaRegistry;

use crate::check::document;

fn try_it(what: &str, schema: &str, json: &str) {
    let start = Instant::now();
    let mut registry = SchemaRegistry::new();
    registry.add_text("app", schema).unwrap();
    let outcome = match registry.validator("app") {
        Err(error) => error.to_string(),
        Ok(validator) => {
            let compiled = start.elapsed();
            let problems = validator.validate(document(json, Format::Json).root(), &Redactor::new());
            format!(
                "compiled {compiled:?}: {} problems, {}",
                problems.len(),
                problems.to_string().chars().take(300).collect::<String>()
            )
        }
    };
    eprintln!("{what}: {:?} {outcome}", start.elapsed());
}

#[test]
fn bombs() {
    for keyword in ["anyOf", "allOf", "oneOf"] {
        for n in [10, 25, 40] {
            let defs: Vec<String> = (0..n)
                .map(|i| {
                    format!(
                        r##""{i}":{{"{keyword}":[{{"$ref":"#/$defs/{j}"}},{{"$ref":"#/$defs/{j}"}}]}}"##,
                        j = i + 1
                    )
                })
                .collect();
            let schema = format!(
                r##"{{"$ref":"#/$defs/0","$defs":{{{},"{n}":{{"required":["x"]}}}}}}"##,
                defs.join(",")
            );
            try_it(&format!("{keyword} {n}"), &schema, "{\"a\": 1}");
        }
    }
    // across levels
    for n in [10, 25, 60] {
        let defs: Vec<String> = (0..n).map(|i| format!(r##""{i}":{{"anyOf":[{{"properties":{{"a":{{"$ref":"#/$defs/{j}"}}}}}},{{"required":["b"],"properties":{{"a":{{"$ref":"#/$defs/{j}"}}}}}}]}}"##, j = i + 1)).collect();
        let schema =
            format!(r##"{{"$ref":"#/$defs/0","$defs":{{{},"{n}":{{"required":["x"]}}}}}}"##, defs.join(","));
        let json = format!("{}{{}}{}", "{\"a\":".repeat(n), "}".repeat(n));
        try_it(&format!("levels {n}"), &schema, &json);
    }
    // recursive
    let schema = r##"{"anyOf":[{"required":["x"],"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}},"required":["y"]},{"properties":{"a":{"$ref":"#"}},"required":["z"]}]}"##;
    let json = format!("{}{{}}{}", "{\"a\":".repeat(100), "}".repeat(100));
    try_it("recursive", schema, &json);
    // unevaluated
    for n in [10, 20, 30, 60] {
        let schema =
            format!("{}{{}}{}", r#"{"unevaluatedProperties":false,"allOf":["#.repeat(n), "]}".repeat(n));
        try_it(&format!("unevaluated {n}"), &schema, "{\"a\": 1}");
    }
    // patterns
    let schema = format!(
        "{{\"allOf\":[{}]}}",
        (0..80).map(|i| format!(r#"{{"pattern":"\\p{{L}}{{9{}}}"}}"#, i % 10)).collect::<Vec<_>>().join(",")
    );
    try_it(
        "patterns",
        &format!(r#"{{"properties":{{"a":{schema}}}}}"#),
        &format!("{{\"a\": \"{}\"}}", "é".repeat(5000)),
    );
}
