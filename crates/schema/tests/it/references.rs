//! References: between registered schemas, and to nothing else.

use crate::check::refusal;

#[test]
fn a_reference_over_a_network_or_to_a_file_is_refused_by_name() {
    for reference in
        ["http://127.0.0.1:9/a.json", "https://example.org/a.json#/x", "file:///etc/passwd", "other.json"]
    {
        let schema = format!("{{\n \"properties\": {{\"a\": {{\"$ref\": \"{reference}\"}}}}\n}}");
        let problems = refusal(&[("app", &schema)]).to_string();
        assert_eq!(problems, "x", "{problems}");
    }
}
