//! A canary stands in for a secret in every kind of position; no rendering may show it.

use std::path::Path;

use enhanced_config_core::{Layer, LayerKind, Problem, ProblemKind, Problems, Redactor};
use enhanced_config_format::{Color, Format, ParseOptions, Renderer, parse};

const CANARY: &str = "kanarie";

fn redactor() -> Redactor {
    Redactor::new().with_secret(&"vault.code".parse().unwrap()).with_secret(&"safe".parse().unwrap())
}

/// What a text is refused with, and a problem on every line, as if somebody had found one there.
fn problems_everywhere(name: &str, text: &str) -> Problems {
    let layer = Layer::of_text(LayerKind::Base, name, text);
    let kind = || ProblemKind::Custom { message: "here".into() };
    let lines = text.split('\n').scan(0, |at, line| Some(std::mem::replace(at, *at + line.len() + 1)));
    let mut problems: Problems =
        lines.map(|at| Problem::error(kind()).with_origin(layer.origin(at as u32))).collect();
    let format = Format::of_path(Path::new(name));
    let read = format.map(|format| parse(text.as_bytes(), format, name, &ParseOptions::default()));
    problems.extend(read.and_then(Result::err).unwrap_or_default());
    problems
}

/// Every rendering of every problem in this text.
fn all_output(name: &str, text: &str) -> String {
    let problems = problems_everywhere(name, text);
    let renderer = Renderer::new().with_redactor(redactor());
    let plain = renderer.render(&problems, |_| Some(text));
    let colored = renderer.with_color(Color::Always, &std::io::stdout()).render(&problems, |_| Some(text));
    plain + &colored + &problems.to_string()
}

#[track_caller]
fn hides(name: &str, text: &str) {
    let output = all_output(name, text);
    assert!(!output.contains(CANARY), "{name}:\n{text}\n---\n{}", leak(&output));
}

/// The first problem that shows the canary.
fn leak(output: &str) -> &str {
    output.split("\n\n").find(|problem| problem.contains(CANARY)).unwrap_or_default()
}

/// The line that holds the canary is shown, because nothing makes it secret.
#[track_caller]
fn shows(name: &str, text: &str) {
    assert!(all_output(name, text).contains(CANARY), "{name}:\n{text}");
}

const YAML: &[&str] = &[
    "password: kanarie\nport: 1\n",
    "db:\n  password: kanarie\n  port: 1\n",
    "db: {user: x, password: kanarie, port: 1}\n",
    "db: {user: x,\n  password: kanarie,\n  port: 1}\n",
    "db: {user: x, password:\n  kanarie, port: 1}\n",
    "credentials:\n  user: kanarie\nport: 1\n",
    "credentials:\n  deep:\n    user: kanarie\n\n    # comment\n    name: kanarie\nport: 1\n",
    "passwords:\n- kanarie\n- kanarie\nport: 1\n",
    "passwords:\n- name: kanarie\n  value: kanarie\nport: 1\n",
    "list:\n- name: x\n  token: kanarie\n- name: y\n",
    "passwords: [a,\n kanarie,\n b]\nport: 1\n",
    "api_key: |\n  kanarie\n  kanarie\nport: 1\n",
    "api_key: |\n  first: x\n  second: kanarie\nport: 1\n",
    "secret: >-\n  folded\n\n  kanarie\nport: 1\n",
    "secret: 'one\n  kanarie\n  more'\nport: 1\n",
    "secret: \"one\n  kanarie: x\n  more\"\nport: 1\n",
    "secret: plain\n  kanarie\nport: 1\n",
    "secret:\n  kanarie\nport: 1\n",
    "secret: # comment\n  kanarie\nport: 1\n",
    "secret: !!str\n  kanarie\nport: 1\n",
    "\"pass\\u0077ord\": kanarie\nport: 1\n",
    "\"pass\\x77ord\": kanarie\nport: 1\n",
    "'password' : kanarie\nport: 1\n",
    "? password\n: kanarie\n",
    "x: &a kanarie\npassword: *a\nport: 1\n",
    "x: &a\n  k: kanarie\ncredentials: *a\nport: 1\n",
    "x: &a {user: kanarie}\ndb:\n  credentials:\n    <<: *a\n",
    "url: postgres://me:kanarie@db/x\nport: 1\n",
    "url: \"postgres://me:x\n  kanarie@db/x\"\nport: 1\n",
    "url: postgres://me:kan/kanarie@db/x\nport: 1\n",
    "vault:\n  code: kanarie\nport: 1\n",
    "vault: {code: kanarie}\nport: 1\n",
    "vault: {name: x,\n code: kanarie}\nport: 1\n",
    "safe:\n  a:\n  - b: kanarie\nport: 1\n",
    "port: 1 # password: kanarie\n",
    "API Key: kanarie\nport: 1\n",
    "a: {b: {c: {client_secret: kanarie}}}\n",
    "password: kanarie\nport: 1",
    "password:\tkanarie\r\nport: 1\r\n",
    "\u{feff}password: kanarie\nport: 1\n",
];

