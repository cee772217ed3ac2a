//! What a person sees when something is wrong: each kind of mistake, rendered. The snapshots are beside this file.

use std::num::NonZeroU16;

use enhanced_config::{Builder, Color, LoadError};
use serde::Deserialize;

use crate::dir::Dir;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct App {
    server: Server,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "fields are there to be filled")]
struct Server {
    host: String,
    port: u16,
    workers: Option<NonZeroU16>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    ReadOnly,
    ReadWrite,
}

fn rendered(dir: &Dir, error: &LoadError) -> String {
    dir.anonymous(&error.render(Color::Never))
}

/// Loads `App` from a directory with these files, and holds the rendered error against its snapshot.
fn check(snapshot: &str, files: &[(&str, &str)]) {
    check_with(snapshot, &Dir::new(files), |builder| builder);
}

fn check_with(snapshot: &str, dir: &Dir, setup: impl FnOnce(Builder) -> Builder) {
    let system = setup(dir.builder()).build().unwrap();
    let error = system.load::<App>("app").unwrap_err();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(snapshot, rendered(dir, &error));
    });
}

#[test]
fn of_types() {
    check("wrong_type", &[("app.yaml", "server:\n  host: localhost\n  port: eighty\n")]);
    check("missing_field", &[("app.toml", "[server]\nhost = \"localhost\"\n")]);
    check(
        "unknown_field",
        &[("app.json", "{\n  \"server\": { \"host\": \"a\", \"port\": 1, \"wrokers\": 4 }\n}\n")],
    );
    check("out_of_range", &[("app.yaml", "server: {host: localhost, port: 70000}\n")]);
    check("unknown_variant", &[("app.yaml", "mode: read-wriet\nserver: {host: localhost, port: 1}\n")]);
    check("refused_by_type", &[("app.yaml", "server:\n  host: localhost\n  port: 1\n  workers: 0\n")]);
    check(
        "four_problems_in_one_file",
        &[("app.yaml", "server:\n  host: 7\n  prot: 8080\n  workers: many\ntags: [a, [b]]\n")],
    );
    check(
        "two_files",
        &[("app.yaml", "server:\n  host: 7\n  port: 1\n"), ("app.local.toml", "[server]\nport = 'x'\n")],
    );
    check_with(
        "of_the_environment",
        &Dir::new(&[("app.yaml", "server:\n  host: a\n  port: 1\n")]),
        |builder| builder.env_prefix("APP_").env_variables([("APP_SERVER__PORT", "http")]),
    );
}

#[test]
fn of_environment_variables() {
    let dir = Dir::new(&[("app.yaml", "server:\n  host: a\n  port: 1\nport: 2\ntags: [a]\n")]);
    let check = |snapshot: &str, variables: &[(&str, &str)]| {
        check_with(snapshot, &dir, |builder| {
            builder.env_prefix("APP_").env_variables(variables.iter().copied())
        });
    };
    check("variables_that_clash", &[("APP_SERVER", "{}"), ("APP_SERVER__PROT", "1"), ("APP_TAGS__0", "b")]);
    check("variable_for_no_member", &[("APP_TAGS__1", "b")]);
    check("variable_of_kubernetes", &[("APP_PORT", "tcp://10.0.0.1:80"), ("APP_SERVICE_HOST", "10.0.0.1")]);
}

/// What a program logs, or shows when asked: no error, and all the same not what was meant.
#[test]
fn of_what_is_only_a_warning() {
    let dir = Dir::new(&[
        ("app.yaml", "server:\n  host: a\n  port: 1\n"),
        ("app.prod.yaml", "server: {port: 2}\n"),
        ("app.d/10.conf", "server.port = 3"),
    ]);
    let variables = [
        ("APP_SERVER__PROT", "3"),
        ("APP_SERVER_TIMEOUT", "3"),
        ("APP_LOG_LEVEL", "debug"),
        ("APP_SUB__NEW", "1"),
        ("APP_PROFILE", "prdo,production"),
    ];
    let builder = dir.builder().profile_from_env("APP_PROFILE").env_prefix("APP");
    let config = builder.env_variables(variables).build().unwrap().load_config("app").unwrap();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("warnings", dir.anonymous(&config.warnings().to_string()));
    });
}

#[test]
fn of_syntax() {
    check("duplicate_key_yaml", &[("app.yaml", "server:\n  host: a\n  port: 1\n  host: b\nserver: {}\n")]);
    check(
        "duplicate_key_json",
        &[("app.json", "{\n  \"a\": 1,\n  \"b\": { \"c\": 1, \"c\": 2 },\n  \"a\": 2\n}\n")],
    );
    check("duplicate_key_toml", &[("app.toml", "a = 1\na = 2\n")]);
    check("syntax_yaml", &[("app.yaml", "server:\n  host: a: b\n")]);
    check("syntax_yaml_unclosed", &[("app.yaml", "server:\n  host: \"a\n  port: 1\n")]);
    check("syntax_json_comma", &[("app.json", "{\n  \"a\": 1,\n}\n")]);
    check("syntax_json_comment", &[("app.json", "{\n  // the port\n  \"a\": 1\n}\n")]);
    check("syntax_json_unclosed", &[("app.json", "{\n  \"a\": [1, 2\n")]);
    check("syntax_toml", &[("app.toml", "[server]\nhost = localhost\n")]);
    check("syntax_toml_colon", &[("app.toml", "host: a\n")]);
    check("tab_indentation", &[("app.yaml", "server:\n\thost: a\n")]);
    check("unknown_tag", &[("app.yaml", "server: !custom\n  host: a\n")]);
    check("several_documents", &[("app.yaml", "a: 1\n---\nb: 2\n")]);
    check("complex_key", &[("app.yaml", "? [a, b]\n: 1\n")]);
    check(
        "merge_conflict",
        &[("app.json", "{\n<<<<<<< HEAD\n  \"a\": 1\n=======\n  \"a\": 2\n>>>>>>> other\n}\n")],
    );
    check("quote_that_reaches_too_far", &[("app.yaml", "server:\n  host: 'a\n  port: 1\n  name: b'\n")]);
    check("list_root", &[("app.yaml", "- a\n- b\n")]);
    check("empty", &[("app.yaml", "# nothing yet\n")]);
}

