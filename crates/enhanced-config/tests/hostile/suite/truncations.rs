//! Files that are cut, at each byte.

use super::case::Case;

const YAML: &str = "\
# A service.
server: &server
  host: \"0.0.0.0\"
  ports: [8080, 8443]
  limits: {requests: 1e3, body: 0x400}
note: |
  Zwei Zeilen,
  größer als eine.
plain: some text
  that goes on
other:
  <<: *server
  'quoted ''key''': ~
list:
- name: one
  on: true
- - nested
  - -1.5
";

const JSON: &str = "{
  \"server\": {\"host\": \"0.0.0.0\", \"ports\": [8080, 8443]},
  \"text\": \"\\u00e4 \\ud83d\\ude00 \\\\ \\\"\",
  \"numbers\": [0, -1, 1.5e-3, 18446744073709551615],
  \"none\": null, \"yes\": true,
  \"größe\": {\"a\": {\"b\": [[], {}]}}
}
";

const TOML: &str = "\
# A service.
title = \"größe \\u00e4\"
when = 2026-11-27T10:00:00Z
[server]
host = '0.0.0.0'
ports = [ 8080, # plain
  8443 ]
limits = { requests = 1e3, body = 0x400 }
text = \"\"\"
several
lines\"\"\"
[[list]]
name.first = \"one\"
[[list]]
\"quoted key\" = -1.5
";

pub(crate) fn cases() -> Vec<Case> {
    let samples = [
        ("YAML", "app.yaml", YAML),
        ("JSON", "app.json", JSON),
        ("JSON with comments", "app.jsonc", JSON),
        ("TOML", "app.toml", TOML),
    ];
    let case = |(name, file, text): (&str, &'static str, &str)| {
        let case =
            Case::text("truncations", format!("{name}, cut at each of {} bytes", text.len()), file, text);
        case.how("truncate").loads()
    };
    samples.map(case).into()
}