const BROKEN_YAML: &[&str] = &[
    "password: \"kanarie\nport: 1\n",
    "password: \"one\nkanarie\nport: 1\n",
    "password:\nkanarie\nport: 1\n",
    "password:\n\n# comment\nkanarie\nport: 1\n",
    "password: |\nkanarie\nport: 1\n",
    "password kanarie\nport: 1\n",
    "password\nkanarie\nport: 1\n",
    "password:kanarie\nport: 1\n",
    "password = kanarie\nport: 1\n",
    "password: kanarie\n\tport: 1\n",
    "password: [kanarie\nport: 1\n",
    "credentials:\n  user: [\n  name: kanarie\nport: 1\n",
    "credentials:\n\tuser: kanarie\nport: 1\n",
    "list: [1, 2\ncredentials:\n  user: kanarie\nport: 1\n",
    "name: \"open\ncredentials:\n  user: kanarie\nport: 1\n",
    "name: \"open\npassword: |\n  kanarie \"x\"\nport: 1\n",
    "name: don't\npasswords:\n- kanarie\n- it's\nport: [\n",
    "note: see [1\ncredentials: {\nuser: kanarie,\nx: y}\n",
    "db: {user: x, password: kanarie, port: 1\n",
    "db: {user: x, password: kanarie port: 1}\n",
    "db: {user: x, credentials: {a: 1, b: [kanarie]\nport: 1\n",
    "api_key: |\n    first\n  kanarie\nport: [\n",
    "url: \"postgres://me:x\nkanarie@db/x\"\nport: [\n",
    "url: postgres://me:kan\"kanarie@db/x\nport: [\n",
    "url: postgres://me:kanarie\nport: [\n",
    "vault:\n  code: \"kanarie\nport: 1\n",
    "vault: {name: x\n  code: kanarie\nport: 1\n",
    "safe:\n  a: [\n  b: kanarie\n",
    "\"pass\\u0077ord\": kanarie\nport: [\n",
    "? password\n: kanarie\nport: [\n",
    "password: kanarie\npassword: kanarie\n",
    "a: 1\na: {token: kanarie}\n",
    "x: .inf\npasswords:\n- kanarie\n",
    "port: [ # password: kanarie\n",
    "- password: kanarie\n- x\n",
    "password: kanarie: x\n",
    "cert: |\n  -----BEGIN RSA PRIVATE KEY-----\n  kanarie\n  -----END RSA PRIVATE KEY-----\nport: [\n",
    "[vault: {name: x,\n  code: kanarie}]\n",
    "credentials:\n  a: 1\n/kanarie: x\nport: b: c\n",
    "credentials:\n  a: 1\n.kanarie: x\nport: b: c\n",
];

const JSON: &[&str] = &[
    "{\"password\": \"kanarie\", \"port\": 1}",
    "{\n  \"password\": \"kanarie\",\n  \"port\": 1\n}",
    "{\n  \"password\":\n    \"kanarie\",\n  \"port\": 1\n}",
    "{\n\"password\"\n:\n\"kanarie\"\n,\n\"port\": 1\n}",
    "{\"a\": {\"password\": [1,\n \"kanarie\"]}, \"port\": 1}",
    "{\"credentials\": {\n\"user\": \"kanarie\",\n\"deep\": {\"x\": \"kanarie\"}\n},\n\"port\": 1}",
    "{\"\\u0070assword\": \"kanarie\",\n\"port\": 1}",
    "{\"x\": 1, \"passwords\": [\n\"kanarie\",\n\"kanarie\"\n], \"port\": 1}",
    "{\n\"vault\": {\n\"name\": 1,\n\"code\": \"kanarie\"\n}\n}",
    "{\n\"safe\": [\n{\n\"code\": \"kanarie\"\n}\n]\n}",
    "{\"url\": \"https://me:kanarie@host/\"}",
];

