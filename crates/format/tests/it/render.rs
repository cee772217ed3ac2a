use enhanced_config_core::{KeyPath, Kind, Layer, LayerKind, Origin, Problem, ProblemKind, Problems};
use enhanced_config_format::{Color, Format, ParseOptions, Renderer, parse};
use insta::assert_snapshot;

/// What reading a text is refused with, as it is shown.
fn refused(name: &str, text: &str) -> String {
    let format = Format::of_path(name.as_ref()).unwrap();
    let problems = parse(text.as_bytes(), format, name, &ParseOptions::default()).unwrap_err();
    Renderer::new().render(&problems, |_| Some(text))
}

/// The place of `at` in a text.
fn place(name: &str, text: &str, at: &str) -> Origin {
    Layer::of_text(LayerKind::Base, name, text).origin(text.find(at).unwrap() as u32)
}

fn path(path: &str) -> KeyPath {
    path.parse().unwrap()
}

fn wrong_type(expected: &'static str, found: Kind) -> Problem {
    Problem::error(ProblemKind::WrongType { expected: expected.into(), found })
}

/// A problem as it is shown with one text.
fn shown(problem: Problem, text: &str) -> String {
    Renderer::new().render(&problem.into(), |_| Some(text))
}

#[test]
fn a_syntax_error_says_what_to_write() {
    assert_snapshot!(refused("app.toml", "[server]\nhost = \"localhost\"\nport: 8080\n"), @r#"
    error: `:` where TOML has `=`
     --> app.toml:3:5
      |
    3 | port: 8080
      |     ^
      |
      = help: write `=` between a key and its value
    "#);
}

#[test]
fn a_missing_quote_points_at_the_opening_one() {
    assert_snapshot!(refused("app.toml", "name = \"shop\nport = 80\n"), @r#"
    error: a string without its closing quote
     --> app.toml:1:8
      |
    1 | name = "shop
      |        ^^^^^
    "#);
}

#[test]
fn a_forgotten_bracket_shows_where_it_was_opened() {
    assert_snapshot!(refused("app.toml", "hosts = [\n  \"a\",\n  \"b\"\n\nport = 80\n"), @r#"
    error: expected `,` or `]` in a list
     --> app.toml:5:1
      |
    5 | port = 80
      | ^^^^
      |
     ::: app.toml:1:9
      |
    1 | hosts = [
      |         - it starts here
    "#);
}

#[test]
fn a_duplicate_key_shows_both_places() {
    assert_snapshot!(refused("app.json", "{\n  \"port\": 80,\n  \"host\": \"a\",\n  \"port\": 81\n}\n"), @r#"
    error: port: duplicate key
     --> app.json:4:3
      |
    4 |   "port": 81
      |   ^^^^^^
      |
     ::: app.json:2:3
      |
    2 |   "port": 80,
      |   ------ first defined here
    "#);
}

#[test]
fn a_wrong_type_underlines_the_value() {
    let text = "db:\n  port: \"80a\" # not 5432\n";
    let problem = wrong_type("an integer", Kind::String).with_path(path("db.port"));
    assert_snapshot!(shown(problem.with_origin(place("config/app.yaml", text, "\"80a")), text), @r#"
    error: db.port: expected an integer, found string
     --> config/app.yaml:2:9
      |
    2 |   port: "80a" # not 5432
      |         ^^^^^
    "#);
}

#[test]
fn an_unknown_key_comes_with_a_suggestion() {
    let text = "server:\n  prot: 80\n";
    let problem = Problem::error(ProblemKind::UnknownKey).with_path(path("server.prot"));
    let problem = problem.with_help("did you mean `port`?");
    assert_snapshot!(shown(problem.with_origin(place("app.yaml", text, "prot")), text), @r#"
    error: server.prot: unknown key
     --> app.yaml:2:3
      |
    2 |   prot: 80
      |   ^^^^
      |
      = help: did you mean `port`?
    "#);
}

#[test]
fn a_warning_about_two_layers_shows_both_files() {
    let (base, local) = ("log: info\n", "log:\n  level: debug\n");
    let kind = ProblemKind::KindChanged { lower: Kind::String, higher: Kind::Map };
    let problem = Problem::warning(kind)
        .with_path(path("log"))
        .with_origin(place("local.yaml", local, "log"))
        .with_related("the lower layer", place("app.yaml", base, "log"));
    let text_of = |layer: &Layer| Some(if layer.name() == "app.yaml" { base } else { local });
    assert_snapshot!(Renderer::new().render(&problem.into(), text_of), @r#"
    warning: log: this map replaces the string of a lower layer
     --> local.yaml:1:1
      |
    1 | log:
      | ^^^
      |
     ::: app.yaml:1:1
      |
    1 | log: info
      | --- the lower layer
    "#);
}

#[test]
fn a_line_with_a_secret_is_hidden() {
    let text = "db:\n  password: 1234\n";
    let problem = wrong_type("a string", Kind::Integer).with_path(path("db.password"));
    assert_snapshot!(shown(problem.with_origin(place("app.yaml", text, "1234")), text), @r#"
    error: db.password: expected a string, found integer
     --> app.yaml:2:13
      |
    2 | (line hidden: it may hold a secret)
      |
    "#);
}

#[test]
fn both_lines_of_a_duplicate_secret_are_hidden() {
    assert_snapshot!(refused("app.toml", "token = \"a\"\nport = 1\ntoken = \"b\"\n"), @r#"
    error: token: duplicate key
     --> app.toml:3:1
      |
    3 | (line hidden: it may hold a secret)
      |
      = note: first defined here: app.toml:1:1
    "#);
}

#[test]
fn an_environment_variable_and_a_whole_layer_have_no_line() {
    let variables = Layer::of_variables(LayerKind::Environment, "environment", vec!["APP_PORT".into()]);
    let problem = wrong_type("an integer", Kind::String).with_path(path("port"));
    let problem = problem.with_origin(variables.origin(0));
    let defaults = Layer::new(LayerKind::Defaults, "defaults of the schema").origin(0);
    assert_snapshot!(shown(problem.with_related("the default is set here", defaults), ""), @r#"
    error: port: expected an integer, found string
    --> environment variable APP_PORT
     = note: the default is set here: defaults of the schema
    "#);
}

#[test]
fn without_the_text_the_place_remains() {
    let text = "port: x\n";
    let problem = wrong_type("an integer", Kind::String).with_path(path("port"));
    let problem = problem.with_origin(place("app.yaml", text, "x")).with_help("write a number");
    assert_snapshot!(Renderer::new().render(&problem.into(), |_| None::<&str>), @r#"
    error: port: expected an integer, found string
    --> app.yaml:1:7
     = help: write a number
    "#);
}

#[test]
fn without_a_place_the_sentence_remains() {
    assert_snapshot!(shown(Problem::error(ProblemKind::Missing).with_path(path("db.host")), ""), @"error: db.host: missing");
}

#[test]
fn a_text_that_has_changed_since_is_no_trouble() {
    let problem = Problem::error(ProblemKind::UnknownKey).with_origin(place("a.yaml", "a: 1\nb: 2", "2"));
    assert_snapshot!(shown(problem.clone(), "a: 1\nb"), @r#"
    error: unknown key
     --> a.yaml:2:2
      |
    2 | b
      |  ^
    "#);
    assert_snapshot!(shown(problem, "a: 1"), @r#"
    error: unknown key
    --> a.yaml:2:4
    "#);
}

#[test]
fn an_empty_file_is_named() {
    assert_snapshot!(refused("app.yaml", ""), @r#"
    error: empty: expected a map of keys to values
     --> app.yaml:1:1
      |
    1 |
      | ^
    "#);
}

#[test]
fn several_problems_are_separated_by_a_line() {
    assert_snapshot!(refused(".env", "A=1\nB\nA='2'\n"), @r#"
    error: a key without `=` and a value
     --> .env:2:1
      |
    2 | B
      | ^

    error: A: duplicate key
     --> .env:3:1
      |
    3 | A='2'
      | ^
      |
     ::: .env:1:1
      |
    1 | A=1
      | - first defined here
    "#);
}

#[test]
fn a_long_line_is_cut_around_its_place() {
    let list = "10, ".repeat(2_500);
    assert_snapshot!(refused("app.json", &format!("{{\"list\": [{list}oops, {list}1]}}")), @r#"
    error: text without quotes
     --> app.json:1:10011
      |
      |
    1 | … 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, oops, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10…
      |                                                               ^^^^
      = help: put it in double quotes
    "#);
}

#[test]
fn columns_hold_behind_tabs_and_wide_characters() {
    let text = "\u{540d}\u{524d}:\t\u{6771}\u{4eac}\u{90fd} # e\u{301}\n";
    let problem = wrong_type("an integer", Kind::String);
    assert_snapshot!(shown(problem.with_origin(place("a.yaml", text, "\u{6771}")), text), @r#"
    error: expected an integer, found string
     --> a.yaml:1:5
      |
    1 | 名前:    東京都 # é
      |          ^^^^^^
    "#);
}

#[test]
fn nothing_steers_the_terminal() {
    let text = "a: \u{1b}]0;title\u{7} \u{9b}31m \u{202e}x\u{200b}\u{0}\n";
    let problem = Problem::error(ProblemKind::Custom { message: "odd\u{1b}[2J\n\u{8}".into() })
        .with_path(KeyPath::root().join("\u{1b}[31mkey"))
        .with_origin(place("a\u{1b}[1m.yaml", text, "a"))
        .with_related("here\u{1b}[0m", place("a\u{1b}[1m.yaml", text, "a"))
        .with_help("help\u{7}");
    let shown = Renderer::new().render(&problem.clone().into(), |_| Some(text));
    assert_snapshot!(shown, @r#"
    error: "\u{1b}[31mkey": odd␛[2J␊␈
     --> a␛[1m.yaml:1:1
      |
    1 | a: ␛]0;title␇ �31m �x�␀
      | ^
      |
     ::: a␛[1m.yaml:1:1
      |
    1 | a: ␛]0;title␇ �31m �x�␀
      | - here␛[0m
      |
      = help: help␇
    "#);
    let bare = Renderer::new().render(&problem.into(), |_| None::<&str>);
    assert!(!(shown + &bare).contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn colors_come_when_asked_for() {
    let text = "port: x\n";
    let problem = wrong_type("an integer", Kind::String).with_origin(place("app.yaml", text, "x"));
    let problems = Problems::from(problem);
    let shown = |color| {
        let file = std::fs::File::open("/dev/null").unwrap();
        Renderer::new().with_color(color, &file).render(&problems, |_| Some(text))
    };
    assert_snapshot!(shown(Color::Always).escape_debug(), @r#"
    \u{1b}[1m\u{1b}[91merror\u{1b}[0m\u{1b}[1m: expected an integer, found string\u{1b}[0m\n \u{1b}[1m\u{1b}[94m--> \u{1b}[0mapp.yaml:1:7\n  \u{1b}[1m\u{1b}[94m|\u{1b}[0m\n\u{1b}[1m\u{1b}[94m1\u{1b}[0m \u{1b}[1m\u{1b}[94m|\u{1b}[0m port: x\n  \u{1b}[1m\u{1b}[94m|\u{1b}[0m       \u{1b}[1m\u{1b}[91m^\u{1b}[0m\n
    "#);
    assert!(!shown(Color::Never).contains('\u{1b}'));
    assert!(!shown(Color::Auto).contains('\u{1b}'), "a file is no terminal");
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let text = format!("list: [{}x]\n", "1, ".repeat(60));
    let problem = wrong_type("an integer", Kind::String).with_origin(place("app.yaml", &text, "x"));
    let shown = Renderer::new().with_columns(60).render(&problem.into(), |_| Some(&text));
    assert!(shown.lines().all(|line| line.chars().count() <= 60), "{shown}");
}