#[test]
fn of_encoding() {
    let bytes = |snapshot: &str, bytes: &[u8]| {
        let dir = Dir::new(&[]);
        dir.write("app.yaml", bytes);
        check_with(snapshot, &dir, |builder| builder);
    };
    bytes("utf_16", b"\xff\xfea\0:\0 \x001\0\n\0");
    bytes("invalid_utf_8", b"server:\n  host: \xe9t\xe9\n");
    let marked = Dir::new(&[("app.yaml", "\u{feff}server: {host: a, port: 1}\n")]);
    assert!(marked.system().load::<App>("app").is_ok(), "a byte order mark is fine");
}

#[test]
fn of_limits() {
    check("depth", &[("app.json", &format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200)))]);
    check("size", &[("app.yaml", &"# x\n".repeat(1_200_000))]);
    let bomb: String =
        (1..10).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
    check("alias_bomb", &[("app.yaml", &format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{bomb}"))]);
    check("huge_float", &[("app.yaml", "server:\n  host: a\n  port: 1e400\n")]);
    check("huge_integer", &[("app.json", "{\n  \"port\": 18446744073709551616\n}\n")]);
}

#[test]
fn of_files() {
    check("two_files_for_one_name", &[("app.yaml", "a: 1\n"), ("app.toml", "a = 1\n")]);
    check("missing_file", &[("apps.yaml", "a: 1\n"), ("other.yaml", "b: 1\n")]);
    check("directory", &[("app.yaml/inner.txt", "")]);
    check("drop_in_directory_is_a_file", &[("app.yaml", "a: 1\n"), ("app.d", "b: 1\n")]);
}

#[test]
#[cfg(unix)]
fn of_special_files() {
    let fifo = Dir::new(&[]);
    assert!(
        std::process::Command::new("mkfifo").arg(fifo.path().join("app.yaml")).status().unwrap().success()
    );
    check_with("fifo", &fifo, |builder| builder);

    let escape = Dir::new(&[]);
    std::os::unix::fs::symlink("../../../../../../etc/passwd", escape.path().join("app.yaml")).unwrap();
    check_with("symlink_escape", &escape, |builder| builder);
    std::fs::remove_file(escape.path().join("app.yaml")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", escape.path().join("app.yaml")).unwrap();
    check_with("symlink_escape_absolute", &escape, |builder| builder);
}

#[test]
fn of_names() {
    let system = Dir::new(&[]).system();
    for (snapshot, name) in [
        ("name_escape", "../app"),
        ("name_absolute", "/etc/passwd"),
        ("name_empty", ""),
        ("name_control", "app\u{1b}[31m"),
    ] {
        let text = system.load_config(name).unwrap_err().render(Color::Never);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(snapshot, text);
        });
    }
}

/// What a `main` that returns them prints.
#[test]
fn of_set_up() {
    use enhanced_config::EnhancedConfigSystem;
    let refused = |builder: Builder| format!("{:?}", builder.build().unwrap_err());
    let nowhere = refused(EnhancedConfigSystem::builder("/nowhere"));
    assert_eq!(nowhere, "the configuration directory /nowhere does not exist");
    let profile = refused(Dir::new(&[]).builder().profile("../prod"));
    assert!(profile.starts_with("profile: "), "{profile}");
}

#[test]
fn of_reads_by_path() {
    let dir = Dir::new(&[("app.yaml", "server:\n  host: a\n  port: http\n")]);
    let config = dir.system().load_config("app").unwrap();
    let text = |error: enhanced_config::Rejection| dir.anonymous(&error.render(Color::Never));
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("get_missing", text(config.get::<u16>("server.prot").unwrap_err()));
        insta::assert_snapshot!("get_wrong_type", text(config.get::<u16>("server.port").unwrap_err()));
        insta::assert_snapshot!("get_bad_path", text(config.get::<u16>("server..port").unwrap_err()));
    });
}

/// The superuser may read everything, so as the superuser this runs itself once more as nobody.
#[test]
#[cfg(unix)]
fn of_permission() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    let dir = match std::env::var_os("ENHANCED_CONFIG_TEST_DIR") {
        Some(dir) => return as_nobody(&dir),
        None => Dir::new(&[("app.yaml", "a: 1\n")]),
    };
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap()
    };
    mode(dir.path(), 0o755);
    mode(&dir.path().join("app.yaml"), 0o600);
    let this = std::env::current_exe().unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(this)
        .args(["errors::of_permission", "--exact", "--nocapture"])
        .env("ENHANCED_CONFIG_TEST_DIR", dir.path())
        .output();
    let Ok(output) = output else { return eprintln!("skipped: there is no setpriv to become nobody with") };
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let Some((_, rest)) = text.split_once("<<<\n") else {
        return eprintln!("skipped: cannot run as nobody here: {text}");
    };
    let (error, _) = rest.split_once(">>>").unwrap();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("no_permission", dir.anonymous(error));
    });
}

#[cfg(unix)]
fn as_nobody(dir: &std::ffi::OsStr) {
    let system = enhanced_config::EnhancedConfigSystem::builder(std::path::Path::new(dir)).build().unwrap();
    println!("<<<\n{}>>>", system.load_config("app").unwrap_err().render(Color::Never));
}