const BROKEN_JSON: &[&str] = &[
    "{\"password\": \"kanarie, \"port\": 1}",
    "{\n  \"password\": \"kanarie,\n  \"port\": 1\n}",
    "{\n  \"password\":\n    \"kanarie\n  \"port\": 1\n}",
    "{\n  \"password\":\n    kanarie,\n  \"port\": 1\n}",
    "{\n  \"password\": \n  \"x: kanarie\": 1\n}",
    "[{\"vault\": {\"name\": 1,\n\"code\": \"kanarie\"}}]",
    "{\n  \"password\" \"kanarie\",\n  \"port\": 1\n}",
    "{\n  \"password\",\n \"kanarie\",\n  \"port\": 1\n}",
    "{\n\"password\"\n:\n\"kanarie\"\n\n\"port\": 1\n",
    "{\"a\": {\"password\": [1,\n \"kanarie\", \"port\": 1}",
    "{\"credentials\": {\n\"user\": \"kanarie\"\n\"deep\": {\"x\": \"kanarie\"\n},\n\"port\": 1}",
    "{\"passwords\": [\n\"kanarie\"\n\"kanarie\"\n, \"port\": 1",
    "{\n\"vault\": {\n\"name\": 1\n\"code\": \"kanarie\"\n}\n}",
    "{\n\"vault\": {\n\"name\": 1,\n\"code\": \"kanarie\n}\n}",
    "{\n\"safe\": [\n{\n\"code\": kanarie\n}\n]\n}",
    "{\"x\": 1e999, \"passwords\": [\n\"kanarie\"]}",
    "{\"x\": 1,\n\"x\": 2,\n\"token\":\n\"kanarie\"}",
    "{\"password\": 'kanarie'}",
    "{password: \"kanarie\"}",
    "{\"password\": \"\\q kanarie\"}",
    "{\"password\": \"kanarie\" // comment\n}",
];

const JSONC: &[&str] = &[
    "{\n  // password: kanarie\n  \"port\": 1,\n}",
    "{\n  \"port\": 1, // \"password\": \"kanarie\"\n}",
    "{\n  /*\n  \"password\": \"kanarie\",\n  */ \"port\": 1\n}",
    "{\n  /* \"db\": {\"token\": \"kanarie\"}, */ \"port\": 1,\n}",
    "{\n  \"password\": // of the database\n  \"kanarie\",\n}",
    "{\n  \"password\": /* of\n the database */ \"kanarie\",\n}",
    "{\n  // https://me:kanarie@host/\n  \"port\": 1\n}",
];

const BROKEN_JSONC: &[&str] = &[
    "{\n  // \"password\": \"kanarie\"\n  \"port\": ,\n}",
    "{\n  \"password\": \"kanarie\" // comment\n  \"port\": 1\n}",
    "{\n  \"password\": // comment\n  kanarie\n}",
    "{\n  /* \"password\": \"kanarie\"\n  \"port\": 1\n}",
    "{\n  \"passwords\": [\n  // one\n  \"kanarie\",,\n  ],\n}",
];

