//! Files beneath a root: which are found, in which order they count, and what is said when one is missing.

use std::path::Path;

use enhanced_config_core::{Document, Layer, LayerKind};
use enhanced_config_files::ConfigRoot;
use enhanced_config_layers::{
    DropInSource, EnvFileSource, EnvSource, FileSource, Layers, LoadFailure, Loaded, ProfileSource,
    ValueSource,
};
use serde_json::{Value as Json, json};

struct Case {
    dir: tempfile::TempDir,
}

impl Case {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self { dir }
    }

    fn load(&self, layers: Layers) -> Result<Loaded, LoadFailure> {
        layers.load(&ConfigRoot::open(self.dir.path()).unwrap())
    }

    /// The problems of a load, with the directory's name taken out.
    fn problems(&self, layers: Layers) -> String {
        self.anonymous(&self.load(layers).unwrap_err().problems)
    }

    /// The warnings of a load, with the directory's name taken out.
    fn warnings(&self, layers: Layers) -> String {
        self.anonymous(&self.load(layers).unwrap().warnings)
    }

    fn anonymous(&self, text: &impl ToString) -> String {
        text.to_string().replace(&format!("{}", self.dir.path().display()), "DIR")
    }
}

fn app() -> Layers {
    Layers::new()
        .with_source(FileSource::named("app"))
        .with_source(ProfileSource::new("app", "prod"))
        .with_source(DropInSource::new("app.d"))
}

fn data(loaded: &Loaded) -> Json {
    Json::from(loaded.document.root())
}

