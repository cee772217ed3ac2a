//! No secret in any output: canaries in every kind of position, next to every kind of mistake.

use std::fmt::Write as _;

use enhanced_config::{Color, EnhancedConfigSystem};
use serde::Deserialize;

use crate::dir::Dir;

const CANARY: &str = "c4n4ry";

#[derive(Deserialize, Debug)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct App {
    port: u16,
    password: Option<u16>,
    token: Option<Mode>,
    credentials: Option<Login>,
    url: Option<u16>,
}

#[derive(Deserialize, Debug)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct Login {
    user: u16,
    list: Vec<u16>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
enum Mode {
    On,
    Off,
}

/// Everything that a user could see of a configuration, whether it loads or not.
fn all_output(system: &EnhancedConfigSystem) -> String {
    let mut out = format!("{system:?}");
    match system.load_config("app") {
        Err(error) => {
            let _ = write!(out, "{error} {error:?} {:?} {}", error.problems(), error.render(Color::Always));
        }
        Ok(config) => {
            let _ = write!(out, "{config:?} {:?} {} ", config.document(), config.warnings());
            let _ = write!(out, "{:?} {:?}", config.document().root(), config.document().root().value());
            for path in [
                "",
                "password",
                "token",
                "credentials",
                "credentials.list[0]",
                "db",
                "db.password",
                "url",
                "list",
                "port",
            ] {
                let explanation = config.explain(path).unwrap();
                let _ = write!(out, "{explanation} {explanation:?}");
                let _ = write!(out, "{:?}", config.node(path));
                if let Err(error) = config.get::<Vec<bool>>(path) {
                    let _ = write!(out, "{error} {error:?} {}", error.render(Color::Always));
                }
            }
            if let Err(error) = config.extract::<App>() {
                let _ = write!(out, "{error} {error:?} {}", error.render(Color::Always));
            }
        }
    }
    out
}

fn check(file: &str, text: &str) {
    let dir = Dir::new(&[(file, text)]);
    let output = all_output(&dir.system());
    assert!(!output.contains(CANARY), "{file}:\n{text}\n---\n{output}");
}

/// Secrets in every position that a format has, in files that are otherwise right.
const SOUND: &[(&str, &str)] = &[
    ("app.yaml", "port: x\npassword: c4n4ry\n"),
    ("app.yaml", "port: x\ndb: {user: me, password: c4n4ry, port: y}\n"),
    ("app.yaml", "credentials:\n  user: c4n4ry\n  list: [c4n4ry, c4n4ry]\n"),
    ("app.yaml", "credentials: [c4n4ry]\nport: [c]\n"),
    ("app.yaml", "password: |\n  c4n4ry\n  more c4n4ry\nport: x\n"),
    ("app.yaml", "token: c4n4ry\n"),
    ("app.yaml", "url: https://me:c4n4ry@host/\nport: x\n"),
    ("app.yaml", "list: [https://c4n4ry@host/, 'postgres://u:c4n4ry@h/db']\n"),
    ("app.yaml", "db: &db\n  password: c4n4ry\nport: *db\n"),
    ("app.yaml", "base: &b {token: c4n4ry}\ndb:\n  <<: *b\n  port: x\n"),
    ("app.yaml", "'password': \"c4n4ry\"\nport: x\n"),
    ("app.yaml", "? password\n: c4n4ry\n"),
    ("app.json", r#"{"password": "c4n4ry", "port": "x"}"#),
    ("app.json", r#"{"pass\u0077ord": "c4n4ry", "port": "x"}"#),
    ("app.json", "{\"credentials\": {\"user\":\n\"c4n4ry\", \"list\": [\n\"c4n4ry\"]}}"),
    ("app.toml", "password = 'c4n4ry'\nport = 'x'\n"),
    ("app.toml", "password = \"\"\"\nc4n4ry\n\"\"\"\nport = 'x'\n"),
    ("app.toml", "[credentials]\nuser = 'c4n4ry'\nlist = ['c4n4ry']\n"),
    ("app.toml", "db.password = 'c4n4ry'\nport = 'x'\n"),
];

/// What breaks a text, put in at every line of it.
const BREAKS: &[(&str, &[&str])] = &[
    (
        "app.yaml",
        &[
            "\tx: 1",
            "x: y: z",
            "x: \"",
            "x: '",
            "x: [",
            "x: {",
            "x: *none",
            "x: !tag y",
            "]",
            "@x",
            "x: 1e400",
            "? [a]",
            "- x",
            "---",
            "%X",
        ],
    ),
    ("app.json", &["x", ",", "}", "\"", "[", "{", "// x", "1e400", "'", ",,", ":"]),
    (
        "app.toml",
        &[
            "x",
            "x = ",
            "x = y",
            "x = \"",
            "x = '''",
            "x = [",
            "[",
            "]",
            "x: y",
            "x = 1e400",
            "= 1",
            "password = 1",
        ],
    ),
];

#[test]
fn sound_files_keep_their_secrets() {
    SOUND.iter().for_each(|(file, text)| check(file, text));
}

#[test]
fn broken_files_keep_their_secrets_wherever_they_break() {
    for (file, text) in SOUND {
        let (_, breaks) = BREAKS.iter().find(|(name, _)| name == file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for broken in *breaks {
            for at in 0..=lines.len() {
                let (before, after) = lines.split_at(at);
                let indent: String =
                    after.first().or(before.last()).unwrap().chars().take_while(|c| *c == ' ').collect();
                // Less indented, it would end the map that holds the secret, and what follows would be no secret.
                let line = format!("{indent}{broken}");
                check(file, &[before, &[&line], after].concat().join("\n"));
            }
        }
    }
}

#[test]
fn files_cut_anywhere_keep_their_secrets() {
    for (file, text) in SOUND {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            // What is left of a URL before its `@` is a host and a port.
            let half_a_url = cut.rfind("://").is_some_and(|at| !cut[at..].contains('@'));
            if !half_a_url {
                check(file, cut);
            }
        }
    }
}

#[test]
fn the_environment_keeps_its_secrets() {
    let dir = Dir::new(&[
        ("app.yaml", "port: 1\npassword: 1\ncredentials: {list: [1], user: 1}\n"),
        ("app.local.yaml", "db: {password: 1}\n"),
    ]);
    let schema = r#"{"properties": {"password": {"type": "integer"}, "pin": {"type": "integer", "x-secret": true},
        "credentials": {"properties": {"list": {"items": {"type": "integer"}}, "user": {"type": "boolean"}}}}}"#;
    let variables = [
        ("APP_PASSWORD", "c4n4ry"),
        ("APP_CREDENTIALS__USER", "c4n4ry"),
        ("APP_CREDENTIALS__LIST", "[c4n4ry"),
        ("APP_CREDENTIALS__LIST__0", "c4n4ry"),
        ("APP_CREDENTIALS__LIST__9", "c4n4ry"),
        ("APP_DB__PASSWORD", "c4n4ry"),
        ("APP_DB__TOKEN", "c4n4ry"),
        ("APP_PIN", "c4n4ry"),
        ("APP_URL", "x://c4n4ry@h"),
    ];
    for (name, value) in variables {
        // A pin is secret only because the schema says so.
        for with_schema in [name == "APP_PIN", true] {
            let builder = dir.builder().env_prefix("APP_").env_variables([(name, value)]);
            let builder = if with_schema { builder.schema("app", schema) } else { builder };
            let output = all_output(&builder.build().unwrap());
            assert!(!output.contains(CANARY), "{name}: {output}");
        }
    }
    let broken = Dir::new(&[("app.yaml", "port: 1\n"), (".env", "APP_PASSWORD='c4n4ry\nAPP_X=\"c4n4ry\n")]);
    let output = all_output(&broken.builder().env_prefix("APP_").env_file(".env").build().unwrap());
    assert!(!output.contains(CANARY), "{output}");
}