const TOML: &[&str] = &[
    "password = \"kanarie\"\nport = 1\n",
    "[db]\nuser = \"x\"\npassword = 'kanarie'\nport = 1\n",
    "[credentials]\nuser = \"kanarie\"\n\n# comment\nname = \"kanarie\"\n[other]\nport = 1\n",
    "[credentials.deep]\nuser = \"kanarie\"\n[other]\nport = 1\n",
    "[ a . \"credentials\" ]\nuser = \"kanarie\"\n[other]\nport = 1\n",
    "[[passwords]]\nuser = \"kanarie\"\n[[passwords]]\nuser = \"kanarie\"\n[other]\nport = 1\n",
    "[other]\nport = 1\n[credentials]\nuser = \"kanarie\"\n",
    "db.password = \"kanarie\"\nport = 1\n",
    "db.credentials.user = \"kanarie\"\nport = 1\n",
    "\"pass\\u0077ord\" = \"kanarie\"\nport = 1\n",
    "secret = \"\"\"\nkanarie\nkanarie = 1\n[kanarie]\n\"\"\"\nport = 1\n",
    "secret = '''\nkanarie\n'''\nport = 1\n",
    "secret = [\n  \"kanarie\",\n  [ \"kanarie\" ]\n]\nport = 1\n",
    "db = { user = \"x\", password = \"kanarie\" }\nport = 1\n",
    "db = { user = \"x\",\n password = \"kanarie\" }\nport = 1\n",
    "url = \"amqp://me:kanarie@host\"\nport = 1\n",
    "[vault]\nname = 1\ncode = \"kanarie\"\n",
    "vault.code = \"kanarie\"\nport = 1\n",
    "vault = { code = \"kanarie\" }\nport = 1\n",
    "[safe.x]\ny = \"kanarie\"\n[other]\nport = 1\n",
    "port = 1 # was password kanarie\n",
];

const BROKEN_TOML: &[&str] = &[
    "password = kanarie\nport = 1\n",
    "password = \"kanarie\nport = 1\n",
    "password = \nkanarie\nport = 1\n",
    "password: kanarie\nport = 1\n",
    "password kanarie\nport = 1\n",
    "password\nkanarie\nport = 1\n",
    "pass word = 1\npassword = 07 kanarie\n",
    "password = \"\"\"\nkanarie\nport = 1\n",
    "password = \"\"\"\nkanarie = 1\nport = 1\n",
    "password = '''\n[kanarie]\nport = 1\n",
    "password = [\n \"kanarie\"\nport = 1\n",
    "password = [\n [ \"kanarie\" ]\nport = 1\n",
    "[credentials\nuser = \"kanarie\"\n[other]\nport = 1\n",
    "[[credentials]\nuser = \"kanarie\"\n",
    "[credentials]\nuser = kanarie\n[other]\nport = 1\n",
    "[credentials]\nx = [\nuser = \"kanarie\"\n",
    "[credentials]\nx = \"open\nuser = \"kanarie\"\n",
    "[credentials]\nuser = \"kanarie\"\n[credentials]\nname = \"kanarie\"\n",
    "note = don't\n[credentials]\nuser = 'kanarie'\nit's = 1\n",
    "note = see [1\n[credentials]\nuser = \"kanarie\"\n",
    "db = { user = \"x\", password = kanarie }\nport = 1\n",
    "db = { user = x, password = \"kanarie\" }\nport = 1\n",
    "db.password = kanarie\nport = 1\n",
    "a = 1e999\n[credentials]\nuser = \"kanarie\"\n",
    "a = 1\na = 2\n[credentials]\nuser = \"kanarie\"\n",
    "\"pass\\U00000077ord\" = kanarie\nport = 1\n",
    "url = amqp://me:kanarie@host\nport = 1\n",
    "url = \"amqp://me:kan\\qkanarie@host\"\nport = 1\n",
    "[vault]\nname = 1\ncode = kanarie\n",
    "[vault\nname = 1\ncode = \"kanarie\"\n",
    "vault.code = kanarie\nport = 1\n",
    "vault = { code = kanarie }\nport = 1\n",
    "[safe.x]\ny = kanarie\n[other]\nport = 1\n",
    "port = x # password kanarie\n",
];

const DOTENV: &[&str] = &[
    "PASSWORD=kanarie\nPORT=1\n",
    "export DB_PASSWORD='kanarie'\nPORT=1\n",
    "API_KEY=\"one\nkanarie\nkanarie=x\n\"\nPORT=1\n",
    "DATABASE_URL=postgres://me:kanarie@db/x\nPORT=1\n",
    "PORT=1 # password kanarie\n",
];