#[test]
fn files_lie_over_one_another_in_the_order_of_their_sources() {
    let case = Case::new(&[
        ("app.json", r#"{"a": 1, "b": 1, "c": 1, "d": 1}"#),
        ("app.prod.json", r#"{"b": 2, "c": 2, "d": 2}"#),
        ("app.d/9.json", r#"{"d": 3}"#),
        ("app.d/10.json", r#"{"c": 4, "d": 4}"#),
        ("app.d/.hidden.json", r#"{"a": 5}"#),
        ("app.d/11.json~", r#"{"a": 6}"#),
        ("app.d/README", "not a configuration"),
    ]);
    let loaded = case.load(app()).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(data(&loaded), json!({"a": 1, "b": 2, "c": 4, "d": 3}));
    let kinds: Vec<_> = loaded.layers.iter().map(|layer| layer.layers()[0].kind()).collect();
    assert_eq!(kinds, [LayerKind::Base, LayerKind::Profile, LayerKind::DropIn, LayerKind::DropIn]);
}

#[test]
fn a_missing_base_file_names_those_like_it() {
    let case = Case::new(&[("ap.json", "{}"), ("other.json", "{}")]);
    assert_eq!(
        case.problems(app()),
        "no file called app (.yaml, .yml, .json, .jsonc or .toml) in DIR; did you mean ap.json?"
    );
}

#[test]
fn two_files_of_one_name_are_an_error_naming_both() {
    for other in ["app.toml", "app.jsonc"] {
        let case = Case::new(&[("app.json", "{}"), (other, "")]);
        assert_eq!(
            case.problems(app()),
            format!(
                "several files are called app: DIR/app.json and DIR/{other}; keep one of them: two formats of one configuration drift apart"
            )
        );
    }
}

#[test]
fn comments_are_for_files_that_say_so_by_their_extension() {
    let text = |key: &str| format!("// {key}\n{{\n  /* one\n  two */ \"{key}\": \"//\", // three\n}}\n");
    let base = "{\"include\": [\"parts/a.jsonc\"], // parts\n\"base\": 1,}";
    let (part, profile, drop_in) = (text("part"), text("profile"), text("drop_in"));
    let files = [
        ("app.jsonc", base),
        ("parts/a.jsonc", &part),
        ("app.prod.jsonc", &profile),
        ("app.d/1.jsonc", &drop_in),
    ];
    let case = Case::new(&files);
    let loaded = case.load(app().with_includes(true)).unwrap();
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert_eq!(data(&loaded), json!({"part": "//", "base": 1, "profile": "//", "drop_in": "//"}));
    let origin = loaded.document.get("profile").unwrap().origin();
    assert_eq!(case.anonymous(&origin), "DIR/app.prod.jsonc:4:21");
    for strict in ["app", "parts/a", "app.prod", "app.d/1"] {
        let renamed = |text: &str| text.replace(&format!("{strict}.jsonc"), &format!("{strict}.json"));
        let files = files.map(|(name, text)| (renamed(name), renamed(text)));
        let files = files.each_ref().map(|(name, text)| (&**name, &**text));
        let problems = Case::new(&files).problems(app().with_includes(true));
        assert!(problems.starts_with("JSON has no comments (DIR/"), "{problems}");
        assert!(problems.contains(&format!("/{strict}.json:1:")), "{problems}");
    }
}

#[test]
fn a_path_names_its_format_by_its_extension() {
    let case = Case::new(&[("app.conf", "{}")]);
    let text = case.problems(Layers::new().with_source(FileSource::new("app.conf")));
    assert_eq!(
        text,
        "DIR/app.conf: the format of this file is not known by its extension; use .yaml, .yml, .json, .jsonc, .toml or .env"
    );
}

#[test]
fn the_problems_of_all_files_come_together() {
    let case = Case::new(&[
        ("app.json", r#"{"a": 1, "a": 2}"#),
        ("app.prod.json", "{"),
        ("app.d/1.json", "[]"),
        ("app.d/2.json", "1e400"),
    ]);
    let problems = case.load(app()).unwrap_err().problems;
    assert_eq!(problems.len(), 5, "{problems}");
}

#[test]
fn optional_files_may_be_missing_or_hold_nothing() {
    let case = Case::new(&[("app.json", r#"{"a": 1}"#), ("app.prod.json", " \n")]);
    assert_eq!(data(&case.load(app()).unwrap()), json!({"a": 1}));
    let blank = Case::new(&[("app.json", " \n")]);
    assert!(blank.problems(app()).starts_with("empty: expected a map"), "{}", blank.problems(app()));
}

#[test]
fn a_slip_in_the_name_of_a_profile_is_noticed() {
    let check = |files: &[&str], profile: &str, expected: &str| {
        let files: Vec<(&str, &str)> = files.iter().map(|name| (*name, "{}")).collect();
        let layers = Layers::new()
            .with_source(FileSource::named("app"))
            .with_source(ProfileSource::new("app", profile));
        assert_eq!(Case::new(&files).warnings(layers), expected, "{files:?}, {profile}");
    };
    let missing = |profile: &str| format!("warning: app has no file for the profile {profile}; ");
    let others = ["app.json", "app.prod.json", "app.eu.json", "app.local.json", "app.test.json.bak"];
    check(&others, "prod", "");
    check(&others, "prdo", &(missing("prdo") + "did you mean `prod`?"));
    check(&others, "production", &(missing("production") + "it has files for `eu`, `prod`"));
    check(&others, "test", &(missing("test") + "it has files for `eu`, `prod`"));
    check(&["app.json", "app.local.json"], "prod", "");
    let many =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].map(|name| format!("app.{name}{name}{name}.json"));
    for (count, more) in [(8, ""), (9, ", …"), (10, ", …")] {
        let files: Vec<&str> = many.iter().take(count).map(String::as_str).chain(["app.json"]).collect();
        let shown = "`aaa`, `bbb`, `ccc`, `ddd`, `eee`, `fff`, `ggg`, `hhh`";
        check(&files, "production", &format!("{}it has files for {shown}{more}", missing("production")));
    }
    check(&["app.json", "app.eu.json", "db.prod.json"], "prod", "");
    check(
        &["app.json", "app.pord.json", "db.prod.json"],
        "prod",
        &(missing("prod") + "did you mean `pord`?"),
    );
    check(&["app.json", "app.eu.1.json"], "eu.2", &(missing("eu.2") + "did you mean `eu.1`?"));
}

#[test]
fn drop_in_files_that_are_not_read_are_named() {
    let case = Case::new(&[
        ("app.json", "{}"),
        ("app.d/10.conf", "a = 1"),
        ("app.d/20.json.disabled", "{}"),
        ("app.d/README.md", "# What is in here"),
        ("app.d/local", "{}"),
        ("app.d/x.env", "A=1"),
    ]);
    let warning = |name: &str| {
        format!(
            "warning: DIR/app.d/{name} is not read: its extension names no format; files ending in .yaml, .yml, .json, .jsonc or .toml are read"
        )
    };
    assert_eq!(case.warnings(app()), ["10.conf", "local", "x.env"].map(warning).join("\n"));
}

#[test]
fn a_file_in_place_of_the_drop_in_directory_is_an_error() {
    let case = Case::new(&[("app.json", "{}"), ("app.d", "{}")]);
    assert_eq!(
        case.problems(app()),
        "DIR/app.d is not a directory; app.d is the name of a directory of drop-in files: rename this file"
    );
}

#[test]
fn every_file_looked_for_is_an_input() {
    let case = Case::new(&[("app.json", "{}"), ("app.d/1.json", "{}")]);
    let inputs = case.load(app()).unwrap().inputs;
    let found: Vec<&Path> =
        inputs.iter().filter(|input| input.was.is_file()).map(|input| &*input.path).collect();
    assert_eq!(found, [Path::new("app.json"), Path::new("app.d/1.json")]);
    for missing in ["app.yaml", "app.toml", "app.prod.yaml", "app.prod.json"] {
        assert!(inputs.iter().any(|input| input.path == Path::new(missing)), "{missing}");
    }
}

#[test]
fn includes_are_lower_layers_and_leave_no_trace() {
    let case = Case::new(&[
        ("app.json", r#"{"include": ["parts/db.json", "parts/log.json"], "db": {"port": 2}}"#),
        ("parts/db.json", r#"{"include": "../common.json", "db": {"port": 1, "host": "h"}}"#),
        ("parts/log.json", r#"{"log": "info"}"#),
        ("common.json", r#"{"log": "debug", "name": "x"}"#),
    ]);
    let loaded = case.load(app().with_includes(true)).unwrap();
    assert_eq!(data(&loaded), json!({"log": "info", "name": "x", "db": {"port": 2, "host": "h"}}));
    let origin = loaded.document.get("name").unwrap().origin();
    assert_eq!(case.anonymous(&origin), "DIR/common.json:1:26");
    assert_eq!(data(&case.load(app()).unwrap())["include"], json!(["parts/db.json", "parts/log.json"]));
}

#[test]
fn includes_that_go_wrong_name_the_line_that_asks_for_them() {
    let check = |files: &[(&str, &str)], expected: &str| {
        let case = Case::new(files);
        let found = case.problems(app().with_includes(true));
        assert!(found.contains(expected), "{found}");
    };
    check(
        &[("app.json", r#"{"include": "app.json"}"#)],
        "include: cannot include \"app.json\": it includes itself: app.json -> app.json (DIR/app.json:1:13)",
    );
    check(
        &[("app.json", r#"{"include": "b.json"}"#), ("b.json", r#"{"include": "./app.json"}"#)],
        "it includes itself: app.json -> b.json -> app.json (DIR/b.json:1:13)",
    );
    check(&[("app.json", r#"{"include": "gone.json"}"#)], "include: DIR/gone.json does not exist");
    check(&[("app.json", "{\n\"include\": [\"gone.json\"]}")], "(DIR/app.json:2:13)");
    check(&[("app.json", r#"{"include": "../../etc/passwd.json"}"#)], "(DIR/app.json:1:13)");
    check(&[("app.json", r#"{"include": "/etc/passwd.json"}"#)], "(DIR/app.json:1:13)");
    check(
        &[("app.json", r#"{"include": "../passwd"}"#)],
        "include: DIR/../passwd is outside of the configuration directory (DIR/app.json:1:13)",
    );
    check(
        &[("app.json", r#"{"include": {"a": 1}}"#)],
        "include: expected the path of a file, or a list of such paths, found map (DIR/app.json:1:13)",
    );
    check(&[("app.json", r#"{"include": [1]}"#)], "found integer (DIR/app.json:1:14)");
}

#[test]
fn includes_are_bounded() {
    let deep: Vec<(String, String)> =
        (0..40).map(|n| (format!("f{n}.json"), format!(r#"{{"include": "f{}.json"}}"#, n + 1))).collect();
    let mut files: Vec<(&str, &str)> = deep.iter().map(|(name, text)| (&**name, &**text)).collect();
    files.push(("app.json", r#"{"include": "f0.json"}"#));
    assert!(
        Case::new(&files).problems(app().with_includes(true)).contains("more than 16 levels of includes")
    );

    let wide: Vec<(String, String)> = (0..15)
        .map(|n| (format!("f{n}.json"), format!(r#"{{"include": ["f{0}.json", "f{0}.json"]}}"#, n + 1)))
        .collect();
    let mut files: Vec<(&str, &str)> = wide.iter().map(|(name, text)| (&**name, &**text)).collect();
    files.extend([("app.json", r#"{"include": "f0.json"}"#), ("f15.json", "{}")]);
    assert!(
        Case::new(&files).problems(app().with_includes(true)).contains("more than 256 files are included")
    );

    let list = vec!["\"b.json\""; 1_000].join(", ");
    let long = format!(r#"{{"include": [{list}]}}"#);
    let problems = Case::new(&[("app.json", &long), ("b.json", "{}")]).problems(app().with_includes(true));
    assert_eq!(problems.matches("more than 256 files").count(), 1, "{problems}");
}

#[test]
fn an_explanation_lists_every_layer_and_masks_secrets() {
    let case = Case::new(&[
        ("app.json", r#"{"db": {"port": 1, "password": "canary", "url": "x://canary@h"}, "list": [1]}"#),
        ("app.prod.json", r#"{"db": {"port": 2}, "list": [2]}"#),
    ]);
    let loaded = case
        .load(
            Layers::new()
                .with_source(ValueSource::defaults(&json!({"db": {"port": 0}})).unwrap())
                .with_source(FileSource::named("app"))
                .with_source(ProfileSource::new("app", "prod")),
        )
        .unwrap();
    let explain = |path: &str| case.anonymous(&loaded.explain(&path.parse().unwrap()));
    assert_eq!(
        explain("db.port"),
        "\
db.port = 2   from DIR/app.prod.json:1:17
  wins        profile file  2  DIR/app.prod.json:1:17
  overridden  base file     1  DIR/app.json:1:17
  overridden  defaults      0  defaults
"
    );
    assert_eq!(explain("list").lines().next(), Some("list = [2]   from DIR/app.prod.json:1:29"));
    assert_eq!(explain("nothing"), "nothing is not set by any layer\n");
    for path in ["db", "", "db.password", "db.url"] {
        assert!(!explain(path).contains("canary"), "{}", explain(path));
    }
    assert!(explain("db").contains("overridden  defaults"), "{}", explain("db"));
}

#[test]
fn an_explanation_tells_maps_and_lists_that_won_from_those_of_which_parts_did() {
    let case = Case::new(&[
        (
            "app.json",
            r#"{"db": {"port": 1, "host": "h"}, "log": {"level": "info"}, "none": {}, "empty": [], "one": 1}"#,
        ),
        ("app.prod.json", r#"{"db": {"port": 2}, "log": {"level": "warn"}, "empty": [], "one": [{"a": 1}]}"#),
    ]);
    let loaded = case.load(app()).unwrap();
    let fates = |path: &str| {
        let layers = loaded.explain(&path.parse().unwrap()).layers;
        let fates: Vec<_> = layers.iter().map(|layer| format!("{}: {}", layer.layer, layer.fate)).collect();
        fates.join(", ")
    };
    assert_eq!(fates("db"), "profile file: merged, base file: merged");
    assert_eq!(fates("db.host"), "base file: wins");
    assert_eq!(fates("log"), "profile file: wins, base file: overridden");
    assert_eq!(fates("none"), "base file: wins");
    assert_eq!(fates("empty"), "profile file: wins, base file: overridden");
    assert_eq!(fates("one"), "profile file: wins, base file: overridden");
    assert_eq!(fates(""), "profile file: merged, base file: merged");
    assert_eq!(fates("nothing"), "");
}

#[test]
fn variables_are_read_as_what_the_files_below_have() {
    let case = Case::new(&[(
        "app.json",
        r#"{"port": 1, "text": "1", "list": [{"a": 1}, {"a": 2}], "map": {"on": true}}"#,
    )]);
    let set = [("APP_PORT", "2"), ("APP_TEXT", "2"), ("APP_LIST__1__A", "3"), ("APP_MAP__ON", "no")];
    let expected = json!({"port": 2, "text": "2", "list": [{"a": 1}, {"a": 3}], "map": {"on": false}});
    let load = |variables: EnvSource| {
        case.load(Layers::new().with_source(FileSource::named("app")).with_source(variables))
    };
    let loaded = load(EnvSource::new("APP_").with_variables(set)).unwrap();
    assert_eq!((data(&loaded), loaded.warnings.to_string()), (expected.clone(), String::new()));
    assert_eq!(loaded.document.get("port").unwrap().origin().to_string(), "environment variable APP_PORT");
    assert_eq!(loaded.layers.len(), 2);
    // So are those of a file; and without any there is no layer.
    let rules = EnvSource::new("APP_").with_variables([("", ""); 0]);
    assert_eq!(load(rules.clone()).unwrap().layers.len(), 1);
    let text: String = set.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    std::fs::write(case.dir.path().join(".env.local"), text).unwrap();
    let file = |name: &str| {
        let sources = Layers::new().with_source(FileSource::named("app"));
        case.load(sources.with_source(EnvFileSource::new(name, rules.clone()))).unwrap()
    };
    assert_eq!(data(&file(".env.local")), expected);
    assert_eq!(file(".env.other").layers.len(), 1);
}

#[test]
fn a_file_of_a_path_has_to_be_there_unless_it_is_optional() {
    let case = Case::new(&[("app.json", r#"{"a": 1}"#), ("empty.json", " ")]);
    let load =
        |file: FileSource| case.load(Layers::new().with_source(FileSource::named("app")).with_source(file));
    let missing = case.problems(Layers::new().with_source(FileSource::new("more.json")));
    assert!(missing.starts_with("DIR/more.json does not exist"), "{missing}");
    let loaded = load(FileSource::new("more.json").optional()).unwrap();
    assert_eq!((data(&loaded), loaded.layers.len()), (json!({"a": 1}), 1));
    assert!(load(FileSource::new("empty.json")).is_err());
    assert_eq!(data(&load(FileSource::new("empty.json").with_allow_empty(true)).unwrap()), json!({"a": 1}));
    assert_eq!(data(&load(FileSource::new("empty.json").optional()).unwrap()), json!({"a": 1}));
    let root = ConfigRoot::open(case.dir.path()).unwrap();
    let path = |file: FileSource| file.path(&root).unwrap().map(|path| path.display().to_string());
    assert_eq!(path(FileSource::new("more.json")), None);
    assert_eq!(path(FileSource::named("app")), Some("app.json".into()));
    assert_eq!(path(FileSource::named("more")), None);
}

#[test]
fn what_a_schema_that_refers_to_another_calls_secret_is_so_at_its_place_alone() {
    let schema = json!({
        "properties": {"users": {"items": {"$ref": "#/$defs/user"}}, "pin": {"type": "string"}},
        "$defs": {"user": {"properties": {"pin": {"x-secret": true}}}},
    });
    let schema = Document::from_serialize(&schema, Layer::new(LayerKind::Defaults, "schema")).unwrap();
    let case = Case::new(&[("app.json", r#"{"users": [{"pin": "1"}], "pin": "2"}"#)]);
    let loaded = case.load(app().with_schema(schema.into())).unwrap();
    let is_secret = |path: &str| loaded.redactor.is_secret(&path.parse().unwrap());
    assert_eq!((is_secret("users[0].pin"), is_secret("pin"), is_secret("users")), (true, false, false));
}

#[test]
fn a_schema_says_how_lists_merge_and_what_is_secret() {
    let schema = json!({
        "properties": {
            "plugins": {"x-merge": "append"},
            "hosts": {"$ref": "#/$defs/hosts"},
            "users": {"additionalProperties": {"properties": {"pin": {"x-secret": true}, "token": {"x-secret": false}}}},
        },
        "$defs": {"hosts": {"x-merge": {"key": "name"}, "items": {"properties": {"self": {"$ref": "#"}}}}},
    });
    let schema = enhanced_config_core::Document::from_serialize(
        &schema,
        enhanced_config_core::Layer::new(LayerKind::Defaults, "schema"),
    )
    .unwrap();
    let case = Case::new(&[
        (
            "app.json",
            r#"{"plugins": [1], "hosts": [{"name": "a", "port": 1}], "users": {"me": {"pin": 1234, "token": "t"}}}"#,
        ),
        ("app.prod.json", r#"{"plugins": [2], "hosts": [{"name": "a", "port": 2}, {"name": "b"}]}"#),
    ]);
    let loaded = case.load(app().with_schema(schema.into())).unwrap();
    assert_eq!(data(&loaded)["plugins"], json!([1, 2]));
    assert_eq!(data(&loaded)["hosts"], json!([{"name": "a", "port": 2}, {"name": "b"}]));
    assert!(loaded.redactor.is_secret(&"users.me.pin".parse().unwrap()));
    assert!(loaded.redactor.is_secret(&"hosts[0].self.hosts[1].self.users.me.pin".parse().unwrap()));
    assert!(!loaded.redactor.is_secret(&"users.me.token".parse().unwrap()));
}

#[test]
fn layers_can_be_laid_over_without_reading_again() {
    let case = Case::new(&[("app.json", r#"{"a": {"b": 1, "c": 1}}"#)]);
    let layers = app();
    let loaded = layers.load(&ConfigRoot::open(case.dir.path()).unwrap()).unwrap();
    let layer = enhanced_config_core::Layer::new(LayerKind::Runtime, "test");
    let over = enhanced_config_core::Document::from_serialize(&json!({"a": {"b": 2}}), layer).unwrap();
    let over = layers.overlay(&loaded, &[over.into()]).unwrap();
    assert_eq!(data(&over), json!({"a": {"b": 2, "c": 1}}));
    assert_eq!(data(&loaded), json!({"a": {"b": 1, "c": 1}}));
}

#[test]
fn keys_below_what_the_schema_calls_secret_stand_in_no_problem() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("app.json"), r#"{"vault": {"canary1": 1, "canary1": 2}}"#).unwrap();
    let root = ConfigRoot::open(dir.path()).unwrap();
    let schema = json!({"properties": {"vault": {"x-secret": true}}});
    let schema = Document::from_serialize(&schema, Layer::new(LayerKind::Defaults, "schema")).unwrap();
    let layers = || Layers::new().with_schema(schema.clone().into()).with_source(FileSource::named("app"));
    let failure = layers().load(&root).unwrap_err();
    assert_eq!(failure.problems.iter().next().unwrap().path.to_string(), "vault.***");
    std::fs::write(dir.path().join("app.json"), r#"{"vault": {"a": {}}}"#).unwrap();
    let variables = EnvSource::new("APP_").with_variables([("APP_VAULT__CANARY2", "1")]);
    let loaded = layers().with_source(variables).load(&root).unwrap();
    assert!(!loaded.warnings.to_string().contains("vault.canary2"), "{}", loaded.warnings);
}