/// Deeper than a name could tell, and secret only by the schema, or because the program says so.
#[test]
fn what_is_secret_by_choice_is_kept_wherever_a_file_breaks() {
    let texts = [
        (
            "app.yaml",
            "db:\n  pin: c4n4ry\n  deep:\n    a:\n      - b: c4n4ry\n        c: [c4n4ry, {d: c4n4ry}]\n  port: x\n",
        ),
        ("app.yaml", "db: {pin: 'c4n4ry', deep: {a: [{b: c4n4ry}]}}\n"),
        (
            "app.yaml",
            "db:\n  pin: >\n    more\n    c4n4ry\n\n    c4n4ry\n  deep: &d {b: c4n4ry}\n  <<: {deep: *d}\n",
        ),
        (
            "app.json",
            "{\"db\": {\"pin\": \"c4n4ry\",\n\"deep\": {\n\"a\": [\n\"c4n4ry\",\n{\"c\": \"c4n4ry\"}]}}}",
        ),
        (
            "app.toml",
            "[db]\npin = 'c4n4ry'\n[[db.deep.a]]\nb = 'c4n4ry'\nc = [\n'c4n4ry',\n{d = 'c4n4ry'},\n]\n",
        ),
        ("app.toml", "db.pin = '''\nc4n4ry\n'''\ndb.deep.a = [{b = 'c4n4ry'}]\n"),
    ];
    let schema = r#"{"properties": {"db": {"properties": {
        "pin": {"type": "integer", "x-secret": true}, "deep": {"type": "integer", "x-secret": true}}}}}"#;
    for (file, text) in texts {
        let breaks = BREAKS.iter().filter(|(name, _)| *name == file).flat_map(|(_, breaks)| *breaks);
        let lines: Vec<&str> = text.lines().collect();
        let places = breaks.flat_map(|broken| (0..=lines.len()).map(move |at| (*broken, at)));
        let broken = places.map(|(broken, at)| {
            let (before, after) = lines.split_at(at);
            let indent: String =
                after.first().or(before.last()).unwrap().chars().take_while(|c| *c == ' ').collect();
            [before, &[&*format!("{indent}{broken}")], after].concat().join("\n")
        });
        for text in broken.chain([text.to_owned()]) {
            let dir = Dir::new(&[(file, &text)]);
            let by_schema = dir.builder().schema("app", schema).build().unwrap();
            let by_program = dir.builder().secret("db.pin").secret("db.deep").build().unwrap();
            for output in [all_output(&by_schema), all_output(&by_program)] {
                assert!(!output.contains(CANARY), "{file}:\n{text}\n---\n{output}");
            }
        }
    }
}

#[test]
fn interpolation_keeps_secrets() {
    let texts = [
        "password: c4n4ry\nurl: x-${password}\nport: ${url}\n",
        "password: c4n4ry\nport: ${password}\nlist: ['${password}']\n",
        "password: c4n4ry\nport: ${nothing:-${password}}\n",
        "password: ${c4n4ry\n",
        "db: {password: c4n4ry}\nport: ${db}\nlist: ${db}\n",
    ];
    for text in texts {
        let dir = Dir::new(&[("app.yaml", text)]);
        let output = all_output(&dir.builder().interpolation(true).build().unwrap());
        assert!(!output.contains(CANARY), "{text}: {output}");
    }
}

#[test]
fn the_tests_would_see_a_canary() {
    let dir = Dir::new(&[("app.yaml", "port: c4n4ry\n")]);
    assert!(all_output(&dir.system()).contains(CANARY));
}
