//! Names that are none.

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let names = [
        ("", "empty"),
        (".", "a dot"),
        ("..", "two dots"),
        ("../app", "above"),
        ("../../../../etc/passwd", "far above"),
        ("/etc/passwd", "absolute"),
        ("a/b", "a slash"),
        ("a\\b", "a backslash"),
        ("C:\\app", "a drive"),
        ("\\\\server\\share", "a share"),
        ("a\0b", "NUL"),
        ("a\nb", "a line break"),
        ("a\tb", "a tab"),
        ("\u{1b}[31ma", "an escape sequence of a terminal"),
        ("\u{7f}", "DEL"),
        (".hidden", "hidden"),
        ("größe", "letters beyond ASCII"),
        ("a\u{202e}b", "a mark that turns the direction"),
        ("a b", "a blank"),
        ("a*", "a star"),
        ("$(reboot)", "a command"),
        ("%2e%2e%2fapp", "two dots, escaped"),
        ("a:b", "a colon"),
        ("~root", "a home"),
    ];
    let refused = |(config, name): (&str, &str)| {
        Case::text("names", name, "app.yaml", "a: 1\n").asks_for(config).names("").refused_whole("name")
    };
    let long = ["x".repeat(129), "x".repeat(6000), "../".repeat(2000), "é".repeat(6000)];
    let long = long.map(|config| {
        let name = format!("{} bytes, of `{}`", config.len(), config.chars().next().unwrap());
        Case::text("names", name, "app.yaml", "a: 1\n").asks_for(config).names("").refused_whole("name")
    });
    let allowed = [
        "x".repeat(128),
        "app.yaml".to_owned(),
        "-".to_owned(),
        "_".to_owned(),
        "0".to_owned(),
        "a..b".to_owned(),
    ];
    let allowed = allowed.map(|config| {
        let file = format!("{config}.yaml");
        let write = move |dir: &std::path::Path| {
            std::fs::write(dir.join(&file), "a: 1\n").map_err(|error| error.to_string())
        };
        Case::new("names", format!("{} is allowed", config.chars().take(20).collect::<String>()))
            .asks_for(config)
            .arranged(write)
            .loads()
    });
    names.into_iter().map(refused).chain(long).chain(allowed).collect()
}