const BROKEN_DOTENV: &[&str] = &[
    "PASSWORD kanarie\nPORT=1\n",
    "PASSWORD: kanarie\nPORT=1\n",
    "PASSWORD=\"kanarie\nPORT=1\n",
    "PASSWORD='one\nkanarie\nPORT=1\n",
    "PASSWORD=\nkanarie\nPORT=1\n",
    "PASSWORD='x'kanarie\nPORT=1\n",
    "PASSWORD=\"\\q kanarie\"\nPORT=1\n",
    "1PASSWORD=kanarie\n",
    "A=1\nA=2\nTOKEN=kanarie\n",
    "DATABASE_URL=\"postgres://me:kanarie\nPORT=1\n",
];

#[test]
fn no_secret_is_shown_where_the_structure_alone_does_not_say_so() {
    hides("c.yaml", "password: {a: 1\nb: kanarie\n");
    hides("c.yaml", "#credentials:\n  user: kanarie\nport: 1\n");
    hides("c.yaml", "credentials:\n  name: x\n  us\ner: kanarie\nport: 1\n");
    hides("c.toml", "#[credentials]\nuser = kanarie\n[other]\nport = 1\n");
    hides("c.toml", "secret = { a = 1\nb = \"kanarie\"\n");
    hides(".env", "PRIVATE_KEY=-----BEGIN\nkanarie\nkanarie==\n-----END\nPORT=1\n");
}

fn each(mut check: impl FnMut(&'static str, &'static str)) {
    let formats = [
        ("c.yaml", YAML, BROKEN_YAML),
        ("c.json", JSON, BROKEN_JSON),
        ("c.jsonc", JSON, BROKEN_JSON),
        ("c.jsonc", JSONC, BROKEN_JSONC),
        ("c.toml", TOML, BROKEN_TOML),
        (".env", DOTENV, BROKEN_DOTENV),
    ];
    for (name, whole, broken) in formats {
        whole.iter().chain(broken).for_each(|text| check(name, text));
    }
}

#[test]
fn no_secret_is_shown_in_any_position_of_any_format() {
    each(hides);
}

#[test]
fn no_secret_is_shown_when_the_format_is_not_known() {
    each(|_, text| hides("c", text));
}

#[test]
fn no_secret_is_shown_when_another_line_is_broken() {
    each(|name, text| {
        hides(name, &format!("]\n{text}"));
        hides(name, &format!("{text}\n]"));
        hides(name, &format!("a: b: c\n{text}"));
        hides(name, &format!("name: 'open\n{text}"));
        hides(name, &format!("name: {{\n{text}"));
        hides(name, &format!("{}\n{text}", "[".repeat(600)));
    });
}

/// What makes the canary a secret: without it, there is none.
const MARKS: &[&str] = &[
    "password",
    "credentials",
    "secret",
    "token",
    "code",
    "api",
    "key",
    "private",
    "&a",
    "*a",
    "://",
    "me:",
    "postgres",
    "amqp",
    "https",
    "@",
    "pass\\u0077ord",
    "pass\\x77ord",
    "\\u0070assword",
    "pass\\u00000077ord",
];

/// Whether the character at `at`, or the gap before it, belongs to a mark.
fn is_mark(text: &str, at: usize) -> bool {
    let text = text.to_lowercase();
    MARKS.iter().any(|mark| {
        text.match_indices(mark).any(|(from, _)| (from.saturating_sub(1)..=from + mark.len()).contains(&at))
    })
}

/// The texts to damage. Damage to the others may really take the canary out of what makes it secret.
fn to_damage() -> Vec<(&'static str, &'static str)> {
    let elsewhere = ["vault", "safe", "*a", "\n\"", "\"\"\"", "'''", "= {", "[1", "# "];
    let mut texts = Vec::new();
    each(|name, text| texts.push((name, text)));
    texts.retain(|(_, text)| !elsewhere.iter().any(|part| text.contains(part)));
    texts
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_secret_is_shown_whatever_character_is_lost_or_added(
        (name, text) in proptest::sample::select(to_damage()),
        place in proptest::prelude::any::<proptest::sample::Index>(),
        added in proptest::sample::select(&["", "", "\"", "'", "{", "[", ",", ":", "=", "\n", "\t"]),
    ) {
        let places: Vec<_> = text.char_indices().filter(|&(at, _)| !is_mark(text, at)).collect();
        if let Some(&(at, c)) = places.get(place.index(places.len().max(1))) {
            let lost = if added.is_empty() { c.len_utf8() } else { 0 };
            check_broken(name, &format!("{}{added}{}", &text[..at], &text[at + lost..]));
        }
    }
}

/// A text that can still be read may really say that the canary is no secret.
fn check_broken(name: &str, text: &str) {
    let format = Format::of_path(Path::new(name)).unwrap();
    if parse(text.as_bytes(), format, name, &ParseOptions::default()).is_err() {
        hides(name, text);
    }
}

#[test]
fn lines_without_a_secret_are_shown() {
    shows("c.yaml", "password: x\nname: kanarie\n");
    shows("c.yaml", "db:\n  password: x\n  name: kanarie\n");
    shows("c.yaml", "credentials:\n  user: x\nname: kanarie\n");
    shows("c.yaml", "api_key: |\n  x\nname: kanarie\n");
    shows("c.yaml", "passwords:\n- a\n- b\nname: kanarie\n");
    shows("c.yaml", "max_tokens: 5 # kanarie\n");
    shows("c.yaml", "password: x\nname: kanarie: y\n");
    shows("c.yaml", "db:\n  password: x\n  name: kanarie\n  port: [\n");
    shows("c.yaml", "passwords:\n- a\n- b\nname: kanarie\nport: [\n");
    shows("c.json", "{\n  \"password\": \"x\",\n  \"name\": \"kanarie\"\n}");
    shows("c.json", "{\n  \"password\": \"x\",\n  \"name\": kanarie\n}");
    shows("c.json", "{\n  \"db\": {\n    \"password\": \"x\"\n  },\n  \"name\": kanarie\n}");
    shows("c.toml", "password = \"x\"\nname = \"kanarie\"\n");
    shows("c.toml", "password = \"x\"\nname = kanarie\n");
    shows("c.toml", "[credentials]\nuser = \"x\"\n[other]\nname = kanarie\n");
    shows("c.toml", "[vault]\ncode = 1\nname = kanarie\n");
    shows("c.toml", "url = \"http://host:80/\"\nkanarie\n");
    shows(".env", "PASSWORD=x\nNAME=\"kanarie\n");
}

#[test]
fn a_name_that_was_made_public_is_shown() {
    let text = "page:\n  next_token: 5\n";
    let layer = Layer::of_text(LayerKind::Base, "c.yaml", text);
    let kind = ProblemKind::Custom { message: "here".into() };
    let problem = Problem::error(kind).with_origin(layer.origin(8));
    let path = "page.next_token".parse().unwrap();
    let problems = Problems::from(problem.with_path(path));
    let secret = Renderer::new().render(&problems, |_| Some(text));
    assert!(!secret.contains("next_token: 5"), "{secret}");
    let redactor = Redactor::new().with_public(&"page.next_token".parse().unwrap());
    let public = Renderer::new().with_redactor(redactor).render(&problems, |_| Some(text));
    assert!(public.contains("next_token: 5"), "{public}");
}

#[test]
fn the_key_of_a_problem_hides_its_line_whatever_the_text_says() {
    let text = "name: kanarie\n";
    let layer = Layer::of_text(LayerKind::Base, "c.yaml", text);
    let kind = ProblemKind::Custom { message: "here".into() };
    let problem = Problem::error(kind).with_origin(layer.origin(0)).with_path("safe.x".parse().unwrap());
    let problem = problem.with_related("there", layer.origin(0));
    let renderer = Renderer::new().with_redactor(redactor());
    assert!(!renderer.render(&problem.into(), |_| Some(text)).contains(CANARY));
}

#[test]
fn names_of_layers_and_messages_lose_the_userinfo_of_their_urls() {
    let layer = Layer::of_text(LayerKind::Remote, "https://me:kanarie@host/c.yaml", "a: 1");
    let kind = ProblemKind::Custom { message: "no answer from https://me:kanarie@host/".into() };
    let problem = Problem::error(kind).with_origin(layer.origin(0)).with_related("there", layer.origin(0));
    let problem = problem.with_help("see https://me:kanarie@host/");
    for text in [Some("a: 1"), None] {
        let shown = Renderer::new().render(&problem.clone().into(), |_| text);
        assert!(!shown.contains(CANARY), "{shown}");
    }
}
